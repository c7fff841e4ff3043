"""A package of MiniLM's form, small and random."""

import json
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

from models.clip import text_tower

PIECES = ("a", "dog", "##s", "run", "cat", "zebra", "x", "##x", ".", "走")


@pytest.fixture(scope="session")
def packages(tmp_path_factory):
    """The folder where the package is unpacked."""
    root = tmp_path_factory.mktemp("packages")
    folder = root / text_tower.FOLDER
    folder.mkdir(parents=True)
    words = {word: at for at, word in enumerate(("[PAD]", "[unused0]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *PIECES))}
    tokenizer = Tokenizer(models.WordPiece(words, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ends = [(end, words[end]) for end in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", None, ends)
    tokenizer.add_special_tokens(list(text_tower.SPECIAL))
    tokenizer.enable_truncation(8)
    tokenizer.enable_padding(length=8)
    tokenizer.save(str(folder / "tokenizer.json"))
    sizes: Any = {"hidden_size": 12, "num_attention_heads": 2, "intermediate_size": 16, "max_position_embeddings": 128}
    config = BertConfig(vocab_size=len(words), num_hidden_layers=3, **sizes)
    (folder / "config.json").write_text(json.dumps(config.to_dict()))
    torch.manual_seed(5)
    save_file(BertModel(config).state_dict(), folder / "model.safetensors")
    return root
