"""Sequence-level knowledge distillation (Kim & Rush 2016): a translator's outputs in place of the corpus's targets."""

import hashlib
from pathlib import Path

from models.checkpoint import WEIGHTS, find, open_model
from models.translation import translate

BEAM_WIDTH = 5
TEACHERS = ("MarianMTModel",)
"""What can be learned from."""


def distil(teacher: str, source: list[str], cache: Path) -> list[str]:
    """The bundled `teacher`'s outputs for the source sentences, by beam search; kept in the folder `cache`."""
    mark = hashlib.sha256((find(teacher) / WEIGHTS).read_bytes()).hexdigest()[:8]
    path = cache / f"{teacher}-{mark}-outputs.txt"
    if path.exists():
        return path.read_text(encoding="utf-8").split("\n")[:-1]
    outputs = translate.by_search(*open_model(teacher, TEACHERS), source, BEAM_WIDTH)
    part = path.with_suffix(".part")
    part.write_text("\n".join(outputs) + "\n", encoding="utf-8")
    part.rename(path)
    return outputs
