"""Parameter efficiency: what an image classifier has, computes and reaches, and what a layer of each kind costs.

"Attention is less parameter-efficient than convolution" is two claims. A layer's parameters at one width can be counted
(`layer_parameters`): attention has fewer than a 3x3 convolution, a whole ViT layer fewer than the two convolutions of a
ResNet layer. What a parameter buys is accuracy at equal size and data, which takes training (`comparison.dependence`).
"""

import json
from typing import NamedTuple

import torch
from torch import nn
from transformers import ViTConfig
from transformers.models.vit.modeling_vit import ViTAttention, ViTLayer

from models import measure
from models.checkpoint import BUNDLED, bundled


class ModelCost(NamedTuple):
    """What one classifier has, what one picture costs it, and what it is known to reach."""

    parameters: int
    multiply_adds: int
    """Of one picture."""
    val_accuracy: float | None
    """Share of Imagenette's 3,925 validation pictures, from the recipe's record; None where there is none."""


class LayerParameters(NamedTuple):
    """Parameters of one layer by their kind."""

    weight: int
    """In kernels and matrices."""
    bias: int
    """Of kernels and matrices."""
    norm: int
    """Scales and biases of the layer norms."""

    @property
    def total(self) -> int:
        """All parameters."""
        return sum(self)


def model_cost(model, size: tuple[int, int], reference: str) -> ModelCost:
    """Count one open classifier at the `size` (rows, columns) in pixels that it takes.

    model: of receptive_field.effective.FAMILIES, in eval mode; the caller holds `models.device.compute_lock`.
    reference: the name it was opened by. Raises ValueError when a ViT or DeiT does not take pictures of this size.
    """
    return ModelCost(parameters(model), multiply_adds(model, size), recorded_accuracy(reference))


def parameters(network: nn.Module) -> int:
    """All trained numbers; running means and variances of batch norms are not among them."""
    return sum(parameter.numel() for parameter in network.parameters())


def multiply_adds(network: nn.Module, size: tuple[int, int]) -> int:
    """Multiply-adds of the matrix products and convolutions of one RGB picture of `size` (rows, columns).

    Zero padding counts as input; biases, norms, softmax and activations are left out. network: in eval mode.
    """
    pixels = torch.zeros(1, 3, *size, device=next(network.parameters()).device)
    with torch.inference_mode():
        return measure.multiply_adds(lambda: network(pixels))


def recorded_accuracy(reference: str) -> float | None:
    """The validation accuracy in a bundled model's recipe.json; None for other models and other measures."""
    record = BUNDLED / reference / "recipe.json"
    if reference not in bundled() or not record.exists():
        return None
    return json.loads(record.read_text(encoding="utf-8")).get("val_accuracy")


def layer_parameters(n_embd: int) -> dict[str, LayerParameters]:
    """One layer of each kind from C = `n_embd` to C channels, counted from the modules.

    - convolution: 3x3, 9C^2 weights and C biases.
    - attention: query, key, value and output projections of a ViT, 4C^2 and 4C, however many heads.
    - vit_layer: attention, an MLP of width 4C and two layer norms, 12C^2, 9C and 4C (Dosovitskiy et al. 2021).
    """
    config = ViTConfig(hidden_size=n_embd, num_attention_heads=1, intermediate_size=4 * n_embd)
    with torch.device("meta"):
        layers = {
            "convolution": nn.Conv2d(n_embd, n_embd, 3),
            "attention": ViTAttention(config),
            "vit_layer": ViTLayer(config),
        }
    return {name: _by_kind(layer) for name, layer in layers.items()}


def _by_kind(layer: nn.Module) -> LayerParameters:
    norm = sum(parameters(module) for module in layer.modules() if isinstance(module, nn.LayerNorm))
    weight = sum(parameter.numel() for parameter in layer.parameters() if parameter.ndim > 1)
    return LayerParameters(weight, parameters(layer) - weight - norm, norm)
