"""Our CLIP's architecture: transformers' two towers, with the mean of all tokens as the text's vector."""

from typing import Any

import torch
from torch.nn import functional as F
from transformers import VisionTextDualEncoderModel
from transformers.modeling_outputs import BaseModelOutputWithPooling
from transformers.models.clip.modeling_clip import CLIPOutput

from models.clip import loss


class MeanTextDualEncoder(VisionTextDualEncoderModel):
    """A dual encoder whose text is the mean of its tokens' last states (Reimers & Gurevych 2019), not the first one.

    So a text's embedding is a sum of one part for each token, as a picture's is of one part for each place.
    """

    text_model: Any

    def __init__(self, config: Any = None, vision_model: Any = None, text_model: Any = None) -> None:
        super().__init__(config, vision_model, text_model)
        self.text_model.pooler = None

    def get_text_features(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor
    ) -> BaseModelOutputWithPooling:
        """Embeddings (text, width) as `pooler_output`, and the last states (text, token, n).

        input_ids and attention_mask: (text, token); the mask is 0 where there is padding.
        """
        states = self.text_model(input_ids, attention_mask).last_hidden_state
        weight = attention_mask[..., None].to(states.dtype)
        mean = (states * weight).sum(1) / weight.sum(1)
        return BaseModelOutputWithPooling(last_hidden_state=states, pooler_output=self.text_projection(mean))

    def forward(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, pixel_values: torch.Tensor
    ) -> CLIPOutput:
        """Logits of every picture (image, 3, row, column) with every text, and both embeddings, of length 1."""
        pictures: Any = self.get_image_features(pixel_values)
        said: Any = self.get_text_features(input_ids, attention_mask)
        images, texts = pictures.pooler_output, said.pooler_output
        scores = loss.logits(images, texts, self.logit_scale.exp())
        return CLIPOutput(
            logits_per_image=scores,
            logits_per_text=scores.T,
            image_embeds=F.normalize(images, dim=-1),
            text_embeds=F.normalize(texts, dim=-1),
        )
