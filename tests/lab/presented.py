"""Whether a view fits a projector's screen in large type."""

import pytest
from playwright.sync_api import Locator, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

SCREENS = ((1280, 720), (1920, 1080))
TOO_LARGE = """root => {
    const type = [...root.querySelectorAll("*")].filter(node => node.checkVisibility({visibilityProperty: true})
        && !node.closest(".reading, tspan[dy]")
        && [...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim()));
    const smallest = Math.min(...type.map(node => parseFloat(getComputedStyle(node).fontSize) * node.currentCSSZoom));
    return [["lower edge", root.getBoundingClientRect().bottom <= innerHeight],
        ["width", document.documentElement.scrollWidth <= innerWidth],
        ["axes", [...root.querySelectorAll(".xtick text, .ytick text")].every(label => label.checkVisibility())],
        ["type", smallest >= innerHeight / 50 - 0.1]].filter(([, fits]) => !fits).map(([what]) => what).join();
}"""
"""What of a view does not fit; an exponent (tspan) may be smaller than the type that it belongs to."""
FITS = f"root => ({TOO_LARGE})(root) === ''"


def check_fits(page: Page, widget: Locator) -> None:
    """Present a view on every screen: all of it is seen, in type of a fiftieth of the screen's height."""
    before, element = page.viewport_size, widget.element_handle()
    page.keyboard.press("f")
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        try:
            page.wait_for_function(FITS, arg=element, timeout=30_000, polling=100)
        except PlaywrightTimeoutError:
            pytest.fail(f"{page.url} at {width} x {height}: {page.evaluate(TOO_LARGE, element)}")
    page.keyboard.press("f")
    page.set_viewport_size(before or {"width": 1440, "height": 900})
