"""The bundled language models: their cards say what their records say, and their weights are those."""

import json

import pytest

from models.checkpoint import BUNDLED, open_model
from models.families import DECODERS, MASKED
from models.gpt import train
from models.gpt.bundled import ENCODER, LESSONS, PROMPTS, SHAKESPEARE, TANG
from models.gpt.prompt import encode


def record(name, file="recipe.json"):
    return json.loads((BUNDLED / name / file).read_text(encoding="utf-8"))


def test_the_card_of_the_poems_names_the_rates_of_form():
    card, rates = (BUNDLED / TANG / "README.md").read_text("utf-8"), record(TANG, "verse.json")
    for rule in ("rhyme", "alternate", "oppose"):
        row = " | ".join(f"{100 * rates[source][rule]:.0f} %" for source in ("written", "corpus", "shuffled"))
        assert f"| {row} |" in card


@pytest.mark.parametrize("name", [SHAKESPEARE, TANG])
def test_what_the_page_gives_a_model_can_be_read_by_it(name):
    opened = open_model(name, DECODERS, "text")
    for text in (PROMPTS[name], LESSONS[name]):
        assert opened.reader.decode(encode(opened, text)[0], skip_special_tokens=True) == text


@pytest.mark.parametrize("name", [SHAKESPEARE, TANG])
def test_the_weights_write_what_the_record_says_that_they_wrote(name):
    opened = open_model(name, DECODERS, "text")
    written = train.write(opened.model.cpu(), opened.reader, train.RECIPES[name.removeprefix("gpt-")])
    assert written == record(name, "history.json")[-1]["text"]


@pytest.mark.parametrize(("name", "families"), [(SHAKESPEARE, DECODERS), (TANG, DECODERS), (ENCODER, MASKED)])
def test_the_weights_have_as_many_parameters_as_the_record(name, families):
    opened = open_model(name, families, "text")
    assert sum(one.numel() for one in opened.model.parameters()) == record(name)["parameters"]
