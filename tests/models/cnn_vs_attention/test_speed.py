"""What classifiers cost, against the counter and a clock that is set."""

import numpy as np
import pytest

from models import measure
from models.cnn_vs_attention import parameters, speed
from models.device import Places


@pytest.fixture
def four(opened):
    folders = {"resnet": "saved_resnet", "vit": "tiny_vit", "swin": "tiny_swin", "mobilevit": "saved_mobilevit"}
    return {kind: opened(folder) for kind, folder in folders.items()}


def test_every_model_is_counted_and_timed_alone_and_among_others(four, monkeypatch, beats):
    monkeypatch.setenv("LAB_DEVICE", "cpu")
    monkeypatch.setattr("models.device.places", lambda: Places(4, threads=4))
    calls, clock = [], iter(np.arange(1, 1000) / 8)
    monkeypatch.setattr(measure, "seconds", lambda call: calls.append(call) or next(clock))
    seen = speed.trace(**four, batches=(1, 2), progress=beats)
    assert seen.device == "CPU × 1"
    assert seen.seconds.tolist() == [[1 / 8, 2 / 8, 3 / 8, 4 / 8], [5 / 16, 6 / 16, 7 / 16, 8 / 16]]
    assert beats.count == len(calls) == 8 * measure.ROUNDS
    assert [len(call().logits) for call in calls[:8]] == [1] * 4 + [2] * 4
    for place, one in enumerate(four.values()):
        assert (seen.model[place], seen.kind[place]) == (one.reference, one.model.config.model_type)
        assert seen.parameters[place] == parameters.parameters(one.model)
        assert seen.multiply_adds[place] == parameters.multiply_adds(one.model, (seen.side[place],) * 2)


def test_the_four_are_bundled():
    opened = speed.open_bundled()
    assert [one.model.config.model_type for one in opened.values()] == list(opened)
