import numpy as np
import pytest
import torch
from captum.attr import NeuronGradient
from torch import nn

from models import families
from models.receptive_field.effective import area_ratios, fields, gradient_fields, radius, random_like
from models.receptive_field.position import cell_at
from models.swin.windows import group, reach

POSITION = (0.4, 0.7)


@pytest.fixture
def pixels():
    return torch.randn(3, 3, 32, 32, generator=torch.manual_seed(5))


def modules(model):
    """The module whose output is the map of each layer, in order."""
    body = model.base_model
    if "ResNet" in type(model).__name__:
        return [body.embedder, *(layer for stage in body.encoder.stages for layer in stage.layers)]
    if "Swin" in type(model).__name__:
        return [block for stage in body.encoder.layers for block in stage.blocks]
    return list(body.layers)


def by_captum(model, module, pixels):
    def unit(output):
        output = output[0] if isinstance(output, tuple) else output
        if output.ndim == 3:
            tokens = output.shape[1]
            side = int(tokens**0.5)
            row, column = int(POSITION[0] * side), int(POSITION[1] * side)
            return output[:, tokens - side**2 + row * side + column].sum(-1)
        return output[:, :, int(POSITION[0] * output.shape[2]), int(POSITION[1] * output.shape[3])].sum(-1)

    found = NeuronGradient(model, module).attribute(pixels.clone().requires_grad_(), unit)
    return found.abs().sum(1).mean(0).numpy()


def test_fields_equal_captum_called_once_per_layer(model, pixels):
    seen = fields(model, pixels, POSITION)
    expected = np.stack([by_captum(model, module, pixels) for module in modules(model)])
    assert seen.dtype == np.float32
    assert seen.shape == (len(families.layers(model).names(model)), 32, 32)
    assert (expected.max(axis=(1, 2)) > 0).all()
    np.testing.assert_allclose(seen / expected.max(), expected / expected.max(), atol=1e-5)
    np.testing.assert_allclose(seen, expected, rtol=1e-4, atol=1e-5)


def test_the_mean_over_images_is_the_mean_of_single_images(model, pixels, monkeypatch):
    together = fields(model, pixels, POSITION)
    single = np.mean([fields(model, image[None], POSITION) for image in pixels], axis=0)
    np.testing.assert_allclose(together, single, rtol=1e-4, atol=1e-5)
    monkeypatch.setattr("models.receptive_field.effective.PASS_PIXELS", 2 * 32 * 32)
    np.testing.assert_allclose(fields(model, pixels, POSITION), together, rtol=1e-4, atol=1e-5)


def test_the_shared_model_is_left_as_it_was(model, pixels):
    def state():
        hooks = [(module._forward_hooks, module._backward_hooks, module._forward_pre_hooks) for module in body]
        parameters = [(p.requires_grad, p._version) for p in model.parameters()]
        return str(hooks), parameters, model.training, [sorted(vars(module)) for module in body]

    body = list(model.modules())
    before, grad = state(), pixels.requires_grad
    with torch.no_grad():
        logits = model(pixels).logits
        fields(model, pixels, POSITION)
        torch.testing.assert_close(model(pixels).logits, logits, rtol=0, atol=0)
    assert state() == before
    assert all(parameter.grad is None for parameter in model.parameters())
    assert (pixels.requires_grad, pixels.grad) == (grad, None)


