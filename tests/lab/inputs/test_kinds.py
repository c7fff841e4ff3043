"""What the kinds of inputs take for equal."""

from lab.inputs import kinds
from lab.inputs.kinds import Model


def test_a_model_whose_files_have_changed_is_another_answer(monkeypatch):
    model = Model(name="vit", default="a", families=(), bundled=("a",))
    keys = set()
    for stamp in ("before", "after"):
        monkeypatch.setattr(kinds, "stamp", lambda _, stamp=stamp: stamp)
        keys |= {model.key("a"), model.key("b")}
    assert len(keys) == 4


def test_a_name_is_taken_without_the_spaces_around_it():
    assert Model(name="vit", default="a", families=(), bundled=("a",)).checked("  a/b ") == "a/b"
