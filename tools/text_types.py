"""Write assets/widgets/core/text.d.ts: the text keys of every widget, for the type checker of its script.

python tools/text_types.py writes it; with --check it fails where the file is older than the texts, and where a template
asks for a text that its section does not have.
"""

import re
import sys
import tomllib
from pathlib import Path

ASSETS = Path(__file__).resolve().parent.parent / "assets"
TEXTS = ASSETS / "text" / "en"
WIDGETS = ASSETS / "widgets"
TYPES = WIDGETS / "core" / "text.d.ts"
SHARED = "SharedText"


def sections() -> dict[str, list[str]]:
    """The keys of every widget's section by "exhibit/view"; "exhibit/shared" are those that an exhibit's widgets share,
    "" those that all do."""
    found = {"": list(_read(TEXTS / "widget.toml")["shared"])}
    for path in sorted(TEXTS.glob("*.toml")):
        for view, words in _read(path).get("widget", {}).items():
            found[f"{path.stem}/{view}"] = list(words)
    return found


def types(found: dict[str, list[str]]) -> str:
    """The TypeScript declarations of these sections."""
    lines = ["/** The texts of every widget: written by tools/text_types.py from assets/text. */"]
    for name, keys in found.items():
        shared = f"{name.split('/')[0]}/shared"
        base = f"{_pascal(shared)}Text" if shared in found and name != shared else SHARED
        heading = f"{_pascal(name)}Text extends {base}" if name else SHARED
        lines += [f"export interface {heading} {{", *(f"  {key}: string;" for key in keys), "}"]
    return "\n".join(lines) + "\n"


def missing(found: dict[str, list[str]]) -> list[str]:
    """What templates ask for and no text gives."""
    mistakes = []
    for path in sorted(WIDGETS.glob("**/template.html")):
        name = path.parent.relative_to(WIDGETS).as_posix()
        keys = {key for section in ("", f"{name.split('/')[0]}/shared", name) for key in found.get(section, [])}
        asked = re.findall(r'data-(?:text|label|title)="(\w+)"', path.read_text(encoding="utf-8"))
        mistakes += [f"{name}: no text {key!r}" for key in asked if key not in keys]
    return mistakes


def _read(path: Path) -> dict:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _pascal(name: str) -> str:
    return "".join(part.capitalize() for part in re.split(r"[/_]", name))


def main(check: bool) -> int:
    """Write or check; the number of faults."""
    found = sections()
    faults = missing(found)
    if not check:
        TYPES.write_text(types(found), encoding="utf-8")
    elif TYPES.read_text(encoding="utf-8") != types(found):
        faults.append(f"{TYPES.name} is older than the texts: run python tools/text_types.py")
    print(*faults, sep="\n", end="\n" if faults else "")
    return len(faults)


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
