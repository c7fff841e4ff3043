"""cmlm-multi30k, cmlm-zh, and -raw of both: non-autoregressive translators, Transformer-Tiny.

What it does: a CMLM starts from the weights of the autoregressive model of the same corpus and learns to predict masked
target tokens, a random number of them from 1 to all (fairseq's masking), and the target's length. Its targets are that
model's outputs (sequence-level distillation); the raw one learns from the corpus's own targets.
Run: python -m models.translation.train_cmlm multi30k --data DIR
What it costs and reaches: recipe.json and README.md beside the weights say.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional as F

from models.checkpoint import open_model
from models.translation import mask_predict, training
from models.translation.batches import Pairs
from models.translation.cmlm import CmlmConfig, CmlmForTranslation
from models.translation.distil import TEACHERS
from models.translation.train_marian import ZH
from models.translation.training import main
from models.translation.translate import by_refinement
from models.translation.vocabulary import MASK, PAD


@dataclass(frozen=True)
class Recipe(training.Recipe):
    """The shared recipe, and how much the length counts in the loss."""

    cycles: tuple[tuple[int, float], ...] = ((40, 1.0), (20, 0.5))
    adamw_lr: float = 2e-3
    length_factor: float = 0.1


RECIPES = {
    "multi30k": Recipe(start="marian-multi30k", teacher="marian-multi30k"),
    "multi30k-raw": Recipe(start="marian-multi30k"),
    "zh": Recipe(**ZH, dropout=0.1, adamw_lr=1.5e-3, start="marian-zh", teacher="marian-zh", cycles=((12, 1.0),)),
    "zh-raw": Recipe(**ZH, dropout=0.1, adamw_lr=1.5e-3, start="marian-zh", cycles=((12, 1.0),)),
}
VAL = mask_predict.Settings(passes=4, n_length=3)


def build(recipe: Recipe, vocabulary: int) -> CmlmForTranslation:
    """The model with the weights of its start, if it has one; what a CMLM has besides is fresh."""
    model = CmlmForTranslation(
        CmlmConfig(
            vocab_size=vocabulary,
            n_layer=recipe.n_layer,
            n_embd=recipe.n_embd,
            n_head=recipe.n_head,
            n_inner=recipe.n_inner,
            dropout=recipe.dropout,
        )
    )
    if recipe.start:
        weights, own = open_model(recipe.start, TEACHERS, "text").model.state_dict(), model.state_dict()
        named = {name.removeprefix("model."): value for name, value in weights.items()}
        model.load_state_dict(own | {name: value.view(own[name].shape) for name, value in named.items() if name in own})
    return model


def mask(target: torch.Tensor) -> torch.Tensor:
    """Which tokens of each target (sentence, position) are hidden: floor(L u) + 1 of them, u uniform in [0, 1)."""
    real = target.ne(PAD)
    length = real.sum(1)
    count = (length * torch.rand(len(target), device=target.device)).long() + 1
    order = torch.rand(target.shape, device=target.device).masked_fill(~real, 2)
    return order.argsort(-1).argsort(-1) < count[:, None]


def loss(model: CmlmForTranslation, source: torch.Tensor, target: torch.Tensor, recipe: Recipe) -> torch.Tensor:
    """Cross-entropy of the masked tokens plus that of the length, times its factor; targets have no </s>."""
    hidden = mask(target)
    encoded = model.encode(source)
    states, _, _ = model.decode(target.masked_fill(hidden, MASK), encoded)
    length = target.ne(PAD).sum(1)
    logits = model.logits(states[hidden]).float()
    tokens = F.cross_entropy(logits, target[hidden], label_smoothing=recipe.label_smoothing)
    return tokens + recipe.length_factor * F.cross_entropy(encoded.length_logits.float(), length)


def translate(model: CmlmForTranslation, tokenizer: Any, sentences: list[str]) -> list[str]:
    """The outputs as text, with the settings that val is watched with."""
    return tokenizer.batch_decode(by_refinement(model, tokenizer, sentences, VAL), skip_special_tokens=True)


def pairs(source: list[list[int]], target: list[list[int]]) -> Pairs:
    """Ids to learn from: targets lose their </s> and what is longer than any length; empty ones are left out."""
    longest = CmlmConfig().n_length - 1
    return [(ids, label[:-1][:longest]) for ids, label in zip(source, target, strict=True) if len(label) > 1]


if __name__ == "__main__":
    main(
        "cmlm",
        RECIPES,
        __doc__,
        build=build,
        pairs=pairs,
        loss=loss,
        translate=translate,
    )
