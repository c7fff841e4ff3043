"""What a browser is told of every answer."""

import base64
import hashlib
import re

import pytest
from starlette.responses import HTMLResponse
from starlette.testclient import TestClient

from lab.guards.headers import POLICY, SAID, Headers

from .conftest import HEAD

PAGE = "<script>first()</script><script src='/a.js'></script><script type=module>second()</script>"


def directives(answer):
    """The parts of an answer's policy, by name."""
    parts = [part.split() for part in answer.headers["content-security-policy"].split(";")]
    return {name: values for name, *values in parts}


@pytest.mark.parametrize(
    "path", ["/", "/config", "/theme.css", "/nothing", "/gradio_api/info", "/gradio_api/queue/status"]
)
def test_every_answer_has_the_headers(client, path):
    answer = client.get(path)
    said = directives(answer)
    assert said.keys() == {*POLICY, "frame-ancestors"}
    assert said["frame-ancestors"] == ["'self'", "https://moodle.example.edu"]
    for name, value in SAID.items():
        assert answer.headers[name] == value
    assert "strict-transport-security" not in answer.headers, "this is plain http"


def test_no_other_host_may_be_asked_and_no_script_of_the_page_runs_by_its_place_alone(client):
    said = directives(client.get("/"))
    hosts = [
        one for name, values in said.items() if name != "frame-ancestors" for one in values if re.search(r"[./]", one)
    ]
    assert not [one for one in hosts if not one.startswith("'sha256-")]
    assert "'unsafe-inline'" not in said["script-src"] and said["object-src"] == ["'none'"]


def sha256(script):
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def test_the_scripts_that_stand_in_a_page_are_named_by_their_content(client):
    page = client.get("/")
    scripts = re.findall(r"<script(?![^>]* src=)[^>]*>(.*?)</script>", page.text, re.DOTALL)
    assert len(scripts) > 3
    named = directives(page)["script-src"]
    assert {sha256(one) for one in scripts} <= set(named)
    assert sha256(HEAD.removeprefix("<script>").removesuffix("</script>")) in named
    assert sha256("evil()") not in named
    assert directives(client.get("/config"))["script-src"] == ["'self'", "'unsafe-eval'"]


def test_behind_https_a_browser_is_told_to_stay_there():
    answer = TestClient(Headers(HTMLResponse(PAGE), frames=(), head=""), base_url="https://lab").get("/")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert directives(answer)["script-src"][2:] == [sha256("first()"), sha256("second()")]
    assert directives(answer)["frame-ancestors"] == ["'self'"]
