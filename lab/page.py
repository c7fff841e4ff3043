"""The page: one tab per exhibit; theme, language, shared scripts. `/` is English, `/zh` Chinese."""

import errno
import os
import warnings
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI
from gradio.block_function import BlockFunction
from gradio.blocks import BlocksConfig
from gradio.components import Navbar
from gradio.state_holder import SessionState
from gradio.utils import get_upload_folder
from gradio_client.utils import traverse
from starlette.middleware import Middleware

from lab import carrier, environment, header, health, layout, preload, style, widget
from lab.api import agents, python
from lab.api.gate import PAGE, Functions, Gate, misnamed
from lab.clients import Listening
from lab.exhibits import EXHIBITS
from lab.guards import guards
from lab.inputs.photo import EXAMPLES, MAX_BYTES, example
from lab.room import holds, room
from lab.text import Text
from lab.wiring import MAX_THREADS, connect
from models import limits

MAX_QUEUED = 1_000_000
"""Gradio refuses more, in English, before which lab.computing does, in the visitor's language. Without a number Gradio
takes 1 where GPUs are lent."""
MAX_SESSIONS = 1000
"""Visitors whose pages are remembered; of more, those that were longest away start anew."""
NO_PORT = "Cannot find empty port"
"""As Gradio says it."""


class SessionConfig(BlocksConfig):
    """A session's copy of what the page is made of.

    Of every component Gradio would keep for each session what it says of itself, for links to a state of its own, which
    the lab has not: half a second for every visitor, in which nobody else is served.
    """

    @staticmethod
    def config_for_block(*_: Any, **__: Any) -> dict:
        """Nothing."""
        return {}


class PageConfig(BlocksConfig):
    """What the page is made of."""

    def __init__(self, root_block: gr.Blocks) -> None:
        super().__init__(root_block)
        self.fns = Functions()

    def __copy__(self) -> SessionConfig:
        copied = SessionConfig(self.root_block)
        vars(copied).update(vars(super().__copy__()))
        return copied


class Page(gr.Blocks):
    """Sends each step of an answer whole, opens a session at once, and fetches nothing that a visitor names.

    Gradio sends what differs from the step before, and its script in the browser changes the values of that step in
    place, also where they wait to be shown: what a step no longer mentions would then never be seen.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.default_config = PageConfig(self)

    def handle_streaming_diffs(
        self,
        block_fn: BlockFunction,
        data: list,
        session_hash: str | None,
        run: str | None,
        final: bool,
        simple_format: bool = False,
    ) -> list:
        """Gradio's edits of the step before, where there was one, as replacements of whole values."""
        follows = session_hash is not None and run in self.pending_diff_streams[session_hash]
        values = list(data)
        sent = super().handle_streaming_diffs(block_fn, data, session_hash, run, final, simple_format)
        if not follows or final or simple_format:
            return sent
        return [[["replace", [], value]] if edits else [] for edits, value in zip(sent, values, strict=True)]

    async def preprocess_data(
        self, block_fn: BlockFunction, inputs: list[Any], state: SessionState | None, explicit_call: bool = False
    ) -> list[Any]:
        """What is asked, in which only files that were uploaded here count as files: Gradio would fetch an address.

        An endpoint gets what was sent, and checks it itself; what was not sent is null.
        """
        if block_fn.page != PAGE:
            own = [traverse(one, _own, lambda part: isinstance(part, dict) and "path" in part) for one in inputs]
            return await super().preprocess_data(block_fn, own, state, explicit_call)
        most = len(block_fn.inputs)
        if len(inputs) > most:
            raise gr.Error(Text("en")("api.error.surplus", count=len(inputs), most=most), print_exception=False)
        return [*inputs, *[None] * (most - len(inputs))]


def _own(file: dict) -> dict:
    """A file as Gradio names one; of what was not uploaded here only the name, which the photo's input refuses."""
    path = file["path"]
    own = holds(get_upload_folder(), path) and isinstance(file.get("meta", {}), dict)
    return file if own else {"path": path if isinstance(path, str) else None}


def build() -> gr.Blocks:
    """Both pages, built by the same code, and the endpoints, without loading a model."""
    with Page(title="Attention Lab · 注意力实验室", analytics_enabled=False, delete_cache=(3600, 8 * 3600)) as demo:
        fill(demo, Text("en"))
    with demo.route("中文", "/zh", show_in_navbar=False):
        fill(demo, Text("zh"))
    with demo.route("API", f"/{PAGE}", show_in_navbar=False):
        python.expose()
    return demo


def fill(demo: gr.Blocks, text: Text) -> None:
    """One page in one language."""
    Navbar(visible=False)
    gr.HTML(header.header(text))
    doors = [widget.door(exhibit) for exhibit in EXHIBITS]
    opened = []
    with gr.Tabs(elem_classes="lab-tabs", overflow_behavior="wrap") as tabs:
        for exhibit, door in zip(EXHIBITS, doors, strict=True):
            with gr.Tab(text(f"{exhibit.name}.tab"), id=exhibit.name) as tab:
                opened.append((tab.select, exhibit, layout.build(exhibit, text, door)))
        with gr.Tab(text("page.start"), id=header.START):
            gr.HTML(header.start(text))
    for selected, exhibit, board in opened:
        connect(exhibit, text, board, tabs, [selected, demo.load] if exhibit is EXHIBITS[0] else [selected])
    footer = gr.Markdown(elem_classes="small")
    gr.on(
        None,
        lambda: text("page.footer", device=carrier.current.device()),
        None,
        footer,
        queue=False,
        show_progress="hidden",
        api_visibility="private",
    )


def served() -> tuple[gr.Blocks, dict[str, Any]]:
    """The pages, and how Gradio is to serve them, whoever listens."""
    demo, folder, head = build(), get_upload_folder(), widget.head()
    demo.max_threads, demo.state_session_capacity = MAX_THREADS, MAX_SESSIONS
    room.bound(Path(folder), int(limits.FILES.value() * limits.GIGABYTE), environment.hold)
    middleware = [
        *guards(folder, head, environment.hosts(), environment.frames()),
        Middleware(Gate),
        Middleware(Listening),
    ]
    return demo.queue(max_size=MAX_QUEUED, api_open=False), {
        "theme": style.theme(),
        "css_paths": style.SHEETS,
        "head": head,
        "app_kwargs": {
            "routes": [health.ROUTE, *widget.routes(), *agents.routes()],
            "middleware": middleware,
            "exception_handlers": {TypeError: misnamed},
        },
        "footer_links": [],
        "run_history": False,
        "show_error": False,
        "enable_monitoring": False,
        "ssr_mode": False,
        "allowed_paths": [str(example(name)) for name in EXAMPLES],
        "max_file_size": MAX_BYTES,
    }


def launch(**settings: Any) -> None:
    """Open the lab, with a server of its own. Raises InputError where another one has taken its port meanwhile."""
    demo, how = served()
    preload.begin()
    try:
        demo.launch(**how, max_threads=MAX_THREADS, state_session_capacity=MAX_SESSIONS, **settings)
    except OSError as error:
        if NO_PORT not in str(error):
            raise
        raise environment.port_taken(os.strerror(errno.EADDRINUSE)) from error


def mounted() -> FastAPI:
    """The lab for somebody else's server."""
    demo, how = served()
    outside = FastAPI(openapi_url=None)
    with warnings.catch_warnings(action="ignore"):  # none of its pages is drawn on the server: none is to be
        return gr.mount_gradio_app(outside, demo, path="/", **how)
