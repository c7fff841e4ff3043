"""Position, Convolution and Attribution in a browser: what is drawn and written equals the trace."""

import numpy as np
import pytest
from playwright.sync_api import expect

from lab import style
from lab.text import Text
from lab.views.cnn_vs_attention import attribution, convolution, position

from . import photo_traces
from .drawn import dots, send

pytestmark = pytest.mark.browser

COLOURS = np.array(style.colour_map())


def opened(bench, name, view, trace):
    return bench.open(f"cnn_vs_attention/{name}", bench.value(*view.payload(trace, Text("en"))))


def test_position_shows_every_variant_with_what_each_setting_answers(bench):
    trace = photo_traces.position()
    page = opened(bench, "position", position, trace)
    assert page.locator(".position").get_attribute("data-models") == "vit,resnet"
    for index, model in enumerate(trace.columns):
        variants = page.locator("section").nth(index).locator(".variant")
        for variant, pixels in enumerate(model.pixels):
            shown = variants.nth(variant)
            np.testing.assert_array_equal(dots(shown.locator("canvas"))[..., :3], pixels)
            lines = shown.locator("p:not(.title)").all_inner_texts()
            assert len(lines) == len(model.probability)
            for setting, line in enumerate(lines):
                answer = model.probability[setting, variant]
                assert f"{model.labels[answer.argmax()]} {100 * answer.max():.0f}%" in line
                assert f"cosine {model.similarity[setting, variant]:.2f}" in line
    titles = page.locator("section").nth(1).locator(".title").all_inner_texts()
    assert titles == ["The photo", "4×4 tiles of 8 pixels, shuffled", "Rolled by 5 pixels", "Mirrored"]
    assert "Without positions" not in page.locator("section").nth(1).inner_text()


def swept(page, trace, step):
    """That heads, errors and numbers are those of a step."""
    page.evaluate("(step) => page.set({ step })", step)
    for head, attention in enumerate(trace.attention[step]):
        near = attention[2:11, 1:10]
        shown = dots(page.locator(".head-map canvas").nth(head))[..., :3]
        np.testing.assert_array_equal(shown, COLOURS[np.round(255 * near / attention.max() + 1e-6).astype(int)])
        said = page.locator(".head-name output").nth(head).inner_text()
        assert float(said.strip("%")) == pytest.approx(100 * attention.max(), abs=0.06)
    share = 1 + np.clip(np.log10(trace.error[step].astype(float)), -6, 0) / 6
    shown = dots(page.locator("canvas.error"))[..., :3]
    assert np.abs(shown - COLOURS[np.round(255 * share).astype(int)]).max() <= 4
    for name, where in (("inside", trace.interior), ("border", ~trace.interior)):
        error = trace.error[step][where].max()
        said = page.locator(f".numbers .{name}").inner_text()
        assert read_number(said) == pytest.approx(error, rel=0.06)
        assert float(page.locator(".convolution").get_attribute(f"data-{name}")) == pytest.approx(error, rel=1e-4)
    expect(page.locator(".alpha")).to_have_text(f"α = {trace.alpha[step]:g}")


def read_number(said):
    """0.00087 for "8.7 × 10⁻⁴"."""
    digits, _, power = said.partition(" × 10")
    return float(digits) * 10.0 ** int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)


def test_convolution_shows_heads_errors_and_a_chart_of_every_alpha(bench):
    trace = photo_traces.convolution()
    page = opened(bench, "convolution", convolution, trace)
    root = page.locator(".convolution")
    assert root.get_attribute("data-alpha") == "1"
    lines = [line.get_attribute("points") for line in page.locator("polyline").all()]
    points = np.array([[pair.split(",") for pair in line.split()] for line in lines], float)
    errors = np.array(convolution.largest_errors(trace))
    np.testing.assert_allclose(points[..., 1], 14 - 186 * np.log10(errors) / 15, atol=0.01)
    np.testing.assert_allclose(points[..., 0], np.tile(np.linspace(66, 366, 4), (2, 1)))
    for step in range(len(trace.alpha)):
        swept(page, trace, step)
        dot = page.locator("circle").first
        at = [float(dot.get_attribute(axis)) for axis in ("cx", "cy")]
        np.testing.assert_allclose(at, points[0, step])


