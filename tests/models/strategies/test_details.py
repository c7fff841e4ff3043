"""The small print of a training: equal beginnings, what each variant changes, and what changes nothing."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from models.errors import InputError
from models.progress import NoProgress
from models.strategies import course, details, student
from models.strategies.held_out import held_out
from models.strategies.learner import Alphabet, Learner, losses
from models.strategies.schedules import SCHEDULES
from models.strategies.student import Student
from models.strategies.tasks import lesson
from models.strategies.variants import AHEAD, DETAILS, PLAIN, RECIPE, Setting
from models.traces import TRAINING_DETAILS
from models.training import Float32Muon, warmup_cosine
from models.translation.batches import shifted
from models.translation.training import Recipe
from models.translation.vocabulary import PAD

OWN = "\n".join(f"{one}{other} => {other}{one}" for one in "abcd" for other in "abcd")
STEPS = 6
FOUND = lesson("own", OWN)
ALPHABET = Alphabet(FOUND.learned + FOUND.held_out)
LEARNED, ASKED = (ALPHABET.batch(part) for part in FOUND)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(course, "ROWS", 3)
    monkeypatch.setattr(student, "BATCH", 4)


def learned(setting, steps=STEPS):
    found = Student("teacher_forcing", 1, len(ALPHABET), setting)
    found.learn(LEARNED, steps, steps, 1.0, NoProgress())
    return found


def weights(model):
    return torch.cat([weight.flatten() for weight in model.state_dict().values()])


def traced(detail, seeds=1):
    return list(details.trace(detail, "own", OWN, seeds, STEPS))


@pytest.mark.parametrize("detail", TRAINING_DETAILS)
def test_all_variants_begin_with_equal_matrices_and_draw_equal_batches(detail):
    first, *others = [Student("teacher_forcing", 1, len(ALPHABET), one) for one in DETAILS[detail].values()]
    matrices = {name: one for name, one in first.learner.model.named_parameters() if one.ndim == 2}
    for other in others:
        found = dict(other.learner.model.named_parameters())
        assert all(torch.equal(one, found[name]) for name, one in matrices.items())
        assert torch.equal(first.order.get_state(), other.order.get_state())


def test_every_detail_has_its_variants_and_a_plain_one_or_the_recipes():
    assert set(DETAILS) == set(AHEAD) == set(TRAINING_DETAILS)
    for detail, settings in DETAILS.items():
        assert 2 <= len(settings) <= 4 and len(set(settings.values())) == len(settings)
        assert {name for pair in AHEAD[detail].pairs for name in pair} <= set(settings)


@pytest.mark.parametrize("setting", [Setting(smoothing=0.0, clip=inf), Setting(clip=1e9), Setting(average=3)])
def test_what_changes_nothing_learns_as_plain_training_does_to_the_bit(setting):
    plain, same = learned(PLAIN), learned(setting)
    assert plain.losses == same.losses
    assert torch.equal(weights(plain.learner.model), weights(same.learner.model))


def test_one_checkpoint_averaged_is_itself_and_several_are_their_mean():
    learner = learned(PLAIN).learner
    one = {name: value.clone() for name, value in learner.model.state_dict().items()}
    assert torch.equal(weights(learner.averaged([one]).model), weights(learner.model))
    other = {name: value + 1 for name, value in one.items()}
    mean = learner.averaged([one, other]).model.state_dict()
    for name, value in mean.items():
        torch.testing.assert_close(value, one[name] + 0.5)
    assert torch.equal(weights(learner.model), torch.cat([value.flatten() for value in one.values()]))


@pytest.mark.parametrize("bound", [0.05, 0.5])
def test_no_gradient_is_longer_than_its_bound_when_it_is_applied(monkeypatch, bound):
    applied = []

    def noted(optimizer, *_):
        gradients = [
            p.grad.flatten() for group in optimizer.param_groups for p in group["params"] if p.grad is not None
        ]
        applied.append(float(torch.cat(gradients).norm()))

    found = Student("teacher_forcing", 1, len(ALPHABET), Setting(clip=bound))
    found.optimizers[0].register_step_pre_hook(noted)
    found.learn(LEARNED, STEPS, STEPS, 1.0, NoProgress())
    assert len(applied) == STEPS and max(found.norms) > bound
    np.testing.assert_allclose(applied, np.minimum(found.norms, bound), rtol=1e-3)
    assert max(applied) <= bound * (1 + 1e-6)


def test_smoothing_spreads_the_target_over_the_vocabulary():
    scores, target = (
        torch.randn(2, 3, 5, generator=torch.Generator().manual_seed(0)),
        torch.tensor([[2, 3, 1], [4, 1, PAD]]),
    )
    log_prob = scores.log_softmax(-1)
    spread = 0.7 * F.one_hot(target, 5) + 0.3 / 5
    wanted = -(spread * log_prob).sum(-1) * target.ne(PAD)
    torch.testing.assert_close(losses(scores, target, 0.3), wanted)


def test_pre_ln_normalises_before_each_sublayer_and_at_the_end():
    learner = Learner(len(ALPHABET), 1, pre_norm=True)
    layer, stack = learner.model.model.encoder.layers[0], learner.model.model.encoder
    seen = {}
    layer.self_attn_layer_norm.register_forward_pre_hook(lambda _, inputs: seen.update(into_norm=inputs[0]))
    layer.register_forward_pre_hook(lambda _, inputs: seen.update(into_layer=inputs[0]))
    with torch.no_grad():
        states = learner.encode(ASKED.source).states
    assert torch.equal(seen["into_norm"], seen["into_layer"])
    torch.testing.assert_close(states.mean(-1), torch.zeros(states.shape[:2]), rtol=0, atol=1e-5)
    assert isinstance(stack.layer_norm, torch.nn.LayerNorm)
    assert not hasattr(Learner(len(ALPHABET), 1).model.model.encoder, "layer_norm")


def test_learning_rates_rise_evenly_and_then_go_their_ways():
    for name, schedule in SCHEDULES.items():
        assert schedule(0.05, 0.1) == pytest.approx(0.5), name
        assert schedule(0.1, 0.1) == pytest.approx(1), name
    assert [SCHEDULES[name](0.4, 0.1) for name in ("constant", "inverse_root")] == [1, pytest.approx(0.5)]
    assert SCHEDULES["cosine"](0.4, 0.1) == warmup_cosine(0.4, 0.1) and SCHEDULES["cosine"](0.0, 0.0) == 1


def test_a_student_follows_its_schedule():
    found = learned(Setting(schedule="inverse_root", warmup=0.5))
    last = (STEPS - 1) / STEPS
    assert found.optimizers[0].param_groups[0]["lr"] == pytest.approx(PLAIN.rate * (0.5 / last) ** 0.5)


def test_muon_is_that_of_the_recipes_and_has_the_matrices_of_the_layers():
    recipe, setting = Recipe(), DETAILS["optimizer"]["muon"]
    assert (setting.muon, setting.rate) == (recipe.muon_lr, recipe.adamw_lr) and setting.warmup == recipe.warmup
    assert replace(setting, muon=0.0) == RECIPE == DETAILS["optimizer"]["adamw"]
    assert recipe.weight_decay == student.WEIGHT_DECAY
    muon, adamw = Student("teacher_forcing", 1, len(ALPHABET), setting).optimizers
    assert isinstance(muon, torch.optim.Muon | Float32Muon) and isinstance(adamw, torch.optim.AdamW)
    assert all(one.ndim == 2 for group in muon.param_groups for one in group["params"])
    assert adamw.param_groups[0]["betas"] == (0.9, 0.98)


def test_what_is_said_of_held_out_pairs_is_recomputed_from_the_librarys_own_pass():
    learner = learned(PLAIN, 40).learner
    found = held_out(learner, ASKED)
    with torch.no_grad():
        scores = learner.model(
            input_ids=ASKED.source, attention_mask=ASKED.source.ne(PAD), decoder_input_ids=shifted(ASKED.target)
        ).logits
    asked = ASKED.target.ne(PAD)
    flat, true = scores[asked], ASKED.target[asked]
    assert found.loss == pytest.approx(F.cross_entropy(flat, true).item(), rel=1e-5)
    others = [(row.sum() - row[at]) / (len(row) - 1) for row, at in zip(flat, true, strict=True)]
    gap = torch.stack([row[at] - other for row, at, other in zip(flat, true, others, strict=True)]).mean()
    assert found.logit_gap == pytest.approx(gap.item(), rel=1e-4)
    predicted = flat[:, 1:].argmax(-1) + 1
    assert found.right.tolist() == predicted.eq(true).float().tolist()
    assert found.correct == pytest.approx(found.right.mean())
    np.testing.assert_allclose(found.confidence, flat.softmax(-1)[range(len(true)), predicted], rtol=1e-5)


def test_a_trace_grows_and_equal_seeds_give_equal_curves():
    *growing, last = traced("smoothing", seeds=2)
    assert [one.step.tolist() for one in growing] == [[0], [0, 2], [0, 2, 4]] and last.step.tolist() == [0, 2, 4, 6]
    assert not any(one.done for one in growing) and last.done and last.detail == "smoothing"
    again = traced("smoothing", seeds=2)[-1]
    for name in ("loss", "norm", "held_loss", "correct", "exact", "logit_gap", "calibration", "bin_right"):
        np.testing.assert_array_equal(getattr(last, name), getattr(again, name))
    assert np.isnan(last.loss[..., 0]).all() and np.isfinite(last.loss[..., 1:]).all()
    assert (last.held_loss[..., 0] == last.held_loss[:1, :, 0]).all()  # nobody has learned yet
    assert len(np.unique(last.held_loss[:, 0, -1])) == 3 and not np.array_equal(
        last.loss[:, 0, 1:], last.loss[:, 1, 1:]
    )
    assert last.bin_count.sum(1).tolist() == [2 * int(ASKED.target.ne(PAD).sum())] * 3


def test_the_plain_variant_learns_as_train_it_here_does():
    last, plain = traced("schedule")[-1], Student("teacher_forcing", 0, len(ALPHABET))
    plain.learn(LEARNED, STEPS, STEPS, 0.5, NoProgress())
    found = last.loss[last.variant.index("cosine"), 0, 1:]
    np.testing.assert_array_equal(found, np.array(plain.losses).reshape(3, 2).mean(1))
    assert last.held_loss[last.variant.index("cosine"), 0, -1] == held_out(plain.learner, ASKED).loss


def test_variants_that_differ_in_what_is_averaged_are_one_training():
    *_, before, last = traced("averaging")
    place = {name: at for at, name in enumerate(last.variant)}
    for schedule in ("constant", "cosine"):
        one, mean = place[f"{schedule}_last"], place[f"{schedule}_mean"]
        np.testing.assert_array_equal(last.loss[one], last.loss[mean])
        assert last.held_loss[one, 0, 0] == last.held_loss[mean, 0, 0]  # of one look alone
        assert last.held_loss[one, 0, -1] != last.held_loss[mean, 0, -1]
    assert before.seconds[place["cosine_last"]] == before.seconds[place["cosine_mean"]]


def test_steps_that_were_clipped_are_counted():
    last = traced("clipping")[-1]
    assert last.clipped[last.variant.index("unclipped"), 0, -1] == 0
    short = last.variant.index("clipped_short")
    assert last.clipped[short, 0, -1] == 1 and (last.largest_norm[short, 0, 1:] > 0.1).all()
    assert (last.largest_norm[..., 1:] >= last.norm[..., 1:]).all()


def test_it_is_bounded_in_steps_and_seconds(monkeypatch):
    monkeypatch.setattr(course, "MAX_UPDATES", 20)
    assert traced("clipping")[-1].steps == 5
    assert traced("averaging")[-1].steps == STEPS  # two trainings: fewer than may be
    monkeypatch.setattr(course, "MAX_SECONDS", -1.0)
    (only,) = traced("clipping")
    assert only.done and only.step.tolist() == [0]


def test_pairs_that_cannot_be_used_are_refused():
    with pytest.raises(InputError, match="few"):
        next(details.trace("warmup", "own", "a => b", 1, STEPS))
