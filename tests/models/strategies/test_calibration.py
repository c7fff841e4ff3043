"""Calibration against a case counted by hand."""

import numpy as np
import pytest

from models.strategies.calibration import BINS, calibration, reliability

RIGHT, CONFIDENCE = np.array([1.0, 0, 1, 1]), np.array([0.95, 0.95, 0.55, 1.0])


def test_the_expected_calibration_error_is_counted_by_hand():
    assert calibration(RIGHT, CONFIDENCE) == pytest.approx((abs(2 - 2.9) + abs(1 - 0.55)) / 4)
    assert calibration(np.array([1.0, 0]), np.array([0.52, 0.58])) == pytest.approx(0.05)


def test_bins_have_their_own_mean_and_empty_ones_none():
    found = reliability(RIGHT, CONFIDENCE)
    assert found.predictions.tolist() == [0] * 5 + [1] + [0] * 3 + [3] and len(found.predictions) == BINS
    assert found.right[-1] == pytest.approx(2 / 3) and found.confidence[-1] == pytest.approx(2.9 / 3)
    assert (found.right[5], found.confidence[5]) == (1, pytest.approx(0.55))
    assert np.isnan(found.right[:5]).all() and np.isnan(found.confidence[6:9]).all()
