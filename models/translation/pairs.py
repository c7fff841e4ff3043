"""Which bundled translators belong together."""

PAIRS = {"de": ("marian-multi30k", "cmlm-multi30k"), "zh": ("marian-tatoeba", "cmlm-tatoeba")}
"""By the language that they translate into: the autoregressive and the non-autoregressive one."""
CONTRASTS = {"cmlm-multi30k": "cmlm-multi30k-raw"}
"""The same model trained on raw instead of distilled data."""
BASELINE = "marian-multi30k-distilled"
"""The autoregressive model that learned from the same distilled data as cmlm-multi30k."""
