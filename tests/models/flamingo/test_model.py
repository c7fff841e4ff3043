"""Gates, masks, resampler and gated block, by hand; at gate 0 it is the frozen language model to the bit."""

import json
import math
import shutil

import pytest
import torch
from torch.nn import functional as F

from models.checkpoint import open_model
from models.errors import InputError
from models.families import CAPTIONERS
from models.flamingo.model import last_photo

DRAWS = torch.manual_seed(3)
PLACES = torch.rand(3, 4, 128, generator=DRAWS) * 6
IMAGE = 2
IDS = torch.tensor([[IMAGE, 3, 20, 30, 0, IMAGE, 4, 25, 11, 0], [IMAGE, 4, 9, 17, 40, 0, IMAGE, 3, 8, 0]])
SECOND = (5, 6)
"""Where the second photo of each row stands."""


def latents(model, first=0, second=1):
    """Two photos for each row (row, photo, latent, width)."""
    found, _ = model.see(PLACES[[first, second]])
    return found.expand(2, -1, -1, -1)


@torch.inference_mode()
def test_closed_gates_leave_the_frozen_model_to_the_bit(closed):
    alone = closed.language(IDS, use_cache=False).logits
    assert alone.std() > 0.1
    assert torch.equal(closed(IDS, latents(closed)), alone)


@torch.inference_mode()
def test_open_gates_times_zero_leave_it_too(model):
    alone = model.language(IDS, use_cache=False).logits
    assert torch.equal(model(IDS, latents(model), factor=0.0), alone)
    assert not torch.allclose(model(IDS, latents(model)), alone, atol=0.05)


@torch.inference_mode()
def test_a_factor_of_each_row_is_that_of_the_row(model):
    both = model(IDS, latents(model), torch.tensor([0.5, 1.5]).view(2, 1, 1))
    for row, factor in enumerate((0.5, 1.5)):
        torch.testing.assert_close(both[row], model(IDS, latents(model), factor)[row], atol=1e-5, rtol=1e-4)


def test_at_closed_gates_the_gradient_reaches_the_gates_alone(closed):
    closed.language.requires_grad_(False)
    F.cross_entropy(closed(IDS, latents(closed)).flatten(0, 1), IDS.flatten()).backward()
    for name, parameter in [*closed.gated.named_parameters(), *closed.resampler.named_parameters()]:
        reached = parameter.grad is not None and bool(parameter.grad.any())
        assert reached == name.endswith("_gate"), name
    assert all(parameter.grad is None for parameter in closed.language.parameters())


def test_a_token_sees_the_last_photo_at_or_before_it():
    is_image = torch.tensor([[False, True, False, True, True, False]])
    expected = [[0, 0, 0], [1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]]
    assert last_photo(is_image, 3)[0].int().tolist() == expected


@torch.inference_mode()
def test_a_gated_block_does_not_mix_photos(model):
    """To the bit: what it makes of text under the first photo is the same whatever the second is, and the reverse."""
    block, text = model.gated[1], torch.randn(2, 10, 24, generator=DRAWS)
    visible = last_photo(IDS == IMAGE, 2).repeat_interleave(4, -1)

    def made(first, second):
        return block(text, latents(model, first, second).flatten(1, 2), visible)

    (whole, weights), (other_first, _), (other_second, _) = made(0, 1), made(2, 1), made(0, 2)
    for row, second in enumerate(SECOND):
        assert torch.equal(whole[row, second:], other_first[row, second:])
        assert torch.equal(whole[row, :second], other_second[row, :second])
        assert not torch.allclose(whole[row, :second], other_first[row, :second])
        assert not torch.allclose(whole[row, second:], other_second[row, second:])
        assert not weights[row, :, second:, :4].any() and not weights[row, :, :second, 4:].any()
        torch.testing.assert_close(weights[row].sum(-1), torch.ones(2, 10))


@torch.inference_mode()
def test_logits_stay_where_another_photo_is_not_the_last(model):
    """The second photo changes nothing before it; the first reaches what is under the second by words alone."""
    whole, other = model(IDS, latents(model, 0, 1)), model(IDS, latents(model, 0, 2))
    for row, second in enumerate(SECOND):
        assert torch.equal(whole[row, :second], other[row, :second])
        assert not torch.allclose(whole[row, second:], other[row, second:])


