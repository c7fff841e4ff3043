"""What a model sees of a photo whose size only its processor names, as a CNN's does."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from transformers import ResNetConfig, ViTConfig

from models.errors import InputError
from models.pixels import prepare, refuse_uneven_patches
from models.processor import Processor

BICUBIC = Processor(
    size=48, resample=3, factor=1 / 255, image_mean=(0.5, 0.5, 0.5), image_std=(0.2, 0.2, 0.2), reversed_colours=False
)


@pytest.mark.parametrize("size", [48, (48, 48), [48, 48]])
def test_a_cnn_sees_the_whole_photo_at_the_size_of_its_processor(photo, size):
    processor = replace(BICUBIC, size=size)
    pixels = prepare(photo, processor, ResNetConfig())
    assert pixels.shape == (1, 3, 48, 48)
    expected = np.asarray(photo.resize((48, 48), Image.Resampling.BICUBIC))
    assert np.abs(processor.picture(pixels[0].numpy()).astype(int) - expected).max() <= 1


@pytest.mark.parametrize("size", [4096, 0, -1, None, "224", (None, None), (48,), (48, 48, 3), 48.0, True, {}])
def test_a_cnn_that_asks_for_no_size_or_too_much_is_refused(photo, size):
    with pytest.raises(InputError) as caught:
        prepare(photo, replace(BICUBIC, size=size), ResNetConfig())
    assert caught.value.code == "model.size"


def test_a_config_that_names_a_size_decides(photo):
    assert prepare(photo, BICUBIC, ViTConfig(image_size=[32, 16])).shape == (1, 3, 32, 16)


def test_a_photo_is_squashed_to_the_size_of_the_training_pictures_first(photo):
    config = SimpleNamespace(image_size=64, source_size=[8, 16])
    rows = prepare(photo, replace(BICUBIC, resample=0), config)[0, 0].numpy()
    assert len(np.unique(rows, axis=0)) == 8 and len(np.unique(rows, axis=1).T) == 16


def test_patches_that_leave_something_over_are_refused():
    refuse_uneven_patches((32, 64), 8, "a")
    with pytest.raises(InputError, match="30×32"):
        refuse_uneven_patches((30, 32), 8, "a")
