"""How well maps of a ViT point at what its answer rests on, measured on validation pictures and recorded.

What it does: the first quarter of the patches by each map is removed, then alone kept, and the right answers are
counted; every map is compared with the Grad-CAM of a ResNet. Relevance and Grad-CAM are for what the ViT answers to
the whole picture, right or wrong, as no map may know the right answer.
Run: python -m models.vit.maps --data DIR --out maps.json; the file lies beside the weights, and their card has it.
"""

import argparse
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch.nn import functional as F
from torchvision.transforms.v2.functional import to_pil_image

from models import imagenette, training
from models.checkpoint import OpenModel, open_model, revision
from models.classification import Dataset
from models.families import RESNET, VIT
from models.grad_cam import grad_cam
from models.prepared import PreparedModel, prepare_model
from models.resnet.layers import convolutional
from models.vit import layers
from models.vit.patch_deletion import answers, from_the_middle, kept_patches
from models.vit.relevance import attended, relevance

WEIGHTED = "attention", "layer", "rollout", "relevance"
"""Maps that are weights over the patches: of the last layer, of the best single one, through all, and for the answer.

What they have to beat: relevance of the next picture, of another class; a blob in the middle; noise.
"""


@dataclass(frozen=True)
class Settings:
    """Everything that decides the figures besides the data and the models."""

    measured: int = 15  # validation pictures of each class
    choosing: int = 5  # training pictures of each class: the best layer's first patches are those that are missed most
    part: float = 0.25  # of the patches, removed or kept
    seeds: tuple[int, ...] = (0, 1, 2)
    blob: float = 0.25  # standard deviation of the Gaussian as a share of the sides
    spikes: int = 5  # patches with the largest weights; their share of all weight tells how spiky a map is


def pictures(data: Dataset, count: int) -> tuple[torch.Tensor, np.ndarray]:
    """Evenly spaced pictures of each class and their labels, the classes by turns, so that the next has another."""
    images, labels = data[0], data[1].numpy()
    places = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    taken = np.stack([some[np.linspace(0, len(some) - 1, count).round().astype(int)] for some in places], 1).ravel()
    return images[taken], labels[taken]


def prepared(images: torch.Tensor, opened: OpenModel) -> list[PreparedModel]:
    """The pictures as a model sees them."""
    return [prepare_model(to_pil_image(image), opened) for image in images]


def right(ones: list[PreparedModel], maps: np.ndarray, labels: np.ndarray, part: float, changes: int = 2) -> np.ndarray:
    """Share of right answers when the first patches by maps (image, map, patch) are removed or kept: (change, map)."""
    count, found = np.array([round(maps.shape[-1] * part)]), []
    for one, orders, label in zip(ones, np.argsort(-maps, axis=-1, kind="stable"), labels, strict=True):
        kept = kept_patches(orders, count)[:changes, :, 0]
        found.append(answers(one, kept.reshape(-1, kept.shape[-1])).argmax(-1).reshape(kept.shape[:-1]) == label)
    return np.mean(found, axis=0)


def coarse_grad_cam(one: PreparedModel, label: int, grid: tuple[int, int]) -> np.ndarray:
    """The ResNet's Grad-CAM for a label, averaged over each patch: (patch,)."""
    layer = cast("torch.nn.Module", convolutional(one.model))
    cam = grad_cam(lambda batch: one.model(batch).logits, layer, one.pixels, label)
    return F.adaptive_avg_pool2d(torch.from_numpy(cam)[None], grid).flatten().numpy()


