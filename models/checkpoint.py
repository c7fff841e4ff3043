"""The one door for weights: a bundled name, a local folder or a Hub id; safetensors only, loaded as float32."""

import json
import os
import re
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
import transformers
from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

from models.device import device
from models.errors import InputError

BUNDLED = Path(__file__).resolve().parent.parent / "checkpoints"
HUB_ID = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}")
MAX_DOWNLOAD_BYTES = 2_000_000_000
SMALL_FILES = ("config.json", "preprocessor_config.json", "model.safetensors.index.json")

_loading = threading.Lock()


def bundled() -> tuple[str, ...]:
    """Names of the checkpoints that come with the lab."""
    return tuple(sorted(path.parent.name for path in BUNDLED.glob("*/config.json")))


def open_model(reference: str, families: tuple[str, ...]) -> tuple[Any, Any]:
    """The model (eval, float32, eager attention, on the lab's device) and its image processor.

    reference: a bundled name, a local folder (not on a public server) or a Hub id such as "owner/name".
    families: the transformers classes that the caller can read.
    Raises InputError when there is no such model, it is of another family, or it has no safetensors weights.
    """
    reference = reference.strip()
    with _loading:
        return _open(reference, families, device())


@lru_cache(maxsize=2)
def _open(reference: str, families: tuple[str, ...], where: torch.device) -> tuple[Any, Any]:
    folder = find(reference)
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        family = (config.get("architectures") or ["?"])[0]
    except (OSError, ValueError, AttributeError) as error:
        raise InputError("model.no_config", reference=reference) from error
    if family not in families:
        raise InputError("model.family", reference=reference, family=family, families=", ".join(families))
    if not list(folder.glob("*.safetensors")):
        pickled = list(folder.glob("*.bin")) + list(folder.glob("*.pt")) + list(folder.glob("*.pth"))
        raise InputError("model.pickled" if pickled else "model.no_weights", reference=reference)
    try:
        model, report = getattr(transformers, family).from_pretrained(
            folder,
            dtype=torch.float32,
            attn_implementation="eager",
            use_safetensors=True,
            local_files_only=True,
            output_loading_info=True,
        )
        processor = transformers.AutoImageProcessor.from_pretrained(folder, local_files_only=True)
    except Exception as error:
        raise InputError("model.unreadable", reference=reference) from error
    if report["missing_keys"] or report["mismatched_keys"]:
        raise InputError("model.unreadable", reference=reference)
    return model.eval().to(where), processor


def find(reference: str) -> Path:
    """The folder that holds a reference's files; a Hub id is downloaded when it is not here yet."""
    if reference in bundled():
        return BUNDLED / reference
    if not reference or len(reference) > 500 or "\0" in reference:
        raise InputError("model.unknown", reference=reference[:80])
    public = bool(os.environ.get("SPACE_ID"))
    folder = Path(reference).expanduser()
    if not public and folder.is_dir():
        return folder
    if not HUB_ID.fullmatch(reference) or ".." in reference:
        raise InputError("model.unknown", reference=reference[:80])
    return fetch(reference)


def fetch(hub_id: str) -> Path:
    """Download config, processor settings and safetensors of a Hub model; without network, use what is here."""
    try:
        info = HfApi().model_info(hub_id, files_metadata=True, timeout=10)
        sizes = {file.rfilename: file.size or 0 for file in info.siblings or []}
        weights = [name for name in sizes if re.fullmatch(r"model(-\d+-of-\d+)?\.safetensors", name)]
        if not weights:
            pickled = any(name.endswith((".bin", ".pt", ".pth")) for name in sizes)
            raise InputError("model.pickled" if pickled else "model.no_weights", reference=hub_id)
        size = sum(sizes[name] for name in weights)
        if size > MAX_DOWNLOAD_BYTES:
            raise InputError("model.too_large", reference=hub_id, size=f"{size / 1e9:.1f}")
        return Path(snapshot_download(hub_id, revision=info.sha, allow_patterns=[*SMALL_FILES, *weights]))
    except HfHubHTTPError as error:
        if error.response is not None and error.response.status_code in (401, 403, 404):
            raise InputError("model.not_on_hub", reference=hub_id) from error
        return _cached(hub_id, error)
    except InputError:
        raise
    except Exception as error:
        return _cached(hub_id, error)


def _cached(hub_id: str, cause: Exception) -> Path:
    try:
        return Path(snapshot_download(hub_id, local_files_only=True))
    except (LocalEntryNotFoundError, OSError, ValueError):
        raise InputError("model.no_network", reference=hub_id) from cause
