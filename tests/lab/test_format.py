import pytest

from lab.format import fine_percent, layer_name, number, percent, scientific, table
from lab.text import Text


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.234, "23%"), (0.0744, "7.4%"), (0.001, "0.10%"), (0.00001, "< 0.01%"), (0, "0%"), (1, "100%"), (0.0996, "10%")],
)
def test_small_shares_stay_readable(share, said):
    assert percent(share) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.14527, "14.5%"), (0.0762, "7.62%"), (0.0995, "10.0%"), (0.00156, "0.16%"), (0, "< 0.01%"), (1, "100.0%")],
)
def test_a_share_that_a_widget_shows_too_is_said_as_finely(share, said):
    assert fine_percent(share) == said


@pytest.mark.parametrize(
    ("value", "decimals", "said"),
    [
        (1024, 0, "1,024"),
        (86_567_656, 0, "86,567,656"),
        (2, 2, "2.00"),
        (-1234.56, 1, "−1,234.6"),
        (999, 0, "999"),
        (-0.001, 2, "0.00"),
    ],
)
def test_thousands_stand_apart(value, decimals, said):
    assert number(value, decimals) == said


@pytest.mark.parametrize("name", ["stage 2, block 1", "layer 3", "stage 3, layer 2"])
def test_a_layer_keeps_its_numbers_in_both_languages(name):
    assert layer_name(name, Text("en")) == name
    assert [number for number in layer_name(name, Text("zh")) if number.isdigit()] == [c for c in name if c.isdigit()]
    assert layer_name("embedder", Text("en")) == "stem"


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0"), (0.38, "0.38"), (12.4, "12"), (345.6, "346"), (2.1e-14, "2.1 × 10⁻¹⁴"), (3.94e13, "3.9 × 10¹³")],
)
def test_numbers_of_any_size(value, written):
    assert scientific(value) == written


def test_rows_become_a_table_of_markdown():
    assert table([["a", "b"], ["---", "---:"], ["x", "1"]]) == "| a | b |\n| --- | ---: |\n| x | 1 |"
