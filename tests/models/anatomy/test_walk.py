"""The walks against the plain forward, and every intermediate against weights and inputs by hand, in NumPy.

All weights, biases and norms are noise, so that leaving one out shows.
"""

from copy import deepcopy
from typing import Any

import numpy as np
import pytest
import torch

from models.anatomy.flow import flow
from models.anatomy.translator import through
from models.anatomy.walk import AttentionStep, FeedForwardStep, walk
from models.checkpoint import open_model
from models.families import VIT
from models.translation import layers as translators
from models.vit import layers as vits
from tests.models.translation.families import tiny
from tests.models.translation.tiny import sentence

FAMILIES = ("MarianMTModel", "BartForConditionalGeneration")
NAMES = {
    "translator": {"output": "out_proj", "fc1": "fc1", "fc2": "fc2"},
    "vit": {"output": "o_proj", "fc1": "mlp.fc1", "fc2": "mlp.fc2"},
}
NORMS = {
    ("translator", "self_attention"): ("self_attn", "self_attn_layer_norm"),
    ("translator", "cross_attention"): ("encoder_attn", "encoder_attn_layer_norm"),
    ("translator", "feed_forward"): ("", "final_layer_norm"),
    ("vit", "self_attention"): ("attention", "layernorm_before"),
    ("vit", "feed_forward"): ("", "layernorm_after"),
}
"""Of each kind of part: the modules' names in transformers."""


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


class ByHand:
    """A layer's parts from its weights alone."""

    def __init__(self, layer: Any, family: str, heads: int) -> None:
        self.weights = {name: value.double().numpy() for name, value in layer.state_dict().items()}
        self.family, self.heads, self.layer = family, heads, layer

    def linear(self, name, x):
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def norm(self, kind, x):
        name = NORMS[self.family, kind][1]
        eps = getattr(self.layer, name).eps
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + eps)
        return scaled * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def attend(self, kind, x, memory, allowed):
        """query, key, value, scores, attention, context, output"""
        module = NORMS[self.family, kind][0]
        sources = {"q": x, "k": memory, "v": memory}
        q, k, v = (self.split(self.linear(f"{module}.{name}_proj", source)) for name, source in sources.items())
        scores = np.einsum("hqd,hkd->hqk", q, k) / np.sqrt(x.shape[-1] / self.heads)
        weights = np.where(allowed, np.exp(scores - scores.max(-1, keepdims=True)), 0)
        attention = weights / weights.sum(-1, keepdims=True)
        context = np.einsum("hqk,hkd->hqd", attention, v)
        joined = np.concatenate(list(context), axis=-1)
        return q, k, v, scores, attention, context, self.linear(f"{module}.{NAMES[self.family]['output']}", joined)

    def split(self, x):
        return np.stack(np.split(x, self.heads, axis=-1))

    def feed_forward(self, x):
        """hidden, activated, output"""
        hidden = self.linear(NAMES[self.family]["fc1"], x)
        activation = self.layer.activation_fn if self.family == "translator" else self.layer.mlp.activation_fn
        activated = activation(torch.tensor(hidden)).numpy()
        return hidden, activated, self.linear(NAMES[self.family]["fc2"], activated)


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


@pytest.fixture(params=FAMILIES)
def walked(request):
    """A tiny translator, source, target, and both walks."""
    model = noisy(tiny(request.param))
    ids, given = sentence(1)[0], sentence(2, length=4)[0]
    with torch.inference_mode():
        return model, ids, given, through(model, ids, given)


def test_the_walk_through_a_translator_gives_the_logits_of_the_plain_forward(walked):
    model, ids, given, found = walked
    with torch.inference_mode():
        plain = model(input_ids=ids[None], decoder_input_ids=given[None], output_hidden_states=True)
        same(translators.logits(model, found.decoder[-1][-1].stream), plain.logits[0].numpy())
    for steps, states in (
        (found.encoder, plain.encoder_hidden_states),
        (found.decoder, plain.decoder_hidden_states),
    ):
        for layer, state in zip(steps, states[1:], strict=True):
            same(layer[-1].stream, state[0].numpy())


