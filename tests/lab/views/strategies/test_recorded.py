"""What was recorded is drawn as it is, and the sentences say it."""

from dataclasses import replace

import numpy as np
import pytest

from lab.text import LANGUAGES, Text
from lab.views.strategies import finetune, history, recovery, train, widths
from models.traces import FinetuneTrace, HistoryTrace, RecoveryTrace, WidthsTrace

EN = Text("en")


@pytest.fixture
def recovered():
    return RecoveryTrace(
        model="m",
        corpus="tatoeba",
        sentences=20,
        distance=np.arange(1, 4),
        reaching=np.array([20, 12, 5]),
        divergence=np.array([[0.5, 0.25, 0.125], [2, 1, 0.5]]),
        lost=np.array([[0.1, 0.2, 0.1], [0.3, 0.3, 0.2]]),
        positions=np.array([40, 50]),
        unchanged=np.array([30, 10]),
        changed=np.array([0.5, 0.25]),
    )


@pytest.fixture
def trained():
    return HistoryTrace(
        checkpoint="vit-imagenette",
        corpora=(),
        unit="epoch",
        at=np.array([1.0, 2, 3]),
        loss=np.array([np.nan, 2, 1.5]),
        measure="val_accuracy",
        value=np.array([0.5, 0.75, 0.7]),
        size=np.array([96.0, 128, 128]),
        hours=1.53,
        device="NVIDIA H200",
        done=np.array([0.0, 1.5, 2.9]),
        rate=np.array([0.0, 1, 0.1]),
        peaks={"muon": 0.02, "adamw": 0.004},
    )


def test_recovery_is_drawn_and_told_by_kind(recovered):
    moved, missing, reaching = recovery.chart(recovered, EN)
    assert [line["y"] for line in moved["data"]] == recovered.divergence.tolist()
    assert [line["y"] for line in missing["data"]] == recovered.lost.tolist()
    assert [bars["y"] for bars in reaching["data"]] == [[20, 12, 5]]
    said = recovery.claim(recovered, EN)
    assert "with m on 20 everyday sentences (Tatoeba):" in said
    assert "second choice: 40 tokens made wrong; after 75% of them nothing changes, on average 50%" in said
    assert (
        "any token: 50 tokens made wrong; after 20%" in said and "by 2.00 nats, the one 3 tokens later by 0.50" in said
    )


def test_history_is_drawn_with_its_rate_and_told(trained):
    loss, held, rate = history.chart(trained, EN)
    assert loss["data"][0]["y"] == [2, 1.5] and loss["data"][0]["x"] == [2, 3]
    assert held["data"][0]["y"] == [0.5, 0.75, 0.7]
    assert rate["data"][0]["x"] == [0, 1.5, 2.9]
    assert [one["layout"]["xaxis"]["range"] for one in (loss, held, rate)] == [[0, 3]] * 3
    said = history.claim(trained, EN)
    assert "3 epochs in 1.53 hours on NVIDIA H200" in said
    assert "from 2.00 to 1.50" in said and "best 75.0% after 2, 70.0% at the end" in said
    assert "highest after 50%" in said and "muon 0.02, adamw 0.004" in said and "96 → 128" in said
    joined = "two validation sets together"
    assert joined not in said and joined in history.claim(replace(trained, corpora=("a", "b")), EN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_loss_is_best_where_it_is_lowest(trained, language):
    said = history.claim(replace(trained, measure="val_loss", size=np.full(3, np.nan)), Text(language))
    assert "0.50" in said and "96" not in said


def test_widths_are_drawn_by_penalty_and_told():
    found = WidthsTrace(
        model="m",
        corpus="multi30k",
        sentences=20,
        penalty=np.array([0.0, 1.0]),
        width=np.array([1, 4, 64]),
        bleu=np.array([[30.0, 32, 28], [30, 33, 33]]),
        length=np.array([[10.0, 9, 8], [10, 10, 10]]),
        log_prob=np.array([[-8.0, -7, -6.5], [-8, -7.5, -7.25]]),
        compared=8,
        beam_distinct=0.25,
        sample_distinct=0.75,
        sample_bleu=20.0,
    )
    quality, probability, length = widths.chart(found, EN)
    assert [line["y"] for line in quality["data"]] == found.bleu.tolist()
    assert [line["y"] for line in probability["data"]] == found.log_prob.tolist()
    assert [line["y"] for line in length["data"]] == found.length.tolist()
    said = widths.claim(found, EN)
    assert "with m on 20 image captions (Multi30k):" in said
    assert "Length penalty 0: BLEU 30.0 greedily, at best 32.0 with 4 beams, 28.0 with 64" in said
    assert "from −8.00 to −6.50 nats" in said and "from 10.0 to 8.0 tokens" in said
    assert "25% are distinct" in said and "samples 75%" in said and "BLEU 20.0." in said


@pytest.fixture
def further():
    return FinetuneTrace(
        model="m",
        sentences=20,
        steps=100,
        strategy=("teacher_forcing", "linear", "own_output"),
        bleu_before=np.array([36.0, 38]),
        bleu=np.array([[[37.0, 39], [38, 40]], [[39, 41], [38.5, 40]], [[30, 31], [38, 33]]]),
        right_before=np.array([0.5, 0.75]),
        right=np.array([[[0.5, 0.75], [0.6, 0.75]], [[0.5, 0.75]] * 2, [[0.4, 0.7], [0.5, 0.7]]]),
        calibration_before=0.1,
        calibration=np.array([[0.1, 0.2], [0.1, 0.1], [0.05, 0.03]]),
        seconds=np.array([[60.0, 120], [90, 90], [300, 300]]),
    )


def test_further_training_is_drawn_seed_by_seed(further):
    quality, right, calibration = finetune.chart(further, EN)
    greedy, beam = quality["data"]
    assert greedy["x"] == [36, *further.bleu[:, :, 0].ravel()] and beam["x"] == [38, *further.bleu[:, :, 1].ravel()]
    forced, mixed, own = (train.strategy_name(one, EN) for one in further.strategy)
    assert greedy["y"] == ["before", forced, forced, mixed, mixed, own, own]
    assert right["data"][0]["y"] == pytest.approx([5, 0]) and right["data"][2]["y"] == pytest.approx([-5, -5])
    assert calibration["data"][0]["x"] == [0.1, *further.calibration.ravel()]


def test_further_training_is_compared_with_teacher_forcing(further):
    assert [finetune.beside(further, at, 0) for at in (1, 2)] == ["above", "within"]
    worse = replace(further, bleu=further.bleu - np.array([0, 9, 9])[:, None, None])
    assert {finetune.beside(worse, at, way) for at in (1, 2) for way in (0, 1)} == {"below"}
    said = finetune.claim(further, EN)
    assert "| before | 36.0 | 38.0 |  | 10% |  |" in said
    assert "| 38.8 (38.5–39.0) | 40.5 (40.0–41.0) | above; overlaps | 10% (10%–10%) | 1.5 |" in said
    assert "100 steps" in said and "one of 3 cases" in said
