"""A translator's tokenizer as transformers chooses it; what its tokenizer_config.json says is checked first."""

import re
import warnings
from pathlib import Path
from typing import Any

from models import hub
from models.errors import InputError
from models.processor import shown

CONFIG = "tokenizer_config.json"
FORMS: dict[str, tuple[type | tuple[type, ...], str]] = {
    r"model_max_length": ((int, float, type(None)), "512"),
    r"(padding|truncation)_side": (str, '"right"'),
    r"(bos|eos|unk|sep|pad|cls|mask)_token": ((str, dict, type(None)), '"</s>"'),
    r"(tokenizer_class|src_lang|tgt_lang|source_lang|target_lang)": ((str, type(None)), '"en"'),
    r"model_input_names": (list, '["input_ids"]'),
    r"added_tokens_decoder": (dict, "{}"),
    r"(additional|extra)_special_tokens": ((list, dict, type(None)), "[]"),
}
"""The types that fields may have, by their names, and an example."""
SAMPLE = "a \u2603"
"""What every tokenizer must read; a character of it may be unknown."""


def read(reference: str, folder: Path) -> Any:
    """The tokenizer of a folder. Raises InputError where it lacks a vocabulary or a package, or a field is wrong."""
    import transformers

    _check(reference, hub.read_json(folder / CONFIG))
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Recommended: pip install sacremoses")
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
        words = set(tokenizer.get_vocab()) - set(tokenizer.all_special_tokens)
        tokenizer(SAMPLE, return_tensors="pt", split_special_tokens=True)
    except ImportError as error:
        package = re.search(r"install (\w[\w-]*)", str(error))
        raise InputError("model.package", reference=reference, package=package[1] if package else "?") from error
    except Exception as error:
        raise InputError("model.no_tokenizer", reference=reference) from error
    if len(words) < 2:  # without its file, transformers gives one of special tokens alone
        raise InputError("model.no_tokenizer", reference=reference)
    return tokenizer


def _check(reference: str, settings: dict[str, Any]) -> None:
    for field, value in settings.items():
        for name, (types, example) in FORMS.items():
            if re.fullmatch(name, field) and (not isinstance(value, types) or isinstance(value, bool)):
                wrong = {"field": field, "value": shown(value), "example": example}
                raise InputError("model.tokenizer_field", reference=reference, **wrong)
