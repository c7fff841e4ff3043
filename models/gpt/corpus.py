"""The texts that small language models learn: their files, their parts, and their characters as tokens."""

import gzip
import hashlib
import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors
from torch.utils.data import Dataset
from transformers import PreTrainedTokenizerFast

END, UNKNOWN = "</s>", "<unk>"
Parts = dict[str, list[str]]
"""Documents of train, val and test."""


def one_text(text: str) -> Parts:
    """A text without documents: its last tenth is test, the twentieth before it val."""
    val, test = round(0.85 * len(text)), round(0.9 * len(text))
    return {"train": [text[:val]], "val": [text[val:test]], "test": [text[test:]]}


def poems(text: str) -> Parts:
    """Poems drawn by a fixed seed: a tenth is test, a twentieth val; train has none that shares a line with them.

    text: records of title, author and lines, with an empty line between; each poem is taken once, as its lines.
    """
    found = sorted({record.split("\n", 2)[2] for record in text.strip().split("\n\n")})
    random.Random(1).shuffle(found)
    val, test = round(0.85 * len(found)), round(0.9 * len(found))
    held = {line for poem in found[val:] for line in poem.split("\n")}
    train = [poem for poem in found[:val] if held.isdisjoint(poem.split("\n"))]
    return {"train": train, "val": found[val:test], "test": found[test:]}


@dataclass(frozen=True)
class Corpus:
    """A file and how it is read."""

    file: str
    split: Callable[[str], Parts]
    documents: bool
    """Whether it has many; then each begins with END, which is also what a model says after one."""
    least: int = 1
    """How often a character stands in train; rarer ones are UNKNOWN."""

    def load(self, folder: Path) -> Parts:
        """Its parts. Raises OSError where the file is not in the folder."""
        return self.split(gzip.decompress((folder / self.file).read_bytes()).decode("utf-8"))

    def sha256(self, folder: Path) -> str:
        """Of the file."""
        return hashlib.sha256((folder / self.file).read_bytes()).hexdigest()

    def tokenizer(self, train: Iterable[str], n_position: int) -> PreTrainedTokenizerFast:
        """Characters as tokens, by Unicode's order; saved, AutoTokenizer opens it."""
        counts = Counter(character for document in train for character in document)
        special = [END, UNKNOWN] if self.documents else [UNKNOWN]
        tokens = [*special, *sorted(one for one, count in counts.items() if count >= self.least)]
        backend = Tokenizer(models.WordLevel({token: i for i, token in enumerate(tokens)}, unk_token=UNKNOWN))
        backend.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
        backend.decoder = decoders.Fuse()
        if self.documents:
            backend.post_processor = processors.TemplateProcessing(f"{END} $A", special_tokens=[(END, 0)])
        ends = {"bos_token": END, "eos_token": END} if self.documents else {}
        return PreTrainedTokenizerFast(
            tokenizer_object=backend,
            unk_token=UNKNOWN,
            model_max_length=n_position,
            clean_up_tokenization_spaces=False,
            **ends,
        )


class Windows(Dataset):
    """Every stretch of `length` tokens and the one after them that begins where a document does.

    In a text without documents a stretch may begin anywhere.
    """

    def __init__(self, tokenizer: Any, documents: list[str], length: int) -> None:
        rows = tokenizer(documents, verbose=False).input_ids
        self.ids, self.length = torch.tensor([one for row in rows for one in row]), length
        end = tokenizer.eos_token_id
        starts = torch.arange(len(self.ids)) if end is None else self.ids.eq(end).nonzero()[:, 0]
        self.starts = starts[starts < len(self.ids) - length]

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, index: int) -> torch.Tensor:
        """Ids (length + 1,)."""
        start = self.starts[index]
        return self.ids[start : start + self.length + 1]

    def apart(self) -> torch.Tensor:
        """Those that do not overlap (window, length + 1), each begins as soon as it can: what a loss is measured on."""
        rows, free = [], 0
        for start in self.starts.tolist():
            if start >= free:
                rows.append(self.ids[start : start + self.length + 1])
                free = start + self.length
        return torch.stack(rows)


CORPORA = {
    "shakespeare": Corpus("tinyshakespeare.txt.gz", one_text, documents=False),
    "tang": Corpus("zh_tang_regulated.txt.gz", poems, documents=True, least=2),
}
