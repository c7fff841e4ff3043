"""Browser-side components: a folder of assets/widgets on gr.HTML, and the one file of arrays that they share."""

import gzip
import hashlib
import json
import uuid
from collections.abc import Mapping
from pathlib import Path

import gradio as gr
import numpy as np
import plotly
from gradio.utils import get_upload_folder

from lab import style
from lab.text import Text

WIDGETS = Path(__file__).resolve().parent.parent / "assets" / "widgets"
WORDS = {
    **{name: (f"patches.widget.{name}",) for name in ("cut", "attend", "windows", "pair")},
    "decoding": ("decoding.widget.decode", "decoding.widget.race"),
    "fields": ("fields.widget.field",),
    "evidence": ("cnn_vs_attention.widget.attribution",),
    "sweep": ("cnn_vs_attention.widget.convolution",),
    "position": ("cnn_vs_attention.widget.position",),
}
"""Where the words of each widget are."""
SELECT = "(data) => trigger('select', data)"
PLOTLY_JS = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


def widget(name: str, text: Text, value: object = None, **settings) -> gr.HTML:
    """The widget of assets/widgets/<name>, with the strings of its own text section.

    Its script defines `lab.widgets.<name> = (root, text, select) => draw`, and draw(value) shows a value; select(data)
    fires the component's event `select`, whose listener reads the data, a stranger's, from its gr.EventData.
    """
    folder = WIDGETS / name
    template = (folder / "template.html").read_text(encoding="utf-8")
    strings = json.dumps(
        {key: word for place in WORDS.get(name, ()) for key, word in text.section(place).items()}
        | text.section("widget.shared"),
        ensure_ascii=False,
    )
    return gr.HTML(
        value,
        html_template=template,
        css_template=(folder / "style.css").read_text(encoding="utf-8"),
        js_on_load=f"lab.mount({json.dumps(name)}, element, props, watch, {strings}, {SELECT})",
        apply_default_css=False,
        container=False,
        **settings,
    )


def head() -> str:
    """What every page needs once, in one script so that nothing can come too early: colours, shared code, widgets."""
    constants = {
        "colourMap": style.colour_map(),
        "divergingMap": style.diverging_map(),
        "series": style.series(),
        "plotly": f"gradio_api/file={PLOTLY_JS}",
    }
    scripts = [*sorted((WIDGETS / "shared").glob("*.js")), *sorted(WIDGETS.glob("*/script.js"))]
    code = "\n".join(script.read_text(encoding="utf-8") for script in scripts)
    return f"<script>window.lab = {json.dumps(constants)};\n{code}</script>"


def pack(arrays: Mapping[str, np.ndarray]) -> tuple[bytes, dict]:
    """One gzip file of little-endian arrays, and where each lies in it: {name: {dtype, shape, offset}}."""
    content, index = bytearray(), {}
    for name, array in arrays.items():
        content.extend(b"\0" * (-len(content) % 8))
        little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        index[name] = {"dtype": array.dtype.name, "shape": array.shape, "offset": len(content)}
        content.extend(little.tobytes())
    return gzip.compress(bytes(content), 6, mtime=0), index


def send(meta: Mapping, arrays: Mapping[str, np.ndarray], owner: gr.HTML | None = None) -> dict:
    """A value for widgets: plain values, and arrays in one file of Gradio's cache.

    No two values are equal: an equal answer is an answer, too. The file goes when the cache is cleaned, unless there
    is no `owner` to clean it for: then the page itself shows it, under a name of its own, so that an equal run of a
    visitor's does not take it along.
    """
    content, index = pack(arrays)
    path = Path(get_upload_folder()) / hashlib.sha256(content).hexdigest() / ("run.bin.gz" if owner else "first.bin.gz")
    _write(path, content)
    if owner:
        owner.temp_files.add(str(path))
    return {**meta, "file": f"gradio_api/file={path}", "arrays": index, "answer": uuid.uuid4().hex}


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: an equal run may be read at this moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{uuid.uuid4().hex}")
    part.write_bytes(content)
    part.replace(path)