def test_convolution_hatches_the_border_and_only_the_border(bench):
    trace = photo_traces.convolution()
    page = opened(bench, "convolution", convolution, trace)
    drawing = dots(page.locator("canvas.grid"))
    rows, columns = trace.interior.shape
    cells = drawing.reshape(rows, 40, columns, 40, 4).swapaxes(1, 2)
    inner = cells[:, :, 5:35, 5:35, 3].any(axis=(2, 3))
    np.testing.assert_array_equal(inner, ~trace.interior)


def test_convolution_keeps_its_step_while_the_alphas_stay(bench):
    page = opened(bench, "convolution", convolution, photo_traces.convolution())
    page.get_by_role("button", name="Step forward").click()
    payload = convolution.payload(photo_traces.convolution(), Text("en"))
    send(page, bench.value(*payload))
    assert page.evaluate("page.state()") == {"step": 3}
    longer = photo_traces.convolution(n_alpha=6)
    send(page, bench.value(*convolution.payload(longer, Text("en"))))
    assert page.evaluate("page.state()") == {"step": 2}
    swept(page, longer, 3)
    page.evaluate("page.set({ step: 5 })")
    expect(page.locator(".numbers .inside")).to_have_text("< 10⁻¹⁵")
    assert float(page.locator("circle").first.get_attribute("cy")) == pytest.approx(200)


def contributions(gradients, size):
    """Each pixel's share of the largest sum of a block."""
    rows, columns = gradients.shape
    grown = np.zeros((-(-rows // size) * size, -(-columns // size) * size))
    grown[:rows, :columns] = gradients
    blocks = grown.reshape(len(grown) // size, size, -1, size).sum(axis=(1, 3))
    return np.kron(blocks / np.abs(blocks).max(), np.ones((size, size)))[:rows, :columns]


@pytest.mark.parametrize(("grain", "size", "power"), [("8×8 blocks", 8, 0.7), ("pixels", 1, 0.5)])
def test_attribution_shows_what_pixels_and_blocks_add_with_their_sign(bench, grain, size, power):
    trace = photo_traces.attribution()
    page = opened(bench, "attribution", attribution, trace)
    page.get_by_role("button", name=grain).click()
    page.evaluate("page.picture()")
    for index, one in enumerate(trace.columns):
        column = page.locator(".column").nth(index)
        np.testing.assert_array_equal(dots(column.locator(".photo"))[..., :3], one.pixels)
        shown = dots(column.locator(".heat"))
        share = contributions(one.integrated_gradients.astype(float), size)
        opacity = 255 * np.abs(share) ** power
        sure = np.abs(share) > 0.05
        assert np.abs(shown[..., 3] - opacity)[sure].max() < 8
        reddish = shown[..., 0] > shown[..., 2]
        np.testing.assert_array_equal(reddish[sure], share[sure] > 0)


def test_attribution_tells_sums_and_where_there_is_no_grad_cam(bench):
    trace = photo_traces.attribution()
    page = opened(bench, "attribution", attribution, trace)
    cnn, vit = page.locator(".column").nth(0), page.locator(".column").nth(1)
    expect(cnn.locator(".readout")).to_contain_text("add up to −1.75; the logit of this class is 2.00 lower")
    expect(vit.locator(".readout")).to_contain_text("add up to 3.25; the logit of this class is 3.00 higher")
    expect(cnn.locator(".answer")).to_have_text("Answer: church (75%)")
    page.get_by_role("button", name="Grad-CAM").click()
    page.evaluate("page.picture()")
    cam = trace.columns[0].grad_cam.astype(float)
    shown = dots(cnn.locator(".heat"))
    byte = np.round(255 * cam / cam.max())
    np.testing.assert_allclose(shown[..., 3], 130 + 110 * byte / 255, atol=1)
    assert np.abs(shown[..., :3] - COLOURS[byte.astype(int)]).max() <= 2
    expect(vit.locator(".heat")).to_be_hidden()
    expect(vit.locator(".none")).to_contain_text("No Grad-CAM here")
    expect(cnn.locator(".none")).to_be_hidden()
    expect(page.get_by_role("button", name="pixels")).to_be_disabled()
    page.get_by_role("button", name="Photo", exact=True).click()
    page.evaluate("page.picture()")
    assert not page.locator(".heat").locator("visible=true").count()
    expect(page.locator(".legend")).to_be_hidden()
    assert page.locator(".attribution").get_attribute("data-mode") == "photo"
