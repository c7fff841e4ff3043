"""The header and the start page lead to every exhibit and every view, in both languages."""

import re

import pytest

from lab.exhibits import EXHIBITS
from lab.header import KEYS, header, start
from lab.menu import menu
from lab.text import LANGUAGES, Text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_header_has_every_exhibit_as_a_link_and_in_the_menu(language):
    html = header(Text(language))
    assert "{" not in html.replace(menu(Text(language)), "")
    for exhibit in EXHIBITS:
        assert f'data-exhibit="{exhibit.name}"' in html
        assert re.search(f'<option value="{exhibit.name}"', html)
    assert html.count("<dt>") == len(KEYS) == html.count("<dd>")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_start_page_has_every_view(language):
    html = start(Text(language))
    for exhibit in EXHIBITS:
        views = [view.name for _, view in exhibit.views.values() if not view.aside]
        for view in views if len(views) > 1 else []:
            assert f'#{exhibit.name}/{view}"' in html
