"""A tool is at work as long as the agent listens."""

import asyncio
import socket
import threading
import time

import pytest
import uvicorn
from mcp.client import Client as Agent
from starlette.applications import Starlette

from lab.api import agents
from lab.api.answer import Refused


class Waiting:
    """In place of an answer: waits as long as somebody listens."""

    def __init__(self):
        self.begun, self.ended = threading.Event(), threading.Event()

    def __call__(self, operation, sent, client):
        self.begun.set()
        while agents.streams.open[client.session]:
            time.sleep(0.02)
        self.ended.set()
        raise Refused("Stopped.")


@pytest.fixture
def address():
    """Of the tools alone."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = Starlette(routes=agents.routes())
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}{agents.PATH}/"
    server.should_exit = server.force_exit = True
    thread.join(20)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_tool_ends_when_its_agent_has_gone(address, monkeypatch, mode):
    waiting = Waiting()
    monkeypatch.setattr(agents, "answer", waiting)

    async def leave():
        async with Agent(address, mode=mode) as client:
            calling = asyncio.create_task(client.call_tool("patches", {}))
            await asyncio.to_thread(waiting.begun.wait, 60)
            assert not waiting.ended.is_set()
            calling.cancel()

    asyncio.run(leave())
    assert waiting.begun.is_set()
    assert waiting.ended.wait(60)
