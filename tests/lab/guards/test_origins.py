"""Other websites' pages ask in vain, and a name that is not the lab's leads nowhere."""

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from lab.guards.origins import Origins
from lab.guards.refusal import Refusing
from lab.text import Text

OWN = "127.0.0.1:7860"


def status(method="POST", hosts=("127.0.0.1", "::1"), **headers):
    """What the lab says to a request with these headers: its status, and the sentence."""
    app = Refusing(Origins(PlainTextResponse("here"), frozenset(hosts)))
    named = {"host": OWN} | {name.replace("_", "-"): value for name, value in headers.items()}
    answer = TestClient(app).request(method, "/gradio_api/queue/join", headers=named)
    return answer.status_code, answer.json()["detail"] if answer.status_code != 200 else answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec_fetch_site": "same-origin", "origin": "http://127.0.0.1:7860"},
        {"sec_fetch_site": "none"},
        {"origin": "http://127.0.0.1:7860"},
        {"origin": "https://lab.example.edu", "x_forwarded_host": "lab.example.edu"},
        {"sec_fetch_site": "same-origin", "origin": "https://lab.example.edu"},
        {"host": "[::1]:7860", "origin": "http://[::1]:7860"},
    ],
)
def test_programs_and_the_labs_own_page_are_answered(headers):
    assert status(**headers) == (200, "here")


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site", "origin": "http://127.0.0.1:7860"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1"},
        {"origin": "http://127.0.0.1:7860.evil.example"},
    ],
)
def test_another_websites_page_is_not(headers):
    assert status(**headers) == (403, Text("en")("request.error.foreign"))


def test_another_website_may_show_the_lab_but_not_read_it():
    assert status("GET", sec_fetch_site="cross-site", sec_fetch_mode="navigate")[0] == 200
    for mode in ("cors", "no-cors"):
        assert status("GET", sec_fetch_site="cross-site", sec_fetch_mode=mode)[0] == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:7860", "", "[", "a b"])
def test_a_name_that_is_not_the_labs_leads_nowhere(host):
    found, sentence = status(host=host)
    assert found == 421 and "LAB_HOSTS" in sentence


def test_a_public_lab_answers_under_any_name():
    assert status(hosts=("*",), host="lab.example.edu")[0] == 200


def test_a_sentence_is_in_the_language_of_the_page():
    assert status(origin="null", referer="http://127.0.0.1:7860/zh?a=1")[1] == Text("zh")("request.error.foreign")
    assert status(origin="null", referer="http://127.0.0.1:7860/zhang")[1] == Text("en")("request.error.foreign")
