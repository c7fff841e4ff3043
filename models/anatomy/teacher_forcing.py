"""A translator's decoder on an output that is known already: all positions in one pass, with an explicit mask."""

from typing import Any, NamedTuple

import numpy as np
import torch
from transformers.modeling_outputs import BaseModelOutput

from models.checkpoint import OpenModel
from models.errors import InputError
from models.traces import REMOVED, Changes
from models.translation import rules
from models.translation.decoding import decoding_inputs
from models.translation.pieces import pieces
from models.translation.search_settings import most_positions

MAX_LENGTH = 64
"""Tokens of an output."""


class Predicted(NamedTuple):
    """What the decoder makes of what it reads."""

    log_prob: torch.Tensor
    """(position, V): of the next token after each position."""
    cross_attention: tuple[torch.Tensor, ...]
    """(1, head, position, source) of every layer."""


class Known(NamedTuple):
    """A sentence, and what a model's own greedy search said to it."""

    ids: torch.Tensor
    """(1, source)"""
    states: torch.Tensor
    """(1, source, width): the encoder's."""
    read: torch.Tensor
    """(1, position): the output shifted right, the decoder's start token first."""
    says: torch.Tensor
    """(position,): the output."""
    plain: Predicted
    """What the model predicts after each position, nothing changed."""


@torch.inference_mode()
def greedy(sentence: str, language: str, translator: OpenModel) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids of the sentence (1, source), and of the start token and the model's own greedy output (1, 1 + output).

    By the rules of its own generation_config. Raises InputError where the sentence cannot be used.
    """
    model = translator.model
    longest = min(MAX_LENGTH, most_positions(model, "decoder") or MAX_LENGTH)
    inputs = decoding_inputs(sentence, language, translator, {"method": "greedy", "max_length": longest})
    followed = rules.read(model, translator.reference)
    return inputs.ids, rules.generate(model, inputs.ids, followed, inputs.search.asked())


@torch.inference_mode()
def translate(sentence: str, language: str, translator: OpenModel) -> Known:
    """The model's own greedy output, and what it predicts on the way.

    Raises InputError where the sentence cannot be used, the source or the output is a single token, or the model gives
    no numbers.
    """
    model = translator.model
    ids, output = greedy(sentence, language, translator)
    if ids.shape[1] < 2 or output.shape[1] < 3:
        raise InputError("anatomy.one_token", reference=translator.reference)
    states, read = encode(model, ids), output[:, :-1]
    plain = predict(model, states, read)
    if plain.log_prob.isnan().any():
        raise InputError("model.no_numbers", reference=translator.reference)
    return Known(ids, states, read, output[0, 1:], plain)


def encode(model: Any, ids: torch.Tensor, seen: torch.Tensor | None = None) -> torch.Tensor:
    """The encoder's states (1, source, width) of ids (1, source); seen (1, source) is 0 where none may attend to."""
    return model.get_encoder()(ids, attention_mask=torch.ones_like(ids) if seen is None else seen).last_hidden_state


def mask(positions: int, causal: bool, device: torch.device) -> torch.Tensor:
    """What is added to the decoder's scores over itself, (query, key): 0 where a query sees a key, else the lowest
    number."""
    hidden = torch.full((positions, positions), torch.finfo(torch.float32).min, device=device)
    return hidden.triu(1) if causal else torch.zeros_like(hidden)


def predict(
    model: Any, states: torch.Tensor, read: torch.Tensor, *, causal: bool = True, seen: torch.Tensor | None = None
) -> Predicted:
    """All predictions after ids that are read (1, position), in one pass.

    states: the encoder's (1, source, width). causal: whether a position sees only what is read up to itself, else all.
    seen: (1, source), 0 where no layer of the decoder may attend to the source.
    """
    own = mask(read.shape[1], causal, read.device)
    seen = torch.ones(1, states.shape[1], dtype=torch.long, device=read.device) if seen is None else seen
    asked: dict[str, Any] = {"use_cache": False, "output_attentions": True}
    if type(model).__name__ == "FSMTForConditionalGeneration":  # it takes no mask of its own, but its decoder does
        outputs = model.model.decoder(read, states, seen, None, own, **asked)
        logits = outputs.last_hidden_state
    else:
        outputs = model(
            encoder_outputs=BaseModelOutput(states),  # type: ignore[arg-type]
            attention_mask=seen,
            decoder_input_ids=read,
            decoder_attention_mask=own[None, None],
            **asked,
        )
        logits = outputs.logits
    return Predicted(logits[0].float().log_softmax(-1), outputs.cross_attentions)


def compare(before: torch.Tensor, after: list[torch.Tensor]) -> Changes:
    """The predictions before (position, V) and after each change, as log probabilities.

    A position that is nan was not predicted.
    """
    probability, token = before.exp().max(-1)
    differences, then, then_probability = [], [], []
    for one in after:
        absent = one.isnan().any(-1)
        differences.append((before.exp() - one.exp()).abs().sum(-1) / 2)  # nan stays nan
        best = one.exp().max(-1)
        then.append(torch.where(absent, REMOVED, best.indices))
        then_probability.append(best.values)
    found = (torch.stack(part).cpu().numpy() for part in (differences, then, then_probability))
    difference, then_token, then_share = found
    return Changes(token.cpu().numpy(), probability.cpu().numpy(), difference, then_token, then_share)


def named(translator: OpenModel, known: Known, *ids: np.ndarray) -> dict[str, Any]:
    """What every trace says of the sentence and its output, with pieces for these and all other `ids`."""
    read, says = known.read[0].cpu().numpy(), known.says.cpu().numpy()
    used = np.unique(np.concatenate([part.ravel() for part in (read, says, *ids)]))
    used = used[used != REMOVED]
    return {
        "model": translator.reference,
        "source": pieces(translator.reader, known.ids[0].tolist(), source=True),
        "read": read,
        "says": says,
        "piece": pieces(translator.reader, used.tolist()),
        "piece_id": used,
    }
