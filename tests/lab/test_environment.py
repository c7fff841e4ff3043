"""A program that starts and ends: what it says about wrong settings, and whose files are gone afterwards."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from lab import environment
from lab.environment import COUNTS, check_address, check_counts, check_private, frames, hosts
from models import limits
from models.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
CONTAINER = ("unshare", "--map-root-user", "--pid", "--fork", "--kill-child")
ALONE = bool(shutil.which("unshare")) and not subprocess.run([*CONTAINER, "true"], capture_output=True).returncode
HOLD = """
import sys, time
from lab.environment import own_folder
folder = own_folder()
(folder / "photo.png").write_bytes(b"a visitor's")
print(folder, flush=True)
if "wait" in sys.argv:
    time.sleep(60)
"""


@pytest.fixture
def start(tmp_path):
    """Starts a program that has a folder of its own and waits; gives it and the folder."""
    begun = []

    def start(*arguments, within=()):
        settings = {**os.environ, "GRADIO_TEMP_DIR": str(tmp_path)}
        command = [*within, sys.executable, "-c", HOLD, *arguments]
        process = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=subprocess.PIPE, text=True)
        begun.append(process)
        assert process.stdout
        folder = Path(process.stdout.readline().strip())
        return process, folder

    yield start
    for process in begun:
        process.kill()
        process.communicate()


def test_visitors_files_go_with_the_process(start, tmp_path):
    process, folder = start()
    process.wait()
    assert folder.parent == tmp_path and not folder.exists()


def test_visitors_files_go_when_the_process_is_told_to_end(start):
    process, folder = start("wait")
    assert (folder / "photo.png").exists() and folder.stat().st_mode & 0o777 == 0o700
    process.terminate()
    assert process.wait() == -signal.SIGTERM
    assert not folder.exists()


@pytest.mark.skipif(not ALONE, reason="there are no namespaces")
def test_the_first_process_of_a_container_ends_when_it_is_told_to(start):
    process, folder = start("wait", within=CONTAINER)
    first = int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text())
    os.kill(first, signal.SIGTERM)
    assert process.wait(timeout=60) == 128 + signal.SIGTERM
    assert not folder.exists()


def test_what_a_killed_process_left_goes_at_the_next_start_and_nobody_elses(start):
    living, its_folder = start("wait")
    killed, left = start("wait")
    killed.kill()
    killed.wait()
    assert (left / "photo.png").exists()
    start("wait")
    assert not left.exists()
    assert (its_folder / "photo.png").exists() and living.poll() is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GRADIO_SERVER_PORT", "banana"),
        ("GRADIO_SERVER_PORT", "70000"),
        ("GRADIO_SERVER_PORT", "9" * 5000),
        ("GRADIO_SERVER_NAME", "banana"),
        ("GRADIO_NUM_PORTS", "banana"),
        ("GRADIO_TEMP_DIR", __file__),
        ("LAB_DEVICE", "banana"),
        ("LAB_PRELOAD", "banana"),
        ("LAB_FILES_GB", "banana"),
        ("LAB_FRAMES", "'unsafe-inline'; script-src *"),
    ],
)
def test_a_setting_that_cannot_be_used_ends_the_start_with_a_sentence(name, value):
    settings = {**os.environ, name: value}
    says_one_sentence(settings, name)


def test_a_port_that_is_taken_ends_the_start_with_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        says_one_sentence({**os.environ, "GRADIO_SERVER_PORT": str(taken.getsockname()[1])}, "GRADIO_SERVER_PORT")


@pytest.mark.parametrize("value", ["banana", "-1", "1.5", "١", "9" * 5000, " 5"])
@pytest.mark.parametrize("name", COUNTS)
def test_a_setting_that_gradio_cannot_count_with_is_named(name, value, monkeypatch):
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError) as caught:
        check_counts()
    assert caught.value.code == "page.count" and caught.value.details["name"] == name


def test_an_empty_setting_counts_as_not_set(monkeypatch):
    for name in (*COUNTS, "GRADIO_SERVER_PORT"):
        monkeypatch.setenv(name, "")
    check_counts()
    assert not {*COUNTS, "GRADIO_SERVER_PORT"} & set(os.environ)
    for name, minimum in COUNTS.items():
        monkeypatch.setenv(name, str(minimum))
    check_counts()


@pytest.mark.parametrize(
    ("quota", "cores"),
    [("200000 100000\n", 2), ("150000 100000\n", 1), ("50000 100000\n", 1), ("max 100000\n", 0), ("", 0)],
)
def test_a_container_computes_with_the_cores_that_it_may_use(monkeypatch, tmp_path, quota, cores):
    monkeypatch.setattr(environment, "QUOTA", tmp_path / "cpu.max")
    assert environment.allowed_cores() == 0
    (tmp_path / "cpu.max").write_text(quota)
    assert environment.allowed_cores() == cores


@pytest.mark.parametrize(("name", "value"), [("GRADIO_SERVER_NAME", "0.0.0.0"), ("GRADIO_SHARE", "true")])
def test_a_lab_that_others_reach_is_not_private(name, value, monkeypatch):
    monkeypatch.setenv("LAB_PRIVATE", "1")
    for own in ("", "127.0.0.1", "localhost"):
        monkeypatch.setenv("GRADIO_SERVER_NAME", own)
        check_private()
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError) as caught:
        check_private()
    assert caught.value.code == "page.private" and caught.value.details["name"] == name
    monkeypatch.setenv("LAB_PRIVATE", "0")
    check_private()


def test_the_names_under_which_a_lab_answers(monkeypatch):
    monkeypatch.setenv("LAB_PRIVATE", "1")
    assert hosts() == {"localhost", "127.0.0.1", "::1"}
    monkeypatch.setenv("LAB_HOSTS", "Lab.example.edu, other.example.edu")
    assert hosts() == {"localhost", "127.0.0.1", "::1", "lab.example.edu", "other.example.edu"}
    monkeypatch.setenv("LAB_PRIVATE", "0")
    assert hosts() == {"localhost", "127.0.0.1", "::1", "lab.example.edu", "other.example.edu"}
    monkeypatch.delenv("LAB_HOSTS")
    assert hosts() == {"*"}


def test_the_sites_that_may_show_a_lab_in_a_frame(monkeypatch):
    monkeypatch.delenv("SPACE_ID", raising=False)
    assert frames() == ()
    monkeypatch.setenv("LAB_FRAMES", "https://moodle.example.edu, http://*.example.org:8080")
    assert frames() == ("https://moodle.example.edu", "http://*.example.org:8080")
    monkeypatch.setenv("SPACE_ID", "owner/name")
    assert frames()[-1] == "https://huggingface.co"
    for site in ("moodle", "https://a.b/path", "https://a; script-src *", "*", "'self'", "javascript://a"):
        monkeypatch.setenv("LAB_FRAMES", site)
        with pytest.raises(InputError) as caught:
            frames()
        assert caught.value.code == "page.frames"


@pytest.mark.parametrize("value", ["banana", "-1", "nan", "inf", "1e999", "1 GB"])
@pytest.mark.parametrize("limit", limits.LIMITS, ids=lambda limit: limit.name)
def test_a_limit_that_is_no_number_is_named(limit, value, monkeypatch):
    monkeypatch.setenv(limit.name, value)
    with pytest.raises(InputError) as caught:
        limits.check()
    assert caught.value.code == "page.limit" and caught.value.details["name"] == limit.name
    monkeypatch.setenv(limit.name, "")
    assert limit.value() == limit.default


def test_a_port_in_other_digits_is_none():
    with pytest.raises(InputError) as caught:
        check_address("127.0.0.1", "٧٨٦٠", 1)
    assert caught.value.code == "page.port"


def test_ports_that_are_all_taken_are_told(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        first = taken.getsockname()[1]
        monkeypatch.setattr(environment, "FIRST_PORT", first)
        with pytest.raises(InputError) as caught:
            check_address("127.0.0.1", "", 1)
    assert caught.value.code == "page.port_taken" and caught.value.details["address"] == f"127.0.0.1:{first}"
    check_address("127.0.0.1", "", 1)


def says_one_sentence(settings, name):
    """That the lab does not start with these settings, and tells which one is wrong."""
    ended = subprocess.run([sys.executable, "app.py"], cwd=ROOT, env=settings, capture_output=True, text=True)
    assert ended.returncode == 1
    english, chinese = ended.stderr.splitlines()
    assert name in english and english.isprintable() and name in chinese and "。" in chinese
