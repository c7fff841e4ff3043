"""A picture is fetched from public addresses alone, and no larger than an upload may be."""

import io
import socket
from pathlib import Path

import httpx
import pytest
from PIL import Image

from lab.api import pictures
from lab.inputs.photo import Photo
from models.errors import InputError

PLACES = {"public": "93.184.216.34", "other": "8.8.8.8", "inside": "10.1.2.3", "shared": "100.64.0.1"}
PICTURE = io.BytesIO()
Image.new("RGB", (40, 30), "red").save(PICTURE, "PNG")
ANSWERS = {
    "/a.png": httpx.Response(200, content=PICTURE.getvalue()),
    "/near": httpx.Response(302, headers={"location": "/a.png"}),
    "/far": httpx.Response(301, headers={"location": "https://other/a.png"}),
    "/inside": httpx.Response(302, headers={"location": "http://inside/a.png"}),
    "/file": httpx.Response(302, headers={"location": "file:///etc/hostname"}),
    "/round": httpx.Response(302, headers={"location": "/round"}),
    "/missing": httpx.Response(404),
}


class Network:
    """Hosts that have names, and what was asked of them."""

    def __init__(self, monkeypatch):
        self.asked = []
        monkeypatch.setattr(socket, "getaddrinfo", self.named)
        monkeypatch.setattr(pictures, "AsyncSecureTransport", self.transport)

    def named(self, host, *_, **__):
        name = host.decode() if isinstance(host, bytes) else host
        if name not in PLACES:
            raise socket.gaierror(name)
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (PLACES[name], 0))]

    def transport(self, place):
        def answer(request):
            self.asked.append((place, str(request.url)))
            return ANSWERS[request.url.path]

        return httpx.MockTransport(answer)


@pytest.fixture
def network(monkeypatch):
    return Network(monkeypatch)


def opened(sent):
    with pictures.opened(sent) as found:
        return Photo(name="photo").checked(found)


def refusal(sent):
    with pytest.raises(InputError) as refused:
        opened(sent)
    return refused.value.code


@pytest.mark.parametrize("path", ["a.png", "near", "far"])
def test_a_public_picture_is_opened(network, path):
    assert opened(f"http://public/{path}").size == (40, 30)
    assert network.asked[0] == (PLACES["public"], f"http://public/{path}")
    assert {place for place, _ in network.asked} <= {PLACES["public"], PLACES["other"]}


@pytest.mark.parametrize("host", ["inside", "shared", "unnamed"])
def test_no_other_host_is_asked(network, host):
    assert refusal(f"https://{host}/a.png") == "api.address"
    assert network.asked == []


@pytest.mark.parametrize("path", ["inside", "file", "round", "missing"])
def test_a_way_that_leads_inside_or_nowhere_ends(network, path):
    assert refusal(f"http://public/{path}") == "api.address"
    assert {place for place, _ in network.asked} == {PLACES["public"]}


def test_a_picture_is_no_larger_than_an_upload(network, monkeypatch):
    monkeypatch.setattr(pictures, "MAX_BYTES", len(PICTURE.getvalue()) - 1)
    assert refusal("http://public/a.png") == "api.large"
    assert refusal(f"data:image/png;base64,{'A' * 4000}") == "api.large"


def test_the_file_is_gone_when_it_was_opened(network):
    with pictures.opened("http://public/a.png") as found:
        file = Path(found["path"])
        assert file.read_bytes() == PICTURE.getvalue()
    assert not file.exists()
