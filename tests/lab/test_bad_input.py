"""What a script or a clumsy visitor may send to the running lab: each gets one sentence, and the lab lives on."""

import base64
import io
import json
import re
import urllib.request
import uuid
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from lab.exhibits.decoding import DEFAULTS
from lab.exhibits.fields import COLUMNS
from lab.text import Text, table
from models.traces import SWEPT

SENTENCES = [
    re.compile(re.sub(r"\\{\w+\\}", ".*", re.escape(sentence)))
    for key, sentence in table("en").items()
    if ".error." in key or key == "run.unexpected"
]


def events(server, label, count):
    """The numbers of the English page's events that run from `count` inputs, the first of them with this label."""
    config = json.load(urllib.request.urlopen(server + "/config"))
    first = [c["id"] for c in config["components"] if c["props"].get("label") == label]
    found = [d for d in config["dependencies"] if len(d["inputs"]) == count and d["types"]["generator"]]
    return [d["id"] for d in found if d["inputs"][0] in first]


def upload(server, content, name):
    answer = httpx.post(server + "/gradio_api/upload", files={"files": (name, content)}, timeout=60)
    return {"path": answer.json()[0], "meta": {"_type": "gradio.FileData"}}


def ask(server, photo, model):
    """What the lab answers to a photo and a ViT."""
    return answer(server, events(server, "Your photo", 3)[0], [photo, model, "swin-imagenette"])


def answer(server, number, data):
    """The error message that the lab answers with ("" when Gradio itself refuses the form), or None when it ran."""
    session = uuid.uuid4().hex
    job = {"data": data, "fn_index": number, "session_hash": session}
    assert httpx.post(server + "/gradio_api/queue/join", json=job, timeout=60).status_code == 200
    with httpx.stream("GET", f"{server}/gradio_api/queue/data?session_hash={session}", timeout=120) as lines:
        for line in lines.iter_lines():
            message = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
            if message.get("msg") == "process_completed":
                return None if message["success"] else (message["output"]["error"] or "")
    raise AssertionError("no answer")


def picture(size=(64, 48), form="PNG", mode="RGB", **settings):
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, form, **settings)
    return buffer.getvalue()


def memory(process):
    """The most megabytes that a process has used since the last call."""
    folder = Path(f"/proc/{process.pid}")
    peak = int(re.search(r"VmHWM:\s+(\d+)", (folder / "status").read_text())[1]) / 1024
    (folder / "clear_refs").write_text("5")
    return peak


def test_good_pictures_of_every_kind_run(server):
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
        assert ask(server, upload(server, content, name), "vit-imagenette") is None, name


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_bad_pictures_get_a_sentence_and_no_memory(running):
    server = running.address
    assert ask(server, upload(server, picture(), "a.png"), "vit-imagenette") is None
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
        message = ask(server, upload(server, content, name), "vit-imagenette")
        assert any(sentence.fullmatch(message) for sentence in SENTENCES), (name, message)
        assert memory(running.process) - before < 500, name


@pytest.mark.parametrize("path", ["/etc/hostname", "app.py", "", None])
def test_a_photo_that_was_not_uploaded_gets_a_sentence(server, path):
    assert ask(server, {"path": path}, "vit-imagenette") == Text("en")("photo.error.not_uploaded")


@pytest.mark.parametrize("photo", [{"url": "http://127.0.0.1/a.png"}, {}, "x", 3, []])
def test_what_is_no_photo_at_all_is_refused(server, photo):
    assert ask(server, photo, "vit-imagenette") is not None


def test_a_data_url_is_no_way_in(server):
    data = "data:image/png;base64," + base64.b64encode(picture()).decode()
    for photo in ({"path": data}, {"url": data}, {"path": None, "url": data}):
        assert ask(server, photo, "vit-imagenette") is not None


@pytest.mark.parametrize(
    "model", [None, 3, True, [], ["vit-imagenette"], {"a": 1}, "", "a" * 100_000, "../..", "\0", "a/b@../c", "/etc"]
)
def test_a_model_that_is_none_gets_a_sentence(server, model):
    message = ask(server, upload(server, picture(), "a.png"), model)
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


def test_sentences_are_told_from_tracebacks():
    assert any(s.fullmatch(Text("en")("photo.error.small", width=1, height=1, side=16)) for s in SENTENCES)
    assert not any(s.fullmatch("Traceback (most recent call last)") for s in SENTENCES)


def test_numbers_out_of_range_and_things_that_are_no_inputs_get_a_sentence(server):
    number = events(server, "Your English sentence", 1 + len(DEFAULTS))[0]
    good = ["A man runs.", *DEFAULTS.values()]
    wrong = {0: [None, 7, ["a"]], 1: ["fr", None, ["de"]], 2: [None, ["a"], "no/such/model"], 3: [None, {}]}
    wrong |= {4: ["best", None], 5: [99, "4", None, 2.5, True], 6: [9, "x"], 7: ["later", None, []], 8: [0, 10**9]}
    wrong |= {9: [0, None], 10: [-1, 0.5], 11: [0, 2], 12: [0, 11], 13: [0, 1e300], 14: ["all", []], 16: [-1, None]}
    refused(server, number, good, wrong)


def test_points_layers_and_models_that_do_not_exist_get_a_sentence(server):
    photo = upload(server, picture(), "a.png")
    models = ["nothing", None, ["vit-imagenette"], {"a": 1}, "marian-multi30k", 7]
    points = [[2, 0], [-0.1, 0], [0.5], [1, 1], "middle", None, ["a", "b"], [1e300, 0], {}]
    clicks = [{"request": "x", "position": point} for point in points] + [{}, {"request": [["deep"] * 9]}]
    good = [photo, *COLUMNS, False, SWEPT[0], None]
    wrong = {0: [None], 1: models, 2: models, 3: models, 5: ["stage 9, layer 1", None, 3, []], 6: clicks}
    look, *_, click = events(server, "Your photo", len(good))
    refused(server, look, good, wrong)
    refused(server, click, good, {1: models[:2], 5: [None], 6: clicks})


def refused(server, number, good, wrong):
    """That each wrong value, by its place among good ones, gets a sentence that says what to change."""
    for place, values in wrong.items():
        for value in values:
            message = answer(server, number, [*good[:place], value, *good[place + 1 :]]) or ""
            assert message != table("en")["run.unexpected"], (place, value)
            assert any(sentence.fullmatch(message) for sentence in SENTENCES), (place, value, message)
