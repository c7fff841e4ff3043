import json
import shutil

import pytest
import torch

from models.checkpoint import open_model
from models.errors import InputError
from models.families import SWIN
from models.prepared import prepare_model
from models.swin import layers
from models.swin.trace import trace
from models.swin.windows import region_ids, window_token


def test_a_trace_holds_every_block_of_the_walk(opened, photo):
    swin = opened("tiny_swin")
    seen = trace(swin, photo)
    prepared = prepare_model(photo, swin)
    with torch.inference_mode():
        expected = layers.walk(swin.model, prepared.pixels)
        probability = swin.model(prepared.pixels).logits[0].softmax(-1)
    torch.testing.assert_close(torch.tensor(seen.probability), probability, rtol=0, atol=1e-6)
    assert [block.stage for block in seen.blocks] == [0, 0, 1, 1, 2, 2]
    assert [(block.grid, block.shift_size) for block in seen.blocks[1::2]] == [((8, 8), 1), ((4, 4), 1), ((2, 2), 0)]
    for block, attention in zip(seen.blocks, expected.attention, strict=True):
        torch.testing.assert_close(torch.tensor(block.attention), attention)
        assert (block.window_token == window_token(block.grid, 2, block.shift_size)).all()
        assert (block.region == region_ids(block.grid, 2, block.shift_size)).all()


def test_a_photo_that_does_not_come_out_in_whole_windows_is_refused(tiny_swin, photo, tmp_path):
    shutil.copytree(tiny_swin, tmp_path / "odd")
    settings = json.loads((tmp_path / "odd" / "config.json").read_text())
    (tmp_path / "odd" / "config.json").write_text(json.dumps({**settings, "image_size": 40}))
    with pytest.raises(InputError) as caught:
        trace(open_model(str(tmp_path / "odd"), SWIN, "image"), photo)
    assert caught.value.code == "model.windows"
