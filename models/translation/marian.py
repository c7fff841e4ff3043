"""marian-multi30k and marian-tatoeba: autoregressive translation models of Transformer-Tiny's size, from scratch.

What it does: a MarianMTModel learns to translate by teacher forcing with label smoothing; its last epochs are averaged.
Run: python -m models.translation.marian multi30k --data DIR
What it costs and reaches: recipe.json and README.md beside the weights say.
"""

import torch
from torch.nn import functional as F
from transformers import MarianConfig, MarianMTModel

from models.training import seed_everything
from models.translation import vocabulary
from models.translation.training import Recipe, bleu, save, start, train

RECIPES = {"multi30k": Recipe(), "tatoeba": Recipe()}


def build(recipe: Recipe, vocabulary: int) -> MarianMTModel:
    """The model with fresh weights; ids 0 and 1 are <pad>, which also starts every output, and </s>."""
    return MarianMTModel(
        MarianConfig(
            vocab_size=vocabulary,
            d_model=recipe.n_embd,
            encoder_layers=recipe.n_layer,
            decoder_layers=recipe.n_layer,
            encoder_attention_heads=recipe.n_head,
            decoder_attention_heads=recipe.n_head,
            encoder_ffn_dim=recipe.n_inner,
            decoder_ffn_dim=recipe.n_inner,
            dropout=recipe.dropout,
            attention_dropout=0.0,
            activation_dropout=0.0,
            activation_function="relu",
            scale_embedding=True,
            max_position_embeddings=128,
            pad_token_id=0,
            eos_token_id=1,
            decoder_start_token_id=0,
            forced_eos_token_id=None,
            init_std=recipe.n_embd**-0.5,
        )
    )


def loss(model: MarianMTModel, source: torch.Tensor, target: torch.Tensor, smoothing: float) -> torch.Tensor:
    """Cross-entropy of each target token given the source and the true tokens before it, in nats a token."""
    pad = model.config.pad_token_id
    logits = model(
        input_ids=source,
        attention_mask=source.ne(pad),
        decoder_input_ids=F.pad(target[:, :-1], (1, 0), value=pad),
        use_cache=False,
    ).logits
    return F.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=pad, label_smoothing=smoothing)


@torch.no_grad()
def translate(model: MarianMTModel, tokenizer, sentences: list[str], beam_width: int = 1, batch: int = 64) -> list[str]:
    """The best output for each sentence, by the library's own search (the lab's traced search gives the same)."""
    order = sorted(range(len(sentences)), key=lambda i: -len(sentences[i]))
    outputs = [""] * len(sentences)
    for start in range(0, len(order), batch):
        part = order[start : start + batch]
        source = tokenizer([sentences[i] for i in part], return_tensors="pt", padding=True).to(model.device)
        ids = model.generate(
            input_ids=source.input_ids,
            attention_mask=source.attention_mask,
            num_beams=beam_width,
            do_sample=False,
            max_length=int(1.5 * source.input_ids.shape[1]) + 10,
        )
        for i, text in zip(part, tokenizer.batch_decode(ids, skip_special_tokens=True), strict=True):
            outputs[i] = text
    return outputs


def main() -> None:
    """The command line: train, then write weights, vocabulary, history.json and recipe.json."""
    arguments, corpus, recipe = start("marian", RECIPES, __doc__)
    source, target = corpus.load(arguments.data, "train")
    val_source, val_target = corpus.load(arguments.data, "val")
    tokenizer = vocabulary.train(source + target, recipe.vocabulary)
    pairs = list(zip(tokenizer(source).input_ids, tokenizer(target).input_ids, strict=True))
    seed_everything(recipe.seed)
    model = build(recipe, len(tokenizer))
    history = train(
        model,
        recipe,
        pairs,
        loss=lambda model, source, target: loss(model, source, target, recipe.label_smoothing),
        evaluate=lambda model: {
            "val_bleu": bleu(translate(model, tokenizer, val_source), val_target, corpus.tokenize)[0]
        },
        state=arguments.state,
    )
    save(model, tokenizer, source, history, arguments.out)


if __name__ == "__main__":
    main()
