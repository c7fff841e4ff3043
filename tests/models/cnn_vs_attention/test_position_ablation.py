from copy import deepcopy

import numpy as np
import pytest
import torch
import transformers as hf
from torch import nn
from torch.nn import functional as F

from models.cnn_vs_attention.position_ablation import (
    ablate,
    forward_with,
    position_zeros,
    shuffle,
    tile_side,
    trace,
    variants,
)
from models.errors import InputError
from models.prepared import prepare_model
from models.traces import VARIANTS

COMMON = {"image_size": 32, "num_labels": 5, "initializer_range": 0.5, "attn_implementation": "eager"}
VIT = {**COMMON, "patch_size": 8, "hidden_size": 24, "num_hidden_layers": 3, "num_attention_heads": 2}
VIT["intermediate_size"] = 48
SWIN = {**COMMON, "patch_size": 4, "window_size": 2, "embed_dim": 12, "depths": [2, 2], "num_heads": [2, 3]}
RESNET = {"embedding_size": 8, "hidden_sizes": [8, 12], "depths": [2, 2], "num_labels": 5, "layer_type": "basic"}
MODELS = {
    "vit": lambda: hf.ViTForImageClassification(hf.ViTConfig(**VIT)),
    "deit": lambda: hf.DeiTForImageClassification(hf.DeiTConfig(**VIT)),
    "deit_teacher": lambda: hf.DeiTForImageClassificationWithTeacher(hf.DeiTConfig(**VIT)),
    "swin": lambda: hf.SwinForImageClassification(hf.SwinConfig(**SWIN)),
    "swin_absolute": lambda: hf.SwinForImageClassification(hf.SwinConfig(**SWIN, use_absolute_embeddings=True)),
    "resnet": lambda: hf.ResNetForImageClassification(hf.ResNetConfig(**RESNET)),
}
EMBEDDER = {"vit": "embeddings", "swin": "embeddings", "resnet": "embedder"}
TRANSFORMERS = [name for name in MODELS if name != "resnet"]
VITS = ["vit", "deit", "deit_teacher"]
PHOTO, SHUFFLED, SHIFTED, MIRRORED = range(4)
SAME, OTHER = 1e-5, 1e-3
"""Largest difference of two equal class probabilities, and smallest of two that are not."""


def randomise(model):
    """Noise where a fresh model has none: positions, biases and running means that do something."""
    for name, parameter in model.named_parameters():
        if "position" in name or name.endswith("bias"):
            nn.init.normal_(parameter, std=1 if "position" in name else 0.1)
    for name, buffer in model.named_buffers():
        if name.endswith("running_mean"):
            nn.init.normal_(buffer, std=0.3)
    return model.eval()


def build(name):
    torch.manual_seed(6)
    return randomise(MODELS[name]())


def without_by_hand(model):
    """A copy whose positions are zero, module by module."""
    copy = deepcopy(model)
    with torch.no_grad():
        if not hasattr(copy, "swin"):
            copy.base_model.embeddings.position_embeddings.zero_()
            return copy
        if copy.config.use_absolute_embeddings:
            copy.swin.embeddings.position_embeddings.zero_()
        for stage in copy.swin.encoder.layers:
            for block in stage.blocks:
                block.attention.relative_position_bias.relative_position_bias_table.zero_()
    return copy


def unchanged(model, weights):
    now = model.state_dict()
    return list(now) == list(weights) and all(torch.equal(now[name], weights[name]) for name in now)


def plain(model, pixels):
    with torch.inference_mode():
        return model(pixels).logits.softmax(-1).numpy()


def plain_feature(model, pixels):
    """What the first linear layer of the head reads."""
    heads = [module for name, module in model.named_modules() if "classifier" in name and isinstance(module, nn.Linear)]
    seen = []
    handle = heads[0].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    plain(model, pixels)
    handle.remove()
    return seen[0]


def tiles(image, tile):
    """Every tile of an array (channel, row, column) as bytes, row by row."""
    _, rows, columns = image.shape
    corners = [(row, column) for row in range(0, rows, tile) for column in range(0, columns, tile)]
    return [image[:, row : row + tile, column : column + tile].tobytes() for row, column in corners]


