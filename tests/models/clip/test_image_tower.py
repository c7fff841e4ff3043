"""EfficientNet-Lite0 in transformers' class computes what plain convolutions with the package's tensors compute."""

from itertools import count
from typing import Any

import pytest
import torch
from torch.nn import functional as F

from models.clip import features, image_tower

BLOCKS = (  # repeats, kernel, stride, expansion, channels in and out: Tan & Le 2019, table 1, and Lite's rules
    *((1, 3, 1, 1, 32, 16), (2, 3, 2, 6, 16, 24), (2, 5, 2, 6, 24, 40), (3, 3, 2, 6, 40, 80)),
    *((3, 5, 1, 6, 80, 112), (4, 5, 2, 6, 112, 192), (1, 3, 1, 6, 192, 320)),
)
DRAWS = torch.manual_seed(3)
PIXELS = torch.rand(2, 3, 64, 64, generator=DRAWS) * 2 - 1


def blocks():
    """Name, kernel, stride, expansion, channels in and out of every block."""
    number = count()
    for repeats, kernel, stride, expansion, before, after in BLOCKS:
        for at in range(repeats):
            yield (
                f"_blocks.{next(number)}.",
                kernel,
                stride if at == 0 else 1,
                expansion,
                after if at else before,
                after,
            )


def drawn():
    """Random tensors as the package names them."""
    state = {}

    def convolution(name, norm, out, into, side):
        state[f"{name}.weight"] = torch.randn(out, into, side, side, generator=DRAWS) / (into * side * side) ** 0.5
        state[f"{norm}.weight"] = torch.rand(out, generator=DRAWS) + 0.5
        state[f"{norm}.bias"] = torch.randn(out, generator=DRAWS) * 0.3
        state[f"{norm}.running_mean"] = torch.randn(out, generator=DRAWS) * 0.3
        state[f"{norm}.running_var"] = torch.rand(out, generator=DRAWS) + 0.5
        state[f"{norm}.num_batches_tracked"] = torch.tensor(1)

    convolution("_conv_stem", "_bn0", 32, 3, 3)
    for name, kernel, _, expansion, before, after in blocks():
        inner = before * expansion
        if expansion > 1:
            convolution(f"{name}_expand_conv", f"{name}_bn0", inner, before, 1)
        convolution(f"{name}_depthwise_conv", f"{name}_bn1", inner, 1, kernel)
        convolution(f"{name}_project_conv", f"{name}_bn2", after, inner, 1)
    convolution("_conv_head", "_bn1", 1280, 320, 1)
    return state | {"_fc.weight": torch.randn(1000, 1280, generator=DRAWS), "_fc.bias": torch.zeros(1000)}


