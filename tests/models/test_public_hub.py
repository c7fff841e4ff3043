"""What strangers may have of the Hub on a public server: listed models, one download at a time, within bounds."""

import itertools
import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch

import pytest
import torch
from huggingface_hub import constants

from lab.exhibits import EXHIBITS
from lab.inputs.kinds import Model
from lab.text import LANGUAGES, Text
from models import allowed, checkpoint, guest_cache
from models import hub as door
from models.checkpoint import find, open_model, stamp
from models.errors import InputError
from models.progress import NO_PROGRESS, NoProgress
from tests.models.opening import FAMILIES, code, logits

HOURS = itertools.count(-1000)
"""From now, each later than the one before."""
OFFERED = sorted({name for exhibit in EXHIBITS for one in exhibit.inputs if isinstance(one, Model) for name in one.hub})


@pytest.fixture
def public(hub, tmp_path, monkeypatch):
    """A stand-in for the Hub, asked by a public server that lets strangers open what is of "lab"."""
    monkeypatch.setenv("LAB_PRIVATE", "0")
    monkeypatch.setenv("LAB_HUB_MODELS", "school/vit,lab/*")
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "home"))
    return hub


def kept():
    """The names of the models that are kept for strangers."""
    return {path.name.split("--")[-1] for path in guest_cache.folder().glob("models--*")}


def idle(name):
    """Has a model be used long ago, the one that is named first longest."""
    folder = find(f"lab/{name}")
    seconds = folder.stat().st_mtime + 3600 * next(HOURS)
    os.utime(folder, (seconds, seconds))
    guest_cache._used.pop(folder.resolve())


@pytest.mark.parametrize(
    "reference",
    [
        "other/vit",
        "lab/vit@main",
        "lab/vit@refs/pr/3",
        "school/vit-2",
        "labs/vit",
        "Lab/vit",
        "google/vit-base@a",
        "lab/é",
    ],
)
def test_what_is_not_listed_is_refused_and_nobody_is_asked(public, reference):
    assert code(reference) in ("model.not_allowed", "model.unknown")
    assert not public.asked
    assert stamp(reference) == ""


def test_a_refusal_says_what_is_allowed_and_how_to_run_the_lab_oneself(public):
    with pytest.raises(InputError) as refused:
        open_model("other/vit", FAMILIES, "image")
    for language in LANGUAGES:
        sentence = Text(language).error(refused.value)
        for word in ("other/vit", "school/vit", "lab/*", "google/vit-*", "facebook/deit-*", "make run"):
            assert word in sentence
        assert "gpt2" not in sentence and len(sentence) < 500


def test_all_that_the_page_offers_is_listed(monkeypatch):
    assert len(OFFERED) > 10
    for reference in OFFERED:
        allowed.check(reference)
    monkeypatch.setenv("LAB_HUB_MODELS", "*")
    allowed.check("anybody/anything@refs/pr/1")


def test_the_list_is_of_families_that_the_lab_reads():
    read = {
        checkpoint.family_name(kind)
        for one in EXHIBITS
        for part in one.inputs
        for kind in getattr(part, "families", ())
    }
    assert allowed.patterns().keys() <= read
    assert not any(fnmatch(one, "[*]*") for some in allowed.patterns().values() for one in some), "of an owner each"


def test_a_private_lab_opens_what_it_likes(hub, tiny_vit, monkeypatch):
    monkeypatch.setenv("LAB_PRIVATE", "1")
    assert open_model(hub.add("other/vit", tiny_vit), FAMILIES, "image")


def test_what_strangers_have_downloaded_lies_apart_and_is_opened_again(public, tiny_vit, monkeypatch):
    reference = public.add("lab/vit", tiny_vit)
    assert torch.equal(logits(reference), logits_of(tiny_vit, monkeypatch))
    assert find(reference).is_relative_to(guest_cache.folder())
    asked = len(public.asked)
    checkpoint._models.clear()
    assert len(stamp(reference)) == 16
    logits(reference)
    assert len(public.asked) == asked


def logits_of(folder, monkeypatch):
    with monkeypatch.context() as private:
        private.setenv("LAB_PRIVATE", "1")
        return logits(folder)


