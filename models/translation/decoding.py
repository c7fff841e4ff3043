"""One sentence, decoded by an autoregressive and by a non-autoregressive translator side by side."""

import json
import time
import unicodedata
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from models.attention import refuse_oversized_attention
from models.checkpoint import bundled, find, open_model
from models.device import compute_lock, describe, device
from models.errors import InputError
from models.progress import NO_PROGRESS, Progress
from models.traces import DecodingTrace
from models.translation import beam_search, mask_predict, vocabulary
from models.translation.pairs import CONTRASTS, PAIRS

AUTOREGRESSIVE = ("MarianMTModel", "T5ForConditionalGeneration")
NON_AUTOREGRESSIVE = ("CmlmForTranslation",)
MAX_CHARACTERS, MAX_TOKENS = 400, 80
BATCHES = (1, 8, 32)
BATCH_PATIENCE = 2.0
"""Seconds that a batch may be expected to take; larger ones are not measured."""
NEUTRAL = {"no_repeat_ngram_size": 0, "encoder_no_repeat_ngram_size": 0, "repetition_penalty": 1.0, "min_length": 0}
"""Rules of a model's own that the traced search does not follow, switched off."""


def decode(
    sentence: str,
    models: tuple[str, str],
    search: beam_search.Settings,
    refine: mask_predict.Settings,
    language: str = "de",
    reference: str = "",
    request: str = "",
    forces: tuple[beam_search.Force, ...] = (),
    progress: Progress = NO_PROGRESS,
) -> DecodingTrace:
    """Translate `sentence` with both models.

    models: the autoregressive and the non-autoregressive one, each a bundled name, a folder or a Hub id.
    reference: a person's translation into `language`, kept when the models are that language's bundled ones.
    request: goes into the trace. forces: see beam_search.search. Raises InputError when the sentence, a model or a
    setting cannot be used.
    """
    sentence = clean(sentence)
    names = [name.strip() if isinstance(name, str) else "" for name in models]
    if language not in list(PAIRS):
        raise InputError("decoding.into")
    left_name, right_name = PAIRS[language]
    own = names[0] == left_name and names[1] in (right_name, CONTRASTS.get(right_name))
    _, left, tokenizer = open_model(names[0], AUTOREGRESSIVE, "text", progress)
    also = [CONTRASTS[names[1]]] if CONTRASTS.get(names[1]) in bundled() else []
    rights = [open_model(name, NON_AUTOREGRESSIVE, "text", progress) for name in (names[1], *also)]
    ids, *sources = (encode(reader, sentence) for reader in (tokenizer, *(right.reader for right in rights)))
    search, refine = beam_search.check(search, left, forces), mask_predict.check(refine)
    refuse_oversized_attention(
        search.max_length * _attention_values(left.config, search.beam_width, search.max_length), names[0]
    )
    with compute_lock:
        searched = beam_search.search(left, tokenizer, ids, search, names[0], forces, progress)
        refined = [
            mask_predict.refine(model, reader, source, refine, name, progress)
            for (name, model, reader), source in zip(rights, sources, strict=True)
        ]
        ways = [
            lambda n: generate(left, ids, search, n),
            lambda n: mask_predict.translate(rights[0].model, sources[0].repeat(n, 1), refine),
        ]
        seconds = [np.full(len(BATCHES), np.nan) if forces else timed(way, progress) for way in ways]
    return DecodingTrace(
        request=request,
        sentence=sentence,
        language=language,
        reference=reference if own else "",
        unseen=unseen(names[0], sentence),
        search=searched,
        refine=refined[0],
        contrast=tuple(refined[1:]),
        device=describe(),
        batch=np.array(BATCHES),
        search_seconds=seconds[0],
        refine_seconds=seconds[1],
    )


def forced(choice: object) -> tuple[str, tuple[beam_search.Force, ...]]:
    """The request and the forced tokens that a click on a tree asks for.

    choice: what the page sent, {"request", "forces": [[step, row, token], ...]}; InputError when it is anything else.
    """
    try:
        request, forces = choice["request"], choice["forces"]  # type: ignore[index]
        if not isinstance(json.loads(request), list):
            raise TypeError("a request is a list of inputs")
        return request, tuple((step, row, token) for step, row, token in forces)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("decoding.force") from error


