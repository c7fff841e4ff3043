"""Stacks side by side against PyTorch's own layer, against layers written out one by one, and finite differences."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from models.anatomy import gradients
from models.anatomy.gradients import Layer, Stacks, batch, gradient_norms, trace
from models.traces import NORM_PLACES, STACK_VARIANTS


def generators(count):
    return [torch.Generator().manual_seed(seed) for seed in range(count)]


def moved(layer):
    """Biases and gains that do something, so that leaving one out shows."""
    generator = torch.Generator().manual_seed(9)
    for name, parameter in layer.named_parameters():
        if "bias" in name or "gain" in name:
            parameter.data += torch.randn(parameter.shape, generator=generator, dtype=parameter.dtype)
    return layer


def library(layer, stack, place):
    """The library's layer with the weights of one of the stacks that have residuals and LayerNorm."""
    size = (gradients.N_EMBD, gradients.N_HEAD, gradients.N_INNER)
    made = nn.TransformerEncoderLayer(*size, 0.0, batch_first=True, norm_first=place == "pre", dtype=torch.float64)
    made.self_attn.in_proj_weight.data = layer.qkv[stack].T
    made.self_attn.out_proj.weight.data = layer.out[stack].T
    made.linear1.weight.data, made.linear1.bias.data = layer.up[stack].T, layer.up_bias[stack, 0]
    made.linear2.weight.data, made.linear2.bias.data = layer.down[stack].T, layer.down_bias[stack, 0]
    for index, norm in enumerate((made.norm1, made.norm2)):
        norm.weight.data, norm.bias.data = layer.gain[index, stack, 0], layer.norm_bias[index, stack, 0]
    return made


@pytest.mark.parametrize("place", NORM_PLACES)
def test_with_both_a_layer_is_the_librarys(place):
    layer = moved(Layer(generators(2), place))
    x = torch.randn(8, 3 * gradients.N_TOKEN, gradients.N_EMBD, dtype=torch.float64)
    for stack in (0, 1):
        sequences = x[stack].unflatten(0, (3, -1))
        expected = library(layer, stack, place)(sequences).flatten(0, 1)
        torch.testing.assert_close(layer(x)[stack], expected)


@pytest.mark.parametrize("place", NORM_PLACES)
@pytest.mark.parametrize("variant", STACK_VARIANTS)
def test_what_a_variant_lacks_is_left_out(variant, place):
    layer = moved(Layer(generators(1), place))
    stack = STACK_VARIANTS.index(variant)
    x = torch.randn(4, gradients.N_TOKEN, gradients.N_EMBD, dtype=torch.float64)
    now = x[stack]
    for index, sublayer in enumerate((layer.attention, layer.feed_forward)):

        def alone(given, sublayer=sublayer):
            """The sublayer on this stack, the others zero."""
            return sublayer(torch.stack([given if at == stack else given * 0 for at in range(4)]))[stack]

        def norm(given, index=index):
            if variant not in ("both", "norm"):
                return given
            return F.layer_norm(
                given, (gradients.N_EMBD,), layer.gain[index, stack, 0], layer.norm_bias[index, stack, 0]
            )

        residual = now if variant in ("both", "residual") else 0
        now = norm(residual + alone(now)) if place == "post" else residual + alone(norm(now))
    torch.testing.assert_close(layer(x)[stack], now)


def test_all_variants_of_a_seed_begin_alike_and_seeds_differ():
    stacks = Stacks(2, range(3), "pre")
    second: Any = stacks.layers[1]
    for parameter in (stacks.token, second.qkv, stacks.head):
        by_variant = parameter.unflatten(0, (4, 3))
        assert (by_variant == by_variant[:1]).all()
        assert not torch.equal(by_variant[0, 0], by_variant[0, 1])


def test_the_gradient_is_how_fast_the_loss_changes():
    norms = gradient_norms(4, "pre")
    stacks: Any = Stacks(4, range(gradients.N_SEED), "pre")
    ids = batch(torch.Generator().manual_seed(gradients.N_SEED))
    with torch.no_grad():
        states = stacks.states(ids)
    for place in (0, 2, 4):
        state = states[place].requires_grad_()

        def loss(given, place=place):
            for layer in stacks.layers[place:]:
                given = layer(given)
            return stacks.loss(given, ids.flip(1))

        (gradient,) = torch.autograd.grad(loss(state).sum(), state)
        direction = gradient / gradient.flatten(1).norm(dim=1)[:, None, None]
        with torch.no_grad():
            slope = (loss(state + 1e-6 * direction) - loss(state - 1e-6 * direction)) / 2e-6
        np.testing.assert_allclose(norms[..., place].ravel(), slope.numpy(), rtol=1e-4)


def test_the_trace_grows_and_its_losses_start_near_guessing(monkeypatch, beats):
    monkeypatch.setattr(gradients, "DEPTHS", (2, 3))
    monkeypatch.setattr(gradients, "STEPS", 20)
    first, second, last = trace("post", 2, beats)
    assert beats.count == 2 + 20
    assert np.isnan(first.loss).all() and second.loss.shape == (4, 10) and last.loss.shape == (4, 20)
    np.testing.assert_array_equal(last.loss[:, :10], second.loss)
    assert first.guessing == pytest.approx(math.log(gradients.VOCABULARY))
    assert abs(last.loss[3, 0] - first.guessing) < 0.7
    np.testing.assert_allclose(first.along[..., 0], 1)
    np.testing.assert_allclose(first.along[..., -1], first.first[..., -1])
    alone = gradient_norms(2, "post")
    np.testing.assert_allclose(first.first[..., 0], alone[..., 0] / alone[..., -1])


def test_a_stack_with_both_learns_to_write_backwards():
    *_, last = gradients.training(4, "pre", gradients.NO_PROGRESS)
    assert np.mean(last[-10:], axis=0)[0] < 0.3 * last[0][0]
