"""Where the last convolutional map speaks for a class: Grad-CAM (Selvaraju et al. 2017), captum's."""

from collections.abc import Callable
from typing import cast

import numpy as np
import torch
from captum.attr import LayerAttribution, LayerGradCam

Logits = Callable[[torch.Tensor], torch.Tensor]
"""From pixels (image, channel, row, column) to logits (image, label)."""


def grad_cam(logits: Logits, layer: torch.nn.Module, pixels: torch.Tensor, label: int) -> np.ndarray:
    """Grad-CAM of a logit at a convolutional layer, enlarged bilinearly to the picture: (row, column), at least 0.

    relu(sum over channels of the map times the mean gradient of its channel).
    """
    coarse = LayerGradCam(logits, layer).attribute(pixels.detach().clone(), label, relu_attributions=True)
    size = (pixels.shape[-2], pixels.shape[-1])
    enlarged = LayerAttribution.interpolate(cast("torch.Tensor", coarse), size, "bilinear")  # 1, 1, H, W
    return enlarged[0, 0].detach().cpu().numpy()
