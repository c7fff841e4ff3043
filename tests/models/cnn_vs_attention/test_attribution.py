from copy import deepcopy

import numpy as np
import pytest
import torch
from torch import nn

from models.cnn_vs_attention.attribution import attribute, integrated_gradients, trace, with_own_modules
from models.families import RESNET
from models.grad_cam import grad_cam
from models.prepared import prepare_model
from models.progress import NoProgress


@pytest.fixture
def pixels():
    return torch.randn(1, 3, 32, 32, generator=torch.manual_seed(6))


@pytest.fixture
def smooth(model):
    """Smaller weights and some biases: the tiny models' own change too steeply at a black picture for any sum."""
    torch.manual_seed(8)
    model = deepcopy(model)
    for name, value in model.named_parameters():
        value.data = torch.randn_like(value) * 0.5 if name.endswith("bias") else value.data * 0.3 ** (value.ndim > 1)
    return model


@pytest.mark.slow
def test_integrated_gradients_are_complete_with_enough_steps(smooth, pixels):
    seen, coarse = (attribute(smooth, pixels, 2, n_steps=n_steps) for n_steps in (200, 2))
    with torch.no_grad():
        difference = float((smooth(pixels).logits - smooth(torch.zeros_like(pixels)).logits)[0, 2])
    assert seen.logit_difference == pytest.approx(difference, abs=1e-5)
    for each in (seen, coarse):
        total = float(each.integrated_gradients.sum())
        assert each.completeness_error == pytest.approx(total - difference, abs=1e-5)
    assert abs(seen.completeness_error) < 0.01 * abs(difference)
    assert abs(seen.completeness_error) < 0.1 * abs(coarse.completeness_error)


def test_the_maps_are_pictures_and_the_model_is_left_as_it_was(model, pixels):
    def hooks():
        return str([(m._forward_hooks, m._backward_hooks, m._forward_pre_hooks) for m in model.modules()])

    before = hooks()
    with torch.no_grad():
        logits = model(pixels).logits
    seen = attribute(model, pixels, 0, n_steps=4)
    assert (seen.grad_cam is not None) == (type(model).__name__ in RESNET)
    for drawn in (seen.integrated_gradients, *([] if seen.grad_cam is None else [seen.grad_cam])):
        assert (drawn.shape, drawn.dtype) == ((32, 32), np.float32)
        assert np.isfinite(drawn).all()
    assert hooks() == before
    assert all(p.grad is None for p in model.parameters())
    assert not pixels.requires_grad
    with torch.no_grad():
        torch.testing.assert_close(model(pixels).logits, logits, rtol=0, atol=0)


def test_integrated_gradients_of_a_linear_model_are_weight_times_pixel(pixels):
    weight = torch.randn(4, 3, 32, 32, generator=torch.manual_seed(7))
    seen = integrated_gradients(lambda batch: torch.einsum("bcyx,lcyx->bl", batch, weight) + 3, pixels, 1, 4)
    np.testing.assert_allclose(seen, (weight[1] * pixels[0]).sum(0).numpy(), atol=1e-5)


def test_integrated_gradients_of_a_square_are_the_square(pixels):
    seen = integrated_gradients(lambda batch: (batch**2).flatten(1).sum(1, keepdim=True), pixels, 0, 3)
    np.testing.assert_allclose(seen, (pixels[0] ** 2).sum(0).numpy(), atol=1e-5)


@pytest.mark.parametrize("label", range(5))
def test_grad_cam_equals_a_hand_computation(tiny_resnet, pixels, label):
    """Behind mean pooling and a linear head the gradient is the head's weight over the number of cells: CAM itself."""
    with torch.no_grad():
        last = tiny_resnet.base_model(pixels).last_hidden_state[0]  # C, h, w
        weight = tiny_resnet.classifier[1].weight[label]
        coarse = (weight[:, None, None] * last).sum(0).clamp(min=0) / last[0].numel()
        expected = nn.functional.interpolate(coarse[None, None], (32, 32), mode="bilinear")[0, 0]
    seen = attribute(tiny_resnet, pixels, label, n_steps=1).grad_cam
    assert seen is not None
    np.testing.assert_allclose(seen, expected.numpy(), atol=1e-6)


def test_grad_cam_keeps_its_sign_until_the_sum():
    convolution = nn.Conv2d(1, 2, 1, bias=False)
    convolution.weight.data = torch.tensor([1.0, 2.0]).view(2, 1, 1, 1)
    head = torch.tensor([[3.0, -1.0], [-3.0, 1.0]])
    network = nn.Sequential(convolution, nn.AdaptiveAvgPool2d(1), nn.Flatten())
    image = torch.tensor([[1.0, 2.0], [0.0, 4.0]]).view(1, 1, 2, 2)
    first, second = (grad_cam(lambda batch: network(batch) @ head.T, convolution, image, label) for label in (0, 1))
    np.testing.assert_allclose(first, image[0, 0].numpy() / 4)  # (3 · 1 - 1 · 2) / 4 of each pixel
    np.testing.assert_allclose(second, 0)


def test_progress_hears_and_may_stop(tiny_resnet, pixels, beats):
    attribute(tiny_resnet, pixels, 0, n_steps=16, progress=beats)
    assert beats.count >= 3
    beats.stop_at = beats.count + 1
    with pytest.raises(TimeoutError):
        attribute(tiny_resnet, pixels, 0, progress=beats)


def test_the_model_itself_gets_no_hook(tiny_resnet, pixels):
    """Another run may compute with it at the same time."""
    hooks = []

    class Watch(NoProgress):
        def beat(self):
            hooks.extend(hook for module in tiny_resnet.modules() for hook in module._forward_hooks.values())

    attribute(tiny_resnet, pixels, 0, n_steps=8, progress=Watch())
    assert not hooks


def test_a_model_with_modules_of_its_own_has_the_same_tensors(tiny_resnet):
    own = with_own_modules(tiny_resnet)
    assert not {*map(id, own.modules())} & {*map(id, tiny_resnet.modules())}
    assert [*map(id, own.parameters()), *map(id, own.buffers())] == [
        *map(id, tiny_resnet.parameters()), *map(id, tiny_resnet.buffers())
    ]  # fmt: skip


@pytest.mark.parametrize("label", [-1, 5])
def test_a_label_that_does_not_exist(tiny_resnet, pixels, label):
    with pytest.raises(ValueError, match="no label"):
        attribute(tiny_resnet, pixels, label)


def test_a_trace_attributes_each_models_own_answer(three, photo, beats):
    seen = trace(photo, **three, progress=beats)
    assert beats.count >= 3 * 3
    for one, opened in zip(seen.columns, three.values(), strict=True):
        prepared = prepare_model(photo, opened)
        probability = prepared.probability()
        label = int(probability.argmax())
        assert (one.model, one.label) == (opened.reference, prepared.labels[label])
        assert one.probability == pytest.approx(probability.max())
        np.testing.assert_array_equal(one.pixels, prepared.picture())
        expected = attribute(opened.model, prepared.pixels, label)
        np.testing.assert_allclose(one.integrated_gradients, expected.integrated_gradients, atol=1e-6)
        total = one.integrated_gradients.sum(dtype=np.float64)
        assert total == pytest.approx(one.logit_difference + one.completeness_error, abs=1e-4)
    assert [np.isfinite(one.grad_cam).all() for one in seen.columns] == [True, False, False]