@torch.inference_mode()
def test_text_before_every_photo_sees_nothing(model):
    ids = torch.tensor([[3, 20, IMAGE, 30]])
    visible = last_photo(ids == IMAGE, 1).repeat_interleave(4, -1)
    looked, weights = model.gated[0].attention(torch.randn(1, 4, 24, generator=DRAWS), latents(model)[:1, 0], visible)
    assert not looked[0, :2].any() and not weights[0, :, :2].any()
    assert looked[0, 2:].any(1).all()


def attended(attention, query, memory, visible):
    """Attention (query, width) of one row, a head and a query at a time, from its weights."""
    size = query.shape[1] // attention.n_head
    found, shares = [], []
    for at in range(attention.n_head):
        part = slice(at * size, (at + 1) * size)
        q, k, v = (
            x @ linear.weight[part].T
            for linear, x in ((attention.query, query), (attention.key, memory), (attention.value, memory))
        )
        rows = []
        for one, seen in zip(q, visible, strict=True):
            score = torch.tensor([float(one @ key) / math.sqrt(size) for key in k]).exp() * seen
            rows.append(score / score.sum())
        shares.append(torch.stack(rows))
        found.append(shares[-1] @ v)
    return torch.cat(found, 1) @ attention.output.weight.T, torch.stack(shares)


def normed(norm, x):
    """LayerNorm by its definition."""
    centred = x - x.mean(-1, keepdim=True)
    return centred / (centred.square().mean(-1, keepdim=True) + norm.eps).sqrt() * norm.weight + norm.bias


def fed(network, x):
    """Norm, linear, GELU, linear."""
    norm, inner, _, outer = network
    wide = normed(norm, x) @ inner.weight.T
    return (wide * 0.5 * (1 + torch.erf(wide / math.sqrt(2)))) @ outer.weight.T


@torch.inference_mode()
def test_the_resampler_by_hand(model):
    own, (found, weights) = model.resampler, model.see(PLACES)
    for photo, places in enumerate(PLACES):
        place = normed(own.place_norm, places @ own.project.weight.T + own.project.bias)
        query = normed(own.latent_norm, own.latents)
        memory = torch.cat([place, query])
        looked, shares = attended(own.attention, query, memory, torch.ones(4, 8))
        latent = own.latents + looked
        expected = normed(own.final_norm, latent + fed(own.feed_forward, latent))
        torch.testing.assert_close(found[photo], expected, atol=1e-4, rtol=1e-3)
        torch.testing.assert_close(weights[photo], shares, atol=1e-5, rtol=1e-4)
    assert weights.std() > 0.01


@torch.inference_mode()
def test_a_gated_block_by_hand(model):
    block, text = model.gated[2], torch.randn(2, 10, 24, generator=DRAWS)
    memory = latents(model).flatten(1, 2)
    visible = last_photo(IDS == IMAGE, 2).repeat_interleave(4, -1)
    found, weights = block(text, memory, visible, 0.5)
    for row in range(2):
        looked, shares = attended(block.attention, normed(block.norm, text[row]), memory[row], visible[row].float())
        stream = text[row] + 0.5 * math.tanh(block.attention_gate) * looked
        expected = stream + 0.5 * math.tanh(block.feed_forward_gate) * fed(block.feed_forward, stream)
        torch.testing.assert_close(found[row], expected, atol=1e-4, rtol=1e-3)
        torch.testing.assert_close(weights[row], shares, atol=1e-5, rtol=1e-4)


@torch.inference_mode()
def test_the_saved_file_opens_again(model, folder):
    found = open_model(str(folder), CAPTIONERS, "image and text")
    assert found.model.language.lm_head.weight is found.model.language.transformer.wte.weight
    half = {name: value.half().float() for name, value in model.state_dict().items() if value.is_floating_point()}
    for name, value in found.model.state_dict().items():
        if name in half:
            assert torch.equal(value, half[name]), name
    torch.testing.assert_close(found.model(IDS, latents(found.model)), model(IDS, latents(model)), atol=0.05, rtol=0.05)


@pytest.mark.parametrize("field", ["vision_config", "text_config"])
def test_a_config_without_one_of_the_two_is_refused(folder, field, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    settings = json.loads((other / "config.json").read_text())
    del settings[field]
    (other / "config.json").write_text(json.dumps(settings))
    with pytest.raises(InputError, match="model"):
        open_model(str(other), CAPTIONERS, "image and text")
