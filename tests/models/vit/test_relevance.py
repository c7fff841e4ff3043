"""Relevance, recomputed from the weights alone, and where it is known by hand."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from models.attention import rollout
from models.prepared import prepare_model
from models.vit.relevance import accumulated, relevance, trace
from models.vit.trace import trace as vit_trace

LABEL = 3


@pytest.fixture
def pixels():
    return torch.randn(1, 3, 32, 32, generator=torch.manual_seed(7))


def forward(model, pixels, given=()):
    """The logits (label,) and every layer's attention (head, query, key); the first layers' may be given."""
    body, heads = model.base_model, model.config.num_attention_heads
    state, attention = body.embeddings(pixels)[0], list(given)
    for depth, layer in enumerate(body.layers):
        own, normed = layer.attention, layer.layernorm_before(state)
        projections = (own.q_proj, own.k_proj, own.v_proj)
        query, key, value = (project(normed).unflatten(1, (heads, -1)).transpose(0, 1) for project in projections)
        if depth == len(attention):
            attention.append((query @ key.mT / query.shape[-1] ** 0.5).softmax(-1))
        state = state + own.o_proj((attention[depth] @ value).transpose(0, 1).flatten(1))
        state = state + layer.mlp(layer.layernorm_after(state))
    final = body.layernorm(state)
    if hasattr(model, "cls_classifier"):
        return (model.cls_classifier(final[0]) + model.distillation_classifier(final[1])) / 2, attention
    return model.classifier(final[0]), attention


@pytest.mark.parametrize(
    ("name", "prefix", "read"), [("tiny_vit", 1, 1), ("tiny_deit", 2, 2), ("tiny_deit_without_teacher", 2, 1)]
)
def test_relevance_is_what_the_paper_says(name, prefix, read, request, opened, pixels):
    given = request.getfixturevalue(name)
    single = given if isinstance(given, nn.Module) else opened(name).model
    model = copy.deepcopy(single).double()
    attention = [one.detach() for one in forward(model, pixels.double())[1]]
    total, expected = np.eye(16 + prefix), []
    for depth, weight in enumerate(attention):
        free = weight.clone().requires_grad_()
        logit = forward(model, pixels.double(), [*attention[:depth], free])[0][LABEL]
        (gradient,) = torch.autograd.grad(logit, free)
        total = total + np.maximum((gradient * weight).numpy(), 0).mean(0) @ total
        expected.append(total[:read, prefix:].mean(0))
    assert expected[-1].max() > 1.1 * expected[-1].min() > 0
    found = relevance(single, pixels, [LABEL, 0])
    assert found.shape == (2, len(attention), 16)
    np.testing.assert_allclose(found[0], expected, rtol=1e-3, atol=1e-6 * expected[-1].max())
    np.testing.assert_array_equal(found[1], relevance(single, pixels, [0])[0])
    assert np.abs(found[1] - found[0]).max() > 0.1 * found.max()


def test_one_layer_that_averages_its_tokens_by_hand(opened, pixels):
    """The class's logit is one channel of CLS, to which each of 17 tokens adds a seventeenth of its own, normalised.

    Relevance is what a patch adds, halved, as only one of the two heads has that channel, and 0 where it takes away.
    """
    model = copy.deepcopy(opened("tiny_vit").model)
    body = model.base_model
    del body.layers[1:]
    own, width = body.layers[0].attention, model.config.hidden_size
    with torch.no_grad():
        for parameter in (*own.parameters(), *body.layers[0].mlp.parameters(), *model.classifier.parameters()):
            parameter.zero_()
        own.v_proj.weight.copy_(torch.eye(width))
        own.o_proj.weight.copy_(torch.eye(width))
        model.classifier.weight[LABEL, 5] = 1
        body.layernorm = nn.Identity()
        tokens = body.layers[0].layernorm_before(body.embeddings(pixels))[0, 1:, 5].numpy()
    assert (tokens > 0).any() and (tokens < 0).any()
    found, other = relevance(model, pixels, [LABEL, LABEL - 1])
    np.testing.assert_allclose(found, np.maximum(tokens, 0)[None] / 17 / 2, rtol=1e-5)
    np.testing.assert_array_equal(other, 0)


def test_two_layers_by_hand():
    """Layer 1 passes token 2 on to token 1 with ½, layer 2 token 1 on to token 0 with 1, so 0 has ½ of 2."""
    first, second = torch.zeros(2, 1, 1, 3, 3)
    first[..., 1, 2], second[..., 0, 1], second[..., 0, 2] = 0.5, 0.25, 0.75
    slopes = torch.ones(1, 1, 3, 3), torch.full((1, 1, 3, 3), 4.0)
    slopes[1][..., 0, 2] = -4  # against the class: left out
    expected = [[[1, 0, 0], [0, 1, 0.5], [0, 0, 1]], [[1, 1, 0.5], [0, 1, 0.5], [0, 0, 1]]]
    np.testing.assert_array_equal(accumulated([first, second], slopes), expected)


def hooks(model):
    """All hooks of a model's modules, by their ids; other tests share the model."""
    return [{*module._forward_hooks, *module._backward_hooks} for module in model.modules()]


def test_the_model_is_left_as_it_is(opened, pixels):
    model = opened("tiny_vit").model
    before = hooks(model)
    with torch.no_grad():
        once = relevance(model, pixels, [LABEL])
    np.testing.assert_array_equal(relevance(model, pixels, [LABEL]), once)
    assert all(parameter.grad is None for parameter in model.parameters())
    assert hooks(model) == before


@pytest.mark.parametrize("label", [-1, 5])
def test_a_label_that_is_none_is_refused(label, opened, pixels):
    with pytest.raises(ValueError, match="no label"):
        relevance(opened("tiny_vit").model, pixels, [0, label])


@pytest.mark.parametrize(("name", "read"), [("tiny_vit", [0]), ("tiny_deit", [0, 1])])
def test_the_trace_reads_all_maps_where_the_answer_is_read(name, read, opened, photo):
    model = opened(name)
    found, seen = trace(model, photo), vit_trace(model, photo)
    np.testing.assert_array_equal(found.pixels, seen.pixels)
    assert found.label.tolist() == np.argsort(-seen.probability)[:3].tolist()
    np.testing.assert_allclose(found.probability, np.sort(seen.probability)[::-1][:3], rtol=1e-4)
    begin = len(seen.prefix)
    np.testing.assert_allclose(found.attention, seen.attention.mean(1)[:, read, begin:].mean(1), rtol=1e-4)
    np.testing.assert_allclose(found.rollout, rollout(seen.attention)[:, read, begin:].mean(1), rtol=1e-4)
    expected = relevance(model.model, prepare_model(photo, model).pixels, found.label.tolist())
    np.testing.assert_array_equal(found.relevance, expected)
