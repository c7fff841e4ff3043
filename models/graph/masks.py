"""The scores of one layer, to be masked: what self-attention, a window and a graph network make of the same Q and K."""

from itertools import islice

import torch
from PIL import Image

from models.anatomy.walk import AttentionStep, walk
from models.checkpoint import OpenModel
from models.errors import InputError
from models.parts import Stack
from models.prepared import prepare_model
from models.progress import NO_PROGRESS, Progress
from models.traces.graph import MasksTrace, ScoresTrace
from models.translation import layers as translation
from models.translation.pieces import pieces
from models.translation.sentence import clean, encode
from models.vit import layers as vision

MAX_SCORES = 600_000
"""Numbers that a page takes: a layer of twelve heads on 14 x 14 patches has 461,000."""


def trace(
    sentence: str,
    translator: OpenModel,
    photo: Image.Image,
    vit: OpenModel,
    layer: int,
    progress: Progress = NO_PROGRESS,
) -> MasksTrace:
    """A layer of a ViT on the patches of a photo, its prefix tokens left out, and of a translator's encoder.

    layer: from 1; the last one where a model has fewer. Raises InputError for a sentence, a photo or a model that
    cannot be used, and where a layer has more scores than a page takes.
    """
    translation.check(translator.model, translator.reference)
    prepared = prepare_model(photo, vit)
    side, grid = prepared.model.config.patch_size, vision.grid(prepared.model, prepared.size)
    count = grid[0] * grid[1]
    with torch.inference_mode():
        progress.beat()
        patches = vision.start(prepared.model, prepared.pixels).stream
        seen = attention(vision.stack(prepared.model), patches, layer).scores[:, -count:, -count:]
        progress.beat()
        ids = encode(translator, clean(sentence))[0]
        encoder = translation.stacks(translator.model)["encoder"]
        read = attention(encoder, translation.start(translator.model, "encoder", ids).stream, layer).scores
    return MasksTrace(
        photo=_scores(
            prepared.reference, layer, vision.stack(prepared.model), seen, tuple(map(str, range(1, count + 1))), grid
        ),
        sentence=_scores(
            translator.reference,
            layer,
            encoder,
            read,
            pieces(translator.reader, ids.tolist(), source=True),
            (1, len(ids)),
        ),
        pixels=prepared.picture()[: grid[0] * side, : grid[1] * side],
    )


def attention(stack: Stack, stream: torch.Tensor, layer: int) -> AttentionStep:
    """The self-attention of a layer, from 1, or of the last one; no layer after it is computed."""
    *_, steps = islice(walk(stack, stream), layer)
    (step,) = (one.detail for one in steps if isinstance(one.detail, AttentionStep))
    return step


def _scores(
    model: str, layer: int, stack: Stack, scores: torch.Tensor, token: tuple[str, ...], grid: tuple[int, int]
) -> ScoresTrace:
    if scores.numel() > MAX_SCORES:
        raise InputError("graph.many_scores", reference=model, count=f"{scores.numel():,}", maximum=f"{MAX_SCORES:,}")
    layers = len(stack.layers)
    return ScoresTrace(model, min(layer, layers), layers, token, grid, scores.float().cpu().numpy())
