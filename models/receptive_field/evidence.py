"""Which pixels speak for a class: integrated gradients (Sundararajan et al. 2017), Grad-CAM (Selvaraju et al. 2017).

Both are captum's. Neither is attention, and neither is a receptive field: they follow one logit, not one position.
"""

from typing import NamedTuple, cast

import numpy as np
import torch
from captum.attr import IntegratedGradients, LayerAttribution, LayerGradCam

from models.progress import NO_PROGRESS, Progress
from models.receptive_field.effective import PASS_PIXELS

N_STEPS = 16
STEPS_A_PASS = 8
"""At most; fewer of large pictures (effective.PASS_PIXELS)."""


class Evidence(NamedTuple):
    """What the pixels of one photo add to one logit."""

    maps: dict[str, np.ndarray]
    """(row, column) float32. "integrated_gradients": signed, in logits, summed over the colours. "grad_cam", of a
    ResNet only: at least 0, the last stage's map enlarged."""
    logit_difference: float
    """The label's logit for the photo less that for the baseline."""
    completeness_error: float
    """Sum of the integrated gradients less the logit difference: 0 if the path were walked in endless steps."""


def evidence(
    model, pixels: torch.Tensor, label: int, n_steps: int = N_STEPS, progress: Progress = NO_PROGRESS
) -> Evidence:
    """Evidence for `label` in one photo, (1, channel, row, column), prepared, on the model's device.

    model: of effective.FAMILIES, in eval mode. While it runs it carries a hook (captum's): hold `device.compute_lock`.
    The baseline of integrated gradients is zero after normalisation: a plain picture of the processor's mean colour.
    `progress` hears a beat between passes. Raises ValueError for a label that the model does not have, and whatever
    `progress` raises.
    """

    def logits(batch: torch.Tensor) -> torch.Tensor:
        progress.beat()
        return model(batch).logits  # B, label

    if not 0 <= label < model.config.num_labels:
        raise ValueError(f"the model has no label {label}")
    maps = {"integrated_gradients": integrated_gradients(logits, pixels, label, n_steps)}
    if model.base_model_prefix == "resnet":
        maps["grad_cam"] = grad_cam(logits, model.base_model.encoder.stages[-1], pixels, label)
    with torch.no_grad():
        here, there = logits(torch.cat((pixels, torch.zeros_like(pixels))))[:, label].tolist()
    error = float(maps["integrated_gradients"].sum(dtype=np.float64)) - (here - there)
    return Evidence(maps, here - there, error)


def integrated_gradients(logits, pixels: torch.Tensor, label: int, n_steps: int = N_STEPS) -> np.ndarray:
    """Integrated gradients of a logit from the zero baseline, summed over the colours: (row, column), signed.

    logits: a function of pixels (image, channel, row, column) that gives (image, label). The n_steps points of the
    path are Gauss-Legendre's.
    """
    at_once = max(1, min(STEPS_A_PASS, PASS_PIXELS // pixels[0, 0].numel()))
    given = IntegratedGradients(logits).attribute(
        pixels.detach().clone(), 0.0, label, n_steps=n_steps, internal_batch_size=at_once
    )
    return given[0].sum(dim=0).detach().float().cpu().numpy()


def grad_cam(logits, layer: torch.nn.Module, pixels: torch.Tensor, label: int) -> np.ndarray:
    """Grad-CAM of a logit at a convolutional layer, enlarged bilinearly to the picture: (row, column), at least 0.

    relu(sum over channels of the map times the mean gradient of its channel).
    """
    coarse = LayerGradCam(logits, layer).attribute(pixels.detach().clone(), label, relu_attributions=True)
    size = (pixels.shape[-2], pixels.shape[-1])
    enlarged = LayerAttribution.interpolate(cast("torch.Tensor", coarse), size, "bilinear")  # 1, 1, H, W
    return enlarged[0, 0].detach().cpu().numpy()
