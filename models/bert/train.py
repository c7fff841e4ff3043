"""bert-multi30k: a small BERT that learns which word is hidden, from both sides of it.

What it does: English image captions, in each of which 30 % of the word pieces are drawn anew at every reading and
replaced by <mask>; the loss is the surprise at what stood there. Muon and AdamW, cosine schedule. Test is read once, at
the end, from the saved file: every word piece of a caption is hidden alone.
Run: python -m models.bert.train --data DIR
What it costs and reaches: recipe.json and README.md beside the weights say.
"""

import argparse
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, RandomSampler
from transformers import BertConfig, BertForMaskedLM

from models import training
from models.checkpoint import BUNDLED
from models.device import device
from models.translation.corpus import MULTI30K
from models.translation.vocabulary import EOS, MASK, PAD
from models.translation.vocabulary import train as train_vocabulary

NAME = "bert-multi30k"
EVERY = 200
"""Steps between two rows of the history."""
WATCHED = 200
"""Captions of val that the history is measured on."""
BESIDE = -100
"""The target of what is not hidden."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the result besides the data."""

    seed: int = 1
    vocabulary: int = 4000
    n_layer: int = 4
    n_embd: int = 128
    n_head: int = 4
    n_positions: int = 128
    hidden: float = 0.3
    """Share of the word pieces that are hidden (Wettig et al. 2023)."""
    longest: int = 24
    """Tokens of a caption; longer ones are left out of training, so that little of a batch is padding."""
    batch: int = 64
    """Captions in a step."""
    steps: int = 2400
    muon_lr: float = 0.02
    adamw_lr: float = 4e-3
    weight_decay: float = 0.01
    warmup: float = 0.05
    """Share of the steps."""
    dropout: float = 0.1


def build(recipe: Recipe, size: int) -> BertForMaskedLM:
    """The model with fresh weights, for a vocabulary of this size."""
    config = BertConfig(
        vocab_size=size,
        hidden_size=recipe.n_embd,
        num_hidden_layers=recipe.n_layer,
        num_attention_heads=recipe.n_head,
        intermediate_size=4 * recipe.n_embd,
        max_position_embeddings=recipe.n_positions,
        type_vocab_size=1,
        hidden_dropout_prob=recipe.dropout,
        attention_probs_dropout_prob=0.0,
        pad_token_id=PAD,
        eos_token_id=EOS,
    )
    return BertForMaskedLM(config)


def hide(ids: torch.Tensor, share: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids (sentence, token) with a share of them replaced by <mask>, at random, and targets: what stood there, else
    BESIDE."""
    drawn = (torch.rand(ids.shape) < share) & (ids != PAD) & (ids != EOS)
    return ids.masked_fill(drawn, MASK), ids.masked_fill(~drawn, BESIDE)


def loss(model: Any, ids: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Mean surprise in nats at the targets (sentence, token); only there are logits made."""
    where = model.device
    ids, targets = ids.to(where), targets.to(where)
    with torch.autocast(where.type, torch.bfloat16, enabled=training.computes_bfloat16(where)):
        states = model.bert(ids, attention_mask=ids.ne(PAD).long()).last_hidden_state
        logits = model.cls(states[targets != BESIDE])
    return F.cross_entropy(logits.float(), targets[targets != BESIDE])


@torch.inference_mode()
def evaluate(model: Any, sentences: list[torch.Tensor]) -> dict[str, float]:
    """Mean surprise in nats at every word piece of sentences (token,), hidden alone, and the share guessed right."""
    surprise, right, count = 0.0, 0, 0
    for ids in sentences:
        pieces = ids[:-1].to(model.device)  # </s> is never hidden
        hidden = ids.to(model.device).repeat(len(pieces), 1).fill_diagonal_(MASK)
        logits = model(hidden).logits.float().diagonal().T  # piece, vocabulary
        surprise += F.cross_entropy(logits, pieces, reduction="sum").item()
        right += int((logits.argmax(-1) == pieces).sum())
        count += len(pieces)
    return {"nats": round(surprise / count, 4), "right": round(right / count, 4), "pieces": count}


def train(
    model: Any, recipe: Recipe, sentences: list[torch.Tensor], watched: list[torch.Tensor], state: Path
) -> list[dict[str, Any]]:
    """Train in place to the end, resuming from `state`. Returns the history: a row for every EVERY steps."""

    def collate(rows: list[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        return hide(pad_sequence(rows, batch_first=True, padding_value=PAD), recipe.hidden)

    def batches(_: int) -> DataLoader:
        sampler = RandomSampler(range(len(sentences)), replacement=True, num_samples=EVERY * recipe.batch)
        return DataLoader(sentences, recipe.batch, sampler=sampler, collate_fn=collate)  # pyright: ignore[reportArgumentType]

    def row(epoch: int) -> dict[str, Any]:
        found = evaluate(model, watched)
        return {"step": EVERY * (epoch + 1), "val_loss": found["nats"], "val_right": found["right"]}

    rows = training.fit(
        model.to(device()),
        training.optimizers(
            model,
            hidden="encoder.layer.",
            muon={"lr": recipe.muon_lr, "weight_decay": recipe.weight_decay},
            adamw={"lr": recipe.adamw_lr, "weight_decay": recipe.weight_decay, "betas": (0.9, 0.98)},
        ),
        recipe.steps // EVERY,
        batches,
        loss=lambda batch: loss(model, *batch),
        factor=lambda progress: training.warmup_cosine(progress, recipe.warmup),
        evaluate=row,
        state=state,
        seed=recipe.seed,
    )
    return [{name: value for name, value in one.items() if name != "epoch"} for one in rows]


def main() -> None:
    """The command line: train, then write weights, tokenizer, history and recipe.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with Multi30k")
    parser.add_argument("--out", type=Path, default=BUNDLED / NAME)
    arguments = parser.parse_args()
    recipe, out = Recipe(), arguments.out
    state = training.state_path(NAME, recipe)
    state.parent.mkdir(parents=True, exist_ok=True)
    captions = {split: MULTI30K.load(arguments.data, split)[0] for split in ("train", "val", MULTI30K.test)}
    tokenizer = train_vocabulary(captions["train"], recipe.vocabulary)
    tokenizer.model_max_length = recipe.n_positions
    parts = {split: [torch.tensor(row) for row in tokenizer(lines).input_ids] for split, lines in captions.items()}
    training.seed_everything(recipe.seed)
    model = build(recipe, len(tokenizer))
    short = [ids for ids in parts["train"] if len(ids) <= recipe.longest]
    history = train(model, recipe, short, parts["val"][:WATCHED], state)
    training.save_float16(model, out)
    tokenizer.save_pretrained(out)
    training.write_json(out / "history.json", history)
    saved: Any = BertForMaskedLM.from_pretrained(out, dtype=torch.float32)
    training.write_json(
        out / "recipe.json",
        {
            "recipe": asdict(recipe),
            "data": MULTI30K.sha256(arguments.data),
            "device": training.machine(),
            "torch": torch.__version__,
            "hours": round(sum(one["seconds"] for one in history) / 3600, 2),
            "parameters": sum(parameter.numel() for parameter in model.parameters()),
            "test": evaluate(saved.to(device()), parts[MULTI30K.test]),
        },
    )


if __name__ == "__main__":
    main()
