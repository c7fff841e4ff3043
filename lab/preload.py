"""Models that the owner wants to be open before the first visitor asks: LAB_PRELOAD names them, or says "all"."""

import logging
import os
import re
import threading

from lab.text import LANGUAGES, Text
from models import checkpoint, wheels
from models.errors import InputError
from models.hub import REFERENCE

log = logging.getLogger(__name__)


def chosen() -> list[str]:
    """The names, bundled ones, those of packages or Hub ids; "all" are the bundled ones and what packages are here.

    Raises InputError for a name that nothing has.
    """
    names = re.findall(r"[^\s,]+", os.environ.get("LAB_PRELOAD", ""))
    if names == ["all"]:
        return [*checkpoint.bundled(), *filter(wheels.cached, wheels.WHEELS)]
    known = (*checkpoint.bundled(), *wheels.WHEELS)
    for name in names:
        if name not in known and not REFERENCE.fullmatch(name):
            raise InputError("page.preload", name=name[:80], known=", ".join(known))
    return names


def begin() -> None:
    """Open them one after the other while the page can be used already; one that cannot be had is named in the log."""
    names = chosen()
    if names:
        threading.Thread(target=_open, args=(names,), name="preload", daemon=True).start()


def _open(names: list[str]) -> None:
    for name in names:
        try:
            checkpoint.open_as_shipped(name)
        except InputError as error:
            log.warning("LAB_PRELOAD: %s", Text(LANGUAGES[0]).error(error))
    log.info("LAB_PRELOAD: %d models are open", checkpoint.count_open())
