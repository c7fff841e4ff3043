"""How a student learns what a teacher has said of the training pictures (models/teacher.py).

Targets are the teacher's probabilities and the label, of the whole crop and of each place in it. ViTs have a student of
their own, whose places are its patches (models/vit/train.py); every other classifier learns as a `Student`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader
from torchvision.transforms import v2

from models import classification, imagenette, teacher, training
from models.classification import Dataset
from models.device import device
from models.teacher import CROPS, Answers, cut

ALIKE = 16
"""Pictures of a batch whose colours and sharpness are varied in the same way."""


@dataclass(frozen=True)
class Lesson:
    """How a student learns from the stored answers."""

    crops: int = CROPS
    """Of each picture; an epoch shows one."""
    soft: float = 0.9
    """Share of the teacher's probabilities in a target; the rest is the label."""
    hard: bool = False
    """Whether the teacher's most probable class stands for its probabilities."""
    places: float = 0.5
    """Weight of the answers at each place beside that of the whole crop."""


class Student(nn.Module):
    """A classifier whose body ends in a map of features, and a linear map of its places, which only training needs."""

    def __init__(self, model: Any, width: int) -> None:
        super().__init__()
        self.model = model
        self.places = nn.Linear(width, len(imagenette.LABELS) + 1)

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Scores (image, label) and those of its places in reading order (image, place, label + 1).

        pixels: (image, 3, row, column).
        """
        body = self.model.base_model(pixels)
        state = body.last_hidden_state
        places = state.flatten(2).transpose(1, 2) if state.ndim == 4 else state
        return self.model.classifier(body.pooler_output), self.places(places)


def held_out(dataset: Dataset) -> tuple[torch.Tensor, torch.Tensor]:
    """Indices of nine tenths of the training pictures and of the tenth on which choices are made.

    Every tenth picture is held out; the pictures lie in order of their classes, so each class gives a tenth.
    """
    index = torch.arange(len(dataset[1]))
    return index[index % 10 != 0], index[index % 10 == 0]


def target(lesson: Lesson, probability: torch.Tensor, labels: torch.Tensor, smoothing: float) -> torch.Tensor:
    """What a student should answer, probabilities (image, label): the teacher's share and the smoothed label's.

    probability: the teacher's (image, label). labels: (image,). smoothing: of the label alone; the teacher is smooth.
    """
    n_label = probability.shape[1]
    label = F.one_hot(labels, n_label) * (1 - smoothing) + smoothing / n_label
    taught = F.one_hot(probability.argmax(1), n_label) if lesson.hard else probability.float()
    return lesson.soft * taught + (1 - lesson.soft) * label


def mix(pixels: torch.Tensor, said: torch.Tensor, places: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """CutMix along the borders of patches, so that each patch keeps its own answer.

    After Yun et al. 2019 and Jiang et al. 2021.

    pixels: (image, 3, side, side). said: (image, label). places: (image, label + 1, patch row, patch column).
    """
    grid = places.shape[-1]
    patch = pixels.shape[-1] // grid
    half = 0.5 * grid * float(torch.rand(())) ** 0.5
    centre = torch.rand(2) * grid
    (top, left), (bottom, right) = (
        edge.round().clamp(0, grid).long().tolist() for edge in (centre - half, centre + half)
    )
    pixels, places, share = pixels.clone(), places.clone(), (bottom - top) * (right - left) / grid**2
    rows, columns = slice(top, bottom), slice(left, right)
    places[:, :, rows, columns] = places.roll(1, 0)[:, :, rows, columns]
    rows, columns = slice(top * patch, bottom * patch), slice(left * patch, right * patch)
    pixels[:, :, rows, columns] = pixels.roll(1, 0)[:, :, rows, columns]
    return pixels, (1 - share) * said + share * said.roll(1, 0), places


def loader(dataset: Dataset, answers: Answers, recipe: Any, size: int) -> DataLoader:
    """Shuffled batches of the stored crops: pixels, targets (image, label), targets of places (as `mix` takes them).

    Colours and sharpness vary, since they do not move what the teacher saw: 16 pictures (ALIKE) together stay as they
    are, lose their colour, are solarised or blurred, each one time in four, then they are jittered ("3-Augment",
    Touvron et al. 2022).
    dataset, answers: all of it where the student computes. recipe: of a classifier, with a `lesson` and a
    `place_size`, the pixels a side of a place.
    """
    images, labels = dataset
    vary = v2.Compose(
        [
            v2.RandomChoice(
                [v2.Identity(), v2.Grayscale(3), v2.RandomSolarize(0.5, p=1), v2.GaussianBlur(9, (0.1, 2.5))],
            ),
            v2.ColorJitter(0.3, 0.3, 0.3),
        ]
    )
    normalize = v2.Normalize(imagenette.MEAN, imagenette.STD)
    grid = size // recipe.place_size

    def collate(rows: list[int]) -> tuple[torch.Tensor, ...]:
        some = torch.tensor(rows, device=images.device)
        crops = cut(images[some], answers.box[some], answers.flip[some], size) / 255
        pixels = torch.cat([vary(part) for part in crops.split(ALIKE)])
        said = target(recipe.lesson, answers.probability[some], labels[some], recipe.label_smoothing)
        places = F.interpolate(answers.places[some].float(), (grid, grid), mode="bilinear")
        batch = normalize(pixels), said, places
        return mix(*batch) if torch.rand(()) < recipe.cutmix else batch

    indices: Any = range(len(labels))
    return DataLoader(indices, recipe.batch_size, shuffle=True, drop_last=True, collate_fn=collate)


def loss(lesson: Lesson, answers: tuple[torch.Tensor, ...], said: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """Cross-entropy with the targets of the whole crop, and of its places with their weight.

    answers: a student's scores (image, label) and its scores of places (image, place, label + 1). said, places: as
    `mix` gives them.
    """
    whole, local = answers
    wanted = places.flatten(2).transpose(1, 2)
    at_places = F.cross_entropy(local.float().flatten(0, 1), wanted.flatten(0, 1))
    return F.cross_entropy(whole.float(), said) + lesson.places * at_places


def teach(
    student: Callable[[], nn.Module],
    recipe: Any,
    hidden: str | None,
    train_set: Dataset,
    folder: Path,
    judged_on: Dataset,
    state: Path,
    chosen: torch.Tensor | None = None,
) -> tuple[Any, list[dict]]:
    """Train student() on the answers in `folder` to the end, resuming from `state`; its model and its history.

    student: makes a module that gives, of pixels, the answers that `loss` takes; its `model` is what is shipped.
    judged_on: measured after every fifth epoch and the last; nothing is chosen by it here. chosen: indices of the
    training pictures to learn from, instead of all.
    """
    where = device()
    training.seed_everything(recipe.seed)
    module: Any = student().to(where)
    settings = {"weight_decay": recipe.weight_decay}
    optimizers = training.optimizers(
        module,
        hidden=hidden,
        muon={"lr": recipe.muon_lr, **settings},
        adamw={"lr": recipe.adamw_lr, **settings},
    )
    index = torch.arange(len(train_set[1])) if chosen is None else chosen
    learned = train_set[0][index].to(where), train_set[1][index].to(where)
    sizes = recipe.sizes

    def batches(epoch: int) -> DataLoader:
        answers = Answers(*(part[index].to(where) for part in teacher.load(folder, epoch % recipe.lesson.crops)))
        return loader(learned, answers, recipe, sizes[epoch])

    def batch_loss(batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
        pixels, said, places = batch
        with classification.autocast():
            answers = module(pixels)
        return loss(recipe.lesson, answers, said, places)

    def evaluate(epoch: int) -> dict:
        judged = (epoch + 1) % 5 == 0 or epoch + 1 == len(sizes)
        size = sizes[epoch]
        reached = {"val_accuracy": classification.accuracy(module.model, judged_on, size)} if judged else {}
        return {"size": size, **reached}

    history = training.fit(
        module,
        optimizers,
        len(sizes),
        batches=batches,
        loss=batch_loss,
        factor=lambda progress: training.warmup_cosine(progress, recipe.warmup),
        evaluate=evaluate,
        state=state,
        seed=recipe.seed,
    )
    return module.model, history


def main(
    name: str,
    build: Callable[..., Any],
    recipe: Any,
    taught: Any,
    hidden: str | None,
    about: str | None,
    student: type[Student] = Student,
    ablations: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """The command line of a recipe: train by labels alone or, with --answers, as `taught` says, by the teacher too.

    taught: a recipe with `lesson`, `place_size` and `width`, the channels of a place. student: of these. ablations:
    recipes in place of `taught`, by name, that are compared on the held-out tenth; of them no checkpoint is written.
    """
    parser = classification.command_line(name, recipe, about)
    parser.add_argument("--answers", type=Path, help="learn from a teacher: folder of models.teacher")
    parser.set_defaults(ablation=None)
    if ablations:
        parser.add_argument("--ablation", choices=ablations, help="with --answers: train this instead")
    arguments = classification.read(parser)
    if arguments.ablation and arguments.answers is None:
        parser.error("--ablation compares what is learned from a teacher: it needs --answers")
    if arguments.answers is None:
        classification.run(build, recipe, hidden, arguments)
        return
    train_set, val_set = imagenette.load(arguments.data, "train"), imagenette.load(arguments.data, "val")
    learning = ablations.get(arguments.ablation, taught)
    if arguments.state == training.state_path(name, recipe):
        arguments.state = training.state_path(name, learning)
    chosen, rest = held_out(train_set) if arguments.ablation else (None, None)
    model, history = teach(
        lambda: student(build(learning), learning.width),
        learning,
        hidden,
        train_set,
        arguments.answers,
        val_set if rest is None else (train_set[0][rest], train_set[1][rest]),
        arguments.state,
        chosen,
    )
    if not arguments.ablation:
        classification.finish(model, learning, history, val_set, arguments)
