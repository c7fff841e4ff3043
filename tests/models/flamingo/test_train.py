"""Training: what is frozen stays to the bit, gates open, what is seen helps, and no photo is in two splits."""

import json
from dataclasses import replace

import pytest
import torch

from models.clip import features, flickr8k
from models.flamingo import captions, loss, train
from models.flamingo.model import FlamingoForCaptioning

STAGE = train.Stage(epochs=20, photos=4, captions=2, row=2, muon_rate=0.05, adamw_rate=0.01)
RECIPE = train.Recipe(pieces=60, n_layer=2, n_embd=16, n_head=2, n_latent=3, language=STAGE, sight=STAGE)
COLOURS = ("red", "green", "blue", "grey")


@pytest.fixture(scope="module")
def parts():
    """Photos that are one of four features all over; people say which, in two ways and two languages."""
    made = {}
    for split, count in (("train", 40), ("val", 8), ("test", 8)):
        kind = torch.arange(count) % 4
        one_view = torch.nn.functional.one_hot(kind, 128)[:, None].expand(-1, 4, -1).half() * 4
        places = one_view.repeat(len(train.VIEWS[split]), 1, 1)
        texts = {
            language: tuple((f"a {COLOURS[one]} dog", f"the dog is {COLOURS[one]} .") for one in kind.tolist())
            for language in ("en", "zh")
        }
        made[split] = (places, texts)
    return made


@pytest.fixture(scope="module")
def trained(parts, tmp_path_factory):
    """Tokenizer, parts, language model, model and both histories."""
    folder = tmp_path_factory.mktemp("state")
    texts = [text for some in parts["train"][1]["en"] for text in some]
    tokenizer = captions.make_tokenizer(texts, RECIPE.pieces, 64)
    whole = {
        split: train.Part(places, texts, captions.encode(tokenizer, texts)) for split, (places, texts) in parts.items()
    }
    language, text_history = train.learn_language(RECIPE, tokenizer, whole, folder / "language.pt")
    from .conftest import made

    vision = made(tokenizer).vision_model
    model = train.build(RECIPE, language, vision)
    sight_history = train.learn_sight(model, RECIPE, tokenizer, whole, folder / "sight.pt")
    return tokenizer, whole, language, model, text_history, sight_history


def test_the_language_model_stays_to_the_bit(trained):
    _, _, language, model, _, _ = trained
    expected = language.state_dict()
    for name, value in model.language.state_dict().items():
        assert torch.equal(value, expected[name]) and torch.equal(value, value.half().float()), name


def test_training_begins_at_the_frozen_model(trained):
    text_history, sight_history = trained[-2:]
    start = sight_history[0]
    assert start["attention_gate"] == start["feed_forward_gate"] == [0.0, 0.0]
    assert start["val_en"] == start["val_en_other"]
    assert start["val_en"] == pytest.approx(text_history[-1]["val_en"], abs=0.01)


def test_gates_open_and_the_right_photo_helps(trained):
    last = trained[-1][-1]
    assert max(map(abs, last["attention_gate"])) > 0.1
    assert last["val_en"] < trained[-1][0]["val_en"] - 0.005
    assert last["val_en"] < last["val_en_other"] - 0.01


def test_the_saved_model_is_the_trained_one_with_the_frozen_language(trained, tmp_path):
    tokenizer, whole, language, model, _, _ = trained
    saved = train.save(model, tokenizer, tmp_path)
    said = captions.encode(tokenizer, whole["test"].texts)
    places = whole["test"].places
    assert loss.mean(loss.looking(saved, places), said) == pytest.approx(
        loss.mean(loss.looking(model, places), said), abs=0.01
    )
    assert loss.mean(loss.looking(saved, places, 0.0), said) == loss.mean(loss.blind(language), said)
    assert isinstance(saved, FlamingoForCaptioning)
    assert json.loads((tmp_path / "config.json").read_text())["architectures"] == ["FlamingoForCaptioning"]


def test_a_stopped_training_goes_on(parts, trained, tmp_path):
    tokenizer, whole, _, _, history, _ = trained
    state = tmp_path / "language.pt"
    short = replace(RECIPE, language=replace(STAGE, epochs=1))
    train.learn_language(short, tokenizer, whole, state)
    _, again = train.learn_language(RECIPE, tokenizer, whole, state)
    assert [row["epoch"] for row in again] == [row["epoch"] for row in history] == list(range(1, 21))


def test_each_split_has_its_own_photos_and_what_is_said_of_them(tokenizer, tmp_path, monkeypatch):
    photos = torch.arange(5, dtype=torch.uint8)[:, None, None, None].expand(-1, 3, 8, 8)
    texts = {number: ((f"dog {number}",),) for number in range(5)}
    found = {
        "train": flickr8k.Captions((0, 3), {"en": (*texts[0], *texts[3])}),
        "test": flickr8k.Captions((4, 1), {"en": (*texts[4], *texts[1])}),
    }
    monkeypatch.setattr(flickr8k, "photos", lambda _: photos)
    monkeypatch.setattr(features, "fused", lambda tower: tower)
    monkeypatch.setattr(features, "places", lambda _, some, view: view(some).float().mean((1, 2, 3))[:, None, None])
    read = train.read(None, tokenizer, found, tmp_path, tmp_path)
    shown = {split: part.places.flatten().tolist() for split, part in read.items()}
    assert shown == {"train": [0, 3, 0, 3], "test": [4, 1]}
    for part in read.values():
        for ids, photo in zip(part.said.ids, part.said.photo.tolist(), strict=True):
            assert tokenizer.decode(ids, skip_special_tokens=True).startswith("dog")
            assert part.texts["en"][photo][0].endswith(str(int(part.places[photo])))


@torch.inference_mode()
def test_places_are_the_last_map_row_by_row(closed):
    photos = torch.randint(256, (3, 3, 224, 224), dtype=torch.uint8, generator=torch.manual_seed(4))
    found = features.places(closed.vision_model, photos)
    assert found.shape == (3, 49, 128) and found.dtype == torch.float16
    maps = closed.vision_model(photos.float() / 127.5 - 1).last_hidden_state
    assert maps.std() > 0.05
    for at in (0, 8, 47):
        torch.testing.assert_close(found[:, at].float(), maps[:, :, at // 7, at % 7], atol=1e-2, rtol=1e-2)


def test_a_photo_is_shown_as_it_is_or_mirrored_and_captions_keep_their_photo(tokenizer, parts):
    said = captions.encode(tokenizer, {"en": tuple((f"dog {at}",) for at in range(8))})
    rows = said.rows([[at, 7 - at] for at in range(8)])
    asked = []
    train.either(lambda some: asked.append(some.photo) or torch.zeros(1), 8)(rows)
    (photo,) = asked
    assert torch.equal(photo % 8, rows.photo) and set((photo // 8).flatten().tolist()) == {0, 1}
    for at in range(8):
        assert len(photo[photo % 8 == at].unique()) == 1


def test_mirrored_frames_are_the_whole_ones_with_left_and_right_exchanged():
    photos = torch.randint(256, (2, 3, 32, 32), dtype=torch.uint8, generator=torch.manual_seed(4))
    assert torch.equal(features.mirrored(photos).flip(-1), features.whole(photos))
