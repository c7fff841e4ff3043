"""Tiny language models that write, of every family that the lab reads, in folders as their owners would save them."""

from typing import Any

import pytest
import torch
import transformers

from models.checkpoint import open_model
from models.families import DECODERS
from models.gpt.corpus import CORPORA

TEXTS = ["to be or\nnot to be", "a rose by any other name"]
SIZES: dict[str, Any] = {
    "vocab_size": 24,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "max_position_embeddings": 40,
    "bos_token_id": 0,
    "eos_token_id": 0,
    "pad_token_id": None,
}
OTHERS: dict[str, dict[str, Any]] = {
    "GPTNeoForCausalLM": {"num_layers": 2, "num_heads": 2, "attention_types": [[["global", "local"], 1]]},
    "GPTJForCausalLM": {"n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 40, "rotary_dim": 4},
    "OPTForCausalLM": {"ffn_dim": 24, "word_embed_proj_dim": 16, "pad_token_id": 1},
    "BloomForCausalLM": {"n_layer": 2, "n_head": 2},
}
SIX_LAYERS = {"num_key_value_heads": 2, "head_dim": 8}


def tiny(family: str, folder, seed: int = 0, documents: bool = True) -> str:
    """A folder with a model of random weights and a tokenizer of characters."""
    reader = (CORPORA["tang" if documents else "shakespeare"]).tokenizer(TEXTS * 2, 40)
    kind = getattr(transformers, family)
    sizes = SIZES | ({} if family in ("GPT2LMHeadModel", *OTHERS) else SIX_LAYERS) | OTHERS.get(family, {})
    config = kind.config_class(**sizes | {"vocab_size": len(reader)})
    torch.manual_seed(seed)
    model = kind(config)
    for parameter in model.parameters():
        if parameter.ndim > 1:
            torch.nn.init.normal_(parameter, std=0.4)
    model.save_pretrained(folder)
    reader.save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="session", params=DECODERS)
def any_decoder(request, tmp_path_factory):
    return open_model(tiny(request.param, tmp_path_factory.mktemp(request.param)), DECODERS, "text")


@pytest.fixture(scope="session", params=["GPT2LMHeadModel", "LlamaForCausalLM"])
def decoder(request, tmp_path_factory):
    return open_model(tiny(request.param, tmp_path_factory.mktemp(f"two-{request.param}")), DECODERS, "text")


@pytest.fixture(scope="session")
def without_start(tmp_path_factory):
    folder = tiny("GPT2LMHeadModel", tmp_path_factory.mktemp("plain"), documents=False)
    return open_model(folder, DECODERS, "text")
