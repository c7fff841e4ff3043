"""What the recipes of translation models share: the loop, averaging, the files of a checkpoint."""

import argparse
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from models import predictions, training
from models.checkpoint import open_model
from models.device import device
from models.translation import metrics, vocabulary
from models.translation.batches import Pairs, loader
from models.translation.corpus import Corpus, Joined, corpus_of, download
from models.translation.distil import TEACHERS, distil


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the result besides the data."""

    seed: int = 1
    vocabulary: int = 6000
    n_layer: int = 4
    n_embd: int = 128
    n_head: int = 4
    n_inner: int = 256
    cycles: tuple[tuple[int, float], ...] = ((22, 1.0),)
    """(epochs, peak of the learning rates as a share), in order: in each the rates warm up and fall as half a cosine
    (warm restarts, Loshchilov & Hutter 2017)."""
    batch_tokens: int = 4096
    muon_lr: float = 0.02
    adamw_lr: float = 4e-3
    weight_decay: float = 0.01
    warmup: float = 0.1
    """Share of a cycle."""
    dropout: float = 0.2
    label_smoothing: float = 0.1
    average: int = 5
    """Last epochs whose weights are averaged."""
    start: str = ""
    """The bundled model whose weights and vocabulary it starts from; none: fresh ones."""
    teacher: str = ""
    """The bundled model whose outputs are the targets; none: the corpus's own."""

    @property
    def epochs(self) -> int:
        """Of all cycles."""
        return sum(epochs for epochs, _ in self.cycles)

    def lr_scale(self, progress: float) -> float:
        """Learning-rate factor at `progress` in [0, 1) of the whole training."""
        at = progress * self.epochs
        for epochs, peak in self.cycles:
            if at < epochs:
                return peak * training.warmup_cosine(at / epochs, self.warmup)
            at -= epochs
        return 0.0


def train(
    model: Any,
    recipe: Recipe,
    pairs: Pairs,
    loss: Callable[[Any, torch.Tensor, torch.Tensor], torch.Tensor],
    evaluate: Callable[[Any], dict],
    state: Path,
) -> list[dict]:
    """Train `model` in place to the end, resuming from `state`; leaves it with the averaged weights.

    loss(model, source, target) is the scalar to minimise, on a GPU in bfloat16 where autocast finds it safe;
    evaluate(model) gives figures for the history.
    """
    where = device()
    model.to(where)
    optimizers = training.optimizers(
        model,
        hidden="layers",
        muon={"lr": recipe.muon_lr, "weight_decay": recipe.weight_decay},
        adamw={"lr": recipe.adamw_lr, "weight_decay": recipe.weight_decay, "betas": (0.9, 0.98)},
    )

    def weights(epoch: int) -> Path:
        return state.with_name(f"{state.stem}-{epoch}.safetensors")

    def half(batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        with torch.autocast(where.type, torch.bfloat16, enabled=training.computes_bfloat16(where)):
            return loss(model, *(part.to(where) for part in batch))

    def evaluate_epoch(epoch: int) -> dict:
        if epoch >= recipe.epochs - recipe.average:
            save_file({name: value.clone() for name, value in model.state_dict().items()}, weights(epoch))
        return evaluate(model)

    history = training.fit(
        model,
        optimizers,
        recipe.epochs,
        batches=lambda _: loader(pairs, recipe.batch_tokens),
        loss=half,
        factor=recipe.lr_scale,
        evaluate=evaluate_epoch,
        state=state,
        seed=recipe.seed,
    )
    last = [load_file(weights(epoch)) for epoch in range(recipe.epochs - recipe.average, recipe.epochs)]
    model.load_state_dict(training.mean_weights(last))
    model.eval()
    return history


def main(
    family: str,
    recipes: dict[str, Any],
    description: str | None,
    build: Callable[[Any, int], Any],
    pairs: Callable[[list[list[int]], list[list[int]]], Pairs],
    loss: Callable[[Any, torch.Tensor, torch.Tensor, Any], torch.Tensor],
    translate: Callable[[Any, Any, list[str]], list[str]],
) -> None:
    """The command line of a recipe: distil if asked, train, then write weights, vocabulary, history and recipe.json.

    build(recipe, size of its vocabulary) gives the model with its first weights,
    pairs(source ids, target ids) what it learns from, loss(model, source, target, recipe) the scalar to minimise,
    translate(model, tokenizer, sentences) the outputs that are scored on val after every epoch.
    """
    arguments, corpus, recipe = start(family, recipes, description)
    source, target = corpus.load(arguments.data, "train")
    val_source, val_target = corpus.load(arguments.data, "val")
    if recipe.start:
        tokenizer = open_model(recipe.start, TEACHERS, "text").reader
    else:
        tokenizer = vocabulary.train(source + target, recipe.vocabulary)
    if recipe.teacher:
        target = distil(recipe.teacher, source, arguments.state.parent)

    def score_on_val(model: Any) -> dict:
        return {"val_bleu": metrics.bleu(translate(model, tokenizer, val_source), val_target, corpus.tokenize)}

    training.seed_everything(recipe.seed)
    model = build(recipe, len(tokenizer))
    history = train(
        model,
        recipe,
        pairs(tokenizer(source).input_ids, tokenizer(target).input_ids),
        loss=lambda model, source, target: loss(model, source, target, recipe),
        evaluate=score_on_val,
        state=arguments.state,
    )
    save(model, tokenizer, source, history, arguments.out)
    record(recipe, history, corpus, arguments)


def start(
    family: str, recipes: dict[str, Any], description: str | None
) -> tuple[argparse.Namespace, Corpus | Joined, Any]:
    """Read a recipe's command line: its arguments, the corpus and the recipe that they name."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", choices=recipes)
    parser.add_argument("--data", type=Path, help="folder with the corpus; without it: ./data, Multi30k is fetched")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--state", type=Path)
    arguments = parser.parse_args()
    name, recipe = f"{family}-{arguments.corpus}", recipes[arguments.corpus]
    if arguments.data is None:
        arguments.data = Path("data")
        download(arguments.data)
    arguments.out = arguments.out or Path("checkpoints") / name
    arguments.state = arguments.state or training.state_path(name, recipe)
    arguments.state.parent.mkdir(parents=True, exist_ok=True)
    return arguments, corpus_of(name), recipe


def save(model: Any, tokenizer: Any, source: list[str], history: list[dict], folder: Path) -> None:
    """Write the checkpoint as transformers opens it, the words of the training sources and the history."""
    training.save_float16(model, folder)
    tokenizer.save_pretrained(folder)
    (folder / vocabulary.WORDS).write_text("\n".join(vocabulary.words(source)) + "\n", encoding="utf-8")
    training.write_json(folder / "history.json", history)


def record(recipe: Any, history: list[dict], corpus: Corpus | Joined, arguments: argparse.Namespace) -> None:
    """Measure the saved checkpoint, store what it said and write recipe.json."""
    figures, counted = metrics.evaluate(arguments.out, corpus, arguments.data)
    predictions.write(arguments.out, counted)
    training.write_json(
        arguments.out / "recipe.json",
        {
            "recipe": asdict(recipe),
            "data": corpus.sha256(arguments.data),
            "device": training.machine(),
            "torch": torch.__version__,
            "hours": round(sum(row["seconds"] for row in history) / 3600, 2),
            **figures,
        },
    )
