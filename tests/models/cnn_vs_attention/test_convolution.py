from itertools import pairwise

import numpy as np
import pytest
import torch

from models.cnn_vs_attention import convolution
from models.cnn_vs_attention.convolution import ALPHAS, attention, equal, open_cnn, projections, shifts, trace
from models.errors import InputError
from models.pixels import prepare


def random(size, out=4, inner=3, rows=9, columns=7):
    torch.manual_seed(size)
    return torch.randn(out, inner, size, size), torch.randn(inner, rows, columns)


@pytest.mark.parametrize("size", [1, 3, 5])
@pytest.mark.parametrize("out", [2, 3, 5])
def test_attention_equals_the_convolution_in_the_interior(size, out):
    kernel, x = random(size, out)
    seen = equal(kernel, x, 60)
    assert seen.interior.sum() == (9 - size + 1) * (7 - size + 1)
    assert seen.error[seen.interior].max() < 1e-9
    assert seen.head_width == min(3, out)
    assert seen.attention.shape == (size**2, 63, 63)


@pytest.mark.parametrize("size", [3, 5])
def test_borders_differ_without_a_ring_of_zeros_and_agree_with_it(size):
    kernel, x = random(size)
    bare = equal(kernel, x, 60)
    assert bare.error[~bare.interior].max() > 1
    ringed = equal(kernel, x, 60, ring=True)
    assert ringed.ring == size // 2
    assert ringed.attention.shape[-1] == (9 + 2 * ringed.ring) * (7 + 2 * ringed.ring)
    assert ringed.error.max() < 1e-9


@pytest.mark.parametrize("size", [3, 5])
@pytest.mark.parametrize("ring", [False, True])
def test_the_error_falls_as_alpha_grows(size, ring):
    kernel, x = random(size)
    found = [equal(kernel, x, alpha, ring) for alpha in (0, 0.25, 0.5, 1, 2, 4, 8, 16, 32)]
    errors = [one.error[one.interior].max() for one in found]
    assert all(later < earlier for earlier, later in pairwise(errors)), errors


@pytest.mark.parametrize("ring", [0, 1])
def test_heads_share_out_and_at_large_alpha_look_at_the_shifted_token(ring):
    rows, columns = 6, 5
    for alpha in (0, 0.3, 1, 60, 1000):
        weights = attention((rows, columns), alpha, 3, ring)
        np.testing.assert_allclose(weights.sum(-1), 1, rtol=0, atol=1e-12)
    for head, (down, across) in enumerate((a, b) for a in (-1, 0, 1) for b in (-1, 0, 1)):
        for query in range(rows * columns):
            row, column = query // columns + down, query % columns + across
            if ring or (0 <= row < rows and 0 <= column < columns):
                expected = np.zeros((rows + 2 * ring, columns + 2 * ring))
                expected[row + ring, column + ring] = 1
                np.testing.assert_allclose(weights[head, query], expected.ravel(), rtol=0, atol=1e-12)


def test_scores_are_gaussian_around_the_shift():
    """Softmax of -alpha |d - D|^2 written out, key by key."""
    weights = attention((5, 5), 0.7, 3)
    places = [(row, column) for row in range(5) for column in range(5)]
    for head, (down, across) in enumerate(shifts(3)):
        for query, (row, column) in enumerate(places):
            far = np.array([(y - row - down) ** 2 + (x - column - across) ** 2 for y, x in places])
            np.testing.assert_allclose(weights[head, query], np.exp(-0.7 * far) / np.exp(-0.7 * far).sum(), rtol=1e-10)


@pytest.mark.parametrize("out", [2, 5])
def test_value_and_output_matrices_carry_the_kernel(out):
    kernel, _ = random(3, out)
    value, final = projections(kernel)
    for head, (down, across) in enumerate(shifts(3)):
        torch.testing.assert_close(value[head] @ final[head], kernel[:, :, down + 1, across + 1].T)


def test_gradients_and_half_precision_are_left_outside():
    kernel, x = random(3)
    seen = equal(torch.nn.Parameter(kernel.half()), x.half(), 60, ring=True)
    assert seen.output.dtype == seen.attention.dtype == np.float64
    assert seen.error.max() < 1e-9


@pytest.mark.parametrize(
    ("size", "shape", "alpha", "code"),
    [
        (2, (8, 8), 1, "kernel"),
        (5, (8, 4), 1, "kernel"),
        (3, (8, 8), -1, "alpha"),
        (3, (8, 8), float("nan"), "alpha"),
        (3, (8, 8), 1e9, "alpha"),
        (3, (64, 64), 1, "too_many_tokens"),
        (5, (32, 32), 1, "too_many_tokens"),
    ],
)
def test_what_cannot_be_shown_is_refused(size, shape, alpha, code):
    with pytest.raises(InputError) as error:
        attention(shape, alpha, size)
    assert error.value.code == f"cnn_vs_attention.{code}"


def test_a_map_of_32_tokens_a_side_with_a_ring_is_kept():
    assert attention((32, 32), 60, 3, 1).shape == (9, 1024, 1156)


def test_every_alpha_is_the_convolution_of_the_models_own_map(opened, photo, beats):
    cnn = opened("saved_resnet")
    seen = trace(photo, "stage 3, layer 2", cnn, beats)
    assert beats.count == len(ALPHAS)
    body = cnn.model.base_model
    with torch.inference_mode():
        state = body.embedder(prepare(photo, cnn.reader, cnn.model.config))
        for stage in body.encoder.stages[:2]:
            state = stage(state)
        state = body.encoder.stages[2].layers[0](state)
        convolved = body.encoder.stages[2].layers[1].layer[0].convolution(state)[0]
    assert seen.largest == pytest.approx(float(convolved.abs().max()), rel=1e-5)
    assert (seen.model, seen.layer, seen.channels) == (cnn.reference, "stage 3, layer 2", (12, 12))
    assert seen.attention.shape == (len(ALPHAS), 9, 4, 4)
    np.testing.assert_allclose(seen.attention.sum((-1, -2)), 1, rtol=1e-6)
    inside = [error[seen.interior].max() for error in seen.error]
    assert inside[0] > 0.01 and inside[-1] < 1e-12 and inside == sorted(inside, reverse=True)
    assert seen.error[-1][~seen.interior].max() > 0.01


def test_the_convolutions_are_those_of_the_bundled_resnet():
    opened = open_cnn()
    assert set(opened) == {"cnn"} and opened["cnn"].reference == convolution.CONVOLUTION_MODEL == "resnet-imagenette"
    assert type(opened["cnn"].model).__name__ == "ResNetForImageClassification"
