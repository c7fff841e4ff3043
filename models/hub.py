"""Models of the Hub: downloaded into the hub library's cache, and what its errors mean to a visitor.

On a public server what strangers have downloaded is kept apart, within bounds (`models/guest_cache.py`).

huggingface_hub is imported where it is used, so that the page opens before it loads.
"""

import json
import logging
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from models import guest_cache
from models.errors import InputError
from models.limits import GIGABYTE, MODEL
from models.progress import NO_PROGRESS, Progress
from models.weights import is_whole

REFERENCE = re.compile(r"(\w[\w.-]{0,95}/\w[\w.-]{0,95})(?:@(\w[\w.-]*(?:/\w[\w.-]*)*))?", re.ASCII)
MAX_SETTINGS_BYTES = 8_000_000
"""Of one JSON file beside the weights; the names of 21,841 classes, twice, are 1.5 million."""
PATIENCE = 10
"""Seconds of silence after which the Hub is out of reach; for a file the library asks a few times more."""
CONFIG, PROCESSOR, INDEX = "config.json", "preprocessor_config.json", "model.safetensors.index.json"
WEIGHTS = "model.safetensors"
READERS = (
    PROCESSOR,
    "tokenizer_config.json",
    "tokenizer.json",
    "source.spm",
    "spiece.model",
    "vocab.json",
    "vocab.txt",
)
"""Files of which a model that can be read has at least one, unless its config names its tokenizer."""
BESIDE = re.compile(r"[\w.-]+\.(json|txt|model|spm)", re.ASCII)
"""What is downloaded beside the weights: settings, and the vocabulary under whatever name its tokenizer gives it."""
PICKLED = (".bin", ".pt", ".pth")
CONVERTER, CONVERTED = "SFconvertbot", "Adding `safetensors` variant of this model"
"""Who opens the Hub's own pull requests of converted weights, and under which title."""
_conversions: dict[str, str] = {}
"""The revision with converted weights of each Hub id that has none on its main branch."""


def find(reference: str, accept: Callable[[Path], object], progress: Progress = NO_PROGRESS) -> Path:
    """The folder of the hub's cache that holds a model's files, downloaded when they are not all here yet.

    reference: "owner/name" or "owner/name@revision". accept: is given the folder as soon as the config is in it, before
    the weights are downloaded, and raises if they are not wanted.
    Raises InputError when there is no such model, it has no safetensors weights or it cannot be downloaded, and
    whatever `accept` and `progress` raise.
    """
    try:
        found = cached(reference) or _fetched(reference, accept, progress)
        guest_cache.used(found)
        return found
    except _Stopped as stopped:
        cause = stopped.cause
    except InputError:
        raise
    except Exception as error:
        raise _explained(reference, error) from error
    raise cause


def cached(reference: str) -> Path | None:
    """The folder that `find` gives without a download, or None. Raises InputError for what is no Hub id."""
    hub_id, revision = _parse(reference)
    places = (None, guest_cache.folder()) if is_public_server() else (None,)
    revisions = (revision, converted) if (converted := conversion(reference)) else (revision,)
    found = (_cached(hub_id, one, place) for one in revisions for place in places)
    return next(filter(None, found), None)


def conversion(reference: str) -> str:
    """The Hub's own pull request, as "refs/pr/4", that a model's weights were opened from though nobody named it."""
    return _conversions.get(reference, "")


