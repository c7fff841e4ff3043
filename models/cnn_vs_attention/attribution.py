"""Which pixels speak for a class: integrated gradients (Sundararajan et al. 2017), Grad-CAM (Selvaraju et al. 2017).

Both are captum's. Neither is attention, and neither is a receptive field: they follow one logit, not one position.
"""

import copy
from typing import Any, NamedTuple

import numpy as np
import torch
from captum.attr import IntegratedGradients
from PIL import Image

from models import families
from models.checkpoint import OpenModel
from models.grad_cam import Logits, grad_cam
from models.prepared import PreparedModel, prepare_models
from models.progress import NO_PROGRESS, Progress
from models.receptive_field.effective import PASS_PIXELS
from models.traces import Attribution, AttributionsTrace

N_STEPS = 16
MAX_STEPS_PER_PASS = 8
"""Fewer of large pictures (effective.PASS_PIXELS)."""


class AttributionMaps(NamedTuple):
    """What the pixels of one photo add to one logit."""

    integrated_gradients: np.ndarray
    """(row, column) float32, signed, in logits, summed over the colours."""
    grad_cam: np.ndarray | None
    """(row, column) float32, at least 0: the last convolutional map, enlarged; None where there is none."""
    logit_difference: float
    """The label's logit for the photo less that for the baseline."""
    completeness_error: float
    """Sum of the integrated gradients less the logit difference: 0 if the path were walked in endless steps."""


def trace(
    photo: Image.Image,
    first_model: OpenModel,
    second_model: OpenModel,
    third_model: OpenModel,
    progress: Progress = NO_PROGRESS,
) -> AttributionsTrace:
    """Which pixels of a photo speak for the answers of three models of families.CLASSIFIERS.

    Raises InputError when a model is too large or does not fit the lab's pictures.
    """
    columns = prepare_models(photo, (first_model, second_model, third_model))
    return AttributionsTrace(tuple(_answer_attribution(one, progress) for one in columns))


def _answer_attribution(prepared: PreparedModel, progress: Progress) -> Attribution:
    probability = prepared.probability()
    label = int(probability.argmax())
    found = attribute(prepared.model, prepared.pixels, label, progress=progress)
    return Attribution(
        model=prepared.reference,
        pixels=prepared.picture(),
        label=prepared.labels[label],
        probability=float(probability[label]),
        integrated_gradients=found.integrated_gradients,
        grad_cam=np.full((1, 1), np.nan, np.float32) if found.grad_cam is None else found.grad_cam,
        logit_difference=found.logit_difference,
        completeness_error=found.completeness_error,
    )


def attribute(
    model: Any, pixels: torch.Tensor, label: int, n_steps: int = N_STEPS, progress: Progress = NO_PROGRESS
) -> AttributionMaps:
    """Attribute the logit of `label` to one photo, (1, channel, row, column), prepared, on the model's device.

    model: of families.CLASSIFIERS, in eval mode, left as it is. The baseline of
    integrated gradients is zero after normalisation: a plain picture of the processor's mean colour.
    Raises ValueError for a label that the model does not have, and whatever `progress` raises between passes.
    """

    if not 0 <= label < model.config.num_labels:
        raise ValueError(f"the model has no label {label}")
    model = with_own_modules(model)

    def logits(batch: torch.Tensor) -> torch.Tensor:
        progress.beat()
        return model(batch).logits  # B, label

    integrated = integrated_gradients(logits, pixels, label, n_steps)
    layer = families.layers(model).convolutional(model)
    cam = None if layer is None else grad_cam(logits, layer, pixels, label)
    with torch.no_grad():
        photo, baseline = logits(torch.cat((pixels, torch.zeros_like(pixels))))[:, label].tolist()
    error = float(integrated.sum(dtype=np.float64)) - (photo - baseline)
    return AttributionMaps(integrated, cam, photo - baseline, error)


def with_own_modules(model: Any) -> Any:
    """The same model of other modules, with the same tensors: captum's hook on them disturbs no other run."""
    tensors = (*model.parameters(), *model.buffers())
    return copy.deepcopy(model, {id(tensor): tensor for tensor in tensors})


def integrated_gradients(logits: Logits, pixels: torch.Tensor, label: int, n_steps: int = N_STEPS) -> np.ndarray:
    """Integrated gradients of a logit from the zero baseline, summed over the colours: (row, column), signed.

    The n_steps points of the path are Gauss-Legendre's.
    """
    images = max(1, min(MAX_STEPS_PER_PASS, PASS_PIXELS // pixels[0, 0].numel()))
    gradients = IntegratedGradients(logits).attribute(
        pixels.detach().clone(), 0.0, label, n_steps=n_steps, internal_batch_size=images
    )
    return gradients[0].sum(dim=0).detach().float().cpu().numpy()
