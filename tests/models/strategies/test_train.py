"""Models that learn side by side: what their curves say is recomputed, and equal seeds give equal curves."""

import numpy as np
import pytest
import torch

from models.errors import InputError
from models.progress import NoProgress
from models.strategies import course, student, train
from models.strategies.asking import Answer, ask, marks
from models.strategies.learner import Alphabet, Learner
from models.strategies.student import Student, drawn
from models.strategies.tasks import lesson
from models.strategies.variants import PLAIN
from models.traces import FED_WAYS, TRAINING_STRATEGIES
from models.training import warmup_cosine
from models.translation.vocabulary import EOS, PAD

OWN = "\n".join(f"{one}{other} => {other}{one}" for one in "abcd" for other in "abcd")
STEPS = 6


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(course, "ROWS", 3)
    monkeypatch.setattr(student, "BATCH", 4)


def traces(strategies=("teacher_forcing", "linear"), seeds=1, half=0.5, steps=STEPS):
    return list(train.trace("own", OWN, strategies, seeds, half, steps))


@pytest.fixture(scope="module")
def alphabet():
    found = lesson("own", OWN)
    return Alphabet(found.learned + found.held_out)


def test_a_trace_grows_row_by_row_and_equal_seeds_give_equal_curves():
    *growing, last = traces(TRAINING_STRATEGIES[:4], seeds=2)
    assert [one.step.tolist() for one in growing] == [[0], [0, 2], [0, 2, 4]] and last.step.tolist() == [0, 2, 4, 6]
    assert not any(one.done for one in growing) and last.done
    again = traces(TRAINING_STRATEGIES[:4], seeds=2)[-1]
    for name in ("loss", "right_gold", "right_own", "exact", "after_gold", "after_own", "epsilon"):
        np.testing.assert_array_equal(getattr(last, name), getattr(again, name))
    assert [one.predicted for one in last.fed] == [one.predicted for one in again.fed]
    assert np.isnan(last.loss[..., 0]).all() and np.isfinite(last.loss[..., 1:]).all()
    assert not np.array_equal(last.loss[:, 0, 1:], last.loss[:, 1, 1:])


def test_all_strategies_begin_with_the_same_weights_batches_and_coins():
    students = [Student(strategy, 7, 9) for strategy in ("teacher_forcing", "own_output")]
    weights = [one.learner.model.state_dict() for one in students]
    assert all(torch.equal(value, weights[1][name]) for name, value in weights[0].items())
    for kind in ("order", "coins"):
        first, second = (torch.rand(5, generator=getattr(one, kind)) for one in students)
        assert torch.equal(first, second)
    other = Student("teacher_forcing", 8, 9).learner.model.state_dict()
    assert not torch.equal(other["model.shared.weight"], weights[0]["model.shared.weight"])


def test_the_loss_of_teacher_forcing_is_that_of_a_plain_loop_with_the_librarys_own_loss(alphabet):
    learned = alphabet.batch(lesson("own", OWN).learned)
    found = Student("teacher_forcing", 0, len(alphabet))
    found.learn(learned, STEPS, STEPS, 0.5, NoProgress())
    model, order = Learner(len(alphabet), 0).model, torch.Generator().manual_seed(0)
    optimizer, wanted = torch.optim.AdamW(model.parameters(), lr=PLAIN.rate), []
    for step in range(STEPS):
        batch = drawn(learned, order)
        labels = batch.target.masked_fill(batch.target.eq(PAD), -100)
        loss = model(input_ids=batch.source, attention_mask=batch.source.ne(PAD), labels=labels).loss
        loss.backward()
        optimizer.param_groups[0]["lr"] = PLAIN.rate * warmup_cosine(step / STEPS, PLAIN.warmup)
        optimizer.step()
        optimizer.zero_grad()
        wanted.append(loss.item())
    np.testing.assert_allclose(found.losses, wanted, rtol=1e-4)
    assert found.losses[-1] < found.losses[0]