def test_what_the_owner_has_fetched_is_used_and_never_removed(public, tiny_vit, tiny_deit, monkeypatch):
    monkeypatch.setenv("LAB_HUB_COUNT", "1")
    public.add("lab/owners", tiny_vit)
    with monkeypatch.context() as private:
        private.setenv("LAB_PRIVATE", "1")
        own = find("lab/owners")
    assert not own.is_relative_to(guest_cache.folder())
    for name in ("one", "two"):
        find(public.add(f"lab/{name}", tiny_deit))
        idle(name)
    assert kept() == {"two"}
    assert find("lab/owners") == own and (own / "model.safetensors").is_file()


def test_the_least_recently_used_go_when_there_are_too_many(public, tiny_vit, monkeypatch):
    monkeypatch.setenv("LAB_HUB_COUNT", "2")
    for name in ("one", "two"):
        find(public.add(f"lab/{name}", tiny_vit))
    idle("one")
    idle("two")
    find("lab/one")
    find(public.add("lab/three", tiny_vit))
    assert kept() == {"one", "three"}


def test_the_least_recently_used_go_when_they_weigh_too_much(public, tiny_vit, monkeypatch):
    size = sum(path.stat().st_size for path in tiny_vit.iterdir())
    monkeypatch.setenv("LAB_HUB_GB", str(2.5 * size / 1e9))
    for name in ("one", "two", "three", "four"):
        find(public.add(f"lab/{name}", tiny_vit))
        idle(name)
    assert kept() == {"three", "four"}
    assert sum(path.stat().st_size for path in guest_cache.folder().glob("*/blobs/*")) <= 2.5 * size


def test_what_is_in_use_stays(public, tiny_vit, monkeypatch):
    monkeypatch.setenv("LAB_HUB_COUNT", "1")
    find(public.add("lab/one", tiny_vit))
    assert code(public.add("lab/two", tiny_vit)) == "model.no_room"
    assert kept() == {"one"} and len(public.weights_asked()) == 2, "one HEAD and one GET"
    idle("one")
    find("lab/two")
    assert kept() == {"two"}


def test_a_model_that_is_larger_than_the_owner_allows(public, tiny_vit, monkeypatch):
    monkeypatch.setenv("LAB_HUB_MODEL_GB", "0.00001")
    with pytest.raises(InputError) as refused:
        find(public.add("lab/vit", tiny_vit))
    assert refused.value.code == "model.too_large" and refused.value.details["maximum"] == "1e-05"
    assert not public.weights_asked()


def test_what_a_killed_lab_began_goes(public, tiny_vit):
    part = guest_cache.folder() / "models--lab--other" / "blobs" / "a.incomplete"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"half")
    find(public.add("lab/vit", tiny_vit))
    assert not part.exists()


def test_one_at_a_time_and_few_wait(public, tiny_vit):
    begun, go_on, at_once, waits = threading.Event(), threading.Event(), [], threading.Semaphore(0)

    class Waiting(NoProgress):
        def beat(self):
            waits.release()

        def downloaded(self, done, total):
            at_once.append(threading.get_ident())
            begun.set()
            go_on.wait(20)

    for number in range(5):
        public.add(f"lab/vit-{number}", tiny_vit)
    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(find, f"lab/vit-{number}", (), Waiting()) for number in range(4)]
        assert begun.wait(20)
        for _ in range(3):
            assert waits.acquire(timeout=20)
        assert len(set(at_once)) == 1
        assert code("lab/vit-4") == "model.busy"
        go_on.set()
        assert len({one.result(60) for one in running}) == 4
    changes = sum(one != other for one, other in itertools.pairwise(at_once))
    assert changes == 3, "each was downloaded as a whole"
    assert find("lab/vit-4", (), NO_PROGRESS)


def test_a_full_disk_is_told(public, tiny_vit, tmp_path):
    (tmp_path / "home").write_text("a file where the folder should be")
    assert code(public.add("lab/vit", tiny_vit)) == "model.not_saved"


def test_pickles_are_not_even_downloaded(public, tiny_vit, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(tiny_vit, folder)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    assert code(public.add("lab/vit", folder)) == "model.pickled"
    assert not any(path.endswith(".bin") for path in public.asked)
    assert door.cached("lab/vit") is None
