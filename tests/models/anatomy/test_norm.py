"""Every LayerNorm's input and output, and the order of norm and residual, against the models' own modules."""

from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from models.anatomy import norm
from models.anatomy.walk import walk
from models.checkpoint import open_model
from models.errors import InputError
from models.families import VIT
from models.parts import Part
from models.prepared import prepare_model
from models.translation import layers as translation
from tests.models.translation.families import tiny
from tests.models.translation.tiny import sentence

SENTENCE = "A dog with a stick in its mouth runs."


@pytest.fixture
def vit(tiny_vit):
    return open_model(str(tiny_vit), VIT, "image")


@pytest.fixture
def found(translator, photo, vit, beats):
    trace = norm.trace(SENTENCE, translator, photo, vit, beats)
    assert beats.count == 2
    return trace


def test_what_each_norm_reads_is_the_stream_plus_what_the_part_adds(translator, found):
    """Post-LN, recomputed layer by layer from the encoder's own modules."""
    ids = translator.reader(SENTENCE, return_tensors="pt").input_ids
    encoder = translator.model.get_encoder()
    with torch.no_grad():
        state = encoder.embed_tokens(ids) * encoder.embed_scale + encoder.embed_positions(ids.shape)
        for layer, own in enumerate(encoder.layers):
            summed = state + own.self_attn(state)[0]
            np.testing.assert_allclose(found.x[layer, 0], summed[0], atol=1e-4)
            middle = own.self_attn_layer_norm(summed)
            summed = middle + own.fc2(F.relu(own.fc1(middle)))
            np.testing.assert_allclose(found.x[layer, 1], summed[0], atol=1e-4)
            state = own.final_layer_norm(summed)
            np.testing.assert_array_equal(found.weight[layer, 1], own.final_layer_norm.weight)
            np.testing.assert_array_equal(found.bias[layer, 0], own.self_attn_layer_norm.bias)
            np.testing.assert_allclose(found.streams[0].length[layer + 1], state[0].norm(dim=-1), rtol=1e-4)
    assert found.eps == encoder.layers[0].final_layer_norm.eps
    assert found.token[-1] == "</s>" and found.part == ("self_attention", "feed_forward")


def test_each_model_is_what_its_own_forward_says(found, vit, photo):
    marian, vision = found.streams
    assert (marian.pre_norm, vision.pre_norm) == (False, True)
    assert marian.post_error < 1e-5 < 0.1 < marian.pre_error
    assert vision.pre_error < 1e-5 < 0.1 < vision.post_error
    with torch.no_grad():
        hidden = vit.model(prepare_model(photo, vit).pixels, output_hidden_states=True).hidden_states
    np.testing.assert_allclose(vision.length[:-1], torch.cat(hidden[:-1]).norm(dim=-1), rtol=1e-4)


@pytest.mark.parametrize("family", ["M2M100ForConditionalGeneration", "MBartForConditionalGeneration"])
def test_a_translator_that_normalises_first_is_told_by_its_own_forward(family):
    model, ids = tiny(family), sentence(1)
    with torch.inference_mode():
        stack = translation.stacks(model)["encoder"]
        start = translation.start(model, "encoder", ids[0]).stream
        output = model.get_encoder()(input_ids=ids).last_hidden_state[0]
        found = norm.stream_of(family, stack, start, output, list(walk(stack, start)))
    assert found.pre_norm and found.pre_error < 1e-5 < 0.01 < found.post_error


def test_a_pre_norm_reads_the_stream_before_its_part():
    generator = torch.Generator().manual_seed(0)
    start, one, two = (torch.randn(3, 4, generator=generator) for _ in range(3))

    class Step:
        def __init__(self, stream):
            self.stream, self.summed = stream, stream + 1

    rows: Any = [[Step(one), Step(two)], [Step(start), Step(one)]]
    before = norm.norm_inputs(start, rows, True)
    assert [[id(x) for x in row] for row in before] == [[id(start), id(one)], [id(two), id(start)]]
    after = norm.norm_inputs(start, rows, False)
    assert torch.equal(after[1][1], one + 1)


def test_another_family_is_refused(tiny_vit, photo, vit):
    with pytest.raises(InputError, match=r"anatomy\.family"):
        norm.trace(SENTENCE, vit, photo, vit)


def test_the_parts_of_every_layer_have_their_own_norm(translator):
    stack = translation.stacks(translator.model)["encoder"]
    norms = [part.norm for parts in stack.layers for part in parts]
    assert len({id(one) for one in norms}) == 8 and all(isinstance(part, Part) for part in stack.layers[0])
