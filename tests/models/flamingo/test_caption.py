"""Captions word by word: probabilities, places and gates again from the model; the frozen model's words at factor 0."""

import numpy as np
import pytest
import torch
from PIL import Image

from models.checkpoint import open_model
from models.families import CAPTIONERS
from models.flamingo import caption, captions
from models.pixels import prepare
from models.traces import CaptionTrace

DRAWS = np.random.default_rng(4)
PHOTOS = [Image.fromarray(DRAWS.integers(0, 256, (40, 50, 3), dtype=np.uint8)) for _ in range(2)]


@pytest.fixture(scope="module")
def flamingo(folder):
    return open_model(str(folder), CAPTIONERS, "image and text")


@pytest.fixture(scope="module")
def found(flamingo):
    return caption.trace(PHOTOS[0], PHOTOS[1], "en", flamingo)


def row(flamingo, written):
    """The whole row that was written, (1, token), and the place before every piece."""
    reader = flamingo.reader.text
    ids, before = [], []
    tokens = reader.convert_tokens_to_ids(list(written.piece))
    for at in range(len(PHOTOS)):
        own = [token for token, under in zip(tokens, written.under, strict=True) if under == at]
        ids += captions.prompt(reader, "en")
        before += range(len(ids) - 1, len(ids) - 1 + len(own))
        ids += own if own[-1] == reader.eos_token_id else [*own, reader.eos_token_id]
    return torch.tensor([ids]), before


@torch.inference_mode()
def test_each_piece_is_the_most_probable_one_after_those_before_it(flamingo, found):
    pixels = [prepare(photo, flamingo.reader.image, flamingo.model.config.vision_config) for photo in PHOTOS]
    maps = flamingo.model.vision_model(torch.cat(pixels)).last_hidden_state
    latents, _ = flamingo.model.see(maps.flatten(2).transpose(1, 2))
    for written in found.captions:
        ids, before = row(flamingo, written)
        log_prob = flamingo.model(ids, latents[None], written.factor)[0, before].log_softmax(-1)
        np.testing.assert_allclose(written.log_prob, log_prob.max(-1).values.numpy(), atol=1e-4)
        np.testing.assert_allclose(written.alternative_log_prob[:, 0], written.log_prob, atol=1e-4)
        assert tuple(some[0] for some in written.alternative) == written.piece
        blind = flamingo.model.language(ids, use_cache=False).logits[0, before].log_softmax(-1)
        own = blind.gather(1, ids[0, [place + 1 for place in before]][:, None])[:, 0]
        np.testing.assert_allclose(written.blind_log_prob, own.numpy(), atol=1e-4)
        others = [flamingo.reader.text.convert_tokens_to_ids(list(some)) for some in written.alternative]
        expected = blind.gather(1, torch.tensor(others)).numpy()
        np.testing.assert_allclose(written.alternative_blind_log_prob, expected, atol=1e-4)


@torch.inference_mode()
def test_at_factor_0_it_writes_what_the_frozen_model_writes(flamingo, found):
    reader, whole = flamingo.reader.text, captions.prompt(flamingo.reader.text, "en")
    closed = found.captions[0]
    assert closed.factor == 0
    for piece in closed.piece[: int((closed.under == 0).sum())]:
        best = flamingo.model.language(torch.tensor([whole]), use_cache=False).logits[0, -1].argmax().item()
        assert reader.convert_ids_to_tokens(best) == piece
        whole = [*whole, best]
    np.testing.assert_array_equal(closed.log_prob, closed.blind_log_prob)
    np.testing.assert_array_equal(closed.alternative_log_prob, closed.alternative_blind_log_prob)
    assert len({written.text for written in found.captions}) > 1, "gates change what is written"


def test_a_word_looks_at_its_own_photo_alone(found):
    for written in found.captions:
        for piece, under in enumerate(written.under):
            assert not written.look[:, :, piece, 1 - under].any()
            assert not written.place[:, piece, 1 - under].any()
        np.testing.assert_allclose(written.look.sum((3, 4)), 1, atol=1e-5)


def test_places_are_the_product_of_both_attentions(found):
    written = found.captions[3]
    assert found.resampled.shape == (2, 2, 4, 2, 2)
    for layer, piece in ((0, 0), (2, len(written.piece) - 1)):
        photo = written.under[piece]
        expected = sum(
            written.look[layer, :, piece, photo, latent].mean() * found.resampled[photo, :, latent].mean(0)
            for latent in range(4)
        )
        np.testing.assert_allclose(written.place[layer, piece, photo], expected, atol=1e-6)
    assert 0 < written.place.sum((2, 3, 4)).max() < 1


def test_gates_are_tanh_of_the_learned_ones(found):
    np.testing.assert_allclose(found.attention_gate, np.tanh([0.5, 0.7, 0.9]), atol=1e-3)
    np.testing.assert_allclose(found.feed_forward_gate, np.tanh([-0.4, -0.6, -0.8]), atol=1e-3)
    assert tuple(written.factor for written in found.captions) == caption.FACTORS


def test_another_photo_changes_its_own_caption(flamingo, found):
    other = caption.trace(PHOTOS[0], PHOTOS[0], "en", flamingo)
    first, again = found.captions[3], other.captions[3]
    assert first.text[0] == again.text[0]
    own = first.under == 0
    np.testing.assert_array_equal(first.log_prob[own], again.log_prob[: int(own.sum())])
    assert not np.array_equal(first.alternative_log_prob[~own][0], again.alternative_log_prob[again.under == 1][0])


def test_without_a_second_photo_the_first_is_described_alone(flamingo, found):
    alone = caption.trace(PHOTOS[0], None, "en", flamingo)
    assert len(alone.photo) == len(alone.resampled) == 1
    for written, beside in zip(alone.captions, found.captions, strict=True):
        assert written.text == beside.text[:1] and not written.under.any()


def test_a_trace_comes_back_from_its_file(found, tmp_path):
    found.save(tmp_path / "caption.npz")
    again = CaptionTrace.load(tmp_path / "caption.npz")
    assert again.captions[3].piece == found.captions[3].piece
    np.testing.assert_array_equal(again.captions[3].place, found.captions[3].place)
