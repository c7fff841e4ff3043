"""An autoencoder and a stream of random weights, in folders as the recipes save them."""

import random
from dataclasses import replace

import pytest
import torch

from models import training
from models.checkpoint import open_model
from models.families import DECODERS
from models.scenes import train, train_codes
from models.scenes.captions import tokenizer
from models.scenes.world import parts

CODES = replace(train_codes.RECIPE, n_code=16, code_dim=4, hidden_dim=8, batch=4, steps=4)
RECIPE = replace(train.RECIPE, n_layer=2, n_embd=16, n_head=2, batch=4, steps=4)
CAPTION = "a large red circle left of a small blue square"


@pytest.fixture(scope="session")
def shown():
    return train_codes.pictures(parts()["train"][:12])


@pytest.fixture(scope="session")
def coder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("codes")
    training.seed_everything(3)
    training.save_float16(train_codes.build(CODES), folder)
    return open_model(str(folder), ("PictureCodes",), None)


@pytest.fixture(scope="session")
def reader():
    return tokenizer(CODES.n_code)


@pytest.fixture(scope="session")
def opened(reader, tmp_path_factory):
    folder = tmp_path_factory.mktemp("stream")
    training.seed_everything(4)
    model = train.build(RECIPE, reader, CODES.n_code, 64)
    for parameter in model.parameters():
        if parameter.ndim > 1:
            torch.nn.init.normal_(parameter, std=0.3)
    train.save(model, reader, [], folder)
    return open_model(str(folder), DECODERS, "text")


@pytest.fixture
def stream(coder, reader, shown):
    return train.Stream(parts()["train"][:12], train_codes.encode(coder.model, shown), reader, random.Random(0))
