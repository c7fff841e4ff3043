"""One thing is wrong in a foil, and what is recorded of foils is what the towers say."""

import pytest
import torch
from torch.nn import functional as F

from models.checkpoint import open_model
from models.clip import fails
from models.clip.flickr8k import Captions
from models.clip.foils import foil, foils
from models.families import DUAL_ENCODERS
from models.traces import FOIL_KINDS


@pytest.mark.parametrize(
    ("text", "language", "kind", "expected"),
    [
        ("Two dogs and two cats.", "en", "count", "Three dogs and two cats."),
        ("A redhead in a Red hat.", "en", "colour", "A redhead in a Blue hat."),
        ("A woman and a man.", "en", "who", "A man and a man."),
        ("A dog in front of a house.", "en", "place", "A dog behind a house."),
        ("A man and a man walk a dog.", "en", "order", "A dog and a man walk a man."),
        ("A dog is running.", "en", "negation", "A dog is not running."),
        ("This isle.", "en", "negation", None),
        ("A dog and a dog.", "en", "order", None),
        ("两只黑狗", "zh", "count", "三只黑狗"),
        ("两只黑狗", "zh", "colour", "两只白狗"),
        ("女孩和狗", "zh", "order", "狗和女孩"),
        ("狗正在跑", "zh", "negation", "狗没有跑"),
        ("狗跑", "zh", "place", None),
    ],
)
def test_one_word_is_wrong(text, language, kind, expected):
    assert foil(text, language, kind) == expected


def test_a_caption_has_a_foil_for_each_kind_that_it_has_words_of():
    assert foils("A dog sleeps.", "en") == {}
    assert set(foils("Two men in red are behind a dog and a boy.", "en")) == set(FOIL_KINDS)


@torch.inference_mode()
def test_a_margin_is_the_right_cosine_less_the_wrong_one(tiny_clip):
    clip = open_model(str(tiny_clip), DUAL_ENCODERS, "image and text")
    images = F.normalize(torch.randn(2, 6, generator=torch.Generator().manual_seed(1)), dim=-1)
    texts = {"en": (("two dogs",), ("a cat", "a dog is a cat", "two cats run")), "zh": (("狗在走",), ())}
    found = fails.margins(clip.model, clip.reader.text, images, Captions((0, 1), texts))

    def cosine(photo, text):
        ids = clip.reader.text(text, return_tensors="pt").input_ids
        said = clip.model.get_text_features(ids, torch.ones_like(ids)).pooler_output[0]
        return F.cosine_similarity(images[photo], said, dim=0).item()

    assert {name for name, one in found.items() if len(one)} == {"en.count", "en.negation", "zh.negation"}
    expected = cosine(1, "a dog is a cat") - cosine(1, "a dog is not a cat")
    assert found["en.negation"] == pytest.approx(expected, abs=1e-3)
    assert abs(expected) > 0.01
