"""A visitor's sentence: cleaned, checked, as ids, and which of its words a model never saw.

torch is imported where it is used, so that the page opens before it loads.
"""

import unicodedata
from typing import TYPE_CHECKING, Any

from models.checkpoint import OpenModel, find
from models.device import device
from models.errors import InputError
from models.translation.bundled import AUTOREGRESSIVE

if TYPE_CHECKING:
    import torch

MAX_CHARACTERS, MAX_TOKENS = 400, 80


def clean(sentence: object, english: bool = True) -> str:
    """The sentence without control characters, its spaces single; InputError when it has no word, or is not English
    where it must be."""
    if not isinstance(sentence, str) or not sentence.strip():
        raise InputError("sentence.empty")
    if len(sentence) > MAX_CHARACTERS:
        raise InputError("sentence.long", characters=len(sentence), maximum=MAX_CHARACTERS)
    text = "".join(c if c.isspace() or unicodedata.category(c)[0] != "C" else "" for c in sentence)
    text = " ".join(unicodedata.normalize("NFC", text).split())
    letters = [c for c in text if c.isalpha()]
    if not letters:
        raise InputError("sentence.no_words")
    if english and sum("LATIN" in unicodedata.name(c, "") for c in letters) < len(letters) / 2:
        raise InputError("sentence.language")
    return text


def encode(opened: OpenModel, sentence: str) -> "torch.Tensor":
    """Ids (1, source) on the lab's device; InputError when there are too many, or the model has no row for one."""
    ids = opened.reader(sentence, return_tensors="pt", split_special_tokens=True).input_ids
    if ids.shape[1] > MAX_TOKENS:
        raise InputError("sentence.many_tokens", tokens=ids.shape[1], maximum=MAX_TOKENS)
    refuse_without_row(opened, int(ids.max()), opened.model.get_input_embeddings())
    return ids.to(device())


def refuse_without_row(opened: OpenModel, token: int, embeddings: Any) -> None:
    """Raise InputError where a tokenizer's id has no row in the embeddings of the model beside it."""
    if token >= (rows := len(embeddings.weight)):
        sizes = {"tokens": len(opened.reader), "rows": rows}
        raise InputError("sentence.no_row", reference=opened.reference, token=token, **sizes)


def unseen(reference: str, sentence: str) -> tuple[str, ...]:
    """Words of the sentence that do not occur in the training sources of a model that lists them."""
    from models.translation import vocabulary

    path = find(reference, AUTOREGRESSIVE) / vocabulary.WORDS
    if not path.is_file():
        return ()
    seen = set(path.read_text(encoding="utf-8").split("\n"))
    return tuple(word for word in vocabulary.words([sentence]) if word not in seen)
