"""Photos described one after the other, word by word, and what each word looked at."""

from typing import Any

import numpy as np
import torch
from PIL import Image

from models.checkpoint import OpenModel
from models.clip.features import as_places
from models.device import device
from models.errors import InputError
from models.flamingo.captions import prompt
from models.flamingo.model import FlamingoForCaptioning
from models.flamingo.write import greedy
from models.pixels import prepare
from models.progress import NO_PROGRESS, Progress
from models.traces import CaptionTrace, WrittenCaption
from models.translation.pieces import pieces

FACTORS = (0.0, 0.25, 0.5, 1.0, 1.5)
"""Of all gates: 0 is the frozen model, 1 what was learned."""
ALTERNATIVES = 5


@torch.inference_mode()
def trace(
    photo: Image.Image,
    second: Image.Image | None,
    language: str,
    flamingo: OpenModel,
    progress: Progress = NO_PROGRESS,
) -> CaptionTrace:
    """Describe one photo, or two in one row, the second after the first, greedily, once for every factor of the gates.

    language: one of the model's two. flamingo: a model of families.CAPTIONERS, opened for "image and text". Raises
    InputError where the model gives no numbers.
    """
    model: FlamingoForCaptioning = flamingo.model
    pixels = []
    for one in (photo, second) if second else (photo,):
        progress.beat()
        pixels.append(prepare(one, flamingo.reader.image, model.config.vision_config))
    maps = model.vision_model(torch.cat(pixels).to(device())).last_hidden_state
    latents, weights = model.see(as_places(maps))
    resampled = weights[..., : maps[0, 0].numel()].unflatten(-1, maps.shape[-2:])
    written = []
    for factor in FACTORS:
        progress.beat()
        written.append(_written(flamingo, latents[None], resampled.mean(1), language, factor))
    return CaptionTrace(
        model=flamingo.reference,
        language=language,
        photo=np.stack([flamingo.reader.image.picture(one[0].numpy()) for one in pixels]),
        attention_gate=model.gates()["attention"].cpu().numpy(),
        feed_forward_gate=model.gates()["feed_forward"].cpu().numpy(),
        resampled=resampled.cpu().numpy(),
        captions=tuple(written),
    )


def _written(
    flamingo: OpenModel, latents: torch.Tensor, resampled: torch.Tensor, language: str, factor: float
) -> WrittenCaption:
    """With gates multiplied by a factor.

    latents: (1, photo, latent, width). resampled: (photo, latent, down, across), the mean of the heads.
    """
    model, reader = flamingo.model, flamingo.reader.text
    ids, before, under = _row(model, reader, latents, language, factor)
    read = model.read(ids[:, :-1], latents, factor)
    log_prob = model.language.lm_head(read.states)[0, before].log_softmax(-1)  # piece, vocabulary
    if not bool(log_prob.isfinite().all()):
        raise InputError("model.no_numbers", reference=flamingo.reference)
    blind = model.language(ids[:, :-1], use_cache=False).logits[0, before].log_softmax(-1)
    token = ids[0, before + 1]
    best = log_prob.topk(ALTERNATIVES)
    look = torch.stack([one[0, :, before] for one in read.attention])
    look = look.unflatten(-1, latents.shape[1:3])  # layer, head, piece, photo, latent
    return WrittenCaption(
        factor=factor,
        text=tuple(reader.decode(token[under == at], skip_special_tokens=True) for at in range(latents.shape[1])),
        piece=pieces(reader, token.tolist()),
        under=under.cpu().numpy(),
        log_prob=log_prob.gather(1, token[:, None])[:, 0].cpu().numpy(),
        blind_log_prob=blind.gather(1, token[:, None])[:, 0].cpu().numpy(),
        alternative=tuple(pieces(reader, some) for some in best.indices.tolist()),
        alternative_log_prob=best.values.cpu().numpy(),
        alternative_blind_log_prob=blind.gather(1, best.indices).cpu().numpy(),
        look=look.cpu().numpy(),
        place=torch.einsum("lwpk,pkyx->lwpyx", look.mean(1), resampled).cpu().numpy(),
    )


def _row(
    model: Any, reader: Any, latents: torch.Tensor, language: str, factor: float
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The row (1, token) with all captions, the place before each written token, and the photo that it is under."""
    ids, before, under = torch.empty(1, 0, dtype=torch.long, device=latents.device), [], []
    for at in range(latents.shape[1]):
        ids = torch.cat([ids, ids.new_tensor([prompt(reader, language)])], 1)
        start = ids.shape[1]
        ids = torch.cat([ids, greedy(model, latents, ids, reader.eos_token_id, factor)], 1)
        before += range(start - 1, ids.shape[1] - 1)
        under += [at] * (ids.shape[1] - start)
        if ids[0, -1] != reader.eos_token_id:  # cut off, not ended
            ids = torch.cat([ids, ids.new_tensor([[reader.eos_token_id]])], 1)
    return ids, ids.new_tensor(before), ids.new_tensor(under)
