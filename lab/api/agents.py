"""The operations as tools of the Model Context Protocol, for agents.

Gradio's own server of tools answers with Python's text of a value; agents read JSON.
"""

import asyncio
import json
import sys
import uuid
from typing import Any

import anyio
from anyio.to_thread import run_sync
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount

from lab.api.answer import Refused, answer
from lab.api.operations import OPERATIONS, Operation
from lab.clients import Client, Receive, Scope, Send, streams
from lab.inputs.photo import MAX_BYTES
from lab.record import versions
from lab.text import Text

PATH = "/gradio_api/mcp"
"""Where agents look for the tools of a Gradio app."""
SESSION = "lab.session"
"""The key of a request's scope that names its stream of answers."""
MAX_CALLS = 100
"""Tools at work at the same time, each in a thread that mostly waits."""
ANSWER = {"type": "object", "required": ["endpoint", "inputs", "says", "truth", "found", "computed"]}
"""JSON Schema of every answer."""


class Agents:
    """ASGI app: a tool is at work as long as somebody listens to its request.

    The protocol's package takes a second to import: that waits for the first agent.
    """

    def __init__(self) -> None:
        self.serving: asyncio.Task[None] | None = None
        self.ready: asyncio.Future[Any] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request of the protocol; there is no stream without one, and no session to end."""
        if scope["method"] != "POST":
            await Response(Text("en")("api.only_agents"), 405, {"Allow": "POST"})(scope, receive, send)
            return
        if not self.ready:
            self.ready = asyncio.get_running_loop().create_future()
            self.serving = asyncio.create_task(self.serve(self.ready))
        manager = await asyncio.shield(self.ready)
        session = uuid.uuid4().hex
        streams.add(session, 1)
        try:
            await manager.handle_request({**scope, SESSION: session}, receive, send)
        finally:
            streams.add(session, -1)

    async def serve(self, ready: asyncio.Future[Any]) -> None:
        """Be there for requests as long as the lab is."""
        try:
            manager = await asyncio.to_thread(make_manager)
            async with manager.run():
                ready.set_result(manager)
                await asyncio.Event().wait()
        except Exception as error:
            ready.set_exception(error)


def routes() -> list[BaseRoute]:
    """The address of the tools."""
    return [Mount(PATH, Agents())]


def make_manager() -> Any:
    """What speaks the protocol, a request at a time, without sessions."""
    if sys.modules.get("mcp", "") is None:  # lab.environment keeps it from Gradio
        del sys.modules["mcp"]
    from mcp.server.lowlevel import Server
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
    from mcp_types import ListToolsResult

    text = Text("en")
    listed = ListToolsResult(tools=[tool(operation, text) for operation in OPERATIONS.values()])
    limiter = anyio.CapacityLimiter(MAX_CALLS)

    async def list_tools(*_: Any) -> ListToolsResult:
        return listed

    async def call_tool(context: Any, asked: Any) -> Any:
        return await call(context.request, asked.name, asked.arguments or {}, limiter)

    server = Server(
        "attention-lab",
        version=versions()["attention-lab"],
        title=text("page.title"),
        instructions=text("api.instructions"),
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    return StreamableHTTPSessionManager(server, stateless=True, max_request_body_size=2 * MAX_BYTES)


def tool(operation: Operation, text: Text) -> Any:
    """An operation as agents see it."""
    from mcp_types import Tool

    arguments = {
        name: {key: value for key, value in schema.items() if value is not None}
        for name, schema in operation.arguments(text).items()
    }
    return Tool(
        name=operation.name,
        description=operation.description(text),
        input_schema={"type": "object", "properties": arguments, "additionalProperties": False},
        output_schema=ANSWER,
    )


async def call(request: Any, name: str, sent: dict[str, Any], limiter: anyio.CapacityLimiter) -> Any:
    """What a tool gives: JSON, or as an error a sentence that says what to change."""
    from mcp_types import CallToolResult, TextContent

    operation = OPERATIONS.get(name)
    if not operation:
        sentence = Text("en")("api.error.tool", name=name[:80])
        return CallToolResult(content=[TextContent(text=sentence)], is_error=True)
    client = Client(request.client.host if request.client else "", request.scope[SESSION])
    try:
        found = await run_sync(answer, operation, sent, client, limiter=limiter, abandon_on_cancel=True)
    except Refused as refused:
        return CallToolResult(content=[TextContent(text=str(refused))], is_error=True)
    return CallToolResult(content=[TextContent(text=json.dumps(found, ensure_ascii=False))], structured_content=found)
