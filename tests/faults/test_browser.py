"""A browser that is killed in mid-run: nobody watches, so the run ends and its place is free; /health shows it."""

import os
import re
import signal
import subprocess
import time
from contextlib import suppress

import httpx
import pytest
from playwright.sync_api import sync_playwright

from tools import browser

pytestmark = pytest.mark.browser
LONG = "#strategies/train?steps=1200"
"""A question that nobody has asked, which takes long on any machine."""


@pytest.fixture
def killable(tmp_path):
    """What kills a browser of our own, with all its processes, and the page that it opens with."""
    program = browser.executable()
    settings = ("--headless", "--no-sandbox", "--remote-debugging-port=0", f"--user-data-dir={tmp_path}", "about:blank")
    with sync_playwright() as playwright:
        path = program or playwright.chromium.executable_path
        process = subprocess.Popen([path, *settings], stderr=subprocess.PIPE, text=True, start_new_session=True)
        assert process.stderr
        said = next(line for line in process.stderr if "DevTools listening" in line)
        opened = playwright.chromium.connect_over_cdp(re.findall("ws://\\S+", said)[0])

        def kill():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

        yield kill, opened.contexts[0].pages[0]
        kill()
        process.communicate()


def computing(server):
    return httpx.get(f"{server}/health", timeout=60).json()["computing"]


def wait_until(computes, server):
    end = time.monotonic() + 120
    while bool(computing(server)) is not computes:
        assert time.monotonic() < end
        time.sleep(0.2)


def test_a_killed_browser_gives_its_place_back(killable, server):
    kill, page = killable
    wait_until(False, server)
    page.goto(f"{server}/{LONG}")
    wait_until(True, server)
    kill()
    wait_until(False, server)
