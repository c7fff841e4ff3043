"""Tiny encoder-decoders of every family that the lab opens, with random weights."""

from typing import Any

import torch
import transformers

from models.translation.bundled import AUTOREGRESSIVE
from tests.models.translation.tiny import EOS, START, WORDS

BART: dict[str, Any] = {"d_model": 16, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 2}
BART |= {"decoder_attention_heads": 2, "encoder_ffn_dim": 16, "decoder_ffn_dim": 16, "max_position_embeddings": 40}
BART |= {"init_std": 0.4, "dropout": 0, "pad_token_id": START, "bos_token_id": 2, "eos_token_id": EOS}
BART |= {"decoder_start_token_id": START, "forced_eos_token_id": None}
T5: dict[str, Any] = {"d_model": 16, "d_kv": 8, "d_ff": 16, "num_heads": 2, "num_layers": 2}
T5 |= {"decoder_start_token_id": START, "initializer_factor": 2.0}
LED: dict[str, Any] = {"max_encoder_position_embeddings": 64, "max_decoder_position_embeddings": 40}
CONFIGS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(AUTOREGRESSIVE, BART),
    **{name: T5 for name in AUTOREGRESSIVE if "T5" in name},
    "LongT5ForConditionalGeneration": {**T5, "local_radius": 4},
    "FSMTForConditionalGeneration": {**BART, "langs": ["en", "de"], "src_vocab_size": WORDS, "tgt_vocab_size": WORDS},
    "LEDForConditionalGeneration": {**BART, **LED, "attention_window": 4},
    "PegasusXForConditionalGeneration": {**BART, "block_size": 4, "num_global_tokens": 2},
}
"""The sizes of a tiny model of each family."""


def tiny(family, seed=0, **changes):
    torch.manual_seed(seed)
    kind = getattr(transformers, family)
    sizes = {"vocab_size": WORDS, **CONFIGS[family], **changes}
    if family.startswith("FSMT"):
        del sizes["vocab_size"]
    return kind._from_config(kind.config_class(**sizes), attn_implementation="eager").eval()
