"""The one door for weights: a bundled name, a package's weights, a local folder or a Hub id, loaded as float32.

torch and transformers are imported where they are used, so that the page opens before they load.
"""

import copy
import hashlib
import importlib
import os
import re
import threading
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from models import allowed, config, hub, processor, shipped, tokenizer, weights, wheels
from models.device import device
from models.errors import InputError
from models.memory import is_short
from models.open_models import Files, Key, OpenModels, files_of
from models.progress import NO_PROGRESS, Progress
from models.wheels import WHEELS

if TYPE_CHECKING:
    pass

BUNDLED = shipped.CHECKPOINTS
OWN = {
    "CmlmForTranslation": "models.translation.cmlm",
    "MeanTextDualEncoder": "models.clip.dual_encoder",
    "PictureCodes": "models.scenes.codes",
    "FlamingoForCaptioning": "models.flamingo.model",
}
"""Where the architectures are that transformers lacks."""
MAX_GROWTH = 4
"""A model has at most so many parameters for each number in its files, which may leave out what is shared."""

Reads = Literal["image", "text", "image and text"] | None
"""What a caller needs beside the model: an image processor, a tokenizer, both as an ImageText, or neither."""

build_lock = threading.Lock()
"""Held while a model is built: transformers switches PyTorch's initialisation off in the whole process meanwhile."""


class ImageText(NamedTuple):
    """What prepares the input of two towers."""

    image: processor.Processor
    text: Any
    """The tokenizer."""


class OpenModel(NamedTuple):
    """A model that is ready to compute: eval, float32, eager attention, on the lab's device."""

    reference: str
    """What it was opened by."""
    model: Any
    reader: Any
    """The image processor, the tokenizer or both, as the caller asked, else None."""


def bundled() -> tuple[str, ...]:
    """Names of the checkpoints that come with the lab."""
    here = {path.parent.name for path in BUNDLED.glob(f"*/{hub.CONFIG}")}
    return tuple(sorted(here | {path.parts[0] for path in shipped.shipped(BUNDLED) if path.name == hub.CONFIG}))


def open_model(
    reference: str | None, families: tuple[str, ...], reads: Reads, progress: Progress = NO_PROGRESS
) -> OpenModel:
    """Open a model, or take it from memory, where all who open the same files for the same reader share it.

    reference: what the visitor chose: a bundled name, a name of WHEELS, a local folder (not on a public server) or a
    Hub id such as "owner/name" or "owner/name@revision".
    families: the transformers classes that the caller can read.
    Raises InputError when there is no such model, it is of another family, it has no safetensors weights or it cannot
    be downloaded, and whatever `progress` raises.
    """
    reference = reference.strip() if isinstance(reference, str) else ""
    folder = find(reference, families, progress)
    family = _family(reference, folder, families)
    key = Key(folder.resolve(), files_of(folder), reads, device())
    if not (found := _models.get(key)):
        with build_lock:
            if not (found := _models.get(key)):
                model, reader = _models.take_elsewhere(key) or _load(reference, folder, family, reads)
                found = model.to(key.device), reader
                _models.keep(key, found)
    return OpenModel(reference, *found)


def open_as_shipped(reference: str) -> OpenModel:
    """Open a model of any family for what its files can read, as visitors will ask for it. Raises as `open_model`."""
    return open_model(reference, (), readable(find(reference)))


def readable(folder: Path) -> Reads:
    """What a model's folder has the files to read."""
    image = (folder / hub.PROCESSOR).is_file()
    if any((folder / name).is_file() for name in hub.READERS if name != hub.PROCESSOR):
        return "image and text" if image else "text"
    return "image" if image else None


def count_open() -> int:
    """How many models are in memory."""
    return _models.count()


def forget() -> None:
    """Let go of all models in memory: whoever computes with one keeps it until then, and the next one opens it anew."""
    _models.clear()


def find(reference: str, families: tuple[str, ...] = (), progress: Progress = NO_PROGRESS) -> Path:
    """The folder that holds a reference's files, which are downloaded when they are not all here yet.

    A model of none of the `families`, where some are given, is refused before its weights are downloaded.
    Raises InputError as `open_model` does, and whatever `progress` raises.
    """
    if reference in WHEELS:
        _refuse_other(reference, WHEELS[reference].family, families)
        return wheels.find(reference, progress)
    if reference in bundled():
        return shipped.whole(BUNDLED / reference)
    return _on_disk(reference, families) or hub.find(
        reference, lambda folder: _family(reference, folder, families), progress
    )


def stamp(reference: str | None) -> str:
    """A short digest of the files that a reference stands for at this moment, "" where they are not on this machine.

    It is of the folder and of the files' names, sizes and times of change, which is quick; nothing is downloaded.
    """
    reference = reference.strip() if isinstance(reference, str) else ""
    try:
        folder = _here(reference)
        return hashlib.sha256(repr((folder.resolve(), files_of(folder))).encode()).hexdigest()[:16] if folder else ""
    except Exception:
        return ""


def revision(reference: str) -> str:
    """Which weights a reference stands for: eight digits of the Hub's commit, or of the SHA-256 of the files.

    Of a package, which one and under which licence. Raises InputError for what is no model's name; "" where its files
    are not on this machine.
    """
    folder = _here(reference)
    if folder and reference in WHEELS:
        return wheels.described(reference)
    return _revision(folder, files_of(folder)) if folder else ""


