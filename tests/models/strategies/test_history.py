"""The drawn histories are the files', and the drawn learning rate is what the recipes train with."""

import json

import numpy as np
import pytest

from models.checkpoint import BUNDLED
from models.strategies import history
from models.traces import HISTORIES
from models.training import warmup_cosine
from models.translation.training import Recipe


@pytest.mark.parametrize("checkpoint", HISTORIES)
def test_rows_are_those_of_the_file(checkpoint):
    found = history.trace(checkpoint)
    rows, record = (json.loads((BUNDLED / checkpoint / f"{name}.json").read_text()) for name in ("history", "recipe"))
    assert found.at.tolist() == [row[found.unit] for row in rows]
    np.testing.assert_array_equal(found.value, [row.get(found.measure, np.nan) for row in rows])
    assert np.isfinite(found.value[-1])
    np.testing.assert_array_equal(found.loss, [row.get("loss", np.nan) for row in rows])
    assert found.rate.max() <= 1 and found.peaks["adamw"] > 0
    assert (found.hours, found.device) == (record["hours"], record["device"]) and "cpu" not in found.device
    assert found.corpora == (("flickr8k", "tatoeba") if "-zh" in checkpoint else ())


def test_the_rate_is_the_recipes_own():
    recipe = Recipe(cycles=((22, 1.0), (8, 0.6)), warmup=0.1)
    written = {"cycles": [[22, 1.0], [8, 0.6]], "warmup": 0.1}
    for progress in np.linspace(0, 1, 97, endpoint=False):
        assert history.rate(written, progress) == pytest.approx(recipe.lr_scale(progress))
        assert history.rate({"warmup": 0.05}, progress) == warmup_cosine(progress, 0.05)
