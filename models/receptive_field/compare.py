"""One photo in several models, side by side: fields for a position, and all that does not depend on one."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import torch
import torchvision
from PIL import Image

from models.comparison import dependence, efficiency, position
from models.device import compute_lock
from models.pixels import denormalise
from models.progress import NO_PROGRESS, Progress
from models.receptive_field import convolution, theoretical
from models.receptive_field.effective import Position
from models.receptive_field.evidence import evidence
from models.receptive_field.trace import Opened, opened, place, trace
from models.traces import EfficiencyTrace, EvidenceTrace, FieldTrace, PositionTrace, ReceptiveFieldTrace, TheoryTrace

KERNELS = "resnet-imagenette"
"""The model whose convolutions are rebuilt from attention."""
WIDTHS = (32, 64, 128, 256, 512, 768)
MIDDLE = (0.5, 0.5)
PUBLISHED = ("vgg16", "resnet18", "resnet50", "resnet152", "convnext_tiny")
"""CNNs of torchvision. Their weights are pickles, which the lab does not open; theory needs none."""


def compare(
    image: Image.Image | None,
    references: Sequence[str | None],
    spot: object,
    others: Sequence[Image.Image],
    layer: str | None,
    progress: Progress = NO_PROGRESS,
) -> ReceptiveFieldTrace:
    """Everything about one photo: fields at the position, evidence for each model's answer, a convolution as attention.

    others: photos to average over as well; layer: of traces.SWEPT. What a visitor chose is checked before anything is
    computed: raises InputError as `place`, `opened` and `convolution.sweep` do.
    """
    at, models = place(spot), [opened(image, reference, progress) for reference in references]
    swept = convolution.sweep(image, KERNELS, layer, progress)
    seen = _fields(request(image, references, layer), at, models, others, progress)
    pairs = list(zip(models, seen.columns, strict=True))
    return replace(
        seen,
        evidence=tuple(speaks(one, column, progress) for one, column in pairs),
        sweep=(swept,),
        awareness=tuple(moves(one, column, progress) for one, column in pairs),
        efficiency=(costs(models),),
        dependence=(dependence.read(),),
    )


def look(
    image: Image.Image | None,
    references: Sequence[str | None],
    spot: object,
    others: Sequence[Image.Image],
    layer: str | None,
    progress: Progress = NO_PROGRESS,
) -> ReceptiveFieldTrace:
    """The fields alone, for a click on a page that shows all else of the same request."""
    at, models = place(spot), [opened(image, reference, progress) for reference in references]
    return _fields(request(image, references, layer), at, models, others, progress)


def _fields(
    mark: str, at: Position, models: Sequence[Opened], others: Sequence[Image.Image], progress: Progress
) -> ReceptiveFieldTrace:
    return ReceptiveFieldTrace(
        request=mark,
        position=at,
        n_image=len(others),
        columns=tuple(trace(one, at, others, progress) for one in models),
        published=(published(),),
    )


def answer(
    image: Image.Image | None,
    references: Sequence[str | None],
    click: object,
    others: Sequence[Image.Image],
    layer: str | None,
    progress: Progress = NO_PROGRESS,
) -> ReceptiveFieldTrace:
    """What a click asks for: the fields alone where its page shows all else of the same request, otherwise everything.

    click: what the page, or a script, sent as {"request", "position"}.
    """
    same = isinstance(click, dict) and click.get("request") == request(image, references, layer)
    return (look if same else compare)(image, references, spot(click), others, layer, progress)


def spot(click: object) -> object:
    """The position in what a page, or a script, sent as a click; the middle before the first click."""
    return click.get("position") if isinstance(click, dict) else MIDDLE


def request(image: Image.Image | None, references: Sequence[str | None], layer: str | None) -> str:
    """A mark of what was asked for, besides the position and the photos to average over."""
    size, pixels = (image.size, image.tobytes()) if image else (None, b"")
    return hashlib.sha256(repr((*references, layer, size)).encode() + pixels).hexdigest()


def speaks(one: Opened, column: FieldTrace, progress: Progress = NO_PROGRESS) -> EvidenceTrace:
    """Evidence for the answer of a column's model."""
    label = int(column.probability.argmax())
    with compute_lock:
        found = evidence(one.model, one.photo, label, progress=progress)
    none = np.full((1, 1), np.nan, np.float32)
    return EvidenceTrace(
        model=column.model,
        pixels=column.pixels,
        label=column.labels[label],
        probability=float(column.probability[label]),
        integrated=found.maps["integrated_gradients"],
        grad_cam=found.maps.get("grad_cam", none),
        logit_difference=found.logit_difference,
        completeness_error=found.completeness_error,
    )


def moves(one: Opened, column: FieldTrace, progress: Progress = NO_PROGRESS) -> PositionTrace:
    """What a column's model answers when parts of the photo move, with and without its position parameters.

    Tiles are a ViT's patches, else about an eighth of the picture's side; the shift is about a quarter, in whole tiles.
    """
    side = one.photo.shape[-1]
    tile = one.model.config.patch_size if column.family in ("vit", "deit") else max(1, side // 8)
    while side % tile:
        tile -= 1
    shift = tile * round(side / 4 / tile)
    with compute_lock:
        seen = position.measure(one.model, one.photo, tile, shift, seed=0, progress=progress)
    return PositionTrace(
        model=column.model,
        labels=column.labels,
        tile=tile,
        shift=shift,
        pixels=np.stack([denormalise(variant, one.processor) for variant in seen.pixels]),
        probability=seen.probability,
        similarity=seen.similarity,
    )


def costs(models: Sequence[Opened]) -> EfficiencyTrace:
    """What the columns' models have, cost and reach, and what one layer of each kind has."""
    with compute_lock:
        sizes = [(one.photo.shape[-2], one.photo.shape[-1]) for one in models]
        found = [efficiency.model_cost(one.model, size, one.reference) for one, size in zip(models, sizes, strict=True)]
    layers = [efficiency.layer_parameters(n_embd) for n_embd in WIDTHS]
    return EfficiencyTrace(
        model=tuple(one.reference for one in models),
        parameters=np.array([cost.parameters for cost in found]),
        multiply_adds=np.array([cost.multiply_adds for cost in found]),
        val_accuracy=np.array([np.nan if cost.val_accuracy is None else cost.val_accuracy for cost in found]),
        kind=tuple(layers[0]),
        n_embd=np.array(WIDTHS),
        weights=np.array([[layer[kind].weight for layer in layers] for kind in layers[0]]),
    )


@lru_cache(maxsize=1)
def published(side: int = 224) -> TheoryTrace:
    """The theoretical fields of PUBLISHED on pictures of side x side pixels."""
    sizes = []
    for name in PUBLISHED:
        with torch.device("meta"):
            model = torchvision.models.get_model(name)
        maps = [layer for layer in theoretical.fields(model, side) if layer.row.jump]
        sizes.append(maps[-1].row.size)
    return TheoryTrace(model=PUBLISHED, side=side, size=np.array(sizes))
