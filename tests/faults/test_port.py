"""A second lab on the same port ends with one sentence; where no port was asked for, it takes the next and tells it."""

import socket
import subprocess
import sys
from pathlib import Path

import gradio as gr
import pytest

from lab import environment, page
from lab.environment import check_address, ending_with_a_sentence
from lab.text import LANGUAGES, Text
from models.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
START = "from lab.environment import prepare; prepare(); print('started')"


@pytest.fixture
def taken():
    """A port on which another lab listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield str(other.getsockname()[1])


def test_a_second_lab_says_what_to_do_and_ends(taken, monkeypatch):
    monkeypatch.setenv("GRADIO_SERVER_PORT", taken)
    ended = subprocess.run([sys.executable, "-c", START], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (ended.returncode, ended.stdout) == (1, "")
    english, chinese = ended.stderr.splitlines()
    for sentence in (english, chinese):
        assert f"127.0.0.1:{taken}" in sentence and "GRADIO_SERVER_PORT" in sentence
    assert "。" in chinese


def test_a_port_that_goes_between_the_look_and_the_start_is_told_too(taken, monkeypatch):
    monkeypatch.setenv("GRADIO_SERVER_PORT", taken)

    with gr.Blocks() as demo:
        pass
    how = {"quiet": True, "server_port": int(taken), "prevent_thread_lock": True}
    monkeypatch.setattr(page, "served", lambda: (demo, how))
    with pytest.raises(SystemExit) as ended, ending_with_a_sentence():
        page.launch()
    details = {"address": f"127.0.0.1:{taken}", "reason": "Address already in use"}
    expected = "\n".join(Text(language).error(InputError("page.port_taken", **details)) for language in LANGUAGES)
    assert ended.value.code == expected


def test_where_no_port_was_asked_for_another_one_will_do(taken, monkeypatch):
    monkeypatch.setattr(environment, "FIRST_PORT", int(taken))
    check_address("127.0.0.1", "", 2)
    with pytest.raises(InputError):
        check_address("127.0.0.1", "", 1)


def test_other_errors_of_the_start_are_no_port(monkeypatch):
    class Failing:
        def launch(self, **settings):
            raise OSError("no file")

    monkeypatch.setattr(page, "served", lambda: (Failing(), {}))
    with pytest.raises(OSError, match="no file"):
        page.launch()
