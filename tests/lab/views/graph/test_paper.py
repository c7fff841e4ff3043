"""What is said of a paper, and of what has not been trained."""

from dataclasses import replace

import numpy as np

from lab.text import Text
from lab.views.graph import compare, paper
from models.traces import GRAPH_EDGES, CoraTrace
from tests.widgets.graph_traces import asked

ENGLISH = Text("en")


def test_the_edges_that_matter_most_come_first_and_those_that_are_cut_not_at_all():
    said = paper.claim(asked(), ENGLISH)
    rows = [row.split(" | ") for row in said.splitlines() if row.startswith("| 1")]
    assert [row[0] for row in rows] == ["| 10 – 12, rule learning", "| 11 – 13, theory"]
    assert rows[0][1] == "70.0%" and rows[0][2] == "20.0%, now “rule learning” |"
    assert rows[1][1] == "–" and rows[1][2] == "50.0% |"
    assert "paper 10 is “theory”, 60.0%, and that is right" in said
    assert "on those of 1 papers, of which 0 are of its field and 0 told training theirs" in said
    assert "its own words decide alone" not in said


def test_a_wrong_answer_says_the_field_and_a_gcn_what_else_counts():
    said = paper.claim(replace(asked(), kind="gcn", label=np.array([6, 0, 6, 0])), ENGLISH)
    assert "is “theory”, 60.0%, but its field is “rule learning”" in said and "A GCN also counts" in said
    assert "A GCN also counts" not in paper.claim(asked(), ENGLISH)


def test_with_all_edges_cut_there_is_no_table():
    trace = asked()
    loops = trace.source == trace.target
    alone = replace(trace, source=trace.source[loops], target=trace.target[loops], weight=trace.weight[:, loops])
    said = paper.claim(replace(alone, cut=trace.pair, without=np.full_like(trace.without, np.nan)), ENGLISH)
    assert said.endswith("its own words decide alone.") and "|" not in said


def test_edges_with_which_nothing_was_trained_are_no_group_but_are_named():
    accuracy = np.full((len(GRAPH_EDGES), 1, 2), np.nan)
    accuracy[GRAPH_EDGES.index("citations")] = 0.8
    trace = CoraTrace(
        kind=("gcn",),
        device="CPU",
        parameters=np.array([9]),
        accuracy=accuracy,
        depth=np.array([2]),
        deep_accuracy=np.full((2, 1, 2), np.nan),
        deep_distance=np.full((2, 1, 2), np.nan),
    )
    drawn = compare.edges_chart(trace, ENGLISH).to_dict()
    assert list(drawn["data"][0]["x"]) == ["citations"]
    said = compare.claim(trace, ENGLISH)
    assert "| layers | parameters | citations |" in said
    assert "trained yet with: no edges, random edges, all to all." in said
