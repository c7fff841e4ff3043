"""Some steps of training on a visitor's own text, from where a language model stands; the trained copy is thrown away.

What it costs is measured beside: the loss on a text that the model itself wrote before the first step.
"""

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from models.checkpoint import OpenModel
from models.errors import InputError
from models.gpt.prompt import encode, positions
from models.progress import NO_PROGRESS, Progress
from models.traces import LearningTrace

STEPS, EVERY = 16, 2
"""Of training, and between two rows of the trace."""
RATE = 4e-4
"""AdamW's learning rate."""
LEAST = 8
"""Tokens that a text must have for anything to be learned from it."""
MAX_PARAMETERS = 20_000_000
"""Of a model that learns while a visitor waits."""
OWN = 64
"""Tokens of the text that the model writes for comparison."""
GIVEN = 4
"""The part of the text that the model is given before it writes the rest: one in so many tokens."""


def trace(lesson: str, model: OpenModel, seed: int = 0, progress: Progress = NO_PROGRESS) -> Iterator[LearningTrace]:
    """Growing traces, a row for every EVERY steps, of training on a text (`lesson`) as one batch.

    seed: of the text that the model writes before. Raises InputError when the text cannot be used or has fewer than
    LEAST tokens, for a model of more than MAX_PARAMETERS, and where the loss is no number.
    """
    size = sum(parameter.numel() for parameter in model.model.parameters())
    if size > MAX_PARAMETERS:
        raise InputError(
            "generation.too_large", reference=model.reference, size=round(size / 1e6), most=MAX_PARAMETERS // 10**6
        )
    ids = encode(model, lesson)
    if ids.shape[1] < LEAST:
        raise InputError("generation.short", reference=model.reference, tokens=ids.shape[1], least=LEAST)
    learner: Any = copy.deepcopy(model.model).requires_grad_(True)
    n_given, most = max(1, ids.shape[1] // GIVEN), positions(learner)
    draws = torch.Generator().manual_seed(seed)
    own = go_on(learner, ids[:, :1], min(OWN, most - 1), progress, draws)
    optimizer = torch.optim.AdamW(learner.parameters(), lr=RATE, weight_decay=0)
    rows: list[tuple[int, float, float, list[int]]] = []
    for step in range(STEPS + 1):
        progress.beat()
        if step % EVERY == 0:
            written = go_on(learner, ids[:, :n_given], ids.shape[1] - n_given, progress)
            with torch.inference_mode():
                losses = loss(learner, ids).item(), loss(learner, own).item()
            if not np.isfinite(losses).all():
                raise InputError("model.no_numbers", reference=model.reference)
            rows.append((step, *losses, written[0, n_given:].tolist()))
            yield _trace(model, lesson, n_given, ids, rows)
        if step < STEPS:
            with torch.enable_grad():
                loss(learner, ids).backward()
            optimizer.step()
            optimizer.zero_grad()


def loss(model: Any, ids: torch.Tensor) -> torch.Tensor:
    """Mean surprise in nats at every token of ids (1, token) after the first."""
    logits = model(ids[:, :-1], use_cache=False).logits
    return F.cross_entropy(logits.float()[0], ids[0, 1:])


@torch.inference_mode()
def go_on(
    model: Any,
    ids: torch.Tensor,
    count: int,
    progress: Progress = NO_PROGRESS,
    draws: torch.Generator | None = None,
    temperature: float = 1.0,
) -> torch.Tensor:
    """Ids (1, token) and `count` more: the most probable ones, or drawn by the model's own probabilities at a
    temperature."""
    read, cache = ids, None
    for _ in range(count):
        progress.beat()
        answer = model(read, past_key_values=cache, use_cache=True)
        cache, logits = answer.past_key_values, answer.logits[:, -1].float()
        if not logits.isfinite().all():
            break
        drawn = logits.argmax(-1, keepdim=True)
        if draws is not None:
            drawn = torch.multinomial((logits / temperature).softmax(-1).cpu(), 1, generator=draws).to(ids.device)
        ids, read = torch.cat([ids, drawn], 1), drawn
    return ids


def _trace(
    model: OpenModel, lesson: str, n_given: int, ids: torch.Tensor, rows: list[tuple[int, float, float, list[int]]]
) -> LearningTrace:
    step, own_loss, other_loss, written = zip(*rows, strict=True)
    given = ids[0, :n_given].tolist()
    return LearningTrace(
        model=model.reference,
        lesson=lesson,
        step=np.array(step),
        loss=np.array(own_loss),
        other_loss=np.array(other_loss),
        given=model.reader.decode(given, skip_special_tokens=True),
        text=tuple(model.reader.decode([*given, *one], skip_special_tokens=True) for one in written),
        right=np.array([(np.array(one) == ids[0, n_given:].cpu().numpy()).mean() for one in written]),
        done=step[-1] == STEPS,
    )
