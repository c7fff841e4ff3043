"""A visitor's text as the tokens that a language model goes on from."""

from typing import Any

import torch

from models.checkpoint import OpenModel
from models.device import device
from models.errors import InputError
from models.translation.sentence import refuse_without_row

MAX_TOKENS = 512
"""Read and written together, also where a model has more positions."""
SHOWN = 12
"""Unknown characters that are named."""
SPACE = "␣"
"""Stands for a space that nobody sees."""


def positions(model: Any) -> int:
    """How many tokens a model is given at most."""
    return min(getattr(model.config, "max_position_embeddings", None) or MAX_TOKENS, MAX_TOKENS)


def n_heads(model: Any) -> int:
    """Attention heads of all layers together."""
    return model.config.num_hidden_layers * model.config.num_attention_heads


def encode(opened: OpenModel, text: str, room: int = 0) -> torch.Tensor:
    """Ids (1, token) of a text on the lab's device, behind the token that starts one where the model has such a token.

    room: tokens that are to be written after it. Raises InputError for an empty text that no token starts, for
    characters that the model does not know, and where there are more tokens than the model has positions.
    """
    reader, model = opened.reader, opened.model
    ids = reader(text, split_special_tokens=True, verbose=False).input_ids
    if not ids and reader.bos_token_id is None:
        raise InputError("generation.empty", reference=opened.reference)
    _refuse_unknown(opened, text)
    ids = ids or [reader.bos_token_id]
    most = positions(model)
    if len(ids) + room > most:
        kind = "long" if not room or len(ids) >= most else "no_room"
        raise InputError(f"generation.{kind}", reference=opened.reference, tokens=len(ids), maximum=most, room=room)
    refuse_without_row(opened, max(ids), model.get_input_embeddings())
    return torch.tensor([ids], device=device())


def _refuse_unknown(opened: OpenModel, text: str) -> None:
    reader, unknown = opened.reader, opened.reader.unk_token_id

    def lost(part: str) -> bool:
        return unknown in reader(part, add_special_tokens=False, split_special_tokens=True, verbose=False).input_ids

    if unknown is not None and lost(text):
        characters = [one for one in dict.fromkeys(text) if lost(one)] or [text[:SHOWN]]
        named = " ".join(SPACE if one.isspace() else one for one in characters[:SHOWN]) + (
            " …" if len(characters) > SHOWN else ""
        )
        raise InputError("generation.unknown", reference=opened.reference, characters=named)
