"""Photos against sentences, as CLIP compares them (Radford et al. 2021), and where each similarity comes from."""

import unicodedata
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F

from models import checkpoint
from models.checkpoint import OpenModel
from models.clip import loss
from models.clip.dual_encoder import MeanTextDualEncoder
from models.clip.text_tower import WORDS, words
from models.device import device
from models.errors import InputError
from models.pixels import prepare
from models.progress import NO_PROGRESS, Progress
from models.traces import MatchTrace


class Sum(NamedTuple):
    """An embedding as a sum of parts: whole (width,), parts (…, width)."""

    whole: torch.Tensor
    parts: torch.Tensor


def trace(
    photo: Image.Image,
    others: Sequence[Image.Image],
    texts: Sequence[str],
    clip: OpenModel,
    progress: Progress = NO_PROGRESS,
) -> MatchTrace:
    """Compare every sentence with a photo and with others; the photo comes last, unless it is one of the others.

    clip: a model of families.DUAL_ENCODERS, opened for "image and text".

    Raises InputError for a sentence of more pieces than the tower reads, and where the model gives no numbers.
    """
    model: Any = clip.model
    photos, chosen = _together(photo, others)
    ids = [pieces(clip, text) for text in texts]
    pixels = [prepare(one, clip.reader.image, model.config.vision_config) for one in photos]
    images, said = [], []
    with torch.inference_mode():
        for one in pixels:
            progress.beat()
            images.append(embed_photo(model, one.to(device())))
        for one in ids:
            progress.beat()
            said.append(embed_text(model, one.to(device())))
        scale = model.logit_scale.exp()
        wholes = [torch.stack([one.whole for one in some]) for some in (images, said)]
        scores = loss.logits(wholes[0], wholes[1], scale)
        if not bool(scores.isfinite().all()):
            raise InputError("model.no_numbers", reference=clip.reference)
        place = [torch.stack([_shares(image, text.whole) for text in said]) for image in images]
        word = [
            nn.utils.rnn.pad_sequence([_shares(text, image.whole) for text in said], True, torch.nan)
            for image in images
        ]
    known = _known(clip.reference)
    return MatchTrace(
        model=clip.reference,
        chosen=chosen,
        text=tuple(texts),
        piece=tuple(tuple(clip.reader.text.convert_ids_to_tokens(one[0].tolist())) for one in ids),
        unseen=tuple(_unseen(clip, text, known) for text in texts),
        scale=scale.item(),
        photo=np.stack([clip.reader.image.picture(one[0].numpy()) for one in pixels]),
        cosine=(scores / scale).cpu().numpy(),
        over_texts=scores.softmax(1).cpu().numpy(),
        over_images=scores.softmax(0).cpu().numpy(),
        loss=loss.symmetric(scores).item() if len(images) == len(said) else float("nan"),
        place=torch.stack(place).cpu().numpy(),
        word=torch.stack(word).cpu().numpy(),
    )


def _together(photo: Image.Image, others: Sequence[Image.Image]) -> tuple[list[Image.Image], int]:
    """All photos, each once, and the number of `photo` among them."""
    for at, other in enumerate(others):
        if other.size == photo.size and other.tobytes() == photo.tobytes():
            return [*others], at
    return [*others, photo], len(others)


def embed_photo(model: Any, pixels: torch.Tensor) -> Sum:
    """A photo's embedding (width,) and the part of each place (down, across, width): a mean and a linear map add up."""
    found = model.get_image_features(pixels)
    whole = found.pooler_output[0]
    if not isinstance(model, MeanTextDualEncoder):
        return Sum(whole, torch.full((1, 1, len(whole)), torch.nan))
    places = found.last_hidden_state[0].permute(1, 2, 0)
    return Sum(whole, model.visual_projection(places) / places[..., 0].numel())


def embed_text(model: Any, ids: torch.Tensor) -> Sum:
    """A sentence's embedding (width,) and the part of each piece (piece, width)."""
    found = model.get_text_features(ids, torch.ones_like(ids))
    whole = found.pooler_output[0]
    if not isinstance(model, MeanTextDualEncoder):
        return Sum(whole, torch.full((1, len(whole)), torch.nan))
    return Sum(whole, model.text_projection(found.last_hidden_state[0]) / ids.shape[1])


def _shares(own: Sum, other: torch.Tensor) -> torch.Tensor:
    """What each part of an embedding adds to its cosine with another one."""
    return own.parts @ F.normalize(other, dim=0) / own.whole.norm()


def pieces(clip: OpenModel, text: str) -> torch.Tensor:
    """Word pieces (1, piece)."""
    ids = clip.reader.text(text, return_tensors="pt", split_special_tokens=True)["input_ids"]
    most = clip.model.config.text_config.max_position_embeddings
    if ids.shape[1] > most:
        raise InputError("image_text.long", text=text[:40], tokens=ids.shape[1], maximum=most)
    return ids


def _known(reference: str) -> frozenset[str]:
    """The words that a text tower met in training, as its folder lists them; none where it has no list."""
    path = checkpoint.find(reference) / WORDS
    return frozenset(path.read_text(encoding="utf-8").split("\n")) if path.is_file() else frozenset()


def _unseen(clip: OpenModel, text: str, known: frozenset[str]) -> tuple[str, ...]:
    """Those words of a text that are not known, each once, in order; none where nothing is known of words.

    What is punctuation alone is no word; an emoji is one.
    """
    new = (word for word in words(text, clip.reader.text) if word not in known and not all(map(_is_mark, word)))
    return tuple(dict.fromkeys(new)) if known else ()


def _is_mark(sign: str) -> bool:
    """Whether a sign sets words apart, or only says how others are set."""
    return unicodedata.category(sign)[0] in "PZC"
