"""Browser-side components: a folder of assets/widgets on gr.HTML, and the one file of arrays that they share."""

import gzip
import json
from pathlib import Path

import gradio as gr
import numpy as np
import plotly
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder

from lab import style
from lab.text import Text

WIDGETS = Path(__file__).resolve().parent.parent / "assets" / "widgets"
PLOTLY_JS = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


def widget(name: str, text: Text, value: object = None, **settings) -> gr.HTML:
    """The widget of assets/widgets/<name>, with the strings of its own text section.

    Its script defines `lab.widgets.<name> = (root, text) => draw`, and draw(value) shows a value.
    """
    folder = WIDGETS / name
    template = (folder / "template.html").read_text(encoding="utf-8")
    strings = json.dumps(text.section(f"widget.{name}") | text.section("widget.shared"), ensure_ascii=False)
    return gr.HTML(
        value,
        html_template=template,
        css_template=(folder / "style.css").read_text(encoding="utf-8"),
        js_on_load=f"lab.mount({json.dumps(name)}, element, props, watch, {strings})",
        apply_default_css=False,
        container=False,
        **settings,
    )


def head() -> str:
    """What every page needs once: the colour maps, where plotly.js is, the shared script and the widgets' scripts."""
    constants = {
        "colourMap": style.colour_map(),
        "divergingMap": style.diverging_map(),
        "series": style.series(),
        "plotly": f"gradio_api/file={PLOTLY_JS}",
    }
    tags = "".join(f'<script src="gradio_api/file={path}"></script>' for path in scripts())
    return f"<script>window.lab = {json.dumps(constants)}</script>{tags}"


def scripts() -> list[Path]:
    """What the widgets share, then the widgets."""
    return [*sorted((WIDGETS / "shared").glob("*.js")), *sorted(WIDGETS.glob("*/script.js"))]


def static_files() -> list[Path]:
    """The single files that pages may fetch."""
    return [PLOTLY_JS, *scripts()]


def pack(arrays: dict[str, np.ndarray]) -> tuple[bytes, dict]:
    """One gzip file of little-endian arrays, and where each lies in it: {name: {dtype, shape, offset}}."""
    content, index = bytearray(), {}
    for name, array in arrays.items():
        content.extend(b"\0" * (-len(content) % 8))
        little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        index[name] = {"dtype": array.dtype.name, "shape": array.shape, "offset": len(content)}
        content.extend(little.tobytes())
    return gzip.compress(bytes(content), 6, mtime=0), index


def send(facts: dict, arrays: dict[str, np.ndarray], owner: gr.HTML | None = None) -> dict:
    """A value for widgets: plain facts, and arrays in one file of Gradio's cache.

    The file goes when the cache is cleaned, unless there is no `owner` to clean it for: then the page itself shows it.
    """
    content, index = pack(arrays)
    path = save_bytes_to_cache(content, "arrays.bin.gz", cache_dir=get_upload_folder())
    if owner:
        owner.temp_files.add(path)
    return {**facts, "file": f"gradio_api/file={path}", "arrays": index}
