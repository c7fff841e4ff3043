"""What is said of a scene, in English and Chinese, by a small grammar; and words and picture codes as one vocabulary.

A caption may leave out a size, a colour or a place; a full one leaves out nothing and so means one picture. The same
scene is said in many ways: the thing or the place first, either thing first, synonyms.
"""

import itertools
import random
from collections.abc import Sequence
from typing import Any, Literal

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from models.scenes.world import Scene, Thing

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
ROOM = 24
"""Tokens of text before the picture's."""
UNKNOWN, EMPTY = "<unk>", "·"
"""EMPTY stands where a text has fewer tokens than ROOM."""
CODE = "<{}>"
"""The token of a picture code."""
SAYS_SIZE, SAYS_COLOUR, SAYS_PLACE = 0.8, 0.9, 0.9
"""How often a caption in training says each."""

EN_SIZES = {"large": ("large", "big"), "small": ("small", "little")}
EN_PLACES = {
    "centre": ("in the centre", "in the middle"),
    "left": ("on the left",),
    "right": ("on the right",),
    "top": ("at the top",),
    "bottom": ("at the bottom",),
}
EN_RELATIONS = {
    "left": ("left of", "to the left of"),
    "right": ("right of", "to the right of"),
    "above": ("above", "over"),
    "below": ("below", "under"),
}
INVERSE = {"left": "right", "above": "below"}
EN_AT = ("{first} {where}", "{where} is {first}")
EN_RELATED = ("{first} {where} {second}", "{where} {second} is {first}")
ZH_SIZES = {"large": "大", "small": "小"}
ZH_COLOURS = {"red": "红", "yellow": "黄", "green": "绿", "blue": "蓝", "purple": "紫", "black": "黑"}
ZH_SHAPES = {"circle": "圆", "square": "方块", "triangle": "三角形", "star": "五角星"}
ZH_PLACES = {"centre": "中间", "left": "左边", "right": "右边", "top": "上面", "bottom": "下面"}
ZH_RELATIONS = {"left": "左边", "right": "右边", "above": "上面", "below": "下面"}
ZH_AT = ("{first}在{where}", "{where}是{first}", "{where}有{first}")
ZH_RELATED = ("{first}在{second}的{where}", "{second}的{where}是{first}", "{second}{where}有{first}")


def caption(scene: Scene, language: Language, draws: random.Random | None = None, full: bool = False) -> str:
    """One of the ways to say a scene, drawn; `full`: nothing is left out.

    Without `draws` it is the full one with the first word for everything, things before places, in the scene's order.
    """

    def says(share: float) -> bool:
        return full or draws is None or draws.random() < share

    name = _english if language == "en" else _chinese
    named = [name(thing, says(SAYS_SIZE), says(SAYS_COLOUR), draws) for thing in scene.things]
    if len(named) == 1:
        place = scene.where if says(SAYS_PLACE) else None
        return (_english_at if language == "en" else _chinese_at)(named[0], place, draws)
    how, (first, second) = scene.where, named
    if draws and draws.random() < 0.5:
        how, first, second = INVERSE[how], second, first
    return (_english_related if language == "en" else _chinese_related)(first, how, second, draws)


def _one(ways: Sequence[str], draws: random.Random | None) -> str:
    return draws.choice(ways) if draws else ways[0]


def _english(thing: Thing, size: bool, colour: bool, draws: random.Random | None) -> str:
    words = [_one(EN_SIZES[thing.size], draws)] if size else []
    return " ".join(["a", *words, *([thing.colour] if colour else []), thing.shape])


def _english_at(named: str, place: str | None, draws: random.Random | None) -> str:
    if place is None:
        return named
    where = _one(EN_PLACES[place], draws)
    return _one(EN_AT, draws).format(first=named, where=where)


def _english_related(first: str, how: str, second: str, draws: random.Random | None) -> str:
    where = _one(EN_RELATIONS[how], draws)
    return _one(EN_RELATED, draws).format(first=first, where=where, second=second)


def _chinese(thing: Thing, size: bool, colour: bool, draws: random.Random | None) -> str:
    """大红圆, 红色的大圆 or 大的红色圆, with 一个 before it or not."""
    big, hue = ZH_SIZES[thing.size] if size else "", ZH_COLOURS[thing.colour] if colour else ""
    forms = [f"{big}{hue}"]
    if hue:
        forms += [f"{hue}色的{big}", f"{big}的{hue}色" if big else f"{hue}色"]
    return _one(("", "一个"), draws) + _one(forms, draws) + ZH_SHAPES[thing.shape]


def _chinese_at(named: str, place: str | None, draws: random.Random | None) -> str:
    if place is None:
        return named
    where = ZH_PLACES[place]
    return _one(ZH_AT, draws).format(first=named, where=where)


def _chinese_related(first: str, how: str, second: str, draws: random.Random | None) -> str:
    where = ZH_RELATIONS[how]
    return _one(ZH_RELATED, draws).format(first=first, where=where, second=second)


def words() -> list[str]:
    """All words of the English grammar and characters of the Chinese one, in order."""
    english = itertools.chain(("a", "the", "of", "is"), *EN_SIZES.values(), ZH_COLOURS, ZH_SHAPES)
    phrases = itertools.chain(*EN_PLACES.values(), *EN_RELATIONS.values())
    chinese = itertools.chain("一个色的在是有", *(table.values() for table in (ZH_SIZES, ZH_COLOURS)))
    longer = itertools.chain(*(table.values() for table in (ZH_SHAPES, ZH_PLACES, ZH_RELATIONS)))
    latin = {word for phrase in itertools.chain(english, phrases) for word in phrase.split()}
    return [*sorted(latin), *sorted({one for text in itertools.chain(chinese, longer) for one in text})]


def tokenizer(n_code: int) -> PreTrainedTokenizerFast:
    """Words of English, characters of Chinese, then the picture codes; saved, AutoTokenizer opens it.

    Capitals and marks at the end of a sentence do not matter; other words are UNKNOWN.
    """
    tokens = [UNKNOWN, EMPTY, *words(), *map(CODE.format, range(n_code))]
    backend = Tokenizer(models.WordLevel({token: i for i, token in enumerate(tokens)}, unk_token=UNKNOWN))
    marks = normalizers.Replace(Regex(r"[.,;!。，；！]"), " ")
    backend.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase(), marks])
    words_and_characters = pre_tokenizers.Split(Regex(r"\p{Han}"), "isolated")
    backend.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), words_and_characters])
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        unk_token=UNKNOWN,
        pad_token=EMPTY,
        padding_side="right",
        model_max_length=ROOM,
        clean_up_tokenization_spaces=False,
    )


def encode(reader: Any, captions: list[str]) -> list[list[int]]:
    """Ids of each caption, ROOM of them. Raises ValueError for one that has more."""
    rows = reader(captions, padding="max_length", max_length=ROOM, split_special_tokens=True, verbose=False).input_ids
    if any(len(row) > ROOM for row in rows):
        raise ValueError(f"a caption has at most {ROOM} tokens")
    return rows
