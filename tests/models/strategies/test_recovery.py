"""The recorded averages are those of the single outputs, counted by hand."""

import json

import numpy as np
import pytest

from models.checkpoint import BUNDLED, open_model
from models.errors import InputError
from models.strategies import recorded, recovery, wrong_token
from models.traces import MISTAKES, REMOVED
from tests.widgets import strategies_traces

SENTENCES = [
    "A man in a blue shirt is riding a bike down the street in the rain.",
    "Two dogs play with a red ball in the snow near a small house and a tree.",
    "A dog runs.",
]


def test_a_token_is_lost_where_the_other_output_has_it_not():
    one = strategies_traces.wrong()
    nan = np.nan
    wanted = [[nan, 0, 0, 0], [nan, nan, 1, 0], [nan] * 4, [nan] * 4]
    np.testing.assert_array_equal(recovery.lost(one), wanted)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_averages_are_over_all_positions(mistake):
    translator = open_model("marian-multi30k", ("MarianMTModel",), "text")
    traces = [wrong_token.trace(one, "de", translator, mistake) for one in SENTENCES]
    found = recovery.measure(traces)
    changed = [share for one in traces for share in one.changed if np.isfinite(share)]
    assert found["positions"] == len(changed) and found["unchanged"] == changed.count(0)
    assert found["changed"] == pytest.approx(np.mean(changed), abs=1e-4)
    second = [one.divergence[at, at + 2] for one in traces for at in range(len(one.output) - 2)]
    assert found["divergence"][1] == pytest.approx(np.nanmean(second), abs=1e-4)
    assert len(found["lost"]) == recovery.DISTANCES
    cases = [np.isfinite(one.divergence) for one in traces]
    reached = [sum(np.diagonal(one, distance).any() for one in cases) for distance in range(1, recovery.DISTANCES + 1)]
    assert recovery.reaching(traces) == reached and len(set(reached)) > 1


@pytest.mark.parametrize("name", recorded.RECORDED)
def test_what_is_shipped_is_complete_and_is_read_as_it_stands(name):
    written = json.loads((BUNDLED / name / recorded.RECOVERY).read_text(encoding="utf-8"))
    found = recorded.recovery(open_model(name, ("MarianMTModel",), "text"))
    assert found.sentences == written["sentences"] == recovery.SENTENCES
    assert found.reaching.tolist() == written["reaching"] and len(written["reaching"]) == recovery.DISTANCES
    for at, mistake in enumerate(MISTAKES):
        assert found.divergence[at].tolist() == written[mistake]["divergence"]
        assert found.positions[at] == written[mistake]["positions"] > REMOVED


def test_a_model_without_a_record_is_told(tiny_translators):
    marian = open_model(str(tiny_translators[0]), ("MarianMTModel",), "text")
    with pytest.raises(InputError, match=r"strategies\.no_record"):
        recorded.recovery(marian)
