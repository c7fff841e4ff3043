"""Does feeding a translator its own predictions help? marian-multi30k goes on learning in several ways; recorded.

What it does: from the bundled weights so many steps of each strategy of `feeding`, about an epoch, all with the same
batches, optimizer and learning rate, from several seeds; then BLEU, accuracy by position and calibration on val. A run
that is in the record is not made again.
Run: python -m models.strategies.finetune --data DIR; it writes finetune.json beside the weights.
"""

import argparse
import copy
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from models import training
from models.checkpoint import BUNDLED, open_model
from models.hub import read_json
from models.strategies.feeding import SCHEDULES, epsilon, mix
from models.strategies.recorded import FINETUNE, FINETUNED
from models.translation import metrics
from models.translation.batches import loader, pad_pairs, shifted
from models.translation.bundled import AUTOREGRESSIVE
from models.translation.corpus import MULTI30K
from models.translation.train_marian import loss
from models.translation.translate import by_search
from models.translation.vocabulary import PAD

POSITIONS, BINS = 16, 10
"""Of the accuracy, and of the confidence."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the result besides the data."""

    strategies: tuple[str, ...] = ("teacher_forcing", "linear", "inverse_sigmoid", "own_output")
    seeds: int = 3
    steps: int = 100
    batch_tokens: int = 4096
    lr: float = 3e-4
    warmup: float = 0.1
    half: float = 0.5
    """Share of the steps after which a coin is even (scheduled sampling)."""
    label_smoothing: float = 0.1


def fed(
    model: Any, source: torch.Tensor, target: torch.Tensor, strategy: str, share: float, draws: torch.Generator
) -> torch.Tensor:
    """What the decoder reads (sentence, position) for a target (sentence, position), by strategy.

    share: epsilon. draws: of the coins alone, so that the batches are the same for all strategies. Its own output is
    written greedily and cut or padded to the target's length.
    """
    gold = shifted(target)
    if strategy == "teacher_forcing":
        return gold
    with torch.no_grad():
        if strategy in SCHEDULES:
            scores = model(source, source.ne(PAD), decoder_input_ids=gold, use_cache=False).logits
            predicted = shifted(scores.argmax(-1))
            return mix(gold, predicted, share, torch.rand(gold.shape, generator=draws))
        length = gold.shape[1]
        said = model.generate(input_ids=source, attention_mask=source.ne(PAD), num_beams=1, max_length=length)
        return F.pad(said, (0, length - said.shape[1]), value=PAD)


def learn(model: Any, pairs: Any, recipe: Recipe, strategy: str, seed: int) -> None:
    """Train in place."""
    training.seed_everything(seed)
    draws, batches = torch.Generator().manual_seed(seed), _endless(pairs, recipe.batch_tokens)
    optimizer = torch.optim.AdamW(model.parameters(), lr=recipe.lr, betas=(0.9, 0.98), weight_decay=0.01)
    for step in range(recipe.steps):
        source, target = next(batches)
        progress = step / recipe.steps
        read = fed(model.eval(), source, target, strategy, epsilon(strategy, progress, recipe.half), draws)
        for group in optimizer.param_groups:
            group["lr"] = recipe.lr * training.warmup_cosine(progress, recipe.warmup)
        loss(model.train(), source, target, recipe, read).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    model.eval()


def _endless(pairs: Any, batch_tokens: int) -> Any:
    while True:
        yield from loader(pairs, batch_tokens)


@torch.inference_mode()
def measure(model: Any, reader: Any, source: list[str], target: list[str]) -> dict[str, Any]:
    """BLEU greedily and with 5 beams; with the true prefix the accuracy by position, and by how much confidence and
    accuracy differ (expected calibration error, BINS bins)."""
    bleu = {
        name: metrics.bleu(by_search(model, reader, source, width), target, MULTI30K.tokenize)
        for name, width in (("greedy", 1), ("beam", 5))
    }
    right, sure = [], []
    ids = list(zip(reader(source).input_ids, reader(target).input_ids, strict=True))
    for at in range(0, len(ids), 64):
        read, wanted = pad_pairs(ids[at : at + 64])
        share, best = (
            model(read, read.ne(PAD), decoder_input_ids=shifted(wanted), use_cache=False).logits.softmax(-1).max(-1)
        )
        hidden = wanted == PAD
        right += (best == wanted).float().masked_fill(hidden, torch.nan).tolist()
        sure += share.masked_fill(hidden, torch.nan).tolist()
    by_position = [[row[place] for row in right if len(row) > place] for place in range(POSITIONS)]
    flat, confidence = (np.concatenate([np.array(row) for row in rows]) for rows in (right, sure))
    kept = np.isfinite(flat)
    return {
        **bleu,
        "by_position": [round(float(np.nanmean(row)), 4) for row in by_position],
        "calibration": round(calibration(flat[kept], confidence[kept]), 4),
    }


def calibration(right: np.ndarray, confidence: np.ndarray) -> float:
    """Expected calibration error (Guo et al. 2017) of predictions (token,) that are right (1) or not (0)."""
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [abs((right[place == one] - confidence[place == one]).sum()) for one in range(BINS)]
    return float(sum(gaps) / len(right))


def main() -> None:
    """The command line: what is missing in the record, run by run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with the corpus")
    parser.add_argument("--out", type=Path, default=BUNDLED / FINETUNED)
    arguments = parser.parse_args()
    recipe, path = Recipe(), arguments.out / FINETUNE
    start = open_model(FINETUNED, AUTOREGRESSIVE, "text")
    train, val = (MULTI30K.load(arguments.data, split) for split in ("train", "val"))
    pairs = list(zip(*(start.reader(part).input_ids for part in train), strict=True))
    record = read_json(path)
    if record.get("recipe") != _as_json(recipe):
        before = measure(start.model, start.reader, *val)
        record = {"recipe": _as_json(recipe), "sentences": len(val[0]), "before": before, "runs": []}
    done = {(row["strategy"], row["seed"]) for row in record["runs"]}
    for seed in range(1, recipe.seeds + 1):
        for strategy in (one for one in recipe.strategies if (one, seed) not in done):
            model: Any = copy.deepcopy(start.model).requires_grad_(True)
            begun = time.perf_counter()
            learn(model, pairs, recipe, strategy, seed)
            seconds = round(time.perf_counter() - begun)
            row = {"strategy": strategy, "seed": seed, "seconds": seconds}
            record["runs"].append(row | measure(model, start.reader, *val))
            training.write_json(path, record)


def _as_json(recipe: Recipe) -> dict[str, Any]:
    return asdict(recipe) | {"strategies": list(recipe.strategies)}


if __name__ == "__main__":
    main()
