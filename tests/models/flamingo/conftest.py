"""A Flamingo of our form, small and random, with a language model that has its own tokenizer."""

from typing import Any

import pytest
import torch
from torch import nn
from transformers import EfficientNetConfig, GPT2Config

from models import training
from models.clip import image_tower
from models.flamingo import captions
from models.flamingo.model import FlamingoConfig, FlamingoForCaptioning

TEXTS = {
    "en": (("A dog runs .", "Two dogs run in the snow ."), ("A cat sleeps .", "A black cat on a mat")),
    "zh": (("狗在跑。", "两只狗在雪地里跑。"), ("猫在睡觉。", "垫子上的黑猫")),
}


@pytest.fixture(scope="session")
def texts():
    """What people say of two photos, by language."""
    return TEXTS


@pytest.fixture(scope="session")
def tokenizer():
    """Of TEXTS, each said twice."""
    return captions.make_tokenizer([text for some in TEXTS.values() for one in some for text in one] * 2, 90, 96)


def made(tokenizer: Any) -> FlamingoForCaptioning:
    """With gates closed; the last map of a photo has 2x2 places of 128 features."""
    torch.manual_seed(7)
    beside: Any = {"hidden_size": 128, "source_size": 32}
    vision = EfficientNetConfig(
        width_coefficient=0.1, depth_coefficient=0.1, hidden_dim=128, image_size=64, hidden_act="relu6", **beside
    )
    signs = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}
    text = GPT2Config(
        vocab_size=len(tokenizer), n_positions=96, n_embd=24, n_layer=3, n_head=2, initializer_range=0.3, **signs
    )
    sizes: Any = {"n_latent": 4, "n_head": 2, "image_token_id": tokenizer.bos_token_id, "initializer_range": 0.3}
    model = FlamingoForCaptioning(FlamingoConfig(vision.to_dict(), text.to_dict(), **sizes))
    for module in model.vision_model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
        if isinstance(module, nn.BatchNorm2d):
            nn.init.ones_(module.weight)
            module.momentum = 1.0
    with torch.no_grad():
        model.vision_model.train()(torch.randn(4, 3, 64, 64))  # batch norms learn what the random layers give
    return model.eval()


def opened(model: FlamingoForCaptioning) -> FlamingoForCaptioning:
    """The same model with gates that let something through, each another share."""
    gates: Any = enumerate(model.gated)
    for at, gated in gates:
        nn.init.constant_(gated.attention_gate, 0.5 + 0.2 * at)
        nn.init.constant_(gated.feed_forward_gate, -0.4 - 0.2 * at)
    return model


@pytest.fixture
def closed(tokenizer):
    """A model whose gates are at 0, as when training begins."""
    return made(tokenizer)


@pytest.fixture(scope="session")
def model(tokenizer):
    """A model with open gates; nobody changes it."""
    return opened(made(tokenizer))


@pytest.fixture(scope="session")
def folder(model, tokenizer, tmp_path_factory):
    """That model as files."""
    path = tmp_path_factory.mktemp("flamingo")
    training.save_float16(model, path)
    tokenizer.save_pretrained(path)
    training.write_json(path / "preprocessor_config.json", image_tower.PROCESSOR)
    return path
