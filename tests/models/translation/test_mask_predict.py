"""Mask-predict against a plain second writing of the paper's algorithm, one sentence and one length at a time."""

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast

from models.errors import InputError
from models.traces import STRATEGIES
from models.translation import mask_predict, train_cmlm
from models.translation.mask_predict import Settings, refine, remasked, translate

MASK = 3


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(4)
    recipe = train_cmlm.Recipe(n_layer=2, n_embd=16, n_head=2, n_inner=24, dropout=0.0)
    made = train_cmlm.build(recipe, 50).eval()
    for parameter in made.parameters():
        if parameter.ndim == 2:
            torch.nn.init.normal_(parameter, std=0.4)
    made.length_head.bias.data.copy_(-((torch.arange(128) - 8) ** 2.0))
    return made


@pytest.fixture(scope="module")
def tokenizer():
    words = {word: i for i, word in enumerate(["<pad>", "</s>", "<unk>", "<mask>", *(f"▁w{i}" for i in range(46))])}
    return PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel(words, "<unk>")), unk_token="<unk>")


def sources(count):
    generator = torch.Generator().manual_seed(1)
    return [torch.randint(4, 50, (1, 3 + i % 7), generator=generator) for i in range(count)]


@torch.no_grad()
def plain(model, ids, n_length, passes):
    """The paper's pseudo code with Python lists: tokens, probabilities and masks of each pass, by length."""
    encoded = model.encode(ids)
    chosen = torch.topk(torch.log_softmax(encoded.length_logits[0], -1), n_length)
    histories = []
    for length in chosen.indices.tolist():
        tokens, probability, history = [MASK] * length, [1.0] * length, []
        for step in range(passes):
            count = length if step == 0 else max(1, int(np.float32(length) * np.float32(1 - step / passes)))
            hidden = sorted(range(length), key=lambda i: probability[i])[:count]
            for i in hidden:
                tokens[i] = MASK
            logits = model.logits(model.decode(torch.tensor([tokens]), encoded)[0])[0]
            logits[:, [0, 1, MASK]] = float("-inf")
            share = logits.softmax(-1)
            for i in hidden:
                probability[i], tokens[i] = share[i].max().item(), int(share[i].argmax())
            history.append((list(tokens), list(probability), set(hidden)))
        histories.append(history)
    return histories


@pytest.mark.parametrize("passes", [1, 4, pytest.param(10, marks=pytest.mark.slow)])
def test_every_pass_of_every_length_equals_the_plain_writing(model, tokenizer, passes):
    for ids in sources(12):
        seen = refine(model, tokenizer, ids, Settings(passes=passes, n_length=3), "tiny")
        scores = []
        for candidate, history in zip(seen.candidates, plain(model, ids, 3, passes), strict=True):
            for step, (tokens, probability, hidden) in enumerate(history):
                assert candidate.token[step].tolist() == tokens
                assert np.allclose(candidate.probability[step], probability, atol=1e-4)
                assert set(np.flatnonzero(candidate.masked[step])) == hidden
            scores.append(np.mean(np.log(history[-1][1])))
            assert candidate.score == pytest.approx(scores[-1], abs=1e-4)
        assert seen.best == int(np.argmax(scores))