@pytest.fixture(params=MODELS)
def model(request):
    return build(request.param)


@pytest.fixture
def pixels():
    return torch.randn(1, 3, 32, 32, generator=torch.manual_seed(5))


@pytest.mark.parametrize(("tile", "sides"), [(4, (32, 32)), (8, (32, 32)), (8, (16, 40))])
def test_shuffled_pixels_are_a_permutation_of_the_tiles(tile, sides):
    photo = torch.randn(1, 3, *sides, generator=torch.manual_seed(5))
    generator = torch.random.get_rng_state()
    shuffled = shuffle(photo, tile, 0)
    before, after = tiles(photo[0].numpy(), tile), tiles(shuffled[0].numpy(), tile)
    assert shuffled.shape == photo.shape
    assert len(set(before)) == len(before)
    assert sorted(before) == sorted(after)
    assert before != after
    assert torch.equal(shuffle(photo, tile, 0), shuffled)
    assert not torch.equal(shuffle(photo, tile, 1), shuffled)
    assert torch.equal(torch.random.get_rng_state(), generator)


@pytest.mark.parametrize(("tile", "sides"), [(0, (8, 8)), (-8, (8, 8)), (16, (8, 8)), (16, (24, 32)), (16, (32, 24))])
def test_tiles_must_fill_the_picture(tile, sides):
    with pytest.raises(ValueError, match="do not fill"):
        ablate(build("resnet"), torch.zeros(1, 3, *sides), tile, 8, 0)


def test_variants(pixels):
    kept = pixels.clone()
    seen = variants(pixels, 8, 3, 0)
    assert len(seen) == len(VARIANTS)
    assert torch.equal(seen[PHOTO], pixels[0])
    assert torch.equal(seen[SHUFFLED], shuffle(pixels, 8, 0)[0])
    assert torch.equal(seen[SHIFTED][:, 3:, 3:], pixels[0, :, :-3, :-3])
    assert torch.equal(seen[SHIFTED][:, :3, :3], pixels[0, :, -3:, -3:])
    for column in range(32):
        assert torch.equal(seen[MIRRORED][:, :, column], pixels[0, :, :, 31 - column])
    assert torch.equal(pixels, kept)


def test_as_it_is_equals_the_plain_forward(model, pixels):
    seen = ablate(model, pixels, 8, 4, 0)
    np.testing.assert_array_equal(seen.pixels, variants(pixels, 8, 4, 0).numpy())
    for index, image in enumerate(variants(pixels, 8, 4, 0)):
        np.testing.assert_allclose(seen.probability[0, index], plain(model, image[None])[0], atol=SAME)
    assert np.ptp(seen.probability[0], axis=0).max() > OTHER
    np.testing.assert_allclose(seen.probability.sum(-1), 1, atol=SAME)
    assert {array.dtype for array in (seen.pixels, seen.probability, seen.similarity)} == {np.dtype(np.float32)}


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_without_equals_a_copy_whose_positions_are_zero(name, pixels):
    model = build(name)
    seen = ablate(model, pixels, 8, 4, 0)
    expected = plain(without_by_hand(model), variants(pixels, 8, 4, 0))
    np.testing.assert_allclose(seen.probability[1], expected, atol=SAME)
    assert np.abs(seen.probability[1] - seen.probability[0]).max() > OTHER


def test_similarity_is_the_cosine_of_what_the_head_reads(model, pixels):
    seen = ablate(model, pixels, 8, 4, 0)
    settings = [model] if len(seen.similarity) == 1 else [model, without_by_hand(model)]
    for row, of_setting in zip(seen.similarity, settings, strict=True):
        feature = plain_feature(of_setting, variants(pixels, 8, 4, 0)).double()
        unit = feature / feature.norm(dim=1, keepdim=True)
        np.testing.assert_allclose(row, unit @ unit[PHOTO], atol=SAME)
    np.testing.assert_allclose(seen.similarity[:, PHOTO], 1, atol=1e-6)
    assert seen.similarity[0, SHUFFLED] < 1 - 1e-4


