"""Classes as sentences: a picture's class is the one whose sentence is nearest to it."""

from typing import Any

import torch
from torch.nn import functional as F

from models.clip import embed

PROMPTS = {
    "en": tuple(
        f"A photo of {name}."
        for name in (
            *("a tench, a fish", "an English springer, a dog", "a cassette player", "a chain saw", "a church"),
            *("a French horn", "a garbage truck", "a gas pump", "a golf ball", "a parachute"),
        )
    ),
    "zh": tuple(
        f"一张{name}的照片。"
        for name in (
            *("丁鱥鱼", "英国史宾格犬", "磁带播放机", "链锯", "教堂"),
            *("圆号", "垃圾车", "加油机", "高尔夫球", "降落伞"),
        )
    ),
}
"""A sentence for each class of Imagenette, in the order of models/imagenette.py."""


@torch.inference_mode()
def answers(model: Any, tokenizer: Any, numbers: torch.Tensor, prompts: tuple[str, ...]) -> torch.Tensor:
    """The number of the nearest prompt, (picture,). numbers: (picture, n), of the image tower."""
    (said,) = embed.encode(tokenizer, (prompts,))
    classes = F.normalize(embed.texts(model, said), dim=-1)
    return (F.normalize(model.visual_projection(numbers), dim=-1) @ classes.T).argmax(1)
