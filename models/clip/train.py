"""clip-flickr8k: an image tower and a text tower that learn to meet, on Flickr8k, in English and Chinese.

What it does: of EfficientNet-Lite0 most stays as it is, so its maps of every photo, in several views, are made once.
What is on top of them and a text tower, begun from MiniLM, learn CLIP's symmetric loss: each step sees every photo of a
batch with one caption in each language. Words learn first, without any layer above them, which costs a tenth; then the
layer is put on top; at last the image tower's upper blocks learn too.
What it costs and reaches: recipe.json and README.md say.
Run: python -m models.clip.train --data DIR --packages DIR, which goes on where it was stopped
"""

import argparse
import math
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader
from transformers import PreTrainedTokenizerFast, VisionTextDualEncoderConfig

from models import imagenette, training
from models.checkpoint import BUNDLED
from models.clip import embed, features, flickr8k, image_tower, loss, predictions, retrieval, text_tower, zero_shot
from models.clip.dual_encoder import MeanTextDualEncoder
from models.clip.embed import Said
from models.clip.flickr8k import LANGUAGES


@dataclass(frozen=True)
class Stage:
    """One of the three parts of a training."""

    epochs: int
    batch: int
    """Photos of a step, each with one caption in every language."""
    tower_rate: float
    """Learning rate of the text tower."""
    rate: float
    """Of the two projections and the temperature."""
    image_rate: float = 0.0
    """Of the image tower's last blocks; 0: they stay as they are, and whole frames are all that they are shown."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the result besides the data and the two packages."""

    seed: int = 0
    layers: int = 1
    """Of MiniLM's six."""
    width: int = 256
    """Of the space in which pictures and texts meet."""
    image_blocks: int = 4
    """Of the image tower's sixteen those that learn, the last ones, with what is on top of them."""
    crops: int = 1
    """Views of a training photo besides the whole frame."""
    words: Stage = Stage(epochs=10, batch=250, tower_rate=2e-3, rate=1e-3)
    layer: Stage = Stage(epochs=5, batch=250, tower_rate=1e-3, rate=1e-3)
    both: Stage = Stage(epochs=5, batch=125, tower_rate=3e-4, rate=5e-4, image_rate=2e-4)
    weight_decay: float = 0.05
    warmup: float = 0.1
    dropout: float = 0.2
    """Share of a photo's numbers that a step does not see."""


NAME, RECIPE = "clip-flickr8k", Recipe()
TEMPERATURE, LARGEST = 0.07, 100.0
"""With which training begins, and the largest scale, both as in Radford et al. 2021."""
VIEWS_SEED = 99
"""Of the first view; each one has its own."""
WATCHED = 500
"""Photos of val that are looked at after every epoch."""


@dataclass(frozen=True, eq=False)
class Part:
    """The photos of a split as maps of the image tower's frozen half, and their captions by language.

    maps: (view, photo, channel, down, across); the first view is the whole frame.
    """

    maps: torch.Tensor
    said: dict[str, Said]

    def batches(self, size: int, varied: bool) -> DataLoader:
        """An epoch: every photo once, with one caption in each language; varied: in any view, not the first alone."""

        def drawn(photos: list[int]) -> tuple[torch.Tensor, dict[str, list[torch.Tensor]]]:
            texts = {
                language: [said[photo][int(torch.randint(len(said[photo]), ()))] for photo in photos]
                for language, said in self.said.items()
            }
            return (self.views(photos) if varied else self.maps[0, photos]), texts

        photos: Any = range(self.maps.shape[1])
        return DataLoader(photos, size, shuffle=True, collate_fn=drawn)

    def views(self, photos: list[int]) -> torch.Tensor:
        """Each photo in a view drawn at random, every second map mirrored."""
        drawn = self.maps[torch.randint(len(self.maps), (len(photos),)), photos]
        return torch.where(torch.rand(len(photos), 1, 1, 1) < 0.5, drawn.flip(-1), drawn)

    def watched(self) -> "Part":
        """What is looked at after every epoch: WATCHED photos, each with its first caption."""
        said = {language: [texts[:1] for texts in photos[:WATCHED]] for language, photos in self.said.items()}
        return Part(self.maps[:, :WATCHED], said)


