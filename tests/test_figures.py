"""The README's figures: one command measures them all, and says what changed since the last time."""

import json
from string import Formatter

from tools import figures
from tools.benchmark import PARTS
from tools.readme import table


def test_one_command_measures_every_figure_of_the_readme():
    asked = [name for row in table("figures")["row"] for _, name, _, _ in Formatter().parse(row["value"]) if name]
    kept = figures.read()
    for name in asked:
        part, _, row = name.removesuffix("]").partition("[")
        assert part in PARTS and row in kept[part]["rows"]
    assert kept.keys() <= PARTS.keys()


def test_a_figure_is_printed_beside_the_last_one_and_kept(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(figures, "FILE", tmp_path / "figures.json")
    for value in (2.0, 3.0):
        found = figures.Figures("page")
        found.add("until the first picture", value, "s", "at most 4 s")
        found.write()
    first, second = (line for line in capsys.readouterr().out.splitlines() if line.startswith("until"))
    assert first.split("picture")[1].split() == ["2", "s", "aim:", "at", "most", "4", "s"]
    assert second.split("picture")[1].split()[:6] == ["3", "s", "1.50", "of", "the", "last"]
    assert json.loads(figures.FILE.read_text())["page"]["rows"] == {"until the first picture": 3.0}


def test_pairs_are_measured_in_turns():
    calls = []

    def taking(seconds):
        return lambda: calls.append(seconds) or seconds

    found = figures.Figures("no such part")
    found.compare("ours", taking(1.0), "theirs", taking(4.0), rounds=2)
    assert calls == [1.0, 4.0] * 3
    assert found.rows == {"ours": 1000, "theirs": 4000, "ours / theirs": 0.25}
