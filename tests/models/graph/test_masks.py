"""The scores that are masked are those whose softmax is the models' own attention."""

import numpy as np
import pytest
import torch

from models.checkpoint import open_model
from models.errors import InputError
from models.families import VIT
from models.graph import masks
from models.prepared import prepare_model
from models.translation.bundled import AUTOREGRESSIVE
from models.translation.sentence import encode
from models.vit import layers

SENTENCE = "Two dogs run in the park."


def softmax(scores):
    return torch.from_numpy(np.array(scores)).softmax(-1).numpy()


@pytest.fixture(scope="module")
def opened():
    return {
        "translator": open_model("marian-multi30k", AUTOREGRESSIVE, "text"),
        "vit": open_model("vit-imagenette", VIT, "image"),
    }


@pytest.mark.parametrize("layer", [1, 6])
def test_all_to_all_is_the_attention_of_the_models_themselves(opened, photo, layer):
    found = masks.trace(SENTENCE, photo=photo, layer=layer, **opened)
    vit = opened["vit"]
    _, attention = layers.walk(vit.model, prepare_model(photo, vit).pixels)
    patches = attention[layer - 1][0, :, 1:, 1:].detach()  # without CLS, whose share the others get
    expected = (patches / patches.sum(-1, keepdim=True)).numpy()
    np.testing.assert_allclose(softmax(found.photo.scores), expected, atol=1e-5)
    encoder = opened["translator"].model.get_encoder()
    with torch.inference_mode():
        own = encoder(input_ids=encode(opened["translator"], SENTENCE), output_attentions=True).attentions
    np.testing.assert_allclose(softmax(found.sentence.scores), own[found.sentence.layer - 1][0].numpy(), atol=1e-5)
    assert found.photo.grid == (14, 14) and len(found.sentence.token) == found.sentence.grid[1]


def test_a_model_with_fewer_layers_gives_its_last(opened, photo):
    found = masks.trace(SENTENCE, photo=photo, layer=48, **opened)
    assert (found.photo.layer, found.sentence.layer) == (found.photo.layers, found.sentence.layers)


def test_more_scores_than_a_page_takes_are_refused(opened, photo, monkeypatch):
    monkeypatch.setattr(masks, "MAX_SCORES", 1000)
    with pytest.raises(InputError) as error:
        masks.trace(SENTENCE, photo=photo, layer=1, **opened)
    assert error.value.code == "graph.many_scores"
