import numpy as np

from lab.views import patches
from models.vit.trace import trace


def test_quantised_attention_gives_the_trace_back(tiny_vit, photo):
    seen = trace(photo, str(tiny_vit))
    arrays = patches.arrays(seen)
    restored = arrays["attention"] / 255 * arrays["attention_max"][..., None]
    assert np.all(np.abs(restored - seen.attention) <= arrays["attention_max"][..., None] / 509)
    assert patches.facts(seen)["grid"] == (4, 4)


def test_uniform_attention_has_the_reference_distance(tiny_vit, photo):
    seen = trace(photo, str(tiny_vit))
    measured, uniform = patches.distances(seen)
    assert measured.shape == (3, 2)
    centres = np.stack(np.divmod(np.arange(16), 4), -1) / 4
    by_hand = np.linalg.norm(centres[:, None] - centres[None], axis=-1).mean()
    np.testing.assert_allclose(uniform, by_hand)
