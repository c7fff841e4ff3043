"""vit-pooling: linear heads on the frozen states of vit-imagenette, on CLS and on the mean of the patches.

What it does: the states of all pictures before the first and after every layer, through the lab's own way in and the
model's final norm; for each of them a multinomial logistic regression on CLS, and one on the mean of the patches, by
L-BFGS to its minimum, so that no seed and no schedule decides. The penalty of each is the one with the most right
answers on a held-out tenth of the training pictures; then all of them are used.
What it costs and reaches: recipe.json and README.md say.
Run: python -m models.vit.train_pooling --data DIR
"""

import time
from dataclasses import asdict, dataclass
from typing import Any

import torch
from safetensors.torch import save_file
from torch.nn import functional as F
from torchvision.transforms.v2.functional import to_pil_image

from models import classification, distillation, imagenette, training
from models.checkpoint import OpenModel, open_model, revision
from models.classification import Dataset
from models.device import device
from models.families import VIT
from models.pixels import prepare
from models.vit import layers
from models.vit.pooling import NAME, OF, features, scores


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the result besides the data and the model."""

    penalties: tuple[float, ...] = (1e-4, 1e-3, 1e-2, 1e-1)
    """Of half the squared weights, beside the mean cross entropy."""
    most_steps: int = 300


RECIPE = Recipe()


@torch.no_grad()
def features_of(opened: OpenModel, images: torch.Tensor, batch_size: int = 64) -> torch.Tensor:
    """What the heads read of pictures (image, 3, row, column) as uint8: (pooled, state, image, width)."""
    found = []
    for batch in images.split(batch_size):
        pixels = torch.cat([prepare(to_pil_image(image), opened.reader, opened.model.config) for image in batch])
        states = layers.walk(opened.model, pixels.to(device())).states
        found.append(features(opened.model, states, (pixels.shape[-2], pixels.shape[-1])).cpu())
    return torch.cat(found, 2)


def fit(read: torch.Tensor, labels: torch.Tensor, penalty: float, steps: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Weight (label, width) and bias (label,) of the logistic regression on features (image, width)."""
    n_label = int(labels.max()) + 1
    weight = torch.zeros(n_label, read.shape[1], requires_grad=True)
    bias = torch.zeros(n_label, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=steps, history_size=20, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = F.cross_entropy(scores(weight, bias, read), labels) + penalty * weight.square().sum() / 2
        value.backward()
        return value

    optimizer.step(loss)
    return weight.detach(), bias.detach()


def right(weight: torch.Tensor, bias: torch.Tensor, read: torch.Tensor, labels: torch.Tensor) -> float:
    """Share of right answers."""
    return round((scores(weight, bias, read).argmax(-1) == labels).double().mean().item(), 4)


def chosen_penalty(recipe: Recipe, read: torch.Tensor, labels: torch.Tensor) -> float:
    """The penalty with the most right answers on the held-out tenth."""
    kept, out = distillation.held_out((read, labels))

    def reached(penalty: float) -> float:
        return right(*fit(read[kept], labels[kept], penalty, recipe.most_steps), read[out], labels[out])

    return max(recipe.penalties, key=reached)


def train(
    recipe: Recipe, opened: OpenModel, train_set: Dataset, val_set: Dataset
) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """The heads, weight (pooled, state, label, width) and bias as float16, and what they reach on the second set."""
    begun = time.perf_counter()
    (images, labels), (val_images, val_labels) = train_set, val_set
    read, val_read = features_of(opened, images), features_of(opened, val_images)
    with torch.no_grad():
        own = opened.model.classifier(val_read[0, -1].to(device())).argmax(-1).cpu()
    n_pooled, n_state = read.shape[:2]
    places = [(pooled, state) for pooled in range(n_pooled) for state in range(n_state)]
    penalties = [chosen_penalty(recipe, read[place], labels) for place in places]
    fitted = [
        fit(read[place], labels, penalty, recipe.most_steps) for place, penalty in zip(places, penalties, strict=True)
    ]
    weight, bias = (torch.stack(part).unflatten(0, (n_pooled, n_state)).half() for part in zip(*fitted, strict=True))
    reached = [right(weight[place].float(), bias[place].float(), val_read[place], val_labels) for place in places]
    return {"weight": weight, "bias": bias}, {
        "hours": round((time.perf_counter() - begun) / 3600, 2),
        "penalty": [penalties[at : at + n_state] for at in range(0, len(places), n_state)],
        "val_count": len(val_labels),
        "own_accuracy": round((own == val_labels).float().mean().item(), 4),
        "accuracy": [reached[at : at + n_state] for at in range(0, len(places), n_state)],
    }


def main() -> None:
    """The command line: train the heads, and write them with recipe.json."""
    arguments = classification.start(NAME, RECIPE, __doc__)
    data, out = arguments.data, arguments.out
    opened = open_model(OF, VIT, "image")
    heads, reached = train(RECIPE, opened, imagenette.load(data, "train"), imagenette.load(data, "val"))
    out.mkdir(parents=True, exist_ok=True)
    save_file(heads, out / "heads.safetensors")
    training.write_json(
        out / "recipe.json",
        {
            "recipe": asdict(RECIPE),
            "weights": revision(OF),
            "data": imagenette.sha256(data),
            "device": training.machine(),
            "torch": torch.__version__,
            **reached,
        },
    )


if __name__ == "__main__":
    main()
