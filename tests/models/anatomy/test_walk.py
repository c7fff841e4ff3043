"""The walks against the plain forward, and every intermediate against weights and inputs by hand, in NumPy.

All weights, biases and norms are noise, so that leaving one out shows.
"""

from copy import deepcopy
from typing import Any

import numpy as np
import pytest
import torch

from models.anatomy.flow import flow
from models.anatomy.text import through
from models.anatomy.walk import AttentionStep, FeedForwardStep, walk
from models.checkpoint import open_model
from models.families import LANGUAGE_PACKAGES, SINGLE_STACKS, VIT, text_layers
from models.parts import TextStack
from models.translation import layers as translators
from models.vit import layers as vits
from tests.models import single_stacks
from tests.models.anatomy import by_weights
from tests.models.translation import families

HEADS = {"LlamaForCausalLM": 4}
"""Of the tiny models; the others have two."""


def noisy(model):
    """A copy of a model of which no parameter is 0 or 1."""
    model = deepcopy(model)
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "embed_positions" not in name:
                parameter.add_(0.3 * torch.randn(parameter.shape, generator=generator))
        if hasattr(model, "final_logits_bias"):
            model.final_logits_bias.add_(torch.randn(model.final_logits_bias.shape, generator=generator))
    return model


def same(found, wanted):
    np.testing.assert_allclose(found.detach().numpy(), wanted, rtol=2e-4, atol=2e-4)


def follow(steps, hands, stream, allowed, pre_norm, memory=None):
    """Check every intermediate of a walk against its layers by hand; returns the last state."""
    seen = 0
    for layer, hand in zip(steps, hands, strict=True):
        for step in layer:
            given = hand.norm(step.kind, stream) if pre_norm else stream
            same(step.given, given)
            if step.kind == "feed_forward":
                assert isinstance(step.detail, FeedForwardStep)
                wanted = hand.feed_forward(given)
            else:
                assert isinstance(step.detail, AttentionStep)
                cross = step.kind == "cross_attention"
                wanted = hand.attend(step.kind, given, memory if cross else given, True if cross else allowed)
            for one, other in zip(step.detail, wanted, strict=True):
                same(one, other)
                seen += 1
            summed = stream + wanted[-1]
            same(step.summed, summed)
            stream = summed if pre_norm else hand.norm(step.kind, summed)
            same(step.stream, stream)
    assert seen == len(steps) * (3 + 7 * (len(steps[0]) - 1))
    return stream


def case_of(family):
    """A tiny language model, its package, and the ids that each of its stacks reads."""
    model = noisy((single_stacks if family in SINGLE_STACKS else families).tiny(family))
    stacks = text_layers(model).STACKS
    tokens: dict[TextStack, torch.Tensor] = {
        name: single_stacks.sentence(seed, length=4 + seed)[0] for seed, name in enumerate(stacks)
    }
    return model, LANGUAGE_PACKAGES[family], tokens


@pytest.fixture(params=(*translators.WALKED, *SINGLE_STACKS))
def walked(request):
    """A model, its package, the ids, the walk, and how many heads it has."""
    model, package, tokens = case_of(request.param)
    with torch.inference_mode():
        return model, package, tokens, through(model, tokens), HEADS.get(request.param, 2)


def test_the_walk_gives_the_logits_and_the_states_of_the_plain_forward(walked):
    model, _, tokens, found, _ = walked
    (first, *_), (*_, last) = tokens, tokens
    read = {"decoder_input_ids": tokens[last][None]} if first != last else {}
    with torch.inference_mode():
        plain = model(input_ids=tokens[first][None], output_hidden_states=True, **read)
        state = found[last].stack.final(found[last].steps[-1][-1].stream)
        same(text_layers(model).logits(model, state), plain.logits[0].numpy())
    kept = {name: plain.get(f"{name}_hidden_states") or plain.hidden_states for name in tokens}
    for name, states in kept.items():
        *early, end = [layer[-1].stream for layer in found[name].steps]
        with torch.inference_mode():
            end = found[name].stack.final(end)
        for one, state in zip([*early, end], states[1:], strict=True):
            same(one, state[0].numpy())


def test_every_intermediate_is_what_the_weights_say(walked):
    model, package, tokens, found, heads = walked
    memory = said = None
    for name, (stack, start, steps) in found.items():
        embedding, position, stream = by_weights.enters(model, package, name, tokens[name].numpy())
        same(start.embedding, embedding)
        same(start.position, position)
        same(start.stream, stream)
        count = len(tokens[name])
        allowed = np.tril(np.ones((count, count), bool)) if name == "decoder" else True
        hands = by_weights.hands(model, package, name, heads)
        memory = by_weights.final(model, package, name, follow(steps, hands, stream, allowed, stack.pre_norm, memory))
        with torch.inference_mode():
            same(stack.final(steps[-1][-1].stream), memory)
            said = text_layers(model).logits(model, stack.final(steps[-1][-1].stream))
    same(said, by_weights.logits(model, package, memory))


