"""What models answer to a photo whose parts have moved, for the widget cnn_vs_attention/position."""

from typing import TypedDict

import numpy as np

from lab.format import class_names, percent
from lab.text import Text, plain
from lab.views.payload import Payload
from models.traces import VARIANTS, PositionAblation, PositionAblationsTrace
from models.traces.cnn_vs_attention import Variant

SHUFFLED = VARIANTS.index("shuffled")


class AnswerMeta(TypedDict):
    """What a model answers to one variant in one setting."""

    answer: str
    """The class, in the page's language."""
    share: str
    """Its probability: "70%"."""
    change: str
    """Total variation between the probabilities and those for the photo: "50%"."""
    similarity: str
    """Cosine of the features and those of the photo: "0.93"."""


class ModelMeta(TypedDict):
    """One model."""

    model: str
    tiles: str
    """How many tiles were shuffled: "14×14"."""
    tile: int
    """Side of a tile in pixels."""
    shift: int
    """Pixels down and to the right."""
    settings: list[list[AnswerMeta]]
    """As it is, then, where it has them, without position parameters; in each an answer for every variant."""


class PositionMeta(TypedDict):
    """All models on the same variants; the pixels of model 0 are pixels_0, and so on."""

    models: list[ModelMeta]
    variants: tuple[Variant, ...]


def payload(trace: PositionAblationsTrace, text: Text) -> Payload:
    """Every model's answers to every variant, and its pixels: (variant, row, column, colour)."""
    meta: PositionMeta = {"models": [_model_meta(one, text) for one in trace.columns], "variants": VARIANTS}
    return Payload(meta, {f"pixels_{index}": one.pixels for index, one in enumerate(trace.columns)})


def _model_meta(one: PositionAblation, text: Text) -> ModelMeta:
    moved, names = change(one), class_names(one.labels, text)
    settings: list[list[AnswerMeta]] = [
        [
            {
                "answer": names[int(probability.argmax())],
                "share": percent(float(probability.max())),
                "change": percent(float(moved[setting, variant])),
                "similarity": f"{one.similarity[setting, variant]:.2f}",
            }
            for variant, probability in enumerate(variants)
        ]
        for setting, variants in enumerate(one.probability)
    ]
    return {"model": one.model, "tiles": tiles(one), "tile": one.tile, "shift": one.shift, "settings": settings}


def tiles(one: PositionAblation) -> str:
    """How many tiles were shuffled: "14×14"."""
    rows, columns = (side // one.tile for side in one.pixels.shape[1:3])
    return f"{rows}×{columns}"


def change(one: PositionAblation) -> np.ndarray:
    """Total variation between the probabilities for a variant and for the photo in the same setting.

    (setting, variant), 0 for the same and 1 for nothing in common.
    """
    return 0.5 * np.abs(one.probability - one.probability[:, :1]).sum(-1)


def claim(trace: PositionAblationsTrace, text: Text) -> str:
    """What was measured about "without position embeddings a ViT sees a bag of patches", a line for each model."""
    lines = [f"- {_about(one, 'line', text)}" for one in trace.columns]
    return text("cnn_vs_attention.view.position.claim") + "\n\n" + "\n".join(lines)


def verdict(trace: PositionAblationsTrace, text: Text) -> str:
    """How far the answers move when the tiles are shuffled."""
    parts = [_about(one, "verdict_model", text) for one in trace.columns]
    return text("cnn_vs_attention.view.position.verdict", models=text("cnn_vs_attention.view.position.and").join(parts))


def _about(one: PositionAblation, words: str, text: Text) -> str:
    moved = change(one)[:, SHUFFLED]
    kind = words if len(moved) > 1 else f"{words}_none"
    return text(
        f"cnn_vs_attention.view.position.{kind}",
        model=plain(one.model),
        tiles=tiles(one),
        tile=one.tile,
        kept=percent(float(moved[0])),
        without=percent(float(moved[-1])),
    )
