"""What a model is measured by: surprise, BLEU and captions, each against its definition; the bundled figures again."""

import json
import math

import numpy as np
import pytest
import torch

from models import predictions as stored
from models.checkpoint import BUNDLED
from models.flamingo import captions, loss, predictions, write
from models.flamingo.train import NAME

PLACES = (torch.rand(2, 4, 128, generator=torch.manual_seed(3)) * 6).half()


@torch.inference_mode()
def test_surprise_is_minus_log_probability_of_each_next_token(model, tokenizer, texts):
    said = captions.encode(tokenizer, texts)
    nats, tokens = loss.by_caption(loss.looking(model, PLACES), said)
    for at, ids in enumerate(said.ids):
        latents, _ = model.see(PLACES[said.photo[at]][None].float())
        log_prob = model(ids[None, :-1], latents[None])[0].log_softmax(-1)
        expected = -sum(log_prob[before, ids[before + 1]] for before in range(1, len(ids) - 1))
        torch.testing.assert_close(nats[at], torch.as_tensor(expected), atol=1e-3, rtol=1e-4)
        assert tokens[at] == len(ids) - 2


@torch.inference_mode()
def test_blind_and_closed_are_one(model, tokenizer, texts):
    said = captions.encode(tokenizer, texts)
    closed = loss.mean(loss.looking(model, PLACES, 0.0), said)
    assert closed == loss.mean(loss.blind(model.language), said)
    assert closed != loss.mean(loss.looking(model, PLACES), said)


@torch.inference_mode()
def test_greedy_takes_the_most_probable_token_until_the_end(model, tokenizer):
    end, ids = tokenizer.eos_token_id, torch.tensor([captions.prompt(tokenizer, "en")] * 2)
    latents = model.see(PLACES.float())[0][:, None]
    written = write.greedy(model, latents, ids, end)
    for row, own in enumerate(written):
        whole = ids[row]
        for token in own:
            if whole[-1] == end:
                assert token == end
                continue
            assert token == model(whole[None], latents[row : row + 1])[0, -1].argmax()
            whole = torch.cat([whole, token[None]])
    assert written.shape[1] <= captions.MOST - 2


def test_the_test_looks_at_another_photo_and_at_none(model, tokenizer, texts, tmp_path):
    stored, written = predictions.test(model, tokenizer, PLACES, texts)
    predictions.store(tmp_path, stored, written)
    found = predictions.figures(tmp_path)
    for language, some in texts.items():
        said = captions.encode(tokenizer, {language: some})
        for sight, places, factor in (("right", PLACES, 1.0), ("other", PLACES.flip(0), 1.0), ("closed", PLACES, 0.0)):
            nats, tokens = loss.by_caption(loss.looking(model, places, factor), said)
            mean = (nats.sum() / tokens.sum()).item()
            assert found[language]["nats"][sight] == pytest.approx(mean, abs=1e-3)
            assert written[language][sight] == write.captions(model, tokenizer, places, language, factor)
        assert len(set(written[language]["closed"])) == 1, "without sight all photos are one"


def test_the_bundled_figures_follow_from_what_is_stored():
    folder = BUNDLED / NAME
    recipe = json.loads((folder / "recipe.json").read_text(encoding="utf-8"))
    assert predictions.figures(folder) == recipe["test"]
    with np.load(folder / stored.FILE, allow_pickle=False) as file:
        assert file["tokens.en"].shape == (2500,)
        assert math.isfinite(sum(float(file[name].sum()) for name in file.files))
