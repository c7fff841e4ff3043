"""The sentence pairs that the recipes train on, as text.

Multi30k (Elliott et al. 2016): image captions in English and German, for non-commercial research and education.
Tatoeba (tatoeba.org, CC BY 2.0 FR): everyday sentences in English and Simplified Chinese.
"""

import gzip
import hashlib
import tarfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path

MULTI30K_URL = "https://raw.githubusercontent.com/multi30k/dataset/master/data/task1/raw"
MULTI30K_SPLITS = ("train", "val", "test_2016_flickr")


@dataclass(frozen=True)
class Corpus:
    """One data set: its file, its languages, the split that the figures are measured on, sacrebleu's tokeniser.

    Multi30k has a split that chooses nothing; of Tatoeba only the one that is watched while training is here."""

    file: str
    source: str
    target: str
    test: str
    tokenize: str

    def load(self, folder: Path, split: str) -> tuple[list[str], list[str]]:
        """Source and target sentences of a split, pair by pair."""
        path = folder / self.file
        if self.file.endswith(".tsv.gz"):
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                rows = [line.rstrip("\n").split("\t") for line in lines]
            return [row[1] for row in rows if row[0] == split], [row[2] for row in rows if row[0] == split]
        with tarfile.open(path) as tar:
            return self._lines(tar, f"{split}.{self.source}"), self._lines(tar, f"{split}.{self.target}")

    @staticmethod
    def _lines(tar: tarfile.TarFile, name: str) -> list[str]:
        member = tar.extractfile(name)
        assert member is not None
        return [line.strip() for line in member.read().decode().split("\n")[:-1]]

    def sha256(self, folder: Path) -> str:
        """The fingerprint of the file, for a recipe's record."""
        return hashlib.sha256((folder / self.file).read_bytes()).hexdigest()


MULTI30K = Corpus("multi30k_en_de_fr.tar.gz", "en", "de", "test_2016_flickr", "13a")
TATOEBA = Corpus("tatoeba_en_zh.tsv.gz", "en", "zh", "val", "zh")

CORPORA = {"multi30k": MULTI30K, "tatoeba": TATOEBA}


def download(folder: Path) -> None:
    """Fetch Multi30k from its official address and pack it as `load` reads it.

    Tatoeba has no fixed release to fetch: its file must be there already (see the checkpoint's card).
    """
    target = folder / MULTI30K.file
    if target.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".part")
    with tarfile.open(partial, "w:gz") as tar:
        for name in [f"{split}.{language}" for split in MULTI30K_SPLITS for language in ("en", "de")]:
            with urllib.request.urlopen(f"{MULTI30K_URL}/{name}.gz") as answer:
                path = folder / name
                path.write_bytes(gzip.decompress(answer.read()))
            tar.add(path, name)
            path.unlink()
    partial.rename(target)
