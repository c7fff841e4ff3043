"""Direct effects sum to the model's logits, and switching a part off equals zeroing it by hand in a plain forward."""

import numpy as np
import pytest
import torch

from models.errors import InputError
from models.gpt import effects
from models.gpt.prompt import encode

TEXT = "to be or "


@pytest.fixture(scope="module")
def found(decoder):
    return effects.trace(TEXT, decoder)


@pytest.fixture(scope="module")
def logits(decoder):
    with torch.inference_mode():
        return decoder.model(encode(decoder, TEXT), use_cache=False).logits[0, -1]


def test_direct_effects_sum_to_the_logits(found, logits, decoder):
    wanted = (logits - logits.mean()).topk(effects.CANDIDATES)
    parts = found.direct_start.sum(0) + found.direct_head.sum((0, 1)) + found.direct_feed_forward.sum(0)
    np.testing.assert_allclose(parts + found.direct_rest, wanted.values, atol=1e-4)
    assert list(found.candidate) == [decoder.reader.convert_ids_to_tokens(one) for one in wanted.indices.tolist()]


def test_the_lens_ends_in_what_the_model_says(found, logits):
    np.testing.assert_allclose(found.lens[-1], logits.log_softmax(-1).topk(effects.CANDIDATES).values, atol=1e-5)
    assert found.piece[found.lens_best[-1]] == found.candidate[0]
    assert len(found.lens) == 1 + 2 * len(found.direct_head)


@pytest.mark.parametrize("layer", [0, 1])
@pytest.mark.parametrize("part", [0, 1, 2])
def test_switching_off_equals_zeroing_by_hand(found, decoder, layer, part):
    block = [one for one in decoder.model.modules() if type(one).__name__ in ("GPT2Block", "LlamaDecoderLayer")][layer]
    attention, inner = (block.attn.c_proj, block.mlp) if hasattr(block, "attn") else (block.self_attn.o_proj, block.mlp)

    def without_head(module, given):
        joined = given[0].clone()
        size = joined.shape[-1] // 2
        joined[..., part * size : (part + 1) * size] = 0
        return (joined,)

    if part < 2:
        handle = attention.register_forward_pre_hook(without_head)
    else:
        handle = inner.register_forward_hook(lambda module, given, output: torch.zeros_like(output))
    try:
        with torch.inference_mode():
            said = decoder.model(encode(decoder, TEXT), use_cache=False).logits[0, -1].log_softmax(-1)
    finally:
        handle.remove()
    candidates = decoder.reader.convert_tokens_to_ids(list(found.candidate))
    np.testing.assert_allclose(found.without[layer, part], said[candidates], atol=1e-4)
    best = decoder.reader.convert_ids_to_tokens(said.argmax().item())
    assert found.piece[found.without_best[layer, part]] == best


def test_a_long_text_is_computed_in_several_turns(found, decoder, monkeypatch):
    monkeypatch.setattr(effects, "MAX_SCORES", 2 * 2 * len(found.token) ** 2)
    again = effects.trace(TEXT, decoder)
    np.testing.assert_allclose(again.without, found.without, atol=1e-5)
    np.testing.assert_array_equal(again.without_best, found.without_best)


def test_what_is_not_walked_or_has_too_many_heads_is_refused(any_decoder, decoder, monkeypatch):
    if type(any_decoder.model).__name__ not in effects.SINGLE_STACKS:
        with pytest.raises(InputError, match=r"generation\.not_walked"):
            effects.trace(TEXT, any_decoder)
    monkeypatch.setattr(effects, "MAX_HEADS", 3)
    with pytest.raises(InputError) as refused:
        effects.trace(TEXT, decoder)
    assert refused.value.code == "generation.slow_heads"
    assert refused.value.details == {"reference": decoder.reference, "heads": 4, "maximum": 3}
