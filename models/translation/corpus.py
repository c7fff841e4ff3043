"""The sentence pairs that the recipes train on, as text.

Multi30k (Elliott et al. 2016): image captions in English and German, for non-commercial research and education.
Tatoeba (tatoeba.org, CC BY 2.0 FR): everyday sentences in English and Simplified Chinese.
Flickr8k-CN (Li et al. 2016): image captions in English and, by two machine translators and people, in Simplified
Chinese; for non-commercial research.
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
    """One data set: its file, its languages, the split that the figures are measured on, sacrebleu's tokeniser."""

    file: str
    source: str
    target: str
    test: str
    tokenize: str

    def load(self, folder: Path, split: str) -> tuple[list[str], list[str]]:
        """Source and target sentences of a split, pair by pair."""
        raise NotImplementedError

    def sha256(self, folder: Path) -> dict[str, str]:
        """The fingerprint of the file by its name, for a recipe's record."""
        return {self.file: hashlib.sha256((folder / self.file).read_bytes()).hexdigest()}

    def rows(self, folder: Path, split: str) -> list[list[str]]:
        """The rows of a split, column by column, where the file is a table whose first column names the split."""
        with gzip.open(folder / self.file, "rt", encoding="utf-8") as lines:
            rows = [line.rstrip("\n").split("\t") for line in lines]
        return [row for row in rows if row[0] == split]


class Multi30k(Corpus):
    """An archive with a file of lines for every split and language; it has a split that chooses nothing."""

    def load(self, folder: Path, split: str) -> tuple[list[str], list[str]]:
        """Source and target sentences of a split, pair by pair."""
        with tarfile.open(folder / self.file) as tar:
            return self._lines(tar, f"{split}.{self.source}"), self._lines(tar, f"{split}.{self.target}")

    @staticmethod
    def _lines(tar: tarfile.TarFile, name: str) -> list[str]:
        member = tar.extractfile(name)
        assert member is not None
        return [line.strip() for line in member.read().decode().split("\n")[:-1]]


class Tatoeba(Corpus):
    """Split, English, Chinese, attribution; only the split that is watched while training is here to test on."""

    def load(self, folder: Path, split: str) -> tuple[list[str], list[str]]:
        """Source and target sentences of a split, pair by pair."""
        rows = self.rows(folder, split)
        return [row[1] for row in rows], [row[2] for row in rows]


class Flickr8k(Corpus):
    """Split, picture, number of the caption, English, Chinese by Baidu, by Google, and in test by people.

    Baidu's is learned from: against the people's it has BLEU 41.4, Google's 26.8 (test, sacrebleu's tok:zh).
    """

    def load(self, folder: Path, split: str) -> tuple[list[str], list[str]]:
        """English and Chinese captions: people's in test, else Baidu's; of a picture in val the first alone."""
        rows = self.rows(folder, split)
        if split == "val":
            rows = [row for row in rows if row[2] == "0"]
        return [row[3] for row in rows], [row[6 if split == "test" else 4] for row in rows]


@dataclass(frozen=True)
class Joined:
    """Several data sets of the same languages, one after the other; figures are measured on each."""

    parts: dict[str, Corpus]

    @property
    def target(self) -> str:
        """The language of the translations."""
        return next(iter(self.parts.values())).target

    @property
    def tokenize(self) -> str:
        """sacrebleu's tokeniser."""
        return next(iter(self.parts.values())).tokenize

    def load(self, folder: Path, split: str) -> tuple[list[str], list[str]]:
        """Source and target sentences of that split in every part."""
        loaded = [part.load(folder, split) for part in self.parts.values()]
        return [one for source, _ in loaded for one in source], [one for _, target in loaded for one in target]

    def sha256(self, folder: Path) -> dict[str, str]:
        """The fingerprint of every file by its name."""
        return {name: digest for part in self.parts.values() for name, digest in part.sha256(folder).items()}


MULTI30K = Multi30k("multi30k_en_de_fr.tar.gz", "en", "de", "test_2016_flickr", "13a")
TATOEBA = Tatoeba("tatoeba_en_zh.tsv.gz", "en", "zh", "val", "zh")
FLICKR8K = Flickr8k("flickr8k_en_zh.tsv.gz", "en", "zh", "test", "zh")

CORPORA: dict[str, Corpus | Joined] = {
    "multi30k": MULTI30K,
    "tatoeba": TATOEBA,
    "zh": Joined({"flickr8k": FLICKR8K, "tatoeba": TATOEBA}),
}


def corpus_of(checkpoint: str) -> Corpus | Joined:
    """What a bundled translator learned from, by its name: family-corpus, or family-corpus-variant."""
    return CORPORA[checkpoint.split("-")[1]]


def download(folder: Path) -> None:
    """Fetch Multi30k from its official address and pack it as `load` reads it.

    The others have no fixed release to fetch: their files must be there already (see the checkpoints' cards).
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
