"""The tables of the README, made from the exhibits' records and words.

python -m tools.readme           writes them
python -m tools.readme --check   fails where they differ
"""

import sys
from pathlib import Path

from lab.exhibits import EXHIBITS
from lab.text import LANGUAGES, Text

README = Path(__file__).resolve().parent.parent / "README.md"


def table(text: Text) -> str:
    """A row for each exhibit: its tab, its views, what one sees and by which model."""
    rows = [[text(f"page.readme_{column}") for column in ("exhibit", "views", "about", "uses")], ["---"] * 4]
    for exhibit in EXHIBITS:
        name = exhibit.name
        tabs = [view.name for _, view in exhibit.views.values() if not view.aside]
        views = [text(f"{name}.view.{view}.tab").split("·")[-1].strip() for view in tabs] if len(tabs) > 1 else []
        rows.append([text(f"{name}.tab"), " · ".join(views), text(f"{name}.about"), text(f"{name}.uses")])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def filled(readme: str) -> str:
    """The README with its tables made anew, each between <!-- exhibits en --> and <!-- end -->."""
    for language in LANGUAGES:
        before, mark, rest = readme.partition(f"<!-- exhibits {language} -->\n")
        _, end, after = rest.partition("\n<!-- end -->")
        if not mark or not end:
            raise ValueError(f"the README has no place for the table in {language}")
        readme = before + mark + table(Text(language)) + end + after
    return readme


def main() -> None:
    """The command line."""
    readme = README.read_text(encoding="utf-8")
    made = filled(readme)
    if "--check" in sys.argv[1:]:
        sys.exit("README.md is out of date: python -m tools.readme" if made != readme else 0)
    README.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
