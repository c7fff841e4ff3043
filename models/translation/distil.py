"""Sequence-level knowledge distillation (Kim & Rush 2016): a translator's outputs in place of the corpus's targets."""

import hashlib
from pathlib import Path
from typing import Any

import torch

from models import hub
from models.checkpoint import find, open_model
from models.translation.batches import in_batches

BEAM_WIDTH = 5
TEACHERS = ("MarianMTModel",)
"""What can be learned from."""


@torch.no_grad()
def translate(model: Any, tokenizer: Any, sentences: list[str], beam_width: int = 1) -> list[str]:
    """The best output for each sentence, by the library's own search (the lab's traced search gives the same)."""

    def search(part: list[str]) -> list[str]:
        source = tokenizer(part, return_tensors="pt", padding=True).to(model.device)
        ids = model.generate(
            input_ids=source.input_ids,
            attention_mask=source.attention_mask,
            num_beams=beam_width,
            do_sample=False,
            max_length=int(1.5 * source.input_ids.shape[1]) + 10,
        )
        return tokenizer.batch_decode(ids, skip_special_tokens=True)

    return in_batches(sentences, search)


def distil(teacher: str, source: list[str], cache: Path) -> list[str]:
    """The bundled `teacher`'s outputs for the source sentences, by beam search; kept in the folder `cache`."""
    mark = hashlib.sha256((find(teacher) / hub.WEIGHTS).read_bytes()).hexdigest()[:8]
    path = cache / f"{teacher}-{mark}-outputs.txt"
    if path.exists():
        return path.read_text(encoding="utf-8").split("\n")[:-1]
    _, model, tokenizer = open_model(teacher, TEACHERS, "text")
    outputs = translate(model, tokenizer, source, BEAM_WIDTH)
    part = path.with_suffix(".part")
    part.write_text("\n".join(outputs) + "\n", encoding="utf-8")
    part.rename(path)
    return outputs
