"""A language model on a text that is known already: all positions in one pass, with an explicit mask."""

from typing import Any, NamedTuple

import numpy as np
import torch
from transformers.modeling_outputs import BaseModelOutput

from models.checkpoint import OpenModel
from models.errors import InputError
from models.families import text_layers
from models.traces import REMOVED, Changes
from models.translation import rules, sentence
from models.translation.decoding import DecodingInputs, decoding_inputs
from models.translation.pieces import pieces
from models.translation.positions import most_positions

MAX_LENGTH = 64
"""Tokens of a translator's output."""


class Predicted(NamedTuple):
    """What the last stack makes of what it reads."""

    log_prob: torch.Tensor
    """(position, V): of the next token after each position, or of an encoder alone the one at each position."""
    cross_attention: tuple[torch.Tensor, ...]
    """(1, head, position, source) of every layer; none where there is one stack alone."""


class Reading(NamedTuple):
    """What a model reads, and what stands there next: what it says itself, but for the text that it is given."""

    ids: torch.Tensor
    """(1, source): what an encoder reads before a decoder; source is 0 where there is one stack alone."""
    read: torch.Tensor
    """(1, position): what the last stack reads. Of a translator the output shifted right, its start token first."""
    says: torch.Tensor
    """(position,): what follows each token that is read; of an encoder alone the token itself."""
    given: int
    """How many of the tokens that are read the model has not said itself."""


class Known(NamedTuple):
    """A reading, and what the model predicts on the way."""

    reading: Reading
    states: torch.Tensor | None
    """(1, source, width): the encoder's; None where there is one stack alone."""
    plain: Predicted
    """What the model predicts at each position, nothing changed."""


@torch.inference_mode()
def reading(line: str, language: str, opened: OpenModel, count: int = 1) -> Reading:
    """The model's own greedy output for a sentence, or the sentence itself where there is one stack alone.

    A decoder alone goes on by up to `count` most probable tokens, the last of which it does not read. Raises InputError
    where the sentence cannot be used.
    """
    layers = text_layers(opened.model)
    if len(layers.STACKS) > 1:
        ids, output = _greedy(sentence.clean(line), language, opened)
        return Reading(ids, output[:, :-1], output[0, 1:], 1)
    ids = sentence.encode(opened, line)
    most = layers.most(opened.model) or ids.shape[1] + count
    if ids.shape[1] > most:
        raise InputError("decoding.positions", tokens=ids.shape[1], maximum=most)
    if layers.STACKS == ("encoder",):
        return Reading(ids[:, :0], ids, ids[0], ids.shape[1])
    text = _continued(opened, ids, min(count, most - ids.shape[1] + 1))
    return Reading(ids[:, :0], text[:, :-1], text[0, 1:], ids.shape[1])


def _greedy(line: str, language: str, translator: OpenModel) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids of the sentence (1, source), and of the start token and the model's own greedy output (1, 1 + output).

    By the rules of its own generation_config.
    """
    inputs, followed = greedy_inputs(line, language, translator)
    return inputs.ids, rules.generate(translator.model, inputs.ids, followed, inputs.search.asked())


def greedy_inputs(line: str, language: str, translator: OpenModel) -> tuple[DecodingInputs, rules.Rules]:
    """A clean sentence as greedy decoding takes it, and the rules of the model's own generation_config.

    Raises InputError where either cannot be used.
    """
    model = translator.model
    longest = min(MAX_LENGTH, most_positions(model, "decoder") or MAX_LENGTH)
    inputs = decoding_inputs(line, language, translator, {"method": "greedy", "max_length": longest})
    return inputs, rules.read(model, translator.reference)


def _continued(opened: OpenModel, ids: torch.Tensor, count: int) -> torch.Tensor:
    """Ids (1, position) and up to `count` more, each the most probable next one, until the text ends."""
    for _ in range(count):
        best = predict(opened.model, None, ids).log_prob[-1].argmax()
        ids = torch.cat([ids, best[None, None]], 1)
        if int(best) == opened.reader.eos_token_id:
            break
    return ids


@torch.inference_mode()
def know(line: str, language: str, opened: OpenModel, count: int = 1) -> Known:
    """A reading, and what the model predicts on the way.

    Raises InputError where the sentence cannot be used, what a stack reads is a single token, or the model gives no
    numbers.
    """
    model = opened.model
    found = reading(line, language, opened, count)
    if found.ids.shape[1] == 1 or found.read.shape[1] == 1:
        raise InputError("anatomy.one_token", reference=opened.reference)
    states = encode(model, found.ids) if found.ids.shape[1] else None
    plain = predict(model, states, found.read, causal=is_causal(model))
    if plain.log_prob.isnan().any():
        raise InputError("model.no_numbers", reference=opened.reference)
    return Known(found, states, plain)


def is_causal(model: Any) -> bool:
    """Whether a position of the model's last stack sees only what is read up to itself, as the model is."""
    return text_layers(model).STACKS[-1] == "decoder"


