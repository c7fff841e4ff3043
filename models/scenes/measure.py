"""How often a picture is what its caption says: on scenes trained on, new ones, and combinations that are held out."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from models.checkpoint import BUNDLED, bundled
from models.scenes import reading
from models.scenes.captions import LANGUAGES, Language, caption, encode
from models.scenes.codes import PATCH
from models.scenes.stream import write
from models.scenes.train_codes import pictures
from models.scenes.world import Part, Scene, parts, scenes

FILE = "written.json"
SHOWN = (
    "a large red circle left of a small blue square",
    "小黄五角星在大紫方块的上面",
    "a large red star above a small black square",
    "大蓝圆在小绿三角形的左边",
)
"""Captions whose pictures the history keeps: two of known combinations, two with what training has only alone."""
COUNT = 200
"""Scenes of each part, drawn, each said once in each language."""
SEED, BATCH = 5, 100


@dataclass(frozen=True)
class Written:
    """A full caption of a scene, said in one of its ways, and what a model wrote for it."""

    part: Part
    language: Language
    scene: int
    """Number."""
    caption: str
    codes: str = ""
    """A byte each, in hexadecimal."""


def asked() -> list[Written]:
    """What is asked of a model, the same each time."""
    draws, found = random.Random(SEED), list[Written]()
    for part, some in parts().items():
        for scene in draws.sample(some, COUNT):
            number = int(reading.number([scene])[0])
            found += [Written(part, way, number, caption(scene, way, draws, full=True)) for way in LANGUAGES]
    return found


def written(model: Any, reader: Any, wanted: Sequence[Written]) -> list[Written]:
    """The most probable codes for each caption."""
    ids = torch.tensor(encode(reader, [one.caption for one in wanted]))
    codes = torch.cat([write(model, part) for part in ids.split(BATCH)]).tolist()
    return [replace(one, codes=bytes(row).hex()) for one, row in zip(wanted, codes, strict=True)]


@torch.inference_mode()
def figures(found: Sequence[Written], coder: Any) -> dict[str, dict[str, dict[str, float]]]:
    """Mean figures by part and language; beside the languages "reconstructed", of the scenes' own codes."""
    numbers = np.array([one.scene for one in found])
    own = torch.cat([coder.encode(some.to(coder.device)) for some in pictures(_scenes(numbers)).split(BATCH)]).flatten(
        1
    )
    codes = torch.tensor([list(bytes.fromhex(one.codes)) for one in found], device=own.device)
    seen, best = _each(codes, own, numbers, coder), _each(own, own, numbers, coder)
    part, language = (np.array([getattr(one, name) for one in found]) for name in ("part", "language"))
    return {
        of: {way: _means(seen, (part == of) & (language == way)) for way in LANGUAGES}
        | {"reconstructed": _means(best, part == of)}
        for of in parts()
    }


def recorded(name: str) -> tuple[tuple[str, float, float], ...]:
    """By part, how often the right drawing is nearest after English and Chinese captions, as a bundled model's recipe
    has it; nothing for any other."""
    if name not in bundled():
        return ()
    test = json.loads((BUNDLED / name / "recipe.json").read_text(encoding="utf-8"))["test"]
    return tuple((part, *(test[part][way]["nearest"] for way in LANGUAGES)) for part in test)


def _each(codes: torch.Tensor, own: torch.Tensor, numbers: np.ndarray, coder: Any) -> dict[str, np.ndarray]:
    """The figures of each picture from codes (picture, place), where a scene's drawing has its `own`.

    "tokens": codes that equal its own. "nearest": whether of all drawings the scene's is nearest; the others as
    `attributes_right` has them.
    """
    side = coder.config.image_size // PATCH
    grids = codes.unflatten(1, (side, side))
    made = torch.cat([coder.decode(some) for some in grids.split(BATCH)]).cpu().numpy()
    right = [reading.attributes_right(*both) for both in zip(_scenes(numbers), made, strict=True)]
    shares = {name: np.array([one[name] for one in right]) for name in right[0]}
    tokens = codes.eq(own).float().mean(1).cpu().numpy()
    return {"tokens": tokens, "nearest": reading.nearest(made) == numbers, **shares}


def _means(each: dict[str, np.ndarray], some: np.ndarray) -> dict[str, float]:
    return {name: round(float(values[some].mean()), 4) for name, values in each.items()}


def _scenes(numbers: np.ndarray) -> list[Scene]:
    return [scenes()[number] for number in numbers]
