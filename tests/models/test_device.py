"""Where models run, and what the page says of it."""

import pytest
import torch

from models.device import check, describe, device
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
    assert describe() == f"CPU × {torch.get_num_threads()}"
    monkeypatch.setenv("LAB_DEVICE", "cuda")
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda where: f"made {where}")
    assert describe() == "made cuda"
