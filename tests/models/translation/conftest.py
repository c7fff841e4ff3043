import pytest

from models.measure import multiply_adds, seconds
from models.translation import beam_search
from models.translation.decoding import open_translators


@pytest.fixture
def uncounted(monkeypatch):
    """Counting multiply-adds is slow and not every test's matter."""
    monkeypatch.setattr(beam_search, "_multiply_adds", lambda *_: 0)


@pytest.fixture
def translators(tiny_translators):
    """The two tiny models, open."""
    marian, cmlm = map(str, tiny_translators)
    return open_translators(marian, cmlm)


@pytest.fixture
def whole(monkeypatch):
    """Multiply-adds of all that each search was timed for: the encoder and the loop, not what the page reads after."""
    counts = []
    monkeypatch.setattr(beam_search, "seconds", lambda call: seconds(lambda: counts.append(multiply_adds(call))))
    return counts
