"""gpt-shakespeare and gpt-tang: small GPT-2s that learn, character by character, what comes next.

What it does: windows of the text, drawn at random, and the loss of every next character in them; Muon and AdamW, cosine
schedule. Every hundred steps the history gets the loss on val and what the model writes then, always from the same
seed. Test is read once, at the end, from the saved file.
Run: python -m models.gpt.train {shakespeare,tang} --data DIR
What it costs and reaches: recipe.json and README.md beside the weights say.
"""

import argparse
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional as F
from torch.utils.data import DataLoader, RandomSampler
from transformers import GPT2Config, GPT2LMHeadModel

from models import training
from models.checkpoint import BUNDLED
from models.device import device
from models.gpt.corpus import CORPORA, Windows
from models.gpt.learn import go_on

EVERY = 100
"""Steps between two rows of the history."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the result besides the data."""

    seed: int = 1
    n_layer: int = 6
    n_embd: int = 192
    n_head: int = 6
    n_positions: int = 256
    batch: int = 16
    """Windows of `n_positions` in a step."""
    steps: int = 1400
    muon_lr: float = 0.02
    adamw_lr: float = 4e-3
    weight_decay: float = 0.01
    warmup: float = 0.05
    """Share of the steps."""
    activation: str = "gelu_pytorch_tanh"
    """GPT-2's GELU by one kernel instead of seven: a quarter of a step on a CPU."""
    dropout: float = 0.0
    """Of embeddings and of what a block adds; so short a training reads a text four to six times and needs none."""
    prompt: str = "\n"
    """What the model goes on from when it is asked what it writes."""
    n_written: int = 240
    temperature: float = 0.8


RECIPES = {
    "shakespeare": Recipe(),
    "tang": Recipe(n_positions=128, batch=32, steps=1000, prompt="", n_written=120),
}


def build(recipe: Recipe, tokenizer: Any) -> GPT2LMHeadModel:
    """The model with fresh weights."""
    return GPT2LMHeadModel(
        GPT2Config(
            vocab_size=len(tokenizer),
            n_positions=recipe.n_positions,
            n_embd=recipe.n_embd,
            n_layer=recipe.n_layer,
            n_head=recipe.n_head,
            activation_function=recipe.activation,
            resid_pdrop=recipe.dropout,
            embd_pdrop=recipe.dropout,
            attn_pdrop=0.0,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
        )
    )


def loss(model: Any, windows: torch.Tensor) -> torch.Tensor:
    """Mean surprise in nats at every token of (window, position) after the first, by those before it."""
    where = model.device
    windows = windows.to(where)
    with torch.autocast(where.type, torch.bfloat16, enabled=training.computes_bfloat16(where)):
        logits = model(windows[:, :-1], use_cache=False).logits
    return F.cross_entropy(logits.float().flatten(0, 1), windows[:, 1:].flatten())


@torch.inference_mode()
def evaluate(model: Any, windows: torch.Tensor, batch: int) -> float:
    """Mean loss in nats a token, on windows (window, position) that do not overlap."""
    sums = [loss(model, part).item() * len(part) for part in windows.split(batch)]
    return sum(sums) / len(windows)


def write(model: Any, tokenizer: Any, recipe: Recipe) -> str:
    """What the model writes after the recipe's prompt, always by the same seed; it does not stop at an END."""
    ids = tokenizer(recipe.prompt, return_tensors="pt").input_ids.to(model.device)
    draws = torch.Generator().manual_seed(recipe.seed)
    whole = go_on(model, ids, recipe.n_written, draws=draws, temperature=recipe.temperature)
    return tokenizer.decode(whole[0, ids.shape[1] :])


def train(model: Any, tokenizer: Any, recipe: Recipe, parts: dict[str, list[str]], state: Path) -> list[dict[str, Any]]:
    """Train in place to the end, resuming from `state`. Returns the history: a row for every EVERY steps, from 0."""
    model.to(device())
    windows = Windows(tokenizer, parts["train"], recipe.n_positions)
    held = Windows(tokenizer, parts["val"], recipe.n_positions).apart()

    def row(step: int) -> dict[str, Any]:
        val = round(evaluate(model, held, recipe.batch), 4)
        return {"step": step, "val_loss": val, "text": write(model, tokenizer, recipe)}

    def batches(_: int) -> DataLoader:
        sampler = RandomSampler(windows, replacement=True, num_samples=EVERY * recipe.batch)
        return DataLoader(windows, recipe.batch, sampler=sampler)

    start = row(0)
    rows = training.fit(
        model,
        training.optimizers(
            model,
            hidden="transformer.h.",
            muon={"lr": recipe.muon_lr, "weight_decay": recipe.weight_decay},
            adamw={"lr": recipe.adamw_lr, "weight_decay": recipe.weight_decay, "betas": (0.9, 0.98)},
        ),
        recipe.steps // EVERY,
        batches,
        loss=lambda batch: loss(model, batch),
        factor=lambda progress: training.warmup_cosine(progress, recipe.warmup),
        evaluate=lambda epoch: row(EVERY * (epoch + 1)),
        state=state,
        seed=recipe.seed,
    )
    return [start, *({name: value for name, value in one.items() if name != "epoch"} for one in rows)]


def save(model: Any, tokenizer: Any, history: list[dict], folder: Path) -> None:
    """Write the checkpoint as transformers opens it, and the history."""
    training.save_float16(model, folder)
    tokenizer.save_pretrained(folder)
    training.write_json(folder / "history.json", history)


def main() -> None:
    """The command line: train, then write weights, tokenizer, history and recipe.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", choices=RECIPES)
    parser.add_argument("--data", type=Path, required=True, help="the folder with the corpus")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--state", type=Path)
    arguments = parser.parse_args()
    name, recipe, corpus = f"gpt-{arguments.corpus}", RECIPES[arguments.corpus], CORPORA[arguments.corpus]
    out, state = arguments.out or BUNDLED / name, arguments.state or training.state_path(name, recipe)
    state.parent.mkdir(parents=True, exist_ok=True)
    parts = corpus.load(arguments.data)
    tokenizer = corpus.tokenizer(parts["train"], recipe.n_positions)
    training.seed_everything(recipe.seed)
    model = build(recipe, tokenizer)
    history = train(model, tokenizer, recipe, parts, state)
    save(model, tokenizer, history, out)
    test = Windows(tokenizer, parts["test"], recipe.n_positions).apart()
    saved: Any = GPT2LMHeadModel.from_pretrained(out, dtype=torch.float32)
    nats = evaluate(saved.to(device()), test, recipe.batch)
    training.write_json(
        out / "recipe.json",
        {
            "recipe": asdict(recipe),
            "data": {corpus.file: corpus.sha256(arguments.data)},
            "device": training.machine(),
            "torch": torch.__version__,
            "hours": round(sum(one.get("seconds", 0) for one in history) / 3600, 2),
            "parameters": sum(parameter.numel() for parameter in model.parameters()),
            "characters": {part: sum(map(len, documents)) for part, documents in parts.items()},
            "test": {"nats": round(nats, 4), "bits": round(nats / math.log(2), 4), "tokens": test[:, 1:].numel()},
        },
    )


if __name__ == "__main__":
    main()
