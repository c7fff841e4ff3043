"""The autoencoder by hand: the nearest code, straight-through gradients, and its recipe on a few pictures."""

import numpy as np
import pytest
import torch

from models import training
from models.scenes import train_codes
from models.scenes.codes import PATCH
from models.scenes.world import SIDE
from tests.models.scenes.conftest import CODES


def test_codes_are_those_of_the_nearest_vectors_and_decode_to_pictures(coder, shown):
    with torch.inference_mode():
        vectors, codes = coder.model.vectors(shown), coder.model.encode(shown)
        picture = coder.model.decode(codes)
    assert codes.shape == (12, SIDE // PATCH, SIDE // PATCH) and codes.unique().numel() > 1
    book = coder.model.codebook.weight / coder.model.codebook.weight.norm(dim=-1, keepdim=True)
    distance = (vectors[..., None, :] - book).square().sum(-1)
    np.testing.assert_array_equal(codes, distance.argmin(-1))
    torch.testing.assert_close(vectors.norm(dim=-1), torch.ones(codes.shape))
    assert picture.shape == shown.shape and picture.dtype == torch.uint8


def test_a_code_is_its_own_nearest_and_one_swapped_changes_the_picture_around_it(coder, shown):
    codes = torch.arange(CODES.n_code).view(1, 4, 4)
    with torch.inference_mode():
        assert torch.equal(coder.model.nearest(coder.model.chosen(codes)), codes)
        before = coder.model.encode(shown[:1])
        after = before.clone()
        after[0, 0, 0] = (before[0, 0, 0] + 1) % CODES.n_code
        changed = (coder.model.decode(before) != coder.model.decode(after)).any(-1)[0]
    assert changed[:PATCH, :PATCH].any() and not changed[6 * PATCH :, 6 * PATCH :].any()


def test_gradients_of_the_pixels_pass_the_choice_as_if_it_were_none(coder, shown):
    model = train_codes.build(CODES)
    pixels, codes, before, chosen = model(shown[:2])
    before.retain_grad()
    pixels.square().mean().backward()
    free = chosen.detach().requires_grad_()
    model.pixels(free).square().mean().backward()
    torch.testing.assert_close(before.grad, free.grad)
    assert model.codebook.weight.grad is None and model.encoder[0].weight.grad.abs().sum() > 0
    torch.testing.assert_close(chosen, model.chosen(codes))


def test_a_code_that_no_picture_uses_is_put_where_the_encoder_gives_something(shown):
    training.seed_everything(0)
    model = train_codes.build(CODES)
    with torch.no_grad():
        model.codebook.weight[1:] = -model.codebook.weight[0]
    train_codes.revive(model, shown)
    vectors = model.vectors(shown).flatten(0, -2)
    nearest = (vectors @ torch.nn.functional.normalize(model.codebook.weight, dim=-1).T).amax(0)
    assert (nearest[2:] > 1 - 1e-5).all()


def test_figures_are_those_of_the_pictures(coder, shown):
    found = train_codes.evaluate(coder.model, shown)
    with torch.inference_mode():
        codes = coder.model.encode(shown)
        made = coder.model.decode(codes).numpy()
    error = np.square(made / 255.0 - shown.numpy() / 255.0).mean((1, 2, 3))
    assert found["psnr"] == pytest.approx(np.mean(10 * np.log10(1 / error)), abs=0.01)
    assert found["used"] == len(np.unique(codes))


def test_it_learns_and_goes_on_where_it_stopped(shown, tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_DEVICE", "cpu")
    monkeypatch.setattr(train_codes, "EVERY", 2)
    models = []
    for _ in range(3):
        training.seed_everything(0)
        models.append(train_codes.build(CODES))
    whole = train_codes.train(models[0], CODES, shown, shown[:4], tmp_path / "whole.pt")
    assert [row["step"] for row in whole] == [2, 4]
    evaluate = train_codes.evaluate
    calls = iter(range(1))

    def stopped(*told):
        if next(calls, None) is None:
            raise KeyboardInterrupt
        return evaluate(*told)

    monkeypatch.setattr(train_codes, "evaluate", stopped)
    with pytest.raises(KeyboardInterrupt):
        train_codes.train(models[1], CODES, shown, shown[:4], tmp_path / "cut.pt")
    monkeypatch.setattr(train_codes, "evaluate", evaluate)
    resumed = train_codes.train(models[2], CODES, shown, shown[:4], tmp_path / "cut.pt")
    assert [{**row, "seconds": 0} for row in resumed] == [{**row, "seconds": 0} for row in whole]
    for name, value in models[0].state_dict().items():
        assert torch.equal(models[2].state_dict()[name], value), name
