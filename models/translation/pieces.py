"""Tokens as people read them, whatever a tokenizer's own spelling: "▁" stands where a word begins, or ends."""

from collections.abc import Callable
from typing import Any

from tokenizers import decoders
from transformers import BlenderbotSmallTokenizer, ByT5Tokenizer

NO_TOKEN = "<{}>"
"""How an id is written that the tokenizer has no token for."""


def pieces(tokenizer: Any, ids: list[int], source: bool = False) -> tuple[str, ...]:
    """A text for each id: special tokens in brackets, the end always "</s>", and "<id>" where there is no token.

    source: the ids are what the encoder reads, whose vocabulary may be another than the decoder's.
    """
    tokens = [_token(tokenizer, one) for one in ids]
    if source and isinstance(vocabulary := getattr(tokenizer, "encoder", None), dict):
        wanted = set(ids)
        own = {one: token for token, one in vocabulary.items() if one in wanted}
        tokens = [own.get(one, token) for one, token in zip(ids, tokens, strict=True)]
    special, spell = _special(tokenizer), _spelling(tokenizer)

    def piece(one: int, token: str | None) -> str:
        if token is None:
            return NO_TOKEN.format(one)
        if token in special:
            return "</s>" if token == tokenizer.eos_token else token if token[:1] in "<[" else f"<{token}>"
        return spell(token) or NO_TOKEN.format(one)

    return tuple(map(piece, ids, tokens))


def text(tokenizer: Any, ids: list[int]) -> str:
    """What an output says: special tokens, languages and ids without a token say nothing."""
    mute = {f"<{token}>" for token in language_tokens(tokenizer)}
    spoken = zip(ids, pieces(tokenizer, ids), strict=True)
    said = [one for one, piece in spoken if piece not in mute and piece != NO_TOKEN.format(one)]
    return tokenizer.decode(said, skip_special_tokens=True)


def language_tokens(tokenizer: Any) -> set[str]:
    """The tokens that name a language, where a tokenizer keeps them apart from its special ones."""
    return set(getattr(tokenizer, "lang_code_to_token", {}).values())


def _token(tokenizer: Any, one: int) -> str | None:
    """A tokenizer's own spelling of an id; None where it has none, for which some raise what the container raises."""
    try:
        return tokenizer.convert_ids_to_tokens([one])[0]
    except (IndexError, KeyError, ValueError):
        return None


def _special(tokenizer: Any) -> set[str]:
    return set(getattr(tokenizer, "all_special_tokens", ())) | language_tokens(tokenizer)


def _spelling(tokenizer: Any) -> Callable[[str], str]:
    """What makes a token readable, by the kind of tokenizer."""
    if isinstance(tokenizer, ByT5Tokenizer):
        return _byte
    if isinstance(tokenizer, BlenderbotSmallTokenizer):
        return lambda token: token[:-2] if token.endswith("@@") else f"{token}▁"
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend and isinstance(backend.decoder, decoders.ByteLevel):
        return _bytes
    return lambda token: token.replace("</w>", "▁")


def _byte(token: str) -> str:
    """A byte as its character, or as its number where it is only part of one; nothing for what is no byte."""
    number = ord(token[:1] or " ")
    if number > 255:
        return ""
    return token.replace(" ", "▁") if token.isascii() and token.isprintable() else f"<0x{number:02X}>"


def _bytes(token: str) -> str:
    """The text of a byte-level piece; as it is where it holds only part of a character."""
    text = decoders.ByteLevel().decode([token])
    return token if "\ufffd" in text else text.replace(" ", "▁")
