"""The code that a visitor takes away computes what the page shows, for every run of every exhibit."""

import inspect

import pytest

from lab import code, saved
from lab.exhibits import EXHIBITS
from lab.question import ask, defaults
from lab.text import LANGUAGES, Text

from .test_saved import TRAININGS, same
from .visitor import briefly

RUNS = [(exhibit, run) for exhibit in EXHIBITS for run in exhibit.runs]


def ran(exhibit, run, text, **asked):
    """What the lines of a run leave behind when they are run as they stand."""
    names = {}
    exec(code.write(exhibit, run, run.views, defaults(exhibit) | asked, text), names)
    return names


@pytest.mark.parametrize(
    ("exhibit", "run"),
    [pytest.param(*row, marks=[pytest.mark.slow] if row[1].inputs else [], id=row[1].name) for row in RUNS],
)
def test_the_code_computes_what_the_lab_shows(exhibit, run, capsys):
    for text in map(Text, LANGUAGES[: 1 + (not run.inputs)]):
        asked = briefly(exhibit, run)
        found = ran(exhibit, run, text, **asked)["found"]
        here = asked or run.name in TRAININGS
        kept = ask(exhibit, run, defaults(exhibit) | asked).whole() if here else saved.load(exhibit, run)
        assert kept
        same(kept.trace, found)
        said = capsys.readouterr().out
        for view in run.views:
            sentence = view.claim or view.verdict
            assert said and (not sentence or sentence(found, text) in said)


def test_a_run_grows_where_its_computation_yields():
    assert all(inspect.isgeneratorfunction(run.function()) == run.grows for _, run in RUNS)


def test_inputs_stand_in_the_code_as_they_were_asked(tmp_path, photo, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    exhibit = next(one for one in EXHIBITS if one.name == "fields")
    photo.save(tmp_path / "mine.png")
    asked = defaults(exhibit) | {"photo": {"path": str(tmp_path / "mine.png")}, "average": True, "position": [0.1, 0.2]}
    for text in map(Text, LANGUAGES):
        lines = code.write(exhibit, exhibit.run("fields"), (), asked, text).splitlines()
        assert lines[1] == f"# {text('photo.own_code')}"
        assert '    photo=open_photo("photo.jpg"),' in lines
        assert "    position=(0.1, 0.2)," in lines
        assert str(tmp_path) not in "\n".join(lines)
        compile("\n".join(lines), "code", "exec")
