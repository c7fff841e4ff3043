"""The rules of a translator's own generation_config: which ones the search follows, and which it can only name.

transformers turns them into what changes a call's scores, in its own order; nothing of that is repeated here. Its
generate() takes a function in place of its own decoding and hands it what it has prepared.
"""

import copy
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from transformers import GenerationConfig, LogitsProcessorList
from transformers.generation import logits_process

from models.errors import InputError
from models.translation.pieces import pieces

MAX_ENTRIES = 10_000
"""Of a list in a generation_config."""
MAX_ENDS = 20
"""Tokens that may end an output: beam search looks at a candidate more for each."""
TOKENS = ("bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id")
LISTS = ("bad_words_ids", "begin_suppress_tokens", "sequence_bias", "suppress_tokens")
"""Rules that an empty list leaves out."""
SILENT = (
    "_from_model_config",
    "cache_config",
    "cache_implementation",
    "compile_config",
    "disable_compile",
    "low_memory",
    "max_cache_len",
    "output_attentions",
    "output_hidden_states",
    "output_logits",
    "output_scores",
    "prefill_chunk_size",
    "return_dict_in_generate",
    "transformers_version",
    "use_cache",
)
"""What changes no output."""
PLAIN = {
    "top_k": 50,
    "max_length": 20,
    **dict.fromkeys(("num_beams", "temperature", "top_p", "length_penalty", "num_return_sequences"), 1),
    **dict.fromkeys(("repetition_penalty", "encoder_repetition_penalty", "typical_p", "guidance_scale"), 1),
}
"""The value that a rule has where it does nothing; of all others that is 0, nothing or False."""
WARPERS = (
    logits_process.TemperatureLogitsWarper,
    logits_process.TopHLogitsWarper,
    logits_process.TopKLogitsWarper,
    logits_process.TopPLogitsWarper,
    logits_process.MinPLogitsWarper,
    logits_process.TypicalLogitsWarper,
    logits_process.EpsilonLogitsWarper,
    logits_process.EtaLogitsWarper,
)
"""What sampling does to a distribution before it draws."""


def _is_token(value: Any, size: int) -> bool:
    return type(value) is int and 0 <= value < size


def _are_tokens(value: Any, size: int) -> bool:
    return isinstance(value, list) and 0 < len(value) <= MAX_ENTRIES and all(_is_token(one, size) for one in value)


def _is_token_or_more(value: Any, size: int) -> bool:
    return _is_token(value, size) or _are_tokens(value, size)


def _are_ends(value: Any, size: int) -> bool:
    return _is_token(value, size) or (_are_tokens(value, size) and len(set(value)) <= MAX_ENDS)


def _are_words(value: Any, size: int) -> bool:
    return isinstance(value, list) and 0 < len(value) <= MAX_ENTRIES and all(_are_tokens(one, size) for one in value)


def _are_biases(value: Any, size: int) -> bool:
    pairs = isinstance(value, list) and 0 < len(value) <= MAX_ENTRIES
    return pairs and all(
        isinstance(pair, list) and len(pair) == 2 and _are_tokens(pair[0], size) and _is_bias(pair[1]) for pair in value
    )


def _is_bias(value: Any) -> bool:
    """Minus infinity forbids; infinity and what is no number leave no distribution to search in."""
    return type(value) is float and not math.isnan(value) and value < math.inf


def _is_decay(value: Any, size: int) -> bool:
    pair = isinstance(value, list | tuple) and len(value) == 2
    return pair and _is_count(value[0], size) and _is_factor(value[1], size)


def _is_count(value: Any, _: int) -> bool:
    return type(value) is int and 0 <= value <= MAX_ENTRIES


def _is_factor(value: Any, _: int) -> bool:
    return type(value) in (int, float) and 0 < value <= 100


def _is_share(value: Any, _: int) -> bool:
    return type(value) in (int, float) and 0 <= value <= 1


def _is_switch(value: Any, _: int) -> bool:
    return isinstance(value, bool)


FOLLOWED: dict[str, Callable[[Any, int], bool]] = {
    "bad_words_ids": _are_words,
    "begin_suppress_tokens": _are_tokens,
    "encoder_no_repeat_ngram_size": _is_count,
    "encoder_repetition_penalty": _is_factor,
    "epsilon_cutoff": _is_share,
    "eta_cutoff": _is_share,
    "exponential_decay_length_penalty": _is_decay,
    "forced_bos_token_id": _is_token,
    "forced_eos_token_id": _is_token_or_more,
    "min_length": _is_count,
    "min_new_tokens": _is_count,
    "min_p": _is_share,
    "no_repeat_ngram_size": _is_count,
    "remove_invalid_values": _is_switch,
    "renormalize_logits": _is_switch,
    "repetition_penalty": _is_factor,
    "sequence_bias": _are_biases,
    "suppress_tokens": _are_tokens,
    "top_h": _is_share,
    "typical_p": _is_share,
}
"""The rules that the search follows, and whether a value can be one, given the size of the vocabulary."""


