"""Which addresses of Gradio's server are open, and what a program finds there."""

import json
import re

import gradio_client
import pytest
from PIL import Image

from lab.guards.routes import OPEN, Routes
from lab.text import Text

CLOSED = [
    "/gradio_api/deep_link?session_hash=a",
    "/gradio_api/proxy=http://127.0.0.1:1/",
    "/gradio_api/dev/reload",
    "/gradio_api/stream/a/b/1/playlist.m3u8",
    "/gradio_api/custom_component/a/client/b/c",
    "/gradio_api/file/app.py",
    "/gradio_api/runs",
    "/gradio_api/token",
    "/gradio_api/vibe-code",
    "/monitoring",
    "/monitoring/summary",
    "/openapi.json",
    "/docs",
    "/logout",
    "/svelte/a.js",
    "/pwa_icon/99999",
    "/gradio_api/queue/join",
    "/%00",
]
CLOSED_TO_SEND = [
    *("/gradio_api/component_server", "/gradio_api/process_recording", "/gradio_api/vibe-edit", "/gradio_api/stream/x"),
    *(
        "/gradio_api/undo-vibe-edit",
        "/gradio_api/run-history/connect",
        "/gradio_api/api/look",
        "/login",
        "/",
        "/config",
    ),
]


def test_what_the_lab_does_not_use_is_not_there(client):
    for method, path in [*(("GET", one) for one in CLOSED), *(("POST", one) for one in CLOSED_TO_SEND)]:
        answer = client.request(method, path)
        assert (answer.status_code, answer.json()) == (404, {"detail": Text("en")("request.error.unknown")}), path
    for method in ("PUT", "PATCH", "TRACE", "OPTIONS", "DELETE"):
        assert client.request(method, "/").status_code == 404


def served(routes):
    """(method, path) of everything that Gradio serves."""
    for route in routes:
        inner = getattr(route, "original_router", route)
        if getattr(route, "methods", None):
            yield from ((method, route.path) for method in route.methods)
        elif getattr(inner, "routes", None):
            yield from served(inner.routes)


def test_of_all_that_gradio_serves_only_this_is_open(small):
    guard, found = Routes(small.app), set()
    for method, path in served(small.app.routes):
        shown = re.sub(r"\{.*?\}", "a", path)
        if method in OPEN and guard.open[method].fullmatch(shown):
            found.add(f"{method} {path}")
    assert len(list(served(small.app.routes))) > 80
    assert {one for one in found if not one.startswith("HEAD")} == {
        *("GET /", "GET /config", "GET /config/", "GET /static/{path:path}", "GET /assets/{path:path}"),
        *("GET /favicon.ico", "GET /theme.css", "GET /robots.txt", "GET /manifest.json", "GET /gradio_api/theme.css"),
        *("GET /gradio_api/info", "GET /gradio_api/info/", "GET /gradio_api/openapi.json"),
        *("GET /gradio_api/startup-events", "GET /gradio_api/upload_progress", "GET /gradio_api/queue/data"),
        *("GET /gradio_api/queue/status", "GET /gradio_api/heartbeat/{session_hash}"),
        *("GET /gradio_api/file={path_or_url:path}", "GET /gradio_api/call/{api_name}/{event_id}"),
        *("GET /gradio_api/call/v2/{api_name}/{event_id}", "POST /gradio_api/call/v2/{api_name}"),
        *(
            "POST /gradio_api/call/v2/{api_name}/",
            "POST /gradio_api/call/{api_name}",
            "POST /gradio_api/call/{api_name}/",
        ),
        *("POST /gradio_api/run/{api_name}", "POST /gradio_api/run/{api_name}/", "POST /gradio_api/queue/join"),
        *("POST /gradio_api/cancel", "POST /gradio_api/reset", "POST /gradio_api/upload"),
    }


def test_a_program_uploads_asks_and_is_answered(small, tmp_path):
    Image.new("RGB", (20, 20)).save(tmp_path / "a.png")
    client = gradio_client.Client(small.address, verbose=False)
    said = client.predict(gradio_client.handle_file(tmp_path / "a.png"), api_name="/look")
    assert said.startswith("/lab-files/") and said.endswith("/a.png")
    assert client.predict({"path": "/etc/hostname"}, api_name="/look") == "photo.not_uploaded"


@pytest.mark.parametrize("path", ["queue/join", "run/predict", "call/none", "call/v2/none"])
def test_a_forged_question_is_no_fault_of_the_server(client, path):
    for sent in ({}, {"fn_index": -1}, {"fn_index": 10**9}, {"fn_index": 0.5}, {"data": "x"}, {"data": {}}):
        answer = client.post(f"/gradio_api/{path}", json={"data": [], "session_hash": "a"} | sent)
        assert 400 <= answer.status_code < 500, sent
        assert json.loads(answer.text)["detail"] and "site-packages" not in answer.text
