"""What a script or a clumsy visitor may send to the running lab: each gets one sentence, and the lab lives on."""

import io
import json
import math
import re
import uuid
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from lab.exhibits import EXHIBITS, patches
from lab.inputs.photo import Photo
from lab.text import Text, table
from lab.widget import address
from tests.lab import form

pytestmark = pytest.mark.slow

SENTENCES = [
    re.compile(re.sub(r"\\{\w+\\}", ".*", re.escape(sentence)))
    for key, sentence in table("en").items()
    if ".error." in key or key == "run.unexpected"
]


class Form(form.Form):
    """An exhibit's button on the English page, pressed as a script would: values by input, the rest as they stand.

    heard: all lines that the lab has answered.
    """

    def __init__(self, server, exhibit):
        self.client, self.heard = httpx.Client(base_url=server, timeout=300), []
        super().__init__(self.client.get("/config?page=").json(), exhibit)

    def press(self, **values):
        """The error message that the lab answers with ("" when Gradio itself refuses the form), or None when it ran."""
        session = uuid.uuid4().hex
        job = {"data": self.data(**values), "fn_index": self.number, "session_hash": session}
        assert self.client.post("/gradio_api/queue/join", json=job).status_code == 200
        with self.client.stream("GET", f"/gradio_api/queue/data?session_hash={session}") as lines:
            for line in lines.iter_lines():
                self.heard.append(line)
                message = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
                if message.get("msg") == "process_completed":
                    return None if message["success"] else (message["output"]["error"] or "")
        raise AssertionError("no answer")


@pytest.fixture(scope="module")
def look(server):
    """The button of Patches & Windows."""
    return Form(server, patches.EXHIBIT)


def upload(server, content, name):
    answer = httpx.post(server + "/gradio_api/upload", files={"files": (name, content)}, timeout=60)
    return {"path": answer.json()[0], "meta": {"_type": "gradio.FileData"}}


def picture(size=(64, 48), form="PNG", mode="RGB", **settings):
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, form, **settings)
    return buffer.getvalue()


def memory(process):
    """The most megabytes that a process has used since the last call."""
    folder = Path(f"/proc/{process.pid}")
    (peak,) = re.findall(r"VmHWM:\s+(\d+)", (folder / "status").read_text())
    (folder / "clear_refs").write_text("5")
    return int(peak) / 1024


def test_good_pictures_of_every_kind_run(server, look):
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    moving = io.BytesIO()
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:])
    deep = io.BytesIO()
    Image.fromarray(np.arange(4096, dtype=np.uint16).reshape(64, 64)).save(deep, "PNG")
    files = {
        "a.png": picture(),
        "cmyk.jpg": picture(form="JPEG", mode="CMYK"),
        "moving.gif": moving.getvalue(),
        "deep.png": deep.getvalue(),
        "phone.jpg": picture((8000, 6000), "JPEG"),
    }
    for name, content in files.items():
        assert look.press(photo=upload(server, content, name)) is None, name


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_bad_pictures_get_a_sentence_and_no_memory(running, look):
    server = running.address
    assert look.press(photo=upload(server, picture(), "a.png")) is None
    before = memory(running.process)
    whole = picture((300, 300))
    bad = {
        "cut.png": whole[: len(whole) // 2],
        "text.jpg": b"hello",
        "empty.png": b"",
        "dot.png": picture((1, 1)),
        "thread.png": picture((1, 5000)),
        "bomb.png": picture((20_000, 10_000), mode="1"),
        "large.png": picture((9000, 9000), mode="L"),
        "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    }
    for name, content in bad.items():
        message = look.press(photo=upload(server, content, name))
        assert any(sentence.fullmatch(message) for sentence in SENTENCES), (name, message)
        assert memory(running.process) - before < 500, name


@pytest.mark.parametrize("path", ["/etc/hostname", "app.py", "", None])
def test_a_photo_that_was_not_uploaded_gets_a_sentence(look, path):
    assert look.press(photo={"path": path}) == Text("en")("photo.error.not_uploaded")


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.name)
def test_what_is_no_value_of_an_input_gets_a_sentence(server, exhibit):
    form = Form(server, exhibit)
    opens = [run for run, view in exhibit.views.values() if view.verdict] or [exhibit.runs[0]]
    needed = [one for one in exhibit.inputs if any(one.name in run.inputs for run in opens)]
    for one in needed:
        for sent in () if one.hidden else one.bad:
            if isinstance(sent, float) and not math.isfinite(sent):
                continue  # JSON has no such number
            message = form.press(**{one.name: sent})
            if message == "" and isinstance(one, Photo):
                continue  # Gradio itself refuses what is no file at all
            assert message and message != table("en")["run.unexpected"], (one.name, sent)
            assert any(sentence.fullmatch(message) for sentence in SENTENCES), (one.name, sent, message)
            assert len(message) < 500


@pytest.mark.parametrize("model", ["nothing", "/etc", "../..", "\0", "a/b@../c", "marian-multi30k", "smollm2-135m"])
def test_a_model_that_is_none_or_of_another_kind_gets_a_sentence(look, model):
    message = look.press(vit=model)
    assert any(sentence.fullmatch(message) for sentence in SENTENCES), message


def test_files_of_the_machine_are_not_served(server):
    for path in (
        "/etc/passwd",
        "app.py",
        "../../../etc/passwd",
        "requirements.txt",
        "checkpoints/vit-imagenette/config.json",
    ):
        assert httpx.get(f"{server}/gradio_api/file={path}").status_code in (403, 404), path
    scripts = f"{server}/{address()}"
    assert httpx.get(f"{scripts}/core/mount.js").status_code == 200
    for path in ("../../lab/page.py", "..%2f..%2fapp.py", "%2fetc%2fpasswd", "core/../../../app.py"):
        assert httpx.get(f"{scripts}/{path}").status_code in (403, 404), path


def test_sentences_are_told_from_tracebacks():
    assert any(s.fullmatch(Text("en")("photo.error.small", width=1, height=1, side=16)) for s in SENTENCES)
    assert not any(s.fullmatch("Traceback (most recent call last)") for s in SENTENCES)