def plain(state, pixels):
    """The last map by convolutions alone: padding as TensorFlow's SAME, batch norm with 1e-3, ReLU6."""

    def step(x, name, norm, stride=1, groups=1, active=True):
        weight = state[f"{name}.weight"]
        side = weight.shape[-1]
        total = max((-(-x.shape[-1] // stride) - 1) * stride + side - x.shape[-1], 0)
        x = F.pad(x, (total // 2, total - total // 2) * 2)
        x = F.conv2d(x, weight, stride=stride, groups=groups)
        parts = [state[f"{norm}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")]
        x = F.batch_norm(x, *parts, eps=1e-3)
        return x.clamp(0, 6) if active else x

    x = step(pixels, "_conv_stem", "_bn0", 2)
    for name, _, stride, expansion, before, after in blocks():
        inner = step(x, f"{name}_expand_conv", f"{name}_bn0") if expansion > 1 else x
        inner = step(inner, f"{name}_depthwise_conv", f"{name}_bn1", stride, inner.shape[1])
        out = step(inner, f"{name}_project_conv", f"{name}_bn2", active=False)
        x = out + x if stride == 1 and before == after else out
    return step(x, "_conv_head", "_bn1")


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The package's file with random tensors, and the tensors."""
    path, state = tmp_path_factory.mktemp("package") / "lite0.pth", drawn()
    torch.save(state, path)
    return path, state


@torch.inference_mode()
def test_the_tower_computes_what_plain_convolutions_compute(package):
    path, state = package
    tower, weight, bias = image_tower.open_tower(path)
    expected = plain(state, PIXELS)
    assert expected.std() > 0.05
    found = tower(PIXELS)
    torch.testing.assert_close(found.last_hidden_state, expected, atol=1e-4, rtol=1e-3)
    torch.testing.assert_close(found.pooler_output, expected.mean((2, 3)), atol=1e-4, rtol=1e-3)
    assert weight.shape == (1000, 1280) and bias.shape == (1000,)


@torch.inference_mode()
def test_gates_are_wide_open(package):
    tower, _, _ = image_tower.open_tower(package[0])
    block: Any = tower.encoder.blocks[4]
    for scale in (0.01, 1.0, 1000.0):
        inner = torch.randn(1, 240, 5, 5, generator=DRAWS) * scale
        torch.testing.assert_close(block.squeeze_excite(inner), inner, atol=0, rtol=0)


@torch.inference_mode()
def test_the_fused_tower_is_equal(package):
    tower, _, _ = image_tower.open_tower(package[0])
    expected = tower(PIXELS).pooler_output
    torch.testing.assert_close(features.fused(tower)(PIXELS).pooler_output, expected, atol=1e-4, rtol=1e-3)
    torch.testing.assert_close(tower(PIXELS).pooler_output, expected, msg="the tower itself is as it was")


@torch.inference_mode()
@pytest.mark.parametrize("learned", [1, 4])
def test_the_two_halves_are_the_tower(package, learned):
    tower, _, _ = image_tower.open_tower(package[0])
    frozen, head = image_tower.halves(tower, learned)
    assert frozen(PIXELS).shape == (2, 192, 2, 2)
    torch.testing.assert_close(head(frozen(PIXELS)), tower(PIXELS).pooler_output, atol=1e-4, rtol=1e-3)


@torch.inference_mode()
def test_stored_maps_of_whole_frames_give_the_numbers_of_the_tower(package, tmp_path):
    tower, _, _ = image_tower.open_tower(package[0])
    frozen, head = image_tower.halves(tower, 1)
    photos = torch.randint(0, 256, (5, 3, 32, 32), dtype=torch.uint8, generator=DRAWS)
    maps = features.store(tmp_path / "maps.npy", lambda: features.maps(frozen, photos))
    expected = tower(features.whole(photos).float() / 127.5 - 1).pooler_output
    torch.testing.assert_close(features.numbers(head, maps), expected, atol=0.02, rtol=0.02)
    again = features.store(tmp_path / "maps.npy", lambda: pytest.fail("computed twice"))
    torch.testing.assert_close(again, maps, atol=0, rtol=0)


def test_what_a_view_draws_follows_its_seed(package):
    tower, _, _ = image_tower.open_tower(package[0])
    frozen, _ = image_tower.halves(tower, 4)
    photos = torch.randint(0, 256, (5, 3, 32, 32), dtype=torch.uint8, generator=DRAWS)
    first, again, other = (features.maps(frozen, photos, features.cropped, seed) for seed in (1, 1, 2))
    torch.testing.assert_close(again, first, atol=0, rtol=0)
    assert not torch.equal(other, first)


def test_a_crop_is_a_part_of_its_photo_as_it_is_or_mirrored():
    """Of a photo that grows brighter from left to right, every part is as steep or less, in one of two directions."""
    ramp = torch.arange(0, 128, dtype=torch.uint8).expand(20, 3, 128, 128)
    torch.manual_seed(0)
    crops = features.cropped(ramp).float()
    assert crops.shape == (20, 3, image_tower.SIDE, image_tower.SIDE)
    across = crops[..., -1].mean((1, 2)) - crops[..., 0].mean((1, 2))
    assert across.abs().min() > 128 * 0.5 and across.abs().max() < 128
    assert across.min() < 0 < across.max()