@pytest.mark.parametrize("position", [(0.0, 0.0), (0.4, 0.7), (0.99, 0.5)])
def test_swin_sees_nothing_outside_the_reach_of_its_windows(opened, pixels, position):
    """Exactly nothing outside the windows; between regions of one, the mask of -100 lets some e^-100 through."""
    model = opened("tiny_swin").model
    seen = fields(model, pixels, position)
    grids = [(8, 8), (8, 8), (4, 4), (4, 4), (2, 2), (2, 2)]
    blocks = [(2, 0), (2, 1), (2, 0), (2, 1), (2, 0), (2, 0)]
    groups = [group(grid, *windows) for grid, windows in zip(grids, blocks, strict=True)]
    row, column = cell_at(position, (8, 8))
    patch = row * 8 + column
    masked, windows = reach(groups, grids, patch)[1:], reach([numbers // 9 for numbers in groups], grids, patch)[1:]
    for field, within, in_windows in zip(seen, masked, windows, strict=True):
        patches = field.reshape(8, 4, 8, 4).transpose(0, 2, 1, 3).reshape(64, 16)
        assert (patches[within] > 1e-6).all()
        assert (patches[~within] < 1e-30).all()
        assert (patches[~in_windows] == 0).all()
    assert not masked[1].all()
    assert not windows[1].all()


def test_swin_one_block_sees_one_window(opened, pixels):
    seen = fields(opened("tiny_swin").model, pixels, (0.4, 0.7))[0]
    rows, columns = np.nonzero(seen)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (8, 15, 16, 23)


def test_a_convolution_sees_nothing_outside_its_kernel(tiny_resnet, pixels):
    """Cell 4 of 8 pools outputs 7 to 9 of the 7x7 convolution, which read pixels 11 to 21."""
    seen = fields(tiny_resnet, pixels, (0.5, 0.5))
    inside = seen[0][11:22, 11:22].copy()
    assert np.count_nonzero(inside) > 49
    seen[0][11:22, 11:22] = 0
    assert not seen[0].any()
    counts = [np.count_nonzero(field) for field in (inside, *seen[1:])]
    assert counts == sorted(counts)


def test_a_vit_sees_every_patch_from_its_first_layer(opened, pixels):
    assert (fields(opened("tiny_vit").model, pixels, POSITION) > 0).all()


@pytest.mark.parametrize("n", [5, 10])
def test_a_uniform_linear_stack_has_a_gaussian_field(n):
    stack = nn.Sequential(*(nn.Conv2d(1, 1, 3, padding=1, bias=False) for _ in range(n)))
    for weight in stack.parameters():
        nn.init.constant_(weight, 1 / 9)

    def maps(pixels):
        states = [pixels]
        for layer in stack:
            states.append(layer(states[-1]))
        return states[1:]

    side, middle = 65, (32.5 / 65, 32.5 / 65)
    seen = gradient_fields(maps, torch.randn(1, 1, side, side), middle)
    for depth, field in enumerate(seen, 1):
        sd = side * radius(field, middle) / 2**0.5  # of one axis
        assert sd == pytest.approx((2 * depth / 3) ** 0.5, rel=1e-4)
        assert np.count_nonzero(field.sum(0)) == 2 * depth + 1
        assert field.sum() == pytest.approx(1, rel=1e-5)


def test_progress_hears_between_layers_and_may_stop(tiny_resnet, pixels, beats):
    fields(tiny_resnet, pixels, POSITION, beats)
    assert beats.count == 5
    beats.stop_at = 6
    with pytest.raises(TimeoutError):
        fields(tiny_resnet, pixels, POSITION, beats)


@pytest.mark.parametrize("position", [(1.0, 0.5), (0.5, -0.1), (float("nan"), 0.5)])
def test_a_position_outside_the_picture(tiny_resnet, pixels, position):
    with pytest.raises(ValueError, match="not in the picture"):
        fields(tiny_resnet, pixels, position)


def test_random_like_is_another_model_of_the_same_shape(model, pixels):
    state = torch.random.get_rng_state()
    fresh = random_like(model, 10)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert random_like(model, 10) is fresh
    assert type(fresh) is type(model)
    assert not fresh.training
    assert fresh.config is not model.config
    weights, own = fresh.state_dict(), model.state_dict()
    assert {name: value.shape for name, value in weights.items()} == {k: v.shape for k, v in own.items()}
    drawn = [name for name in weights if name.endswith("weight") and weights[name].ndim == 4]
    assert drawn
    assert all(not torch.equal(weights[name], own[name]) for name in drawn)
    other = random_like(model, 11).state_dict()
    assert all(not torch.equal(weights[name], other[name]) for name in drawn)
    assert fields(fresh, pixels, POSITION).any()


def test_random_like_keeps_eager_attention(opened):
    assert random_like(opened("tiny_vit").model).config._attn_implementation == "eager"


def test_area_ratios_of_known_fields():
    point = np.zeros((9, 9))
    point[4, 4] = 1
    assert set(area_ratios(point)) == {0.2, 0.3, 0.5, 0.99}
    assert all(ratio == pytest.approx((1 / 81, 1 / 81)) for ratio in area_ratios(point).values())
    flat = area_ratios(np.ones((9, 9)))
    assert [flat[t].gradient_mass for t in (0.2, 0.3, 0.5, 0.99)] == pytest.approx([25 / 81, 25 / 81, 49 / 81, 1])
    assert [flat[t].replknet for t in (0.2, 0.3, 0.5, 0.99)] == pytest.approx([25 / 81, 25 / 81, 49 / 81, 1])
    assert all(np.isnan(value) for ratio in area_ratios(np.zeros((4, 4))).values() for value in ratio)


def test_a_share_must_exceed_the_threshold():
    field = np.zeros((5, 5))
    field[2, 2], field[2, 3] = 1, 1
    assert area_ratios(field)[0.5].gradient_mass == pytest.approx(9 / 25)


def test_replknets_ratio_depends_on_scale_and_that_of_the_mass_does_not():
    field = np.ones((9, 9))
    field[4, 4] = 99
    ratio = area_ratios(field)
    assert ratio[0.5].gradient_mass == pytest.approx(1 / 81)  # 99 of 179
    assert ratio[0.5].replknet == pytest.approx(49 / 81)  # log10(100) = 2 against 80 log10(2) = 24.1
    small = area_ratios(field * 1e-6)
    assert small[0.5] == pytest.approx((1 / 81, 1 / 81))
    assert {t: each.gradient_mass for t, each in area_ratios(field * 1e6).items()} == {
        t: each.gradient_mass for t, each in ratio.items()
    }


def test_replknets_ratio_equals_its_own_loop():
    field = np.random.default_rng(0).exponential(size=(40, 40)) * np.hanning(40)[:, None] * np.hanning(40)[None]
    scores = np.log10(field + 1)
    scores /= scores.max()
    for t, ratio in area_ratios(field).items():
        for i in range(1, 20):
            if scores[20 - i : 21 + i, 20 - i : 21 + i].sum() / scores.sum() > t:
                assert ratio.replknet == pytest.approx((2 * i + 1) ** 2 / 1600)
                break
        else:
            pytest.fail("no square")


def test_squares_at_a_position_are_clipped_at_the_border():
    field = np.zeros((10, 20))
    field[0, 0] = field[1, 1] = 1
    ratio = area_ratios(field, (0.0, 0.0))
    assert ratio[0.3].gradient_mass == pytest.approx(1 / 200)
    assert ratio[0.5].gradient_mass == pytest.approx(4 / 200)
    assert area_ratios(field, (0.15, 0.05))[0.99].gradient_mass == pytest.approx(3 * 3 / 200)
    assert area_ratios(field)[0.99].gradient_mass == pytest.approx(200 / 200)


def test_radius():
    field = np.zeros((10, 20))
    field[4, 9] = field[5, 10] = 2
    expected = np.hypot(0.5 / 10, 0.5 / 20)
    assert radius(field, (0.5, 0.5)) == pytest.approx(expected)
    assert radius(1e-5 * field, (0.5, 0.5)) == pytest.approx(expected)
    assert radius(np.ones((400, 400)), (0.5, 0.5)) == pytest.approx((1 / 6) ** 0.5, rel=1e-4)
    assert np.isnan(radius(np.zeros((4, 4)), (0.5, 0.5)))
