"""What a stranger's config.json says, checked before a model is made of it."""

import re
from pathlib import Path
from typing import Any

from models import hub
from models.errors import InputError
from models.families import CAPTIONERS, DECODERS, DUAL_ENCODERS, PACKAGES, SINGLE_STACKS, TOWERS
from models.processor import shown, sides

RULES = "generation_config.json"
MAX_DEPTH = 1000
"""Layers of one stage."""
MAX_SIZE = 100_000
MAX_POSITIONS = 20_000
"""Of a table that a model computes when it is built."""
LAYERS = re.compile(r"(num_|n_)?(encoder_|decoder_|hidden_)?layers?")
"""How the families name their numbers of layers."""
NUMBERS = {
    "resnet": ("embedding_size", "num_channels"),
    "vit": (
        *("num_hidden_layers", "num_attention_heads", "hidden_size", "intermediate_size"),
        *("patch_size", "num_channels"),
    ),
    "swin": ("embed_dim", "patch_size", "window_size", "num_channels"),
    "mobilevit": ("patch_size", "num_attention_heads", "conv_kernel_size", "output_stride", "num_channels"),
}
"""Fields that are whole numbers, by the classifier's package."""
LANGUAGE_MODEL = re.compile(
    r"d_(model|kv|ff)|((encoder|decoder|num|n)_)+(attention_|key_value_)?heads?|(en|de)coder_ffn_dim|"
    r"n_(embd|inner|length|layers?|positions|ctx)|num_(hidden_)?layers|(hidden|intermediate|window)_size|"
    r"((head|hidden|rotary|ffn|word_embed_proj)_)?dim|"
    r"((src|tgt|type)_)?vocab_size|relative_attention_(num_buckets|max_distance)|(global_)?block_size|local_radius"
)
"""Fields of a language model that are whole numbers."""
DERIVED = ("n_inner", "head_dim", "num_key_value_heads", "rotary_dim")
"""Those of them that may be null: then others say them."""
NEITHER = ("is_encoder_decoder", "is_decoder", "add_cross_attention")
"""What no model of one stack is, as the lab reads it: a BERT is no decoder."""
MAX_WIDTH = 10_000_000
"""Of them; the largest is the number of words."""
RATE = re.compile(r"(?!classif)\w*drop\w*")
"""Shares of what training leaves out; a classifier beside a translator takes no part."""
LISTS = {
    "resnet": ("depths", "hidden_sizes"),
    "vit": (),
    "swin": ("depths", "num_heads"),
    "mobilevit": ("hidden_sizes", "neck_hidden_sizes"),
}
"""Fields that are lists of whole numbers, one for each stage."""
FIXED = ("mobilevit",)
"""Packages that count their stages otherwise in each list: the tokens' widths of three, the channels of all."""
PICTURES = ("image_size", "source_size")
"""Fields that give the pixels of a side."""
PROBLEMS = (None, "single_label_classification", "multi_label_classification")
"""What the outputs may mean: probabilities of which one is true, or each of its own."""


def check(reference: str, family: str, config: dict[str, Any]) -> None:
    """Raise InputError, each field with a sentence of its own, for what no model of the lab can be made of.

    family: the class that the config names; what is none of families.PACKAGES is checked as a language model.
    """
    _check_common(reference, config)
    if family in (*DUAL_ENCODERS, *CAPTIONERS):
        _check_towers(reference, config)
    elif family not in PACKAGES:
        _check_language_model(reference, family, config)
    else:
        _check_sizes(reference, PACKAGES[family], config)
        _check_pictures(config)
        _check_outputs(reference, config)


def check_bounds(reference: str, config: dict[str, Any], n_tensor: int) -> None:
    """Raise InputError for more layers than the weights have tensors, and for a table of positions without end.

    What has weights in the files is compared with them by transformers; these cost time or memory before that.
    """
    for tower in (config[name] for name in TOWERS if name in config):
        check_bounds(reference, tower, n_tensor)
    for name, value in config.items():
        bound = n_tensor if LAYERS.fullmatch(name) else MAX_POSITIONS if "position" in name else None
        if bound and type(value) is int and not 1 <= value <= bound:
            raise InputError("model.sizes", reference=reference, size=f"{name} = {value}")


