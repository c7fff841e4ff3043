"""The server fetches nothing that a visitor names."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from gradio import processing_utils

FILE = {"_type": "gradio.FileData"}


class Elsewhere(HTTPServer):
    """Another server; `asked` is what it is asked for."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.asked = []
        self.address = f"http://127.0.0.1:{self.server_port}/a.png"
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()


class Answer(BaseHTTPRequestHandler):
    server: Elsewhere  # pyright: ignore[reportIncompatibleVariableOverride] - the base class is not generic

    def do_GET(self):
        self.server.asked.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, format, *args):
        pass


@pytest.fixture
def elsewhere(monkeypatch):
    """Another server. What else keeps Gradio from asking this machine is switched off."""

    async def fetch(url, cache_dir):
        other.asked.append(url)
        return url

    other = Elsewhere()
    monkeypatch.setattr(processing_utils, "async_ssrf_protected_download", fetch)
    yield other
    other.shutdown()
    other.server_close()


def photos(address):
    """All ways to name it as a photo."""
    yield from (
        {"path": address},
        {"path": address, "meta": FILE},
        {"url": address},
        {"path": None, "url": address, "meta": FILE},
        {"path": "a.png", "url": address, "meta": FILE, "orig_name": "a.png"},
        {"path": address, "url": address, "meta": FILE, "is_stream": True},
        {"path": [address], "meta": [FILE]},
        {"path": address, "meta": [FILE]},
        {"a": [{"path": address, "meta": FILE}]},
    )


def test_a_photo_by_its_address_is_not_fetched(client, small, elsewhere):
    for photo in photos(elsewhere.address):
        for path, more in (("run/look", {}), ("run/predict", {"fn_index": small.number})):
            answer = client.post(f"/gradio_api/{path}", json={"data": [photo]} | more)
            assert answer.json()["data"] == ["photo.not_uploaded"], photo
    for before in ("/gradio_api/file=", "/gradio_api/proxy=", "/file="):
        assert client.get(before + elsewhere.address).status_code == 404
    assert not elsewhere.asked
