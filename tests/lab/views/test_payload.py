import numpy as np
import pytest

from lab.views.payload import quantise


@pytest.mark.parametrize(("dtype", "limit"), [(np.uint8, 255), (np.int8, 127)])
def test_every_row_is_bytes_of_its_own_largest_size(dtype, limit):
    rows = np.array([[0, 0.5, 1], [0, 0, 0], [0.001, 0.002, 0.004]])
    drawn, size = quantise(rows, dtype)
    assert drawn.dtype == dtype and size.dtype == np.float32
    assert size.tolist() == pytest.approx([1, 0, 0.004])
    assert drawn[:, 2].tolist() == [limit, 0, limit]
    assert drawn[2].tolist() == [round(limit / 4), round(limit / 2), limit]


def test_negative_numbers_keep_their_sign():
    drawn, size = quantise(np.array([[-4.0, 2.0]]), np.int8)
    assert (drawn.tolist(), size.tolist()) == ([[-127, 64]], [4])
