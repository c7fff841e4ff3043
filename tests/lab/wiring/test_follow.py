"""What follows a choice changes with it."""

import gradio as gr
import pytest

from lab import layout
from lab.exhibits.decoding import EXHIBIT
from lab.sentences import examples
from lab.text import Text
from lab.widget import door
from lab.wiring import follow


@pytest.fixture(scope="module")
def board():
    with gr.Blocks():
        return layout.build(EXHIBIT, Text("en"), door(EXHIBIT))


def test_models_and_examples_follow_the_language(board):
    followers = [one for one in EXHIBIT.inputs if one.follows == "language"]
    step = follow("zh", board, followers)
    model = EXHIBIT.input("autoregressive")
    assert step[board.inputs["autoregressive"]] == model.defaults["zh"]
    (sample,) = board.samples
    assert [row[0] for row in step[sample].samples] == examples("zh")


@pytest.mark.parametrize("value", [None, {"a": 1}, ["zh"], 3])
def test_what_is_no_choice_changes_nothing(board, value):
    assert follow(value, board, [*EXHIBIT.inputs]) == dict.fromkeys(board.samples, gr.skip())
