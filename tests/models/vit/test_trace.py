import json
import shutil

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import ViTConfig, ViTForImageClassification

from models import patches
from models.checkpoint import open_model
from models.errors import InputError
from models.families import SWIN, VIT
from models.pixels import prepare
from models.prepared import prepare_models
from models.vit import layers
from models.vit.trace import trace
from tests.models.conftest import PROCESSOR, SIZES, save


def opened(folder):
    return open_model(str(folder), VIT, "image")


def test_attention_is_softmax_of_scaled_scores(tiny_vit, photo):
    _, model, processor = open_model(str(tiny_vit), VIT, "image")
    seen = trace(opened(tiny_vit), photo)
    with torch.inference_mode():
        states = layers.walk(model, prepare(photo, processor, model.config)).states
        for index, layer in enumerate(model.base_model.layers):
            normed = layer.layernorm_before(states[index][0])
            tokens = len(normed)
            query = layer.attention.q_proj(normed).view(tokens, 2, 12).transpose(0, 1)
            key = layer.attention.k_proj(normed).view(tokens, 2, 12).transpose(0, 1)
            by_hand = torch.softmax(query @ key.transpose(1, 2) / 12**0.5, dim=-1)
            np.testing.assert_allclose(seen.attention[index], by_hand.numpy(), atol=1e-6)
    np.testing.assert_allclose(seen.attention.sum(-1), 1, atol=1e-5)


def test_trace_holds_the_pixels_the_model_saw(tiny_vit, photo):
    seen = trace(opened(tiny_vit), photo)
    squashed = np.asarray(photo.resize((32, 32), Image.Resampling.BILINEAR))
    assert np.abs(seen.pixels.astype(int) - squashed).max() <= 1
    mean, std = np.array([0.4, 0.5, 0.6]), np.array([0.2, 0.25, 0.3])
    second = seen.pixels[:8, 8:16] / 255
    expected = ((second - mean) / std).transpose(2, 0, 1).ravel()
    np.testing.assert_allclose(seen.patch_vector[1], expected, atol=0.02)
    assert seen.grid == (4, 4)
    assert seen.prefix == ("CLS",)
    np.testing.assert_allclose(seen.lens_probability.sum(-1), 1, atol=1e-5)


def test_embedding_is_a_linear_map_of_the_patch_vector(tiny_vit, photo):
    model = open_model(str(tiny_vit), VIT, "image").model
    seen = trace(opened(tiny_vit), photo)
    projection = model.base_model.embeddings.patch_embeddings.projection
    weight = projection.weight.detach().flatten(1).numpy()
    np.testing.assert_allclose(
        seen.embedding, seen.patch_vector @ weight.T + projection.bias.detach().numpy(), atol=1e-4
    )


def test_distillation_token_is_named(tiny_deit, photo):
    seen = trace(opened(tiny_deit), photo)
    assert seen.prefix == ("CLS", "distillation")
    assert seen.attention.shape == (3, 2, 18, 18)


def test_bad_references(tiny_vit, tmp_path, photo):
    def code(reference):
        with pytest.raises(InputError) as caught:
            trace(opened(reference), photo)
        return caught.value.code

    assert code("no such model") == "model.unknown"
    assert code("") == "model.unknown"
    assert code("../../etc/passwd") == "model.unknown"
    assert code(tmp_path) == "model.no_config"
    shutil.copy(tiny_vit / "config.json", tmp_path)
    assert code(tmp_path) == "model.no_weights"
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickle")
    assert code(tmp_path) == "model.pickled"
    (tmp_path / "model.safetensors").write_bytes(b"not safetensors")
    assert code(tmp_path) == "model.unreadable"
    shutil.copy(tiny_vit / "model.safetensors", tmp_path)
    assert code(tmp_path) == "model.no_processor"
    (tmp_path / "config.json").write_text(json.dumps({"architectures": ["BertModel"]}))
    assert code(tmp_path) == "model.family"


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ({"source_size": 50_000}, "model.size"),
        ({"source_size": "x"}, "model.size"),
        ({"source_size": [1, 2, 3]}, "model.size"),
        ({"patch_size": [8, 8]}, "model.config_number"),
    ],
)
def test_a_config_that_asks_for_too_much_or_nonsense(setting, code, tiny_vit, tmp_path, photo):
    folder = tmp_path / "odd"
    shutil.copytree(tiny_vit, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **setting}))
    with pytest.raises(InputError) as caught:
        trace(opened(folder), photo)
    assert caught.value.code == code


def test_nothing_is_cropped_away_even_where_the_processor_would(tiny_vit, tmp_path, photo):
    folder = tmp_path / "crops"
    shutil.copytree(tiny_vit, folder)
    settings = json.loads((folder / "preprocessor_config.json").read_text())
    settings |= {"size": {"height": 40, "width": 40}, "do_center_crop": True, "crop_size": {"height": 32, "width": 32}}
    (folder / "preprocessor_config.json").write_text(json.dumps(settings))
    np.testing.assert_array_equal(trace(opened(folder), photo).pixels, trace(opened(tiny_vit), photo).pixels)


@pytest.mark.parametrize(("image_size", "grid", "unread"), [(30, (3, 3), (6, 6)), ([30, 35], (3, 4), (6, 3))])
def test_what_makes_no_whole_patch_is_not_among_the_patches(image_size, grid, unread, tmp_path, photo):
    torch.manual_seed(6)
    model = ViTForImageClassification(ViTConfig(**{**SIZES, "image_size": image_size}))
    seen = trace(opened(save(model, tmp_path)), photo)
    count = grid[0] * grid[1]
    assert (seen.grid, seen.unread, seen.pixels.shape) == (grid, unread, (8 * grid[0], 8 * grid[1], 3))
    assert seen.attention.shape == (3, 2, count + 1, count + 1) and seen.patch_vector.shape == (count, 3 * 8 * 8)
    mean, std = (np.array(PROCESSOR[name])[:, None] for name in ("image_mean", "image_std"))
    last = (seen.patch_vector[-1].reshape(3, -1) * std + mean) * 255
    np.testing.assert_allclose(last.reshape(3, 8, 8).transpose(1, 2, 0), seen.pixels[-8:, -8:], atol=0.51)


def test_a_comparison_refuses_patches_that_leave_something_over(tiny_swin, tmp_path, photo):
    vit = opened(save(ViTForImageClassification(ViTConfig(**{**SIZES, "image_size": 30})), tmp_path))
    swin = open_model(str(tiny_swin), SWIN, "image")
    for compare in (lambda: patches.trace(vit, swin, photo), lambda: prepare_models(photo, [vit])):
        with pytest.raises(InputError) as caught:
            compare()
        assert caught.value.code == "model.patches"
