"""Sequence-level knowledge distillation (Kim & Rush 2016): a translator's outputs in place of the corpus's targets."""

import hashlib
from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer, MarianMTModel

from models.checkpoint import BUNDLED, WEIGHTS
from models.device import device

BEAM_WIDTH = 5


@torch.no_grad()
def translate(model: Any, tokenizer: Any, sentences: list[str], beam_width: int = 1, batch: int = 64) -> list[str]:
    """The best output for each sentence, by the library's own search (the lab's traced search gives the same)."""
    order = sorted(range(len(sentences)), key=lambda i: -len(sentences[i]))
    outputs = [""] * len(sentences)
    for start in range(0, len(order), batch):
        part = order[start : start + batch]
        source = tokenizer([sentences[i] for i in part], return_tensors="pt", padding=True).to(model.device)
        ids = model.generate(
            input_ids=source.input_ids,
            attention_mask=source.attention_mask,
            num_beams=beam_width,
            do_sample=False,
            max_length=int(1.5 * source.input_ids.shape[1]) + 10,
        )
        for i, text in zip(part, tokenizer.batch_decode(ids, skip_special_tokens=True), strict=True):
            outputs[i] = text
    return outputs


def distil(teacher: str, source: list[str], cache: Path) -> list[str]:
    """The bundled `teacher`'s outputs for the source sentences, by beam search; kept in the folder `cache`."""
    folder = BUNDLED / teacher
    mark = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()[:8]
    path = cache / f"{teacher}-{mark}-outputs.txt"
    if path.exists():
        return path.read_text(encoding="utf-8").split("\n")[:-1]
    model: Any = MarianMTModel.from_pretrained(folder, dtype=torch.float32)
    model = model.eval().to(device())
    outputs = translate(model, AutoTokenizer.from_pretrained(folder), source, BEAM_WIDTH)
    part = path.with_suffix(".part")
    part.write_text("\n".join(outputs) + "\n", encoding="utf-8")
    part.rename(path)
    return outputs
