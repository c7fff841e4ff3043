"""One photo through a Vision Transformer and through a Swin, to be seen side by side."""

from PIL import Image

from models.checkpoint import OpenModel
from models.pixels import refuse_uneven_patches
from models.prepared import prepare_model
from models.progress import NO_PROGRESS, Progress
from models.swin import trace as swin_trace
from models.traces import PatchesTrace
from models.vit import trace as vit_trace


def trace(vit: OpenModel, swin: OpenModel, photo: Image.Image, progress: Progress = NO_PROGRESS) -> PatchesTrace:
    """Run a photo through both models.

    Raises InputError as `vit.trace` and `swin.trace` do, and for a ViT whose patches leave something of the photo over:
    the same spot would stand for other parts of it.
    """
    refuse_uneven_patches(prepare_model(photo, vit).size, vit.model.config.patch_size, vit.reference)
    return PatchesTrace(
        vit=vit_trace.trace(vit, photo, progress),
        swin=swin_trace.trace(swin, photo, progress),
    )
