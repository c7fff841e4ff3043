"""What two layers say of a paper from the papers at most two citations away is what they say on the whole graph."""

from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from models import training
from models.checkpoint import BUNDLED
from models.errors import InputError
from models.graph import cora, extract, papers
from models.graph.layers import GraphNetwork, both_ways, with_loops
from models.traces import GRAPH_KINDS, PAPERS

FOLDER, DATA = BUNDLED / cora.NAME, Path("data")
KINDS = pytest.mark.parametrize("kind", GRAPH_KINDS)


@pytest.fixture(scope="module")
def shipped():
    return papers.read(FOLDER)


@pytest.fixture(scope="module")
def invented(tmp_path_factory):
    """A graph as Cora is, with random papers, and a folder with first weights of every kind."""
    folder = tmp_path_factory.mktemp("cora")
    generator = torch.Generator().manual_seed(0)
    pairs = torch.tensor(list(nx.gnm_random_graph(400, 560, seed=1).edges))
    bits = torch.rand(400, cora.WORDS, generator=generator) < 0.02
    label = torch.randint(len(cora.CLASSES), (400,), generator=generator)
    parts = torch.arange(400).split([50, 50, 300])
    data = cora.Cora(cora.unpacked(cora.packed(bits)), label, pairs, *parts)
    settings = {"n_hidden": 4, "heads": 2}
    recipe = {kind: settings | ({"heads": 1} if kind == "gcn" else {}) for kind in GRAPH_KINDS}
    training.write_json(folder / "recipe.json", {"recipe": recipe})
    for kind in GRAPH_KINDS:
        network = GraphNetwork(kind, cora.WORDS, 4, len(cora.CLASSES), recipe[kind]["heads"]).draw(3)
        save_file(network.state_dict(), folder / f"{kind}.safetensors")
    return data, folder


def test_of_any_graph_the_extract_gives_the_scores_of_the_whole(invented, monkeypatch):
    data, folder = invented
    monkeypatch.setattr(extract, "chosen", lambda data, scores: [110, 200, 377])
    found = extract.extract(data, folder)
    edges = with_loops(both_ways(data.pairs), 400)
    assert len(found.number) < 100
    for kind, scores in zip(GRAPH_KINDS, found.scores, strict=True):
        network = papers.network(folder, kind)
        torch.testing.assert_close(scores, network(data.words, edges)[found.asked])
        for number, row in zip(found.asked.tolist(), scores, strict=True):
            known = papers.around(found, number)
            assert found.number[known.row[0]] == number
            torch.testing.assert_close(papers.walk(network, known, list(known.pair))[0], row, atol=1e-5, rtol=1e-5)


def test_half_of_the_papers_are_said_rightly_by_every_kind(invented, monkeypatch):
    data, _ = invented
    for name, value in (("MIN_NEAR", 3), ("MAX_NEAR", 9)):
        monkeypatch.setattr(extract, name, value)
    scores = torch.nn.functional.one_hot(data.label, len(cora.CLASSES)).float().repeat(2, 1, 1)
    scores[1, ::2] *= -1
    chosen = extract.chosen(data, scores)
    graph = extract.citations(data)
    assert len(set(chosen)) == 12 and min(chosen) >= 100
    assert sum(paper % 2 for paper in chosen) == 6
    assert all(3 <= len(nx.ego_graph(graph, paper, 2)) <= 9 for paper in chosen)


@KINDS
def test_the_shipped_networks_say_of_each_paper_what_was_recorded_on_the_whole_graph(kind, shipped):
    network = papers.network(FOLDER, kind)
    assert tuple(shipped.asked.tolist()) == PAPERS
    for number, scores in zip(PAPERS, shipped.scores[GRAPH_KINDS.index(kind)], strict=True):
        known = papers.around(shipped, number)
        assert extract.MIN_NEAR <= len(known.row) <= extract.MAX_NEAR
        torch.testing.assert_close(papers.walk(network, known, list(known.pair))[0], scores, atol=1e-4, rtol=1e-4)


def test_half_of_them_are_right(shipped):
    label = shipped.label[[shipped.number.tolist().index(number) for number in PAPERS]]
    assert (shipped.scores.argmax(-1) == label).all(0).sum() == extract.HALF


@pytest.mark.skipif(not (DATA / cora.FILE).exists(), reason="cora.npz is not in ./data")
def test_the_shipped_extract_is_what_the_data_give():
    for name, value in extract.extract(cora.load(DATA), FOLDER)._asdict().items():
        torch.testing.assert_close(value, getattr(papers.read(FOLDER), name), atol=1e-4, rtol=1e-4)


@KINDS
def test_the_words_of_all_these_papers_count_and_no_others(kind, shipped):
    network, known = papers.network(FOLDER, kind), papers.around(shipped, PAPERS[0])
    before = papers.walk(network, known, list(known.pair))[0]
    for node in range(len(known.row) + 1):
        words = known.words.clone()
        words[node] = words[node].roll(1) if words[node].any() else 1.0
        moved = (papers.walk(network, known._replace(words=words), list(known.pair))[0] - before).abs().max()
        assert (moved > 0) == (node < len(known.row))


@KINDS
def test_a_cut_is_what_the_paper_before_it_said_it_would_be(kind):
    whole = papers.trace(PAPERS[1], kind, ())
    assert np.array_equal(whole.probability, whole.whole)
    for at, pair in enumerate(whole.pair[:3]):
        cut = papers.trace(PAPERS[1], kind, (pair,))
        np.testing.assert_allclose(cut.probability, whole.without[at], atol=1e-6)
        np.testing.assert_allclose(cut.whole, whole.probability, atol=1e-6)
        assert np.isnan(cut.without[at]).all() and np.isfinite(np.delete(cut.without, at, 0)).all()
        assert not {pair, pair[::-1]} & set(zip(cut.source.tolist(), cut.target.tolist(), strict=True))


@pytest.mark.parametrize("kind", ["gat", "gatv2", "dot_product"])
def test_weights_are_told_where_they_have_a_part_in_the_answer(kind):
    found = papers.trace(PAPERS[2], kind, ())
    for layer, weight in zip(found.channel_layer, found.weight, strict=True):
        told = np.isfinite(weight)
        assert np.array_equal(told, found.hop[found.target] < papers.LAYERS - layer)
        sums = np.bincount(found.target[told], weight[told])
        np.testing.assert_allclose(sums[sums > 0], 1, atol=1e-5)


def test_with_all_edges_cut_a_paper_is_judged_by_its_own_words():
    pairs = papers.trace(PAPERS[0], "gat", ()).pair
    alone = papers.trace(PAPERS[0], "gat", pairs)
    assert np.isnan(alone.without).all() and np.array_equal(alone.source, alone.target)
    assert alone.weight[-1, alone.target == 0] == pytest.approx(1)


@pytest.mark.parametrize("cuts", [((0, 999),), ((1, 0),), ((7, 8), (0, 0))])
def test_what_is_no_edge_cannot_be_cut(cuts):
    with pytest.raises(InputError):
        papers.trace(PAPERS[0], "gat", cuts)
