"""Through the real server: for a script that does not listen nothing is computed, and nobody waits for it."""

import uuid

import httpx
import pytest

from lab.exhibits.decoding import EXHIBIT
from lab.text import Text
from tests.lab.form import Form

pytestmark = pytest.mark.slow
TEXT = Text("en")
COMPUTED_BEFORE = TEXT("run.remembered", seconds="", device="").split(",")[0]


@pytest.fixture
def decoding(server):
    """Asks for a sentence, and reads what the page gets."""
    with httpx.Client(base_url=server, timeout=120) as client:
        form = Form(client.get("/config?page=").json(), EXHIBIT)

        def ask(sentence, listens=True):
            session = uuid.uuid4().hex
            job = {"data": form.data(sentence=sentence), "fn_index": form.number, "session_hash": session}
            assert client.post("/gradio_api/queue/join", json=job).status_code == 200
            return client.get("/gradio_api/queue/data", params={"session_hash": session}).text if listens else ""

        yield ask


def test_what_nobody_listens_to_is_not_computed(decoding):
    assert COMPUTED_BEFORE not in decoding("Two dogs run.")
    assert COMPUTED_BEFORE in decoding("Two dogs run.")
    scripted = [f"{number} dogs run." for number in range(40)]
    for sentence in scripted:
        decoding(sentence, listens=False)
    assert '"success":true' in decoding("A dog runs.")
    for sentence in scripted[::8]:
        assert COMPUTED_BEFORE not in decoding(sentence)
