"""scenes: a small GPT-2 that reads a caption's tokens and goes on with a picture's, in one stream (DALL-E).

What it does: captions of training scenes, drawn anew at every step in English or Chinese, each followed by the 64 codes
that scenes-codes has for the picture; the loss of every next token, where text counts an eighth and the picture seven
(Ramesh et al. 2021). Muon and AdamW, cosine schedule. Nothing but causal self-attention joins words and picture.
Held-out combinations are read once, at the end, from the saved file.
Run: python -m models.scenes.train (after models.scenes.train_codes)
What it costs and reaches: recipe.json and README.md beside the weights say.
"""

import argparse
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset
from transformers import AutoTokenizer, GPT2Config, GPT2LMHeadModel

from models import training
from models.checkpoint import BUNDLED, open_model, revision
from models.device import device
from models.scenes import measure, train_codes
from models.scenes.bundled import STREAM
from models.scenes.captions import CODE, LANGUAGES, ROOM, caption, encode, tokenizer
from models.scenes.stream import write
from models.scenes.train_codes import pictures
from models.scenes.world import Scene, parts

NAME = STREAM
EVERY = 50
"""Steps between two rows of the history."""
WATCHED = 64
"""New scenes that a row of the history is measured on."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the result besides the autoencoder."""

    seed: int = 1
    n_layer: int = 4
    n_embd: int = 128
    n_head: int = 4
    batch: int = 32
    """Captions with their pictures in a step."""
    steps: int = 1200
    muon_lr: float = 0.02
    adamw_lr: float = 4e-3
    weight_decay: float = 0.01
    warmup: float = 0.05
    """Share of the steps."""
    text: float = 0.125
    """Weight of the text's loss; the picture has the rest."""
    activation: str = "gelu_pytorch_tanh"


RECIPE = Recipe()


class Stream(Dataset):
    """Scenes with captions drawn anew whenever they are asked for: ids of text, then of the picture."""

    def __init__(self, scenes: Sequence[Scene], codes: torch.Tensor, reader: Any, draws: random.Random) -> None:
        self.scenes, self.reader, self.draws = scenes, reader, draws
        self.codes = codes.flatten(1) + reader.convert_tokens_to_ids(CODE.format(0))

    def __len__(self) -> int:
        return len(self.scenes)

    def __getitem__(self, index: int) -> torch.Tensor:
        """Ids (ROOM + codes,)."""
        said = caption(self.scenes[index], self.draws.choice(LANGUAGES), self.draws)
        return torch.cat([torch.tensor(encode(self.reader, [said])[0]), self.codes[index]])


def build(recipe: Recipe, reader: Any, n_code: int, n_place: int) -> Any:
    """The model with fresh weights, for pictures of `n_place` codes, each one of `n_code`."""
    sizes: dict[str, Any] = {
        "vocab_size": len(reader),
        "n_code": n_code,
        "n_positions": ROOM + n_place,
        "n_embd": recipe.n_embd,
        "n_layer": recipe.n_layer,
        "n_head": recipe.n_head,
        "activation_function": recipe.activation,
        "resid_pdrop": 0.0,
        "embd_pdrop": 0.0,
        "attn_pdrop": 0.0,
        "bos_token_id": None,
        "eos_token_id": None,
    }
    return GPT2LMHeadModel(GPT2Config(**sizes))


