"""The one door for weights: a bundled name, a local folder or a Hub id; safetensors only, loaded as float32.

torch, transformers and huggingface_hub are imported where they are used, so that the page opens before they load.
"""

import importlib
import json
import os
import re
import threading
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.device import device
from models.errors import InputError

if TYPE_CHECKING:
    import torch

BUNDLED = Path(__file__).resolve().parent.parent / "checkpoints"
HUB_REFERENCE = re.compile(r"(\w[\w.-]{0,95}/\w[\w.-]{0,95})(?:@(\w[\w.-]*(?:/\w[\w.-]*)*))?", re.ASCII)
MAX_DOWNLOAD_BYTES = 2_000_000_000
HUB_PATIENCE = 10
"""Seconds that the Hub may take for its first answer."""
CONFIG, PROCESSOR, INDEX = "config.json", "preprocessor_config.json", "model.safetensors.index.json"
WEIGHTS = "model.safetensors"
TOKENIZER = ("tokenizer.json", "source.spm", "spiece.model", "vocab.json", "merges.txt", "vocab.txt")
"""Files of which a text model has at least one."""
TEXT_SETTINGS = ("tokenizer_config.json", "generation_config.json", "special_tokens_map.json", "target.spm")
OWN = {"CmlmForTranslation": "models.translation.cmlm"}
"""Where the architectures are that transformers lacks."""

Progress = Callable[[int, int], None]
"""Hears (bytes so far, bytes in all) of a download about once a megabyte, and (0, 0) between steps of a long run;
whatever it raises ends both."""

_loading = threading.Lock()


def bundled() -> tuple[str, ...]:
    """Names of the checkpoints that come with the lab."""
    return tuple(sorted(path.parent.name for path in BUNDLED.glob("*/config.json")))


def open_model(reference: str | None, families: tuple[str, ...], progress: Progress | None = None) -> tuple[Any, Any]:
    """The model (eval, float32, eager attention, on the lab's device) and its image processor or tokenizer.

    reference: what the visitor chose: a bundled name, a local folder (not on a public server) or a Hub id such as
    "owner/name" or "owner/name@revision".
    families: the transformers classes that the caller can read.
    Raises InputError when there is no such model, it is of another family, it has no safetensors weights or it cannot
    be downloaded, and whatever `progress` raises.
    """
    reference = reference.strip() if isinstance(reference, str) else ""
    folder = find(reference, families, progress)
    with _loading:
        return _open(reference, folder, families, device())


@lru_cache(maxsize=8)
def _open(reference: str, folder: Path, families: tuple[str, ...], where: "torch.device") -> tuple[Any, Any]:
    import torch
    import transformers

    family = _family(reference, folder, families)
    if not any(folder.glob("*.safetensors")):
        raise _no_weights(reference, [path.name for path in folder.iterdir()])
    try:
        module = importlib.import_module(OWN[family]) if family in OWN else transformers
        model, report = getattr(module, family).from_pretrained(
            folder,
            dtype=torch.float32,
            attn_implementation="eager",
            use_safetensors=True,
            local_files_only=True,
            output_loading_info=True,
        )
        reader = transformers.AutoTokenizer if _reads_text(folder) else transformers.AutoImageProcessor
        processor = reader.from_pretrained(folder, local_files_only=True)
    except Exception as error:
        raise InputError("model.unreadable", reference=reference) from error
    if report["missing_keys"] or report["mismatched_keys"]:
        raise InputError("model.unreadable", reference=reference)
    return model.eval().to(where), processor


def find(reference: str, families: tuple[str, ...] = (), progress: Progress | None = None) -> Path:
    """The folder that holds a reference's files; a Hub model is downloaded when it is not all here yet.

    A Hub model of none of the `families`, where some are given, is refused before its weights are downloaded.
    Raises InputError as `open_model` does, and whatever `progress` raises.
    """
    if reference in bundled():
        return BUNDLED / reference
    folder = _local(reference)
    if folder:
        return folder
    match = HUB_REFERENCE.fullmatch(reference)
    if not match or ".." in reference:
        raise InputError("model.unknown", reference=reference[:80])
    hub_id, revision = match.groups()
    try:
        return _cached(hub_id, revision) or _download(reference, hub_id, revision, families, progress)
    except _Stopped as stopped:
        cause = stopped.cause
    except InputError:
        raise
    except Exception as error:
        raise _explained(reference, error) from error
    raise cause


def _public() -> bool:
    """Whether strangers may use this server: then no folder of the machine is opened and no token is lent."""
    listens = os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1")
    return bool(os.environ.get("SPACE_ID")) or listens not in ("127.0.0.1", "localhost", "::1")


def _local(reference: str) -> Path | None:
    if not reference or _public():
        return None
    try:
        folder = Path(reference).expanduser()
        return folder if folder.is_dir() else None
    except (OSError, RuntimeError, ValueError):
        return None


