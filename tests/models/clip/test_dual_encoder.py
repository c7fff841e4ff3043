"""Our dual encoder: the mean of tokens, whatever is padded, and logits by hand."""

from typing import Any

import pytest
import torch
from transformers import BertConfig, VisionTextDualEncoderConfig, ViTConfig

from models.clip import embed
from models.clip.dual_encoder import MeanTextDualEncoder

BERT = BertConfig(
    vocab_size=30, hidden_size=12, num_attention_heads=2, num_hidden_layers=2, intermediate_size=16, pad_token_id=0
)
IDS = [torch.tensor([3, 7, 9, 4]), torch.tensor([3, 4]), torch.tensor([3, 8, 8, 11, 25, 4])]


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(1)
    sizes: Any = {"hidden_size": 12, "num_attention_heads": 2, "num_hidden_layers": 1, "intermediate_size": 16}
    vision = ViTConfig(image_size=32, patch_size=16, **sizes)
    config = VisionTextDualEncoderConfig.from_vision_text_configs(vision, BERT, projection_dim=6)
    return MeanTextDualEncoder(config).eval()


@torch.inference_mode()
def test_a_text_is_the_mean_of_its_tokens_alone(model):
    found = embed.texts(model, IDS)
    for ids, embedding in zip(IDS, found, strict=True):
        states = model.text_model(ids[None]).last_hidden_state[0]
        torch.testing.assert_close(embedding, model.text_projection(states.mean(0)), atol=1e-5, rtol=1e-4)


@torch.inference_mode()
def test_texts_keep_their_order_whatever_is_read_together(model, monkeypatch):
    expected = embed.texts(model, IDS)
    monkeypatch.setattr(embed, "CHUNK", 2)
    torch.testing.assert_close(embed.texts(model, IDS), expected, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(embed.texts(model, IDS[::-1]), expected.flip(0), atol=1e-5, rtol=1e-4)


@torch.inference_mode()
def test_logits_are_cosines_times_the_learned_scale(model):
    pixels = torch.randn(2, 3, 32, 32, generator=torch.manual_seed(2))
    ids = torch.nn.utils.rnn.pad_sequence(IDS, batch_first=True)
    found = model(ids, ids.ne(0).long(), pixels)
    images = model.visual_projection(model.vision_model(pixels).pooler_output)
    texts = embed.texts(model, IDS)
    for image in range(2):
        for text in range(3):
            cosine = images[image] @ texts[text] / (images[image].norm() * texts[text].norm())
            expected = cosine * model.logit_scale.exp()
            torch.testing.assert_close(found.logits_per_image[image, text], expected, atol=1e-4, rtol=1e-4)
            torch.testing.assert_close(found.logits_per_text[text, image], expected, atol=1e-4, rtol=1e-4)


def test_captions_have_their_photo():
    said = [[IDS[0], IDS[1]], [IDS[2]]]
    assert embed.owner(said).tolist() == [0, 0, 1]
