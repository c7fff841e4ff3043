"""What preprocessor_config.json says is what the library's own processors make of it; what it cannot say is refused."""

import json

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import AutoImageProcessor

from models.errors import InputError
from models.processor import KINDS, read

SETTINGS = {
    "nothing more": {},
    "no rescaling": {
        "do_rescale": False,
        "image_mean": [123.675, 116.28, 103.53],
        "image_std": [58.395, 57.12, 57.375],
    },
    "no normalising": {"do_normalize": False},
    "neither": {"do_rescale": False, "do_normalize": False},
    "another factor": {"rescale_factor": 1 / 127.5, "image_mean": [1.0, 1.0, 1.0], "image_std": [1, 1, 1]},
    "one number for all colours": {"image_mean": 0.4, "image_std": 0.2},
    "bicubic": {"resample": 3},
    "lanczos": {"resample": 1},
    "nearest": {"resample": 0},
    "grey to colour": {"do_convert_rgb": True},
}


def folder(path, **settings):
    (path / "preprocessor_config.json").write_text(json.dumps(settings))
    return path


def of(path, model_type="vit", **settings):
    return read("a", folder(path, **settings), model_type)


def code(path, **settings):
    with pytest.raises(InputError) as caught:
        of(path, **settings)
    return caught.value.code


def library(path, photo):
    """The same folder's pixels, as transformers' own processor prepares them."""
    size = {"height": 32, "width": 48}
    processor = AutoImageProcessor.from_pretrained(path)
    return processor(images=photo, size=size, do_center_crop=False, return_tensors="pt")["pixel_values"].float()


@pytest.mark.parametrize(
    "kind", ["ViTImageProcessor", "DeiTImageProcessor", "CLIPImageProcessor", "MobileViTImageProcessor"]
)
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_pixels_equal_those_of_the_library(kind, settings, photo, tmp_path):
    processor = of(tmp_path, image_processor_type=kind, **settings)
    torch.testing.assert_close(
        processor.values(photo, (32, 48)), library(tmp_path, photo), rtol=1e-5, atol=1e-5 / processor.image_std[0]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_file_leaves_out_is_what_the_class_says(kind, photo, tmp_path):
    named = {"image_processor_type": kind}
    if kind not in ("ConvNextImageProcessor", "PoolFormerImageProcessor"):  # these cut a share of their own
        torch.testing.assert_close(of(tmp_path, **named).values(photo, (32, 48)), library(tmp_path, photo))
    for older in (kind + "Fast", kind.replace("ImageProcessor", "FeatureExtractor")):
        assert of(tmp_path, image_processor_type=older) == of(tmp_path, **named)
        assert of(tmp_path, feature_extractor_type=older) == of(tmp_path, **named)


def test_without_a_name_the_models_own_processor_is_meant(tmp_path):
    own = {"resnet": "ConvNextImageProcessor", "deit": "DeiTImageProcessor", "swin": "ViTImageProcessor"}
    for model_type, kind in own.items():
        assert of(tmp_path, model_type, do_rescale=True) == of(tmp_path, image_processor_type=kind)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_the_photo_is_shown_as_it_is_whatever_was_done_to_it(settings, turned, tmp_path):
    processor = of(tmp_path, **settings, do_flip_channel_order=turned)
    values = processor.values(Image.new("RGB", (40, 30), (127, 127, 90)), (16, 16))
    assert values.shape == (1, 3, 16, 16)
    assert np.unique(processor.picture(values[0].numpy()).reshape(-1, 3), axis=0).tolist() == [[127, 127, 90]]


def test_a_stranger_sets_only_what_is_read(photo, tmp_path):
    plain = of(tmp_path, do_resize=True)
    huge = {"do_pad": True, "pad_size": {"height": 20000, "width": 20000}, "size_divisor": 20000, "crop_pct": 0.001}
    assert of(tmp_path, **huge) == plain
    assert plain.values(photo, (16, 24)).shape == (1, 3, 16, 24)


@pytest.mark.parametrize(
    ("settings", "size"),
    [
        ({"size": 64}, 64),
        ({"size": {"shortest_edge": 64}}, 64),
        ({"size": {"height": 64, "width": 48}}, (64, 48)),
        ({"size": 256, "crop_size": 224, "do_center_crop": True}, 224),
        (
            {"size": {"shortest_edge": 256}, "crop_size": {"height": 224, "width": 200}, "do_center_crop": True},
            (224, 200),
        ),
        ({"size": 256, "crop_size": 224, "do_center_crop": False}, 256),
        ({"size": None}, None),
        ({"size": {}}, (None, None)),
        ({"size": "64"}, "64"),
        ({}, 384),
    ],
    ids=str,
)
def test_the_size_that_a_file_names(settings, size, tmp_path):
    assert of(tmp_path, "resnet", **{"image_processor_type": "ConvNextImageProcessor", **settings}).size == size


@pytest.mark.parametrize(
    ("settings", "refused"),
    [
        ({"do_resize": False}, "do_resize"),
        ({"do_resize": None}, "do_resize"),
        ({"do_resize": "yes"}, "flag"),
        ({"do_rescale": 1}, "flag"),
        ({"do_normalize": "false"}, "flag"),
        ({"do_flip_channel_order": []}, "flag"),
        ({"resample": 99}, "resample"),
        ({"resample": 4}, "resample"),
        ({"resample": "bicubic"}, "resample"),
        ({"resample": True}, "resample"),
        ({"resample": 2.5}, "resample"),
        ({"rescale_factor": 0}, "number"),
        ({"rescale_factor": None}, "number"),
        ({"rescale_factor": "1/255"}, "number"),
        ({"rescale_factor": float("nan")}, "number"),
        ({"rescale_factor": -1}, "number"),
        ({"image_mean": [0.5, 0.5]}, "colours"),
        ({"image_mean": "grey"}, "colours"),
        ({"image_mean": None}, "colours"),
        ({"image_mean": [0.5, None, 0.5]}, "colours"),
        ({"image_mean": [0.5, float("inf"), 0.5]}, "colours"),
        ({"image_std": [0.2, 0, 0.2]}, "colours"),
        ({"image_std": 0}, "colours"),
        ({"image_std": [10**400, 1, 1]}, "colours"),
        ({"image_std": {}}, "colours"),
        ({"image_processor_type": "EfficientNetImageProcessor"}, "kind"),
        ({"image_processor_type": "os.system"}, "kind"),
        ({"image_processor_type": ["ViTImageProcessor"]}, "kind"),
        ({"feature_extractor_type": 7}, "kind"),
    ],
    ids=str,
)
def test_each_wrong_field_has_its_own_sentence(settings, refused, tmp_path):
    assert code(tmp_path, **settings) == f"model.processor_{refused}"


@pytest.mark.parametrize("content", [None, "", "[]", "{", "null", "\udcff"])
def test_a_file_that_is_missing_or_no_object_is_named(content, tmp_path):
    if content is not None:
        (tmp_path / "preprocessor_config.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError) as caught:
        read("a", tmp_path, "vit")
    assert caught.value.code == "model.no_processor"
