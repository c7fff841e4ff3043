"""Every test begins with nothing computed and nothing saved."""

import pytest

from lab import computing, saved


@pytest.fixture(autouse=True)
def empty(monkeypatch, tmp_path):
    """Nothing computed yet, and nothing saved."""
    monkeypatch.setattr(computing, "computations", computing.Computations())
    monkeypatch.setattr("lab.answering.computations", computing.computations)
    monkeypatch.setattr(saved, "RUNS", tmp_path)
    saved.load.cache_clear()
