"""One photo in several models, side by side: fields for a position, and all that does not depend on one."""

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image

from models.checkpoint import Progress, open_model
from models.comparison import efficiency, position
from models.device import device, turn
from models.errors import InputError
from models.pixels import prepare, restore
from models.receptive_field import convolution, effective
from models.receptive_field.evidence import evidence
from models.receptive_field.trace import place, trace
from models.traces import EfficiencyTrace, EvidenceTrace, FieldTrace, PositionTrace, ReceptiveFieldTrace

KERNELS = "resnet-imagenette"
"""The model whose convolutions are rebuilt from attention."""
N_STEPS = 16
"""Steps of integrated gradients."""
WIDTHS = (32, 64, 128, 256, 512, 768)
MAX_COLUMNS = 3


def compare(
    image: Image.Image | None,
    references: Sequence[str | None],
    spot: object,
    others: Sequence[Image.Image],
    layer: str | None,
    progress: Progress | None = None,
) -> ReceptiveFieldTrace:
    """Everything about one photo: fields at the position, evidence for each model's answer, a convolution as attention.

    others: photos to average over as well; layer: of convolution.SWEPT. Raises InputError as the parts do.
    """
    swept = convolution.sweep(image, KERNELS, layer, progress)
    seen = look(image, references, spot, others, progress)
    return ReceptiveFieldTrace(
        request=seen.request,
        position=seen.position,
        n_image=seen.n_image,
        columns=seen.columns,
        evidence=tuple(speaks(image, column, progress) for column in seen.columns),
        sweep=(swept,),
        awareness=tuple(moves(image, column, progress) for column in seen.columns),
        efficiency=(costs(seen.columns),),
    )


def look(
    image: Image.Image | None,
    references: Sequence[str | None],
    spot: object,
    others: Sequence[Image.Image],
    progress: Progress | None = None,
) -> ReceptiveFieldTrace:
    """The fields alone, as a click on the photo asks for them."""
    at = place(spot)
    return ReceptiveFieldTrace(
        request=json.dumps([list(references), bool(others)]),
        position=at,
        n_image=len(others),
        columns=tuple(trace(image, reference, at, others, progress) for reference in references),
    )


def speaks(image: Image.Image | None, column: FieldTrace, progress: Progress | None = None) -> EvidenceTrace:
    """Evidence for the answer of a column's model."""
    model, _, pixels = opened(image, column.model, progress)
    label = int(column.probability.argmax())
    with turn:
        found = evidence(model, pixels, label, N_STEPS, progress)
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


def moves(image: Image.Image | None, column: FieldTrace, progress: Progress | None = None) -> PositionTrace:
    """What a column's model answers when parts of the photo move, with and without its position parameters.

    Tiles are a ViT's patches, else an eighth of the picture's side; the shift is a quarter of it.
    """
    model, processor, pixels = opened(image, column.model, progress)
    side = math.gcd(*pixels.shape[-2:])
    tile = model.config.patch_size if column.family in ("vit", "deit") else side // 8
    while side % tile:
        tile -= 1
    shift = pixels.shape[-2] // 4
    with turn:
        seen = position.measure(model, pixels, tile, shift, seed=0, progress=progress)
    return PositionTrace(
        model=column.model,
        labels=column.labels,
        tile=tile,
        shift=shift,
        pixels=np.stack([restore(variant, processor) for variant in seen.pixels]),
        probability=seen.probability,
        similarity=seen.similarity,
    )


def costs(columns: Sequence[FieldTrace]) -> EfficiencyTrace:
    """What the columns' models have, cost and reach, and what one layer of each kind has."""
    found = []
    for column in columns:
        model, _ = open_model(column.model, effective.FAMILIES)
        rows, width = column.pixels.shape[:2]
        with turn:
            found.append(efficiency.model_cost(model, (rows, width), column.model))
    layers = [efficiency.layer_parameters(n_embd) for n_embd in WIDTHS]
    return EfficiencyTrace(
        model=tuple(column.model for column in columns),
        parameters=np.array([cost.parameters for cost in found]),
        multiply_adds=np.array([cost.multiply_adds for cost in found]),
        val_accuracy=np.array([np.nan if cost.val_accuracy is None else cost.val_accuracy for cost in found]),
        kind=tuple(layers[0]),
        n_embd=np.array(WIDTHS),
        weights=np.array([[layer[kind].weight for layer in layers] for kind in layers[0]]),
    )


def opened(image: Image.Image | None, reference: str, progress: Progress | None) -> tuple[Any, Any, torch.Tensor]:
    """A model, its processor and the photo as it sees it."""
    if image is None:
        raise InputError("photo.missing")
    model, processor = open_model(reference, effective.FAMILIES, progress)
    return model, processor, prepare(image, processor, model.config).to(device())


def asked(click: Any) -> tuple[list[str | None], bool, object]:
    """The models, whether to average, and the position that a click on the page asks for.

    click: what the page sent, {"request", "position"}; InputError when it is anything else.
    """
    try:
        references, average = json.loads(click["request"])
        wanted = list(references)[:MAX_COLUMNS], bool(average), click["position"]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("receptive_field.position") from error
    if not wanted[0]:
        raise InputError("receptive_field.position")
    return wanted
