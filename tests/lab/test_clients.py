"""Who asks takes turns with the others, and is answered only while listening."""

import threading

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from lab import clients, computing
from lab.clients import Client, Listening, Streams
from lab.computing import Computation, Computations
from lab.question import ask, defaults
from models.errors import InputError
from tests.lab.made import Work, exhibit


class Held:
    """Computations of which the first holds up all workers until `go`."""

    def __init__(self):
        self.work = Work()
        self.work.go_on.clear()
        self.exhibit = exhibit(self.work)
        self.computations = Computations()

    def watch(self, word, client):
        question = ask(self.exhibit, self.exhibit.run("first"), defaults(self.exhibit) | {"word": word})
        found = self.computations.watch(question, client)
        assert isinstance(found, Computation)
        return found


@pytest.fixture
def held(monkeypatch):
    with computing.ThreadPoolExecutor(1) as executor:
        monkeypatch.setattr(computing, "executor", lambda: executor)
        made = Held()
        yield made
        made.work.go_on.set()


def test_clients_take_turns(held):
    asked = [held.watch("first", "school")]
    assert held.work.begun.wait(20)
    asked += [held.watch(f"script {number}", "script") for number in range(3)]
    asked += [held.watch(f"{client} {number}", client) for number in range(2) for client in ("one", "other")]
    held.work.go_on.set()
    for computation in asked:
        computation.future.result(20)
    assert held.work.calls == [
        "first", "script 0", "one 0", "other 0", "script 1", "one 1", "other 1", "script 2",
    ]  # fmt: skip


def test_what_nobody_waits_for_any_longer_loses_its_turn(held):
    held.watch("first", "one")
    assert held.work.begun.wait(20)
    left, last = held.watch("left", "one"), held.watch("last", "one")
    other, alone = held.watch("other", "other"), held.watch("alone", "third")
    held.computations.leave(left)
    held.computations.leave(alone)
    assert {client: len(queue) for client, queue in held.computations.waiting.items()} == {"one": 1, "other": 1}
    held.work.go_on.set()
    assert [one.future.result(20).trace.word for one in (last, other)] == ["last", "other"]
    assert held.work.calls == ["first", "last", "other"]
    assert not held.computations.waiting and not held.computations.running


def test_one_client_cannot_take_all_room(held, monkeypatch):
    monkeypatch.setattr(computing, "MAX_WAITING", 4)
    one, two = held.watch("a", "script"), held.watch("b", "script")
    with pytest.raises(InputError) as refused:
        held.watch("c", "script")
    assert (refused.value.code, refused.value.details) == ("run.crowded", {"count": 2, "seconds": 2})
    held.watch("a", "script")
    held.watch("c", "student")
    held.watch("d", "student")
    with pytest.raises(InputError):
        held.watch("e", "other")
    for computation in (one, one, two):
        held.computations.leave(computation)
    held.watch("e", "other")


def test_a_client_listens_as_long_as_one_of_its_streams_is_open():
    streams = Streams()
    student = Client("address", "page")
    assert streams.lead_to(student, 0)
    streams.counted = True
    assert not streams.lead_to(student, 0)
    streams.add("page", 1)
    streams.add("page", 1)
    streams.add("page", -1)
    assert streams.lead_to(student, 0)
    assert not streams.lead_to(Client("address", "other page"), 0)
    streams.add("page", -1)
    assert not streams.lead_to(student, 0) and not streams.open


def test_a_stream_that_opens_a_little_later_is_waited_for():
    streams = Streams()
    streams.counted = True
    threading.Timer(0.05, streams.add, ("page", 1)).start()
    assert streams.lead_to(Client("address", "page"), 20)


@pytest.fixture
def visit(monkeypatch):
    """Visits to a lab whose stream of answers has two messages, and what is open before each."""
    monkeypatch.setattr(clients, "streams", Streams())
    open_before = []

    def data(request):
        async def messages():
            for message in ('data: {"msg":"estimation"}\n\n', 'data: {"msg":"close_stream"}\n\n', ""):
                open_before.append(dict(clients.streams.open))
                yield message

        return StreamingResponse(messages())

    async def join(request):
        return JSONResponse(await request.json())

    routes = [
        Route("/gradio_api/queue/data", data),
        Route("/gradio_api/call/{name}/{event}", data),
        Route("/other", data),
        Route("/queue/join", join, methods=["POST"]),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(Listening)])

    def send(method, address, **asked):
        return TestClient(app).request(method, address, **asked), list(open_before)

    return send


def test_a_stream_of_the_queue_is_open_until_its_last_message(visit):
    assert visit("GET", "/gradio_api/queue/data?session_hash=page")[1] == [{"page": 1}, {"page": 1}, {}]
    assert not clients.streams.open and clients.streams.counted


def test_who_waits_for_a_call_listens_as_a_session_of_its_own(visit):
    assert visit("GET", "/gradio_api/call/beam_search/1a2b")[1][0] == {"1a2b": 1}
    assert not clients.streams.open


@pytest.mark.parametrize("address", ["/gradio_api/queue/data", "/other?session_hash=page"])
def test_nothing_else_is_counted(visit, address):
    assert visit("GET", address)[1] == [{}, {}, {}]


def test_who_asks_is_told_that_no_stream_is_open(visit):
    asked = {"data": ['"session_hash":"other"'], "session_hash": "page"}
    answer, _ = visit("POST", "/queue/join", json=asked)
    assert answer.headers["lab-stream"] == "ended" and answer.json() == asked
    clients.streams.add("page", 1)
    answer, _ = visit("POST", "/queue/join", json=asked)
    assert "lab-stream" not in answer.headers
