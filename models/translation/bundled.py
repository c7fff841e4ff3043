"""Which translators the lab can read, and which of its bundled ones belong together. No torch."""

from typing import NamedTuple

from models.families import ENCODER_DECODERS

AUTOREGRESSIVE = ENCODER_DECODERS
NON_AUTOREGRESSIVE = ("CmlmForTranslation",)


class Pair(NamedTuple):
    """The bundled translators of one language."""

    autoregressive: str
    non_autoregressive: str


BY_LANGUAGE = {"de": Pair("marian-multi30k", "cmlm-multi30k"), "zh": Pair("marian-zh", "cmlm-zh")}
"""By the language that they translate into."""
LENGTH_CANDIDATES = {"de": 3, "zh": 3}
"""How many lengths the non-autoregressive one of a language tries; chosen on val by BLEU and brevity penalty, both in
its card. The one that learned from raw data tries as many."""
RAW_COUNTERPART = {"cmlm-multi30k": "cmlm-multi30k-raw", "cmlm-zh": "cmlm-zh-raw"}
"""The same model trained on raw instead of distilled data."""
DISTILLED_BASELINE = "marian-multi30k-distilled"
"""The autoregressive model that learned from the same distilled data as cmlm-multi30k."""