def build(recipe: Recipe, packages: Path, tokenizer: PreTrainedTokenizerFast, layers: int) -> MeanTextDualEncoder:
    """The two towers with new projections, the text tower with so many layers; the image tower does not learn."""
    training.seed_everything(recipe.seed)
    vision, _, _ = image_tower.open_tower(packages / image_tower.FILE)
    text = text_tower.open_tower(packages, tokenizer, layers)
    config = VisionTextDualEncoderConfig.from_vision_text_configs(
        vision.config, text.config, projection_dim=recipe.width, logit_scale_init_value=math.log(1 / TEMPERATURE)
    )
    model: Any = MeanTextDualEncoder(config, vision, text)
    model.vision_model.requires_grad_(False)
    return model


def read(
    vision: Any, recipe: Recipe, tokenizer: Any, captions: dict[str, flickr8k.Captions], data: Path, kept: Path
) -> dict[str, Part]:
    """The parts by split; photos whose maps are not kept in a folder yet are run through the image tower."""
    frozen, _ = image_tower.halves(features.fused(vision), recipe.image_blocks)
    photos, parts = flickr8k.photos(data), {}
    for split, part in captions.items():
        own, views = photos[list(part.photo)], []
        for number in range(1 + recipe.crops if split == "train" else 1):
            path = kept / f"flickr8k-{split}-{recipe.image_blocks}-{number}.npy"
            view = features.cropped if number else features.whole
            views.append(features.store(path, partial(features.maps, frozen, own, view, VIEWS_SEED + number)))
        said = {language: embed.encode(tokenizer, part.texts[language]) for language in LANGUAGES}
        parts[split] = Part(torch.stack(views), said)
    return parts


def batch_loss(
    model: Any, head: nn.Module, maps: torch.Tensor, texts: dict[str, list[torch.Tensor]], dropout: float
) -> torch.Tensor:
    """CLIP's loss of photos with one caption each, mean over languages. head: from maps to numbers."""
    numbers = head.eval()(maps.float())
    images = model.visual_projection(nn.functional.dropout(numbers, dropout, model.training))
    scale = model.logit_scale.exp().clamp(max=LARGEST)
    found = [loss.symmetric(loss.logits(images, embed.texts(model, some), scale)) for some in texts.values()]
    return torch.stack(found).mean()


def learn(model: Any, recipe: Recipe, stage: Stage, parts: dict[str, Part], state: Path) -> list[dict[str, Any]]:
    """Train in place to the end of a stage, resuming from `state`. Returns the history: a row for every epoch."""
    watched = parts["val"].watched()
    _, head = image_tower.halves(model.vision_model, recipe.image_blocks)

    def row(_: int) -> dict[str, Any]:
        found = embed.directions(model, features.numbers(head, watched.maps[0]), watched.said)
        recall = {
            f"val_{language}": retrieval.both_ways(found["image"], found[language], embed.owner(said))["text_to_image"]
            for language, said in watched.said.items()
        }
        return {**recall, "scale": round(model.logit_scale.exp().item(), 2)}

    seeing = stage.image_rate > 0
    images = [value for name, value in head.named_parameters() if "squeeze_excite" not in name]
    for value in images:
        value.requires_grad_(seeing)
    others = [*model.visual_projection.parameters(), *model.text_projection.parameters(), model.logit_scale]
    rates = ((model.text_model.parameters(), stage.tower_rate), (others, stage.rate), (images, stage.image_rate))
    groups = [{"params": list(values), "lr": rate} for values, rate in rates if rate > 0]
    return training.fit(
        model,
        [torch.optim.AdamW(groups, weight_decay=recipe.weight_decay)],
        stage.epochs,
        lambda _: parts["train"].batches(stage.batch, seeing),
        loss=lambda batch: batch_loss(model, head, *batch, dropout=recipe.dropout),
        factor=lambda progress: training.warmup_cosine(progress, recipe.warmup),
        evaluate=row,
        state=state,
        seed=recipe.seed,
    )


