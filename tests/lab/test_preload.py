"""Models that are open before anybody asks."""

import logging
import threading

import pytest

from lab import preload
from lab.exhibits import EXHIBITS
from lab.inputs.kinds import Model
from models import checkpoint
from models.errors import InputError

INPUTS = [one for exhibit in EXHIBITS for one in exhibit.inputs if isinstance(one, Model)]


def test_they_are_opened_while_the_page_is_used_and_one_that_cannot_be_had_is_named(monkeypatch, caplog):
    opened = []

    def open_as_shipped(name):
        if name == "owner/none":
            raise InputError("model.no_network", reference=name)
        opened.append(name)

    monkeypatch.setattr(checkpoint, "open_as_shipped", open_as_shipped)
    monkeypatch.setenv("LAB_PRELOAD", "vit-imagenette, owner/none gpt-tang")
    with caplog.at_level(logging.INFO, "lab.preload"):
        preload.begin()
        for thread in threading.enumerate():
            if thread.name == "preload":
                thread.join(60)
    assert opened == ["vit-imagenette", "gpt-tang"]
    failed, ended = caplog.messages
    assert "owner/none" in failed and "models are open" in ended


def test_all_may_be_meant_or_none(monkeypatch):
    monkeypatch.setenv("LAB_PRELOAD", "all")
    assert set(preload.chosen()) >= set(checkpoint.bundled())
    monkeypatch.setenv("LAB_PRELOAD", "")
    assert preload.chosen() == []


@pytest.mark.parametrize("name", ["vit-imagenet", "all", "../secret", "a/b/c"])
def test_a_name_that_nothing_has_ends_the_start(monkeypatch, name):
    monkeypatch.setenv("LAB_PRELOAD", f"vit-imagenette {name}")
    with pytest.raises(InputError) as caught:
        preload.chosen()
    assert caught.value.code == "page.preload" and caught.value.details["name"] == name


@pytest.mark.parametrize("one", INPUTS, ids=[one.name for one in INPUTS])
def test_a_model_is_opened_for_what_its_exhibits_read(one):
    for name in one.bundled:
        assert checkpoint.readable(checkpoint.BUNDLED / name) == one.reads
