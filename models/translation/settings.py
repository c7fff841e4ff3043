"""The settings of a translation under the names that a page gives them, for the search and for the refinement."""

from dataclasses import dataclass

from models import search
from models.errors import InputError
from models.traces import METHODS, STOPPING, STRATEGIES
from models.translation import mask_predict

EARLY_STOPPING: dict[str, bool | str] = {"heuristic": False, "at_once": True, "never": "never"}
"""What the search calls each of STOPPING."""


@dataclass(frozen=True)
class Settings:
    """What a visitor chose; search.Settings and mask_predict.Settings say what each means."""

    method: str = METHODS[0]
    beam_width: int = 4
    length_penalty: float = 1.0
    stopping: str = STOPPING[0]
    max_length: int = 64
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    passes: int = mask_predict.Settings.passes
    n_length: int = mask_predict.Settings.n_length
    strategy: str = STRATEGIES[0]
    picked: tuple[int, ...] = ()
    """Positions from 0, heeded only by the strategy "picked"."""
    seed: int = 0

    def search(self) -> search.Settings:
        """The settings of the search."""
        return search.Settings(
            method=self.method,
            beam_width=self.beam_width,
            length_penalty=self.length_penalty,
            early_stopping=EARLY_STOPPING[self.stopping],
            max_length=self.max_length,
            temperature=self.temperature,
            top_k=self.top_k,
            top_p=self.top_p,
            seed=self.seed,
        )

    def refine(self) -> mask_predict.Settings:
        """The settings of the refinement; InputError when positions are to be picked and none is."""
        if self.strategy == "picked" and not self.picked:
            raise InputError("decoding.picked")
        return mask_predict.Settings(self.passes, self.n_length, self.strategy, self.picked, self.seed)
