"""What a visitor does on a page, and what the models say to it, computed here."""

import re
from base64 import b64decode
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from playwright.sync_api import expect

from lab import style
from lab.exhibit import Exhibit
from lab.inputs.kinds import Model
from lab.question import ask, defaults
from lab.saved import load
from models.axes import Trace
from tests.widgets.drawn import dots

Kind = TypeVar("Kind", bound=Trace)
COLOURS = np.array(style.colour_map())
LINES = "plots => plots.flatMap(plot => plot._fullData.map(line => [...line.y]))"


def briefly(exhibit, run):
    """What makes a run that trains a short one: as few steps as may be."""
    return {"steps": exhibit.input("steps").minimum} if "steps" in run.inputs else {}


def open_tab(page, name):
    page.get_by_role("tab", name=name, exact=True).click()


def controls(page):
    """The inputs of the exhibit that is open."""
    return page.locator(".controls:visible")


def status(page):
    return controls(page).locator(".prose.status")


def note(page):
    """What the views are said to show, above them."""
    return page.locator(".prose.lab-note:visible")


def trouble(page):
    """What went wrong, above the views."""
    return page.locator(".lab-trouble:visible [role=alert]")


def choose(page, **models):
    """Type models into the fields with these labels."""
    for label, model in models.items():
        field = controls(page).get_by_label(re.compile(label.replace("_", " ")))
        field.fill(str(model))
        field.press("Enter")


def upload(page, photo, folder):
    """Upload a photo, which starts the run."""
    photo.save(folder / "photo.png")
    controls(page).get_by_role("button", name=re.compile("^(Remove Image|移除照片)$")).click()
    controls(page).locator("input[type=file]").set_input_files(folder / "photo.png")


def point(page, stage, column, row, grid):
    """Where a cell of a stage is on the screen."""
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    return box["x"] + box["width"] * (column + 0.5) / grid[1], box["y"] + box["height"] * (row + 0.5) / grid[0]


def open_exhibit(page, name):
    """Open an exhibit once the first one has drawn its picture, so that nothing of the start is still on its way."""
    expect(page.locator(".cut")).to_have_attribute("data-count", "196")
    page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()


@contextmanager
def asking_nobody(page):
    """That the page, once what was asked before has come, asks for nothing."""
    before = -1
    while before < len(page.requests):
        before = len(page.requests)
        page.wait_for_timeout(500)
    page.requests.clear()
    yield
    assert not page.requests, page.requests


def colours(canvas):
    """(row, column, RGB)"""
    return dots(canvas)[..., :3]


def weights(row):
    """The colours of weights over a photo."""
    return COLOURS[np.round(255 * row / row.max()).astype(int)]


def lines(page):
    """The heights of all lines of the charts that are seen."""
    expect(page.locator(".lab-widget.chart:visible .plot").first).to_be_visible()
    return page.locator(".lab-widget.chart:visible .plot").evaluate_all(LINES)


def same_lines(drawn, measured):
    """That charts draw these lines; where nothing was measured they draw nothing."""
    for line, numbers in zip(drawn, measured, strict=True):
        np.testing.assert_allclose(np.array(line, float), np.array(numbers, float), rtol=1e-4)


def figures(chart):
    """The heights of all lines of a view's chart, or charts; plotly packs arrays."""
    heights = [line["y"] for figure in (chart if isinstance(chart, list) else [chart]) for line in figure["data"]]
    return [np.frombuffer(b64decode(y["bdata"]), y["dtype"]) if isinstance(y, dict) else y for y in heights]


def saved_trace(exhibit: Exhibit, run: str, kind: type[Kind], name: str = "") -> Kind:
    """The saved trace of one of a run's saved questions."""
    found = load(exhibit, exhibit.run(run), name)
    assert found and isinstance(found.trace, kind)
    return found.trace


def measured(exhibit: Exhibit, run: str, kind: type[Kind], **values: Any) -> Kind:
    """What the models say: the trace of a run for these values, its defaults otherwise; a photo as a picture."""
    inputs = {one.name: one for one in exhibit.inputs}
    sent = {name: value for name, value in values.items() if isinstance(inputs[name], Model)}
    question = ask(exhibit, exhibit.run(run), defaults(exhibit) | {name: str(value) for name, value in sent.items()})
    given = {name: value for name, value in values.items() if name not in sent}
    whole = replace(question, values={**question.values, **given}).whole()
    assert isinstance(whole.trace, kind)
    return whole.trace
