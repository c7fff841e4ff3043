"""Tiny language models of one stack with random weights, and folders of them with tokenizers of their own kind."""

from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

from models.families import SINGLE_STACKS
from tests.models.conftest import SENTENCES
from tests.models.translation.folders import byte_level

WORDS = 23
BERT: dict[str, Any] = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24}
BERT |= {"max_position_embeddings": 42, "initializer_range": 0.4, "pad_token_id": 1}
CONFIGS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(SINGLE_STACKS, BERT),
    "GPT2LMHeadModel": {"n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 40, "initializer_range": 0.4},
    "LlamaForCausalLM": {**BERT, "num_attention_heads": 4, "num_key_value_heads": 2, "hidden_act": "silu"},
    "DistilBertForMaskedLM": {"dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 24, "max_position_embeddings": 40},
}
"""The sizes of a tiny model of each family."""
CONFIGS["DistilBertForMaskedLM"] |= {"initializer_range": 0.4}
ENDS = {"bos_token_id": None, "eos_token_id": None}


def tiny(family, seed=0, **changes):
    torch.manual_seed(seed)
    kind = getattr(transformers, family)
    sizes = {"vocab_size": WORDS, **ENDS, **CONFIGS[family], **changes}
    return kind._from_config(kind.config_class(**sizes), attn_implementation="eager").eval()


def sentence(seed, length=6):
    """Ids (1, length), none of which is the padding's."""
    return torch.randint(2, WORDS, (1, length), generator=torch.Generator().manual_seed(seed))


def word_pieces() -> Any:
    """A tokenizer of word pieces, as BERT's."""
    made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    made.train_from_iterator(SENTENCES, trainers.WordPieceTrainer(vocab_size=120, special_tokens=special))
    ends = [("[CLS]", 2), ("[SEP]", 3)]
    made.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    named = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}
    return transformers.PreTrainedTokenizerFast(tokenizer_object=made, **named)


def bytes_ended() -> Any:
    """A tokenizer of bytes, as GPT-2's: no token begins a text."""
    return transformers.PreTrainedTokenizerFast(tokenizer_object=byte_level()._tokenizer, eos_token="</s>")


def folder_of(family, folder, **changes):
    """A folder as save_pretrained() writes it."""
    reader = word_pieces() if family in ("BertForMaskedLM", "DistilBertForMaskedLM") else bytes_ended()
    tiny(family, vocab_size=len(reader), **changes).save_pretrained(folder)
    reader.save_pretrained(folder)
    return folder
