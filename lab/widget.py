"""Browser-side components: a folder of assets/widgets on gr.HTML, and the one file of arrays that they share."""

import gzip
import hashlib
import json
import logging
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import plotly
from gradio.utils import get_upload_folder
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from lab import style
from lab.exhibit import Exhibit, View
from lab.room import room
from lab.text import LANGUAGES, Text
from lab.views.payload import Payload
from models.axes import Trace
from models.errors import InputError

log = logging.getLogger(__name__)
WIDGETS = Path(__file__).resolve().parent.parent / "assets" / "widgets"
SCREENSHOT_JS = WIDGETS.parent / "vendor" / "modern-screenshot" / "index.mjs"
PLOTLY_JS = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
LIBRARIES = {"plotly": PLOTLY_JS, "screenshot": SCREENSHOT_JS}
"""What scripts fetch when it is needed first, by its name among the page's constants."""
DTYPES = ("bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64")
"""What core/arrays.js reads."""
COMPRESSION = 4
"""Of gzip: half the time of 6, for 3 % more bytes."""
MAX_KEPT_VALUES = 64


def widget(view: View, exhibit: Exhibit, text: Text, **settings: Any) -> gr.HTML:
    """The widget of a view: its template and styles, and a script that is mounted with its words.

    The script is a module of assets/widgets (core/lab.d.ts says what it exports). What it asks for goes through its
    exhibit's door: an event of its own for each widget would cost time whenever a page opens.
    """
    modules = json.dumps([f"{address()}/core/{name}.js" for name in ("mount", "address")])
    place = f"{exhibit.name}/{view.name}"
    arguments = json.dumps([view.widget, place, words(place, text)], ensure_ascii=False)
    return gr.HTML(
        html_template=(WIDGETS / view.widget / "template.html").read_text(encoding="utf-8"),
        css_template=css(view.widget),
        js_on_load=f"""const [name, place, words] = {arguments};
            Promise.all({modules}.map((module) => import(new URL(module, document.baseURI).href))).then(
                ([{{ mount }}, {{ ask }}]) =>
                    mount(name, place, element, props, watch, words, (data) => ask(place, data)));""",
        apply_default_css=False,
        container=False,
        **settings,
    )


def words(place: str, text: Text) -> dict[str, str]:
    """The words of the widget at "exhibit/view": its own, those that the exhibit's widgets share, those that all do."""
    exhibit, _, view = place.partition("/")
    own = (text.section(f"{exhibit}.widget.{name}") for name in ("shared", view))
    return {key: word for part in (text.section("widget.shared"), *own) for key, word in part.items()}


def door(exhibit: Exhibit) -> gr.HTML:
    """What the address and an exhibit tell each other: its value is written there, links and widgets fire `act`.

    The data comes from the browser: do not trust it.
    """
    module = json.dumps(f"{address()}/core/address.js")
    return gr.HTML(
        html_template="",
        js_on_load=f"""import(new URL({module}, document.baseURI).href).then(({{ door }}) =>
            door("{exhibit.name}", props, watch, (asked) => trigger("act", asked)));""",
        elem_classes="lab-door",
    )


