"""What follows a choice changes with it."""

import gradio as gr
import pytest

from lab import layout
from lab.exhibits import generation
from lab.exhibits.decoding import EXHIBIT
from lab.sentences import examples
from lab.text import Text
from lab.widget import door
from lab.wiring import chosen, follow


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
    assert step[sample].raw_samples == [[line] for line in examples("zh")]


@pytest.mark.parametrize("value", [None, {"a": 1}, ["zh"], 3])
def test_what_is_no_choice_changes_nothing(board, value):
    assert follow(value, board, [*EXHIBIT.inputs]) == dict.fromkeys(board.samples, gr.skip())


@pytest.mark.parametrize(("text", "stays"), [("To be", True), ("", False), (None, False), ("default", False)])
def test_a_visitors_own_text_stays_where_a_default_is_replaced(text, stays):
    exhibit = generation.EXHIBIT
    with gr.Blocks():
        board = layout.build(exhibit, Text("en"), door(exhibit))
    followers = [one for one in exhibit.inputs if one.follows == "model"]
    own, model = exhibit.input("text"), board.inputs["model"]
    data = {board.inputs[one.name]: one.default for one in followers} | {model: "gpt-tang"}
    if text != "default":
        data[board.inputs["text"]] = text
    step = chosen(data, model, board, followers)
    assert (board.inputs["text"] not in step) == stays
    assert stays or step[board.inputs["text"]] == own.defaults["gpt-tang"]
    assert step[board.inputs["lesson"]] == exhibit.input("lesson").defaults["gpt-tang"]
