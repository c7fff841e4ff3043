"""The causal mask, felt: each token of the output is changed in turn, with the mask and without it."""

from typing import Any

import numpy as np
import torch

from models.anatomy.teacher_forcing import Known, compare, is_causal, know, named, predict
from models.checkpoint import OpenModel
from models.errors import InputError
from models.progress import NO_PROGRESS, Progress
from models.traces import REMOVED, CausalityTrace, Changes

OPTIONS = 5
"""What may stand in place of a token."""


@torch.inference_mode()
def trace(
    *,
    sentence: str,
    language: str,
    model: OpenModel,
    edit: tuple[int, ...] = (),
    progress: Progress = NO_PROGRESS,
) -> CausalityTrace:
    """What a change of each token does to every prediction; of a translator, each token of its own output.

    edit: the position of a token that is read, from 1, and the id in its place, or REMOVED. Without one, and at all
    other positions, a token is replaced by the most probable other one. Raises InputError where the sentence or the
    edit cannot be used, and whatever `progress` raises.
    """
    known = know(sentence, language, model)
    read, trained = known.reading.read, is_causal(model.model)
    option_probability, option = _options(known, trained)
    replacement = option[:, 0].clone()
    if edit:
        position, token = edit
        if position >= read.shape[1] or token >= known.plain.log_prob.shape[1]:
            raise InputError("anatomy.edit")
        replacement[position - 1] = token

    def changes(causal: bool) -> tuple[Changes, np.ndarray]:
        after = []
        for position, token in enumerate(replacement.tolist(), 1):
            progress.beat()
            changed = edited(read, position, token)
            then = predict(model.model, known.states, changed, causal=causal)
            after.append(aligned(then.log_prob, position, token))
        before = known.plain if causal == trained else predict(model.model, known.states, read, causal=causal)
        right = before.log_prob.gather(1, known.reading.says[:, None])[:, 0]
        return compare(before.log_prob, after), right.cpu().numpy()

    (causal, causal_log_prob), (bidirectional, bidirectional_log_prob) = changes(True), changes(False)
    options, replacements = option.cpu().numpy(), replacement.cpu().numpy()
    ids = [array for each in (causal, bidirectional) for array in (each.token, each.then)]
    return CausalityTrace(
        sentence=sentence,
        **named(model, known, options, replacements, *ids),
        option=options,
        option_probability=option_probability.cpu().numpy(),
        replacement=replacements,
        edit=edit,
        causal=causal,
        bidirectional=bidirectional,
        causal_log_prob=causal_log_prob,
        bidirectional_log_prob=bidirectional_log_prob,
    )


def edited(read: torch.Tensor, position: int, token: int) -> torch.Tensor:
    """What is read (1, position) with another token at a position, or one position shorter where it is REMOVED."""
    if token == REMOVED:
        return torch.cat([read[:, :position], read[:, position + 1 :]], 1)
    changed = read.clone()
    changed[0, position] = token
    return changed


def aligned(log_prob: torch.Tensor, position: int, token: int) -> torch.Tensor:
    """Predictions (position, V) beside those before the change: nan where a token was removed."""
    if token != REMOVED:
        return log_prob
    gap: Any = torch.full_like(log_prob[:1], np.nan)
    return torch.cat([log_prob[:position], gap, log_prob[position:]])


def _options(known: Known, causal: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """The probability and the id of the most probable others (changed, option) for each token read after the first.

    causal: whether they are predicted one position before, or at the place itself.
    """
    log_prob, changed = known.plain.log_prob, known.reading.read[0, 1:]
    there = log_prob[:-1] if causal else log_prob[1:]
    others = there.exp().scatter(1, changed[:, None], 0)
    best = others.topk(min(OPTIONS, others.shape[1] - 1))
    return best.values, best.indices
