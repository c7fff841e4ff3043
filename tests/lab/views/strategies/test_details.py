"""What the charts of the small print draw, and what its table and its lines say."""

from dataclasses import replace

import numpy as np
import pytest

from lab.text import LANGUAGES, Text
from lab.views.strategies import details
from models.strategies.variants import AHEAD
from models.traces import TRAINING_DETAILS
from tests.widgets import strategies_traces

EN = Text("en")
every_detail = pytest.mark.parametrize("detail", TRAINING_DETAILS)


def named(chart):
    return {line["name"]: line for line in chart["data"]}


def title(chart):
    return chart["layout"]["yaxis"]["title"]["text"]


@every_detail
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_curves_on_screen_are_those_of_the_trace(detail, language, numbers):
    trace, text = strategies_traces.details(detail), Text(language)
    charts = {title(one): named(one) for one in details.chart(trace, text)}
    for curve in details.CHARTS[detail]:
        lines = charts[text(f"strategies.view.details.{curve}")]
        values = getattr(trace, curve)
        for at, variant in enumerate(trace.variant):
            name = details.variant_name(detail, variant, text)
            wanted = values[at].mean(0) if values.ndim == 3 else values[at]
            np.testing.assert_allclose(numbers(lines[name]["y"]), wanted)
            assert lines[name]["x"] == trace.step.tolist()
            if values.ndim == 3:
                lowest = lines[text("strategies.view.train.lowest", curve=name)]
                np.testing.assert_allclose(numbers(lowest["y"]), values[at].min(0))


@every_detail
@pytest.mark.parametrize("language", LANGUAGES)
def test_variants_have_names_of_their_own(detail, language):
    trace = strategies_traces.details(detail)
    names = [details.variant_name(detail, one, Text(language)) for one in trace.variant]
    assert len(set(names)) == len(names) and not any("{" in name for name in names)


def test_the_reliability_is_drawn_where_there_are_predictions(numbers):
    trace = strategies_traces.details("smoothing")
    lines = named(details.chart(trace, EN)[-1])
    line = lines["smoothing 0.1"]
    np.testing.assert_allclose(numbers(line["x"]), trace.bin_confidence[1, 1:])
    np.testing.assert_allclose(numbers(line["y"]), trace.bin_right[1, 1:])
    assert lines["calibrated"]["x"] == lines["calibrated"]["y"] == [0, 1]


def test_the_table_has_what_each_variant_reached():
    said = details.claim(strategies_traces.details("clipping", seeds=1), EN)
    assert "169,088 parameters learned 4,000 pairs in 100 steps each; 100 others were asked. Seeds: 1." in said
    assert "| not clipped | 90% | 50% | 0.75 | 12 | 38% | 5.5 s |" in said
    assert "| clipped at 3 | 81% | 45% | 0.68 | 11 | 34% | 6.5 s |" in said
    assert EN("strategies.view.train.one_seed") in said
    two = details.claim(strategies_traces.details("smoothing"), EN)
    assert "| smoothing 0.3 | 72% (70%–74%) | 40% (38%–42%) | 0.60 (0.58–0.62) | 16% (14%–18%) | 4.80" in two
    assert EN("strategies.view.train.noise") in two


@every_detail
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_claim_says_its_comparisons(detail, language):
    said = details.claim(strategies_traces.details(detail), Text(language))
    assert said.count("\n- ") == len(AHEAD[detail].pairs) and "{" not in said and "nan" not in said


def test_who_is_ahead_is_counted_seed_by_seed():
    trace = strategies_traces.details("smoothing")
    assert "calibration error (ECE) 18% against 20%, lower in all 2 seeds" in details.claim(trace, EN)
    mixed = np.array([[0.2, 0.1], [0.1, 0.2], [0.3, 0.3]])
    said = details.claim(replace(trace, calibration=mixed), EN)
    assert "smoothing 0.1 against no smoothing: calibration error (ECE) 15% against 15%, lower in 1 of 2 seeds" in said
    assert "smoothing 0.3 against no smoothing: calibration error (ECE) 30% against 15%, lower in none of 2" in said


def test_one_seed_is_one_seed():
    trace = strategies_traces.details("smoothing", seeds=1)
    assert "calibration error (ECE) 18% against 20%, lower with this seed." in details.claim(trace, EN)
    assert "20% against 20%, not lower with this seed" in details.claim(
        replace(trace, calibration=np.full((3, 1), 0.2)), EN
    )


def test_nothing_is_said_of_steps_that_were_not_made():
    whole = strategies_traces.details("clipping")
    curves = ("rate", "loss", "norm", "largest_norm", "clipped", "held_loss", "correct", "exact", "logit_gap")
    first = {name: getattr(whole, name)[..., :1] for name in curves}
    said = details.claim(replace(whole, step=whole.step[:1], done=False, **first), EN)
    assert "| – | – | 5.5 s |" in said and "nan" not in said


def test_a_training_that_was_stopped_says_so():
    trace = strategies_traces.details("warmup")
    assert "before the 200 steps that were planned" in details.claim(replace(trace, steps=200), EN)
