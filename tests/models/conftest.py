"""Tiny models with random weights, each made once, and a stand-in for the Hub; all tests that load torch ask here."""

import copy
import json
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from huggingface_hub import constants, file_download
from torch import nn
from transformers import (
    DeiTConfig,
    DeiTForImageClassification,
    DeiTForImageClassificationWithTeacher,
    MobileViTConfig,
    MobileViTForImageClassification,
    ResNetConfig,
    ResNetForImageClassification,
    SwinConfig,
    SwinForImageClassification,
    ViTConfig,
    ViTForImageClassification,
)

from models import checkpoint, teacher
from models import hub as door
from models.checkpoint import open_model
from models.families import CLASSIFIERS
from models.progress import NoProgress
from models.translation import train_cmlm, train_marian, training, vocabulary
from tests.models.hub_server import Hub
from tests.models.made_teacher import scores

SIZES: dict[str, Any] = {
    "hidden_size": 24,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "image_size": 32,
    "patch_size": 8,
    "num_labels": 5,
    "initializer_range": 0.5,
}
PROCESSOR = {
    "image_processor_type": "ViTImageProcessor",
    "size": {"height": 32, "width": 32},
    "image_mean": [0.4, 0.5, 0.6],
    "image_std": [0.2, 0.25, 0.3],
}


def save(model, folder):
    model.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(PROCESSOR))
    return folder


@pytest.fixture(scope="session")
def tiny_vit(tmp_path_factory):
    torch.manual_seed(0)
    return save(ViTForImageClassification(ViTConfig(**SIZES)), tmp_path_factory.mktemp("vit"))


@pytest.fixture(scope="session")
def tiny_deit(tmp_path_factory):
    torch.manual_seed(1)
    model = DeiTForImageClassificationWithTeacher(DeiTConfig(**SIZES))
    return save(model, tmp_path_factory.mktemp("deit"))


@pytest.fixture(scope="session")
def tiny_swin(tmp_path_factory):
    """Three stages of two blocks; maps of 8, 4 and 2 tokens a side in windows of 2."""
    torch.manual_seed(2)
    sizes: dict[str, Any] = {"image_size": 32, "patch_size": 4, "window_size": 2, "embed_dim": 12, "num_labels": 5}
    config = SwinConfig(**sizes, depths=[2, 2, 2], num_heads=[2, 3, 4], initializer_range=0.5)
    model = SwinForImageClassification(config)
    for name, parameter in model.named_parameters():
        if "bias_table" in name:
            torch.nn.init.normal_(parameter)
    return save(model, tmp_path_factory.mktemp("swin"))


@pytest.fixture(scope="session")
def tiny_resnet():
    """Stages of two layers; maps of 8, 8 and 4 cells a side; batch norms that do something."""
    torch.manual_seed(4)
    sizes: dict[str, Any] = {"embedding_size": 8, "hidden_sizes": [8, 12], "depths": [2, 2], "num_labels": 5}
    model = ResNetForImageClassification(ResNetConfig(**sizes, layer_type="basic"))
    for name, buffer in model.named_buffers():
        if name.endswith("running_mean"):
            nn.init.normal_(buffer, std=0.3)
        elif name.endswith("running_var"):
            nn.init.uniform_(buffer, 0.5, 2)
    return model.eval()


@pytest.fixture(scope="session")
def tiny_mobilevit():
    """Blocks on maps of 1/8, 1/16 and 1/32 of a picture's side; batch norms that do something."""
    torch.manual_seed(6)
    sizes: dict[str, Any] = {"hidden_sizes": [8, 8, 12], "neck_hidden_sizes": [8, 8, 8, 8, 12, 12, 16], "num_labels": 5}
    model = MobileViTForImageClassification(MobileViTConfig(**sizes, expand_ratio=2.0, initializer_range=0.5))
    for name, value in model.state_dict().items():
        if name.endswith("running_var"):
            nn.init.uniform_(value, 0.5, 2)
        elif "normalization.weight" in name:
            nn.init.uniform_(value, 0.5, 1.5)
    return model.eval()


@pytest.fixture(scope="session")
def tiny_deit_without_teacher():
    """One head, but a distillation token."""
    torch.manual_seed(5)
    config = DeiTConfig(**{**SIZES, "num_hidden_layers": 2})
    config._attn_implementation = "eager"
    return DeiTForImageClassification(config).eval()


