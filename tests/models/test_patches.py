"""One photo through two models as one trace, which survives saving."""

import numpy as np

from models import patches
from models.swin.trace import trace as swin_trace
from models.traces import PatchesTrace


def test_a_trace_of_traces_survives_saving(opened, photo, tmp_path):
    vit, swin = opened("tiny_vit"), opened("tiny_swin")
    seen = swin_trace(swin, photo)
    patches.trace(vit, swin, photo).save(tmp_path / "a.npz")
    both = PatchesTrace.load(tmp_path / "a.npz")
    assert both.vit.prefix == ("CLS",)
    np.testing.assert_array_equal(both.vit.pixels.shape, (32, 32, 3))
    again = both.swin
    assert len(again.blocks) == len(seen.blocks)
    assert (again.model, again.labels, again.blocks[3].grid) == (seen.model, seen.labels, seen.blocks[3].grid)
    np.testing.assert_array_equal(again.blocks[1].window_token, seen.blocks[1].window_token)
    np.testing.assert_allclose(again.blocks[5].attention, seen.blocks[5].attention, atol=1e-3)
