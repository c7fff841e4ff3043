"""The tables of the README: exhibits, from their records and words; settings; figures, from what was measured.

It also makes docs/api.md.

python -m tools.readme           writes them
python -m tools.readme --check   fails where they differ
"""

import sys
import tomllib
from pathlib import Path
from typing import Any

from lab.exhibits import EXHIBITS
from lab.header import tabs
from lab.text import LANGUAGES, Text
from tools import api, figures

HERE = Path(__file__).resolve().parent
README = HERE.parent / "README.md"


def exhibits(text: Text) -> str:
    """A row for each exhibit: its tab, its views, what one sees and by which model."""
    rows = [[text(f"page.readme_{column}") for column in ("exhibit", "views", "about", "uses")], ["---"] * 4]
    for exhibit in EXHIBITS:
        name = exhibit.name
        views = " · ".join(tabs(exhibit, text).values())
        rows.append([text(f"{name}.tab"), views, text(f"{name}.about"), text(f"{name}.uses")])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def settings(text: Text) -> str:
    """A row for each entry of settings.toml."""
    rows = [[text(f"page.readme_{column}") for column in ("setting", "default", "does")], ["---"] * 3]
    rows += [[f"`{name}`", one["default"], one[text.language]] for name, one in table("settings").items()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def measured(text: Text) -> str:
    """A row for each figure of figures.toml, as it stands in docs/figures.json."""
    parts = figures.read()
    rows = {name: part["rows"] for name, part in parts.items()}
    lines = [f"| {row[text.language]} | {row['value'].format(**rows)} |" for row in table("figures")["row"]]
    dates = sorted({f"{part['date']}, {part['device']}, {part['cores']} cores" for part in parts.values()})
    return "\n".join([f"| {'; '.join(dates)} | |", "|---|---|", *lines])


def table(name: str) -> dict[str, Any]:
    """What one of the files beside this one says."""
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


TABLES = {"exhibits": exhibits, "settings": settings, "figures": measured}
"""What fills the places of the README, by their names."""


def filled(readme: str) -> str:
    """The README with its tables made anew, each between <!-- exhibits en --> and <!-- end -->."""
    for name, table in TABLES.items():
        for language in LANGUAGES:
            before, mark, rest = readme.partition(f"<!-- {name} {language} -->\n")
            _, end, after = rest.partition("\n<!-- end -->")
            if not mark or not end:
                raise ValueError(f"the README has no place for the {name} in {language}")
            readme = before + mark + table(Text(language)) + end + after
    return readme


def main() -> None:
    """The command line."""
    made = {README: filled(README.read_text(encoding="utf-8")), api.FILE: api.document()}
    for file, content in made.items():
        if "--check" not in sys.argv[1:]:
            file.write_text(content, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != content:
            sys.exit(f"{file.name} is out of date: python -m tools.readme")


if __name__ == "__main__":
    main()
