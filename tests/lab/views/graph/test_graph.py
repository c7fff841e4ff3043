"""What is said of a small graph."""

from dataclasses import replace

import numpy as np

from lab.text import Text
from lab.views.graph import graph
from tests.widgets.graph_traces import learned

ENGLISH = Text("en")


def test_a_node_that_only_a_class_names_is_named_and_one_whose_edges_were_cut_is_not():
    trace = learned()
    assert "No edge leads to" not in graph.claim(trace, ENGLISH)
    loops = trace.source == trace.target
    alone = replace(trace, source=trace.source[loops], target=trace.target[loops], weight=trace.weight[:, loops])
    said = graph.claim(replace(alone, known=np.ones(4, bool), label=np.array([0, 1, 1, 0])), ENGLISH)
    assert "No edge leads to Anna, &#60;b&#62;Ben&#60;&#47;b&#62;, for which" in said
    assert "小丽" not in said.split("for which")[0]


def test_a_node_that_hears_of_a_change_and_stays_is_not_said_to_hear_nothing():
    trace = replace(learned(), cut=((0, 1),), added=())
    said = graph.claim(replace(trace, probability=trace.whole), ENGLISH)
    assert "Nodes that do not move: 4; they hear nothing of it, or what they hear comes to nothing." in said