def is_public_server() -> bool:
    """Whether strangers may use this server: then no folder of the machine is opened and no token is lent.

    A server cannot know who reaches it (a proxy, a tunnel), so its owner says LAB_PRIVATE=1; app.py sets it to 0 else.
    """
    return os.environ.get("LAB_PRIVATE", "1") != "1"


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file; an empty one where there is none. Raises InputError as `refuse_large` does."""
    refuse_large(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def refuse_large(path: Path) -> None:
    """Raise InputError where a file of settings is so large that reading it would take long and much memory."""
    if path.is_file() and (size := path.stat().st_size) > MAX_SETTINGS_BYTES:
        sizes = {"size": f"{size / 1e6:.1f}", "maximum": MAX_SETTINGS_BYTES // 10**6}
        raise InputError("model.settings_large", file=path.name, folder=path.parent.name, **sizes)


def no_weights(reference: str, names: list[str]) -> InputError:
    """Why a model with these files has no weights that the lab reads."""
    pickled = any(name.endswith(PICKLED) for name in names)
    return InputError("model.pickled" if pickled else "model.no_weights", reference=reference)


def _parse(reference: str) -> tuple[str, str | None]:
    match = REFERENCE.fullmatch(reference)
    if not match or ".." in reference:
        raise InputError("model.unknown", reference=reference[:80])
    hub_id, revision = match.groups()
    return hub_id, revision


def _cached(hub_id: str, revision: str | None, place: Path | None) -> Path | None:
    """The snapshot of a Hub model in a cache, when config, processor settings and all weights are there and whole.

    place: of the cache; None is the hub library's own.
    """
    from huggingface_hub import try_to_load_from_cache

    config = try_to_load_from_cache(hub_id, CONFIG, cache_dir=place, revision=revision)
    if not isinstance(config, str):
        return None
    folder = Path(config).parent
    shards = read_json(folder / INDEX).get("weight_map")
    names = {WEIGHTS}
    if isinstance(shards, dict) and not (folder / WEIGHTS).is_file():
        names = {str(name) for name in shards.values()}
    complete = all(is_whole(folder / name) for name in names)
    settings = read_json(folder / CONFIG)
    readable = any((folder / name).is_file() for name in READERS) or "tokenizer_class" in settings
    return folder if settings and complete and readable else None


def _is_cut(hub_id: str, name: str, revision: str | None, place: Path | None, size: int) -> bool:
    """Whether a file of a cache has not the size that the Hub says."""
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(hub_id, name, cache_dir=place, revision=revision)
    return isinstance(found, str) and Path(found).stat().st_size != size


def _fetched(reference: str, accept: Callable[[Path], object], progress: Progress) -> Path:
    """The folder of a model that is downloaded now; on a public server by one visitor at a time."""
    hub_id, revision = _parse(reference)
    if not is_public_server():
        return _download(reference, hub_id, revision, accept, progress)
    with guest_cache.only_one(reference, progress):
        return cached(reference) or _download(reference, hub_id, revision, accept, progress)


def _download(
    reference: str, hub_id: str, revision: str | None, accept: Callable[[Path], object], progress: Progress
) -> Path:
    """Download config, processor or tokenizer settings and weights into the hub's cache, over plain HTTP.

    Weights that are no safetensors are looked for in the Hub's own conversion of them.
    The library's other way, xet, swallows what a progress bar raises and so cannot be stopped.
    The config goes first and by its revision's name: so the cache learns which commit that is, and all else follows it.
    """
    from huggingface_hub import HfApi, constants

    _be_impatient()
    constants.HF_HUB_DISABLE_XET = True
    constants.DOWNLOAD_CHUNK_SIZE = 2**20
    api = HfApi(token=False if is_public_server() else None)
    info = api.model_info(hub_id, revision=revision, files_metadata=True, timeout=PATIENCE)
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or []}
    if not revision and not _weights(sizes) and (converted := _conversion_of(api, hub_id, info)):
        folder = _download(reference, hub_id, converted, accept, progress)
        _conversions[hub_id] = converted
        return folder
    names = _wanted(reference, sizes)
    total = sum(sizes[name] for name in names)
    bar: Any = _Bar(progress, total)
    bar.reach(0)
    place = None
    if is_public_server():
        place = guest_cache.folder()
        guest_cache.make_room(reference, total)

    def download(name: str, revision: str | None) -> Path:
        cut = _is_cut(hub_id, name, revision, place, sizes[name])
        into: dict[str, Any] = {"cache_dir": place, "tqdm_class": bar, "force_download": cut}
        return Path(api.hf_hub_download(hub_id, name, revision=revision, **into)).parent

    folder = download(CONFIG, revision)
    accept(folder)
    done = sizes[CONFIG]
    for name in names[1:]:
        bar.reach(done)
        download(name, folder.name)
        done += sizes[name]
    bar.reach(done)
    return folder


def _be_impatient() -> None:
    """Have the library wait for no answer longer than PATIENCE: for some it would wait a minute, for some for ever."""
    from huggingface_hub import get_session

    hooks = get_session().event_hooks
    if _bound not in hooks["request"]:
        get_session().event_hooks = {**hooks, "request": [*hooks["request"], _bound]}


def _bound(request: Any) -> None:
    limits = request.extensions["timeout"]
    limits |= {kind: min(seconds or PATIENCE, PATIENCE) for kind, seconds in limits.items()}


def _conversion_of(api: Any, hub_id: str, main: Any) -> str:
    """What `_converted` finds; nothing where the Hub does not say."""
    try:
        return _converted(api, hub_id, main)
    except Exception:
        logging.getLogger(__name__).warning("the Hub does not tell its conversions of %s", hub_id, exc_info=True)
        return ""


def _converted(api: Any, hub_id: str, main: Any) -> str:
    """The revision of the Hub's own open pull request that adds safetensors to a model, or "".

    As transformers looks for it: opened by the Hub's converter, not by anybody under its title, and on top of the main
    branch; or else with the very pickles that the main branch has. main: what the Hub says of that branch.
    """

    def pickles(info: Any) -> dict[str, str | None]:
        return {file.rfilename: file.blob_id for file in info.siblings or [] if file.rfilename.endswith(PICKLED)}

    before = pickles(main)
    for request in api.get_repo_discussions(hub_id, author=CONVERTER, discussion_type="pull_request"):
        own = request.author == CONVERTER and request.title == CONVERTED and request.is_pull_request
        if not own or request.status != "open":
            continue
        revision = str(request.git_reference)
        commits = api.list_repo_commits(hub_id, revision=revision)
        if len(commits) > 1 and commits[1].commit_id == main.sha:
            return revision
        if (
            None not in before.values()
            and pickles(api.model_info(hub_id, revision=revision, files_metadata=True)) == before
        ):
            return revision
    return ""


def _weights(sizes: dict[str, int]) -> list[str]:
    """The safetensors files among a Hub model's (name: bytes)."""
    shards = sorted(name for name in sizes if re.fullmatch(r"model-\d+-of-\d+\.safetensors", name))
    return [WEIGHTS] if WEIGHTS in sizes else shards


def _wanted(reference: str, sizes: dict[str, int]) -> list[str]:
    """The files to download, config first and weights last, of those that a Hub model has (name: bytes)."""
    weights = _weights(sizes)
    if not weights:
        raise no_weights(reference, list(sizes))
    if CONFIG not in sizes:
        raise InputError("model.no_config", reference=reference)
    beside = sorted(name for name in sizes if BESIDE.fullmatch(name) and name != CONFIG)
    names = [CONFIG, *beside, *weights]
    size, maximum = sum(sizes[name] for name in names), MODEL.value()
    if size > maximum * GIGABYTE:
        raise InputError("model.too_large", reference=reference, size=f"{size / GIGABYTE:.1f}", maximum=f"{maximum:g}")
    return names


class _Stopped(Exception):
    """Carries what `progress` has raised past the library, which takes some errors as a reason to try again."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(cause)
        self.cause = cause


class _Bar:
    """All that huggingface_hub asks of a progress bar's class and of its instances; one bar counts all files."""

    def __init__(self, progress: Progress, total: int) -> None:
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
            self.progress.downloaded(done, self.total)
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
