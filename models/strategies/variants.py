"""The small print of a training: settings that are tried side by side, by detail."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import NamedTuple


@dataclass(frozen=True)
class Setting:
    """How a student is built and how its weights change; as it stands here, that of *Train it*."""

    pre_norm: bool = False
    schedule: str = "cosine"
    """Of models/strategies/schedules.py."""
    warmup: float = 0.1
    """The share of the training in which the learning rate rises."""
    rate: float = 3e-3
    """AdamW's learning rate at its peak."""
    betas: tuple[float, float] = (0.9, 0.999)
    """How AdamW averages gradients and their squares."""
    muon: float = 0.0
    """Muon's learning rate at its peak, for the matrices of the layers; 0: these too learn by AdamW."""
    clip: float = inf
    """The longest gradient: a longer one is shortened to it."""
    smoothing: float = 0.0
    """Label smoothing: the share of the target that is spread over the vocabulary."""
    average: int = 1
    """How many of the last looks' weights are averaged before the model is asked; 1: the last alone."""

    @property
    def learned(self) -> "Setting":
        """Without what is done to the weights afterwards: equal ones learn alike."""
        return replace(self, average=1)


PLAIN = Setting()
FAST = Setting(rate=6e-3)
"""High enough for the place of LayerNorm to matter."""
STEEP = Setting(rate=1e-2)
"""High enough for long gradients."""
RECIPE = Setting(rate=4e-3, betas=(0.9, 0.98))
"""What the recipes of the bundled translators say of AdamW."""
DETAILS: Mapping[str, Mapping[str, Setting]] = {
    "warmup": {
        "post_with": FAST,
        "post_without": replace(FAST, warmup=0.0),
        "pre_with": replace(FAST, pre_norm=True),
        "pre_without": replace(FAST, pre_norm=True, warmup=0.0),
    },
    "schedule": {
        "constant": Setting(schedule="constant"),
        "inverse_root": Setting(schedule="inverse_root"),
        "cosine": PLAIN,
    },
    "clipping": {
        "unclipped": STEEP,
        "clipped_long": replace(STEEP, clip=3.0),
        "clipped": replace(STEEP, clip=1.0),
        "clipped_short": replace(STEEP, clip=0.1),
    },
    "smoothing": {
        "hard": PLAIN,
        "smooth": Setting(smoothing=0.1),
        "smoother": Setting(smoothing=0.3),
    },
    "averaging": {
        "constant_last": Setting(schedule="constant"),
        "constant_mean": Setting(schedule="constant", average=4),
        "cosine_last": PLAIN,
        "cosine_mean": Setting(average=4),
    },
    "optimizer": {
        "muon": replace(RECIPE, muon=0.02),
        "adamw": RECIPE,
        "adamw_half": replace(RECIPE, rate=RECIPE.rate / 2),
        "adamw_double": replace(RECIPE, rate=RECIPE.rate * 2),
    },
}
"""By detail and variant."""


class Comparison(NamedTuple):
    """What a detail is said to improve."""

    measure: str
    """Of the trace; less is better."""
    pairs: tuple[tuple[str, str], ...]
    """Variants that are compared, the one that is said to need less first."""


AHEAD: Mapping[str, Comparison] = {
    "warmup": Comparison("held_loss", (("post_with", "post_without"), ("pre_with", "pre_without"))),
    "schedule": Comparison("held_loss", (("cosine", "constant"), ("inverse_root", "constant"))),
    "clipping": Comparison(
        "held_loss", (("clipped_long", "unclipped"), ("clipped", "unclipped"), ("clipped_short", "unclipped"))
    ),
    "smoothing": Comparison("calibration", (("smooth", "hard"), ("smoother", "hard"))),
    "averaging": Comparison("held_loss", (("constant_mean", "constant_last"), ("cosine_mean", "cosine_last"))),
    "optimizer": Comparison("held_loss", (("muon", "adamw"), ("muon", "adamw_half"), ("muon", "adamw_double"))),
}
"""By detail."""
