"""A MobileViT's walk: what the library computes, and what a pixel of a block can see."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from models import families
from models.errors import InputError
from models.mobilevit import layers

SIDE = 128


@pytest.fixture
def pixels():
    return torch.randn(2, 3, SIDE, SIDE, generator=torch.manual_seed(5))


@pytest.fixture
def walk(tiny_mobilevit, pixels):
    with torch.inference_mode():
        return families.layers(tiny_mobilevit).walk(tiny_mobilevit, pixels)


def block(model):
    """The first MobileViT block: on pictures of SIDE pixels its map has 16 x 16 places, its patches 2 x 2."""
    return model.base_model.encoder.layer[2]


def test_the_walk_is_the_plain_forward(tiny_mobilevit, pixels, walk):
    with torch.inference_mode():
        plain = tiny_mobilevit(pixels, output_hidden_states=True)
        _, logits = layers.head(tiny_mobilevit, walk.states[-1])
    torch.testing.assert_close(logits, plain.logits, rtol=0, atol=1e-5)
    found = dict(zip(layers.names(tiny_mobilevit), walk.states, strict=True))
    ends = ["stage 1, layer 1", "stage 2, layer 3", *(f"stage {number}, fusion" for number in (3, 4, 5))]
    for name, expected in zip(ends, plain.hidden_states, strict=True):
        torch.testing.assert_close(found[name], expected, rtol=0, atol=1e-5)
    sizes = [layer.grid for layer in layers.layers(tiny_mobilevit, (SIDE, SIDE))]
    assert sizes == [tuple(state.shape[-2:]) for state in walk.states]


def test_unfolding_is_the_librarys_and_folding_undoes_it(tiny_mobilevit):
    state = torch.randn(2, 5, 8, 12)
    tokens = layers.unfold(state, 2)
    expected, shape = block(tiny_mobilevit).unfolding(state)
    assert torch.equal(tokens, expected)
    assert torch.equal(layers.fold(tokens, 2, (8, 12)), state)
    assert torch.equal(block(tiny_mobilevit).folding(tokens, shape), state)


def test_attention_is_what_the_library_weighs_values_with(tiny_mobilevit, walk, pixels, monkeypatch):
    seen, softmax = [], F.softmax
    monkeypatch.setattr(F, "softmax", lambda *given, **more: seen.append(softmax(*given, **more)) or seen[-1])
    with torch.inference_mode():
        tiny_mobilevit(pixels)
    assert len(seen) == len(walk.attention) == 2 + 4 + 3
    for mine, theirs in zip(walk.attention, seen, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=0, atol=1e-6)
    rows = [pixels.shape[0] * 4, 4, (SIDE // 16) ** 2, (SIDE // 16) ** 2]
    assert list(walk.attention[0].shape) == rows


def reach_of_attention(row, column, rows, columns):
    """Which places of a map one place attends to: those at its own place in all patches of 2 x 2."""
    found = np.zeros((rows, columns), bool)
    found[row % 2 :: 2, column % 2 :: 2] = True
    return found


def grown(seen):
    """What a 3 x 3 convolution adds."""
    padded = np.pad(seen, 1)
    rows, columns = seen.shape
    return np.any([padded[i : i + rows, j : j + columns] for i in range(3) for j in range(3)], axis=0)


def test_what_a_pixel_of_a_block_can_see_is_where_its_jacobian_is_not_zero(tiny_mobilevit):
    """Local convolution, attention at the same place, fusion: derived place by place, and measured."""
    stage = block(tiny_mobilevit)
    state = torch.randn(1, 8, 32, 32, generator=torch.manual_seed(1), requires_grad=True)
    downsampled, local, first, *_, fused = [mapped for mapped, _ in layers.steps(stage, state)]
    row, column, count = 5, 8, 16
    place = np.zeros((count, count), bool)
    place[row, column] = True
    expected = {
        "local": (local, grown(place)),
        "attention": (first, grown(reach_of_attention(row, column, count, count))),
        "fusion": (fused, np.ones((count, count), bool)),
    }
    for name, (mapped, wanted) in expected.items():
        (gradient,) = torch.autograd.grad(mapped[0, :, row, column].sum(), downsampled, retain_graph=True)
        assert np.array_equal(gradient[0].abs().sum(0).numpy() > 0, wanted), name
    assert 0.5 < expected["attention"][1].mean() <= 1


@pytest.mark.parametrize("position", [(0.3, 0.8), (0.0, 0.0), (0.99, 0.5)])
def test_a_unit_sees_its_box_and_nothing_else(tiny_mobilevit, position):
    one = torch.randn(1, 3, SIDE, SIDE, generator=torch.manual_seed(2), requires_grad=True)
    units = layers.units(tiny_mobilevit, SIDE, position)
    states = layers.walk(tiny_mobilevit, one).states
    for (row, column), box, state in zip(units.unit, units.box, states, strict=True):
        (gradient,) = torch.autograd.grad(state[0, :, row, column].square().sum(), one, retain_graph=True)
        seen = gradient[0].abs().sum(0).numpy() > 0
        rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
        assert [rows[0], columns[0], rows[-1] + 1, columns[-1] + 1] == (box * SIDE).round().tolist()


def test_attention_goes_as_far_as_its_weights_say(tiny_mobilevit, pixels):
    with torch.inference_mode():
        one = layers.walk(tiny_mobilevit, pixels[:1])
    reach = layers.attention_reach(tiny_mobilevit, one, SIDE, (0.4, 0.7))
    attends = [layer.attends for layer in layers.layers(tiny_mobilevit, (SIDE, SIDE))]
    assert np.array_equal(~np.isnan(reach.distance), attends)
    row, column, patches = int(0.4 * 16), int(0.7 * 16), 8
    looked = one.attention[0][row % 2 * 2 + column % 2, :, row // 2 * patches + column // 2].numpy()
    away = [np.hypot(key // patches - row // 2, key % patches - column // 2) / patches for key in range(patches**2)]
    expected = np.sqrt((looked * np.square(away)).sum(-1)).mean()
    assert reach.distance[attends][0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("size", [(96, 128), (576, 576)])
def test_pictures_that_the_library_would_resize_and_large_ones_are_refused(tiny_mobilevit, size):
    layers.check(tiny_mobilevit, (SIDE, SIDE), "tiny")
    with pytest.raises(InputError, match=r"model\.(patches|size)"):
        layers.check(tiny_mobilevit, size, "tiny")


def test_a_dilated_network_is_refused(tiny_mobilevit, monkeypatch):
    monkeypatch.setattr(tiny_mobilevit.config, "output_stride", 16)
    with pytest.raises(InputError, match=r"model\.dilated"):
        layers.check(tiny_mobilevit, (SIDE, SIDE), "tiny")
