"""What Python and agents get: the saved answers to what nobody changed, and sentences that name a bad argument."""

import json
import socket
import threading
from dataclasses import replace

import pytest

from lab import clients, saved
from lab.api import answer as api
from lab.api.answer import Refused, answer
from lab.api.operations import LANGUAGE, OPERATIONS, operations
from lab.clients import NOBODY, Client, Streams
from lab.computing import Computations
from lab.exhibits import decoding
from lab.inputs.photo import Photo
from lab.text import LANGUAGES
from tests.lab.made import MadeText, Work, exhibit, trace

LARGEST = 50_000
"""Characters of an answer without arrays."""
KNOWN = {name: one for name, one in OPERATIONS.items() if not one.run.fresh}
MODEL = "marian-multi30k"


def refusal(name, **sent):
    with pytest.raises(Refused) as refused:
        answer(OPERATIONS[name], sent, NOBODY)
    return str(refused.value)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("operation", KNOWN.values(), ids=KNOWN)
def test_without_arguments_the_saved_answer_comes(operation, language):
    given = answer(operation, {LANGUAGE: language}, NOBODY)
    assert given["computed"]["origin"] == "saved"
    assert given["endpoint"] == operation.name
    assert {*given["inputs"]} == {*operation.inputs}
    assert all(given["says"].values())
    assert {*given["says"]} == {view.name for view in operation.views if view.claim or view.verdict}
    assert {*given["found"]} == {*operation.run.trace.__dataclass_fields__} - {*operation.endpoint.without}
    written = json.dumps(given, allow_nan=False)
    assert len(written) < LARGEST
    assert "&#" not in "".join(given["says"].values())


def test_a_choice_that_others_follow_takes_them_along():
    given = answer(OPERATIONS["next_token"], {"model": "gpt-tang"}, NOBODY)
    assert given["computed"]["origin"] == "saved"
    assert given["inputs"]["text"] == OPERATIONS["next_token"].exhibit.opens["zh"]["text"]
    into_chinese = {"language": "zh", "sentence": decoding.EXHIBIT.opens["zh"]["sentence"], "non_autoregressive": None}
    given = answer(OPERATIONS["mask_predict"], into_chinese, NOBODY)
    assert given["computed"]["origin"] == "saved"


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_a_bad_value_of_every_input_is_refused_by_its_name(operation):
    for name, one in operation.inputs.items():
        bad = [sent for sent in one.bad if sent is not None and not (isinstance(one, Photo) and sent == {})]
        for sent, language in zip(bad, LANGUAGES * len(bad), strict=False):
            with pytest.raises(Refused) as refused:
                answer(operation, {name: sent, LANGUAGE: language}, NOBODY)
            said = str(refused.value)
            assert name in said.split(":")[0].split("：")[0], (name, sent, said)
            assert len(said) < 1200
            assert "Traceback" not in said and str(saved.RUNS.parent) not in said


def test_sentences_say_what_to_change():
    assert refusal("beam_search", beam_width="three") == "“beam_width”: please choose a whole number from 1 to 8."
    assert refusal("beam_search", method="best") == "“method”: please choose one of these: beam, greedy, sample."
    assert refusal("beam_search", sentence="").startswith("sentence: ")
    assert "“beam”. Please use these: sentence, language" in refusal("beam_search", beam=3)
    assert "temple, cat" in refusal("patches", photo="dog")
    assert refusal("patches", vit=MODEL).startswith(f"vit: “{MODEL}” is a")
    assert refusal("patches", **{LANGUAGE: "fr"}) == "answer_language: “fr”: please choose one of these: en, zh."
    assert refusal("patches", arrays=["nothing"]).startswith("arrays: There is no array “nothing”.")
    assert refusal("patches", photo="dog", **{LANGUAGE: "zh"}).startswith("photo: 没有名为“dog”的示例照片。")


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/a.png",
        "http://localhost:7860/a.png",
        "https://0.0.0.0/",
        "http://[::1]/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://100.100.100.200/",
        "http://2130706433/",
        "http://224.0.0.1/",
        "http://",
        "https://no such host/",
    ],
)
def test_an_address_inside_this_network_is_not_asked_for(address, monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("asked"))
    said = refusal("patches", photo=address)
    assert said.startswith("photo: No picture could be fetched from this address.")
    assert refusal("patches", photo={"path": address, "meta": {"_type": "gradio.FileData"}}) == said


@pytest.mark.parametrize("path", ["/etc/hostname", "app.py", "../app.py", "file:///etc/hostname"])
def test_a_path_of_the_server_is_no_picture(path):
    assert refusal("patches", photo=path).startswith("photo: There is no example photo")
    assert refusal("patches", photo={"path": path}).startswith("photo: Only pictures that you upload here")


class Asked:
    """An operation of a made exhibit, asked by one client whose stream a test opens and closes."""

    def __init__(self, monkeypatch, tmp_path):
        monkeypatch.setattr(saved, "RUNS", tmp_path)
        monkeypatch.setattr(api, "Text", MadeText)
        monkeypatch.setattr(api, "PAUSE_SECONDS", 0.01)
        monkeypatch.setattr(api, "computations", Computations())
        self.streams = Streams()
        self.streams.counted = True
        monkeypatch.setattr(api, "streams", self.streams)
        monkeypatch.setattr(clients, "LISTENING_SECONDS", 0)
        self.work = Work()
        self.operation = operations((exhibit(self.work),))["first"]

    def ask(self, session="session", **sent):
        return answer(self.operation, sent, Client("address", session))


@pytest.fixture
def asked(monkeypatch, tmp_path):
    return Asked(monkeypatch, tmp_path)


def test_equal_questions_are_computed_once(asked):
    asked.streams.add("session", 1)
    first, second = asked.ask(word="b", count=2), asked.ask(count=2.0, word="b")
    assert asked.work.calls == ["b"]
    assert (first["computed"]["origin"], second["computed"]["origin"]) == ("computed", "remembered")
    assert first["found"] == second["found"]
    assert first["says"] == {"cost": "b2", "aside": "aside b"}
    assert first["computed"]["seconds"] >= 0 and first["computed"]["date"]


def test_nothing_is_computed_for_who_does_not_listen(asked, monkeypatch):
    monkeypatch.setattr(asked.streams, "lead_to", lambda client, seconds=0: Streams.lead_to(asked.streams, client, 0))
    with pytest.raises(Refused):
        asked.ask()
    assert asked.work.calls == []


def test_a_computation_ends_when_its_caller_has_gone(asked):
    asked.work.go_on.clear()
    asked.streams.add("session", 1)
    threading.Timer(0.2, asked.streams.add, ("session", -1)).start()
    with pytest.raises(Refused, match="Stopped"):
        asked.ask()
    asked.work.begun.wait(10)
    for _ in range(500):
        if asked.work.ended:
            break
        threading.Event().wait(0.01)
    assert asked.work.ended == ["a"]


def test_what_grows_gives_its_last_state(asked):
    asked.operation = replace(asked.operation, run=replace(asked.operation.run, grows=True))
    asked.work.do = lambda word, count, forces, progress: (trace(word, size) for size in range(1, count + 1))
    asked.streams.add("session", 1)
    assert asked.ask(count=3)["found"]["number"]["shape"] == [3]


def test_what_breaks_is_one_general_sentence(asked, caplog):
    asked.work.do = lambda word, count, forces, progress: 1 / 0
    asked.streams.add("session", 1)
    with pytest.raises(Refused, match="went wrong on our side") as refused:
        asked.ask()
    assert "ZeroDivisionError" not in str(refused.value)
    assert "a run failed" in caplog.text