def clean(sentence: str | None) -> str:
    """The sentence without control characters, its spaces single; InputError when it has no English word."""
    if not isinstance(sentence, str) or not sentence.strip():
        raise InputError("decoding.empty")
    if len(sentence) > MAX_CHARACTERS:
        raise InputError("decoding.long", characters=len(sentence), maximum=MAX_CHARACTERS)
    text = "".join(c if c.isspace() or unicodedata.category(c)[0] != "C" else "" for c in sentence)
    text = " ".join(unicodedata.normalize("NFC", text).split())
    letters = [c for c in text if c.isalpha()]
    if not letters:
        raise InputError("decoding.no_words")
    if sum("LATIN" in unicodedata.name(c, "") for c in letters) < len(letters) / 2:
        raise InputError("decoding.language")
    return text


def encode(tokenizer: Any, sentence: str) -> torch.Tensor:
    """Ids (1, source) on the lab's device; InputError when there are too many."""
    ids = tokenizer(sentence, return_tensors="pt", split_special_tokens=True).input_ids
    if ids.shape[1] > MAX_TOKENS:
        raise InputError("decoding.many_tokens", tokens=ids.shape[1], maximum=MAX_TOKENS)
    return ids.to(device())


def unseen(reference: str, sentence: str) -> tuple[str, ...]:
    """Words of the sentence that do not occur in the training sources of a model that lists them."""
    path = find(reference, AUTOREGRESSIVE) / vocabulary.WORDS
    if not path.is_file():
        return ()
    seen = set(path.read_text(encoding="utf-8").split("\n"))
    return tuple(word for word in vocabulary.words([sentence]) if word not in seen)


def timed(translate: Callable[[int], object], progress: Progress) -> np.ndarray:
    """Seconds to translate so many copies at once (batch), nan for those expected to take too long.

    A first call warms up; what a larger batch will take is expected from the line through the two before it.
    """
    seconds = np.full(len(BATCHES), np.nan)
    expected = _seconds(translate, 1)
    for index, count in enumerate(BATCHES):
        if expected > BATCH_PATIENCE:
            break
        progress.beat()
        seconds[index] = _seconds(translate, count)
        expected = seconds[index]
        if 0 < index < len(BATCHES) - 1:
            slope = (seconds[index] - seconds[index - 1]) / (count - BATCHES[index - 1])
            expected = seconds[index] + slope * (BATCHES[index + 1] - count)
    return seconds


def _seconds(translate: Callable[[int], object], count: int) -> float:
    begun = time.perf_counter()
    translate(count)
    if device().type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - begun


def _attention_values(config: Any, rows: int, length: int) -> int:
    """Attention weights of one decoder call at most, whatever the family calls its sizes."""
    layers = getattr(config, "decoder_layers", None) or getattr(config, "num_decoder_layers", 12)
    heads = getattr(config, "decoder_attention_heads", None) or getattr(config, "num_heads", 16)
    return rows * layers * heads * (length + MAX_TOKENS)


def generate(model: Any, ids: torch.Tensor, settings: beam_search.Settings, count: int, **more: Any) -> Any:
    """The library's own search on `count` copies of a sentence; `more` goes to its generate()."""
    chosen: dict[str, Any] = {**NEUTRAL, "num_beams": 1, "do_sample": settings.method == "sample"}
    if settings.method == "beam":
        chosen |= {"num_beams": settings.beam_width, "length_penalty": settings.length_penalty}
        chosen |= {"early_stopping": settings.early_stopping}
    if settings.method == "sample":
        chosen |= {"temperature": settings.temperature, "top_k": settings.top_k, "top_p": settings.top_p}
    return model.generate(input_ids=ids.repeat(count, 1), max_new_tokens=settings.max_length, **chosen, **more)
