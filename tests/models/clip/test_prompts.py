"""Each prompt is a row of cosines; the last row is that of the mean embedding."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional as F

from models.checkpoint import open_model
from models.clip import prompts
from models.families import DUAL_ENCODERS
from models.pixels import prepare

PHOTO = Image.fromarray(np.random.default_rng(4).integers(0, 256, (40, 50, 3), dtype=np.uint8))


@pytest.fixture(scope="module")
def clip(tiny_clip):
    return open_model(str(tiny_clip), DUAL_ENCODERS, "image and text")


@torch.inference_mode()
def test_a_row_is_a_prompt_and_the_last_the_mean_of_all(clip):
    things = ("dog", "cat", "a dog runs")
    found = prompts.trace(PHOTO, things, clip)
    assert found.prompt == (*prompts.PROMPTS["en"], "")
    model = clip.model
    pixels = prepare(PHOTO, clip.reader.image, model.config.vision_config)
    image = F.normalize(model.get_image_features(pixels).pooler_output[0], dim=-1)

    def embedding(prompt, thing):
        ids = clip.reader.text(prompt.format(thing), return_tensors="pt").input_ids
        return F.normalize(model.get_text_features(ids, torch.ones_like(ids)).pooler_output[0], dim=-1)

    for row, prompt in enumerate(prompts.PROMPTS["en"]):
        expected = [(image @ embedding(prompt, thing)).item() for thing in things]
        np.testing.assert_allclose(found.cosine[row], expected, atol=1e-5)
    for column, thing in enumerate(things):
        mean = torch.stack([embedding(prompt, thing) for prompt in prompts.PROMPTS["en"]]).mean(0)
        assert found.cosine[-1, column] == pytest.approx((image @ F.normalize(mean, dim=0)).item(), abs=1e-5)
    powers = np.exp(found.scale * found.cosine)
    np.testing.assert_allclose(found.share, powers / powers.sum(1, keepdims=True), rtol=1e-4)


def test_chinese_things_are_in_chinese_sentences(clip):
    assert prompts.trace(PHOTO, ("狗", "cat"), clip).prompt[:-1] == prompts.PROMPTS["zh"]
