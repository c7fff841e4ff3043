"""The page: one tab per exhibit; theme, language, shared scripts. `/` is English, `/zh` Chinese."""

import gradio as gr

from lab import style, widget
from lab.exhibits import EXHIBITS
from lab.text import Text
from models.device import describe


def build() -> gr.Blocks:
    """Both pages, built by the same code, without loading a model."""
    with gr.Blocks(title="Attention Lab · 注意力实验室", analytics_enabled=False, delete_cache=(900, 7200)) as demo:
        fill(Text("en"), other="zh")
    with demo.route("中文", "/zh", show_in_navbar=False):
        fill(Text("zh"), other="./")
    return demo


def fill(text: Text, other: str) -> None:
    """One page in one language."""
    gr.Markdown(f"# {text('page.title')}\n{text('page.tagline')} [{text('page.language')}]({other})")
    with gr.Tabs():
        for exhibit in EXHIBITS:
            with gr.Tab(text(f"{exhibit.name}.tab"), id=exhibit.name):
                exhibit.build(text)
    gr.Markdown(text("page.device", device=describe()))


def launch(**settings) -> None:
    """Open the lab."""
    demo = build()
    gr.set_static_paths([str(path) for path in widget.static_files()])
    demo.queue(max_size=32, api_open=False).launch(
        theme=style.theme(),
        head=widget.head(),
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        max_file_size="40mb",
        **settings,
    )
