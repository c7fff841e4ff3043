"""Parameters and multiply-adds of Transformers by their parts, counted on modules without weights (PyTorch's meta)."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    MarianConfig,
    MarianMTModel,
    ViTConfig,
    ViTForImageClassification,
)

from models import measure
from models.checkpoint import BUNDLED, build_lock
from models.progress import NO_PROGRESS, Progress
from models.traces import SIZE_PARTS, ArchitectureSize, SizesTrace

SENTENCE = 64
"""Tokens of a source and of a target for which translators are counted."""


class Preset(NamedTuple):
    """A class of transformers and how it is configured."""

    kind: Any
    config: Callable[[], Any]


def _gpt2(layers: int, width: int, heads: int) -> Preset:
    return Preset(GPT2LMHeadModel, lambda: GPT2Config(n_layer=layers, n_embd=width, n_head=heads))


def _base() -> MarianConfig:
    """Vaswani et al. 2017, table 3, with the vocabulary of section 5.1; Marian's layers are the paper's."""
    sizes: dict[str, Any] = {"d_model": 512, "vocab_size": 37000, "decoder_vocab_size": 37000}
    sizes |= {"pad_token_id": 0, "decoder_start_token_id": 0, "eos_token_id": 1, "forced_eos_token_id": 1}
    halves = {"layers": 6, "attention_heads": 8, "ffn_dim": 2048}
    both: dict[str, Any] = {f"{half}_{name}": size for half in ("encoder", "decoder") for name, size in halves.items()}
    return MarianConfig(**sizes, **both)


PRESETS = {
    "marian-multi30k": Preset(MarianMTModel, lambda: MarianConfig.from_pretrained(BUNDLED / "marian-multi30k")),
    "marian-zh": Preset(MarianMTModel, lambda: MarianConfig.from_pretrained(BUNDLED / "marian-zh")),
    "vit-imagenette": Preset(ViTForImageClassification, lambda: ViTConfig.from_pretrained(BUNDLED / "vit-imagenette")),
    "Transformer-base": Preset(MarianMTModel, _base),
    "GPT-2": _gpt2(12, 768, 12),
    "GPT-2 medium": _gpt2(24, 1024, 16),
    "GPT-2 large": _gpt2(36, 1280, 20),
    "GPT-2 XL": _gpt2(48, 1600, 25),
}
"""Radford et al. 2019, table 2, for the sizes of GPT-2."""

PARTS_BY_NAME = {
    r"shared|wte|wpe|embeddings": "embedding",
    r"encoder\.layers.*(layer_norm)|vit.*layernorm": "encoder_norm",
    r"decoder\.layers.*(layer_norm)|transformer.*ln_": "decoder_norm",
    r"encoder\.layers.*self_attn|vit.*attention": "encoder_attention",
    r"encoder\.layers.*fc[12]|vit.*mlp": "encoder_feed_forward",
    r"decoder\.layers.*encoder_attn": "cross_attention",
    r"decoder\.layers.*self_attn|transformer.*\.attn": "decoder_attention",
    r"decoder\.layers.*fc[12]|transformer.*\.mlp": "decoder_feed_forward",
    r"classifier": "head",
}
"""The part that a parameter belongs to: the first pattern that its name fits."""


def trace(progress: Progress = NO_PROGRESS) -> SizesTrace:
    """Count all PRESETS."""
    found = []
    for name, preset in PRESETS.items():
        progress.beat()
        found.append(count(name, preset))
    return SizesTrace(tuple(found))


def count(name: str, preset: Preset) -> ArchitectureSize:
    """Settings, parameters by part, and multiply-adds of one architecture."""
    config = preset.config()
    with build_lock, torch.device("meta"):
        model = preset.kind._from_config(config, attn_implementation="eager").eval()
    inputs, settings = _described(config)
    parameters: dict[str, int] = dict.fromkeys(SIZE_PARTS, 0)
    for parameter_name, parameter in model.named_parameters():
        if parameter.requires_grad:
            parameters[part_of(parameter_name)] += parameter.numel()
    with torch.no_grad():
        multiply_adds = measure.multiply_adds(lambda: model(**inputs))
    return ArchitectureSize(
        name=name, **settings, parameters=np.array(list(parameters.values())), multiply_adds=multiply_adds
    )


def part_of(name: str) -> str:
    """The part of SIZE_PARTS to which the parameter of this name belongs."""
    return next(part for pattern, part in PARTS_BY_NAME.items() if re.search(pattern, name))


def _described(config: Any) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """What a model of this config reads, on the meta device, and its settings as a trace has them."""
    if isinstance(config, MarianConfig):
        ids = torch.zeros(1, SENTENCE, dtype=torch.long, device="meta")
        return {"input_ids": ids, "decoder_input_ids": ids}, _settings(
            encoder_layers=config.encoder_layers,
            decoder_layers=config.decoder_layers,
            width=config.d_model,
            heads=config.encoder_attention_heads,
            inner=config.encoder_ffn_dim,
            vocabulary=config.vocab_size,
            source=SENTENCE,
            target=SENTENCE,
        )
    sizes = {"width": config.hidden_size, "heads": config.num_attention_heads, "pre_norm": True}
    if isinstance(config, GPT2Config):
        ids = torch.zeros(1, config.n_positions, dtype=torch.long, device="meta")
        sizes |= {"vocabulary": config.vocab_size, "positions": config.n_positions, "target": config.n_positions}
        return {"input_ids": ids}, _settings(decoder_layers=config.n_layer, inner=4 * config.n_embd, **sizes)
    tokens = (config.image_size // config.patch_size) ** 2 + 1
    pixels = torch.zeros(1, config.num_channels, config.image_size, config.image_size, device="meta")
    return {"pixel_values": pixels}, _settings(
        encoder_layers=config.num_hidden_layers,
        inner=config.intermediate_size,
        positions=tokens,
        patch_values=config.num_channels * config.patch_size**2,
        labels=config.num_labels,
        source=tokens,
        **sizes,
    )


def _settings(**given: Any) -> dict[str, Any]:
    """Some settings of an architecture; it has none of the others."""
    numbers = ("encoder_layers", "decoder_layers", "vocabulary", "positions", "patch_values", "labels")
    return dict.fromkeys((*numbers, "source", "target"), 0) | {"pre_norm": False} | given
