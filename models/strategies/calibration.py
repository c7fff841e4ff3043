"""Whether predictions are right as often as they are sure (Guo et al. 2017)."""

from typing import NamedTuple

import numpy as np

BINS = 10
"""Of equal width, of the confidence."""


class Reliability(NamedTuple):
    """By bin of the confidence."""

    predictions: np.ndarray
    """In it."""
    confidence: np.ndarray
    """Their mean; nan of none."""
    right: np.ndarray
    """The share of right ones; nan of none."""


def reliability(right: np.ndarray, confidence: np.ndarray) -> Reliability:
    """Of predictions (token,) that are right (1) or not (0), with a confidence in [0, 1] each."""
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    count = np.bincount(place, minlength=BINS)
    among = np.where(count, count, np.nan)
    sure, correct = (np.bincount(place, weights=part, minlength=BINS) / among for part in (confidence, right))
    return Reliability(count, sure, correct)


def calibration(right: np.ndarray, confidence: np.ndarray) -> float:
    """Expected calibration error of predictions (token,): mean over them of how far confidence and right share of
    their bin lie apart."""
    found = reliability(right, confidence)
    return float(np.nansum(found.predictions * np.abs(found.right - found.confidence)) / found.predictions.sum())