@pytest.mark.parametrize(
    ("length", "passes", "schedule"),
    [
        (12, 10, [12, 10, 9, 8, 7, 6, 4, 3, 2, 1]),
        (10, 10, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
        (12, 4, [12, 9, 6, 3]),
        (1, 3, [1, 1, 1]),
    ],
)
def test_the_number_of_masks_falls_as_the_released_code_counts(length, passes, schedule):
    settings, probability = Settings(passes=passes), torch.rand(1, length)
    counts = [int(remasked(step, settings, probability, torch.tensor([length])).sum()) for step in range(passes)]
    assert counts == schedule


def test_a_token_that_is_not_masked_keeps_its_stale_probability(model, tokenizer):
    seen = refine(model, tokenizer, sources(5)[4], Settings(passes=6, n_length=2), "tiny")
    stale = fresh = 0
    for candidate in seen.candidates:
        for step in range(1, 6):
            still = ~candidate.masked[step]
            assert np.array_equal(candidate.probability[step][still], candidate.probability[step - 1][still])
            assert np.array_equal(candidate.token[step][still], candidate.token[step - 1][still])
            now = candidate.alternative_probability[step][:, 0]
            stale += np.sum(np.abs(candidate.probability[step] - now)[still] > 1e-3)
            fresh += np.sum(np.abs(candidate.probability[step] - now)[~still] > 1e-5)
    assert stale > 0 and fresh == 0


def test_neighbours_are_compared_by_the_passes_that_predicted_what_stands_there(model, tokenizer):
    """By hand from the recorded passes: what neighbours give to one another's best tokens, and their overlap."""
    ids, settings = sources(5)[4], Settings(passes=4, n_length=2)
    seen, vocabulary, stale = refine(model, tokenizer, ids, settings, "tiny"), model.config.vocab_size, 0
    for candidate in seen.candidates:
        length = candidate.token.shape[1]
        source, standing = model.encode(ids), np.zeros((length, vocabulary))
        for step, masked in enumerate(candidate.masked):
            read = torch.tensor(candidate.token[max(0, step - 1)])[None].masked_fill(torch.tensor(masked)[None], MASK)
            now = mask_predict.logits(model, model.decode(read, source)[0][0]).softmax(-1).detach().numpy()
            standing[masked] = now[masked]
            stale += int((~masked).sum())
            for place in range(length):
                best = np.argsort(-standing[place], kind="stable")[: candidate.probability_before.shape[-1]]
                for name, beside in (("before", place - 1), ("behind", place + 1)):
                    found = getattr(candidate, f"probability_{name}")[step, place]
                    if 0 <= beside < length:
                        np.testing.assert_allclose(found, standing[beside][best], atol=1e-4)
                    else:
                        assert np.isnan(found).all()
            both = np.minimum(standing[1:], standing[:-1]).sum(-1)
            np.testing.assert_allclose(candidate.overlap[step, 1:], both, atol=1e-4)
            assert np.isnan(candidate.overlap[step, 0])
    assert stale and seen.strategy == "lowest"


def test_the_other_strategies_mask_what_they_say():
    probability, length = torch.tensor([[0.9, 0.1, 0.5, 0.7, 1.0]]), torch.tensor([4])
    at = lambda strategy, **more: remasked(2, Settings(4, strategy=strategy, **more), probability, length)[0].tolist()  # noqa: E731
    assert at("lowest") == [False, True, True, False, False]
    assert at("left_to_right") == [False, False, True, True, False]
    assert at("picked", picked=(0, 3, 4)) == [True, False, False, True, False]
    assert sum(at("random")) == 2 and not at("random")[4]
    assert len({tuple(at("random", seed=seed)) for seed in range(20)}) > 3


def test_a_batch_gives_what_each_sentence_gives_alone(model, tokenizer):
    ids = torch.cat([source for source in sources(40) if source.shape[1] == 5])
    settings = Settings(passes=4, n_length=3)
    for row, tokens in zip(ids, translate(model, ids, settings), strict=True):
        seen = refine(model, tokenizer, row[None], settings, "tiny")
        assert seen.candidates[seen.best].token[-1].tolist() == tokens


def test_the_trace_says_what_it_cost(model, tokenizer):
    one, ten = (refine(model, tokenizer, sources(1)[0], Settings(passes, 2), "tiny") for passes in (1, 10))
    assert 0 < one.multiply_adds < ten.multiply_adds < 10 * one.multiply_adds and one.seconds > 0
    assert np.allclose(ten.cross_attention.sum(-1), 1, atol=1e-5)
    assert ten.length_probability.sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_masks_what_it_says_and_keeps_the_rest(model, tokenizer, strategy):
    seen = refine(model, tokenizer, sources(1)[0], Settings(4, 2, strategy, (0, 2, 99), seed=5), "tiny")
    for candidate in seen.candidates:
        length = candidate.token.shape[1]
        counts = [length, length * 3 // 4, length // 2, length // 4]
        for step in range(1, 4):
            masked, before = candidate.masked[step], candidate.probability[step - 1]
            assert np.array_equal(candidate.token[step][~masked], candidate.token[step - 1][~masked])
            if strategy == "picked":
                assert np.flatnonzero(masked).tolist() == [0, 2]
            else:
                assert masked.sum() == counts[step]
            if strategy == "left_to_right":
                assert masked[length - counts[step] :].all()
            if strategy == "lowest":
                assert before[masked].max() <= before[~masked].min()
    assert seen.output == tokenizer.decode(seen.winner.token[-1], skip_special_tokens=True) != ""


def test_random_masks_are_those_of_the_seed(model, tokenizer):
    def masks(seed):
        seen = refine(model, tokenizer, sources(1)[0], Settings(4, 1, "random", seed=seed), "tiny")
        return seen.winner.masked.tolist()

    assert masks(1) == masks(1) and len({str(masks(seed)) for seed in range(8)}) > 1


def test_progress_hears_of_every_pass_and_may_stop_the_refinement(model, tokenizer, beats):
    refine(model, tokenizer, sources(1)[0], Settings(4, 2), "tiny", beats)
    assert beats.count == 4
    beats.stop_at = 6
    with pytest.raises(TimeoutError):
        refine(model, tokenizer, sources(1)[0], Settings(4, 2), "tiny", beats)
    assert beats.count == 6


def test_more_lengths_than_a_model_tells_apart_are_refused():
    source = mask_predict.Encoded(torch.zeros(1, 4, 8), torch.ones(1, 4, dtype=torch.bool), torch.arange(3.0)[None])
    assert mask_predict.lengths(source, 3)[0].tolist() == [[2, 1, 0]]
    with pytest.raises(InputError) as refused:
        mask_predict.lengths(source, 4)
    assert (refused.value.code, refused.value.details) == ("decoding.lengths", {"maximum": 3})
