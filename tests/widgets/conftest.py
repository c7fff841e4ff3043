"""A page with one widget and no Gradio: its files, a server for them, and a browser."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from lab.style import SHEETS, constants
from lab.text import Text
from lab.widget import PLOTLY_JS, css, pack, words

ROOT = Path(__file__).resolve().parents[2]
WIDGETS = ROOT / "assets" / "widgets"
MADE = Path(__file__).parent / "made"
"""Widgets of the tests: made/<name>/script.js is mounted as "made/<name>"."""


class Handler(SimpleHTTPRequestHandler):
    """The files of the checkout, and what a test puts into `made`."""

    made: dict[str, bytes]

    def do_GET(self) -> None:
        """Answer with the file of a test, else with one of the checkout."""
        content = self.made.get(self.path)
        if content is None:
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(self.path.removesuffix(".gz")))
        self.end_headers()
        self.wfile.write(content)

    def translate_path(self, path: str) -> str:
        """Widgets of the tests are found beside the lab's own."""
        made = "/assets/widgets/made/"
        return str(MADE / path.removeprefix(made)) if path.startswith(made) else super().translate_path(path)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


class Bench:
    """Opens widgets on pages of their own and stores what they fetch."""

    def __init__(self, chromium: Browser, address: str, made: dict[str, bytes]) -> None:
        self.chromium, self.address, self.made = chromium, address, made
        self.pages: list[Page] = []

    def value(self, meta: dict, arrays: dict[str, np.ndarray], answer: str = "") -> dict:
        """What Python sends for these facts and arrays; every answer has a name of its own."""
        content, index = pack(arrays)
        file = f"/file/{len(self.made)}.bin.gz"
        self.made[file] = content
        return json.loads(json.dumps({**meta, "file": file, "arrays": index, "answer": answer or file}))

    def open(self, name: str, value: object, language: str = "en", text: dict | None = None) -> Page:
        """A fresh page that shows `value` in the widget `name`; it is ready when this returns."""
        folder = MADE / name.removeprefix("made/") if name.startswith("made/") else WIDGETS / name
        page = self.chromium.new_page(viewport={"width": 1200, "height": 900}, reduced_motion="reduce")
        page.set_default_timeout(30_000)
        self.pages.append(page)
        page.goto(f"{self.address}/page.html")
        page.add_script_tag(url="/tests/widgets/page.js", type="module")
        page.wait_for_function("window.page")
        template = (folder / "template.html").read_text(encoding="utf-8")
        style = (folder / "style.css").read_text(encoding="utf-8") if folder.is_relative_to(MADE) else css(name)
        strings = words(name, Text(language)) if text is None else text
        page.evaluate("(parts) => page.open(...parts)", [name, template, style, strings, value])
        return page


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[str, dict[str, bytes]]]:
    written = json.dumps({**constants(), "plotly": "/plotly.js"})
    html = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")
    handler = type("Served", (Handler,), {})
    handler.made = {
        "/page.html": html.replace('id="lab-constants">', f'id="lab-constants">{written}').encode(),
        "/lab.css": b"\n".join(sheet.read_bytes() for sheet in SHEETS),
        "/plotly.js": PLOTLY_JS.read_bytes(),
    }
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(ROOT)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", handler.made
    server.shutdown()


@pytest.fixture
def bench(chromium: Browser, served: tuple[str, dict[str, bytes]]) -> Iterator[Bench]:
    opened = Bench(chromium, *served)
    yield opened
    for page in opened.pages:
        page.close()


@pytest.fixture(scope="session")
def widgets() -> set[str]:
    """The names of all widgets of the lab."""
    return {path.parent.relative_to(WIDGETS).as_posix() for path in WIDGETS.glob("**/template.html")}
