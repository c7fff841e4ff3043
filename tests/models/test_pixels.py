"""What a model sees of a photo whose size only its processor names, as a CNN's does."""

import numpy as np
import pytest
from PIL import Image
from transformers import ConvNextImageProcessor, ResNetConfig, ViTImageProcessor

from models.errors import InputError
from models.pixels import denormalise, prepare


@pytest.mark.parametrize(
    "processor",
    [ConvNextImageProcessor(size={"shortest_edge": 48}), ViTImageProcessor(size={"height": 48, "width": 48})],
)
def test_a_cnn_sees_the_whole_photo_at_the_size_of_its_processor(photo, processor):
    pixels = prepare(photo, processor, ResNetConfig())
    assert pixels.shape == (1, 3, 48, 48)
    expected = np.asarray(photo.resize((48, 48), Image.Resampling.BICUBIC))
    assert np.abs(denormalise(pixels[0].numpy(), processor).astype(int) - expected).max() <= 1


def test_a_cnn_that_asks_for_too_much_is_refused(photo):
    with pytest.raises(InputError, match=r"model\.size"):
        prepare(photo, ConvNextImageProcessor(size={"shortest_edge": 4096}), ResNetConfig())
