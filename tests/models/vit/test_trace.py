import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from PIL import Image

from models.checkpoint import open_model
from models.errors import InputError
from models.pixels import prepare
from models.vit.trace import FAMILIES, predict, trace, walk


@pytest.mark.parametrize("name", ["tiny_vit", "tiny_deit"])
def test_walk_equals_the_plain_forward(name, photo, request):
    _, model, processor = open_model(str(request.getfixturevalue(name)), FAMILIES, "image")
    pixels = prepare(photo, processor, model.config)
    with torch.inference_mode():
        states, attention = walk(model, pixels)
        plain = model(pixels, output_attentions=True)
        logits = predict(model, states)[-1]
    torch.testing.assert_close(logits, plain.logits[0], rtol=0, atol=1e-5)
    torch.testing.assert_close(attention, torch.cat(plain.attentions), rtol=0, atol=1e-6)


def test_attention_is_softmax_of_scaled_scores(tiny_vit, photo):
    _, model, processor = open_model(str(tiny_vit), FAMILIES, "image")
    seen = trace(photo, str(tiny_vit))
    with torch.inference_mode():
        states, _ = walk(model, prepare(photo, processor, model.config))
        for index, layer in enumerate(model.base_model.layers):
            normed = layer.layernorm_before(states[index])
            tokens = len(normed)
            query = layer.attention.q_proj(normed).view(tokens, 2, 12).transpose(0, 1)
            key = layer.attention.k_proj(normed).view(tokens, 2, 12).transpose(0, 1)
            by_hand = torch.softmax(query @ key.transpose(1, 2) / 12**0.5, dim=-1)
            np.testing.assert_allclose(seen.attention[index], by_hand.numpy(), atol=1e-6)
    np.testing.assert_allclose(seen.attention.sum(-1), 1, atol=1e-5)


def test_trace_holds_the_pixels_the_model_saw(tiny_vit, photo):
    seen = trace(photo, str(tiny_vit))
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
    model = open_model(str(tiny_vit), FAMILIES, "image").model
    seen = trace(photo, str(tiny_vit))
    projection = model.base_model.embeddings.patch_embeddings.projection
    weight = projection.weight.detach().flatten(1).numpy()
    np.testing.assert_allclose(
        seen.embedding, seen.patch_vector @ weight.T + projection.bias.detach().numpy(), atol=1e-4
    )


def test_distillation_token_is_named(tiny_deit, photo):
    seen = trace(photo, str(tiny_deit))
    assert seen.prefix == ("CLS", "distillation")
    assert seen.attention.shape == (3, 2, 18, 18)


def test_two_threads_on_one_model_get_each_their_own_trace(tiny_vit, photo):
    model = open_model(str(tiny_vit), FAMILIES, "image").model

    def hooks():
        return [len(module._forward_hooks) for module in model.modules()]

    before = hooks()
    photos = [photo, Image.new("RGB", (40, 40), "red")]
    alone = [trace(one, str(tiny_vit)).attention for one in photos]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda index: trace(photos[index % 2], str(tiny_vit)).attention, range(40)))
    for index, attention in enumerate(together):
        np.testing.assert_allclose(attention, alone[index % 2], atol=1e-6)
    assert hooks() == before


def test_bad_references(tiny_vit, tmp_path, photo):
    def code(reference):
        with pytest.raises(InputError) as caught:
            trace(photo, str(reference))
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
    (tmp_path / "config.json").write_text(json.dumps({"architectures": ["BertModel"]}))
    assert code(tmp_path) == "model.family"


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ({"source_size": 50_000}, "model.size"),
        ({"source_size": "x"}, "model.size"),
        ({"source_size": [1, 2, 3]}, "model.size"),
        ({"patch_size": [8, 8]}, "model.unreadable"),
    ],
)
def test_a_config_that_asks_for_too_much_or_nonsense(setting, code, tiny_vit, tmp_path, photo):
    folder = tmp_path / "odd"
    shutil.copytree(tiny_vit, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **setting}))
    with pytest.raises(InputError) as caught:
        trace(photo, str(folder))
    assert caught.value.code == code


def test_nothing_is_cropped_away_even_where_the_processor_would(tiny_vit, tmp_path, photo):
    folder = tmp_path / "crops"
    shutil.copytree(tiny_vit, folder)
    settings = json.loads((folder / "preprocessor_config.json").read_text())
    settings |= {"size": {"height": 40, "width": 40}, "do_center_crop": True, "crop_size": {"height": 32, "width": 32}}
    (folder / "preprocessor_config.json").write_text(json.dumps(settings))
    np.testing.assert_array_equal(trace(photo, str(folder)).pixels, trace(photo, str(tiny_vit)).pixels)
