"""Numbers and dates as they are spelled, pairs as a visitor writes them, and that nothing asked was learned."""

from datetime import date

import pytest

from models.errors import InputError
from models.strategies import tasks
from models.strategies.spelled import chinese_date, chinese_number, english_date, english_number
from models.traces import TRAINING_TASKS

OWN = "\n".join(f"a{number} => b{number}" for number in range(10))


@pytest.mark.parametrize(
    ("number", "english", "chinese"),
    [
        (0, "zero", "零"),
        (7, "seven", "七"),
        (10, "ten", "十"),
        (12, "twelve", "十二"),
        (20, "twenty", "二十"),
        (42, "forty-two", "四十二"),
        (100, "one hundred", "一百"),
        (101, "one hundred one", "一百零一"),
        (110, "one hundred ten", "一百一十"),
        (1000, "one thousand", "一千"),
        (1001, "one thousand one", "一千零一"),
        (1010, "one thousand ten", "一千零一十"),
        (3042, "three thousand forty-two", "三千零四十二"),
        (9999, "nine thousand nine hundred ninety-nine", "九千九百九十九"),
        (10_001, "ten thousand one", "一万零一"),
        (100_010, "one hundred thousand ten", "十万零一十"),
        (340_500, "three hundred forty thousand five hundred", "三十四万零五百"),
        (120_003, "one hundred twenty thousand three", "十二万零三"),
        (203_040, "two hundred three thousand forty", "二十万三千零四十"),
    ],
)
def test_numbers_are_spelled_as_people_do(number, english, chinese):
    assert (english_number(number), chinese_number(number)) == (english, chinese)


def test_no_two_numbers_are_spelled_alike():
    for spell, count in ((english_number, 20_000), (chinese_number, 20_000)):
        assert len({spell(number) for number in range(count)}) == count


def test_dates_are_spelled_as_people_do():
    assert english_date(date(1987, 3, 3)) == "March 3, 1987"
    assert chinese_date(date(2010, 12, 31)) == "二零一零年十二月三十一日"


@pytest.mark.parametrize("task", TRAINING_TASKS)
def test_what_is_asked_was_not_learned_and_is_the_same_each_time(task):
    learned, asked = tasks.lesson(task, OWN)
    sources = [source for source, _ in learned + asked]
    assert len(set(sources)) == len(sources)
    assert len(asked) == (2 if task == "own" else tasks.HELD_OUT) and len(learned) > 5
    assert tasks.lesson(task, OWN) == (learned, asked)


def test_each_task_says_what_it_names():
    assert all(source == english_number(int(target)) for source, target in tasks.lesson("english_numbers", "").learned)
    assert all(source == chinese_number(int(target)) for source, target in tasks.lesson("chinese_numbers", "").learned)
    assert all(source[::-1] == target for source, target in tasks.lesson("backwards", "").learned)
    for task, spell in (("english_dates", english_date), ("chinese_dates", chinese_date)):
        assert all(source == spell(date.fromisoformat(target)) for source, target in tasks.lesson(task, "").learned)


@pytest.mark.parametrize("between", ["=>", " => ", "\t", " → ", "->", "⇒"])
def test_a_tab_or_an_arrow_stands_between_two_sides(between):
    text = "\ufeff\n" + "\n\n".join(f"a {number}{between}b  c" for number in range(8)) + "\r\n"
    assert tasks.read(text) == [(f"a {number}", "b c") for number in range(8)]


@pytest.mark.parametrize(
    ("text", "code", "details"),
    [
        ("", "few", {"count": 0, "least": 8}),
        ("a => b", "few", {"count": 1, "least": 8}),
        (f"{OWN}\ncat cats", "sides", {"line": 11, "text": "cat cats"}),
        (f"{OWN}\ncat =>", "sides", {"line": 11, "text": "cat =>"}),
        (f"{OWN}\n=> cats", "sides", {"line": 11, "text": "=> cats"}),
        (f"{OWN}\n\tcats", "sides", {"line": 11, "text": "cats"}),
        (f"{OWN}\na3 => c", "twice", {"line": 11, "text": "a3"}),
        (f"{OWN}\n{'x' * 41} => c", "long", {"line": 11, "source": 40, "target": 20}),
        (f"{OWN}\nx => {'c' * 21}", "long", {"line": 11, "source": 40, "target": 20}),
        (f"{OWN}\nx => c\x00", "unprintable", {"line": 11}),
        ("\n".join(f"a{number} => b" for number in range(201)), "many", {"most": 200}),
    ],
)
def test_what_are_no_pairs_is_refused_with_its_cause(text, code, details):
    with pytest.raises(InputError) as error:
        tasks.read(text)
    assert (error.value.code, error.value.details) == (f"strategies.{code}", details)
