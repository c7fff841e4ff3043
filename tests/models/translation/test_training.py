"""The recipes on three made sentences, the corpora's files, and the joint vocabulary."""

import gzip
import io
import json
import math
import tarfile
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoTokenizer

from models.checkpoint import open_model
from models.translation import mask_predict, metrics, train_cmlm, train_marian, training, vocabulary
from models.translation.batches import in_batches, loader, pad_ids
from models.translation.corpus import CORPORA, FLICKR8K, MULTI30K, TATOEBA
from models.translation.training import Recipe
from models.translation.translate import by_search

SOURCE = ["A small dog runs.", "A man sees a dog.", "Two men run in the park."] * 4
TARGET = ["Ein kleiner Hund läuft.", "Ein Mann sieht einen Hund.", "Zwei Männer laufen im Park."] * 4
SMALL = {
    "n_layer": 1,
    "n_embd": 16,
    "n_head": 2,
    "n_inner": 24,
    "dropout": 0.0,
    "cycles": ((1, 1.0), (1, 0.5)),
    "average": 2,
}
SETTINGS = mask_predict.Settings(2, 2)


@pytest.fixture(scope="module")
def tokenizer():
    return vocabulary.train(SOURCE + TARGET, 100)


@pytest.fixture(params=["marian", "cmlm"])
def trained(request, tokenizer, tmp_path, monkeypatch):
    """A model of each kind after two epochs, its history and how to train it again."""
    monkeypatch.setenv("LAB_DEVICE", "cpu")
    torch.manual_seed(0)
    ends = slice(None) if request.param == "marian" else slice(-1)
    pairs = [(a, b[ends]) for a, b in zip(tokenizer(SOURCE).input_ids, tokenizer(TARGET).input_ids, strict=True)]
    if request.param == "marian":
        recipe = Recipe(**SMALL, batch_tokens=40)
        model = train_marian.build(recipe, len(tokenizer))
        loss = lambda model, source, target: train_marian.loss(model, source, target, recipe)  # noqa: E731
    else:
        recipe = train_cmlm.Recipe(**SMALL, batch_tokens=40)
        model = train_cmlm.build(recipe, len(tokenizer))
        loss = lambda model, source, target: train_cmlm.loss(model, source, target, recipe)  # noqa: E731
    history = training.train(model, recipe, pairs, loss, lambda _: {"val_bleu": 0.0}, tmp_path / "run.pt")
    return model, history, tmp_path


def test_it_learns_and_ships_the_average_of_its_last_epochs(trained):
    model, history, folder = trained
    assert len(history) == 2 and history[1]["loss"] < history[0]["loss"]
    first, last = (load_file(folder / f"run-{epoch}.safetensors") for epoch in (0, 1))
    for name, value in model.state_dict().items():
        torch.testing.assert_close(value, (first[name] + last[name]) / 2)


def test_the_saved_model_opens_through_the_door_and_answers_alike(trained, tokenizer, tmp_path):
    model, history, _ = trained
    folder = tmp_path / "saved"
    training.save(model, tokenizer, SOURCE, history, folder)
    _, opened, reader = open_model(str(folder), (type(model).__name__,), "text")
    assert reader(SOURCE).input_ids == tokenizer(SOURCE).input_ids
    for name, value in model.state_dict().items():
        if "embed_positions" not in name:
            assert torch.equal(opened.state_dict()[name], value.half().float()), name
    if type(model).__name__ == "MarianMTModel":
        assert by_search(opened, reader, SOURCE[:3]) == by_search(model, tokenizer, SOURCE[:3])
    words = (folder / vocabulary.WORDS).read_text().split()
    assert words == ["a", "dog", "in", "man", "men", "park", "run", "runs", "sees", "small", "the", "two"]


def test_the_learning_rates_rise_and_fall_in_every_cycle():
    recipe = Recipe(cycles=((10, 1.0), (30, 0.5)), warmup=0.1)
    factors = [recipe.lr_scale(epoch / 40) for epoch in (0, 1, 9.9, 10, 13, 39.9)]
    assert recipe.epochs == 40
    np.testing.assert_allclose(factors, [0.01, 1, 0, 0.005, 0.5, 0], atol=1e-3)


