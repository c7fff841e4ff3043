"""How good a saved translator is: BLEU, chrF and repetition on the test split of its corpus.

Run: python -m models.translation.metrics cmlm-tatoeba --data DIR (measures anew what a recipe has recorded)
"""

import argparse
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from models import hub
from models.checkpoint import find, open_model
from models.training import write_json
from models.translation import mask_predict, translate
from models.translation.bundled import AUTOREGRESSIVE, LENGTH_CANDIDATES, NON_AUTOREGRESSIVE
from models.translation.cmlm import CmlmForTranslation
from models.translation.corpus import CORPORA, Corpus, Joined

PASSES = (1, 2, 3, 4, 10)
LENGTHS, PASSES_FOR_LENGTHS = (1, 2, 3, 4, 5, 7), 4
"""Numbers of length candidates to choose from on val, and the passes for it."""


def bleu(outputs: list[str], references: list[str], tokenize: str) -> float:
    """Corpus BLEU in percent by sacrebleu with its tokeniser of that name."""
    return score(outputs, references, tokenize)["bleu"]


def score(outputs: list[str], references: list[str], tokenize: str) -> dict[str, float]:
    """Corpus BLEU and chrF in percent, and BLEU's brevity penalty, 1 where the outputs are as long as they should."""
    found: Any = BLEU(tokenize=tokenize).corpus_score(outputs, [references])
    return {
        "bleu": round(found.score, 2),
        "chrf": round(CHRF().corpus_score(outputs, [references]).score, 2),
        "brevity_penalty": round(found.bp, 3),
    }


def signatures(tokenize: str) -> dict[str, str]:
    """What sacrebleu calls the two metrics."""
    made: dict[str, Any] = {"bleu": BLEU(tokenize=tokenize), "chrf": CHRF()}
    for metric in made.values():
        metric.corpus_score(["a"], [["a"]])
    return {name: str(metric.get_signature()) for name, metric in made.items()}


def repetition(tokens: list[list[int]]) -> float:
    """Share of tokens that equal the one before them."""
    pairs = [(one, other) for row in tokens for one, other in pairwise(row)]
    return round(sum(one == other for one, other in pairs) / sum(len(row) for row in tokens), 4)


def evaluate(folder: Path, corpus: Corpus | Joined, data: Path) -> dict[str, Any]:
    """The figures of the checkpoint in `folder`, opened as the lab opens it, on the corpus's test split.

    For a non-autoregressive one also the number of length candidates, and what it was chosen by. Of joined corpora each
    has its own, by its name.
    """
    if isinstance(corpus, Joined):
        return {name: evaluate(folder, part, data) for name, part in corpus.parts.items()}
    _, model, tokenizer = open_model(str(folder), (*AUTOREGRESSIVE, *NON_AUTOREGRESSIVE), "text")
    source, target = corpus.load(data, corpus.test)
    measure: Callable[..., dict] = _non_autoregressive if isinstance(model, CmlmForTranslation) else _autoregressive
    figures = {"split": corpus.test, "sentences": len(source), **signatures(corpus.tokenize)}
    figures["test"] = measure(model, tokenizer, source, target, corpus)
    if isinstance(model, CmlmForTranslation):
        figures["val_by_length_candidates"] = by_lengths(folder, corpus, data)
        figures["length_candidates"] = LENGTH_CANDIDATES[corpus.target]
    return figures


def by_lengths(folder: Path, corpus: Corpus, data: Path) -> dict[str, dict]:
    """The figures of the non-autoregressive checkpoint in `folder` on val, for each number of length candidates."""
    _, model, tokenizer = open_model(str(folder), NON_AUTOREGRESSIVE, "text")
    source, target = corpus.load(data, "val")
    settings = {str(count): mask_predict.Settings(PASSES_FOR_LENGTHS, count) for count in LENGTHS}
    return {
        count: _refined(model, tokenizer, source, target, corpus.tokenize, asked) for count, asked in settings.items()
    }


def _autoregressive(model: Any, tokenizer: Any, source: list[str], target: list[str], corpus: Corpus) -> dict:
    widths = {"greedy": 1, "beam 5": 5}
    return {
        name: score(translate.by_search(model, tokenizer, source, width), target, corpus.tokenize)
        for name, width in widths.items()
    }


def _non_autoregressive(model: Any, tokenizer: Any, source: list[str], target: list[str], corpus: Corpus) -> dict:
    settings = {passes: mask_predict.Settings(passes, LENGTH_CANDIDATES[corpus.target]) for passes in PASSES}
    return {
        f"{passes} passes": _refined(model, tokenizer, source, target, corpus.tokenize, asked)
        for passes, asked in settings.items()
    }


def _refined(
    model: Any,
    tokenizer: Any,
    source: list[str],
    target: list[str],
    tokenize: str,
    settings: mask_predict.Settings,
) -> dict:
    tokens = translate.by_refinement(model, tokenizer, source, settings)
    outputs = tokenizer.batch_decode(tokens, skip_special_tokens=True)
    return score(outputs, target, tokenize) | {"repetition": repetition(tokens)}


def main() -> None:
    """Measure bundled checkpoints anew and write the figures into their recipe.json."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("name", nargs="+", help="such as cmlm-tatoeba")
    parser.add_argument("--data", type=Path, required=True, help="folder with the corpus")
    arguments = parser.parse_args()
    for name in arguments.name:
        path = find(name) / "recipe.json"
        write_json(path, hub.read_json(path) | evaluate(path.parent, CORPORA[name.split("-")[1]], arguments.data))


if __name__ == "__main__":
    main()
