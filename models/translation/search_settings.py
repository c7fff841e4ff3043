"""The settings of a search by one model: what the library calls them, and how long the model can."""

from dataclasses import dataclass
from typing import Any

import torch

from models.errors import InputError

Force = tuple[int, int, int]
"""A call, a row and a token's id: what a visitor forces."""
HEEDED = {"beam": ("early_stopping", "length_penalty"), "sample": ("temperature", "top_k", "top_p"), "greedy": ()}
"""What each way to search heeds besides its width and the longest output."""


@dataclass(frozen=True)
class Settings:
    """How to search. A beam of width 1 stops at its first </s>, as greedy decoding does."""

    method: str = "beam"
    beam_width: int = 4
    length_penalty: float = 1.0
    """Exponent of the length that a finished hypothesis's score is divided by (beam only)."""
    early_stopping: bool | str = False
    """Stop when beam_width hypotheses have finished (True), when at its present length the best running one could not
    beat the worst of them (False), or when it could not even at the length that favours it most ("never")."""
    max_length: int = 64
    """New tokens at most; the decoder's start token does not count."""
    temperature: float = 1.0
    top_k: int = 0
    """0: off."""
    top_p: float = 1.0
    seed: int = 0
    n_candidate: int = 8
    """Candidates kept of each call of greedy decoding and sampling; beam search keeps all that it looks at."""
    forced_bos_token_id: int | None = None
    """The first token of every output, a target language, where the model's own rules name none."""

    @property
    def width(self) -> int:
        """Hypotheses that run on at most."""
        return self.beam_width if self.method == "beam" else 1

    def chosen(self) -> dict[str, Any]:
        """What stands in for the model's own settings, by the name that generation_config has for each."""
        return {
            "num_beams": self.width,
            "do_sample": self.method == "sample",
            "max_length": self.max_length + 1,
            "max_new_tokens": self.max_length,
            **{name: getattr(self, name) for name in (*HEEDED["beam"], *HEEDED["sample"])},
        }

    def asked(self) -> dict[str, Any]:
        """What to ask the library's generate() for: what this way to search heeds of `chosen`."""
        names = ("num_beams", "do_sample", "max_new_tokens", *HEEDED[self.method])
        asked = {name: value for name, value in self.chosen().items() if name in names}
        return asked | {"forced_bos_token_id": self.forced_bos_token_id}


def most_positions(model: Any, side: str) -> int | None:
    """How many tokens the "encoder" or the "decoder" of a model has positions for; None where there is no end."""
    for name in (f"max_{side}_position_embeddings", "max_position_embeddings"):
        if type(count := getattr(model.config, name, None)) is int:
            return count
    return None


def refuse_long(model: Any, ids: torch.Tensor, max_length: int) -> None:
    """Raise InputError where a sentence (1, source), or the longest output, has more tokens than the model has
    positions."""
    most = most_positions(model, "encoder")
    if most is not None and ids.shape[1] > most:
        raise InputError("decoding.positions", tokens=ids.shape[1], maximum=most)
    most = most_positions(model, "decoder")
    if most is not None and max_length > most:
        raise InputError("decoding.max_length", maximum=most)