@dataclass(frozen=True)
class Rules:
    """What a model's own generation_config says of a search, checked."""

    config: GenerationConfig
    """Tokens and what is followed, nothing else."""
    followed: tuple[str, ...]
    """Each as the page names it: "no_repeat_ngram_size = 3"."""
    replaced: tuple[str, ...]
    """What the visitor's settings stand in for."""
    ignored: tuple[str, ...]
    """What is not followed."""

    @property
    def start(self) -> int:
        """The token that the decoder is given first."""
        tokens = (self.config.decoder_start_token_id, self.config.bos_token_id)
        return next(token for token in tokens if token is not None)

    @property
    def eos(self) -> set[int]:
        """The tokens that end an output."""
        ends = self.config.eos_token_id
        return set(ends or ()) if isinstance(ends, list | None) else {ends}


def read(model: Any, reference: str, chosen: dict[str, Any] | None = None, tokenizer: Any = None) -> Rules:
    """The rules of a model's own, and what becomes of them when the search is asked for what `chosen` says by name.

    Raises InputError where a rule has a value that it cannot have, or no token starts the output.
    """
    own, size = model.generation_config.to_dict(), len(model.get_output_embeddings().weight)
    chosen = chosen or {}
    silent = {*SILENT, *(name for name in LISTS if own.get(name) == [])}
    own = {name: value for name, value in own.items() if name not in silent and value is not None}
    checks: dict[str, Callable[[Any, int], bool]] = {**dict.fromkeys(TOKENS, _is_token), **FOLLOWED}
    checks["eos_token_id"] = _are_ends
    for name, value in own.items():
        if name in checks and not checks[name](value, size):
            raise InputError("decoding.rule", reference=reference, rule=_written(name, value))
    if own.get("decoder_start_token_id", own.get("bos_token_id")) is None:
        raise InputError("decoding.no_start", reference=reference)
    set_here = {name: value for name, value in own.items() if name not in TOKENS and _says_something(name, value)}
    kept = {name: own[name] for name in TOKENS if name in own}
    kept |= {name: value for name, value in set_here.items() if name in FOLLOWED}
    kept |= {name: float(value) for name, value in kept.items() if FOLLOWED.get(name) is _is_factor}

    def named(where: Callable[[str], bool]) -> tuple[str, ...]:
        return tuple(_written(name, value, tokenizer) for name, value in sorted(set_here.items()) if where(name))

    return Rules(
        config=GenerationConfig(**kept),
        followed=named(lambda name: name in FOLLOWED),
        replaced=named(lambda name: name in chosen and own[name] != chosen[name]),
        ignored=named(lambda name: name not in FOLLOWED and name not in chosen),
    )


class Prepared(NamedTuple):
    """What generate() has prepared for one sentence."""

    states: torch.Tensor
    """(1, source, width): the encoder's"""
    rules: LogitsProcessorList
    warpers: LogitsProcessorList


def prepare(model: Any, ids: torch.Tensor, rules: Rules, chosen: dict[str, Any]) -> Prepared:
    """Encode a sentence (1, source), and make processors of the rules and of what is `chosen`."""

    def keep(_: Any, __: Any, logits_processor: Any, encoder_outputs: Any, **___: Any) -> Prepared:
        parts = LogitsProcessorList(), LogitsProcessorList()
        for one in logits_processor:
            parts[isinstance(one, WARPERS)].append(one)
        return Prepared(encoder_outputs.last_hidden_state, *parts)

    return generate(model, ids, rules, {**chosen, "num_beams": 1}, custom_generate=keep)


def generate(model: Any, ids: torch.Tensor, rules: Rules, chosen: dict[str, Any], **more: Any) -> Any:
    """The library's generate() on sentences (sentence, source) by the rules and by what is `chosen`."""
    bare = copy.copy(model)  # it fills up what is asked for with all that its own configuration says
    bare.generation_config = rules.config
    own, longest = rules.config, chosen["max_new_tokens"]
    asked = {**chosen, "num_return_sequences": 1, "min_length": min(own.min_length or 0, longest + 1)}
    if own.min_new_tokens:
        asked["min_new_tokens"] = min(own.min_new_tokens, longest)
    if own.forced_bos_token_id is not None:
        asked["forced_bos_token_id"] = own.forced_bos_token_id
    return bare.generate(input_ids=ids, generation_config=GenerationConfig(**asked), **more)


def _says_something(name: str, value: Any) -> bool:
    """Whether a rule changes anything."""
    if name in ("forced_bos_token_id", "forced_eos_token_id") or value is True:
        return True
    return value not in (PLAIN.get(name, 0), False, [], {}, "")


def _written(name: str, value: Any, tokenizer: Any = None) -> str:
    """A rule as the page names it, cut where it is long."""
    written = json.dumps(value, default=str)
    if tokenizer and name.startswith("forced_") and type(value) is int:
        written += f" ({pieces(tokenizer, [value])[0]})"
    return f"{name} = {written if len(written) <= 60 else written[:60] + '…'}"
