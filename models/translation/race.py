"""How long an autoregressive and a non-autoregressive translator take for one sentence, alone and in batches."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch

from models import measure
from models.checkpoint import OpenModel
from models.device import describe
from models.progress import NO_PROGRESS, Progress
from models.search import Settings
from models.traces import RaceTrace
from models.translation import beam_search, mask_predict, rules
from models.translation.decoding import decoding_inputs
from models.translation.sentence import encode

BATCHES = (1, 8, 32)
"""Copies of the sentence that are translated at once."""
MAX_EXPECTED_SECONDS = 2.0
"""Of a batch; one that is expected to take longer is not measured."""
TURNS, MAX_AGAIN_SECONDS = 3, 0.5
"""How often a batch is timed where it takes no longer than that, else once; its fastest turn counts."""

Translate = Callable[[int], object]
"""Translates so many copies of the sentence at once."""


def race(
    *,
    sentence: str,
    language: str,
    autoregressive: OpenModel,
    non_autoregressive: OpenModel,
    raw_data: OpenModel | None = None,
    progress: Progress = NO_PROGRESS,
    **settings: Any,
) -> RaceTrace:
    """Time both ways with one sentence, recording included, and with batches of its copies, without.

    raw_data: takes no part, it costs what non_autoregressive costs. settings: those of models.translation.settings.
    A batch that cannot be measured is nan. Raises InputError as `decode` does, and whatever `progress` raises.
    """
    del raw_data
    inputs = decoding_inputs(sentence, language, autoregressive, settings)
    name, model, tokenizer = autoregressive
    other_name, other_model, other_tokenizer = non_autoregressive
    ids, other_ids = inputs.ids, encode(non_autoregressive, sentence)
    ways: list[Translate] = [
        lambda copies: generate(model, ids, inputs.search, copies),
        lambda copies: mask_predict.translate(other_model, other_ids.repeat(copies, 1), inputs.refine),
    ]
    warm_up = [_attempt(way, 1) for way in ways]
    progress.beat()
    search = beam_search.search(model, tokenizer, ids, inputs.search, name, progress=progress)
    refine = mask_predict.refine(other_model, other_tokenizer, other_ids, inputs.refine, other_name, progress)
    expected = np.minimum(warm_up, [search.seconds, refine.seconds])  # nan, where the warm-up failed
    search_batch_seconds, refine_batch_seconds = batch_seconds(ways, expected.tolist(), progress)
    return RaceTrace(
        sentence=sentence,
        autoregressive=name,
        non_autoregressive=other_name,
        device=describe(),
        search_calls=len(search.steps),
        refine_calls=len(refine.winner.token),
        search_seconds=search.seconds,
        refine_seconds=refine.seconds,
        search_multiply_adds=search.multiply_adds,
        refine_multiply_adds=refine.multiply_adds,
        copies=np.array(BATCHES),
        search_batch_seconds=search_batch_seconds,
        refine_batch_seconds=refine_batch_seconds,
    )


def batch_seconds(ways: Sequence[Translate], expected: Sequence[float], progress: Progress) -> np.ndarray:
    """Seconds of each way for each batch (way, batch); nan where it failed or was expected to take too long.

    expected: what each way takes for the first batch. The ways take turns, so that whatever else the machine does
    hits them alike; what a larger batch will take is expected from the line through the two before it.
    """
    seconds, expected = np.full((len(ways), len(BATCHES)), np.nan), list(expected)
    for index, copies in enumerate(BATCHES):
        timed = {way: one for way, one in enumerate(ways) if expected[way] <= MAX_EXPECTED_SECONDS}  # nan never is
        for turn in range(TURNS):
            for way, translate in timed.items():
                if not turn or seconds[way, index] <= MAX_AGAIN_SECONDS:
                    progress.beat()
                    seconds[way, index] = np.fmin(seconds[way, index], _attempt(translate, copies))
        for way in timed:
            expected[way] = _extrapolated(seconds[way], index)
    return seconds


def _extrapolated(seconds: np.ndarray, index: int) -> float:
    """What the batch after `index` will take, by those up to it (batch); the same as this one where it is the first."""
    if not 0 < index < len(BATCHES) - 1:
        return float(seconds[index])
    slope = (seconds[index] - seconds[index - 1]) / (BATCHES[index] - BATCHES[index - 1])
    return float(seconds[index] + slope * (BATCHES[index + 1] - BATCHES[index]))


def _attempt(translate: Translate, copies: int) -> float:
    """Seconds of one call; nan when it fails, which is beside the point of the race and only logged."""
    seconds = partial(measure.seconds, lambda: translate(copies))
    return measure.attempt(seconds, float("nan"), f"{copies} copies at once could not be translated")


def generate(model: Any, ids: torch.Tensor, settings: Settings, copies: int, **more: Any) -> Any:
    """The library's own search on copies of a sentence, by the rules of the traced one; `more` goes to generate()."""
    followed = rules.read(model, "")
    return rules.generate(model, ids.repeat(copies, 1), followed, settings.asked(), **more)
