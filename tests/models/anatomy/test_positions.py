"""Tables against the formula and the modules, and the order test against the encoder's own forward."""

import math

import numpy as np
import pytest
import torch

from models.anatomy import positions
from models.checkpoint import open_model
from models.families import VIT
from models.translation.bundled import AUTOREGRESSIVE

SENTENCE = "Two men run in the park."


@pytest.fixture(scope="module")
def translator():
    return open_model("marian-zh", AUTOREGRESSIVE, "text")


@pytest.fixture(scope="module")
def vit(tiny_vit):
    return open_model(str(tiny_vit), VIT, "image")


@pytest.fixture(scope="module")
def found(translator, vit):
    return positions.tables(translator, vit)


@pytest.fixture(scope="module")
def tested(translator):
    return positions.order(SENTENCE, translator)


def test_sinusoids_are_the_papers():
    table = positions.sinusoids(9, 6)
    for place in range(9):
        for index in range(3):
            angle = place / 10000 ** (2 * index / 6)
            assert table[place, index].item() == pytest.approx(math.sin(angle))
            assert table[place, 3 + index].item() == pytest.approx(math.cos(angle))


def test_the_tables_are_those_of_the_modules(found, translator, vit):
    weight = translator.model.get_encoder().embed_positions.weight.detach()
    np.testing.assert_array_equal(found.table, weight[: len(found.table)])
    assert found.sinusoid_error < 1e-5
    embeddings = vit.model.vit.embeddings.position_embeddings[0].detach().numpy()
    np.testing.assert_array_equal(found.vit_table, embeddings[1:])
    assert found.grid == (4, 4)
    one, other = found.vit_table[3].astype(float), found.vit_table[9].astype(float)
    assert found.vit_cosine[3, 9] == pytest.approx(one @ other / np.linalg.norm(one) / np.linalg.norm(other), abs=1e-5)


def test_products_are_by_distance_and_relative_to_that_with_itself():
    table = torch.randn(7, 5, generator=torch.Generator().manual_seed(0))
    found = positions.products(table)
    assert found.shape == (4, 4)
    for at in range(4):
        for distance in range(4):
            expected = table[at] @ table[at + distance] / (table[at] @ table[at])
            assert found[at, distance].item() == pytest.approx(expected.item(), abs=1e-6)


def test_with_positions_outputs_are_the_encoders_own_before_and_after(tested, translator):
    ids = translator.reader(SENTENCE, return_tensors="pt").input_ids
    order = torch.tensor(tested.order)
    assert sorted(tested.order) == list(range(ids.shape[1])) and tested.order[-1] == ids.shape[1] - 1
    assert (tested.order != np.arange(ids.shape[1])).any()
    encoder = translator.model.get_encoder()
    with torch.no_grad():
        before, after = (encoder(input_ids=tokens).last_hidden_state[0] for tokens in (ids, ids[:, order]))
    for place, token in enumerate(order.tolist()):
        expected = (after[place] - before[token]).norm() / before[token].norm()
        assert tested.change[0, token] == pytest.approx(expected.item(), rel=1e-3)


def test_without_positions_the_encoder_is_equivariant_but_for_rounding(tested):
    assert tested.change[1].max() < 1e-5 < 0.05 < tested.change[0].min()
    assert (tested.change[1] > 0).any()
