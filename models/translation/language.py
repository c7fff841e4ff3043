"""How a translator is told which languages: by tokens that its tokenizer knows, or by words before the sentence."""

import re
from typing import Any, NamedTuple

from transformers import MBartTokenizer

from models.checkpoint import OpenModel
from models.errors import InputError

CODES = {
    r"[a-z]{2}_[A-Z]{2}": {"en": "en_XX", "de": "de_DE", "zh": "zh_CN"},
    r"[a-z]{3}_[A-Z][a-z]{3}": {"en": "eng_Latn", "de": "deu_Latn", "zh": "zho_Hans"},
    r"[a-z]{2,3}": {"en": "en", "de": "de", "zh": "zh"},
}
"""The codes of a tokenizer, by the form of the one that it reads: mBART's, NLLB's, M2M100's."""
MARIAN_CODES = {
    "de": (">>deu<<", ">>de<<"),
    "zh": (">>cmn_Hans<<", ">>zho_Hans<<", ">>zh_cn<<", ">>cmn<<", ">>zh<<"),
}
"""The tokens that stand before the sentence where a Marian model writes several languages, the best first."""
TASK = "translation_en_to_"
"""How a T5's config names the task of translating from English."""
SHOWN = 12
"""Languages that a sentence names at most."""


class Told(NamedTuple):
    """What makes a model translate from English into a language; what it needs nothing of is None, or ""."""

    token: int | None
    """The first token of the output."""
    prefix: str
    """Words before the sentence."""


def tell(opened: OpenModel, language: str, sentence: str) -> Told:
    """How to tell a model that the sentence is English and the output should be `language` ("de" or "zh").

    The tokenizer is set to read English. A forced first token in the model's own generation_config stays as it is, and
    so does a sentence that begins as the model's tasks do. Raises InputError where a model that must be told does not
    know the language.
    """
    reference, model, tokenizer = opened
    if codes := _codes(tokenizer):
        _token(tokenizer, codes["en"], reference)
        tokenizer.src_lang = codes["en"]
        started = isinstance(tokenizer, MBartTokenizer)  # its decoder's start token is the language
        forced = model.generation_config.forced_bos_token_id is not None
        return Told(None if started or forced else _token(tokenizer, codes[language], reference), "")
    return Told(None, _prefix(model, tokenizer, reference, language, sentence))


def _codes(tokenizer: Any) -> dict[str, str]:
    """The codes of a tokenizer that must know which language it reads, else none."""
    reads = getattr(tokenizer, "src_lang", None)
    forms = [codes for form, codes in CODES.items() if isinstance(reads, str) and re.fullmatch(form, reads)]
    return forms[0] if forms else {}


def _token(tokenizer: Any, code: str, reference: str) -> int:
    """The id of a language's token."""
    tokens = getattr(tokenizer, "lang_code_to_token", None)
    known = tokens or {one: one for one in tokenizer.all_special_tokens if re.fullmatch(r"[a-z]{2,3}_\w+", one)}
    if code not in known:
        raise _unknown(reference, code, list(known))
    return int(tokenizer.convert_tokens_to_ids(known[code]))


def _prefix(model: Any, tokenizer: Any, reference: str, language: str, sentence: str) -> str:
    """The words that a T5 saw before its sentences, or the token of a Marian model of several languages."""
    if known := getattr(tokenizer, "supported_language_codes", None):
        if sentence.startswith(">>"):
            return ""
        if found := [code for code in MARIAN_CODES[language] if code in known]:
            return f"{found[0]} "
        raise _unknown(reference, MARIAN_CODES[language][0], known)
    prefixes = _task_prefixes(model.config)
    translations = [task.removeprefix(TASK) for task in prefixes if task.startswith(TASK)]
    if not translations or sentence.startswith(tuple(prefixes.values())):
        return ""
    if language not in translations:
        raise _unknown(reference, language, translations)
    return prefixes[TASK + language]


def _task_prefixes(config: Any) -> dict[str, str]:
    """The words that a T5's config gives for each task that it learned."""
    tasks = getattr(config, "task_specific_params", None)
    tasks = tasks if isinstance(tasks, dict) else {}
    found = {task: settings.get("prefix") for task, settings in tasks.items() if isinstance(settings, dict)}
    return {task: prefix for task, prefix in found.items() if isinstance(prefix, str) and 0 < len(prefix) <= 100}


def _unknown(reference: str, language: str, known: list[str]) -> InputError:
    some = ", ".join(sorted(known)[:SHOWN]) + (" …" if len(known) > SHOWN else "")
    return InputError("decoding.no_language", reference=reference, language=language, known=some)