@pytest.mark.parametrize(
    "settings", [{"scale_attn_weights": False}, {"scale_attn_by_inverse_layer_idx": True}], ids=str
)
def test_a_gpt_that_scales_its_scores_otherwise_is_walked_as_it_does(settings):
    model, tokens = noisy(single_stacks.tiny("GPT2LMHeadModel", **settings)), single_stacks.sentence(1)[0]
    with torch.inference_mode():
        found = through(model, {"decoder": tokens})["decoder"]
        logits = text_layers(model).logits(model, found.stack.final(found.steps[-1][-1].stream))
        same(logits, model(input_ids=tokens[None]).logits[0].numpy())


@pytest.mark.parametrize("family", SINGLE_STACKS)
def test_one_stack_without_positions_knows_none(family):
    """Equal tokens that see the same ones come out equal."""
    model, _, _ = case_of(family)
    (name,) = text_layers(model).STACKS
    ids = torch.tensor([5, 5, 5])
    with torch.inference_mode():
        bare, placed = (through(model, {name: ids}, kept)[name].steps[-1][-1].stream for kept in (False, True))
    same(bare[0], bare[2].numpy())
    assert (placed[0] - placed[2]).abs().max() > (0.01 if family != "LlamaForCausalLM" else -1)


def test_a_rotation_is_seen_by_attention():
    model, ids = noisy(single_stacks.tiny("LlamaForCausalLM")), torch.tensor([5, 9, 12])
    with torch.inference_mode():
        bare, placed = (through(model, {"decoder": ids}, kept)["decoder"].steps[0][0] for kept in (False, True))
    same(bare.given, placed.given.numpy())
    assert isinstance(bare.detail, AttentionStep) and isinstance(placed.detail, AttentionStep)
    same(bare.detail.value, placed.detail.value.numpy())
    assert (bare.detail.scores - placed.detail.scores).abs().max() > 0.01


def test_without_positions_equal_words_are_equal_and_the_order_does_not_matter():
    model = noisy(families.tiny("MarianMTModel"))
    ids, given = torch.tensor([5, 9, 5, 12, 1]), torch.tensor([0, 7, 8])
    order = torch.tensor([3, 0, 1, 2, 4])

    def encoded(tokens, positions):
        return through(model, {"encoder": tokens, "decoder": given}, positions)["encoder"].steps[-1][-1].stream

    with torch.inference_mode():
        state, shuffled, placed = encoded(ids, False), encoded(ids[order], False), encoded(ids, True)
    same(state[0], state[2].numpy())
    same(state[order], shuffled.numpy())
    assert (placed[0] - placed[2]).abs().max() > 0.01


@pytest.mark.parametrize("fixture", ["tiny_vit", "tiny_deit", "tiny_deit_without_teacher"])
def test_the_walk_through_a_vit_is_its_plain_forward_and_what_its_weights_say(fixture, request):
    given: Any = request.getfixturevalue(fixture)
    found: Any = given if isinstance(given, torch.nn.Module) else open_model(str(given), VIT, "image").model
    model = noisy(found)
    pixels = torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        start = vits.start(model, pixels)
        same(start.stream, (start.embedding + start.position).numpy())
        count = len(start.stream)
        steps = list(walk(vits.stack(model), start.stream, torch.ones(count, count, dtype=torch.bool)))
        for layer, state in zip(steps, vits.walk(model, pixels).states[1:], strict=True):
            same(layer[-1].stream, state[0].numpy())
        logits = vits.read(model, steps[-1][-1].stream)
        head = model(pixels)
        same(logits[0], getattr(head, "cls_logits", head.logits)[0].numpy())
    hands = [by_weights.vit(layer, 2) for layer in model.base_model.layers]
    follow(steps, hands, start.stream.double().numpy(), True, True)


def walked_of(family, tiny_vit) -> Any:
    """A walk through one stack: the stack, what enters it, its steps, and what the head says to a state after it."""
    if family == "vit":
        model = noisy(open_model(str(tiny_vit), VIT, "image").model)
        pixels = torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(1))
        stack, start = vits.stack(model), vits.start(model, pixels)
        return stack, start, list(walk(stack, start.stream)), lambda state: vits.read(model, state)
    model, _, tokens = case_of(family)
    found = through(model, tokens)[text_layers(model).STACKS[0]]
    return *found, lambda state: text_layers(model).logits(model, state)


@pytest.mark.parametrize("family", ["vit", "MarianMTModel", "MBartForConditionalGeneration", *SINGLE_STACKS])
def test_the_kept_stream_is_that_of_the_walk(family, tiny_vit):
    with torch.inference_mode():
        stack, start, steps, read = walked_of(family, tiny_vit)
        kept = flow(
            "encoder",
            stack,
            start,
            steps,
            tuple(map(str, range(len(start.stream)))),
            lambda state: read(state).softmax(-1),
            lambda choices: tuple(str(one) for one in choices),
        )
        flat = [step for layer in steps for step in layer]
        states = kept.states()
        assert len(states) == len(flat) + 1
        for state, before, step, at in zip(states[1:], states, flat, range(len(flat)), strict=False):
            same(step.stream, state)
            place = divmod(at, len(kept.part))
            same(step.given, kept.normed(before, *place) if stack.pre_norm else before)
            share = read(stack.final(step.stream)).softmax(-1)
            for token in range(len(start.stream)):
                best = share[token].topk(kept.top.shape[-1])
                assert [kept.name[one] for one in kept.top[at + 1, token]] == [
                    str(one) for one in best.indices.tolist()
                ]
                same(best.values, kept.top_probability[at + 1, token])
