"""Every text key that Decoding's views and scripts put together from a value exists, and no other of its kind."""

from typing import get_args, get_type_hints

import pytest

from lab.exhibits.decoding import EXHIBIT
from lab.inputs.kinds import Choice
from lab.text import LANGUAGES, Text, table
from lab.views.decoding.run import SearchMeta, StepMeta
from models.traces import FATES, METHODS, STOPPING, STRATEGIES
from models.traces.translation import Stopped
from models.translation.bundled import BY_LANGUAGE


def ends(language, start):
    """What follows `start` in the keys of Decoding's text file."""
    start = f"decoding.{start}"
    return {key.removeprefix(start) for key in table(language) if key.startswith(start)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_became_of_a_candidate_has_its_words(language):
    (fates,) = get_args(get_type_hints(StepMeta)["fate"])
    assert get_args(fates) == FATES
    assert ends(language, "widget.shared.fate_") == {*FATES, "cut", "forced"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_a_search_ended_has_its_words(language):
    assert ends(language, "widget.search.over_") == set(get_args(get_type_hints(SearchMeta)["stopped"]))
    assert set(get_args(Stopped)) == {"rule", "full", "ended", "length"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_choice_has_its_words(language):
    choices = {"method": METHODS, "stopping": STOPPING, "strategy": STRATEGIES}
    into = EXHIBIT.input("language")
    assert isinstance(into, Choice) and {*into.words(Text(language), EXHIBIT.name)} == {*BY_LANGUAGE}
    for name, values in choices.items():
        assert ends(language, f"choice.{name}.") == set(values), name
    assert ends(language, "widget.refinement.rule_") == {*STRATEGIES, "first", "next", "end"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_ways_and_the_counterpart_have_their_words(language):
    both = {"autoregressive", "non_autoregressive"}
    assert both | {"raw_data"} < ends(language, "view.outputs.") and both < ends(language, "widget.shared.")
    departs = {f"{method}_{kind}" for method in ("beam", "sample") for kind in ("departs", "never_departs")}
    assert departs < ends(language, "view.search.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_view_speaks_of_left_and_right(language):
    """On a phone the two stand one below the other."""
    words = ("左侧", "右侧", "Left:", "Right:", "(right)", "the left", "the right", " left ", "right one")
    allowed = ("left neighbour", "left its path", "left it no")
    for key, sentence in table(language).items():
        if key.startswith("decoding."):
            for phrase in allowed:
                sentence = sentence.replace(phrase, "")
            assert not any(word in sentence for word in words), key
