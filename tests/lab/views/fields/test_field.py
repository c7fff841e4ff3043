import numpy as np
import pytest

from lab.format import layer_name
from lab.text import LANGUAGES, Text
from lab.views.fields import field

ENGLISH = Text("en")


def test_meta_names_layers_in_the_pages_language(trace):
    meta = field.payload(trace, ENGLISH).meta
    assert (meta["position"], meta["n_image"]) == ((0.5, 0.5), 0)
    assert meta["columns"][0] == {
        "model": "a/b",
        "answer": "church",
        "share": "80%",
        "layers": ["stem", "stage 1, layer 1"],
        "attends": [False, False],
        "rolls": False,
    }
    assert (meta["columns"][1]["attends"], meta["columns"][1]["rolls"]) == ([True, True], True)
    assert field.payload(trace, Text("zh")).meta["columns"][1]["layers"] == ["第 1 层", "第 2 层"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["embedder", "layer 12", "stage 2, layer 3", "stage 2, block 3"])
def test_a_layers_name_keeps_its_numbers(name, language):
    assert all(number in layer_name(name, Text(language)) for number in name.split() if number.isdigit())


def test_levels_are_logarithmic_and_the_same_for_all(trace):
    drawn = field.payload(trace, ENGLISH).arrays
    assert drawn["field_0"].dtype == np.uint8
    assert drawn["field_0"][0, 0, 0].tolist() == [[0, 0], [64, 255]]
    np.testing.assert_array_equal(field.levels(np.array([0.1, 1, 10, 100, 1000])), [0, 64, 128, 191, 255])
    np.testing.assert_array_equal(drawn["rollout_1"], field.levels(np.array([[[0.5, 1.5]], [[1, 1]]])))
    assert not drawn["rollout_0"].any()


def test_arrays_are_those_of_the_trace(trace):
    drawn = field.payload(trace, ENGLISH).arrays
    names = ("pixels", "field", "box", "square", "area", "distance", "rollout")
    assert list(drawn) == [f"{name}_{index}" for index in (0, 1) for name in names]
    for index, column in enumerate(trace.columns):
        np.testing.assert_array_equal(drawn[f"pixels_{index}"], column.pixels)
        np.testing.assert_array_equal(drawn[f"field_{index}"], field.levels(column.field))
        np.testing.assert_array_equal(drawn[f"box_{index}"], column.box)
        np.testing.assert_array_equal(drawn[f"area_{index}"], column.area[:, :, :, 2])
        np.testing.assert_array_equal(drawn[f"square_{index}"], column.square)
        np.testing.assert_allclose(drawn[f"distance_{index}"], np.nan_to_num(column.attention_distance))
