"""The stream by hand: no place sees a later one, its losses, what it writes, and its recipe on a few scenes."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from models import training
from models.scenes import train
from models.scenes.captions import ROOM, encode
from models.scenes.stream import first_code, n_place, write
from tests.models.scenes.conftest import CAPTION, CODES, RECIPE


def stacked(stream):
    return torch.stack([stream[index] for index in range(6)])


def test_no_place_sees_a_later_one_and_every_place_sees_all_words(opened, stream):
    ids = stacked(stream)[:1]
    with torch.inference_mode():
        whole = opened.model(ids, output_attentions=True)
        for place in (ROOM, ROOM + 17, ids.shape[1] - 1):
            other = ids.clone()
            other[0, place] = first_code(opened.model) + (ids[0, place] - first_code(opened.model) + 1) % CODES.n_code
            after = opened.model(other).logits
            assert torch.equal(after[0, :place], whole.logits[0, :place])
            assert not torch.equal(after[0, place:], whole.logits[0, place:])
        for attention in whole.attentions:
            assert (attention.triu(1) == 0).all() and (attention[..., ROOM:, :ROOM] > 0).all()


def test_there_is_no_cross_attention(opened):
    assert not opened.model.config.add_cross_attention and not opened.model.config.is_encoder_decoder
    assert not [name for name, _ in opened.model.named_modules() if "cross" in name]


def test_a_stream_is_a_caption_then_the_codes_of_its_picture(stream, coder, reader, shown):
    ids = stacked(stream)
    codes = coder.model.encode(shown[:6]).flatten(1)
    assert ids.shape == (6, ROOM + 64) and torch.equal(ids[:, ROOM:] - (len(reader) - CODES.n_code), codes)
    names = reader.convert_ids_to_tokens(ids[0, ROOM:].tolist())
    assert names == [f"<{code}>" for code in codes[0].tolist()]
    assert not torch.equal(ids[:, :ROOM], stacked(stream)[:, :ROOM])


def test_the_losses_are_the_mean_surprise_of_text_and_of_picture(opened, stream):
    ids = stacked(stream)
    with torch.inference_mode():
        text, picture = train.losses(opened.model, ids)
        log_prob = F.log_softmax(opened.model(ids).logits, -1).numpy()
    surprise = np.array([[-log_prob[row, at - 1, ids[row, at]] for at in range(1, ids.shape[1])] for row in range(6)])
    assert text.item() == pytest.approx(surprise[:, : ROOM - 1].mean(), rel=1e-4)
    assert picture.item() == pytest.approx(surprise[:, ROOM - 1 :].mean(), rel=1e-4)


def test_what_is_written_is_the_most_probable_code_after_all_before_it(opened, reader):
    text = torch.tensor(encode(reader, [CAPTION, "大红圆在小蓝方块的左边"]))
    found, start = write(opened.model, text), first_code(opened.model)
    assert found.shape == (2, n_place(opened.model)) and start == len(reader) - CODES.n_code
    with torch.inference_mode():
        logits = opened.model(torch.cat([text, found + start], 1)).logits[:, ROOM - 1 : -1, start:]
    assert torch.equal(logits.argmax(-1), found)


def test_it_learns_and_goes_on_where_it_stopped(stream, reader, tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_DEVICE", "cpu")
    monkeypatch.setattr(train, "EVERY", 2)
    watched, text = stacked(stream), torch.tensor(encode(reader, [CAPTION]))
    models = []
    for _ in range(3):
        training.seed_everything(0)
        models.append(train.build(RECIPE, reader, CODES.n_code, 64))
    whole = train.train(models[0], RECIPE, stream, watched, text, tmp_path / "whole.pt")
    assert [row["step"] for row in whole] == [2, 4] and whole[1]["picture_loss"] < whole[0]["picture_loss"]
    assert all(len(bytes.fromhex(one)) == 64 for row in whole for one in row["written"])
    writes, calls = train.write, iter(range(1))

    def stopped(*told):
        if next(calls, None) is None:
            raise KeyboardInterrupt
        return writes(*told)

    monkeypatch.setattr(train, "write", stopped)
    with pytest.raises(KeyboardInterrupt):
        train.train(models[1], RECIPE, stream, watched, text, tmp_path / "cut.pt")
    monkeypatch.setattr(train, "write", writes)
    resumed = train.train(models[2], RECIPE, stream, watched, text, tmp_path / "cut.pt")
    assert [{**row, "seconds": 0} for row in resumed] == [{**row, "seconds": 0} for row in whole]
    for name, value in models[0].state_dict().items():
        assert torch.equal(models[2].state_dict()[name], value), name
