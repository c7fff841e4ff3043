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
from models.scenes.captions import ROOM, encode
from models.scenes.codes import PATCH
from models.scenes.stream import first_code, n_place
from models.scenes.world import WHITE
from models.traces import SceneWrittenTrace

STREAMS = ("GPT2LMHeadModel",)
"""Architectures that are read here."""
ALTERNATIVES = 8
"""Codes that are kept of each call."""
GROWS_BY = 8
"""Places between two growing traces."""
SHOWN = 6
"""Unknown words that are named."""
Force = tuple[int, int]
"""A place, and the code that the visitor puts there."""


Calls = list[dict[str, Any]]
"""Of each place: its own part of the trace's arrays."""


def trace(
    caption: str,
    stream: OpenModel,
    codes: OpenModel,
    method: Method = "sample",
    temperature: float = 1.0,
    top_k: int = 0,
    seed: int = 0,
    forced: tuple[Force, ...] = (),
    progress: Progress = NO_PROGRESS,
) -> Iterator[SceneWrittenTrace]:
    """Growing traces, the last one done; a place of `forced` gets its code, and all others draw as without it.

    Raises InputError when the caption cannot be used, the two models do not belong together, a forced place or code is
    not there, or where the stream gives no numbers.
    """
    _refuse_strangers(stream, codes)
    given, settings = dict(forced), Sampling(method, temperature, top_k, seed=seed)
    places, size = n_place(stream.model), codes.model.config.n_code
    if any(not (0 <= place < places and 0 <= code < size) for place, code in forced):
        raise InputError("scenes.force")
    text, calls = prompt(stream, caption), Calls()
    for place in _write(stream, text, settings, given, calls):
        progress.beat()
        if (place + 1) % GROWS_BY == 0:
            yield _trace(caption, stream, codes, text, calls, done=place + 1 == places)


def prompt(stream: OpenModel, caption: str) -> torch.Tensor:
    """Ids (1, ROOM) of a caption. Raises InputError for one without words, with unknown words or too many."""
    if not caption.strip():
        raise InputError("scenes.empty")
    read = stream.reader(caption, return_offsets_mapping=True, split_special_tokens=True, verbose=False)
    unknown = [
        caption[slice(*span)]
        for token, span in zip(read.input_ids, read.offset_mapping, strict=True)
        if token == stream.reader.unk_token_id
    ]
    if unknown:
        named = list(dict.fromkeys(word[:20] for word in unknown))
        raise InputError("scenes.unknown", words=", ".join(named[:SHOWN]) + (" …" if len(named) > SHOWN else ""))
    if not read.input_ids:
        raise InputError("scenes.empty")
    if len(read.input_ids) > ROOM:
        raise InputError("scenes.long", tokens=len(read.input_ids), maximum=ROOM)
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


def _trace(
    caption: str, stream: OpenModel, codes: OpenModel, text: torch.Tensor, calls: Calls, done: bool
) -> SceneWrittenTrace:
    arrays = {name: np.array([call[name] for call in calls]) for name in calls[0]}
    pictures = _pictures(codes.model, arrays["code"])
    shows = sorted((at, one.size, one.colour, one.shape) for at, one in reading.read(pictures[-1]).items())
    return SceneWrittenTrace(
        models=(stream.reference, codes.reference),
        caption=caption,
        token=tuple(stream.reader.convert_ids_to_tokens(text[0].tolist())),
        pictures=pictures,
        shows=tuple(shows),
        done=done,
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
