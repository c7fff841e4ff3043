"""What opens as a language model, and what does not, each with a sentence of its own."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from models.checkpoint import BUNDLED, open_model
from models.errors import InputError
from models.families import DECODERS
from models.gpt.bundled import TANG
from models.gpt.film import trace as film
from tests.models.gpt.conftest import tiny


def test_a_file_as_the_first_gpt2_was_published_opens(tmp_path):
    folder = tiny("GPT2LMHeadModel", tmp_path)
    wanted = open_model(folder, DECODERS, "text").model
    weights = load_file(tmp_path / "model.safetensors")
    bare = {name.removeprefix("transformer."): value for name, value in weights.items()}
    bare |= {f"h.{layer}.attn.bias": torch.ones(1, 1, 40, 40).tril() for layer in range(2)}
    save_file(bare, tmp_path / "model.safetensors", {"format": "pt"})
    found = open_model(folder, DECODERS, "text").model
    ids = torch.tensor([[0, 3, 5]])
    with torch.inference_mode():
        assert torch.equal(found(ids).logits, wanted(ids).logits)


@pytest.mark.parametrize(("field", "value"), [("n_layer", 0), ("n_embd", "wide"), ("vocab_size", -1), ("n_head", 2.5)])
def test_a_config_that_cannot_be_is_named(tmp_path, field, value):
    folder = tiny("GPT2LMHeadModel", tmp_path)
    settings = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(settings | {field: value}))
    with pytest.raises(InputError) as refused:
        open_model(folder, DECODERS, "text")
    assert refused.value.code == "model.config_number" and refused.value.details["field"] == field


def test_a_model_that_is_no_decoder_alone_is_refused(tiny_vit, tiny_translators):
    for folder in (tiny_vit, tiny_translators[0]):
        with pytest.raises(InputError) as refused:
            open_model(str(folder), DECODERS, "text")
        assert refused.value.code == "model.family"


def test_a_film_is_the_history_and_a_model_without_one_is_told(tmp_path):
    folder = tiny("GPT2LMHeadModel", tmp_path)
    opened = open_model(folder, DECODERS, "text")
    for history in (None, "{}", '[{"step": 0}]', "[]", "not json"):
        if history is not None:
            (tmp_path / "history.json").write_text(history)
            (tmp_path / "recipe.json").write_text('{"test": {"nats": 1.5}}')
        with pytest.raises(InputError) as refused:
            film(opened)
        assert refused.value.code == "generation.no_history"
    rows = [{"step": 0, "val_loss": 3.0, "text": "xq"}, {"step": 100, "val_loss": 2.0, "text": "to be"}]
    (tmp_path / "history.json").write_text(json.dumps(rows))
    found = film(opened)
    assert found.text == ("xq", "to be") and found.step.tolist() == [0, 100] and found.test == 1.5
    assert found.val_loss.tolist() == [3.0, 2.0] and found.vocabulary == len(opened.reader) and not found.verse


def test_the_film_of_the_poems_has_their_rates_of_form():
    counted = json.loads((BUNDLED / TANG / "verse.json").read_text(encoding="utf-8"))
    for one in film(open_model(TANG, DECODERS, "text")).verse:
        assert {rule: getattr(one, rule) for rule in counted[one.of]} == counted[one.of]
        assert one.poems == counted["poems"]["written" if one.of == "written" else "corpus"]
