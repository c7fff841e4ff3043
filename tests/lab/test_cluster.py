"""The lab on Ray Serve, as `make serve` starts it: the same page, and model replicas that may die."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lab.api.answer import answer
from lab.api.operations import OPERATIONS
from lab.clients import NOBODY
from lab.exhibits import graph
from tests.lab.test_bad_input import Form
from tools import replicas

pytest.importorskip("ray.serve", reason="Ray Serve is not installed: pip install -r requirements-serve.txt")
pytestmark = pytest.mark.slow

REPLICA = b"ray::ServeReplica:lab:Replica"
ENDPOINT = "graph_attention"
"""Learns for a second, and needs no model."""
QUESTIONS = [{"seed": seed} for seed in range(1, 7)]


@pytest.fixture(scope="module")
def lab():
    with replicas.lab(2) as lab:
        yield lab


def children(pid):
    """The ids of what a process has begun, and of what that has begun."""
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, listed.read_text().split()):
            yield child
            yield from children(child)


def processes(lab):
    """The ids of the replicas' processes."""
    return [pid for pid in children(lab.pid) if Path(f"/proc/{pid}/cmdline").read_bytes().startswith(REPLICA)]


def busy(lab):
    """Whether the replicas compute."""
    before = spent(lab)
    time.sleep(0.5)
    return spent(lab) > before + 0.1


def spent(lab):
    """Seconds that the replicas have computed."""
    numbers = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in processes(lab)]
    return sum(int(of_one[11]) + int(of_one[12]) for of_one in numbers) / os.sysconf("SC_CLK_TCK")


def wait(true, seconds=120):
    """Until something is so."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.02)


def test_no_answer_is_lost_where_a_replica_dies(lab):
    client = lab.client
    wanted = [answer(OPERATIONS[ENDPOINT], asked, NOBODY) for asked in QUESTIONS]
    with ThreadPoolExecutor(len(QUESTIONS)) as asking:
        coming = [asking.submit(replicas.answer, client, ENDPOINT, **asked) for asked in QUESTIONS]
        wait(lambda: client.get("/health").json()["computing"] == len(QUESTIONS))
        time.sleep(0.3)  # until they have come to the replicas
        os.kill(processes(lab)[0], signal.SIGKILL)
        got = [one.result(120) for one in coming]
    for one, expected in zip(got, wanted, strict=True):
        assert (one["found"], one["says"]) == (expected["found"], expected["says"])
        assert one["computed"]["origin"] == "computed"


def test_the_page_has_its_guards_and_its_sentences(lab):
    client = lab.client
    headers = client.get("/zh").headers
    assert "default-src 'self'" in headers["content-security-policy"] and headers["x-content-type-options"] == "nosniff"
    foreign = client.post("/gradio_api/queue/join", json={}, headers={"origin": "http://elsewhere.example"})
    assert (foreign.status_code, client.get("/docs").status_code) == (403, 404)
    assert client.get("/health", headers={"host": "elsewhere.example"}).status_code == 421
    with pytest.raises(RuntimeError, match="seed"):
        replicas.answer(client, ENDPOINT, seed=1000)
    assert Form(str(client.base_url), graph.EXHIBIT).press() is None


def test_what_nobody_waits_for_any_longer_ends_on_its_replica(lab):
    called = lab.client.post("/gradio_api/call/v2/training_strategies", json={"steps": 1200}).json()
    with lab.client.stream("GET", f"/gradio_api/call/training_strategies/{called['event_id']}"):
        wait(lambda: busy(lab))
    wait(lambda: not busy(lab))
    assert lab.client.get("/health").json()["computing"] == 0
