"""What the losses look at: no target token reaches its own prediction, nor any before it."""

import pytest
import torch
from torch.nn import functional as F

from models.translation import train_cmlm, train_marian
from models.translation.training import Recipe
from models.translation.vocabulary import EOS, PAD

SMALL = {"n_layer": 2, "n_embd": 16, "n_head": 2, "n_inner": 24, "dropout": 0.0, "vocabulary": 40}
SOURCE = torch.tensor([[5, 6, 7, 8, EOS], [9, 10, EOS, PAD, PAD]])
TARGET = torch.tensor([[11, 12, 13, 14, EOS], [15, 16, EOS, PAD, PAD]])


@pytest.fixture
def looked_at(monkeypatch):
    """The (logits, target) that every cross-entropy of a loss was given."""
    seen, cross_entropy = [], F.cross_entropy

    def record(logits, target, **settings):
        seen.append((logits.detach(), target))
        return cross_entropy(logits, target, **settings)

    monkeypatch.setattr(F, "cross_entropy", record)
    return seen


def changed(target, sentence, position, token=20):
    """The target with another token at one place."""
    other = target.clone()
    other[sentence, position] = token
    return other


def marian(smoothing=0.1):
    torch.manual_seed(0)
    recipe = Recipe(**SMALL, label_smoothing=smoothing)
    return train_marian.build(recipe, 40).eval(), recipe


def cmlm(smoothing=0.1):
    torch.manual_seed(0)
    recipe = train_cmlm.Recipe(**SMALL, label_smoothing=smoothing)
    return train_cmlm.build(recipe, 40).eval(), recipe


@pytest.mark.parametrize("position", range(4))
def test_teacher_forcing_shows_a_token_to_later_positions_only(position, looked_at):
    model, recipe = marian()
    for target in (TARGET, changed(TARGET, 0, position)):
        train_marian.loss(model, SOURCE, target, recipe)
    before, after = (logits.view(2, 5, 40) for logits, _ in looked_at)
    torch.testing.assert_close(after[0, : position + 1], before[0, : position + 1], atol=1e-5, rtol=0)
    assert (after[0, position + 1 :] - before[0, position + 1 :]).abs().amax(-1).min() > 1e-4
    torch.testing.assert_close(after[1], before[1], atol=1e-5, rtol=0)


@torch.no_grad()
def test_teacher_forcing_predicts_each_token_from_those_before_it():
    model, recipe = marian(smoothing=0.0)
    losses = []
    for source, target in zip(SOURCE, TARGET, strict=True):
        source, target = source[source != PAD][None], target[target != PAD].tolist()
        for position, token in enumerate(target):
            before = torch.tensor([[PAD, *target[:position]]])
            logits = model(input_ids=source, decoder_input_ids=before).logits[0, -1]
            losses.append(-logits.log_softmax(-1)[token])
    ours = train_marian.loss(model, SOURCE, TARGET, recipe)
    torch.testing.assert_close(ours, torch.stack(losses).mean(), atol=1e-5, rtol=0)


def test_a_masked_token_does_not_reach_any_prediction_and_a_visible_one_does(looked_at):
    model, recipe = cmlm()
    target = TARGET[:, :4].masked_fill(TARGET[:, :4] == EOS, 17)
    outcomes = []
    for seed in range(3):
        torch.manual_seed(seed)
        hidden = train_cmlm.mask(target)
        for place in (target != PAD).nonzero().tolist():
            looked_at.clear()
            for other in (target, changed(target, *place)):
                torch.manual_seed(seed)
                train_cmlm.loss(model, SOURCE, other, recipe)
            (before, ids), (length, _), (after, _), (other_length, _) = looked_at
            assert ids.tolist() == target[hidden].tolist(), "only what is hidden is predicted"
            torch.testing.assert_close(other_length, length)
            same = torch.allclose(after, before, atol=1e-5)
            assert not (hidden[tuple(place)] and not same), "a hidden token was seen"
            outcomes.append((bool(hidden[tuple(place)]), same))
    assert (True, True) in outcomes and (False, False) in outcomes and (True, False) not in outcomes


def test_the_length_is_predicted_from_the_source_alone(looked_at):
    model, recipe = cmlm()
    target = TARGET[:, :4]
    total = train_cmlm.loss(model, SOURCE, target, recipe)
    (logits, ids), (length_logits, length) = looked_at
    assert length.tolist() == [4, 3]
    tokens = F.cross_entropy(logits, ids, label_smoothing=0.1)
    torch.testing.assert_close(total, tokens + 0.1 * F.cross_entropy(length_logits, length))


def smoothed(logits, target, smoothing):
    """Szegedy et al. 2016: the truth counts 1 - smoothing, and all tokens alike share the rest."""
    log_prob = logits.log_softmax(-1)
    truth = log_prob.gather(-1, target[:, None])[:, 0]
    return -((1 - smoothing) * truth + smoothing * log_prob.mean(-1)).mean()


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.4])
def test_labels_are_smoothed_as_the_recipe_says(smoothing, looked_at):
    model, recipe = marian(smoothing)
    ours = train_marian.loss(model, SOURCE, TARGET, recipe)
    logits, target = looked_at[0]
    real = target != PAD
    torch.testing.assert_close(ours.detach(), smoothed(logits[real], target[real], smoothing))
    looked_at.clear()
    model, recipe = cmlm(smoothing)
    ours = train_cmlm.loss(model, SOURCE, TARGET[:, :4], recipe)
    (logits, target), (length_logits, length) = looked_at
    wanted = smoothed(logits, target, smoothing) + recipe.length_factor * F.cross_entropy(length_logits, length)
    torch.testing.assert_close(ours.detach(), wanted)
