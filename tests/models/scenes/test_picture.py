"""A picture as tokens: the trace's codes, swaps and pictures follow from the autoencoder."""

import numpy as np
import pytest
import torch
from PIL import Image

from models.errors import InputError
from models.scenes.codes import PATCH
from models.scenes.picture import NEAR, trace
from models.scenes.world import SIDE, Scene, Thing, draw, parts
from tests.models.scenes.conftest import CODES


def shows(photo, coder, **asked):
    return trace("", photo, coder, "photo", **asked)


@pytest.fixture(scope="module")
def photo(shown):
    return Image.fromarray(shown[0].numpy())


def test_codes_and_pictures_are_those_of_the_autoencoder(coder, shown, photo):
    found = shows(photo, coder)
    with torch.inference_mode():
        codes = coder.model.encode(shown[:1])
        made = coder.model.decode(codes)[0].numpy()
        like = coder.model.vectors(shown[:1])[0] @ coder.model.chosen(torch.arange(CODES.n_code)).T
    np.testing.assert_array_equal(found.picture, shown[0])
    np.testing.assert_array_equal(found.code, codes[0])
    np.testing.assert_array_equal(found.near[..., 0], found.code)
    np.testing.assert_allclose(found.near_cosine, np.sort(like.numpy())[..., ::-1][..., :NEAR], atol=1e-6)
    np.testing.assert_array_equal(found.decoded, made)
    np.testing.assert_array_equal(found.swapped, made)
    error = np.square(made / 255.0 - found.picture / 255.0).mean()
    assert found.psnr == pytest.approx(10 * np.log10(1 / error), abs=1e-3)


def test_a_swap_changes_its_place_and_what_lies_around_it(coder, photo):
    before = shows(photo, coder)
    code = int((before.code[0, 0] + 1) % CODES.n_code)
    after = shows(photo, coder, swapped=((0, 3), (0, code)))
    differs = after.swapped_code != before.code
    assert differs[0, 0] and differs.sum() == 1 and after.swapped_code[0, 0] == code
    changed = (after.swapped != after.decoded).any(-1)
    assert changed[:PATCH, :PATCH].any() and not changed[6 * PATCH :].any()


def test_equal_patches_have_equal_codes(coder, photo):
    moved = np.roll(np.asarray(photo), (2 * PATCH, PATCH), (0, 1))
    before, after = shows(photo, coder).code, shows(Image.fromarray(moved), coder).code
    np.testing.assert_array_equal(np.roll(before, (2, 1), (0, 1)), after)


def test_a_sample_is_the_mean_of_the_training_patches_that_have_the_code(coder, photo):
    sample = shows(photo, coder).sample
    own = [torch.tensor(draw(scene)) for scene in parts()["train"]]
    code = int(coder.model.encode(own[0][None])[0, 3, 1])
    patches = []
    for picture in own:
        for row, column in (coder.model.encode(picture[None])[0] == code).nonzero().tolist():
            down, across = row * PATCH, column * PATCH
            patches.append(picture[down : down + PATCH, across : across + PATCH].numpy())
    np.testing.assert_allclose(sample[code], np.mean(patches, 0), atol=0.51)


def test_any_photo_is_squashed(coder):
    found = shows(Image.new("L", (300, 20), 128), coder)
    assert found.picture.shape == (SIDE, SIDE, 3) and (found.picture == 128).all()


@pytest.mark.parametrize("swap", [(64, 0), (-1, 0), (0, CODES.n_code)])
def test_a_swap_that_does_not_fit_is_refused(coder, photo, swap):
    with pytest.raises(InputError, match=r"scenes\.put"):
        shows(photo, coder, swapped=(swap,))


def test_a_caption_s_own_drawing_is_encoded(coder, photo):
    found = trace("A large blue star above a little green circle.", photo, coder)
    scene = Scene((Thing("large", "blue", "star"), Thing("small", "green", "circle")), "above")
    np.testing.assert_array_equal(found.picture, draw(scene))
    assert found.drawn == (("bottom", "small", "green", "circle"), ("top", "large", "blue", "star"))
    left_out = trace("三角形在左边", photo, coder)
    np.testing.assert_array_equal(left_out.picture, draw(Scene((Thing("large", "red", "triangle"),), "left")))


def test_how_often_a_code_is_used_is_counted_in_the_scenes_trained_on(coder, photo):
    found, own = shows(photo, coder), parts()["train"]
    codes = [coder.model.encode(torch.tensor(draw(scene))[None]).unique().tolist() for scene in own]
    assert found.scenes == len(own)
    assert found.used.tolist() == [sum(code in some for some in codes) for code in range(CODES.n_code)]


@pytest.mark.parametrize(
    ("caption", "code"),
    [("a red circle a star", "unclear"), ("of the", "unclear"), ("a dog", "unknown"), ("", "empty")],
)
def test_a_caption_that_means_no_scene_is_refused(coder, photo, caption, code):
    with pytest.raises(InputError, match=rf"scenes\.{code}"):
        trace(caption, photo, coder)
