import numpy as np

from lab.text import Text
from lab.views.cnn_vs_attention import attribution
from models.traces import Attribution, AttributionsTrace

ENGLISH = Text("en")


def test_attributions_keep_signs_and_say_where_there_is_no_map():
    given = {"model": "m", "pixels": np.arange(12, dtype=np.uint8).reshape(2, 2, 3), "label": "church"}
    given |= {"integrated_gradients": np.array([[0.5, -1], [0, 0.25]], np.float32), "probability": 0.9}
    one = Attribution(**given, logit_difference=2.0, grad_cam=np.array([[0, 2.0]]), completeness_error=-0.5)
    none = Attribution(**given, logit_difference=-2.0, grad_cam=np.full((1, 1), np.nan), completeness_error=0.0)
    meta, drawn = attribution.payload(AttributionsTrace((one, none)), ENGLISH)
    assert meta["columns"][0] == {
        "model": "m",
        "label": "church",
        "share": "90%",
        "difference": "2.00",
        "sum": "1.50",
        "cam": True,
    }
    assert (meta["columns"][1]["cam"], meta["columns"][1]["difference"]) == (False, "-2.00")
    assert drawn["integrated_0"].tolist() == [[64, -127], [0, 32]]
    assert drawn["cam_0"].tolist() == [[0, 255]]
    np.testing.assert_array_equal(drawn["pixels_1"], none.pixels)