def test_the_shared_model_is_left_as_it_was(model, pixels):
    def state():
        hooks = str([(m._forward_hooks, m._forward_pre_hooks, m._backward_hooks) for m in model.modules()])
        parameters = [(name, id(p), p._version, p.requires_grad) for name, p in model.named_parameters()]
        return hooks, parameters, model.training

    weights, before, logits = deepcopy(model.state_dict()), state(), plain(model, pixels)
    ablate(model, pixels, 8, 4, 0)
    assert state() == before
    assert unchanged(model, weights)
    np.testing.assert_array_equal(plain(model, pixels), logits)


@pytest.mark.parametrize("name", VITS)
@pytest.mark.parametrize("tile", [8, 16])
def test_a_vit_without_positions_sees_a_bag_of_patches(name, tile, pixels):
    """Moving whole patches, by shuffling or by rolling, changes nothing; with positions it does."""
    seen = ablate(build(name), pixels, tile, 8, 0)
    for variant in (SHUFFLED, SHIFTED):
        np.testing.assert_allclose(seen.probability[1, variant], seen.probability[1, PHOTO], atol=SAME)
        assert seen.similarity[1, variant] == pytest.approx(1, abs=SAME)
        assert np.abs(seen.probability[0, variant] - seen.probability[0, PHOTO]).max() > OTHER
        assert seen.similarity[0, variant] < 1 - 1e-4


@pytest.mark.parametrize("name", VITS)
def test_a_vit_without_positions_still_knows_where_a_pixel_is_in_its_patch(name, pixels):
    seen = ablate(build(name), pixels, 4, 4, 0)
    for variant in (SHUFFLED, SHIFTED, MIRRORED):
        assert np.abs(seen.probability[1, variant] - seen.probability[1, PHOTO]).max() > OTHER
        assert seen.similarity[1, variant] < 1 - 1e-4


def swin(window_size, depths):
    """Patches of 4 pixels, 8 a side; without a second stage there is no patch merging."""
    torch.manual_seed(7)
    sizes = {**SWIN, "window_size": window_size, "depths": depths, "num_heads": [2, 3][: len(depths)]}
    return randomise(hf.SwinForImageClassification(hf.SwinConfig(**sizes)))


def differences(model, pixels, moved):
    """How far moving changes the class probabilities: as the model is, and without position parameters."""
    assert not torch.equal(pixels, moved)
    with torch.inference_mode():
        logits = [forward_with(model, torch.cat([pixels, moved]), zeros)[1] for zeros in ({}, position_zeros(model))]
    return [float((one - other).abs().max()) for one, other in (each.softmax(-1) for each in logits)]


def shuffle_part(pixels, rows, columns):
    moved = pixels.clone()
    moved[..., rows, columns] = shuffle(pixels[..., rows, columns], 4, 0)
    return moved


def test_a_swin_of_one_window_without_bias_is_permutation_invariant(pixels):
    as_it_is, without = differences(swin(8, [2]), pixels, shuffle(pixels, 4, 0))
    assert as_it_is > OTHER
    assert without < SAME


def test_a_swin_block_without_bias_sees_each_window_as_a_set(pixels):
    """The head reads the mean over all tokens, so moving whole windows changes nothing even with the bias."""
    model = swin(4, [1])
    as_it_is, without = differences(model, pixels, shuffle_part(pixels, slice(16), slice(16, 32)))
    assert as_it_is > OTHER
    assert without < SAME
    assert max(differences(model, pixels, shuffle(pixels, 16, 2))) < SAME
    assert differences(model, pixels, shuffle(pixels, 4, 0))[1] > OTHER


def test_shifted_windows_without_bias_still_hold_position(pixels):
    """Moving patches inside half a window's side changes nothing; inside a window, what the next block groups."""
    model = swin(4, [2])
    assert differences(model, pixels, shuffle_part(pixels, slice(8, 16), slice(16, 24)))[1] < SAME
    assert differences(model, pixels, shuffle_part(pixels, slice(16), slice(16, 32)))[1] > OTHER


def test_patch_merging_without_bias_still_holds_position(pixels):
    """A window of 2 is a group that is merged: a block sees it as a set, merging does not."""
    moved = shuffle_part(pixels, slice(8), slice(8))
    assert differences(swin(2, [1]), pixels, moved)[1] < SAME
    assert differences(swin(2, [1, 1]), pixels, moved)[1] > OTHER