def _read_json(path: Path) -> dict:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _family(reference: str, folder: Path, families: tuple[str, ...]) -> str:
    config = _read_json(folder / CONFIG)
    if not config:
        raise InputError("model.no_config", reference=reference)
    architectures = config.get("architectures")
    family = str(architectures[0]) if isinstance(architectures, list) and architectures else "?"
    if families and family not in families:
        raise InputError("model.family", reference=reference, family=family, families=", ".join(families))
    return family


def _reads_text(folder: Path) -> bool:
    return any((folder / name).is_file() for name in TOKENIZER)


def _no_weights(reference: str, names: list[str]) -> InputError:
    pickled = any(name.endswith((".bin", ".pt", ".pth")) for name in names)
    return InputError("model.pickled" if pickled else "model.no_weights", reference=reference)


def _cached(hub_id: str, revision: str | None) -> Path | None:
    """The snapshot of a Hub model in the hub's own cache, when config, processor settings and all weights are there."""
    from huggingface_hub import try_to_load_from_cache

    config = try_to_load_from_cache(hub_id, CONFIG, revision=revision)
    if not isinstance(config, str):
        return None
    folder = Path(config).parent
    shards = _read_json(folder / INDEX).get("weight_map")
    weights = {WEIGHTS}
    if isinstance(shards, dict) and not (folder / WEIGHTS).is_file():
        weights = {str(name) for name in shards.values()}
    complete = all((folder / name).is_file() for name in weights)
    return folder if complete and ((folder / PROCESSOR).is_file() or _reads_text(folder)) else None


def _download(
    reference: str, hub_id: str, revision: str | None, families: tuple[str, ...], progress: Progress | None
) -> Path:
    """Download config, processor or tokenizer settings and weights into the hub's cache, over plain HTTP.

    The library's other way, xet, swallows what a progress bar raises and so cannot be stopped.
    The config goes first and by its revision's name: so the cache learns which commit that is, and all else follows it.
    """
    from huggingface_hub import HfApi, constants

    constants.HF_HUB_DISABLE_XET = True
    constants.DOWNLOAD_CHUNK_SIZE = 2**20
    api = HfApi(token=False if _public() else None)
    info = api.model_info(hub_id, revision=revision, files_metadata=True, timeout=HUB_PATIENCE)
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or []}
    names = _wanted(reference, sizes)
    bar: Any = _Bar(progress, sum(sizes[name] for name in names))
    bar.reach(0)
    folder = Path(api.hf_hub_download(hub_id, CONFIG, revision=revision, tqdm_class=bar)).parent
    _family(reference, folder, families)
    done = sizes[CONFIG]
    for name in names[1:]:
        bar.reach(done)
        api.hf_hub_download(hub_id, name, revision=folder.name, tqdm_class=bar)
        done += sizes[name]
    bar.reach(done)
    return folder


def _wanted(reference: str, sizes: dict[str, int]) -> list[str]:
    """The files to download, config first and weights last, of those that a Hub model has (name: bytes)."""
    shards = sorted(name for name in sizes if re.fullmatch(r"model-\d+-of-\d+\.safetensors", name))
    weights = [WEIGHTS] if WEIGHTS in sizes else shards
    if not weights:
        raise _no_weights(reference, list(sizes))
    if CONFIG not in sizes:
        raise InputError("model.no_config", reference=reference)
    names = [name for name in (CONFIG, PROCESSOR, *TOKENIZER, *TEXT_SETTINGS, INDEX, *weights) if name in sizes]
    size = sum(sizes[name] for name in names)
    if size > MAX_DOWNLOAD_BYTES:
        raise InputError("model.too_large", reference=reference, size=f"{size / 1e9:.1f}")
    return names


class _Stopped(Exception):
    """Carries what `progress` has raised past the library, which takes some errors as a reason to try again."""

    def __init__(self, cause: BaseException):
        super().__init__(cause)
        self.cause = cause


class _Bar:
    """All that huggingface_hub asks of a progress bar's class and of its instances; one bar counts all files."""

    def __init__(self, progress: Progress | None, total: int):
        self.progress, self.total, self.done = progress, total, 0

    def __call__(self, **_: object) -> "_Bar":
        return self

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, count: int) -> None:
        self.reach(self.done + count)

    def reach(self, done: int) -> None:
        self.done = done
        try:
            if self.progress:
                self.progress(done, self.total)
        except BaseException as error:
            raise _Stopped(error) from error


def _explained(reference: str, error: Exception) -> InputError:
    """What an error of the hub's library means to the visitor. Only the disk's own errors carry a number."""
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    if isinstance(error, HFValidationError):
        return InputError("model.unknown", reference=reference[:80])
    if isinstance(error, HfHubHTTPError) and error.response.status_code in (401, 403, 404):
        return InputError("model.not_on_hub", reference=reference)
    if isinstance(error, OSError) and error.errno:
        return InputError("model.not_saved", reference=reference)
    return InputError("model.no_network", reference=reference)
