"""One stream of text and picture: a language model reads ROOM tokens of text and goes on with codes, place by place."""

from typing import Any

import torch

from models.scenes.captions import ROOM


def n_place(model: Any) -> int:
    """How many codes a picture has."""
    return model.config.n_positions - ROOM


def first_code(model: Any) -> int:
    """The id of code 0; codes are the last of the vocabulary."""
    return model.config.vocab_size - model.config.n_code


@torch.inference_mode()
def write(model: Any, text: torch.Tensor) -> torch.Tensor:
    """The most probable codes (caption, place), each after all before it, from text ids (caption, ROOM)."""
    start, read, cache = first_code(model), text.to(model.device), None
    written = []
    for _ in range(n_place(model)):
        answer = model(read, past_key_values=cache, use_cache=True)
        cache, code = answer.past_key_values, answer.logits[:, -1, start:].argmax(-1, keepdim=True)
        written.append(code)
        read = code + start
    return torch.cat(written, 1)
