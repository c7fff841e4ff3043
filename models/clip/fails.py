"""How often a model of two towers finds a photo's caption nearer than the same caption with one thing wrong; recorded.

Run: python -m models.clip.fails --data DIR; it writes foils.npz beside the weights, from the test photos of Flickr8k.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.checkpoint import BUNDLED, open_model, revision
from models.clip import embed, features, flickr8k
from models.clip.bundled import CLIP
from models.clip.flickr8k import LANGUAGES
from models.clip.foils import foils
from models.families import DUAL_ENCODERS
from models.progress import NO_PROGRESS, Progress
from models.shipped import whole
from models.traces import FOIL_KINDS, FoilsTrace

FILE = "foils.npz"


def trace(progress: Progress = NO_PROGRESS) -> FoilsTrace:
    """What was recorded of the bundled model."""
    progress.beat()
    with np.load(whole(BUNDLED / CLIP) / FILE, allow_pickle=False) as file:
        margins = [[file[f"{language}.{kind}"] for kind in FOIL_KINDS] for language in LANGUAGES]
    return FoilsTrace(
        model=CLIP,
        language=LANGUAGES,
        count=np.array([[len(one) for one in row] for row in margins]),
        right=np.array([[(one > 0).sum() for one in row] for row in margins]),
        margin=np.array([[one.astype(float).mean() for one in row] for row in margins]),
    )


@torch.inference_mode()
def margins(model: Any, tokenizer: Any, images: torch.Tensor, captions: flickr8k.Captions) -> dict[str, np.ndarray]:
    """By "language.kind": the cosine of each caption with its photo less that of the caption with one thing wrong.

    images: (photo, width) of length 1, in the order of the captions.
    """
    found: dict[str, np.ndarray] = {}
    for language in LANGUAGES:
        pairs = [
            (photo, kind, text, other)
            for photo, texts in enumerate(captions.texts[language])
            for text in texts
            for kind, other in foils(text, language).items()
        ]
        right, wrong = (
            _cosines(model, tokenizer, images, [(photo, pair[at]) for photo, *pair in pairs]) for at in (1, 2)
        )
        for kind in FOIL_KINDS:
            of = torch.tensor([pair[1] == kind for pair in pairs])
            found[f"{language}.{kind}"] = (right - wrong)[of].half().numpy()
    return found


def _cosines(model: Any, tokenizer: Any, images: torch.Tensor, pairs: list[tuple[int, str]]) -> torch.Tensor:
    """The cosine of each photo with its text."""
    (said,) = embed.encode(tokenizer, (tuple(text for _, text in pairs),))
    texts = torch.nn.functional.normalize(embed.texts(model, said), dim=-1)
    return (images[[photo for photo, _ in pairs]] * texts).sum(-1)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with Flickr8k")
    arguments = parser.parse_args()
    clip = open_model(CLIP, DUAL_ENCODERS, "image and text")
    model: Any = clip.model
    part = flickr8k.captions(arguments.data)["test"]
    photos = flickr8k.photos(arguments.data)[list(part.photo)]
    tower = features.fused(model.vision_model)
    with torch.inference_mode():
        numbers = torch.cat([tower(pixels).pooler_output for pixels in features.prepared(photos)])
        images = torch.nn.functional.normalize(model.visual_projection(numbers), dim=-1)
    stored: dict[str, Any] = margins(model, clip.reader.text, images, part)
    np.savez(BUNDLED / CLIP / FILE, weights=np.array(revision(CLIP)), **stored)


if __name__ == "__main__":
    main()
