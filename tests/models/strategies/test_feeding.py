"""What a decoder is fed: no target leaks into its own prediction, and the coins decide as they say."""

import pytest
import torch

from models.strategies import feeding
from models.strategies.feeding import SCHEDULES, epsilon, feed, mix
from models.strategies.learner import FIRST, Alphabet, Learner, best, losses
from models.traces import TRAINING_STRATEGIES
from models.translation.batches import shifted
from models.translation.vocabulary import EOS, PAD

PAIRS = (("abc", "cba"), ("bcd", "dcb"), ("ab", "ba"), ("dcba", "abcd"))
SHARES = {"teacher_forcing": 1.0, "own_output": 0.0}


@pytest.fixture(scope="module")
def alphabet():
    return Alphabet(PAIRS)


@pytest.fixture(scope="module")
def learner(alphabet):
    return Learner(len(alphabet), 1)


@pytest.fixture(scope="module")
def batch(alphabet):
    return alphabet.batch(PAIRS)


@pytest.fixture(scope="module")
def draws(batch):
    return torch.rand(batch.target.shape, generator=torch.Generator().manual_seed(3))


def step(learner, batch, strategy, draws):
    """What is read, and the loss at each position."""
    source = learner.encode(batch.source)
    read = feed(strategy, learner, source, batch.target, SHARES.get(strategy, 0.5), draws)
    return read, losses(learner.scores(source, read), batch.target)


@pytest.mark.parametrize("strategy", TRAINING_STRATEGIES)
def test_a_later_target_changes_no_earlier_loss(learner, batch, draws, strategy):
    read, before = step(learner, batch, strategy, draws)
    for position in range(1, batch.target.shape[1]):
        target = batch.target.clone()
        target[0, position] = FIRST + (target[0, position] - FIRST + 1) % 4
        read_then, then = step(learner, batch._replace(target=target), strategy, draws)
        assert torch.equal(read_then[0, : position + 1], read[0, : position + 1])
        torch.testing.assert_close(then[0, :position], before[0, :position], rtol=0, atol=1e-6)
        assert abs(then[0, position] - before[0, position]) > 1e-3


@pytest.mark.parametrize("strategy", sorted(SCHEDULES))
def test_with_epsilon_1_scheduled_sampling_is_teacher_forcing_to_the_bit(learner, batch, draws, strategy):
    source = learner.encode(batch.source)
    read = feed(strategy, learner, source, batch.target, 1.0, draws)
    assert torch.equal(read, feed("teacher_forcing", learner, source, batch.target, 1.0, draws))
    gradients = []
    for one in (read, shifted(batch.target)):
        learner.model.zero_grad()
        losses(learner.scores(learner.encode(batch.source), one), batch.target).sum().backward()
        gradients.append([weight.grad.clone() for weight in learner.model.parameters() if weight.requires_grad])
    assert all(torch.equal(one, other) for one, other in zip(*gradients, strict=True))


def test_with_epsilon_0_no_true_character_is_read(learner, batch, draws):
    source = learner.encode(batch.source)
    read = feed("linear", learner, source, batch.target, 0.0, draws)
    first = best(learner.scores(source, shifted(batch.target)))
    assert torch.equal(read, shifted(first)) and not torch.equal(read, shifted(batch.target))


def test_its_own_output_knows_nothing_of_the_target_but_its_length(learner, batch, draws):
    source = learner.encode(batch.source)
    others = torch.randint_like(batch.target, FIRST, FIRST + 4)
    read, again = (feed("own_output", learner, source, target, 0.0, draws) for target in (batch.target, others))
    assert torch.equal(read, again)


def test_its_own_output_is_what_one_pass_after_the_other_without_a_cache_writes(learner, batch):
    source, read = learner.encode(batch.source), torch.full((len(PAIRS), 1), PAD)
    for _ in range(5):
        scores = learner.scores(source, read)[:, -1]
        scores[:, PAD] = -torch.inf
        read = torch.cat([read, scores.argmax(-1, keepdim=True)], 1)
    assert torch.equal(learner.write(source, 5), read[:, 1:])
    assert torch.equal(feeding.own(learner, source, 5), read[:, :5])


def test_a_coin_below_epsilon_takes_the_true_id():
    gold, predicted = torch.tensor([[0, 5, 6, 7]]), torch.tensor([[0, 8, 9, 4]])
    draws = torch.tensor([[0.9, 0.2, 0.5, 0.49]])
    assert mix(gold, predicted, 0.5, draws).tolist() == [[0, 5, 9, 7]]


def test_gradients_flow_through_the_last_pass_alone(learner, batch, draws):
    for strategy in TRAINING_STRATEGIES:
        source = learner.encode(batch.source)
        assert not feed(strategy, learner, source, batch.target, 0.5, draws).requires_grad


@pytest.mark.parametrize("strategy", sorted(SCHEDULES))
@pytest.mark.parametrize("half", [0.1, 0.5, 1.0])
def test_a_schedule_falls_from_nearly_1_and_is_one_half_at_half(strategy, half):
    values = [epsilon(strategy, step / 50, half) for step in range(51)]
    assert values == sorted(values, reverse=True) and all(0 <= value <= 1 for value in values)
    assert values[0] > 0.97
    assert epsilon(strategy, half, half) == pytest.approx(0.5)


def test_the_schedules_are_those_of_the_paper():
    assert epsilon("linear", 0.75, 0.5) == pytest.approx(0.25) and epsilon("linear", 1, 0.4) == 0
    assert epsilon("exponential", 1.0, 0.5) == pytest.approx(0.25)
    k = feeding.STEEP
    steps = k * torch.log(torch.tensor(k)).item()
    for share in (0.3, 1.0, 1.7):
        wanted = k / (k + torch.exp(torch.tensor(share * steps / k)).item())
        assert epsilon("inverse_sigmoid", share * 0.5, 0.5) == pytest.approx(wanted, rel=1e-5)
    assert [epsilon(one, 0.7, 0.5) for one in ("teacher_forcing", "own_output")] == [1, 0]


def test_a_training_that_changes_over_is_teacher_forcing_and_then_its_own_output(learner, batch, draws):
    assert [epsilon("switched", progress, 0.5) for progress in (0, 0.49, 0.5, 1)] == [1, 1, 0, 0]
    for share, other in ((1.0, "teacher_forcing"), (0.0, "own_output")):
        source = learner.encode(batch.source)
        read = feed("switched", learner, source, batch.target, share, draws)
        assert torch.equal(read, feed(other, learner, source, batch.target, SHARES[other], draws))


def test_characters_become_ids_and_back(alphabet):
    batch = alphabet.batch([("ab", "b"), ("d", "abc")])
    assert batch.source.tolist() == [[2, 3, EOS], [5, EOS, PAD]]
    assert batch.target.tolist() == [[3, EOS, PAD, PAD], [2, 3, 4, EOS]]
    assert [alphabet.piece(one) for one in (PAD, EOS, 2, 5)] == ["", "", "a", "d"]