def correlation(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Pearson's over the patches: (…) from (…, patch). nan where a map is flat, as Grad-CAM may be."""
    one, other = (values - values.mean(-1, keepdims=True, dtype=np.float64) for values in (one, other))
    size = np.sqrt((one**2).sum(-1) * (other**2).sum(-1))
    return np.divide((one * other).sum(-1), size, out=np.full(size.shape, np.nan), where=size > 0)


def entropy(maps: np.ndarray) -> np.ndarray:
    """Of weights over the patches, as a share of that of equal weights: (…) from (…, patch)."""
    weight = maps / maps.sum(-1, keepdims=True, dtype=np.float64)
    return -(weight * np.log(np.where(weight > 0, weight, 1))).sum(-1) / np.log(maps.shape[-1])


def spikes(maps: np.ndarray, largest: int) -> np.ndarray:
    """The share of all weight that the largest weights have: (…) from (…, patch)."""
    return np.sort(maps, axis=-1)[..., -largest:].sum(-1) / maps.sum(-1)


def measure(vit: OpenModel, resnet: OpenModel, train_set: Dataset, val_set: Dataset, given: Settings) -> dict[str, Any]:
    """The figures of every map on pictures of the second set; the first one's serve to choose a layer."""
    images, labels = pictures(train_set, given.choosing)
    seen = prepared(images, vit)
    attention = np.stack([attended(vit.model, one.pixels)[0] for one in seen])
    without = right(seen, attention, labels, given.part, changes=1)[0]
    layer = int(without.argmin())
    images, labels = pictures(val_set, given.measured)
    seen = prepared(images, vit)
    grid, answer = layers.grid(vit.model, seen[0].size), [int(one.probability().argmax()) for one in seen]
    attention, rolled = map(np.stack, zip(*(attended(vit.model, one.pixels) for one in seen), strict=True))
    own = np.stack([relevance(vit.model, one.pixels, [said])[0] for one, said in zip(seen, answer, strict=True)])
    cams = [coarse_grad_cam(one, said, grid) for one, said in zip(prepared(images, resnet), answer, strict=True)]
    shape = own[:, -1:].shape
    maps = {
        "attention": attention[:, -1:],
        "layer": attention[:, layer : layer + 1],
        "rollout": rolled[:, -1:],
        "relevance": own[:, -1:],
        "other": np.roll(own[:, -1:], -1, axis=0),
        "blob": np.broadcast_to(np.exp(-((from_the_middle(grid) / given.blob) ** 2) / 2), shape),
        "random": np.concatenate([np.random.default_rng(seed).random(shape) for seed in given.seeds], 1),
    }  # image, map, patch
    figures = {}
    for name, some in maps.items():
        figures[name] = dict(zip(("removed", "kept"), right(seen, some, labels, given.part).mean(-1), strict=True))
        figures[name]["correlation"] = np.nanmean(correlation(some, np.stack(cams)[:, None]))
        if name in WEIGHTED:
            figures[name] |= {"entropy": entropy(some).mean(), "spikes": spikes(some, given.spikes).mean()}
    return {
        "count": len(labels),
        "accuracy": round(float(np.mean(answer == labels)), 4),
        "with_grad_cam": int((np.ptp(cams, axis=-1) > 0).sum()),
        "layer": layer + 1,
        "without_by_layer": without.round(4).tolist(),
        "maps": {name: {of: round(float(share), 4) for of, share in found.items()} for name, found in figures.items()},
    }


def main() -> None:
    """The command line: measure a ViT's maps, and write what is found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with Imagenette")
    parser.add_argument("--vit", default="vit-imagenette", help="a bundled name or a folder")
    parser.add_argument("--resnet", default="resnet-imagenette", help="the same, for Grad-CAM")
    parser.add_argument("--out", type=Path, required=True, help="the file that is written")
    given = parser.parse_args()
    vit, resnet = open_model(given.vit, VIT, "image"), open_model(given.resnet, RESNET, "image")
    train_set, val_set = (imagenette.load(given.data, split) for split in ("train", "val"))
    record = {"settings": asdict(Settings()), "weights": revision(given.vit), "resnet": revision(given.resnet)}
    record |= {"data": imagenette.sha256(given.data), "torch": torch.__version__}
    training.write_json(given.out, record | measure(vit, resnet, train_set, val_set, Settings()))


if __name__ == "__main__":
    main()