def css(name: str) -> str:
    """The style of a widget: all files *.css of its exhibit's folder and of its own, by name; each has its own part."""
    folder = WIDGETS / name
    paths = [path for room in (folder.parent, folder) for path in sorted(room.glob("*.css"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


@lru_cache
def address() -> str:
    """Where the page finds the scripts: a folder named by their content, so that browsers may keep them for good."""
    content = hashlib.sha256()
    for script in sorted([*WIDGETS.rglob("*.js"), *WIDGETS.rglob("core/*.css")]):
        content.update(script.read_bytes())
    return f"lab/{content.hexdigest()[:16]}"


@lru_cache
def folder(library: Path) -> str:
    """Where the page finds a library: a folder named by its content."""
    return f"lab/{hashlib.sha256(library.read_bytes()).hexdigest()[:16]}"


class ImmutableFiles(StaticFiles):
    """Files that a browser need not ask for again."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def routes() -> list[BaseRoute]:
    """The addresses under which the scripts of the widgets and libraries are served."""
    folders = {f"/{address()}": WIDGETS} | {f"/{folder(file)}": file.parent for file in LIBRARIES.values()}
    return [Mount(path, ImmutableFiles(directory=folder)) for path, folder in folders.items()]


def head() -> str:
    """What every page needs once: colours as the one source has them, and the scripts that all widgets share."""
    gradio = {language: Text(language).section("gradio") for language in LANGUAGES}
    files = {name: f"{folder(file)}/{file.name}" for name, file in LIBRARIES.items()}
    constants = style.constants() | {"gradio": gradio} | files
    shared = sorted(path for room in ("core", "draw", "read") for path in (WIDGETS / room).glob("[!.]*.js"))
    links = [f'<link rel="modulepreload" href="{address()}/{path.relative_to(WIDGETS)}">' for path in shared]
    language = (Path(__file__).parent.parent / "assets" / "language.js").read_text(encoding="utf-8")
    scripts = ("core/stream.js", "core/page.js", "core/gradio.js", "core/field.js", "take/menu.js")
    modules = [f'<script type="module" src="{address()}/{path}"></script>' for path in scripts]
    paper = (WIDGETS.parent / "print.css").read_text(encoding="utf-8")
    return "\n".join(
        [
            f"<script>{language}</script>",
            f'<script type="application/json" id="lab-constants">{json.dumps(constants)}</script>',
            f'<link rel="stylesheet" href="{address()}/core/page.css">',
            f'<style media="print">{paper}</style>',
            *modules,
            *links,
        ]
    )


def pack(arrays: Mapping[str, np.ndarray]) -> tuple[bytes, dict]:
    """One gzip file of little-endian arrays, and where each lies in it: {name: {dtype, shape, offset}}.

    Raises ValueError for a dtype that the page does not read.
    """
    content, index = bytearray(), {}
    for name, array in arrays.items():
        if array.dtype.name not in DTYPES:
            raise ValueError(f"{name}: the page reads {DTYPES}, not {array.dtype}")
        content.extend(b"\0" * (-len(content) % 8))
        little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        index[name] = {"dtype": array.dtype.name, "shape": array.shape, "offset": len(content)}
        content.extend(little.tobytes())
    return gzip.compress(bytes(content), COMPRESSION, mtime=0), index


values_lock = threading.Lock()
values: OrderedDict[str, Any] = OrderedDict()
"""What widgets got of late, so that equal views are packed once."""


def shown_value(key: str, payload: Callable[[Any, Text], Any], trace: Trace, text: Text, owner: gr.HTML | None) -> Any:
    """The value of a view's widget; an equal key gets the same again while its files are there.

    Every value has a fresh id, so that the browser redraws even when a run gives the same result.
    """
    with values_lock:
        value = values.pop(key, None)
        if value is None or not _is_there(value):
            value = widget_value(payload(trace, text), owner)
        values[key] = value
        while len(values) > MAX_KEPT_VALUES:
            values.popitem(last=False)
    return value | {"answer": uuid.uuid4().hex}


def widget_value(drawn: Any, owner: gr.HTML | None) -> dict:
    """What a view draws as its widget's value: charts as they are, a payload's arrays in a file of Gradio's cache."""
    if isinstance(drawn, Payload) and not drawn.arrays:
        return dict(drawn.meta)
    if isinstance(drawn, Payload):
        content, index = pack(drawn.arrays)
        path = Path(get_upload_folder()) / hashlib.sha256(content).hexdigest() / "run.bin.gz"
        _write(path, content)
        if owner:
            owner.temp_files.add(str(path))
        return {**drawn.meta, "file": f"gradio_api/file={path}", "arrays": index}
    if isinstance(drawn, Mapping) and all(isinstance(part, Payload) for part in drawn.values()):
        return {name: widget_value(part, owner) for name, part in drawn.items()}
    return {"charts": drawn if isinstance(drawn, list) else [drawn]}


def _is_there(value: dict) -> bool:
    files = [one["file"] for one in (value, *value.values()) if isinstance(one, dict) and "file" in one]
    return all(Path(file.removeprefix("gradio_api/file=")).is_file() for file in files)


def _write(path: Path, content: bytes) -> None:
    """Write atomically: another visitor may be reading the same file. Raises InputError where there is no room."""
    part = path.with_suffix(f".{uuid.uuid4().hex}")
    try:
        room.mend()
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        log.error("widgets' data cannot be saved: %s", error.strerror)
        raise InputError("run.no_room") from error
    room.wrote(len(content))
