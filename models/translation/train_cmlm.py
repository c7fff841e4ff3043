"""cmlm-multi30k, cmlm-multi30k-raw, cmlm-tatoeba: non-autoregressive translators of Transformer-Tiny's size.

What it does: a CMLM starts from the weights of the autoregressive model of the same corpus and learns to predict masked
target tokens, a random number of them from 1 to all (fairseq's masking), and the target's length. Its targets are that
model's outputs (sequence-level distillation); the raw one learns from the corpus's own targets.
Run: python -m models.translation.train_cmlm multi30k --data DIR
What it costs and reaches: recipe.json and README.md beside the weights say.
"""

from dataclasses import dataclass

import torch
from safetensors.torch import load_file
from torch.nn import functional as F
from transformers import AutoTokenizer

from models.checkpoint import BUNDLED, WEIGHTS
from models.training import seed_everything
from models.translation import mask_predict, training
from models.translation.cmlm import CmlmConfig, CmlmForTranslation
from models.translation.distil import distil
from models.translation.training import bleu, pad_ids, record, save, start, train
from models.translation.vocabulary import MASK, PAD


@dataclass(frozen=True)
class Recipe(training.Recipe):
    """The shared recipe, where the weights start, and how much the length counts in the loss."""

    cycles: tuple[tuple[int, float], ...] = ((16, 1.0),)
    adamw_lr: float = 2e-3
    start: str = ""
    """The bundled model whose encoder, decoder and vocabulary it starts from."""
    length_factor: float = 0.1


RECIPES = {
    "multi30k": Recipe(start="marian-multi30k", teacher="marian-multi30k"),
    "multi30k-raw": Recipe(start="marian-multi30k"),
    "tatoeba": Recipe(start="marian-tatoeba", teacher="marian-tatoeba"),
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
        weights = load_file(BUNDLED / recipe.start / WEIGHTS)
        own = model.state_dict()
        named = {name.removeprefix("model."): value.float() for name, value in weights.items()}
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
    tokens = F.cross_entropy(model.logits(states[hidden]), target[hidden], label_smoothing=recipe.label_smoothing)
    return tokens + recipe.length_factor * F.cross_entropy(encoded.length_logits, length)


def translate_ids(model, tokenizer, sentences: list[str], settings: mask_predict.Settings) -> list[list[int]]:
    """The ids of the best output for each sentence, 64 sentences of like length at a time."""
    order = sorted(range(len(sentences)), key=lambda i: -len(sentences[i]))
    outputs: list[list[int]] = [[]] * len(sentences)
    for begin in range(0, len(order), 64):
        part = order[begin : begin + 64]
        source = pad_ids([tokenizer(sentences[i]).input_ids for i in part])
        for i, ids in zip(part, mask_predict.translate(model, source.to(model.device), settings), strict=True):
            outputs[i] = ids
    return outputs


def main() -> None:
    """The command line: distil if asked, train, then write weights, vocabulary, history.json and recipe.json."""
    arguments, corpus, recipe = start("cmlm", RECIPES, __doc__)
    source, target = corpus.load(arguments.data, "train")
    val_source, val_target = corpus.load(arguments.data, "val")
    tokenizer = AutoTokenizer.from_pretrained(BUNDLED / recipe.start)
    if recipe.teacher:
        target = distil(recipe.teacher, source, arguments.state.parent)
    pairs = [
        (ids, label[:-1][: CmlmConfig().n_length - 1])
        for ids, label in zip(tokenizer(source).input_ids, tokenizer(target).input_ids, strict=True)
        if len(label) > 1
    ]
    seed_everything(recipe.seed)
    model = build(recipe, len(tokenizer))
    history = train(
        model,
        recipe,
        pairs,
        loss=lambda model, source, target: loss(model, source, target, recipe),
        evaluate=lambda model: {
            "val_bleu": bleu(
                tokenizer.batch_decode(translate_ids(model, tokenizer, val_source, VAL), skip_special_tokens=True),
                val_target,
                corpus.tokenize,
            )
        },
        state=arguments.state,
    )
    save(model, tokenizer, source, history, arguments.out)
    record(recipe, history, corpus, arguments)


if __name__ == "__main__":
    main()
