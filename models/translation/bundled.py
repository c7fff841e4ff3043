"""Which translators the lab can read, and which of its bundled ones belong together. No torch."""

AUTOREGRESSIVE = ("MarianMTModel", "T5ForConditionalGeneration")
NON_AUTOREGRESSIVE = ("CmlmForTranslation",)

BY_LANGUAGE = {"de": ("marian-multi30k", "cmlm-multi30k"), "zh": ("marian-tatoeba", "cmlm-tatoeba")}
"""By the language that they translate into: the autoregressive and the non-autoregressive one."""
RAW_COUNTERPART = {"cmlm-multi30k": "cmlm-multi30k-raw"}
"""The same model trained on raw instead of distilled data."""
DISTILLED_BASELINE = "marian-multi30k-distilled"
"""The autoregressive model that learned from the same distilled data as cmlm-multi30k."""