def train(
    recipe: Recipe, packages: Path, tokenizer: Any, parts: dict[str, Part], state: Path
) -> tuple[MeanTextDualEncoder, list[dict[str, Any]]]:
    """The trained model and its history: words, then the layer on top of them, then both towers."""
    words = build(recipe, packages, tokenizer, 0)
    history = learn(words, recipe, recipe.words, parts, state.with_suffix(".words.pt"))
    model = build(recipe, packages, tokenizer, recipe.layers)
    model.load_state_dict(words.state_dict(), strict=False)  # all but the layers
    history += learn(model, recipe, recipe.layer, parts, state.with_suffix(".layer.pt"))
    history += learn(model, recipe, recipe.both, parts, state)
    return model, [{**row, "epoch": at} for at, row in enumerate(history, 1)]


def save(model: Any, tokenizer: Any, words: list[str], out: Path) -> MeanTextDualEncoder:
    """Write what the lab opens: weights, tokenizer, how photos are prepared, words seen. Returns what was written."""
    training.save_float16(model, out)
    tokenizer.save_pretrained(out)
    training.write_json(out / "preprocessor_config.json", image_tower.PROCESSOR)
    (out / text_tower.WORDS).write_text("\n".join(words) + "\n", encoding="utf-8")
    return MeanTextDualEncoder.from_pretrained(out, dtype=torch.float32, local_files_only=True).eval()


def test(model: Any, recipe: Recipe, tokenizer: Any, part: Part, data: Path, kept: Path) -> dict[str, torch.Tensor]:
    """What is stored of the test (models/clip/predictions.py)."""
    pictures, labels = imagenette.load(data, "val")
    frozen, head = image_tower.halves(features.fused(model.vision_model), recipe.image_blocks)
    maps = features.store(kept / f"imagenette-val-{recipe.image_blocks}.npy", partial(features.maps, frozen, pictures))
    numbers = features.numbers(head, maps)
    found = embed.directions(model, features.numbers(head, part.maps[0]), part.said)
    stored = {"image": found["image"], "label": labels.to(torch.uint8)}
    for language, said in part.said.items():
        classes = zero_shot.answers(model, tokenizer, numbers, zero_shot.PROMPTS[language])
        stored[f"class.{language}"] = classes.to(torch.uint8)
        stored[f"text.{language}"] = found[language]
        stored[f"photo.{language}"] = embed.owner(said).to(torch.int16)
    return stored


def main() -> None:
    """The command line: train, then write weights, tokenizer, history, what the test found, and recipe.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with Flickr8k and Imagenette")
    parser.add_argument("--packages", type=Path, required=True, help="where the two wheels are unpacked")
    parser.add_argument("--out", type=Path, default=BUNDLED / NAME)
    arguments = parser.parse_args()
    data, out, state = arguments.data, arguments.out, training.state_path(NAME, RECIPE)
    state.parent.mkdir(parents=True, exist_ok=True)
    captions = flickr8k.captions(data)
    texts = {language: [one for some in captions["train"].texts[language] for one in some] for language in LANGUAGES}
    tokenizer = text_tower.cut_tokenizer(arguments.packages, texts)
    tower, _, _ = image_tower.open_tower(arguments.packages / image_tower.FILE)
    parts = read(tower, RECIPE, tokenizer, captions, data, state.parent)
    model, history = train(RECIPE, arguments.packages, tokenizer, parts, state)
    seen = sorted({word for some in texts.values() for text in some for word in text_tower.words(text, tokenizer)})
    saved = save(model, tokenizer, seen, out)
    predictions.write(out, test(saved, RECIPE, tokenizer, parts["test"], data, state.parent))
    training.write_json(out / "history.json", history)
    record = {
        "recipe": asdict(RECIPE),
        "data": {**flickr8k.sha256(data), "imagenette": imagenette.sha256(data)["val"]},
        "device": training.machine(),
        "torch": torch.__version__,
        "hours": round(sum(one["seconds"] for one in history) / 3600, 2),
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
    }
    training.write_json(out / "recipe.json", {**record, **predictions.figures(out)})


if __name__ == "__main__":
    main()
