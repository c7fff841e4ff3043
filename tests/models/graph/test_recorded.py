"""What was recorded on Cora is read as it stands, and what has not run is told as missing."""

import json
from dataclasses import asdict

import numpy as np

from models.graph import recorded, train
from models.traces import GRAPH_EDGES, GRAPH_KINDS, TRAINED_GRAPH_KINDS


def test_rows_come_to_their_places_whatever_is_missing(tmp_path):
    rows = [
        {"kind": "gat", "edges": "citations", "depth": 2, "seed": 1, "test": 0.8, "distance": 0.5},
        {"kind": "gat", "edges": "citations", "depth": 2, "seed": 0, "test": 0.7, "distance": 0.4},
        {"kind": "gcn", "edges": "random", "depth": 2, "seed": 0, "test": 0.3, "distance": 0.2},
        {"kind": "gcn", "edges": "citations", "depth": 16, "seed": 0, "test": 0.2, "distance": 0.0},
    ]
    (tmp_path / "recipe.json").write_text(json.dumps({"recipe": asdict(train.RECIPE), "runs": rows}))
    found = recorded.recorded(tmp_path)
    gat, gcn = (GRAPH_KINDS.index(kind) for kind in ("gat", "gcn"))
    assert found.accuracy[GRAPH_EDGES.index("citations"), gat, :2].tolist() == [0.7, 0.8]
    assert found.accuracy[GRAPH_EDGES.index("random"), gcn, 0] == 0.3
    assert np.isfinite(found.accuracy).sum() == 3
    deep = found.deep_accuracy[TRAINED_GRAPH_KINDS.index("gcn"), list(found.depth).index(16)]
    assert deep[0] == 0.2 and np.isnan(deep[1:]).all()
    assert found.deep_distance[TRAINED_GRAPH_KINDS.index("gat"), 1, :2].tolist() == [0.4, 0.5]


def test_parameters_are_counted_by_hand():
    assert recorded.parameters("gcn", {"n_hidden": 16, "heads": 1}) == 1433 * 16 + 16 + 16 * 7 + 7
    assert recorded.parameters("gat", {"n_hidden": 8, "heads": 8}) == 1433 * 64 + 3 * 64 + 64 * 7 + 3 * 7
