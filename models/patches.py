"""One photo through a Vision Transformer and through a Swin, to be seen side by side."""

from PIL import Image

from models.checkpoint import OpenModel
from models.progress import NO_PROGRESS, Progress
from models.swin import trace as swin_trace
from models.traces import PatchesTrace
from models.vit import trace as vit_trace


def trace(vit: OpenModel, swin: OpenModel, photo: Image.Image, progress: Progress = NO_PROGRESS) -> PatchesTrace:
    """Run a photo through both models. Raises InputError as `vit.trace` and `swin.trace` do."""
    return PatchesTrace(
        vit=vit_trace.trace(vit, photo, progress),
        swin=swin_trace.trace(swin, photo, progress),
    )
