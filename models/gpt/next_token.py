"""What a language model finds probable after a visitor's text."""

import torch

from models.checkpoint import OpenModel
from models.errors import InputError
from models.gpt.prompt import encode
from models.progress import NO_PROGRESS, Progress
from models.traces import NextTokenTrace
from models.translation.pieces import pieces

NAMED = 60
"""Tokens of the vocabulary that are named, besides as many as the text has."""


@torch.inference_mode()
def trace(text: str, model: OpenModel, progress: Progress = NO_PROGRESS) -> NextTokenTrace:
    """The logits of every token that may come next, and how surprising each token of the text was.

    Raises InputError when the text cannot be used, or where the model gives no numbers.
    """
    ids = encode(model, text)
    progress.beat()
    logits = model.model(ids, use_cache=False).logits[0].float()  # T, V
    if not logits[-1].isfinite().all():
        raise InputError("model.no_numbers", reference=model.reference)
    order = logits[-1].argsort(descending=True, stable=True)
    found = logits[:-1].log_softmax(-1).gather(1, ids[0, 1:, None])[:, 0]
    seen = torch.zeros(logits.shape[1], dtype=torch.bool, device=ids.device)
    seen[ids[0]] = True
    n_named = NAMED + int(seen.sum())
    return NextTokenTrace(
        model=model.reference,
        text=text,
        token=pieces(model.reader, ids[0].tolist()),
        surprise=torch.cat([found.new_full((1,), torch.nan), -found]).cpu().numpy(),
        piece=pieces(model.reader, order[:n_named].tolist()),
        logits=logits[-1][order].cpu().numpy(),
        seen=seen[order].cpu().numpy(),
    )
