"""What the trained model said of test pictures, stored beside its weights, and the figures that follow from it.

Of Flickr8k's 500 test photos and their captions the embeddings are stored, of Imagenette's validation pictures the
class whose sentence was nearest. Photos and captions are not.
"""

from pathlib import Path
from typing import Any

import torch

from models import predictions
from models.clip import retrieval
from models.clip.flickr8k import LANGUAGES


def write(folder: Path, stored: dict[str, torch.Tensor]) -> None:
    """Store embeddings as float16 and numbers of classes or photos as they are."""
    half = {name: one.half() if one.is_floating_point() else one for name, one in stored.items()}
    predictions.write(folder, {name: one.numpy() for name, one in half.items()})


def figures(folder: Path) -> dict[str, Any]:
    """Recall both ways among the test photos, and the share of pictures whose class is right, by language."""
    stored = {name: torch.from_numpy(one) for name, one in predictions.read(folder).items()}
    recalls = {
        language: retrieval.both_ways(
            stored["image"].float(), stored[f"text.{language}"].float(), stored[f"photo.{language}"]
        )
        for language in LANGUAGES
    }
    right = {language: (stored[f"class.{language}"] == stored["label"]).double().mean() for language in LANGUAGES}
    return {"test": recalls, "zero_shot": {language: round(share.item(), 4) for language, share in right.items()}}
