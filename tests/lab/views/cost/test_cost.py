import numpy as np
import pytest

from lab.text import Text
from lab.views.cost import cost
from models.traces import CostTrace


def made(window_seconds=(2e-3, 8e-3, 32e-3, 128e-3)):
    """Global time quadratic in N, window time linear, crossing between the first two sizes."""
    side = np.array([8, 16, 32, 64])
    tokens = side**2.0
    return CostTrace(
        device="CPU",
        n_embd=4,
        window_size=4,
        side=side,
        global_formula=tokens**2,
        window_formula=tokens * 16,
        global_counted=np.append(tokens[:3] ** 2, np.nan),
        window_counted=tokens * 16,
        global_seconds=np.array([1e-3, 16e-3, 256e-3, np.nan]),
        window_seconds=np.array(window_seconds),
    )


def test_exponents_are_read_off_what_was_measured():
    trace = made()
    assert cost.exponent(trace, trace.global_seconds) == pytest.approx(2)
    assert cost.exponent(trace, trace.window_seconds) == pytest.approx(1)


def test_where_the_gain_starts():
    assert cost.gain_from(made()) == 16
    assert cost.gain_from(made((5e-4, 1e-3, 1e-3, 1e-3))) == 8
    assert cost.gain_from(made((9.5e-4, 1e-3, 1e-3, 1e-3))) == 16
    assert cost.gain_from(made((1, 1, 1, 1))) is None


def test_the_claim_says_what_was_measured():
    claim = cost.claim(made(), Text("en"))
    for part in (
        "N to the 2.00",
        "N to the 1.00",
        "from 16×16",
        "32×32 = 1,024 tokens they ran at 8.0 times",
        "1/64.0 of",
    ):
        assert part in claim
    assert "not reliably faster" in cost.claim(made((1, 1, 1, 1)), Text("en"))


def test_charts_draw_the_formula_beyond_what_was_measured(numbers):
    trace = made()
    macs, time = (chart["data"] for chart in cost.chart(trace, Text("en")))
    assert [line["name"] for line in macs] == [
        "global attention, formula",
        "global attention, counted",
        "window attention, formula",
        "window attention, counted",
    ]
    drawn = (trace.global_formula, trace.global_counted, trace.window_formula, trace.window_counted)
    for line, series in zip(macs, drawn, strict=True):
        np.testing.assert_array_equal(numbers(line["x"]), trace.side)
        np.testing.assert_array_equal(numbers(line["y"]), series)
    assert [line["mode"] for line in macs] == ["lines", "markers"] * 2
    assert numbers(time[0]["y"]) == pytest.approx([1, 16, 256, np.nan], nan_ok=True)
    assert numbers(time[1]["y"]) == pytest.approx([2, 8, 32, 128])
    assert time[2]["line"]["dash"] == "dash"
    assert numbers(time[2]["x"]).tolist() == [32, 64]
    assert numbers(time[2]["y"]) == pytest.approx([256, 256 * 16])
    _, time = cost.chart(trace, Text("zh"))
    assert [line["name"] for line in time["data"]] == ["全局注意力", "窗口注意力", "全局注意力（按公式外推）"]
