"""Fields, evidence, a rebuilt convolution, moved photos and costs as payloads and sentences, from hand-made traces."""

from dataclasses import replace

import numpy as np
import pytest

from lab.text import LANGUAGES, Text
from lab.views import dependence, efficiency, evidence, fields, position, sweep
from models.traces import (
    DependenceTrace,
    EfficiencyTrace,
    EvidenceTrace,
    FieldTrace,
    PositionTrace,
    ReceptiveFieldTrace,
    SweepTrace,
    TheoryTrace,
)

ENGLISH = Text("en")
AREA = np.arange(2 * 1 * 2 * 4 * 2, dtype=np.float32).reshape(2, 1, 2, 4, 2) / 100


def column(**changes):
    box = np.array([[0.25, 0.25, 0.75, 0.75], [0, 0, 1, 1]], np.float32)
    given = {
        "model": "a/b",
        "family": "resnet",
        "layer_name": ("embedder", "stage 1, layer 1"),
        "labels": ("cat", "church"),
        "pixels": np.zeros((4, 4, 3), np.uint8),
        "probability": np.array([0.2, 0.8], np.float32),
        "box": box,
        "field": np.array([0, 0.05, 1, 5000], np.float32).reshape(1, 1, 1, 2, 2) * np.ones((2, 1, 2, 1, 1), np.float32),
        "area": AREA,
        "square": np.tile(np.array([0.25, 0.25, 0.5, 0.5], np.float32), (2, 1, 2, 1)),
        "radius": np.full((2, 1, 2), 0.1, np.float32),
        "box_radius": np.array([0.2, 0.4], np.float32),
        "attention_distance": np.full(2, np.nan, np.float32),
        "rollout": np.full((2, 1, 1), np.nan, np.float32),
    }
    return FieldTrace(**given | changes)


@pytest.fixture
def trace():
    attending = {"family": "vit", "layer_name": ("layer 1", "layer 2"), "box": np.tile([0, 0, 1, 1], (2, 1))}
    attending |= {"attention_distance": np.array([0.3, 0.4]), "rollout": np.array([[[1, 3.0]], [[2, 2]]])}
    return ReceptiveFieldTrace('[["a/b"], false]', (0.5, 0.5), 0, (column(), column(model="vit", **attending)))


def test_facts_name_layers_in_the_pages_language(trace):
    told = fields.facts(trace, ENGLISH)
    assert told["columns"][0]["layers"] == ["stem", "stage 1, layer 1"]
    assert told["columns"][0]["share"] == "80%"
    assert [c["attends"] for c in told["columns"]] == [c["rolls"] for c in told["columns"]] == [False, True]
    assert fields.facts(trace, Text("zh"))["columns"][1]["layers"] == ["第 1 层", "第 2 层"]
    for name in ("embedder", "layer 12", "stage 2, layer 3", "stage 2, block 3"):
        for language in LANGUAGES:
            assert all(number in fields.layer_name(name, Text(language)) for number in name.split() if number.isdigit())


def test_levels_are_logarithmic_and_the_same_for_all(trace):
    drawn = fields.arrays(trace)
    assert drawn["field_0"].dtype == np.uint8
    assert drawn["field_0"][0, 0, 0].tolist() == [[0, 0], [64, 255]]
    np.testing.assert_array_equal(fields.levels(np.array([0.1, 1, 10, 100, 1000])), [0, 64, 128, 191, 255])
    np.testing.assert_array_equal(drawn["rollout_1"], fields.levels(np.array([[[0.5, 1.5]], [[1, 1]]])))
    assert not drawn["rollout_0"].any()
    np.testing.assert_array_equal(drawn["area_0"], AREA[:, :, :, 2])
    assert drawn["square_0"].shape == (2, 1, 2, 4) and drawn["square_0"][1, 0, 1].tolist() == [0.25, 0.25, 0.5, 0.5]


def test_the_chart_has_a_line_for_what_was_measured(trace):
    drawn = fields.growth_chart(trace, ENGLISH)["data"]
    measured, styles = drawn[:7], drawn[7:]
    assert [line["name"] for line in measured] == ["a/b"] * 3 + ["vit"] * 4
    assert [line["name"] for line in measured if line["showlegend"]] == ["a/b", "vit"]
    assert "root mean square" in measured[-1]["hovertemplate"] and "attention" in measured[-1]["hovertemplate"]
    assert measured[-1]["customdata"] == ["layer 1", "layer 2"]
    assert [line["name"] for line in styles][1:] == ["measured", "random weights", "attention"]
    assert all(line["x"] == line["y"] == [None] for line in styles)
    for line, style in zip(measured[3:], styles, strict=True):
        assert (line["mode"], line["line"].get("dash")) == (style["mode"], style["line"].get("dash"))


def test_the_claim_tells_areas_and_from_where_on_all_is_seen(trace):
    told = fields.growth_claim(trace, ENGLISH).split("\n- ")
    assert told[1].startswith("**a/b**, stem: can see 25%, does see 5.0%;")
    assert "at the end 100% and 13%. It can see the whole photo from stage 1, layer 1 on." in told[1]
    assert "from layer 1 on" in told[2]
    small = replace(trace, columns=(column(box=np.tile(np.array([0.1, 0.1, 0.2, 0.2], np.float32), (2, 1))),))
    assert "can never see" in fields.growth_claim(small, ENGLISH)