def test_masks_hide_one_to_all_tokens_and_never_padding():
    torch.manual_seed(0)
    target = pad_ids([[5, 6, 7, 8], [9, 10]]).repeat(4_000, 1)
    hidden = train_cmlm.mask(target)
    assert not hidden[target == vocabulary.PAD].any()
    counts = hidden.view(4_000, 2, 4).sum(-1)
    for row, length in ((0, 4), (1, 2)):
        share = counts[:, row].bincount(minlength=length + 1) / 4_000
        assert share[0] == 0 and torch.allclose(share[1:], torch.full((length,), 1 / length), atol=0.03)


def test_batches_hold_about_as_many_tokens_and_every_pair_once():
    pairs = [([4] * (1 + i % 5), [i + 4] * (1 + i % 9)) for i in range(100)]
    seen = []
    for _, target in loader(pairs, 40):
        assert target.numel() <= 40 + 2 * len(target)
        seen += target[:, 0].tolist()
    assert sorted(seen) == list(range(4, 104))


def test_a_vocabulary_gives_back_what_it_read(tokenizer, tmp_path):
    tokenizer.save_pretrained(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "marian"}')
    reader = AutoTokenizer.from_pretrained(tmp_path)
    for line in [*SOURCE[:3], *TARGET[:3]]:
        ids = reader(line).input_ids
        assert ids[-1] == vocabulary.EOS and reader.decode(ids, skip_special_tokens=True) == line
    assert [reader.pad_token_id, reader.eos_token_id, reader.mask_token_id] == [0, 1, 3]
    assert reader.convert_ids_to_tokens(reader("🙂").input_ids)[-2] == "<unk>"


def test_chinese_characters_stand_alone_without_a_word_mark():
    reader = vocabulary.train(["A dog.", "不管它。"] * 3, 60)
    assert reader.convert_ids_to_tokens(reader("不管它。").input_ids) == ["不", "管", "它", "。", "</s>"]


def test_corpora_read_their_files(tmp_path):
    with tarfile.open(tmp_path / MULTI30K.file, "w:gz") as tar:
        for name, content in {"val.en": "A dog.\nTwo men.\n", "val.de": "Ein Hund.\nZwei Männer.\n"}.items():
            info = tarfile.TarInfo(name)
            info.size = len(content.encode())
            tar.addfile(info, io.BytesIO(content.encode()))
    assert MULTI30K.load(tmp_path, "val") == (["A dog.", "Two men."], ["Ein Hund.", "Zwei Männer."])
    rows = "train\tRun.\t跑。\tx\nval\tStop!\t停！\ty\n"
    with gzip.open(tmp_path / TATOEBA.file, "wt", encoding="utf-8") as file:
        file.write(rows)
    assert TATOEBA.load(tmp_path, "val") == (["Stop!"], ["停！"])
    assert [*map(len, TATOEBA.sha256(tmp_path).values())] == [64]


def test_joined_corpora_follow_one_another_and_people_are_the_reference(tmp_path):
    captions = [
        ["train", "1.jpg", "0", "A dog.", "一只狗。", "狗。", ""],
        ["val", "2.jpg", "0", "A cat.", "一只猫。", "猫。", ""],
        ["val", "2.jpg", "1", "The cat.", "这只猫。", "猫。", ""],
        ["test", "3.jpg", "1", "A cow.", "一头牛。", "牛。", "一头奶牛。"],
    ]
    for corpus, rows in (
        (FLICKR8K, captions),
        (TATOEBA, [["train", "Run.", "跑。", ""], ["val", "Stop!", "停！", ""]]),
    ):
        with gzip.open(tmp_path / corpus.file, "wt", encoding="utf-8") as file:
            file.writelines("\t".join(row) + "\n" for row in rows)
    assert CORPORA["zh"].load(tmp_path, "train") == (["A dog.", "Run."], ["一只狗。", "跑。"])
    assert CORPORA["zh"].load(tmp_path, "val") == (["A cat.", "Stop!"], ["一只猫。", "停！"])
    assert FLICKR8K.load(tmp_path, "test") == (["A cow."], ["一头奶牛。"])
    assert set(CORPORA["zh"].sha256(tmp_path)) == {FLICKR8K.file, TATOEBA.file}


def test_of_joined_corpora_each_is_scored(tiny_translators, tmp_path, monkeypatch):
    for corpus in (FLICKR8K, TATOEBA):
        monkeypatch.setattr(type(corpus), "load", lambda self, *_: (SOURCE[:2], TARGET[:2]))
    record, counted = metrics.evaluate(tiny_translators[0], CORPORA["zh"], tmp_path)
    assert {name: figures["split"] for name, figures in record.items()} == {"flickr8k": "test", "tatoeba": "val"}
    assert all(set(figures["test"]) == {"greedy", "beam 5"} for figures in record.values())
    assert set(counted) == {f"{name}/test/{way}" for name in record for way in ("greedy", "beam 5")}


