"""What the charts of a training draw and its table says, and what the fed decoder's widget gets."""

from dataclasses import replace
from typing import get_type_hints

import numpy as np
import pytest

from lab.text import LANGUAGES, Text
from lab.views.strategies import fed, train
from models.strategies.course import MAX_UPDATES
from tests.widgets import strategies_traces

EN = Text("en")


@pytest.fixture(params=[1, 2])
def trace(request):
    return strategies_traces.training(request.param)


def named(chart):
    return {line["name"]: line for line in chart["data"]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_charts_draw_what_the_trace_has(trace, numbers, language):
    text = Text(language)
    *strategies, loss = train.chart(trace, text)
    assert len(strategies) == len(trace.strategy)
    for at, chart in enumerate(strategies):
        lines = named(chart)
        for name, wanted in {
            "right_gold": trace.right_gold[at].mean(0),
            "right_own": trace.right_own[at].mean(0),
            "epsilon": trace.epsilon[at],
        }.items():
            line = lines[text(f"strategies.view.train.{name}")]
            np.testing.assert_allclose(numbers(line["y"]), wanted)
            assert line["x"] == trace.step.tolist()
        assert chart["layout"]["yaxis"]["title"]["text"] == train.strategy_name(trace.strategy[at], text)
    for at, strategy in enumerate(trace.strategy):
        np.testing.assert_allclose(
            numbers(named(loss)[train.strategy_name(strategy, text)]["y"]), trace.loss[at].mean(0)
        )


def test_bands_lie_between_the_lowest_and_the_highest_seed(numbers):
    trace = strategies_traces.training(2)
    lines = named(train.chart(trace, EN)[0])
    for bound, wanted in (("lowest", trace.right_own[0].min(0)), ("highest", trace.right_own[0].max(0))):
        curve = EN("strategies.view.train.right_own")
        np.testing.assert_allclose(numbers(lines[EN(f"strategies.view.train.{bound}", curve=curve)]["y"]), wanted)
    assert all("lowest" not in name for name in named(train.chart(strategies_traces.training(1), EN)[0]))


def test_the_table_has_what_each_strategy_reached():
    said = train.claim(strategies_traces.training(1), EN)
    assert "169,088 parameters learned 4,000 pairs in 100 steps each; 100 others were asked. Seeds: 1." in said
    assert "| teacher forcing | 90% / 80% | 10.0, 10.0 (step 50) | 70% | 75% / 38% | 12.5 s |" in said
    assert "| scheduled, linear | 95% / 95% | 0.0, 5.0 (step 50) | 85% | no mistake | 17.2 s |" in said
    assert EN("strategies.view.train.one_seed") in said
    two = train.claim(strategies_traces.training(2), EN)
    assert "| 90% (88%–92%) / 80% (78%–82%) |" in two and EN("strategies.view.train.noise") in two
    assert "planned" not in two


@pytest.mark.parametrize("language", LANGUAGES)
def test_shares_of_few_pairs_are_said_to_be_coarse(trace, language):
    text = Text(language)
    warning = text("strategies.view.train.few", count=2, share="50%")
    assert warning in train.claim(replace(trace, held_out=2), text)
    assert text("strategies.view.train.few", count=100, share="1%") not in train.claim(trace, text)


def test_a_training_that_was_stopped_says_so():
    trace = strategies_traces.training()
    assert "before the 200 steps that were planned" in train.claim(replace(trace, steps=200), EN)
    assert "planned" not in train.claim(replace(trace, steps=200, done=False), EN)


def test_the_widget_gets_every_pair_of_every_model():
    trace = strategies_traces.training()
    meta, arrays = fed.payload(trace, EN)
    assert meta.keys() == get_type_hints(fed.FedRunMeta).keys() and not arrays
    assert meta["strategies"] == ["teacher forcing", "scheduled, linear"] and meta["sources"] == ["a b", "yx"]
    assert len(meta["fed"]) == 4 and meta["coin"] == 0.5 and meta["steps"] == 100
    for sent, one in zip(meta["fed"], trace.fed, strict=True):
        assert sent.keys() == get_type_hints(fed.FedMeta).keys()
        assert (sent["source"], sent["target"], sent["first"]) == (one.source, list(one.target), list(one.first))
        assert sent["draw"] == one.draw.tolist()
        for at, way in enumerate(sent["ways"]):
            assert way.keys() == get_type_hints(fed.WayMeta).keys()
            assert (way["read"], way["predicted"]) == (list(one.read[at]), list(one.predicted[at]))
            assert way["loss"] == one.loss[at].tolist() and way["passes"] == one.passes[at]
            assert way["seconds"] == pytest.approx(one.seconds[at])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_claim_counts_passes(language):
    said = fed.claim(strategies_traces.training(), Text(language))
    assert "a b" in said and "5.5" in said and "0.75" in said and "1.58" in said
    assert "{" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_field_of_steps_says_how_many_all_models_may_make(language):
    assert f"{MAX_UPDATES:,}" in Text(language)("strategies.input.steps")
