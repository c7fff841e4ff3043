import numpy as np

from models import attention


def test_half_of_a_rows_sum_is_counted_from_the_largest_key_on():
    rows = np.array([[1.0, 5, 1, 3], [0.25, 0.25, 0.25, 0.25], [0.4, 0.3, 0.3, 0], [0, 0, 0, 1]], np.float32)
    assert attention.half_count(rows).tolist() == [1, 2, 2, 1]
    uniform = np.full((2, 3, 196), 1 / 197, np.float32)
    assert attention.half_count(uniform).tolist() == [[98] * 3] * 2


def test_rollout_of_two_layers_by_hand():
    layers = np.array([[[[1.0, 0.0], [0.5, 0.5]]], [[[0.0, 1.0], [1.0, 0.0]]]])
    first = np.array([[1.0, 0.0], [0.25, 0.75]])
    second = np.array([[0.5, 0.5], [0.5, 0.5]])
    np.testing.assert_allclose(attention.rollout(layers), [first, second @ first])


def test_rollout_rows_sum_to_one():
    scores = np.random.default_rng(0).random((4, 3, 10, 10))
    layers = scores / scores.sum(-1, keepdims=True)
    np.testing.assert_allclose(attention.rollout(layers).sum(-1), 1)


def test_mean_distance_of_a_head_that_looks_one_patch_to_the_right():
    layers = np.zeros((1, 2, 5, 5))
    for patch in range(4):
        layers[0, 0, 1 + patch, 1 + patch] = 1
        layers[0, 1, 1 + patch, 1 + (patch ^ 1)] = 0.5
        layers[0, 1, 1 + patch, 0] = 0.5
    np.testing.assert_allclose(attention.mean_distance(layers, (2, 2), 16), [[0, 16]])