def test_repetition_is_the_share_of_tokens_that_equal_the_one_before():
    assert metrics.repetition([[1, 1, 2, 2, 2], [3], [4, 5]]) == 3 / 8


@pytest.mark.parametrize("which", [0, 1])
def test_a_checkpoint_is_scored_as_the_lab_opens_it(which, tiny_translators, tmp_path, monkeypatch):
    monkeypatch.setattr(type(MULTI30K), "load", lambda *_: (SOURCE[:3], TARGET[:3]))
    record, counted = metrics.evaluate(tiny_translators[which], MULTI30K, tmp_path)
    assert record["split"] == "test_2016_flickr" and record["sentences"] == 3
    assert "tok:13a" in record["bleu"] and json.dumps(record)
    assert set(record["test"]) == ({"greedy", "beam 5"} if which == 0 else {f"{n} passes" for n in metrics.PASSES})
    for place, some in counted.items():
        kind, way = place.split("/")
        found = metrics.follows(some)
        assert found == {name: record[kind][way][name] for name in found} and ("repetition" in found) == (which == 1)


def test_outputs_that_are_too_short_have_their_brevity_penalty():
    whole, half = ["a b c d e f g h"], ["a b c d"]
    assert metrics.score(whole, whole, "13a") == {"bleu": 100.0, "chrf": 100.0, "brevity_penalty": 1.0}
    assert metrics.score(half, whole, "13a")["brevity_penalty"] == round(math.exp(1 - 8 / 4), 3)


def test_the_number_of_length_candidates_is_measured_on_val(tiny_translators, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(type(MULTI30K), "load", lambda _, __, split: asked.append(split) or (SOURCE[:3], TARGET[:3]))
    figures, _ = metrics.by_lengths(tiny_translators[1], MULTI30K, tmp_path)
    assert asked == ["val"] and list(figures) == [str(count) for count in metrics.LENGTHS]
    assert all({"bleu", "brevity_penalty"} <= set(way) for way in figures.values())


def test_batches_of_like_length_give_their_outputs_back_in_order():
    seen = []

    def upper(part):
        seen.append(part)
        return [sentence.upper() for sentence in part]

    assert in_batches(["bb", "a", "dddd", "ccc"], upper, size=2) == ["BB", "A", "DDDD", "CCC"]
    assert seen == [["dddd", "ccc"], ["bb", "a"]]


@pytest.mark.parametrize("module", [train_marian, train_cmlm], ids=["marian", "cmlm"])
def test_a_recipe_runs_from_its_command_line_to_its_record(module, tmp_path, monkeypatch):
    recipe = replace(module.RECIPES["multi30k"], **SMALL, start="", teacher="", vocabulary=100, batch_tokens=40)
    monkeypatch.setattr(type(MULTI30K), "load", lambda *_: (SOURCE[:3], TARGET[:3]))
    monkeypatch.setattr(type(MULTI30K), "sha256", lambda self, _: {self.file: "abc"})
    monkeypatch.setattr(metrics, "PASSES", (1, 2))
    folders = {"--data": tmp_path, "--out": tmp_path / "out", "--state": tmp_path / "state" / "run.pt"}
    monkeypatch.setattr("sys.argv", ["recipe", "multi30k", *(str(part) for pair in folders.items() for part in pair)])
    parts = {"build": module.build, "loss": module.loss}
    if module is train_marian:
        parts |= {"pairs": lambda source, target: list(zip(source, target, strict=True)), "translate": by_search}
    else:
        parts |= {"pairs": module.pairs, "translate": module.translate}
    training.main("tiny", {"multi30k": recipe}, None, **parts)
    record = json.loads((tmp_path / "out" / "recipe.json").read_text())
    history = json.loads((tmp_path / "out" / "history.json").read_text())
    assert record["recipe"] == json.loads(json.dumps(asdict(recipe))) and record["sentences"] == 3
    assert record["data"] == {MULTI30K.file: "abc"}
    assert set(record["test"]) == ({"greedy", "beam 5"} if module is train_marian else {"1 passes", "2 passes"})
    assert [row["epoch"] for row in history] == [1, 2] and all("val_bleu" in row for row in history)
