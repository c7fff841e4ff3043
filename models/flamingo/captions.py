"""Captions as a language model reads them: a sign for a photo, a language, pieces of words, and the end.

English and Chinese share a vocabulary of byte pairs. A row of a training holds several captions one after the other, so
that what stands before a caption may be another one, with its own photo.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from torch import nn
from torch.utils.data import DataLoader
from transformers import PreTrainedTokenizerFast

from models.clip.flickr8k import LANGUAGES

END, UNKNOWN, IMAGE = "</s>", "<unk>", "<image>"
"""Where a caption ends, a character too rare to have been learned, and where a photo is seen from."""
SPOKEN = {language: f"<{language}>" for language in LANGUAGES}
"""What tells a model in which language to write."""
MOST = 32
"""Tokens of a caption, its signs included; of a longer one the end is cut off."""
LEAST = 2
"""Times that a character has to stand in the training captions to be a piece of its own; a rarer one is UNKNOWN."""
WORD = "▁"
"""Where a word begins."""
STOP = r"\s*[.。]\s*$"
"""A full stop at the end, which only some captions have."""
IGNORED = -100
"""In the place of a target that does not count; torch's number."""


class Rows(NamedTuple):
    """Captions, several to a row; padding is END."""

    ids: torch.Tensor
    """(row, token)."""
    target: torch.Tensor
    """(row, token): the token that comes next, IGNORED where that is a sign before a caption, or padding."""
    photo: torch.Tensor
    """(row, caption): the place of each caption's photo in its split."""


@dataclass(frozen=True, eq=False)
class Said:
    """Captions of a split."""

    ids: list[torch.Tensor]
    """(token,) of every caption, from IMAGE to END."""
    photo: torch.Tensor
    """(caption,)."""

    def rows(self, chosen: list[list[int]]) -> Rows:
        """Rows of captions by their numbers, as many in each row."""
        whole = [torch.cat([self.ids[one] for one in row]) for row in chosen]
        target = [torch.cat([_targets(self.ids[one]) for one in row]) for row in chosen]
        end = int(self.ids[0][-1])
        return Rows(
            nn.utils.rnn.pad_sequence(whole, batch_first=True, padding_value=end),
            nn.utils.rnn.pad_sequence(target, batch_first=True, padding_value=IGNORED),
            torch.stack([self.photo[row] for row in chosen]),
        )

    def batches(self, photos: int, captions: int, row: int) -> DataLoader:
        """An epoch: every photo once, with so many of its captions; torch's seed draws them and their order.

        photos: of a batch, which come with all their captions of the epoch. row: captions to a row.
        """
        of = self.photo.argsort(stable=True).split(self.photo.bincount().tolist())
        chosen: Any = []
        for some in torch.randperm(len(of)).split(photos):
            drawn = torch.cat([of[one][torch.randperm(len(of[one]))[:captions]] for one in some.tolist()])
            chosen.append(self._level(drawn, row))
        return DataLoader(chosen, batch_size=None, collate_fn=self.rows)

    def _level(self, drawn: torch.Tensor, row: int) -> list[list[int]]:
        """Rows of captions whose lengths add up to about the same, so that little is padding."""
        length = torch.tensor([len(self.ids[one]) for one in drawn.tolist()])
        ranked = drawn[length.argsort()][: len(drawn) // row * row].view(row, -1)
        ranked[1::2] = ranked[1::2].flip(1)
        return ranked[torch.randperm(row)].T.tolist()

    def apart(self, count: int) -> list[Rows]:
        """One caption to a row, so many rows at a time, in order."""
        return [self.rows([[int(one)] for one in some]) for some in torch.arange(len(self.ids)).split(count)]


def _targets(ids: torch.Tensor) -> torch.Tensor:
    """What comes next in a caption, IGNORED at IMAGE, before its language, and at END."""
    target = ids.roll(-1)
    target[[0, -1]] = IGNORED
    return target


def make_tokenizer(texts: list[str], size: int, n_position: int) -> PreTrainedTokenizerFast:
    """Byte pairs (Sennrich et al. 2016) of captions in lower case without their full stop; AutoTokenizer opens it.

    The same texts give the same pieces, which they do not where the trainer itself chooses among rare characters.
    """
    backend: Any = Tokenizer(models.BPE(unk_token=UNKNOWN))
    steps: Any = [normalizers.NFKC(), normalizers.Lowercase(), normalizers.Replace(Regex(STOP), "")]
    backend.normalizer = normalizers.Sequence(steps)
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    backend.decoder = decoders.Metaspace()
    counts = Counter(one for text in texts for one in backend.normalizer.normalize_str(text) if not one.isspace())
    kept = sorted(one for one, count in counts.items() if count >= LEAST)
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        initial_alphabet=[*kept, WORD],
        limit_alphabet=len(kept) + 1,
        special_tokens=[END, UNKNOWN, IMAGE, *SPOKEN.values()],
        show_progress=False,
    )
    backend.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token=IMAGE,
        eos_token=END,
        unk_token=UNKNOWN,
        pad_token=END,
        extra_special_tokens=list(SPOKEN.values()),
        model_max_length=n_position,
        clean_up_tokenization_spaces=False,
    )


def plain(tokenizer: Any, text: str) -> str:
    """A caption as the tokenizer reads it: what a written one is compared with."""
    return tokenizer.backend_tokenizer.normalizer.normalize_str(text).strip()


def prompt(tokenizer: Any, language: str) -> list[int]:
    """The two signs that stand before a caption."""
    return tokenizer.convert_tokens_to_ids([IMAGE, SPOKEN[language]])


def encode(tokenizer: Any, texts: dict[str, tuple[tuple[str, ...], ...]]) -> Said:
    """What is said of the photos of a split, by language: first everything in one language, then in the next."""
    ids, photo = [], []
    for language, photos in texts.items():
        before = prompt(tokenizer, language)
        for at, some in enumerate(photos):
            for pieces in tokenizer(list(some)).input_ids:
                ids.append(torch.tensor([*before, *pieces[: MOST - 3], tokenizer.eos_token_id]))
                photo.append(at)
    return Said(ids, torch.tensor(photo))
