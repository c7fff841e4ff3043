"""Many sentences at once, without a trace: by search or by refinement."""

from typing import Any

import torch

from models.translation import mask_predict
from models.translation.batches import in_batches, pad_ids
from models.translation.cmlm import CmlmForTranslation


@torch.no_grad()
def by_search(model: Any, tokenizer: Any, sentences: list[str], beam_width: int = 1) -> list[str]:
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


def by_refinement(
    model: CmlmForTranslation, tokenizer: Any, sentences: list[str], settings: mask_predict.Settings
) -> list[list[int]]:
    """The ids of the best output for each sentence, by mask-predict."""

    def refine(part: list[str]) -> list[list[int]]:
        source = pad_ids([tokenizer(sentence).input_ids for sentence in part])
        return mask_predict.translate(model, source.to(model.device), settings)

    return in_batches(sentences, refine)
