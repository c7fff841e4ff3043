"""A package of MiniLM's form, small and random."""

import json
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from torch import nn
from transformers import BertConfig, BertModel, EfficientNetConfig, VisionTextDualEncoderConfig

from models import training
from models.clip import image_tower, text_tower
from models.clip.dual_encoder import MeanTextDualEncoder

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


@pytest.fixture(scope="session")
def tiny_clip(packages, tmp_path_factory):
    """A folder with a dual encoder of our form, small and random; the last map of a photo has 2x2 places."""
    torch.manual_seed(7)
    beside: Any = {"hidden_size": 128, "source_size": 32}
    vision = EfficientNetConfig(
        width_coefficient=0.1, depth_coefficient=0.1, hidden_dim=128, image_size=64, hidden_act="relu6", **beside
    )
    tokenizer = text_tower.cut_tokenizer(packages, {"en": ["a dog runs.", "a cat"], "zh": ["狗走", "狗走"]})
    sizes: Any = {"hidden_size": 12, "num_attention_heads": 2, "intermediate_size": 16, "max_position_embeddings": 16}
    text = BertConfig(vocab_size=len(tokenizer), num_hidden_layers=2, initializer_range=0.3, **sizes)
    config = VisionTextDualEncoderConfig.from_vision_text_configs(vision, text, projection_dim=6)
    model: Any = MeanTextDualEncoder(config)
    for module in model.vision_model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
    with torch.no_grad():
        model.vision_model.train()(torch.randn(4, 3, 64, 64))  # batch norms learn what the random layers give
    folder = tmp_path_factory.mktemp("tiny_clip")
    training.save_float16(model, folder)
    tokenizer.save_pretrained(folder)
    training.write_json(folder / "preprocessor_config.json", image_tower.PROCESSOR)
    (folder / text_tower.WORDS).write_text("a\ndog\nruns\n.\ncat\n狗\n走\n", encoding="utf-8")
    return folder
