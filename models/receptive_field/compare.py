"""One photo in several models, side by side: fields for a position, and all that does not depend on one."""

import json
from collections.abc import Sequence

import numpy as np
from PIL import Image

from models.checkpoint import Progress, open_model
from models.device import device, turn
from models.errors import InputError
from models.pixels import prepare
from models.receptive_field import convolution, effective
from models.receptive_field.evidence import evidence
from models.receptive_field.trace import place, trace
from models.traces import EvidenceTrace, FieldTrace, ReceptiveFieldTrace

KERNELS = "resnet-imagenette"
"""The model whose convolutions are rebuilt from attention."""
N_STEPS = 16
"""Steps of integrated gradients."""


def compare(
    image: Image.Image | None,
    references: Sequence[str | None],
    position: object,
    others: Sequence[Image.Image],
    layer: str | None,
    progress: Progress | None = None,
) -> ReceptiveFieldTrace:
    """Everything about one photo: fields at the position, evidence for each model's answer, a convolution as attention.

    others: photos to average over as well; layer: of convolution.SWEPT. Raises InputError as the parts do.
    """
    sweep = convolution.sweep(image, KERNELS, layer, progress)
    seen = look(image, references, position, others, progress)
    return ReceptiveFieldTrace(
        request=seen.request,
        position=seen.position,
        n_image=seen.n_image,
        columns=seen.columns,
        evidence=tuple(speaks(image, column, progress) for column in seen.columns),
        sweep=(sweep,),
    )


def look(
    image: Image.Image | None,
    references: Sequence[str | None],
    position: object,
    others: Sequence[Image.Image],
    progress: Progress | None = None,
) -> ReceptiveFieldTrace:
    """The fields alone, as a click on the photo asks for them."""
    spot = place(position)
    return ReceptiveFieldTrace(
        request=json.dumps([list(references), bool(others)]),
        position=spot,
        n_image=len(others),
        columns=tuple(trace(image, reference, spot, others, progress) for reference in references),
    )


def speaks(image: Image.Image | None, column: FieldTrace, progress: Progress | None = None) -> EvidenceTrace:
    """Evidence for the answer of a column's model."""
    if image is None:
        raise InputError("photo.missing")
    model, processor = open_model(column.model, effective.FAMILIES, progress)
    pixels = prepare(image, processor, model.config).to(device())
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
