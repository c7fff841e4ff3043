"""The lecture's programs as they are drawn, against the trace."""

import json

import numpy as np
import pytest
from playwright.sync_api import expect

from .drawn import data, dots, show
from .made_programs import MADE
from .payloads import programmed

pytestmark = pytest.mark.browser
PROGRAMS = {one.name: one for one in MADE.programs}


@pytest.fixture
def code(bench):
    return bench.open("anatomy/code", programmed(bench))


def test_every_tensor_is_the_traces(code):
    for name, program in PROGRAMS.items():
        for step, made in enumerate(program.made):
            show(code, program=name, step=step, cell=made.numbers.size - 1)
            assert data(code, "shown") == made.name
            expect(code.locator(".line.now")).to_have_text(
                program.lines[made.line].strip() + "×".join(map(str, made.shape)), use_inner_text=False
            )
            expect(code.locator(".tensor .pieces span")).to_have_count(len(made.piece))
            if made.piece:
                expect(code.locator(".tensor .numbers")).to_be_hidden()
                continue
            assert json.loads(data(code, "number")) == pytest.approx(float(made.numbers[-1, -1]), abs=1e-6)
            if made.shape:
                assert dots(code.locator(".numbers canvas")).shape[:2] == made.numbers.shape


def test_it_opens_with_the_loss_and_says_what_it_is(code):
    assert (data(code, "program"), data(code, "step")) == ("training", "2")
    expect(code.locator(".readout")).to_have_text("loss = 0.750")
    expect(code.locator(".check")).to_contain_text("4.0 × 10⁻⁷")
    show(code, step=1, cell=5)
    expect(code.locator(".tensor .title")).to_have_text("logits (3 × 9): the first 4 of 9 columns")
    expect(code.locator(".readout")).to_contain_text("logits[1, 1]")
    expect(code.locator(".readout")).to_contain_text("“·Ein”")


def test_a_loop_is_stepped_through_round_by_round(code):
    code.locator(".chosen button", has_text="KV cache").click()
    assert data(code, "step") == "2"
    shape = code.locator(".listing .shape")
    expect(shape).to_have_text("2×3×4")
    code.keyboard.press("[")
    expect(shape).to_have_text("2×2×4")
    code.locator(".listing [data-line='2']").click()
    assert data(code, "step") == "1"
    show(code, cell=15)
    expect(code.locator(".readout")).to_contain_text("k[1, 1, 3]")
    code.locator(".chosen button", has_text="Generation").click()
    expect(code.locator(".tensor .pieces span")).to_have_count(3)
    code.locator(".listing [data-line='2']").click()
    expect(code.locator(".tensor .pieces")).to_have_text("·Hund")
    expect(code.locator(".check")).to_contain_text("Of its tokens 1")


def test_a_cell_is_pinned_and_moved(code):
    show(code, program="layer_norm", step=1, cell=0)
    box = code.locator(".numbers").bounding_box()
    code.mouse.click(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.5)
    code.wait_for_function("document.querySelector('.lab-widget').dataset.cell === '6'")
    code.keyboard.press("ArrowDown")
    code.wait_for_function("document.querySelector('.lab-widget').dataset.cell === '10'")
    wanted = PROGRAMS["layer_norm"].made[1].numbers.ravel()[10]
    assert np.isclose(json.loads(data(code, "number")), wanted)
