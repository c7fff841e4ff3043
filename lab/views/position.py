"""Position awareness: what models answer to a photo whose parts have moved, for the widget Position."""

import numpy as np

from lab.text import Text, plain
from lab.views.payload import percent
from models.traces import VARIANTS, PositionTrace

SHUFFLED = VARIANTS.index("shuffled")


def facts(awareness: tuple[PositionTrace, ...], text: Text) -> dict:
    """What the widget needs to know besides the arrays: for each model, variant and setting the answer, how far the
    probabilities are from those for the photo (total variation), and the cosine of the features."""
    return {"models": [_model(one, text) for one in awareness], "variants": VARIANTS}


def _model(one: PositionTrace, text: Text) -> dict:
    moved = change(one)
    told = [
        [
            {
                "answer": text.label(one.labels[int(probability.argmax())]),
                "share": percent(float(probability.max())),
                "change": percent(float(moved[setting, variant])),
                "similarity": f"{one.similarity[setting, variant]:.2f}",
            }
            for variant, probability in enumerate(settings)
        ]
        for setting, settings in enumerate(one.probability)
    ]
    return {"model": one.model, "tiles": tiles(one), "tile": one.tile, "shift": one.shift, "settings": told}


def tiles(one: PositionTrace) -> str:
    """How many tiles were shuffled: "14×14"."""
    rows, columns = (side // one.tile for side in one.pixels.shape[1:3])
    return f"{rows}×{columns}"


def change(one: PositionTrace) -> np.ndarray:
    """Total variation between the probabilities for a variant and for the photo in the same setting.

    (setting, variant), 0 for the same and 1 for nothing in common.
    """
    return 0.5 * np.abs(one.probability - one.probability[:, :1]).sum(-1)


def arrays(awareness: tuple[PositionTrace, ...]) -> dict[str, np.ndarray]:
    """What the widget draws: the pixels (variant, row, column, colour) of every model."""
    return {f"pixels_{index}": one.pixels for index, one in enumerate(awareness)}


def claim(awareness: tuple[PositionTrace, ...], text: Text) -> str:
    """What was measured about "without position embeddings a ViT sees a bag of patches", a line for each model."""
    lines = []
    for one in awareness:
        moved = change(one)[:, SHUFFLED]
        key = "cnn_vs_attention.view.position.line" if len(moved) > 1 else "cnn_vs_attention.view.position.line_none"
        kept, without = percent(float(moved[0])), percent(float(moved[-1]))
        lines.append(text(key, model=plain(one.model), tiles=tiles(one), tile=one.tile, kept=kept, without=without))
    return text("cnn_vs_attention.view.position.claim") + "\n\n" + "\n".join(f"- {line}" for line in lines)
