"""Everything that the records say is there: words, widgets, functions, saved runs; for every exhibit that comes."""

import inspect
import math

import pytest

from lab import saved
from lab.exhibits import EXHIBITS
from lab.inputs.kinds import Model
from lab.inputs.photo import EXAMPLES, Photo
from lab.inputs.several import Choices
from lab.question import ask, defaults
from lab.text import LANGUAGES, Text
from lab.widget import WIDGETS
from models.errors import InputError

RUNS = [(exhibit, run) for exhibit in EXHIBITS for run in exhibit.runs]
VIEWS = [(exhibit, run, view) for exhibit, run in RUNS for view in run.views]
INPUTS = [(exhibit, one) for exhibit in EXHIBITS for one in exhibit.inputs]
TRUTHS = ("measured", "recorded", "derived", "illustration")


def named(rows):
    return pytest.mark.parametrize(
        "row", rows, ids=[".".join(getattr(part, "name", "") for part in row) for row in rows]
    )


def test_names_are_used_once():
    assert len({exhibit.name for exhibit in EXHIBITS}) == len(EXHIBITS)
    for exhibit in EXHIBITS:
        views = [view.name for run in exhibit.runs for view in run.views]
        for names in (views, [run.name for run in exhibit.runs], [one.name for one in exhibit.inputs]):
            assert len(set(names)) == len(names)


@named(RUNS)
def test_a_run_computes_from_its_inputs_by_name(row):
    exhibit, run = row
    opened = {one.name for one in exhibit.inputs if isinstance(one, Model) and one.name in run.inputs}
    if run.open:
        takes = inspect.signature(run.opener()).parameters
        assert set(takes) == opened | {"progress"}
    takes = inspect.signature(run.function()).parameters
    given = set(run.inputs) | {"progress"}
    rest = any(one.kind is one.VAR_KEYWORD for one in takes.values())
    named_only = {name for name, one in takes.items() if one.kind is not one.VAR_KEYWORD}
    required = {name for name in named_only if takes[name].default is inspect.Parameter.empty}
    assert rest or given <= named_only
    assert "progress" in named_only and (run.open or required <= given)


@named(RUNS)
def test_actions_set_hidden_inputs_of_their_run(row):
    exhibit, run = row
    for hidden in run.actions.values():
        assert exhibit.input(hidden).hidden and hidden in run.inputs


@named(VIEWS)
def test_a_view_has_its_words_and_its_widget(row):
    exhibit, _, view = row
    assert view.truth in TRUTHS
    assert view.payload or view.claim
    if view.widget:
        assert {"template.html", "style.css", "script.js"} <= {path.name for path in (WIDGETS / view.widget).iterdir()}
    for language, word in zip(LANGUAGES, ("Source", "出处"), strict=True):
        text, words = Text(language), f"{exhibit.name}.view.{view.name}"
        if view.aside:
            continue
        assert text(f"{words}.see")
        assert text(f"{words}.checks")
        assert text(f"{words}.source").startswith(word)
        if len([one for _, one in exhibit.views.values() if not one.aside]) > 1:
            assert text(f"{words}.tab")
        if view.verdict:
            assert text(f"{words}.row") and text(f"{words}.slide")


@named(INPUTS)
def test_an_input_takes_its_default_and_no_nonsense(row):
    exhibit, one = row
    value = one.checked(one.default)
    assert one.key(value) == one.key(one.checked(one.kept(one.default)))
    for default in one.defaults.values():
        one.checked(default)
    for sent in one.bad:
        one.kept(sent)  # a run that does not need this input may be asked beside it
        with pytest.raises(InputError) as refused:
            one.checked(sent)
        for language in LANGUAGES:
            sentence = Text(language).error(refused.value, exhibit.name)
            assert sentence and "{" not in sentence


@named(INPUTS)
def test_an_input_that_is_shown_has_its_label(row):
    exhibit, one = row
    if not one.hidden:
        for language in LANGUAGES:
            one.component(Text(language), exhibit.name)
    if one.follows:
        assert exhibit.input(one.follows)


@named(RUNS)
def test_equal_questions_have_one_key_and_other_inputs_another(row):
    exhibit, run = row
    sent = defaults(exhibit)
    key = ask(exhibit, run, sent).key
    assert ask(exhibit, run, dict(reversed(sent.items()))).key == key
    others = {
        "sentence": "Two dogs run.",
        "position": [0.1, 0.2],
        "forces": [[1, 0, 7]],
        "with_positions": False,
        "edit": [1, 7],
        "text": "Good night",
        "lesson": "Good night",
        "branches": [[0, 1, 7]],
        "average": True,
        "others": False,
        "texts": "a dog",
        "things": "dog",
        "random": True,
        "edges": "a b\na: x\nb: y",
        "pairs": "a => b",
        "changes": [[0, 1]],
        "cuts": [[0, 1]],
        "swaps": [[1, 0, 7]],
    }
    photos = [one for one in exhibit.inputs if isinstance(one, Photo)]
    others |= {one.name: next(name for name in EXAMPLES if name != one.default) for one in photos}
    for name in run.inputs:
        one = exhibit.input(name)
        other = others.get(name)
        for value in getattr(one, "values", ()):
            other = value if value != one.default else other
        if hasattr(one, "minimum"):
            other = one.minimum if one.default != one.minimum else one.maximum
        if isinstance(one, Choices):
            other = one.values[-1:]
        if isinstance(one, Model):
            other = "swin-imagenette" if one.default != "swin-imagenette" else "vit-imagenette"
        if one.name == "picked":
            other = "2 3"
        assert other is not None, name
        read = {**sent, **one.only}
        assert ask(exhibit, run, read | {name: other}).key != ask(exhibit, run, read).key, name
        if one.only:
            assert ask(exhibit, run, sent | {name: other}).key == key, "what is not read makes no other question"


@named(RUNS)
def test_a_run_has_a_saved_trace_that_its_views_show_in_both_languages(row):
    exhibit, run = row
    found = saved.load(exhibit, run)
    assert found, f"python -m lab.saved {run.name}"
    trace = found.trace
    assert math.isfinite(trace.nbytes)
    for view in run.views:
        for language in LANGUAGES:
            for show in (view.payload, view.claim, view.verdict):
                if show:
                    assert show(trace, Text(language))