@pytest.fixture(scope="session")
def saved_resnet(tmp_path_factory):
    """Four stages of two basic layers on 64 x 64 pixels; like many of the Hub's, its config has no image_size."""
    torch.manual_seed(4)
    sizes: dict[str, Any] = {
        "embedding_size": 8,
        "hidden_sizes": [8, 8, 12, 12],
        "depths": [2, 2, 2, 2],
        "num_labels": 5,
    }
    folder = tmp_path_factory.mktemp("resnet")
    ResNetForImageClassification(ResNetConfig(**sizes, layer_type="basic")).save_pretrained(folder)
    processor = {"image_processor_type": "ViTImageProcessor", "size": {"height": 64, "width": 64}}
    (folder / "preprocessor_config.json").write_text(json.dumps(processor))
    return folder


@pytest.fixture(scope="session")
def saved_mobilevit(tiny_mobilevit, tmp_path_factory):
    """It as a folder, on 128 x 128 pixels: maps of 16, 8 and 4 places a side in its blocks."""
    folder = tmp_path_factory.mktemp("mobilevit")
    model = copy.deepcopy(tiny_mobilevit)
    model.config.image_size = 128
    model.save_pretrained(folder)
    processor = {"image_processor_type": "ViTImageProcessor", "size": {"height": 128, "width": 128}}
    (folder / "preprocessor_config.json").write_text(json.dumps(processor))
    return folder


SENTENCES = ["A small dog runs.", "A man sees a dog.", "Two men run in the park."] * 2
TRANSLATIONS = ["Ein kleiner Hund läuft.", "Ein Mann sieht einen Hund.", "Zwei Männer laufen im Park."] * 2
SMALL: dict[str, Any] = {"n_layer": 2, "n_embd": 16, "n_head": 2, "n_inner": 24, "dropout": 0.0}


@pytest.fixture(scope="session")
def tiny_translators(tmp_path_factory):
    """Folders of a Marian model and of a CMLM with random weights, saved as the recipes save."""
    torch.manual_seed(3)
    tokenizer = vocabulary.train(SENTENCES + TRANSLATIONS, 90)
    folders = tmp_path_factory.mktemp("marian"), tmp_path_factory.mktemp("cmlm")
    marian = train_marian.build(training.Recipe(**SMALL), len(tokenizer))
    cmlm = train_cmlm.build(train_cmlm.Recipe(**SMALL), len(tokenizer))
    cmlm.length_head.bias.data.copy_(-((torch.arange(128) - 6) ** 2.0))
    for model, folder in zip((marian, cmlm), folders, strict=True):
        training.save(model, tokenizer, SENTENCES, [], folder)
    return folders


class Beats(NoProgress):
    """Counts the steps of a computation, and ends it at step `stop_at`."""

    def __init__(self):
        self.count, self.stop_at = 0, None

    def beat(self):
        self.count += 1
        if self.count == self.stop_at:
            raise TimeoutError


@pytest.fixture
def beats():
    return Beats()


@pytest.fixture
def opened(request):
    """Opens the model that a fixture has saved, by the fixture's name."""
    return lambda name: open_model(str(request.getfixturevalue(name)), CLASSIFIERS, "image")


@pytest.fixture
def three(opened):
    """An open ResNet, ViT and Swin, named as an exhibit names its inputs."""
    names = {"first_model": "saved_resnet", "second_model": "tiny_vit", "third_model": "tiny_swin"}
    return {model: opened(name) for model, name in names.items()}


@pytest.fixture(params=["tiny_vit", "tiny_deit", "tiny_deit_without_teacher", "tiny_swin", "tiny_resnet"])
def model(request, opened):
    given = request.getfixturevalue(request.param)
    return given if isinstance(given, nn.Module) else opened(request.param).model


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A stand-in for the Hub, and nothing opened or downloaded before."""
    hub = Hub()
    address = f"http://127.0.0.1:{hub.server_port}"
    settings = {
        "ENDPOINT": address,
        "HUGGINGFACE_CO_URL_TEMPLATE": address + "/{repo_id}/resolve/{revision}/{filename}",
        "HF_HUB_CACHE": str(tmp_path / "cache"),
        "HF_HUB_DISABLE_XET": False,
        "DOWNLOAD_CHUNK_SIZE": constants.DOWNLOAD_CHUNK_SIZE,
    }
    for name, value in settings.items():
        monkeypatch.setattr(constants, name, value)
    monkeypatch.setattr(file_download, "time", SimpleNamespace(sleep=lambda seconds: None))
    checkpoint._models.clear()
    door._conversions.clear()
    yield hub
    hub.off()


@pytest.fixture(scope="module")
def pictures():
    """Eight pictures of noise with eight labels."""
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (8, 3, 128, 128), dtype=torch.uint8, generator=generator), torch.arange(8)


@pytest.fixture(scope="module")
def answers(pictures, tmp_path_factory):
    """What a made-up teacher says of two crops of each."""
    folder = tmp_path_factory.mktemp("answers")
    teacher.store(scores, pictures[0], folder, crops=2, batch_size=3)
    return folder
