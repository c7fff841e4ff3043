"""The Stop button in a real Chromium: it ends a download that would go on for minutes."""

import time

import pytest
from playwright.sync_api import expect

from tests.models.hub_server import Answer, Hub
from tools import browser

from .exhibits.conftest import tiny_vit  # noqa: F401 (a fixture)

pytestmark = pytest.mark.browser
SIZE = 1_500_000_000
"""Bytes of the weights that the stand-in for the Hub promises, and sends a megabyte at a time."""


class Slow(Answer):
    """Sends weights for minutes, and tells when nobody reads them any longer."""

    def reply(self, status, body=b"", **headers):
        if not self.path.endswith(".safetensors"):
            return super().reply(status, body, **headers)
        super().reply(status, b"", **{**headers, "Content-Length": SIZE, "X_Linked_Size": SIZE})
        if self.command == "GET":
            try:
                for _ in range(SIZE // 1_000_000):
                    self.wfile.write(bytes(1_000_000))
                    time.sleep(0.2)
            except OSError:
                self.server.left.set()
        return None


@pytest.fixture
def hub(tiny_vit):  # noqa: F811
    hub = Hub()
    hub.RequestHandlerClass = Slow
    hub.add("owner/slow", tiny_vit)
    hub.sizes["model.safetensors"] = SIZE
    yield hub
    hub.off()


@pytest.fixture
def server(hub, tmp_path, monkeypatch):
    """A lab whose Hub is the stand-in."""
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{hub.server_port}")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    with browser.lab() as lab:
        yield lab.address


def test_stop_ends_a_run_that_nobody_else_waits_for_and_leaves_what_was_shown(page, hub):
    cut = page.locator(".cut")
    expect(cut).to_have_attribute("data-count", "196")
    shown = cut.get_attribute("data-file")
    field = page.get_by_label("Vision Transformer")
    field.fill("owner/slow")
    field.press("Enter")
    page.get_by_role("button", name="Look", exact=True).click()
    status, stop = page.locator(".prose.status:visible"), page.get_by_role("button", name="Stop", exact=True)
    expect(status).to_contain_text("of 1500 MB", timeout=120_000)
    stop.click()
    expect(status).to_have_text("Stopped.")
    expect(page.locator(".prose.lab-note:visible")).to_contain_text("belongs to an earlier run")
    assert hub.left.wait(60), "the download goes on"
    expect(status).to_have_text("Stopped.")
    expect(stop).to_be_hidden()
    assert cut.get_attribute("data-file") == shown
