"""The recipe on a few made photos: it learns who belongs to whom, is not done twice, and stores what it found."""

from dataclasses import replace

import pytest
import torch

from models.clip import embed, predictions, retrieval, train, zero_shot
from models.clip.dual_encoder import MeanTextDualEncoder

CAPTIONS = {
    "en": (("a dog", "dog."), ("a cat",), ("a dogs dogs.",), ("runs", "run run")),
    "zh": (("狗",), ("走",), ("狗走", "走狗"), ("走走。",)),
}
STAGE = train.Stage(epochs=120, tower_rate=5e-3, rate=2e-2)
RECIPE = replace(train.RECIPE, batch=4, dropout=0.0)


@pytest.fixture
def model(tiny_clip):
    return MeanTextDualEncoder.from_pretrained(tiny_clip, dtype=torch.float32)


@pytest.fixture(scope="module")
def tokenizer(tiny_clip):
    from models.tokenizer import read

    return read("tiny", tiny_clip)


@pytest.fixture(scope="module")
def part(tokenizer):
    said = {language: embed.encode(tokenizer, texts) for language, texts in CAPTIONS.items()}
    return train.Part(torch.rand(4, 128, generator=torch.manual_seed(9)), said)


def recall(model, part):
    found = embed.directions(model.eval(), part.numbers, part.said)
    return [
        retrieval.both_ways(found["image"], found[language], embed.owner(said))["text_to_image"]["R@1"]
        for language, said in part.said.items()
    ]


@pytest.fixture(scope="module")
def trained(tiny_clip, part, tmp_path_factory):
    """A model that has learned the captions of `part`, and its history."""
    model = MeanTextDualEncoder.from_pretrained(tiny_clip, dtype=torch.float32)
    state = tmp_path_factory.mktemp("trained") / "state.pt"
    return model, train.learn(model, RECIPE, STAGE, {"train": part, "val": part}, state)


def test_it_learns_which_caption_belongs_to_which_photo(model, trained, part):
    learned, history = trained
    assert recall(learned, part) == [1.0, 1.0]
    assert history[-1]["loss"] < history[0]["loss"] / 3
    before = model.vision_model.state_dict()
    for name, value in learned.vision_model.state_dict().items():
        torch.testing.assert_close(value, before[name], atol=0, rtol=0)


def test_a_training_that_is_done_is_not_done_again(model, part, tmp_path):
    parts, state = {"train": part, "val": part}, tmp_path / "state.pt"
    history = train.learn(model, RECIPE, replace(STAGE, epochs=3), parts, state)
    learned = model.visual_projection.weight.clone()
    torch.nn.init.zeros_(model.visual_projection.weight)
    assert train.learn(model, RECIPE, replace(STAGE, epochs=3), parts, state) == history
    torch.testing.assert_close(model.visual_projection.weight, learned, atol=0, rtol=0)


def test_an_epoch_has_every_photo_once_with_captions_of_its_own(part):
    torch.manual_seed(0)
    seen = []
    for numbers, texts in part.batches(3):
        for language, ids in texts.items():
            for row, one in zip(numbers, ids, strict=True):
                photo = int((part.numbers == row).all(1).nonzero())
                assert any(torch.equal(one, other) for other in part.said[language][photo])
        seen += [int((part.numbers == row).all(1).nonzero()) for row in numbers]
    assert sorted(seen) == [0, 1, 2, 3]


def test_what_is_stored_gives_the_figures_again(model, tokenizer, part, tmp_path):
    found = embed.directions(model.eval(), part.numbers, part.said)
    stored = {"image": found["image"], "label": torch.tensor([0, 1, 1, 0], dtype=torch.uint8)}
    for language, said in part.said.items():
        stored[f"class.{language}"] = torch.tensor([0, 1, 0, 0], dtype=torch.uint8)
        stored[f"text.{language}"] = found[language]
        stored[f"photo.{language}"] = embed.owner(said).to(torch.int16)
    predictions.write(tmp_path, stored)
    figures = predictions.figures(tmp_path)
    assert figures["zero_shot"] == {"en": 0.75, "zh": 0.75}
    assert [figures["test"][language]["text_to_image"]["R@1"] for language in ("en", "zh")] == recall(model, part)


def test_the_nearest_prompt_is_the_class(trained, tokenizer, part):
    prompts = tuple(texts[0] for texts in CAPTIONS["en"])
    assert zero_shot.answers(trained[0].eval(), tokenizer, part.numbers, prompts).tolist() == [0, 1, 2, 3]


def test_every_class_has_a_prompt_in_every_language():
    from models.imagenette import LABELS

    assert {language: len(set(prompts)) for language, prompts in zero_shot.PROMPTS.items()} == {
        "en": len(LABELS),
        "zh": len(LABELS),
    }
    for name, prompt in zip(LABELS.values(), zero_shot.PROMPTS["en"], strict=True):
        assert name in prompt
