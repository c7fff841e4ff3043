"""One pass and step by step, with a cache and without: the same numbers, each decoder call counted."""

import pytest
import torch

from models.anatomy import cache
from models.anatomy.cache import trace
from tests.models.anatomy.by_hand import SENTENCE


@pytest.fixture(scope="module")
def found(translator):
    return trace(sentence=SENTENCE, language="de", model=translator)


def test_all_ways_predict_the_same(found):
    for steps in (found.with_cache, found.without_cache):
        assert 0 < steps.difference < 1e-3


def test_a_cache_that_forgets_is_seen(translator, monkeypatch):
    def forgetful(model, known, call):
        for token in known.reading.read.split(1, dim=1):
            call(lambda token=token: cache.predict(model, known.states, token).log_prob)

    monkeypatch.setattr(cache, "_with_cache", forgetful)
    assert trace(sentence=SENTENCE, language="de", model=translator).with_cache.difference > 0.5


def test_step_by_step_gives_what_generate_saw(translator, known):
    wrote = translator.model.generate(
        input_ids=known.reading.ids, max_new_tokens=64, return_dict_in_generate=True, output_logits=True
    )
    saw = torch.cat(wrote.logits).log_softmax(-1)
    with torch.inference_mode():
        for way in (cache._with_cache, cache._without_cache):
            steps = cache._results(lambda call, way=way: way(translator.model, known, call))
            torch.testing.assert_close(steps, saw, atol=1e-3, rtol=1e-3)


def test_multiply_adds_of_every_call_come_from_the_sizes(found, known, translator):
    config, source = translator.model.config, known.reading.ids.shape[1]
    layers, width, inner, vocabulary = (
        config.decoder_layers, config.d_model, config.decoder_ffn_dim, config.decoder_vocab_size
    )  # fmt: skip

    def call(queries, keys, source_keys):
        """Of one call: q and out of both attentions, k and v where they are new, scores and sums, feed-forward."""
        own = 4 * queries * width**2 + 2 * queries * keys * width
        cross = 2 * queries * width**2 + 2 * source_keys * width**2 + 2 * queries * source * width
        return layers * (own + cross + 2 * queries * width * inner) + queries * width * vocabulary

    positions = known.reading.read.shape[1]
    assert found.one_pass_multiply_adds == call(positions, positions, source)
    assert found.without_cache.multiply_adds.tolist() == [call(n, n, source) for n in range(1, positions + 1)]
    kept = [call(1, n, source if n == 1 else 0) for n in range(1, positions + 1)]
    assert found.with_cache.multiply_adds.tolist() == kept


def test_every_call_is_timed(found, known):
    assert found.rounds >= 1 and found.one_pass_seconds > 0 and found.device
    for steps in (found.with_cache, found.without_cache):
        assert len(steps.seconds) == known.reading.read.shape[1] and (steps.seconds > 0).all()


def test_times_are_medians_in_which_the_ways_take_turns(monkeypatch):
    order, taken = [], iter([1.0, 9.0, 2.0, 9.0, 30.0, 9.0])

    def seconds(step):
        order.append(step())
        return next(taken)

    monkeypatch.setattr(cache.measure, "seconds", seconds)
    monkeypatch.setattr(cache, "MAX_ROUNDS", 3)
    monkeypatch.setattr(cache, "MAX_SECONDS", 1000)
    ways = {name: lambda call, name=name: call(lambda: name) for name in ("one", "two")}
    found, rounds = cache._timed(ways, cache.NO_PROGRESS)
    assert order == ["one", "two"] * 3 and rounds == 3
    assert {name: times.tolist() for name, times in found.items()} == {"one": [2.0], "two": [9.0]}
