"""flamingo-flickr8k: a small language model that writes captions, then learns to see without changing a weight.

What it does: first a GPT-2 of our own learns the captions of the training photos as text alone, in English and Chinese.
Then it is frozen, and what lies between its layers learns to show it photos (Alayrac et al. 2022): the 7x7 places of
our CLIP's image tower, computed once, go through a resampler to gated cross-attention.
What it costs and reaches: recipe.json and README.md say.
Run: python -m models.flamingo.train --data DIR, which goes on where it was stopped
"""

import argparse
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import GPT2Config, GPT2LMHeadModel

from models import training
from models.checkpoint import BUNDLED
from models.clip import features, flickr8k, image_tower
from models.clip.bundled import CLIP
from models.clip.dual_encoder import MeanTextDualEncoder
from models.clip.flickr8k import LANGUAGES
from models.flamingo import captions, loss, predictions
from models.flamingo.bundled import FLAMINGO
from models.flamingo.captions import MOST, Rows, Said
from models.flamingo.loss import Surprise
from models.flamingo.model import FlamingoConfig, FlamingoForCaptioning


@dataclass(frozen=True)
class Stage:
    """One of the two trainings."""

    epochs: int
    """In each, every photo comes once."""
    photos: int = 16
    """Of a step."""
    captions: int = 5
    """Of a photo's ten, drawn anew in every epoch."""
    row: int = 4
    """Captions that stand in one row."""
    muon_rate: float = 0.02
    """Of weight matrices."""
    adamw_rate: float = 4e-3
    """Of all else, the gates among it."""
    weight_decay: float = 0.01
    warmup: float = 0.05


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the result besides the data and the package."""

    seed: int = 0
    pieces: int = 3000
    """Of words, in both languages together."""
    n_layer: int = 4
    n_embd: int = 192
    n_head: int = 4
    activation: str = "gelu_pytorch_tanh"
    n_latent: int = 16
    language: Stage = Stage(epochs=5)
    sight: Stage = Stage(epochs=7)


NAME, RECIPE = FLAMINGO, Recipe()
WATCHED = 200
"""Photos of val that are looked at after an epoch, with all their captions."""
VIEWS = {"train": (features.whole, features.mirrored), "val": (features.whole,), "test": (features.whole,)}
"""How the photos of each split are shown."""


@dataclass(frozen=True, eq=False)
class Part:
    """A split."""

    places: torch.Tensor
    """(photo, place, feature), float16; for training every photo comes a second time, mirrored, after all others."""
    texts: dict[str, tuple[tuple[str, ...], ...]]
    said: Said

    def watched(self, tokenizer: Any) -> dict[str, Said]:
        """By language, what is looked at after every epoch."""
        return {one: captions.encode(tokenizer, {one: self.texts[one][:WATCHED]}) for one in LANGUAGES}


def read(vision: Any, tokenizer: Any, found: dict[str, flickr8k.Captions], data: Path, kept: Path) -> dict[str, Part]:
    """The parts by split; photos whose places are not kept in a folder yet are run through the image tower."""
    tower, photos = features.fused(vision), flickr8k.photos(data)
    parts = {}
    for split, part in found.items():
        path = kept / f"flickr8k-places-{split}.npy"
        places = features.store(path, partial(seen, tower, photos[list(part.photo)], VIEWS[split]))
        parts[split] = Part(places, part.texts, captions.encode(tokenizer, part.texts))
    return parts


def seen(tower: Any, photos: torch.Tensor, views: tuple[features.View, ...]) -> torch.Tensor:
    """The places of photos, (photo, place, feature), in one view after the other."""
    return torch.cat([features.places(tower, photos, view) for view in views])


def either(surprise: Surprise, photos: int) -> Surprise:
    """Each of so many photos as it is or mirrored, drawn anew every time."""

    def drawn(rows: Rows) -> torch.Tensor:
        return surprise(rows._replace(photo=rows.photo + photos * torch.randint(2, (photos,))[rows.photo]))

    return drawn


def build_language(recipe: Recipe, tokenizer: Any) -> GPT2LMHeadModel:
    """The language model with fresh weights."""
    training.seed_everything(recipe.seed)
    return GPT2LMHeadModel(
        GPT2Config(
            vocab_size=len(tokenizer),
            n_positions=recipe.language.row * MOST,
            n_embd=recipe.n_embd,
            n_layer=recipe.n_layer,
            n_head=recipe.n_head,
            activation_function=recipe.activation,
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
        )
    )


def build(recipe: Recipe, language: GPT2LMHeadModel, vision: Any) -> FlamingoForCaptioning:
    """The two frozen models with a new resampler and gated blocks between them."""
    training.seed_everything(recipe.seed)
    sizes: dict[str, Any] = {"n_latent": recipe.n_latent, "n_head": recipe.n_head}
    sizes |= {"image_token_id": language.config.bos_token_id, "initializer_range": recipe.n_embd**-0.5}
    config = FlamingoConfig(vision.config.to_dict(), language.config.to_dict(), **sizes)
    model = FlamingoForCaptioning(config)
    model.vision_model.load_state_dict(vision.state_dict())
    model.language.load_state_dict(language.state_dict())
    model.vision_model.requires_grad_(False)
    model.language.requires_grad_(False)
    return model


def learn(
    learns: nn.Module,
    hidden: str,
    stage: Stage,
    said: Said,
    surprise: Surprise,
    evaluate: Callable[[], dict[str, Any]],
    state: Path,
    seed: int,
) -> list[dict[str, Any]]:
    """Train a module in place to the end of a stage, resuming from `state`. Returns a row for every epoch.

    hidden: what the names of those weight matrices contain that Muon trains.
    """
    return training.fit(
        learns,
        training.optimizers(
            learns,
            hidden=hidden,
            muon={"lr": stage.muon_rate, "weight_decay": stage.weight_decay},
            adamw={"lr": stage.adamw_rate, "weight_decay": stage.weight_decay, "betas": (0.9, 0.98)},
        ),
        stage.epochs,
        lambda _: said.batches(stage.photos, stage.captions, stage.row),
        loss=lambda rows: surprise(rows).mean(),
        factor=lambda progress: training.warmup_cosine(progress, stage.warmup),
        evaluate=lambda _: evaluate(),
        state=state,
        seed=seed,
    )


def learn_language(
    recipe: Recipe, tokenizer: Any, parts: dict[str, Part], state: Path
) -> tuple[GPT2LMHeadModel, list[dict[str, Any]]]:
    """The language model after its training on text alone, with weights as float16 keeps them, and the history."""
    model = build_language(recipe, tokenizer)
    watched, surprise = parts["val"].watched(tokenizer), loss.blind(model)
    history = learn(
        model,
        "transformer.h.",
        recipe.language,
        parts["train"].said,
        surprise,
        lambda: {f"val_{language}": loss.mean(surprise, said) for language, said in watched.items()},
        state,
        recipe.seed,
    )
    return model.half().float(), history


def learn_sight(
    model: FlamingoForCaptioning, recipe: Recipe, tokenizer: Any, parts: dict[str, Part], state: Path
) -> list[dict[str, Any]]:
    """Train the resampler and the gated blocks in place. Returns the history, with tanh of the gates."""
    watched, places = parts["val"].watched(tokenizer), parts["val"].places[:WATCHED]
    sights = {"": loss.looking(model, places), "_other": loss.looking(model, places.roll(-1, 0))}

    def row() -> dict[str, Any]:
        nats = {
            f"val_{language}{sight}": loss.mean(surprise, said)
            for language, said in watched.items()
            for sight, surprise in sights.items()
        }
        return {**nats, **gates(model)}

    start = row()
    learns = nn.ModuleDict({"resampler": model.resampler, "gated": model.gated})
    train = parts["train"]
    surprise = either(loss.looking(model, train.places), len(train.places) // len(VIEWS["train"]))
    rows = learn(learns, "weight", recipe.sight, parts["train"].said, surprise, row, state, recipe.seed)
    return [{"epoch": 0, **start}, *rows]


def gates(model: FlamingoForCaptioning) -> dict[str, list[float]]:
    """tanh of the gates of all blocks, by what they open."""
    return {f"{name}_gate": [round(one, 4) for one in some.tolist()] for name, some in model.gates().items()}


def save(model: Any, tokenizer: Any, out: Path) -> FlamingoForCaptioning:
    """Write what the lab opens: weights, tokenizer, how photos are prepared. Returns what was written."""
    training.save_float16(model, out)
    tokenizer.save_pretrained(out)
    training.write_json(out / "preprocessor_config.json", image_tower.PROCESSOR)
    return FlamingoForCaptioning.from_pretrained(out, dtype=torch.float32, local_files_only=True).eval()


def main() -> None:
    """The command line: train both, then write weights, tokenizer, history, what the test found, and recipe.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with Flickr8k")
    parser.add_argument("--out", type=Path, default=BUNDLED / NAME)
    arguments = parser.parse_args()
    data, out, state = arguments.data, arguments.out, training.state_path(NAME, RECIPE)
    state.parent.mkdir(parents=True, exist_ok=True)
    found = flickr8k.captions(data)
    texts = [text for language in LANGUAGES for some in found["train"].texts[language] for text in some]
    tokenizer = captions.make_tokenizer(texts, RECIPE.pieces, RECIPE.language.row * MOST)
    clip: Any = MeanTextDualEncoder.from_pretrained(BUNDLED / CLIP, dtype=torch.float32).eval()
    parts = read(clip.vision_model, tokenizer, found, data, state.parent)
    language, text_history = learn_language(RECIPE, tokenizer, parts, state.with_suffix(".language.pt"))
    model = build(RECIPE, language, clip.vision_model)
    sight_history = learn_sight(model, RECIPE, tokenizer, parts, state)
    saved = save(model, tokenizer, out)
    predictions.store(out, *predictions.test(saved, tokenizer, parts["test"].places, parts["test"].texts))
    training.write_json(out / "history.json", {"language": text_history, "sight": sight_history})
    record = {
        "recipe": asdict(RECIPE),
        "data": flickr8k.sha256(data),
        "device": training.machine(),
        "torch": torch.__version__,
        "hours": round(sum(one.get("seconds", 0) for one in text_history + sight_history) / 3600, 2),
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "learned": sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad),
    }
    training.write_json(out / "recipe.json", {**record, "gates": gates(saved), "test": predictions.figures(out)})


if __name__ == "__main__":
    main()