def encode(model: Any, ids: torch.Tensor, seen: torch.Tensor | None = None) -> torch.Tensor:
    """The encoder's states (1, source, width) of ids (1, source); seen (1, source) is 0 where none may attend to."""
    return model.get_encoder()(ids, attention_mask=torch.ones_like(ids) if seen is None else seen).last_hidden_state


def mask(positions: int, causal: bool, device: torch.device) -> torch.Tensor:
    """What is added to the scores of a stack over itself, (query, key): 0 where a query sees a key, else the lowest
    number."""
    hidden = torch.full((positions, positions), torch.finfo(torch.float32).min, device=device)
    return hidden.triu(1) if causal else torch.zeros_like(hidden)


def predict(
    model: Any,
    states: torch.Tensor | None,
    read: torch.Tensor,
    *,
    causal: bool = True,
    seen: torch.Tensor | None = None,
) -> Predicted:
    """All predictions at ids that are read (1, position), in one pass.

    states: the encoder's (1, source, width). causal: whether a position sees only what is read up to itself, else all.
    seen: (1, source), 0 where no layer of the decoder may attend to the source.
    """
    scores, attention = logits(model, states, read, causal=causal, seen=seen)
    return Predicted(scores.log_softmax(-1), attention)


def logits(
    model: Any,
    states: torch.Tensor | None,
    read: torch.Tensor,
    *,
    causal: bool = True,
    seen: torch.Tensor | None = None,
) -> tuple[torch.Tensor, tuple[torch.Tensor, ...]]:
    """The scores (position, V) of what `predict` is asked for, and the cross-attention of every layer."""
    own = mask(read.shape[1], causal, read.device)
    asked: dict[str, Any] = {"use_cache": False, "output_attentions": True}
    if states is None:
        return model(input_ids=read, attention_mask=own[None, None]).logits[0].float(), ()
    seen = torch.ones(1, states.shape[1], dtype=torch.long, device=read.device) if seen is None else seen
    if type(model).__name__ == "FSMTForConditionalGeneration":  # it takes no mask of its own, but its decoder does
        outputs = model.model.decoder(read, states, seen, None, own, **asked)
        return outputs.last_hidden_state[0].float(), outputs.cross_attentions
    outputs = model(
        encoder_outputs=BaseModelOutput(states),  # type: ignore[arg-type]
        attention_mask=seen,
        decoder_input_ids=read,
        decoder_attention_mask=own[None, None],
        **asked,
    )
    return outputs.logits[0].float(), outputs.cross_attentions


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


def named(opened: OpenModel, known: Known, *ids: np.ndarray) -> dict[str, Any]:
    """What every trace says of the text and what is said there, with pieces for these and all other `ids`."""
    found = known.reading
    read, says = found.read[0].cpu().numpy(), found.says.cpu().numpy()
    used = np.unique(np.concatenate([part.ravel() for part in (read, says, *ids)]))
    used = used[used != REMOVED]
    return {
        "model": opened.reference,
        "stacks": text_layers(opened.model).STACKS,
        "source": pieces(opened.reader, found.ids[0].tolist(), source=True),
        "read": read,
        "says": says,
        "piece": pieces(opened.reader, used.tolist()),
        "piece_id": used,
    }
