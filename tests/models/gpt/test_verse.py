"""The rules of verse on famous poems, and the rates that the card names, counted again from what was written."""

import json

import pytest

from models.checkpoint import BUNDLED
from models.gpt import verse
from models.gpt.bundled import TANG

STORK_TOWER = "白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。"
"""Wang Zhihuan: liu and lou, one rhyme."""
SNOW = "千山鸟飞绝，万径人踪灭。\n孤舟蓑笠翁，独钓寒江雪。"
"""Liu Zongyuan: oblique ends, which regulated verse does not have."""


def test_form_is_four_or_eight_lines_of_five_or_seven():
    assert verse.has_form(STORK_TOWER) and verse.has_form(SNOW)
    assert not verse.has_form("白日依山尽，黄河入海流。")
    assert not verse.has_form(STORK_TOWER.replace("尽", "")) and not verse.has_form(
        STORK_TOWER.replace("白日", "白日白日")
    )


def test_rhyme_needs_one_group_level_tones_and_different_characters():
    assert verse.rhymes(STORK_TOWER) and not verse.rhymes(SNOW)
    assert not verse.rhymes(STORK_TOWER.replace("楼", "流")) and not verse.rhymes(STORK_TOWER.replace("楼", "春"))
    assert verse.group("诗") == verse.group("知") != verse.group("期") and verse.group("东") == verse.group("风")


def test_tones_alternate_in_a_line_and_oppose_in_a_couplet():
    assert verse.alternates("黄河入海流") and not verse.alternates("人人人人人")
    assert verse.opposes("白日依山尽", "黄河入海流") and not verse.opposes("黄河入海流", "黄河入海流")
    assert verse.alternates("朝辞白帝彩云间") and not verse.alternates("朝辞白帝彩月间")


def test_chance_keeps_the_form_and_the_characters():
    dealt = verse.shuffled([STORK_TOWER, SNOW])
    assert all(map(verse.has_form, dealt)) and sorted("".join(dealt)) == sorted(STORK_TOWER + SNOW)


def test_the_rates_are_those_of_what_was_written():
    recorded = json.loads((BUNDLED / TANG / "verse.json").read_text(encoding="utf-8"))
    poems = (BUNDLED / TANG / "written.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n\n")
    assert len(poems) == recorded["poems"]["written"] and verse.rates(poems) == pytest.approx(recorded["written"])
