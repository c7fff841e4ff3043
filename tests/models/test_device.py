"""Where models run, and what the page says of it."""

import threading
import time

import pytest
import torch

from models.device import MAX_SIDE_BY_SIDE, Places, check, describe, device, places
from models.errors import InputError


@pytest.mark.parametrize(("present", "chosen"), [(True, "cuda"), (False, "cpu")])
def test_the_gpu_is_taken_when_there_is_one(monkeypatch, present, chosen):
    monkeypatch.delenv("LAB_DEVICE", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: present)
    assert device() == torch.device(chosen)
    monkeypatch.setenv("LAB_DEVICE", "")
    assert device() == torch.device(chosen)


@pytest.mark.parametrize("named", ["cpu", "cuda:1", "meta"])
def test_lab_device_has_the_last_word(monkeypatch, named):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setenv("LAB_DEVICE", named)
    assert device() == torch.device(named)


@pytest.mark.parametrize("named", ["", "cpu", "cpu:0"])
def test_what_computes_may_be_named(monkeypatch, named):
    monkeypatch.setenv("LAB_DEVICE", named)
    check()


@pytest.mark.parametrize("named", ["banana", "meta", "cuda:99", "CPU", "cpu ", "cuda:-1", "1", "\ud800"])
def test_what_does_not_compute_here_is_refused(monkeypatch, named):
    monkeypatch.setattr("os.environ", {"LAB_DEVICE": named})
    with pytest.raises(InputError) as caught:
        check()
    assert caught.value.code == "page.device"


def test_the_page_names_the_threads_or_the_gpu(monkeypatch):
    monkeypatch.setenv("LAB_DEVICE", "cpu")
    assert describe() == f"CPU × {places().threads}" and describe(threads=7) == "CPU × 7"
    monkeypatch.setenv("LAB_DEVICE", "cuda")
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda where: f"made {where}")
    assert describe() == describe(threads=7) == "made cuda"


@pytest.mark.parametrize(
    ("where", "threads", "count", "each"),
    [("cpu", 1, 1, 1), ("cpu", 2, 2, 1), ("cpu", 11, MAX_SIDE_BY_SIDE, 2), ("cuda", 8, 1, 8)],
)
def test_runs_share_the_threads_of_the_cpu_and_take_the_gpu_in_turn(monkeypatch, where, threads, count, each):
    monkeypatch.setenv("LAB_DEVICE", where)
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)
    found = places.__wrapped__()
    assert (found.count, found.threads) == (count, each)


class Working:
    """Threads that take a place and note who computes beside them."""

    def __init__(self, count):
        self.places, self.inside, self.most, self.order = Places(count, 1), 0, 0, []
        self.lock, self.threads = threading.Lock(), []

    def start(self, name, alone=False):
        thread = threading.Thread(target=self.work, args=(name, alone))
        self.threads.append(thread)
        thread.start()
        time.sleep(0.02)

    def work(self, name, alone):
        with self.places.taken(alone):
            with self.lock:
                self.inside += 1
                self.most = max(self.most, self.inside)
                self.order.append(name)
                assert self.inside == 1 or not alone
            time.sleep(0.1)
            with self.lock:
                self.inside -= 1

    def join(self):
        for thread in self.threads:
            thread.join(20)


def test_as_many_compute_side_by_side_as_there_are_places():
    working = Working(2)
    for name in "abcd":
        working.start(name)
    working.join()
    assert working.most == 2 and working.order == list("abcd")


def test_who_measures_time_computes_alone_and_is_not_overtaken():
    working = Working(2)
    working.start("first")
    working.start("alone", alone=True)
    working.start("last")
    working.join()
    assert working.most == 1 and working.order == ["first", "alone", "last"]


def test_a_run_that_fails_gives_its_place_back():
    one = Places(2, 1)
    with pytest.raises(ZeroDivisionError), one.taken(alone=True):
        raise ZeroDivisionError
    with one.taken(), one.taken():
        pass
