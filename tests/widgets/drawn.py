"""What a browser has drawn, as numbers."""

from typing import Any

import numpy as np
from playwright.sync_api import Locator, Page

CELLS = """canvas => [canvas.height, canvas.width,
    ...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]"""
EDGES = "({ hidden, style }) => hidden ? [] : [style.top, style.left, style.height, style.width].map(parseFloat)"


def dots(canvas: Locator) -> np.ndarray:
    """The dots of a canvas: (row, column, RGBA)."""
    rows, columns, *colours = canvas.evaluate(CELLS)
    return np.array(colours).reshape(rows, columns, 4)


def edges(box: Locator) -> list[float]:
    """Top, left, bottom and right edge of a box, as shares of what it lies on; none where it is hidden."""
    found = [share / 100 for share in box.evaluate(EDGES)]
    if not found:
        return []
    top, left, height, width = found
    return [top, left, top + height, left + width]


def send(page: Page, value: dict) -> None:
    """Give a widget a new value, and wait until it has fetched and drawn it."""
    page.evaluate("(value) => page.send(value)", value)
    page.wait_for_function("(file) => document.querySelector('.lab-widget').dataset.file === file", arg=value["file"])


def data(page: Page, name: str) -> Any:
    """A number or a state of the widget, as it writes it once it has drawn all that it was told."""
    page.evaluate("page.settled()")
    return page.locator(".lab-widget").get_attribute(f"data-{name}")


def show(page: Page, **state: Any) -> None:
    """Set a part of the widget's state."""
    page.evaluate("(state) => page.set(state)", {**page.evaluate("page.state()"), **state})
