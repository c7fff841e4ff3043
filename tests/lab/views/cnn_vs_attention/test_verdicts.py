import pytest

from lab.text import LANGUAGES, table


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("view", ["reach", "parameters", "data", "position", "convolution"])
def test_every_row_of_the_table_has_a_name_and_what_the_slide_says(view, language):
    words = table(language)
    for name in ("row", "slide", "verdict", "tab", "see", "checks"):
        assert words[f"cnn_vs_attention.view.{view}.{name}"]
    assert words[f"cnn_vs_attention.view.{view}.row"] in words[f"cnn_vs_attention.view.{view}.checks"]
