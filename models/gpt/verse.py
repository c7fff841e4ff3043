"""How far what gpt-tang writes keeps the form of regulated verse, counted by rule, beside the corpus and beside chance.

Tones and rhymes are those of today's Mandarin (pypinyin; rhymes in the fourteen groups of Zhonghua Xinyun, 2005), for
which Tang poets did not write: entering tones are lost, some rhymes have drifted apart. So the corpus itself does not
reach 100 %, and its rate is the one to compare with.
Run: python -m models.gpt.verse --data DIR, with pypinyin of requirements-dev.txt; writes verse.json and written.txt.
"""

import argparse
import random
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from pypinyin import Style, lazy_pinyin

from models import training
from models.checkpoint import BUNDLED, open_model
from models.device import device
from models.gpt.bundled import TANG
from models.gpt.corpus import CORPORA

POEMS, TEMPERATURE, SEED = 300, 0.8, 1
"""What is drawn from the model."""
RHYMES = (
    *("a ia ua", "o e uo", "ie üe", "ai uai", "ei uei", "ao iao", "ou iou", "an ian uan üan", "en in uen ün"),
    *("ang iang uang", "eng ing ueng ong iong", "i er ü", "-i", "u"),
)
"""Finals of each group."""
GROUPS = {final: group for group, finals in enumerate(RHYMES) for final in finals.split()}
BUZZING = ("zh", "ch", "sh", "r", "z", "c", "s")
"""Initials after which a written i is no [i]."""


def lines(poem: str) -> list[str]:
    """Its lines, without marks."""
    return [line for line in re.split(r"[，。？！；、\n]", poem) if line]


def has_form(poem: str) -> bool:
    """Whether it has four or eight lines, all of five or all of seven characters."""
    lengths = [len(line) for line in lines(poem)]
    return len(lengths) in (4, 8) and set(lengths) in ({5}, {7})


def is_level(character: str) -> bool:
    """Whether its tone is level (ping), the first or second of Mandarin."""
    [final] = lazy_pinyin(character, style=Style.FINALS_TONE3)
    return final[-1:] in ("1", "2")


def group(character: str) -> int:
    """Of its rhyme; -1 for a sign that has none."""
    [final] = lazy_pinyin(character, style=Style.FINALS, v_to_u=True)
    [initial] = lazy_pinyin(character, style=Style.INITIALS)
    return GROUPS.get("-i" if final == "i" and initial in BUZZING else final, -1)


def rhymes(poem: str) -> bool:
    """Whether the even lines end on different characters of one rhyme, all level."""
    ends = [line[-1] for line in lines(poem)[1::2]]
    found = {group(end) for end in ends}
    return len(found) == 1 and -1 not in found and len(set(ends)) == len(ends) and all(map(is_level, ends))


def alternates(line: str) -> bool:
    """Whether the tones of its second, fourth and sixth characters alternate."""
    levels = [is_level(line[at]) for at in range(1, len(line) - 1, 2)]
    return all(one != other for one, other in pairwise(levels))


def opposes(first: str, second: str) -> bool:
    """Whether the second characters of a couplet's lines have opposite tones."""
    return is_level(first[1]) != is_level(second[1])


def rates(poems: list[str]) -> dict[str, float]:
    """Share of poems with the form, and of these: of poems that rhyme, lines that alternate, couplets that oppose."""
    formed = [poem for poem in poems if has_form(poem)]
    each = [lines(poem) for poem in formed]
    couplets = [pair for one in each for pair in zip(one[::2], one[1::2], strict=True)]
    return {
        "form": round(len(formed) / len(poems), 4),
        "rhyme": mean([rhymes(poem) for poem in formed]),
        "alternate": mean([alternates(line) for one in each for line in one]),
        "oppose": mean([opposes(*pair) for pair in couplets]),
    }


def mean(found: list[bool]) -> float:
    """Share that is true; 0 of none."""
    return round(sum(found) / max(1, len(found)), 4)


def shuffled(poems: list[str]) -> list[str]:
    """The same poems, their characters dealt out anew: what chance keeps of rhyme and tones."""
    characters = [one for poem in poems for line in lines(poem) for one in line]
    random.Random(SEED).shuffle(characters)
    dealt = iter(characters)
    return [re.sub(r"[^，。？！；、\n]", lambda _: next(dealt), poem) for poem in poems]


@torch.inference_mode()
def written(model: Any, tokenizer: Any) -> list[str]:
    """POEMS poems by the model, each from END on."""
    torch.manual_seed(SEED)
    start = torch.full((POEMS, 1), tokenizer.eos_token_id, device=device())
    asked = {"do_sample": True, "temperature": TEMPERATURE, "top_k": 0, "pad_token_id": tokenizer.eos_token_id}
    ids = model.generate(start, max_length=model.config.n_positions, attention_mask=torch.ones_like(start), **asked)
    return tokenizer.batch_decode(ids, skip_special_tokens=True)


def main() -> None:
    """The command line: draw poems, count, and write both beside the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with the corpus")
    data = parser.parse_args().data
    opened = open_model(TANG, ("GPT2LMHeadModel",), "text")
    poems, corpus = written(opened.model, opened.reader), CORPORA["tang"].load(data)["test"]
    (BUNDLED / TANG / "written.txt").write_text("\n\n".join(poems) + "\n", encoding="utf-8")
    training.write_json(
        BUNDLED / TANG / "verse.json",
        {
            "poems": {"written": len(poems), "corpus": len(corpus)},
            "temperature": TEMPERATURE,
            "seed": SEED,
            "written": rates(poems),
            "corpus": rates(corpus),
            "shuffled": rates(shuffled(corpus)),
        },
    )


if __name__ == "__main__":
    main()
