"""Graphs: attention along edges that one can cut, beside the Transformer's along all."""

from lab.exhibit import Exhibit, Run, View
from lab.inputs.graph import EdgeChanges, EdgeList
from lab.inputs.kinds import Choice, Number
from lab.views.graph import graph
from models.traces import GRAPH_KINDS, GraphTrace

EXHIBIT = Exhibit(
    "graph",
    inputs=(
        Choice(name="graph", default="karate", values=("karate", "own")),
        EdgeList(name="edges"),
        Choice(name="kind", default="gat", values=GRAPH_KINDS),
        Number(name="seed", default=0, minimum=0, maximum=99),
        EdgeChanges(name="changes"),
    ),
    runs=(
        Run(
            "graph",
            compute="models.graph.live:trace",
            trace=GraphTrace,
            inputs=("graph", "edges", "kind", "seed", "changes"),
            views=(View("graph", graph, widget="graph/graph"),),
            actions={"change": "changes"},
        ),
    ),
)
