"""Counts on modules without weights against counts on real ones, and against published sizes."""

from typing import Any

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel, MarianConfig, MarianMTModel, ViTConfig, ViTForImageClassification

from models import measure
from models.anatomy import sizes
from models.anatomy.sizes import PRESETS, Preset, count, part_of, trace
from models.traces import SIZE_PARTS

SMALL: dict[str, Preset] = {
    "marian": Preset(
        MarianMTModel,
        lambda: MarianConfig(
            **{f"{half}_{name}": size for half in ("encoder", "decoder") for name, size in HALF.items()},
            d_model=24,
            vocab_size=50,
            decoder_vocab_size=50,
            pad_token_id=0,
            decoder_start_token_id=0,
            eos_token_id=1,
            forced_eos_token_id=1,
        ),
    ),
    "gpt2": Preset(
        GPT2LMHeadModel,
        lambda: GPT2Config(
            n_layer=2, n_embd=24, n_head=3, vocab_size=50, n_positions=16, bos_token_id=0, eos_token_id=1
        ),
    ),
    "vit": Preset(
        ViTForImageClassification,
        lambda: ViTConfig(
            hidden_size=24,
            num_hidden_layers=2,
            num_attention_heads=3,
            intermediate_size=40,
            image_size=32,
            patch_size=8,
        ),
    ),
}
HALF: dict[str, Any] = {"layers": 2, "attention_heads": 3, "ffn_dim": 40}


@pytest.mark.parametrize("name", SMALL)
def test_what_is_counted_without_weights_is_what_a_real_model_has_and_computes(name):
    found = count(name, SMALL[name])
    model = SMALL[name].kind._from_config(SMALL[name].config(), attn_implementation="eager").eval()
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    assert found.parameters.sum() == sum(parameter.numel() for parameter in trained)
    ids = torch.zeros(1, found.target, dtype=torch.long)
    inputs = {
        "marian": {"input_ids": ids, "decoder_input_ids": ids},
        "gpt2": {"input_ids": ids},
        "vit": {"pixel_values": torch.zeros(1, 3, 32, 32)},
    }[name]
    with torch.no_grad():
        assert found.multiply_adds == measure.multiply_adds(lambda: model(**inputs))


def test_parts_by_hand():
    found = dict(zip(SIZE_PARTS, count("marian", SMALL["marian"]).parameters, strict=True))
    attention, feed_forward = 4 * 24 * 24 + 4 * 24, 2 * 24 * 40 + 40 + 24
    assert found["embedding"] == 50 * 24
    assert found["encoder_attention"] == found["cross_attention"] == 2 * attention
    assert found["decoder_feed_forward"] == 2 * feed_forward
    assert (found["encoder_norm"], found["decoder_norm"]) == (2 * 2 * 48, 2 * 3 * 48)
    found = dict(zip(SIZE_PARTS, count("vit", SMALL["vit"]).parameters, strict=True))
    assert found["embedding"] == 192 * 24 + 24 + 24 + 17 * 24
    assert found["encoder_norm"] == 5 * 48 and found["head"] == 2 * 25


def test_every_parameter_has_a_part():
    assert part_of("model.encoder.layers.0.self_attn_layer_norm.weight") == "encoder_norm"
    assert part_of("model.decoder.layers.0.encoder_attn.q_proj.weight") == "cross_attention"
    with pytest.raises(StopIteration):
        part_of("something.else")


@pytest.mark.slow
def test_the_presets_have_their_published_sizes(beats):
    found = {one.name: int(one.parameters.sum()) for one in trace(beats).architectures}
    assert beats.count == len(PRESETS) == len(found)
    assert found["GPT-2"] == 124_439_808 and found["GPT-2 XL"] == 1_557_611_200
    assert found["Transformer-base"] == pytest.approx(65e6, rel=0.04)
    assert sizes.SENTENCE == 64