def test_a_resnet_reads_position_from_its_padding_and_strides(pixels):
    """With circular padding a shift by its total stride of 8 changes nothing; with zero padding, or by 4, it does."""
    model = build("resnet")
    circular = deepcopy(model)
    for module in circular.modules():
        if isinstance(module, nn.Conv2d):
            module.padding_mode = "circular"
    circular.resnet.embedder.pooler = nn.Sequential(nn.CircularPad2d(1), nn.MaxPool2d(3, 2))

    def difference(of, shift):
        seen = ablate(of, pixels, 8, shift, 0)
        return np.abs(seen.probability[0, SHIFTED] - seen.probability[0, PHOTO]).max()

    assert difference(circular, 8) < SAME
    assert difference(circular, 4) > OTHER
    assert difference(model, 8) > OTHER


@pytest.mark.parametrize(("name", "passes"), [("vit", 2), ("swin", 2), ("resnet", 1)])
def test_one_forward_pass_for_each_setting_and_no_without_for_a_resnet(name, passes, pixels, beats):
    model, batches = build(name), []
    handle = model.base_model.get_submodule(EMBEDDER[name]).register_forward_pre_hook(
        lambda _, inputs: batches.append(len(inputs[0]))
    )
    seen = ablate(model, pixels, 8, 4, 0, beats)
    handle.remove()
    assert batches == [len(VARIANTS)] * passes
    assert beats.count == passes
    assert seen.probability.shape == (passes, len(VARIANTS), 5)
    assert seen.similarity.shape == (passes, len(VARIANTS))


@pytest.mark.parametrize("after", [0, 1])
def test_what_progress_raises_passes_through_and_leaves_the_model(after, pixels, beats):
    model, beats.stop_at = build("vit"), after + 1
    weights = deepcopy(model.state_dict())
    with pytest.raises(TimeoutError):
        ablate(model, pixels, 8, 4, 0, beats)
    assert beats.count == after + 1
    assert unchanged(model, weights)


def test_a_pass_that_fails_puts_the_positions_back(pixels):
    model = build("vit")
    weights = deepcopy(model.state_dict())
    with pytest.raises(ValueError, match="doesn't match"), torch.inference_mode():
        forward_with(model, F.pad(pixels, (0, 8)), position_zeros(model))
    assert unchanged(model, weights)


@pytest.mark.parametrize(
    ("side", "patch_size", "tile"),
    [(64, None, 8), (32, 8, 8), (32, None, 4), (224, 16, 16), (100, None, 10), (7, None, 1)],
)
def test_tiles_are_patches_or_about_an_eighth_of_the_side(side, patch_size, tile):
    assert tile_side(side, patch_size) == tile
    assert side % tile == 0


def test_a_trace_holds_the_variants_of_the_photo_in_every_model(three, photo, beats):
    seen = trace(photo, **three, progress=beats)
    assert beats.count == 1 + 2 + 2
    assert [(one.tile, one.shift) for one in seen.columns] == [(8, 16), (8, 8), (4, 8)]
    assert [len(one.probability) for one in seen.columns] == [1, 2, 2]
    for one, opened in zip(seen.columns, three.values(), strict=True):
        prepared = prepare_model(photo, opened)
        assert one.model == opened.reference and one.labels == prepared.labels
        np.testing.assert_array_equal(one.pixels[PHOTO], prepared.picture())
        np.testing.assert_array_equal(one.pixels[MIRRORED], prepared.picture()[:, ::-1])
        np.testing.assert_allclose(one.probability[0, PHOTO], plain(opened.model, prepared.pixels)[0], atol=SAME)
    bag_of_patches = seen.columns[1].probability[1]
    np.testing.assert_allclose(bag_of_patches[1:3], bag_of_patches[[0, 0]], atol=1e-6)


def test_a_model_that_does_not_fit_is_refused_before_anything_is_computed(three, photo, monkeypatch, beats):
    monkeypatch.setattr("models.resnet.layers.MAX_SIDE", 63)
    with pytest.raises(InputError, match=r"model\.size"):
        trace(photo, **{**three, "third_model": three["first_model"]}, progress=beats)
    assert not beats.count
