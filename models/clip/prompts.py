"""Names of things put into sentences: classification without training, and what the sentence around a name changes."""

import re
from collections.abc import Sequence
from typing import Any

import torch
from PIL import Image
from torch.nn import functional as F

from models.checkpoint import OpenModel
from models.clip import loss, match
from models.device import device
from models.errors import InputError
from models.pixels import prepare
from models.progress import NO_PROGRESS, Progress
from models.traces import PromptsTrace

PROMPTS = {
    "en": ("{}", "A photo of a {}.", "A drawing of a {}.", "There is a {} somewhere in the picture.", "Not a {}."),
    "zh": ("{}", "一张{}的照片", "一幅{}的画", "图片里的某处有{}", "没有{}"),
}
"""By language."""
MEAN = ""
"""Stands for the mean of the embeddings of all prompts (Radford et al. 2021, section 3.1.4)."""


def trace(photo: Image.Image, things: Sequence[str], clip: OpenModel, progress: Progress = NO_PROGRESS) -> PromptsTrace:
    """Compare a photo with things, prompt by prompt; prompts are Chinese where the first thing is.

    clip: a model of families.DUAL_ENCODERS, opened for "image and text". Raises InputError as match.trace does.
    """
    model: Any = clip.model
    prompts = PROMPTS["zh" if re.search("[一-鿿]", things[0]) else "en"]
    pixels = prepare(photo, clip.reader.image, model.config.vision_config)
    rows = []
    with torch.inference_mode():
        image = match.embed_photo(model, pixels.to(device())).whole[None]
        for prompt in prompts:
            progress.beat()
            ids = [match.pieces(clip, prompt.format(thing)).to(device()) for thing in things]
            rows.append(F.normalize(torch.stack([match.embed_text(model, one).whole for one in ids]), dim=-1))
        rows.append(torch.stack(rows).mean(0))
        scale = model.logit_scale.exp()
        scores = torch.cat([loss.logits(image, texts, scale) for texts in rows])
        if not bool(scores.isfinite().all()):
            raise InputError("model.no_numbers", reference=clip.reference)
    return PromptsTrace(
        model=clip.reference,
        thing=tuple(things),
        prompt=(*prompts, MEAN),
        scale=scale.item(),
        cosine=(scores / scale).cpu().numpy(),
        share=scores.softmax(1).cpu().numpy(),
    )
