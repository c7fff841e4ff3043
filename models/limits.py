"""Numbers that the lab's owner may set: how much disk a public server gives to strangers, and GPUs to a replica."""

import math
import os
from typing import NamedTuple

from models.errors import InputError

GIGABYTE = 10**9


class Limit(NamedTuple):
    """A setting, and what holds where it is not set."""

    name: str
    default: float

    def value(self) -> float:
        """The number. Raises InputError where it is set to none, or to less than nothing."""
        given = os.environ.get(self.name) or str(self.default)
        try:
            number = float(given)
        except ValueError:
            number = math.nan
        if not 0 <= number < math.inf:
            raise InputError("page.limit", name=self.name, value=given[:80])
        return number


FILES = Limit("LAB_FILES_GB", 2)
"""Gigabytes of visitors' files and widgets' data."""
MODEL = Limit("LAB_HUB_MODEL_GB", 2)
"""Gigabytes of one model of the Hub."""
MODELS = Limit("LAB_HUB_GB", 10)
"""Gigabytes of all models of the Hub that visitors of a public server have had downloaded."""
COUNT = Limit("LAB_HUB_COUNT", 20)
"""How many these may be."""
GPUS = Limit("LAB_REPLICA_GPUS", 0)
"""GPUs, or the part of one, that each model replica has for itself."""
LIMITS = (FILES, MODEL, MODELS, COUNT, GPUS)


def check() -> None:
    """Raise InputError for a limit that is no number."""
    for limit in LIMITS:
        limit.value()
