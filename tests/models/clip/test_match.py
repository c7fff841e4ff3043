"""Photos against sentences: logits by hand, sums of parts, order, and what is refused or said of words."""

import json
import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from models.checkpoint import open_model
from models.clip import match
from models.clip.sentences import lines
from models.errors import InputError
from models.families import DUAL_ENCODERS
from models.pixels import prepare

DRAWS = np.random.default_rng(4)
PHOTOS = [Image.fromarray(DRAWS.integers(0, 256, (40, 50, 3), dtype=np.uint8)) for _ in range(3)]
TEXTS = ("a dog runs.", "a cat", "狗走")


def compare(clip, photos, texts):
    """The last photo is the one that is asked about."""
    return match.trace(photos[-1], photos[:-1], texts, clip)


@pytest.fixture(scope="module")
def clip(tiny_clip):
    return open_model(str(tiny_clip), DUAL_ENCODERS, "image and text")


@pytest.fixture(scope="module")
def found(clip):
    return compare(clip, PHOTOS, TEXTS)


@torch.inference_mode()
def test_a_cosine_is_that_of_the_two_towers(clip, found):
    assert np.ptp(found.cosine) > 0.01
    for at, photo in enumerate(PHOTOS):
        pixels = prepare(photo, clip.reader.image, clip.model.config.vision_config)
        image = clip.model.visual_projection(clip.model.vision_model(pixels).last_hidden_state.mean((2, 3)))[0]
        for number, one in enumerate(TEXTS):
            ids = clip.reader.text(one, return_tensors="pt").input_ids
            text = clip.model.text_projection(clip.model.text_model(ids).last_hidden_state[0].mean(0))
            expected = (image @ text / (image.norm() * text.norm())).item()
            assert found.cosine[at, number] == pytest.approx(expected, abs=1e-5)


def test_probabilities_are_softmax_of_cosines_times_the_scale(found):
    scores = np.exp(found.cosine * found.scale)
    np.testing.assert_allclose(found.over_texts, scores / scores.sum(1, keepdims=True), rtol=1e-4)
    np.testing.assert_allclose(found.over_images, scores / scores.sum(0, keepdims=True), rtol=1e-4)


def test_the_loss_is_the_mean_surprise_of_the_diagonal(clip, found):
    rows, columns = (-np.log(np.diag(one)).mean() for one in (found.over_texts, found.over_images))
    assert found.loss == pytest.approx((rows + columns) / 2, rel=1e-4)
    assert np.isnan(compare(clip, PHOTOS[:1], TEXTS).loss)


def test_places_and_words_add_up_to_the_cosine(found):
    assert found.place.shape == (3, 3, 2, 2)
    np.testing.assert_allclose(found.place.sum((2, 3)), found.cosine, atol=1e-5)
    np.testing.assert_allclose(np.nansum(found.word, 2), found.cosine, atol=1e-5)
    lengths = [len(pieces) for pieces in found.piece]
    assert np.isfinite(found.word).sum(2).tolist() == [lengths] * 3


def test_order_changes_nothing_but_places(clip, found):
    order = [2, 0, 1]
    other = compare(clip, [PHOTOS[at] for at in order], [TEXTS[at] for at in order])
    np.testing.assert_allclose(other.cosine, found.cosine[order][:, order], atol=1e-5)
    assert other.loss == pytest.approx(found.loss, rel=1e-5)


def test_a_photo_among_the_others_is_compared_once(clip, found):
    again = match.trace(PHOTOS[1].copy(), PHOTOS, TEXTS, clip)
    assert (found.chosen, again.chosen) == (2, 1)
    np.testing.assert_array_equal(again.cosine, found.cosine)


def test_a_word_that_training_never_saw_is_said(clip):
    found = compare(clip, PHOTOS[:1], ("a zebra runs, a zebra", "狗猫", "a dog"))
    assert found.unseen == (("zebra",), ("猫",), ())
    assert compare(clip, PHOTOS[:1], ("a dog 🐱, “dog”!", "…")).unseen == (("🐱",), ())


def test_markers_in_a_sentence_are_text(clip):
    (pieces,) = compare(clip, PHOTOS[:1], ("a [SEP] dog",)).piece
    assert pieces.count("[SEP]") == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "image_text.empty"),
        (" \n\t\n", "image_text.empty"),
        ("a\n" * 13, "image_text.many"),
        ("\u200b\n\u202e \u200d", "image_text.empty"),
    ],
)
def test_no_sentence_and_too_many_are_refused(text, code):
    with pytest.raises(InputError) as refusal:
        lines(text)
    assert refusal.value.code == code


def test_lines_are_sentences():
    assert lines(" a dog’s \n\na cat\r\n") == ("a dog's", "a cat")
    assert lines("a\u202ebc\n👩\u200d🚀") == ("abc", "👩\u200d🚀")


def test_an_endless_sentence_is_refused(clip):
    with pytest.raises(InputError) as refusal:
        compare(clip, PHOTOS[:1], ("dog " * 15,))
    assert refusal.value.code == "image_text.long"
    assert (refusal.value.details["tokens"], refusal.value.details["maximum"]) == (17, 16)


def test_a_model_of_the_hub_has_cosines_but_no_parts(clip, tmp_path):
    from transformers import CLIPConfig, CLIPModel

    sizes = {"hidden_size": 16, "intermediate_size": 16, "num_attention_heads": 2, "num_hidden_layers": 1}
    vision = {**sizes, "image_size": 32, "patch_size": 16}
    text = {**sizes, "vocab_size": len(clip.reader.text), "max_position_embeddings": 16}
    CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=6)).save_pretrained(tmp_path)
    clip.reader.text.save_pretrained(tmp_path)
    (tmp_path / "preprocessor_config.json").write_text('{"feature_extractor_type": "CLIPFeatureExtractor"}')
    found = compare(open_model(str(tmp_path), DUAL_ENCODERS, "image and text"), PHOTOS, TEXTS)
    np.testing.assert_allclose(found.over_texts.sum(1), 1, rtol=1e-5)
    assert np.isnan(found.place).all() and np.isnan(found.word).all()
    assert found.unseen == ((), (), ())


@pytest.mark.parametrize(
    ("tower", "changed", "code"),
    [
        ("vision_config", None, "model.config"),
        ("text_config", {"hidden_size": 0}, "model.config_number"),
        ("text_config", {"num_hidden_layers": 10**6}, "model.sizes"),
        ("vision_config", {"num_channels": 1}, "model.channels"),
        ("vision_config", {"dropout_rate": 7}, "model.config_share"),
    ],
    ids=str,
)
def test_towers_that_cannot_be_are_refused(tiny_clip, tmp_path, tower, changed, code):
    folder = tmp_path / "changed"
    shutil.copytree(tiny_clip, folder)
    config = json.loads((folder / "config.json").read_text())
    config[tower] = changed and config[tower] | changed
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError) as refusal:
        open_model(str(folder), DUAL_ENCODERS, "image and text")
    assert refusal.value.code == code