def test_every_intermediate_of_a_translator_is_what_its_weights_say(walked):
    model, ids, given, found = walked
    for start, half, tokens in ((found.source, model.get_encoder(), ids), (found.target, model.get_decoder(), given)):
        table = half.embed_positions
        places = torch.arange(len(tokens)) + getattr(table, "offset", 0)
        scale = model.config.d_model**0.5 if model.config.scale_embedding else 1
        same(start.embedding, scale * half.embed_tokens.weight.detach()[tokens].numpy())
        same(start.position, table.weight.detach()[places].numpy())
    hands = [
        [ByHand(layer, "translator", 2) for layer in half.layers] for half in (model.get_encoder(), model.get_decoder())
    ]
    memory = follow(found.encoder, hands[0], found.source.stream.double().numpy(), True, False)
    past = np.tril(np.ones((len(given), len(given)), bool))
    last = follow(found.decoder, hands[1], found.target.stream.double().numpy(), past, False, memory)
    weight, bias = model.lm_head.weight.detach().double().numpy(), model.final_logits_bias[0].double().numpy()
    with torch.inference_mode():
        same(translators.logits(model, found.decoder[-1][-1].stream), last @ weight.T + bias)


def test_what_enters_the_first_layer_is_embedding_plus_position(walked):
    model, _, _, found = walked
    summed = found.target.embedding + found.target.position
    norm = getattr(model.get_decoder(), "layernorm_embedding", None)
    with torch.inference_mode():
        same(found.target.stream, (norm(summed) if norm else summed).numpy())


def test_without_positions_equal_words_are_equal_and_the_order_does_not_matter():
    model = noisy(tiny("MarianMTModel"))
    ids, given = torch.tensor([5, 9, 5, 12, 1]), torch.tensor([0, 7, 8])
    order = torch.tensor([3, 0, 1, 2, 4])
    with torch.inference_mode():
        found, shuffled = through(model, ids, given, False), through(model, ids[order], given, False)
        placed = through(model, ids, given)
    state = found.encoder[-1][-1].stream
    same(state[0], state[2].numpy())
    same(state[order], shuffled.encoder[-1][-1].stream.numpy())
    assert (placed.encoder[-1][-1].stream[0] - placed.encoder[-1][-1].stream[2]).abs().max() > 0.01


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
    hands = [ByHand(layer, "vit", 2) for layer in model.base_model.layers]
    follow(steps, hands, start.stream.double().numpy(), True, True)


@pytest.mark.parametrize("pre_norm", [False, True])
def test_the_kept_stream_is_that_of_the_walk(pre_norm, tiny_vit):
    if pre_norm:
        model = noisy(open_model(str(tiny_vit), VIT, "image").model)
        pixels = torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(1))
        stack, start = vits.stack(model), vits.start(model, pixels)
    else:
        model = noisy(tiny("MarianMTModel"))
        stack, start = translators.encoder(model), translators.start(model.get_encoder(), sentence(1)[0])
    count = len(start.stream)
    with torch.inference_mode():
        steps = list(walk(stack, start.stream, torch.ones(count, count, dtype=torch.bool)))
        read = vits.read if pre_norm else translators.logits
        kept = flow(
            "vit" if pre_norm else "encoder",
            stack,
            start,
            steps,
            tuple(map(str, range(count))),
            lambda state: read(model, state).softmax(-1),
            lambda choices: tuple(str(one) for one in choices),
        )
        flat = [step for layer in steps for step in layer]
        states = kept.states()
        assert len(states) == len(flat) + 1
        for state, before, step, at in zip(states[1:], states, flat, range(len(flat)), strict=False):
            same(step.stream, state)
            place = divmod(at, len(kept.part))
            same(step.given, kept.normed(before, *place) if pre_norm else before)
            share = read(model, step.stream).softmax(-1)
            for token in range(count):
                best = share[token].topk(kept.top.shape[-1])
                assert [kept.name[one] for one in kept.top[at + 1, token]] == [
                    str(one) for one in best.indices.tolist()
                ]
                same(best.values, kept.top_probability[at + 1, token])