def test_with_its_own_output_before_it_predicts_what_the_librarys_greedy_search_writes(alphabet):
    learner = Learner(len(alphabet), 2)
    batch = alphabet.batch(lesson("own", OWN).held_out)
    _, written = ask(learner, batch)
    for at, source in enumerate(batch.source):
        wanted = learner.model.generate(
            source[None], max_new_tokens=3, do_sample=False, num_beams=1, suppress_tokens=[PAD]
        )[0, 1:].tolist()
        until = wanted.index(EOS) + 1 if EOS in wanted else 3
        assert written.predicted[at, :until].tolist() == wanted[:until]


def test_whole_outputs_are_right_with_both_prefixes_or_with_neither_and_the_gap_opens_after_a_mistake():
    target = torch.tensor([[2, 3, 4, EOS], [2, 2, EOS, PAD], [4, 3, EOS, PAD]])
    gold = torch.tensor([[2, 3, 4, EOS], [3, 2, EOS, 9], [4, 2, 3, 9]])
    written = torch.tensor([[2, 3, 4, EOS], [3, 3, EOS, 9], [4, 2, 2, 9]])
    nothing = torch.zeros(3, 4)
    found = marks(Answer(target, gold, nothing), Answer(target, written, nothing), target)
    assert found.exact == pytest.approx(1 / 3)
    assert (found.right_gold, found.right_own) == (pytest.approx(7 / 10), pytest.approx(6 / 10))
    assert (found.after_gold, found.after_own) == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    right = Answer(target, target, nothing)
    perfect = marks(right, right, target)
    assert perfect.exact == 1 and np.isnan(perfect.after_own)


def test_a_model_is_exact_equally_often_with_both_prefixes(alphabet):
    learned = alphabet.batch(lesson("own", OWN).learned)
    found = Student("teacher_forcing", 0, len(alphabet))
    found.learn(learned, 60, 60, 0.5, NoProgress())
    right = [(one.predicted.eq(learned.target) | learned.target.eq(PAD)).all(-1) for one in ask(found.learner, learned)]
    assert torch.equal(*right) and right[0].float().mean() > 0


def test_what_is_shown_was_fed_by_its_coins_and_costs_its_passes():
    last = traces(("inverse_sigmoid", "own_output"))[-1]
    asked = lesson("own", OWN).held_out
    assert [one.source for one in last.fed] == [source for source, _ in asked] * 2
    for one in last.fed:
        length = len(one.target)
        assert "".join(one.target) == dict(asked)[one.source] and one.target[-1] == ""
        gold, mixed, own = (dict(zip(FED_WAYS, one.read, strict=True))[way] for way in FED_WAYS)
        assert gold == ("", *one.target[:-1])
        assert own == ("", *one.predicted[FED_WAYS.index("own")][:-1])
        first = one.predicted[FED_WAYS.index("gold")]
        assert one.first == first
        coins = [one.target[at] if one.draw[at + 1] < last.coin else first[at] for at in range(length - 1)]
        assert mixed == ("", *coins)
        assert one.passes.tolist() == [1, 2, length]
        assert (one.seconds > 0).all() and np.isfinite(one.loss).all()
        assert one.loss[1, 0] == pytest.approx(one.loss[0, 0], rel=1e-5)


def test_who_needs_too_long_is_stopped_and_says_so(monkeypatch):
    monkeypatch.setattr(course, "MAX_SECONDS", -1.0)
    (only,) = traces()
    assert only.done and only.step.tolist() == [0] and only.steps == STEPS


def test_all_models_together_make_no_more_steps_than_may_be(monkeypatch):
    monkeypatch.setattr(course, "MAX_UPDATES", 12)
    assert traces(seeds=2)[-1].steps == 3
    assert traces()[-1].steps == 6


def test_a_training_ends_when_nobody_waits_for_it():
    class Ended(Exception): ...

    class Leaves(NoProgress):
        beats = 0

        def beat(self):
            self.beats += 1
            if self.beats > 3:
                raise Ended

    leaves = Leaves()
    with pytest.raises(Ended):
        list(train.trace("own", OWN, ("own_output",), 1, 0.5, STEPS, leaves))
    assert leaves.beats == 4


def test_pairs_that_cannot_be_used_are_refused():
    with pytest.raises(InputError, match="few"):
        next(train.trace("own", "a => b", ("linear",), 1, 0.5, STEPS))
