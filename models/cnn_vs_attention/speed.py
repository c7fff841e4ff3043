"""What a picture costs whole classifiers: what they have, what they compute, and how long that takes here.

Tables compare multiply-adds; time also holds memory traffic and the fixed cost of every call (Ma et al. 2018).
"""

from functools import partial

import numpy as np
import torch

from models.checkpoint import OpenModel, open_model
from models.cnn_vs_attention.parameters import ANY_PHOTO, model_cost
from models.device import describe
from models.families import CLASSIFIERS
from models.measure import fastest, one_thread
from models.prepared import prepare_model
from models.progress import NO_PROGRESS, Progress
from models.traces import SpeedTrace

BATCHES = (1, 8)
"""Pictures at once."""


def open_bundled(progress: Progress = NO_PROGRESS) -> dict[str, OpenModel]:
    """The bundled classifiers. Raises InputError as `open_model` does."""
    kinds = ("resnet", "vit", "swin", "mobilevit")
    return {kind: open_model(f"{kind}-imagenette", CLASSIFIERS, "image", progress) for kind in kinds}


def trace(
    resnet: OpenModel,
    vit: OpenModel,
    swin: OpenModel,
    mobilevit: OpenModel,
    batches: tuple[int, ...] = BATCHES,
    progress: Progress = NO_PROGRESS,
) -> SpeedTrace:
    """Count and time one forward of each classifier, with each of `batches` of pictures at once.

    On a CPU one thread computes, and the trace's device says so. `progress` hears a beat before every turn.
    """
    kinds = {"resnet": resnet, "vit": vit, "swin": swin, "mobilevit": mobilevit}
    prepared = [prepare_model(ANY_PHOTO, one) for one in kinds.values()]
    costs = [model_cost(one.model, one.size, one.reference) for one in prepared]
    calls = [partial(one.model, one.pixels.repeat(count, 1, 1, 1)) for count in batches for one in prepared]
    with torch.inference_mode(), one_thread():
        where, timed = describe(threads=1), fastest(calls, [1] * len(calls), progress)
    return SpeedTrace(
        device=where,
        model=tuple(one.reference for one in prepared),
        kind=tuple(kinds),
        side=np.array([one.size[0] for one in prepared]),
        parameters=np.array([cost.parameters for cost in costs]),
        multiply_adds=np.array([cost.multiply_adds for cost in costs]),
        batch=np.array(batches),
        seconds=timed.reshape(len(batches), len(prepared)) / np.array(batches)[:, None],
    )
