"""A small page behind the lab's own guards, served as the lab serves its page; a photo is its one input."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import httpx
import pytest
from gradio.utils import get_upload_folder

from lab.guards import guards
from lab.inputs.photo import uploaded
from lab.page import Page
from models.errors import InputError

HEAD = "<script>window.own = 1;</script>"


def looked_at(sent):
    """Where the lab would find a photo, or the code of the sentence that it would say."""
    try:
        return str(uploaded(sent.get("path") if isinstance(sent, dict) else sent))
    except InputError as error:
        return error.code


@pytest.fixture(scope="package")
def small(tmp_path_factory):
    """The page, its address and the folder of its visitors' files."""
    patch = pytest.MonkeyPatch()
    folder = tmp_path_factory.mktemp("visitors").resolve()
    patch.setenv("GRADIO_TEMP_DIR", str(folder))
    patch.setenv("GRADIO_ANALYTICS_ENABLED", "False")
    with Page(title="Small") as demo:
        photo, said = gr.Image(type="filepath"), gr.Textbox()
        photo.change(looked_at, photo, said, preprocess=False, api_name="look", queue=False)
    hosts = frozenset({"127.0.0.1", "testserver"})
    app, address, _ = demo.launch(
        prevent_thread_lock=True,
        quiet=True,
        head=HEAD,
        max_file_size=2**20,
        app_kwargs={"middleware": guards(str(folder), HEAD, hosts, ("https://moodle.example.edu",))},
    )
    assert Path(get_upload_folder()) == folder
    yield SimpleNamespace(app=app, address=address.rstrip("/"), folder=folder, number=next(iter(demo.fns)))
    demo.close()
    patch.undo()


def alone(coroutine):
    """What a coroutine gives, in a thread without a loop: a browser leaves one behind in that of the tests."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result(60)


@pytest.fixture(scope="package")
def client(small):
    """Asks the page's server, as a program."""
    with httpx.Client(base_url=small.address, timeout=60) as client:
        yield client
