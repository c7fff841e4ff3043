"""marian-multi30k, marian-multi30k-distilled, marian-zh: autoregressive translators, Transformer-Tiny.

What it does: a MarianMTModel learns to translate by teacher forcing with label smoothing, from scratch; its last epochs
are averaged. The distilled one goes on from the first with that one's outputs as targets: the fair baseline of
cmlm-multi30k, which starts and learns in the same way.
Run: python -m models.translation.train_marian multi30k --data DIR
What it costs and reaches: recipe.json and README.md beside the weights say.
"""

from typing import Any

import torch
from torch.nn import functional as F
from transformers import MarianConfig, MarianMTModel

from models.checkpoint import open_model
from models.translation.batches import shifted
from models.translation.distil import TEACHERS
from models.translation.training import Recipe, main
from models.translation.translate import by_search
from models.translation.vocabulary import EOS, PAD

ZH: dict[str, Any] = {"vocabulary": 8000, "batch_tokens": 2048, "muon_lr": 0.015}
"""What the translators share that know captions and everyday sentences: more words, and more steps in an epoch."""
RECIPES = {
    "multi30k": Recipe(cycles=((22, 1.0), (22, 0.6))),
    "multi30k-distilled": Recipe(start="marian-multi30k", teacher="marian-multi30k", cycles=((5, 0.5),)),
    "zh": Recipe(**ZH, adamw_lr=3e-3, cycles=((12, 1.0),)),
}


def shape(recipe: Recipe, vocabulary: int) -> dict[str, Any]:
    """What the configuration of Marian, and of models like it, says; <pad> also starts every output."""
    return {
        "vocab_size": vocabulary,
        "d_model": recipe.n_embd,
        "encoder_layers": recipe.n_layer,
        "decoder_layers": recipe.n_layer,
        "encoder_attention_heads": recipe.n_head,
        "decoder_attention_heads": recipe.n_head,
        "encoder_ffn_dim": recipe.n_inner,
        "decoder_ffn_dim": recipe.n_inner,
        "dropout": recipe.dropout,
        "attention_dropout": 0.0,
        "activation_dropout": 0.0,
        "activation_function": "relu",
        "scale_embedding": True,
        "max_position_embeddings": 128,
        "pad_token_id": PAD,
        "eos_token_id": EOS,
        "decoder_start_token_id": PAD,
        "forced_eos_token_id": None,
        "init_std": recipe.n_embd**-0.5,
    }


def build(recipe: Recipe, vocabulary: int) -> MarianMTModel:
    """The model with the weights of its start, if it has one, else fresh ones."""
    model = MarianMTModel(MarianConfig(**shape(recipe, vocabulary)))
    if recipe.start:
        model.load_state_dict(open_model(recipe.start, TEACHERS, "text").model.state_dict())
    return model


def loss(
    model: MarianMTModel, source: torch.Tensor, target: torch.Tensor, recipe: Any, read: torch.Tensor | None = None
) -> torch.Tensor:
    """Cross-entropy of each target token given the source and what is read, in nats a token.

    read: what the decoder reads (sentence, position); by default the true tokens before (teacher forcing). recipe: has
    a `label_smoothing`.
    """
    logits = model(
        input_ids=source,
        attention_mask=source.ne(PAD),
        decoder_input_ids=shifted(target) if read is None else read,
        use_cache=False,
    ).logits.float()
    return F.cross_entropy(
        logits.flatten(0, 1), target.flatten(), ignore_index=PAD, label_smoothing=recipe.label_smoothing
    )


if __name__ == "__main__":
    main(
        "marian",
        RECIPES,
        __doc__,
        build=build,
        pairs=lambda source, target: list(zip(source, target, strict=True)),
        loss=loss,
        translate=by_search,
    )
