"""The weights door: what is opened, shared, kept and forgotten."""

import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from models import checkpoint, open_models
from models.checkpoint import Reads, open_model, stamp
from models.errors import InputError
from models.families import CLASSIFIERS
from tests.models.opening import FAMILIES, code, logits


@pytest.fixture
def loads(monkeypatch):
    """The references that are loaded from disk, in order, with nothing in memory before; `hold` names one that waits
    for `go_on`, and tells `begun`."""
    load, loads = checkpoint._load, SimpleNamespace(seen=[], hold="", begun=threading.Event(), go_on=threading.Event())

    def watched(reference, *arguments):
        loads.seen.append(reference)
        if reference == loads.hold:
            loads.begun.set()
            assert loads.go_on.wait(20)
        return load(reference, *arguments)

    monkeypatch.setattr(checkpoint, "_load", watched)
    checkpoint._models.clear()
    yield loads
    checkpoint._models.clear()


def opened(reference, families=FAMILIES, reads: Reads = "image"):
    return open_model(str(reference), families, reads).model


def test_two_exhibits_with_different_families_share_one_model(loads, tiny_vit):
    assert opened(tiny_vit, FAMILIES) is opened(tiny_vit, FAMILIES[:1]) is opened(f" {tiny_vit}/ ", FAMILIES)
    assert len(loads.seen) == 1
    assert code(tiny_vit, FAMILIES[1:]) == "model.family"


def test_a_warm_model_does_not_wait_for_anothers_cold_load(loads, tiny_vit, tiny_deit):
    warm, loads.hold = opened(tiny_deit), str(tiny_vit)
    with ThreadPoolExecutor(2) as pool:
        cold = pool.submit(opened, tiny_vit)
        assert loads.begun.wait(20)
        try:
            assert pool.submit(opened, tiny_deit).result(20) is warm
            assert not cold.done()
        finally:
            loads.go_on.set()
    assert loads.seen == [str(tiny_deit), str(tiny_vit)]


def test_two_who_ask_for_the_same_cold_model_load_it_once(loads, tiny_vit):
    loads.hold = str(tiny_vit)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(opened, tiny_vit)
        assert loads.begun.wait(20)
        second = pool.submit(opened, tiny_vit)
        loads.go_on.set()
        assert first.result(20) is second.result(20)
    assert loads.seen == [str(tiny_vit)]


def test_a_model_that_could_not_be_read_is_tried_again(loads, tiny_vit, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(tiny_vit, folder)
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[:1000])
    assert code(folder) == code(folder) == "model.unreadable"
    (folder / "model.safetensors").write_bytes(whole)
    assert torch.equal(logits(folder), logits(tiny_vit))


def test_a_folder_that_has_changed_is_opened_anew(loads, tiny_vit, tiny_deit, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(tiny_vit, folder)
    before, known = opened(folder), stamp(str(folder))
    assert opened(folder) is before
    assert known == stamp(f" {folder} ") != stamp(str(tiny_vit))
    shutil.copytree(tiny_deit, folder, dirs_exist_ok=True)
    assert torch.equal(logits(folder), logits(tiny_deit))
    assert opened(folder) is not before
    assert stamp(str(folder)) not in ("", known)
    assert len(checkpoint._models._models) == 2, "what was opened before the change is forgotten"


def test_the_least_recently_used_model_goes_when_all_are_too_large(loads, tiny_vit, tiny_deit, tiny_swin, monkeypatch):
    families = (*FAMILIES, "SwinForImageClassification")
    vit, deit, swin = (opened(folder, families) for folder in (tiny_vit, tiny_deit, tiny_swin))
    weights = [sum(4 * parameter.numel() for parameter in model.parameters()) for model in (vit, deit, swin)]
    checkpoint._models.clear()
    monkeypatch.setattr(open_models, "MAX_CACHED_BYTES", weights[0] + weights[2])
    vit, deit, _ = opened(tiny_vit, families), opened(tiny_deit, families), opened(tiny_vit, families)
    swin = opened(tiny_swin, families)
    assert opened(tiny_vit, families) is vit
    assert opened(tiny_swin, families) is swin
    assert len(loads.seen) == 6
    assert opened(tiny_deit, families) is not deit
    monkeypatch.setattr(open_models, "MAX_CACHED_BYTES", 0)
    alone = opened(tiny_swin, families)
    assert opened(tiny_swin, families) is alone


def test_the_caller_names_the_reader(loads, tiny_vit, tiny_translators):
    _, model, processor = open_model(str(tiny_vit), FAMILIES, "image")
    assert tuple(processor.image_mean) == (0.4, 0.5, 0.6)
    assert open_model(str(tiny_vit), FAMILIES, None).reader is None
    _, _, tokenizer = open_model(str(tiny_translators[0]), ("MarianMTModel",), "text")
    assert tokenizer.decode(tokenizer("A small dog runs.").input_ids, skip_special_tokens=True) == "A small dog runs."
    with pytest.raises(InputError, match=r"model\.no_tokenizer"):
        open_model(str(tiny_vit), FAMILIES, "text")
    assert open_model(str(tiny_vit), FAMILIES, "image").model is model


@pytest.mark.parametrize("name", ["config.json", "preprocessor_config.json"])
def test_settings_without_end_are_refused_before_they_are_read(name, tiny_vit, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(tiny_vit, folder)
    with (folder / name).open("ab") as file:
        file.truncate(9_000_000)
    with pytest.raises(InputError) as caught:
        open_model(str(folder), FAMILIES, "image")
    assert caught.value.code == "model.settings_large"
    assert caught.value.details == {"file": name, "folder": "model", "size": "9.0", "maximum": 8}


def test_a_stamp_stands_for_what_is_here_now(hub, tiny_vit):
    assert stamp(hub.add("lab/vit", tiny_vit)) == ""
    assert not hub.asked, "nothing is asked of the Hub"
    open_model("lab/vit", FAMILIES, "image")
    assert len(stamp("lab/vit")) == 16
    assert stamp("vit-imagenette") == stamp("vit-imagenette ") != stamp("swin-imagenette")
    nothings: list[Any] = [None, "", "no such folder", "a\0b", "\ud800", 7, "lab/none", "lab/vit@other"]
    for nothing in nothings:
        assert stamp(nothing) == ""


def test_importing_the_door_is_cheap():
    heavy = "{'torch', 'transformers', 'huggingface_hub'}"
    script = f"import sys, models.checkpoint as door; door.bundled(); assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).resolve().parents[2], check=True)


def test_families_are_named_shortly_and_each_once():
    names = ["BartForConditionalGeneration", "GPT2LMHeadModel", "MarianMTModel", "DeiTForImageClassification"]
    assert [checkpoint.family_name(one) for one in names] == ["Bart", "GPT2", "Marian", "DeiT"]
    with pytest.raises(InputError) as refused:
        checkpoint.open_model("marian-multi30k", CLASSIFIERS, "image")
    assert refused.value.details["families"] == "ResNet, ViT, DeiT, Swin, MobileViT"