@lru_cache(maxsize=64)
def _revision(folder: Path, files: Files) -> str:
    if folder.parent.name == "snapshots":
        return folder.name[:8]
    digest = hashlib.sha256()
    for name, *_ in files:
        if name.endswith(".safetensors"):
            with (folder / name).open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:8]


_models = OpenModels()
for lock in (_models.lock, build_lock):  # what a thread holds while another one forks, the forked process never gets
    os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release)


def _load(reference: str, folder: Path, family: str, reads: Reads) -> tuple[Any, Any]:
    import torch
    import transformers

    if not any(folder.glob("*.safetensors")):
        raise hub.no_weights(reference, [path.name for path in folder.iterdir()])
    kind = getattr(importlib.import_module(OWN[family]) if family in OWN else transformers, family)
    built = _buildable(reference, folder, kind)
    if reads == "text":
        config.check_rules(reference, folder)
    reader = _reader(reference, folder, built, reads)
    try:
        model, report = kind.from_pretrained(
            folder,
            config=built,
            dtype=torch.float32,
            attn_implementation="eager",
            use_safetensors=True,
            local_files_only=True,
            output_loading_info=True,
            ignore_mismatched_sizes=True,
        )
    except Exception as error:
        if is_short(error):
            raise
        raise InputError("model.unreadable", reference=reference) from error
    if unfit := weights.unfit(report, model.state_dict().keys()):
        raise InputError("model.weights", reference=reference, tensor=unfit)
    if not all(bool(tensor.isfinite().all()) for tensor in model.state_dict().values()):
        raise InputError("model.no_numbers", reference=reference)
    return model.eval(), reader


def _buildable(reference: str, folder: Path, kind: Any) -> Any:
    """The config of a folder, of which a model of the class can be built that is not far larger than its weights."""
    tensors, settings = weights.sizes(reference, folder), hub.read_json(folder / hub.CONFIG)
    config.check_bounds(reference, settings, len(tensors))
    try:
        built, needed = _built(kind, settings)
    except Exception as error:
        raise _unbuildable(reference, kind, settings) from error
    if needed > MAX_GROWTH * (stored := sum(tensors)):
        raise InputError("model.larger", reference=reference, needed=f"{needed:,}", stored=f"{stored:,}")
    return built


def _built(kind: Any, settings: dict[str, Any]) -> tuple[Any, int]:
    """A config of these settings, and how many parameters a model of the class has by it."""
    import torch

    built = kind.config_class.from_dict(copy.deepcopy(settings))
    with torch.device("meta"):
        return built, sum(parameter.numel() for parameter in kind(copy.deepcopy(built)).parameters())


def _unbuildable(reference: str, kind: Any, settings: dict[str, Any]) -> InputError:
    """Names the field without which a model can be built; the whole file, where there is no such field."""
    for field, value in settings.items():
        with suppress(Exception):
            _built(kind, {name: other for name, other in settings.items() if name != field})
            return InputError("model.config_field", reference=reference, field=field, value=processor.shown(value))
    return InputError("model.config", reference=reference)


def _reader(reference: str, folder: Path, built: Any, reads: Reads) -> Any:
    """What prepares the model's input. An image processor's file is read here, for a stranger's may not set all."""
    if reads == "image":
        return processor.read(reference, folder, type(built).model_type)
    if reads == "image and text":
        vision = processor.read(reference, folder, type(built.vision_config).model_type)
        return ImageText(vision, tokenizer.read(reference, folder))
    return tokenizer.read(reference, folder) if reads == "text" else None


def _here(reference: str) -> Path | None:
    """The folder that `find` gives without a download, or None. Raises InputError for what is no model's name."""
    if reference in WHEELS:
        return wheels.cached(reference)
    return _on_disk(reference) or hub.cached(reference)


def _on_disk(reference: str, families: tuple[str, ...] = ()) -> Path | None:
    """The folder of a bundled name, or a folder of this machine.

    Raises InputError for one on a public server, and there for an id of the Hub that strangers may not open.
    """
    if reference in bundled():
        return BUNDLED / reference
    if not reference:
        return None
    if hub.is_public_server():
        if reference.startswith(("/", ".", "~", "\\")):
            raise InputError("model.folder")
        allowed.check(reference, tuple(map(family_name, families)))
        return None
    try:
        folder = Path(reference).expanduser()
        return folder if folder.is_dir() else None
    except (OSError, RuntimeError, ValueError):
        return None


def _family(reference: str, folder: Path, families: tuple[str, ...]) -> str:
    """The class that a folder's config names; InputError unless it is one of the `families`, where some are given."""
    settings = hub.read_json(folder / hub.CONFIG)
    if not settings:
        raise InputError("model.no_config", reference=reference)
    architectures = settings.get("architectures")
    if not isinstance(architectures, list) or not architectures or not isinstance(architectures[0], str):
        raise InputError("model.no_architecture", reference=reference)
    family = architectures[0][:80]
    _refuse_other(reference, family, families)
    config.check(reference, family, settings)
    return family


def _refuse_other(reference: str, family: str, families: tuple[str, ...]) -> None:
    if families and family not in families:
        names = ", ".join(dict.fromkeys(map(family_name, families)))
        raise InputError("model.family", reference=reference, family=family, families=names)


def family_name(family: str) -> str:
    """A class of transformers without what it is for: "Bart" for BartForConditionalGeneration."""
    return re.sub("(For[A-Z].*|LMHeadModel|MTModel)$", "", family)
