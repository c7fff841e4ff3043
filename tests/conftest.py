"""A photo, the running lab and a browser: each made once. Nothing here loads torch."""

import logging

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tools import browser

log = logging.getLogger("page")
log.setLevel(logging.INFO)
expect.set_options(timeout=120_000)
pytest.register_assert_rewrite("tests.models.translation.tiny")


@pytest.fixture
def photo():
    pixels = np.random.default_rng(0).integers(0, 256, (50, 70, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


@pytest.fixture(scope="session")
def running():
    """The lab, started as a person starts it."""
    with browser.lab() as lab:
        yield lab


@pytest.fixture(scope="session")
def server(running):
    return running.address


@pytest.fixture(scope="session")
def chromium():
    with browser.chromium() as running:
        yield running


@pytest.fixture
def blank(server, chromium):
    """An empty page on which `errors` and `requests` are recorded.

    No errors, nothing from another host, and nothing that the page's own policy forbids.
    """
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(120_000)
    page.errors, page.requests = [], []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("request", lambda request: page.requests.append(request.url))
    page.on("console", lambda said: log.info("%s: %s", said.type, said.text))
    page.on("console", lambda said: page.errors.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    assert not page.errors
    assert all(url.startswith((server, "data:", "blob:")) for url in page.requests), page.requests
    page.close()


@pytest.fixture
def page(blank, server):
    """The English page, as it opens."""
    blank.goto(server)
    return blank
