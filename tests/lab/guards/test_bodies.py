"""How much may be sent, in what time and shape."""

import asyncio
import json

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route, Router
from starlette.testclient import TestClient

from lab.guards import bodies
from lab.guards.bodies import MAX_COMMAS, MAX_DEPTH, MAX_JSON_BYTES, MAX_UPLOAD_BYTES, Bodies
from lab.guards.refusal import UPLOAD, Refused, Refusing
from lab.text import Text

from .conftest import alone

JOIN = "/gradio_api/queue/join"
SAYS = {name: Text("en")(f"request.error.{name}", **details) for name, details in {
    "large": {"maximum": 1},
    "unreadable": {},
    "slow": {},
}.items()}  # fmt: skip


@pytest.fixture(scope="module")
def guarded():
    """A client of an application that says how many bytes it was sent."""

    async def count(request):
        return PlainTextResponse(str(len(await request.body())))

    app = Router([Route(path, count, methods=["GET", "POST"]) for path in (JOIN, UPLOAD)])
    return TestClient(Refusing(Bodies(app)))


def pieces(size, piece=2**16):
    """So many bytes whose number is not told before."""
    yield from (b"a" * min(piece, size - begun) for begun in range(0, size, piece))


def test_as_much_as_is_allowed_comes_whole(guarded):
    sentence = json.dumps("a" * (MAX_JSON_BYTES - 2))
    assert guarded.post(JOIN, content=sentence).text == str(MAX_JSON_BYTES)
    assert guarded.post(UPLOAD, content=pieces(MAX_UPLOAD_BYTES)).text == str(MAX_UPLOAD_BYTES)
    assert guarded.post(JOIN).text == "0"


@pytest.mark.parametrize("told", [True, False])
def test_more_is_refused_whether_its_size_is_told_or_not(guarded, told):
    for path, most in ((JOIN, MAX_JSON_BYTES), (UPLOAD, MAX_UPLOAD_BYTES)):
        answer = guarded.post(path, content=b"a" * (most + 1) if told else pieces(most + 1))
        assert answer.status_code == 413
        assert SAYS["large"].replace("1 MB", f"{most / 1e6:.0f} MB") in answer.text
    assert answer.text.startswith("This is"), "after an upload Gradio's page shows the whole answer"


@pytest.mark.parametrize("length", ["-1", "1e3", "9" * 5000])
def test_a_length_that_is_none_is_refused(guarded, length):
    assert guarded.post(JOIN, content=b"{}", headers={"content-length": length}).status_code == 413


def nested(depth, brackets="[]"):
    opening = brackets[0] if brackets == "[]" else '{"a":'
    return opening * depth + "1" + brackets[1] * depth


@pytest.mark.parametrize(
    "body",
    [
        *(nested(MAX_DEPTH + 1), nested(MAX_DEPTH + 1, "{}"), nested(100_000), "[" * 400_000),
        json.dumps([[]] * (MAX_COMMAS + 2)),
        *("{", "\xff", "9" * 10_000, '{"session_hash": 1}', '{"session_hash": ""}', '{"session_hash": "a b"}'),
        *('{"session_hash": "\\ud800"}', json.dumps({"session_hash": "-" * 65}), json.dumps({"session_hash": "ä"})),
    ],
)  # fmt: skip
def test_json_of_a_shape_that_nobody_reads_is_refused(guarded, body):
    answer = guarded.post(JOIN, content=body.encode("latin-1"))
    assert (answer.status_code, answer.json()) == (400, {"detail": SAYS["unreadable"]})


def test_json_that_is_deep_but_not_too_deep_is_read(guarded):
    assert guarded.post(JOIN, content=nested(MAX_DEPTH - 1)).status_code == 200


def test_a_session_of_a_stream_is_named_as_a_browser_names_it(guarded):
    assert guarded.get(f"{JOIN}?session_hash=a1b2").status_code == 200
    for name in ("a" * 65, "a/b", "%ff"):
        assert guarded.get(f"{JOIN}?session_hash={name}").status_code == 400


@pytest.mark.parametrize("path", [JOIN, UPLOAD])
def test_who_sends_slowly_is_not_waited_for(monkeypatch, path):
    """A piece that does not come, and pieces that come for ever."""
    monkeypatch.setattr(bodies, "PIECE_SECONDS", 0.2)
    monkeypatch.setattr(bodies, "UPLOAD_SECONDS", 0.3)
    scope = {"type": "http", "method": "POST", "path": path, "headers": [], "query_string": b""}

    async def reads(scope, receive, send):
        while (await receive()).get("more_body"):
            pass

    async def asked(pause):
        async def receive():
            await asyncio.sleep(pause)
            return {"type": "http.request", "body": b"1", "more_body": True}

        with pytest.raises(Refused) as refused:
            await Bodies(reads)(scope, receive, lambda message: asyncio.sleep(0))
        assert (refused.value.status, refused.value.error.code) == (408, "request.slow")

    for pause in (60, 0.02):
        alone(asyncio.wait_for(asked(pause), 20))
