"""The recipe on a few made photos: it learns who belongs to whom, is not done twice, and stores what it found."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from models.clip import embed, features, image_tower, predictions, retrieval, train, zero_shot
from models.clip.dual_encoder import MeanTextDualEncoder

CAPTIONS = {
    "en": (("a dog", "dog."), ("a cat",), ("a dogs dogs.",), ("runs", "run run")),
    "zh": (("狗",), ("走",), ("狗走", "走狗"), ("走走。",)),
}
STAGE = train.Stage(epochs=120, batch=4, tower_rate=5e-3, rate=2e-2)
RECIPE = replace(train.RECIPE, image_blocks=1, dropout=0.0)


@pytest.fixture
def model(tiny_clip):
    return MeanTextDualEncoder.from_pretrained(tiny_clip, dtype=torch.float32)


@pytest.fixture(scope="module")
def tokenizer(tiny_clip):
    from models.tokenizer import read

    return read("tiny", tiny_clip)


@pytest.fixture(scope="module")
def part(tiny_clip, tokenizer):
    said = {language: embed.encode(tokenizer, texts) for language, texts in CAPTIONS.items()}
    draws = torch.manual_seed(9)
    vision: Any = MeanTextDualEncoder.from_pretrained(tiny_clip, dtype=torch.float32).vision_model
    frozen, _ = image_tower.halves(vision, RECIPE.image_blocks)
    shape = frozen(torch.rand(1, 3, 64, 64)).shape[1:]
    return train.Part(torch.randn(2, 4, *shape, generator=draws), said)


def numbers(model, part):
    _, head = image_tower.halves(model.vision_model, RECIPE.image_blocks)
    return features.numbers(head.eval(), part.maps[0])


def recall(model, part):
    found = embed.directions(model.eval(), numbers(model, part), part.said)
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


def test_the_last_blocks_learn_where_the_stage_has_a_rate_for_them_and_no_others(tiny_clip, part, tmp_path):
    model: Any = MeanTextDualEncoder.from_pretrained(tiny_clip, dtype=torch.float32)
    model.vision_model.requires_grad_(False)
    before = {name: value.clone() for name, value in model.vision_model.state_dict().items()}
    train.learn(model, RECIPE, replace(STAGE, epochs=1, image_rate=1e-3), {"train": part, "val": part}, tmp_path / "s")
    changed = {name for name, value in model.vision_model.state_dict().items() if not value.equal(before[name])}
    last = f"encoder.blocks.{len(model.vision_model.encoder.blocks) - 1}."
    assert {name for name in changed if name.startswith(last)} and "encoder.top_conv.weight" in changed
    assert all(name.startswith((last, "encoder.top_")) for name in changed)
    assert not [name for name in changed if "squeeze_excite" in name or "running" in name or "tracked" in name]


def test_an_epoch_has_every_photo_once_with_captions_of_its_own(part):
    """Whole frames, or any view, as it is or mirrored."""
    torch.manual_seed(0)
    for varied in (False, True):
        shown = torch.cat([part.maps, part.maps.flip(-1)]) if varied else part.maps[:1]
        seen, views = [], set()
        for maps, texts in part.batches(3, varied):
            places = [(shown == one).flatten(2).all(2).nonzero()[0].tolist() for one in maps]
            seen += [photo for _, photo in places]
            views |= {view for view, _ in places}
            for language, ids in texts.items():
                for (_, photo), one in zip(places, ids, strict=True):
                    assert any(torch.equal(one, other) for other in part.said[language][photo])
        assert sorted(seen) == [0, 1, 2, 3]
        assert len(views) > 1 or not varied


def test_what_is_stored_gives_the_figures_again(model, tokenizer, part, tmp_path):
    found = embed.directions(model.eval(), numbers(model, part), part.said)
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
    model = trained[0].eval()
    assert zero_shot.answers(model, tokenizer, numbers(model, part), prompts).tolist() == [0, 1, 2, 3]


def test_every_class_has_a_prompt_in_every_language():
    from models.imagenette import LABELS

    assert {language: len(set(prompts)) for language, prompts in zero_shot.PROMPTS.items()} == {
        "en": len(LABELS),
        "zh": len(LABELS),
    }
    for name, prompt in zip(LABELS.values(), zero_shot.PROMPTS["en"], strict=True):
        assert name in prompt
