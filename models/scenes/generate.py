"""A caption becomes a picture, code by code: what each call found probable, what it looked at, and what it drew."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from models.checkpoint import OpenModel
from models.device import device
from models.errors import InputError
from models.gpt.sampling import Method, Sampling
from models.progress import NO_PROGRESS, Progress
from models.scenes import reading
from models.scenes.asked import read, words
from models.scenes.captions import ROOM, encode
from models.scenes.codes import PATCH
from models.scenes.measure import recorded
from models.scenes.picture import training_patches
from models.scenes.stream import first_code, n_place
from models.scenes.world import WHITE
from models.traces import SceneWrittenTrace, TextToImageTrace

ALTERNATIVES = 8
"""Codes that are kept of each call."""
GROWS_BY = 8
"""Places between two growing traces."""
Force = tuple[int, int]
"""A place, and the code that the visitor puts there."""


Calls = list[dict[str, Any]]
"""Of each place: its own part of the trace's arrays."""


def trace(
    caption: str,
    stream: OpenModel,
    codes: OpenModel,
    other: str = "",
    method: Method = "sample",
    temperature: float = 1.0,
    top_k: int = 0,
    seed: int = 0,
    forced: tuple[Force, ...] = (),
    progress: Progress = NO_PROGRESS,
) -> Iterator[TextToImageTrace]:
    """Growing traces of a caption's picture, then of an `other`'s, drawn with the same seed; the last one is done.

    A place of `forced` gets its code in the first picture; all others draw as without it. Raises InputError when a
    caption cannot be used, the two models do not belong together, a forced place or code is not there, or where the
    stream gives no numbers.
    """
    _refuse_strangers(stream, codes)
    settings = Sampling(method, temperature, top_k, seed=seed)
    places, size = n_place(stream.model), codes.model.config.n_code
    if any(not (0 <= place < places and 0 <= code < size) for place, code in forced):
        raise InputError("scenes.put")
    captions = (caption, other) if other.strip() else (caption,)
    texts, (_, sample) = [prompt(stream, one) for one in captions], training_patches(codes.model)
    models, measured = (stream.reference, codes.reference), recorded(stream.reference)
    before: tuple[SceneWrittenTrace, ...] = ()
    for one, text, given in zip(captions, texts, (dict(forced), {}), strict=False):
        calls, written = Calls(), before
        for place in _write(stream, text, settings, given, calls):
            progress.beat()
            if (place + 1) % GROWS_BY == 0:
                written = (*before, _written(one, stream, codes, text, calls))
                done = place + 1 == places and len(written) == len(captions)
                yield TextToImageTrace(models, method, written, sample, measured, done)
        before = written


def prompt(stream: OpenModel, caption: str) -> torch.Tensor:
    """Ids (1, ROOM) of a caption. Raises InputError as `words` does."""
    words(stream.reader, caption)
    return torch.tensor(encode(stream.reader, [caption]), device=device())


def _refuse_strangers(stream: OpenModel, codes: OpenModel) -> None:
    """Raise InputError unless the stream writes codes of the autoencoder, one for each of its places."""
    own, other = stream.model.config, codes.model.config
    shared = (getattr(own, "n_code", None), own.n_positions) == (other.n_code, ROOM + (other.image_size // PATCH) ** 2)
    if not shared or len(stream.reader) != own.vocab_size:
        raise InputError("scenes.strangers", stream=stream.reference, codes=codes.reference)


@torch.inference_mode()
def _write(
    stream: OpenModel, text: torch.Tensor, settings: Sampling, given: dict[int, int], calls: Calls
) -> Iterator[int]:
    """Call the model for each place, keep what it says in `calls`, and give the number of the place."""
    model, start, processors = stream.model, first_code(stream.model), settings.processors()
    draws, read, cache = torch.Generator().manual_seed(settings.seed), text, None
    for place in range(n_place(model)):
        answer = model(read, past_key_values=cache, use_cache=True, output_attentions=True)
        cache, logits = answer.past_key_values, answer.logits[:, -1, start:].float()
        if not logits.isfinite().all():
            raise InputError("model.no_numbers", reference=stream.reference)
        scores = processors(read, logits.clone())[0]  # pyright: ignore[reportArgumentType]
        drawn = settings.choose(scores, draws)  # also where a code is given, so that later places draw the same
        code = given.get(place, drawn)
        sampled = settings.method == "sample" and place not in given
        looks = torch.stack([layer[0, :, -1] for layer in answer.attentions])  # layer, head, key
        calls.append(_call(code, logits[0].log_softmax(-1), scores, sampled) | {"attention": _whole(model, looks)})
        yield place
        read = text.new_tensor([[start + code]])


def _call(code: int, log_prob: torch.Tensor, scores: torch.Tensor, sampled: bool) -> dict[str, Any]:
    """A place's part of the trace, from log probabilities and from the scores (code,) that were left."""
    best = log_prob.topk(min(ALTERNATIVES, len(log_prob)))
    return {
        "code": code,
        "log_prob": float(log_prob[code]),
        "probability": float(scores.softmax(-1)[code]) if sampled else np.nan,
        "entropy": float(-(log_prob.exp() * log_prob).sum() / np.log(2)),
        "kept": int(scores.isfinite().sum()),
        "alternative": best.indices.cpu().numpy(),
        "alternative_log_prob": best.values.cpu().numpy(),
    }


def _whole(model: Any, looks: torch.Tensor) -> np.ndarray:
    """Attention (layer, head, key) with zeros for the keys that are not there yet."""
    later = model.config.n_positions - looks.shape[-1]
    return torch.nn.functional.pad(looks.float(), (0, later)).cpu().numpy()


def _written(caption: str, stream: OpenModel, codes: OpenModel, text: torch.Tensor, calls: Calls) -> SceneWrittenTrace:
    arrays = {name: np.array([call[name] for call in calls]) for name in calls[0]}
    pictures, asked = _pictures(codes.model, arrays["code"]), read(words(stream.reader, caption))
    found = reading.read(pictures[-1])
    return SceneWrittenTrace(
        caption=caption,
        token=tuple(stream.reader.convert_ids_to_tokens(text[0].tolist())),
        pictures=pictures,
        shows=reading.listed(found),
        checks=asked.checks(found) if asked else (),
        **arrays,
    )


@torch.inference_mode()
def _pictures(coder: Any, written: np.ndarray) -> np.ndarray:
    """The picture after each code (place,) that was written; what is not written yet has the code of paper."""
    side = coder.config.image_size
    paper = torch.tensor(WHITE, dtype=torch.uint8, device=coder.device).expand(1, side, side, 3)
    rows = coder.encode(paper).flatten(1).repeat(len(written), 1)
    for place, code in enumerate(written.tolist()):
        rows[place:, place] = code
    return coder.decode(rows.unflatten(1, (side // PATCH, side // PATCH))).cpu().numpy()
