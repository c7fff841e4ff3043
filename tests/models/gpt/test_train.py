"""The recipe of character models on made texts, and the parts that it reads."""

import gzip
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F
from transformers import AutoTokenizer, GPT2LMHeadModel

from models import training
from models.gpt import train
from models.gpt.corpus import CORPORA, END, Windows, one_text, poems

VERSE = ["山 中\n無", "云中山\n山", "水云\n云"] * 20
PARTS = {"train": VERSE, "val": VERSE[:9], "test": VERSE[:9]}
RECIPE = train.Recipe(
    n_layer=2, n_embd=16, n_head=2, n_positions=12, batch=4, steps=4, dropout=0.0, prompt="", n_written=6
)


@pytest.fixture(scope="module")
def reader():
    return CORPORA["tang"].tokenizer(VERSE, RECIPE.n_positions)


@pytest.fixture
def model(reader):
    training.seed_everything(0)
    return train.build(RECIPE, reader).eval()


def test_it_learns_keeps_what_it_writes_and_goes_on_where_it_stopped(model, reader, tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_DEVICE", "cpu")
    monkeypatch.setattr(train, "EVERY", 2)
    first = {name: value.clone() for name, value in model.state_dict().items()}
    whole = train.train(model, reader, RECIPE, PARTS, tmp_path / "whole.pt")
    assert [row["step"] for row in whole] == [0, 2, 4] and whole[2]["val_loss"] < whole[0]["val_loss"]
    assert all(len(reader(row["text"], add_special_tokens=False).input_ids) == 6 for row in whole)
    cut = train.build(RECIPE, reader)
    cut.load_state_dict(first)
    writes, texts = train.write, iter(range(2))

    def stopped(*told):
        if next(texts, None) is None:
            raise KeyboardInterrupt
        return writes(*told)

    monkeypatch.setattr(train, "write", stopped)
    with pytest.raises(KeyboardInterrupt):
        train.train(cut, reader, RECIPE, PARTS, tmp_path / "cut.pt")
    monkeypatch.setattr(train, "write", writes)
    again = train.build(RECIPE, reader)
    again.load_state_dict(first)
    resumed = train.train(again, reader, RECIPE, PARTS, tmp_path / "cut.pt")
    assert [{**row, "seconds": 0} for row in resumed] == [{**row, "seconds": 0} for row in whole]
    for name, value in model.state_dict().items():
        assert torch.equal(again.state_dict()[name], value), name


def test_the_saved_model_opens_with_equal_logits_and_tokens(model, reader, tmp_path):
    train.save(model, reader, [], tmp_path)
    opened = GPT2LMHeadModel.from_pretrained(tmp_path, dtype=torch.float32).eval()
    text = AutoTokenizer.from_pretrained(tmp_path)
    assert text(VERSE[0]).input_ids == reader(VERSE[0]).input_ids
    ids = torch.tensor([reader(VERSE[0]).input_ids])
    half = train.build(RECIPE, reader).eval()
    half.load_state_dict({name: value.half().float() for name, value in model.state_dict().items()})
    with torch.inference_mode():
        torch.testing.assert_close(opened(ids).logits, half(ids).logits)
    assert opened.config.eos_token_id == opened.generation_config.eos_token_id == reader.eos_token_id == 0


def test_a_character_is_not_known_before_it_is_predicted(model, reader):
    window = Windows(reader, VERSE, 6)[0][None]
    other = window.clone()
    other[:, 4] = (window[:, 4] + 1) % len(reader)
    with torch.inference_mode():
        before, after = (model(one).logits[0] for one in (window, other))
    assert torch.equal(before[:4], after[:4]) and not torch.equal(before[4:], after[4:])


def test_the_loss_is_the_mean_surprise_at_every_next_character(model, reader):
    windows = Windows(reader, VERSE, 6).apart()[:5]
    with torch.inference_mode():
        log_probs = F.log_softmax(model(windows).logits, -1)
    surprise = [-log_probs[w, i, windows[w, i + 1]].item() for w in range(5) for i in range(6)]
    assert train.evaluate(model, windows, 2) == pytest.approx(np.mean(surprise), rel=1e-5)


def test_windows_begin_with_documents_and_do_not_overlap_where_a_loss_is_measured(reader):
    windows = Windows(reader, VERSE, 7)
    assert all(windows[i][0] == reader.eos_token_id and len(windows[i]) == 8 for i in range(len(windows)))
    ids = windows.ids.tolist()
    assert reader.decode(ids[:6]) == f"{END}山 中\n{'<unk>' if '無' not in reader.get_vocab() else '無'}"
    anywhere = Windows(CORPORA["shakespeare"].tokenizer(["abcabcabca"], 3), ["abcabcabca"], 3)
    assert len(anywhere) == 7 and anywhere.apart()[:, 1:].flatten().tolist() == anywhere.ids[1:].tolist()


def test_characters_are_tokens_and_rare_or_strange_ones_are_unknown():
    reader = replace(CORPORA["tang"], least=2).tokenizer(["ab\na", "b c"], 8)
    assert reader.convert_ids_to_tokens(reader("ba c☃").input_ids) == [END, "b", "a", "<unk>", "<unk>", "<unk>"]
    plain = CORPORA["shakespeare"].tokenizer(["To be\n\nor"], 8)
    assert plain.decode(plain("be or\n\nTo").input_ids) == "be or\n\nTo" and plain.eos_token is None


def test_parts_of_a_text_lie_one_after_another_and_poems_share_no_line():
    text = one_text("abcdefghij" * 20)
    assert [len(text[part][0]) for part in ("train", "val", "test")] == [170, 10, 20]
    assert "".join(text[part][0] for part in ("train", "val", "test")) == "abcdefghij" * 20
    record = "\n\n".join(f"題 {i}\n某\n首行{i // 2}\n末行{i}" for i in range(200)) + "\n\n題\n某\n首行0\n末行0"
    parts = poems(record)
    held = {line for part in ("val", "test") for poem in parts[part] for line in poem.split("\n")}
    assert [len(parts["val"]), len(parts["test"])] == [10, 20] and 100 < len(parts["train"]) < 170
    assert not held & {line for poem in parts["train"] for line in poem.split("\n")}


def test_a_corpus_reads_its_file(tmp_path):
    with gzip.open(tmp_path / CORPORA["shakespeare"].file, "wt", encoding="utf-8") as file:
        file.write("To be " * 100)
    parts = CORPORA["shakespeare"].load(tmp_path)
    assert parts["test"] == [("To be " * 100)[540:]] and len(CORPORA["shakespeare"].sha256(tmp_path)) == 64
