"""What is recorded of wider beams, against the lab's own traced search and counted by hand."""

import json

import pytest

from models.checkpoint import BUNDLED, open_model
from models.search import Settings
from models.strategies import recorded, widths
from models.translation.beam_search import search
from models.translation.corpus import CORPORA

SENTENCES = ["A man in a blue shirt is riding a bike.", "Two dogs play with a red ball in the snow near a house."]


@pytest.fixture(scope="module")
def translator():
    return open_model("marian-multi30k", ("MarianMTModel",), "text")


@pytest.mark.parametrize("width", [1, 4])
def test_outputs_and_log_probabilities_are_those_of_the_traced_search(translator, width):
    made = widths.translate(translator, SENTENCES, width, num_beams=width, do_sample=False)
    for sentence, outputs, log_prob in zip(SENTENCES, made.ids, made.log_prob, strict=True):
        ids = translator.reader(sentence, return_tensors="pt").input_ids
        found = search(translator.model, translator.reader, ids, Settings(beam_width=width), "marian").finished
        best = max(found, key=lambda one: one.score)
        assert outputs[0] == best.token.tolist()[:-1] and len(outputs) == width
        assert log_prob == pytest.approx(best.score * len(best.token), abs=1e-3)


def test_distinct_bigrams_are_counted():
    assert widths.distinct([[[1, 2, 3], [1, 2, 4]]]) == 0.75
    assert widths.distinct([[[1, 2], [1, 2]], [[1, 2], [3, 4]]]) == 0.75


def test_of_an_older_record_only_what_was_measured_alike_is_kept(translator, monkeypatch):
    monkeypatch.setattr(widths, "BEAMS", (1,))
    monkeypatch.setattr(widths, "PENALTIES", (0.0,))
    monkeypatch.setattr(widths, "alike", lambda *_: {"compared": widths.COMPARED, "beam_distinct": 0.5})
    monkeypatch.setattr(widths, "translate", lambda *_, **__: widths.Outputs([[[5, 6]], [[7]]], [-1.0, -2.0]))
    references = ["Ein Mann.", "Zwei Hunde."]

    def kept(**changed):
        old = {"sentences": 2, "widths": [1], "by_penalty": [{"penalty": 0.0, "bleu": [99.0]}]}
        old |= {"likeness": {"compared": widths.COMPARED, "beam_distinct": 0.9}, **changed}
        found = widths.measure(translator, CORPORA["multi30k"], SENTENCES, references, old)
        return found["by_penalty"][0]["bleu"] == [99.0], found["likeness"]["beam_distinct"] == 0.9

    assert kept() == (True, True)
    assert kept(sentences=3) == kept(widths=[1, 2]) == (False, False)
    assert kept(likeness={"compared": 4, "beam_distinct": 0.9}) == (True, False)


@pytest.mark.parametrize("name", recorded.RECORDED)
def test_what_is_shipped_is_read_as_it_stands(name):
    written = json.loads((BUNDLED / name / recorded.WIDTHS).read_text(encoding="utf-8"))
    found = recorded.widths(open_model(name, ("MarianMTModel",), "text"))
    assert found.width.tolist() == list(widths.BEAMS) and found.penalty.tolist() == list(widths.PENALTIES)
    assert found.bleu.tolist() == [row["bleu"] for row in written["by_penalty"]]
    # by log probability alone a wider beam, with more to choose from, finds no less probable outputs on average
    assert (found.log_prob[0, 1:] >= found.log_prob[0, :1]).all()
    assert 0 < found.beam_distinct < found.sample_distinct <= 1
