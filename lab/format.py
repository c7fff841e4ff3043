"""How Python writes numbers, shares and the names of layers in sentences; the scripts' twin is assets/widgets."""

import re
from collections import Counter
from collections.abc import Sequence

from lab.text import Text

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def percent(share: float) -> str:
    """A share for a sentence: "23%", "7.4%", "0.10%", "< 0.01%"."""
    if 0 < share < 0.0001:
        return "< 0.01%"
    if share == 0 or share >= 0.0995:
        return f"{share:.0%}"
    return f"{share:.1%}" if share >= 0.00995 else f"{share:.2%}"


def fine_percent(share: float) -> str:
    """A share as the scripts write it, for one that stands beside a widget too: "14.5%", "7.62%", "< 0.01%"."""
    if share < 0.0001:
        return "< 0.01%"
    return f"{share:.2%}" if share < 0.0995 else f"{share:.1%}"


def number(value: float, decimals: int = 0) -> str:
    """A number for a sentence, its thousands apart, with a real minus: "1,024", "−2.00"; what rounds to 0 has none."""
    return f"{value:z,.{decimals}f}".replace("-", "−")


def scientific(value: float) -> str:
    """A number of any size for a sentence: "0", "0.38", "12", "2.1 × 10⁻¹⁴"."""
    if value == 0 or 0.01 <= value < 1000:
        return f"{value:.2g}" if value < 100 else f"{value:.0f}"
    digits, power = f"{value:.1e}".split("e")
    return f"{digits} × 10{str(int(power)).translate(SUPERSCRIPTS)}"


def class_names(labels: Sequence[str], text: Text) -> list[str]:
    """The names of classes in the page's language, all different: a name that is no other's alone gets its number."""
    names = [text.label(label) for label in labels]
    numbered = [f"{name} ({index})" for index, name in enumerate(names)]
    twice = {name for name, times in Counter([*names, *numbered]).items() if times > 1}
    return [own if name in twice else name for name, own in zip(names, numbered, strict=True)]


def layer_name(name: str, text: Text) -> str:
    """A layer's name in the page's language: "stage 2, block 1", "layer 3", "embedder"."""
    kind = "_".join(re.findall("[a-z]+", name))
    return text(f"model.layer.{kind}", **dict(zip("ab", re.findall(r"\d+", name), strict=False)))


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells as a Markdown table; the second row says how the columns are aligned."""
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