def losses(model: Any, ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean surprise in nats at a token of the text after the first, and at one of the picture; ids (scene, token)."""
    where = model.device
    ids = ids.to(where)
    with torch.autocast(where.type, torch.bfloat16, enabled=training.computes_bfloat16(where)):
        logits = model(ids[:, :-1], use_cache=False).logits
    each = F.cross_entropy(logits.float().flatten(0, 1), ids[:, 1:].flatten(), reduction="none").view_as(ids[:, 1:])
    return each[:, : ROOM - 1].mean(), each[:, ROOM - 1 :].mean()


def train(
    model: Any, recipe: Recipe, stream: Stream, watched: torch.Tensor, shown: torch.Tensor, state: Path
) -> list[dict[str, Any]]:
    """Train in place to the end, resuming from `state`. Returns the history: a row for every EVERY steps.

    watched: ids (scene, token) of new scenes. shown: text ids (caption, ROOM) that each row has a picture's codes for.
    """
    model.to(device())

    def batches(epoch: int) -> DataLoader:
        stream.draws.seed(recipe.seed * 10_007 + epoch)
        sampler = torch.utils.data.RandomSampler(stream, replacement=True, num_samples=EVERY * recipe.batch)
        return DataLoader(stream, recipe.batch, sampler=sampler)

    def loss(batch: torch.Tensor) -> torch.Tensor:
        text, picture = losses(model, batch)
        return recipe.text * text + (1 - recipe.text) * picture

    @torch.inference_mode()
    def row(epoch: int) -> dict[str, Any]:
        text, picture = (round(one.item(), 4) for one in losses(model, watched))
        written = [bytes(codes).hex() for codes in write(model, shown).tolist()]
        return {"step": EVERY * (epoch + 1), "text_loss": text, "picture_loss": picture, "written": written}

    return training.fit(
        model,
        training.optimizers(
            model,
            hidden="transformer.h.",
            muon={"lr": recipe.muon_lr, "weight_decay": recipe.weight_decay},
            adamw={"lr": recipe.adamw_lr, "weight_decay": recipe.weight_decay, "betas": (0.9, 0.98)},
        ),
        recipe.steps // EVERY,
        batches,
        loss=loss,
        factor=lambda progress: training.warmup_cosine(progress, recipe.warmup),
        evaluate=row,
        state=state,
        seed=recipe.seed,
    )


def save(model: Any, reader: Any, history: list[dict], folder: Path) -> None:
    """Write the checkpoint as transformers opens it, and the history."""
    training.save_float16(model, folder)
    reader.save_pretrained(folder)
    training.write_json(folder / "history.json", history)


def main() -> None:
    """The command line: train, then write weights, tokenizer, history, what was written and recipe.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--codes", default=train_codes.NAME, help="the autoencoder: a name or a folder")
    parser.add_argument("--out", type=Path, default=BUNDLED / NAME)
    parser.add_argument("--state", type=Path, default=training.state_path(NAME, RECIPE))
    arguments = parser.parse_args()
    arguments.state.parent.mkdir(parents=True, exist_ok=True)
    coder = open_model(arguments.codes, ("PictureCodes",), None).model
    reader = tokenizer(coder.config.n_code)
    own, new = parts()["train"], parts()["new"][:WATCHED]
    codes, others = (train_codes.encode(coder, pictures(some)).cpu() for some in (own, new))
    training.seed_everything(RECIPE.seed)
    model = build(RECIPE, reader, coder.config.n_code, codes[0].numel())
    unseen = Stream(new, others, reader, random.Random(RECIPE.seed))
    watched = torch.stack([unseen[index] for index in range(WATCHED)])
    shown = torch.tensor(encode(reader, list(measure.SHOWN)))
    stream = Stream(own, codes, reader, random.Random())
    history = train(model, RECIPE, stream, watched, shown, arguments.state)
    save(model, reader, history, arguments.out)
    saved: Any = GPT2LMHeadModel.from_pretrained(arguments.out, dtype=torch.float32)
    saved.to(device()).eval()
    written = measure.written(saved, AutoTokenizer.from_pretrained(arguments.out), measure.asked())
    training.write_json(arguments.out / measure.FILE, [asdict(one) for one in written])
    training.write_json(
        arguments.out / "recipe.json",
        {
            "recipe": asdict(RECIPE),
            "codes": revision(arguments.codes),
            "device": training.machine(),
            "torch": torch.__version__,
            "hours": round(sum(row["seconds"] for row in history) / 3600, 2),
            "parameters": sum(parameter.numel() for parameter in model.parameters()),
            "shown": measure.SHOWN,
            "test": measure.figures(written, coder),
        },
    )


if __name__ == "__main__":
    main()
