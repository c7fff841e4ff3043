"""One sentence, decoded by an autoregressive and by a non-autoregressive translator side by side."""

import time
import unicodedata
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from models.checkpoint import Progress, find, open_model
from models.device import describe, device, turn
from models.errors import InputError
from models.traces import DecodingTrace
from models.translation import beam_search, mask_predict, vocabulary
from models.translation.vocabulary import WORDS

AUTOREGRESSIVE = ("MarianMTModel", "T5ForConditionalGeneration", "BartForConditionalGeneration")
NON_AUTOREGRESSIVE = ("CmlmForTranslation",)
MAX_CHARACTERS, MAX_TOKENS = 400, 80
BATCHES = (1, 8, 32)
BATCH_PATIENCE = 6.0
"""Seconds that a batch may be expected to take; larger ones are not measured."""


def decode(
    sentence: str,
    models: tuple[str, str],
    search: beam_search.Settings,
    refine: mask_predict.Settings,
    reference: str = "",
    contrast: str | None = None,
    force: tuple[int, int, int] | None = None,
    progress: Progress | None = None,
) -> DecodingTrace:
    """Translate `sentence` with both models.

    models: the autoregressive and the non-autoregressive one, each a bundled name, a folder or a Hub id.
    reference: a person's translation; contrast: a second non-autoregressive model.
    force: see beam_search.search. Raises InputError when the sentence, a model or a setting cannot be used.
    """
    sentence = clean(sentence)
    left, tokenizer = open_model(models[0], AUTOREGRESSIVE, progress)
    names = [name for name in (models[1], contrast) if name]
    rights = [open_model(name, NON_AUTOREGRESSIVE, progress) for name in names]
    ids = encode(tokenizer, sentence)
    search, refine = beam_search.check(search, left, force), mask_predict.check(refine)
    with turn:
        searched = beam_search.search(left, tokenizer, ids, search, models[0], force, progress)
        refined = [
            mask_predict.refine(model, reader, encode(reader, sentence), refine, name, progress)
            for (model, reader), name in zip(rights, names, strict=True)
        ]
        right, reader = rights[0]
        search_seconds = timed(lambda count: generate(left, ids, search, count), progress)
        refine_seconds = timed(
            lambda count: mask_predict.translate(right, encode(reader, sentence).repeat(count, 1), refine), progress
        )
    return DecodingTrace(
        sentence=sentence,
        reference=reference,
        unseen=unseen(models[0], sentence),
        search=searched,
        refine=refined[0],
        contrast=tuple(refined[1:]),
        device=describe(),
        batch=np.array(BATCHES),
        search_seconds=search_seconds,
        refine_seconds=refine_seconds,
    )


def forced(choice: object, inputs: list) -> beam_search.Force | None:
    """The (step, row, token) that a visitor chose in the tree of a run with these inputs; nothing when they changed.

    choice: what the page sent, {"at": {"step", "row", "token"}, "inputs"}; InputError when it is anything else.
    """
    if choice is None:
        return None
    try:
        at, of = choice["at"], choice["inputs"]  # type: ignore[index]
        step, row, token = (at[name] for name in ("step", "row", "token"))
    except (KeyError, TypeError) as error:
        raise InputError("decoding.force") from error
    return (step, row, token) if of == inputs else None


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
    ids = tokenizer(sentence, return_tensors="pt").input_ids
    if ids.shape[1] > MAX_TOKENS:
        raise InputError("decoding.many_tokens", tokens=ids.shape[1], maximum=MAX_TOKENS)
    return ids.to(device())


def unseen(reference: str, sentence: str) -> tuple[str, ...]:
    """Words of the sentence that do not occur in the training sources of a model that lists them."""
    path = find(reference, AUTOREGRESSIVE) / WORDS
    if not path.is_file():
        return ()
    seen = set(path.read_text(encoding="utf-8").split("\n"))
    return tuple(word for word in vocabulary.words([sentence]) if word not in seen)


def timed(translate: Callable[[int], object], progress: Progress | None) -> np.ndarray:
    """Seconds to translate so many copies at once (batch), nan for those expected to take too long."""
    seconds = np.full(len(BATCHES), np.nan)
    for index, count in enumerate(BATCHES):
        if index and seconds[index - 1] * count / BATCHES[index - 1] > BATCH_PATIENCE:
            break
        if progress:
            progress(0, 0)
        begun = time.perf_counter()
        translate(count)
        if device().type == "cuda":
            torch.cuda.synchronize()
        seconds[index] = time.perf_counter() - begun
    return seconds


def generate(model: Any, ids: torch.Tensor, settings: beam_search.Settings, count: int, **more: Any) -> Any:
    """The library's own search on `count` copies of a sentence; `more` goes to its generate()."""
    chosen: dict[str, Any] = {"num_beams": 1, "do_sample": settings.method == "sample"}
    if settings.method == "beam":
        chosen |= {"num_beams": settings.beam_width, "length_penalty": settings.length_penalty}
        chosen |= {"early_stopping": settings.early_stopping}
    if settings.method == "sample":
        chosen |= {"temperature": settings.temperature, "top_k": settings.top_k, "top_p": settings.top_p}
    return model.generate(input_ids=ids.repeat(count, 1), max_new_tokens=settings.max_length, **chosen, **more)
