"""Where models run, and what the page says of it."""

import pytest
import torch

from models.device import describe, device


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


def test_the_page_names_the_threads_or_the_gpu(monkeypatch):
    monkeypatch.setenv("LAB_DEVICE", "cpu")
    assert describe() == f"CPU × {torch.get_num_threads()}"
    monkeypatch.setenv("LAB_DEVICE", "cuda")
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda where: f"made {where}")
    assert describe() == "made cuda"
