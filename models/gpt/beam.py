"""Beam search by a decoder-only model: the hypotheses that finished first in rank, as generate() ranks them."""

from typing import Any

import numpy as np
import torch
from transformers import DynamicCache, LogitsProcessorList

from models.measure import seconds
from models.progress import Progress
from models.search import Search, Settings


class _Continuation(Search):
    """A search for what follows ids (1, token)."""

    def __init__(
        self, model: Any, prefix: torch.Tensor, end: set[int], rules: LogitsProcessorList, settings: Settings
    ) -> None:
        super().__init__(prefix[0], end, settings)
        self.model, self.new, self.cache = model, prefix, DynamicCache()
        self.rules, self.warpers = rules, LogitsProcessorList()
        self.seconds: list[float] = []

    def begin(self) -> None:
        """Nothing is read before the first call, which reads the whole text."""

    def call(self) -> tuple[torch.Tensor, dict[str, Any]]:
        """The last token of every row; the cache has those before."""
        answers: list[Any] = []
        ask = {"past_key_values": self.cache, "use_cache": True}
        self.seconds.append(seconds(lambda: answers.append(self.model(self.new, **ask))))
        return answers[0].logits[:, -1].float(), {}

    def reorder(self, parents: Any) -> None:
        """All of it, and what each row is to read next."""
        self.cache.reorder_cache(parents)
        self.new = self.new.new_tensor([[row[-1]] for row in self.rows])


@torch.inference_mode()
def hypotheses(
    model: Any,
    prefix: torch.Tensor,
    end: set[int],
    rules: LogitsProcessorList,
    width: int,
    length: int,
    progress: Progress,
) -> tuple[list[np.ndarray], list[float]]:
    """The ids (token,) that follow a prefix (1, token) in each of `width` hypotheses, the best first, and each call's
    seconds.

    end: ids that end one. rules: what changes log probabilities. length: tokens at most. The rank is that of the mean
    log probability of a token. Raises InputError where no token is left to choose.
    """
    settings = Settings(method="beam", beam_width=width, max_length=length)
    search = _Continuation(model, prefix, end, rules, settings)
    search.decode(progress)
    return [one.token for one in search.pool], search.seconds
