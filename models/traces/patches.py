"""One photo through a Vision Transformer and through a Swin."""

from dataclasses import dataclass

from models.axes import Trace
from models.traces.swin import SwinTrace
from models.traces.vit import VitTrace


@dataclass(frozen=True, eq=False)
class PatchesTrace(Trace):
    """One photo through a Vision Transformer and through a Swin."""

    vit: VitTrace
    swin: SwinTrace
