"""A visitor's journey in a real Chromium: upload, look, hover, switch layer and head, keys."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect, sync_playwright

from lab import style
from models.vit.trace import trace

ROOT = Path(__file__).resolve().parents[3]
CELLS = """canvas => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]"""


@pytest.fixture(scope="module")
def server():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "app.py"], cwd=ROOT, env={**os.environ, "GRADIO_SERVER_PORT": str(port)}
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            urllib.request.urlopen(address, timeout=5)
            break
        except OSError:
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait()


@pytest.fixture(scope="module")
def browser():
    sys.path.insert(0, str(ROOT / "tests"))
    from browser import executable

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox"])
        yield chromium
        chromium.close()


def drawn(page):
    pixels = np.array(page.eval_on_selector(".attend .heat", CELLS)).reshape(-1, 4)[:, :3]
    return pixels


def expected(attention_row, prefix=1):
    weights = attention_row[prefix:]
    return np.array(style.colour_map())[np.round(255 * weights / weights.max()).astype(int)]


@pytest.mark.browser
def test_attend(server, browser, tiny_vit, photo, tmp_path):
    file = tmp_path / "photo.png"
    photo.save(file)
    seen = trace(photo, str(tiny_vit))
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    errors, requests = [], []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(server)
    page.set_input_files("input[type=file]", file)
    expect(page.locator("[data-testid=image] img, .image-frame img").first).to_be_visible()
    model = page.get_by_label(re.compile("^Model"))
    model.fill(str(tiny_vit))
    model.press("Enter")
    page.get_by_role("button", name="Look").click()
    widget = page.locator(".attend")
    expect(widget).to_have_attribute("data-layer", "1", timeout=60_000)
    requests.clear()

    widget.locator(".heads button").nth(1).click()
    widget.locator(".layers button").nth(2).click()
    box = page.locator(".attend .stage").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.6)
    patch = 2 * 4 + 1
    expect(widget).to_have_attribute("data-query", str(1 + patch))
    assert np.abs(drawn(page) - expected(seen.attention[2, 1, 1 + patch])).max() <= 6

    before = drawn(page)
    page.locator(".attend").focus()
    page.keyboard.press("ArrowRight")
    expect(widget).to_have_attribute("data-query", str(2 + patch))
    page.keyboard.press("[")
    expect(widget).to_have_attribute("data-layer", "2")
    after = drawn(page)
    assert np.abs(after - expected(seen.attention[1, 1, 2 + patch])).max() <= 6
    assert np.abs(after - before).max() > 6
    assert not errors
    assert not requests


@pytest.mark.browser
def test_a_wrong_model_gives_a_sentence_in_chinese(server, browser, photo, tmp_path):
    file = tmp_path / "photo.png"
    photo.save(file)
    page = browser.new_page()
    page.goto(server + "/zh")
    page.set_input_files("input[type=file]", file)
    expect(page.locator("[data-testid=image] img, .image-frame img").first).to_be_visible()
    model = page.get_by_label(re.compile("^模型"))
    model.fill("no such model")
    model.press("Enter")
    page.get_by_role("button", name="观察").click()
    expect(page.get_by_text("找不到模型“no such model”")).to_be_visible(timeout=30_000)