def check_rules(reference: str, folder: Path) -> None:
    """Raise InputError for rules of generation that transformers cannot read; without a file they are the config's."""
    from transformers import GenerationConfig

    hub.refuse_large(folder / RULES)
    file = RULES if (folder / RULES).is_file() else hub.CONFIG
    try:
        GenerationConfig.from_pretrained(folder, file, local_files_only=True)
    except Exception as error:
        raise InputError("model.rules", reference=reference) from error


def _check_towers(reference: str, config: dict[str, Any]) -> None:
    for name in TOWERS:
        tower = config.get(name)
        if not isinstance(tower, dict):
            raise InputError("model.config", reference=reference)
        _check_common(reference, tower)
        _check_whole(reference, tower)
        _check_pictures(tower)


def _check_common(reference: str, config: dict[str, Any]) -> None:
    if config.get("quantization_config") is not None:
        raise InputError("model.config_quantised", reference=reference)
    _check_true(reference, config, "return_dict")
    for field, value in config.items():
        if RATE.fullmatch(field) and not (type(value) in (int, float) and 0 <= value <= 1):
            raise _refusal(reference, "share", field, value)


def _check_true(reference: str, config: dict[str, Any], field: str) -> None:
    if config.get(field, True) is not True:
        raise _refusal(reference, "true", field, config[field])


def _check_language_model(reference: str, family: str, config: dict[str, Any]) -> None:
    if family not in (*SINGLE_STACKS, *DECODERS):
        _check_true(reference, config, "is_encoder_decoder")
    elif wrong := [field for field in NEITHER if config.get(field) not in (None, False)]:
        raise _refusal(reference, "false", wrong[0], config[wrong[0]])
    _check_whole(reference, config)


def _check_whole(reference: str, config: dict[str, Any]) -> None:
    for field, value in config.items():
        known = LANGUAGE_MODEL.fullmatch(field) and not (value is None and field in DERIVED)
        if known and not _is_whole(value, MAX_WIDTH):
            raise _refusal(reference, "number", field, value, maximum=f"{MAX_WIDTH:,}")


def _check_sizes(reference: str, package: str, config: dict[str, Any]) -> None:
    for field in (*NUMBERS[package], "num_labels"):
        if field in config and not _is_whole(config[field], MAX_SIZE):
            raise _refusal(reference, "number", field, config[field], maximum=f"{MAX_SIZE:,}")
    for field in LISTS[package]:
        if field in config and not _are_whole(config[field], MAX_DEPTH if field == "depths" else MAX_SIZE):
            raise _refusal(reference, "list", field, config[field])
    if package not in FIXED and len({len(config[field]) for field in LISTS[package] if field in config}) > 1:
        raise InputError("model.config_stages", reference=reference, fields=", ".join(LISTS[package]))


def _check_pictures(config: dict[str, Any]) -> None:
    if (channels := config.get("num_channels", 3)) != 3:
        raise InputError("model.channels", channels=channels)
    for field in PICTURES:
        if config.get(field) is not None:
            sides(config[field])


def _check_outputs(reference: str, config: dict[str, Any]) -> None:
    labels = config.get("id2label", {"0": ""})
    if not isinstance(labels, dict) or not labels or not all(str(number).isdecimal() for number in labels):
        raise _refusal(reference, "labels", "id2label", labels)
    problem = config.get("problem_type")
    if problem == "regression":
        raise InputError("model.regression", reference=reference)
    if problem not in PROBLEMS:
        known = ", ".join(str(one) for one in PROBLEMS[1:])
        raise _refusal(reference, "problem", "problem_type", problem, known=known)


def _refusal(reference: str, code: str, field: str, value: Any, **details: object) -> InputError:
    return InputError(f"model.config_{code}", reference=reference, field=field, value=shown(value), **details)


def _is_whole(value: Any, maximum: int) -> bool:
    return type(value) is int and 1 <= value <= maximum


def _are_whole(values: Any, maximum: int) -> bool:
    return isinstance(values, list) and 0 < len(values) <= 10 and all(_is_whole(value, maximum) for value in values)