def test_the_claim_tells_what_published_cnns_can_see(trace):
    theory = TheoryTrace(model=("vgg16", "resnet152"), side=224, size=np.array([212, 1451]))
    told = fields.growth_claim(replace(trace, published=(theory,)), ENGLISH)
    assert told.endswith("the picture of 224 pixels into the padding: vgg16 212 · resnet152 1,451.")


def test_evidence_keeps_signs_and_says_where_there_is_no_map():
    given = {"model": "m", "pixels": np.zeros((2, 2, 3), np.uint8), "label": "church", "probability": 0.9}
    given |= {"integrated": np.array([[0.5, -1], [0, 0.25]], np.float32), "logit_difference": 2.0}
    one = EvidenceTrace(**given, grad_cam=np.array([[0, 2.0]]), completeness_error=-0.5)
    none = EvidenceTrace(**given, grad_cam=np.full((1, 1), np.nan), completeness_error=0.0)
    told = evidence.facts((one, none), ENGLISH)["columns"]
    assert (told[0]["sum"], told[0]["difference"], told[0]["cam"], told[1]["cam"]) == ("1.50", "2.00", True, False)
    drawn = evidence.arrays((one, none))
    assert drawn["integrated_0"].tolist() == [[64, -127], [0, 32]]
    assert drawn["cam_0"].tolist() == [[0, 255]]


def test_the_sweep_tells_errors_inside_and_at_the_border():
    error = np.array([[[0.5, 0.1], [0.7, 0.2]], [[0.3, 0.0], [0.6, 0.0]]])
    interior = np.array([[False, True], [False, True]])
    seen = SweepTrace(
        "m", "stage 2, layer 2", 3, (4, 4), np.array([0.0, 1]), np.ones((2, 9, 2, 2)), error, interior, 2.0
    )
    told = sweep.facts(seen, ENGLISH)
    assert (told["inside"], told["border"], told["alphas"]) == ([0.2, 0.0], [0.7, 0.6], [0.0, 1.0])
    assert sweep.arrays(seen)["attention"].dtype == np.float32


def test_moved_photos_tell_how_far_the_answer_moved():
    probability = np.array([[[0.8, 0.2], [0.3, 0.7], [0.8, 0.2], [0.6, 0.4]], [[0.5, 0.5]] * 4], np.float32)
    seen = PositionTrace("m", ("cat", "church"), 8, 4, np.zeros((4, 16, 16, 3), np.uint8), probability, np.ones((2, 4)))
    np.testing.assert_allclose(position.change(seen), [[0, 0.5, 0, 0.2], [0, 0, 0, 0]], atol=1e-6)
    told = position.facts((seen,), ENGLISH)["models"][0]["settings"]
    assert told[0][1]["answer"] == ENGLISH.label("church") and told[0][1]["change"] == "50%"
    assert "(2×2 tiles of 8 pixels): 50% as it is, 0% without" in position.claim((seen,), ENGLISH)
    alone = replace(seen, probability=probability[:1], similarity=np.ones((1, 4)))
    assert "no position parameters" in position.claim((alone,), ENGLISH)


def test_costs_are_counted_in_squares_of_the_width():
    seen = EfficiencyTrace(
        model=("m", "n"),
        parameters=np.array([2_800_000, 5_500_000]),
        multiply_adds=np.array([150e6, 1.2e9]),
        val_accuracy=np.array([0.9, np.nan]),
        kind=("convolution", "attention", "vit_layer"),
        n_embd=np.array([10, 20]),
        weights=np.array([[900, 3600], [400, 1600], [1200, 4800]]),
    )
    told = efficiency.claim(seen, ENGLISH)
    assert "an attention layer has 4·C² weights, one 3×3 convolution 9·C²; a ViT layer" in told
    assert "12·C², a ResNet layer (two convolutions) 18·C²" in told
    assert "| m | 2.8 M | 150 M | 90% |" in told and "| n | 5.5 M | 1,200 M | not recorded |" in told
    names = [line["name"] for line in efficiency.chart(seen, ENGLISH)["data"]]
    assert names[0] == "3×3 convolution" and names[3] == "ResNet layer (two 3×3 convolutions)"


def test_the_sweep_over_data_shows_means_spreads_and_gains():
    seen = DependenceTrace(
        family=("resnet", "vit", "swin"),
        steps=1500,
        parameters=np.array([700_000, 910_000, 890_000]),
        multiply_adds=np.array([40e6, 60e6, 30e6]),
        share=np.array([0.05, 1]),
        n_image=np.array([473, 9469]),
        n_seed=np.array([3, 3]),
        mean=np.array([[0.6, 0.7], [0.4, 0.55], [0.45, 0.5]]),
        lowest=np.array([[0.59, 0.7], [0.38, 0.5], [0.45, 0.5]]),
        highest=np.array([[0.62, 0.7], [0.41, 0.58], [0.45, 0.5]]),
    )
    told = dependence.claim(seen, ENGLISH)
    assert "1,500 steps each" in told and "over up to 3 seeds" in told and "with 473 and with 9,469" in told
    assert "(0.91 M parameters, 60 M multiply-adds): 40% (38% to 41%) and 55% (50% to 58%): +15 points." in told
    first = dependence.chart(seen, ENGLISH)["data"][0]
    assert first["name"] == "CNN (ResNet)"
    np.testing.assert_allclose([*first["error_y"]["array"], *first["error_y"]["arrayminus"]], [0.02, 0, 0.01, 0])
