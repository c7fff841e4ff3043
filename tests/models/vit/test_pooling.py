"""Heads on CLS and on the mean of the patches: what they read, that they are at their minimum, what they say again."""

import json

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional as F

from models import checkpoint
from models.checkpoint import open_model, revision
from models.errors import InputError
from models.families import VIT
from models.vit import layers, pooling, train_pooling
from models.vit.train_pooling import Recipe, chosen_penalty, features_of, fit, train

PIXELS = torch.randn(2, 3, 32, 32, generator=torch.manual_seed(7))
QUICK = Recipe(penalties=(1e-2, 1e-1), most_steps=60)


@pytest.fixture
def pictures():
    """Forty noisy pictures of five labels, each of a brightness of its own."""
    labels = torch.arange(40) % 5
    noise = torch.randint(0, 30, (40, 3, 32, 32), generator=torch.manual_seed(1), dtype=torch.uint8)
    return noise + (labels[:, None, None, None] * 50).to(torch.uint8), labels


@pytest.mark.parametrize(("name", "prefix"), [("tiny_vit", 1), ("tiny_deit", 2)])
def test_a_head_reads_cls_or_the_mean_of_the_patches(name, prefix, opened):
    model = opened(name).model
    with torch.inference_mode():
        states = layers.walk(model, PIXELS).states
        found = pooling.features(model, states, (32, 32))
        for state, read in zip(states, found.transpose(0, 1), strict=True):
            norm = model.base_model.layernorm
            normed = F.layer_norm(state, state.shape[-1:], norm.weight, norm.bias, norm.eps)
            torch.testing.assert_close(read[0], normed[:, 0], atol=1e-5, rtol=1e-4)
            torch.testing.assert_close(read[1], normed[:, prefix:].mean(1), atol=1e-5, rtol=1e-4)


def test_the_models_own_head_on_cls_gives_its_logits(opened):
    model = opened("tiny_vit").model
    with torch.inference_mode():
        read = pooling.features(model, layers.walk(model, PIXELS).states, (32, 32))[0, -1]
        own = pooling.scores(model.classifier.weight, model.classifier.bias, read)
        torch.testing.assert_close(own, model(PIXELS).logits)


def test_a_fit_is_at_the_minimum_and_a_penalty_makes_it_smaller():
    generator = torch.manual_seed(3)
    read = torch.randn(60, 4, generator=generator)
    labels = (read[:, 0] + 0.3 * torch.randn(60, generator=generator) > 0).long() + (read[:, 1] > 1).long()
    sizes = []
    for penalty in (1e-3, 1e-1):
        weight, bias = (part.requires_grad_() for part in fit(read, labels, penalty, 300))
        (F.cross_entropy(read @ weight.T + bias, labels) + penalty * weight.square().sum() / 2).backward()
        for part in (weight, bias):
            assert part.grad is not None
            assert part.grad.abs().max() < 1e-4
        sizes.append(weight.norm().item())
    assert sizes[1] < sizes[0] / 2


def test_the_penalty_is_the_one_that_generalises_to_the_held_out_tenth():
    """Of 60 features one tells the label, the others are noise that a small penalty learns by heart."""
    read = torch.randn(60, 60, generator=torch.manual_seed(5))
    labels = (read[:, 0] > 0).long()
    read[:, 0] *= 3
    kept, out = train_pooling.distillation.held_out((read, labels))
    reached = {
        penalty: train_pooling.right(*fit(read[kept], labels[kept], penalty, 300), read[out], labels[out])
        for penalty in (1e-6, 1e-1, 1e3)
    }
    best = chosen_penalty(Recipe(penalties=(1e3, 1e-6, 1e-1)), read, labels)
    assert reached[best] == max(reached.values()) > min(reached.values())


def test_what_is_saved_says_what_was_recorded(tiny_vit, opened, pictures, tmp_path, monkeypatch):
    images, labels = pictures
    monkeypatch.setattr(train_pooling, "OF", str(tiny_vit))
    monkeypatch.setattr(train_pooling, "RECIPE", QUICK)
    monkeypatch.setattr(train_pooling.imagenette, "load", lambda folder, split: (images, labels))
    monkeypatch.setattr(train_pooling.imagenette, "sha256", lambda folder: {"train": "a", "val": "b"})
    out = tmp_path / pooling.NAME
    command = ["train_pooling", "--data", "here", "--out", str(out), "--state", str(tmp_path / "state.pt")]
    monkeypatch.setattr("sys.argv", command)
    train_pooling.main()
    record = json.loads((out / "recipe.json").read_text())
    assert record["weights"] == revision(str(tiny_vit))
    assert record["val_count"] == 40
    heads = pooling.read(out, torch.device("cpu"))
    read = features_of(opened("tiny_vit"), images)
    answers = pooling.scores(heads.weight, heads.bias, read).argmax(-1)
    accuracy = (answers == labels).double().mean(-1)
    np.testing.assert_allclose(record["accuracy"], accuracy, atol=5e-5)
    assert accuracy[1].min() > 0.9
    assert accuracy[0, 0] == 0.2, "before the first layer CLS is the same for every picture"

    monkeypatch.setattr(checkpoint, "BUNDLED", tmp_path)
    photo = Image.fromarray(images[1].permute(1, 2, 0).numpy())
    found = pooling.trace(vit=open_model(str(tiny_vit), VIT, "image"), photo=photo)
    expected = pooling.scores(heads.weight, heads.bias, read[:, :, 1:2])[:, :, 0].softmax(-1)
    np.testing.assert_allclose(found.probability, expected, atol=1e-5)
    np.testing.assert_array_equal(found.accuracy, np.array(record["accuracy"], np.float32))


def test_other_weights_are_refused(opened):
    with pytest.raises(InputError) as refusal:
        pooling.trace(vit=opened("tiny_vit"), photo=Image.new("RGB", (32, 32)))
    assert refusal.value.code == "anatomy.pooling"


def test_heads_are_fitted_to_frozen_weights(opened, pictures):
    one = opened("tiny_vit")
    before = {name: value.clone() for name, value in one.model.state_dict().items()}
    train(QUICK, one, pictures, pictures)
    for name, value in one.model.state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)
