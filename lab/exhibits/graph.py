"""Graphs: attention along edges that one can cut, beside the Transformer's along all."""

from dataclasses import replace

from lab.exhibit import Endpoint, Exhibit, Run, View
from lab.inputs.graph import EXAMPLE, EdgeChanges
from lab.inputs.kinds import Choice, Number
from lab.inputs.lines import Lines
from lab.inputs.models import VIT_INPUT
from lab.inputs.photo import Photo
from lab.inputs.translation import OPENS, SAVED, SENTENCE, TRANSLATOR
from lab.views.graph import compare, depth, graph, masks, paper, ranking
from models.traces import GRAPH_KINDS, PAPERS, CoraTrace, DepthTrace, GraphTrace, MasksTrace, PaperTrace, RankingTrace

EXHIBIT = Exhibit(
    "graph",
    inputs=(
        Choice(name="graph", default="karate", values=("karate", "own")),
        Lines(name="edges", default=EXAMPLE, only={"graph": "own"}),
        Choice(name="kind", default="gat", values=GRAPH_KINDS),
        Number(name="seed", default=0, minimum=0, maximum=99),
        Choice(name="paper", default=2326, values=PAPERS),
        Photo(name="photo", more=True),
        *(replace(one, more=True) for one in SENTENCE),
        TRANSLATOR,
        replace(VIT_INPUT, more=True),
        Number(name="layer", default=6, minimum=1, maximum=48, more=True),
        EdgeChanges(name="changes"),
        EdgeChanges(name="cuts"),
    ),
    runs=(
        Run(
            "graph",
            compute="models.graph.live:trace",
            trace=GraphTrace,
            inputs=("graph", "edges", "kind", "seed", "changes"),
            views=(View("graph", graph, widget="graph/graph"),),
            actions={"change": "changes"},
            endpoints=(Endpoint("graph_attention"),),
        ),
        Run(
            "masks",
            compute="models.graph.masks:trace",
            trace=MasksTrace,
            inputs=("sentence", "translator", "photo", "vit", "layer"),
            views=(View("masks", masks, widget="graph/masks"),),
            saved=SAVED,
            endpoints=(Endpoint("attention_masks"),),
        ),
        Run(
            "ranking",
            compute="models.graph.ranking:trace",
            trace=RankingTrace,
            inputs=("graph", "edges", "seed"),
            views=(View("ranking", ranking, widget="chart"),),
            endpoints=(Endpoint("key_ranking"),),
        ),
        Run(
            "depth",
            compute="models.graph.depth:trace",
            trace=DepthTrace,
            inputs=("graph", "edges", "seed"),
            views=(View("depth", depth, widget="chart"),),
            grows=True,
            endpoints=(Endpoint("graph_depth"),),
        ),
        Run(
            "paper",
            compute="models.graph.papers:trace",
            trace=PaperTrace,
            inputs=("paper", "kind", "cuts"),
            views=(View("paper", paper, widget="graph/graph"),),
            actions={"change": "cuts"},
            endpoints=(Endpoint("cora_paper"),),
        ),
        Run(
            "cora",
            compute="models.graph.recorded:read",
            trace=CoraTrace,
            views=(View("compare", compare, widget="chart", truth="recorded"),),
            endpoints=(Endpoint("cora_results"),),
        ),
    ),
    opens=OPENS,
    focused=True,
)
