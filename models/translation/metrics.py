"""How good a saved translator is: BLEU, chrF and repetition on the test split of its corpus.

BLEU and repetition follow from counts of each sentence, which are stored beside the weights; the sentences are not.
"""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from models import bleu as corpus_bleu
from models.checkpoint import open_model
from models.translation import mask_predict, translate
from models.translation.bundled import AUTOREGRESSIVE, LENGTH_CANDIDATES, NON_AUTOREGRESSIVE
from models.translation.cmlm import CmlmForTranslation
from models.translation.corpus import Corpus, Joined

Figures = dict[str, Any]
Counted = dict[str, np.ndarray]
"""Counts of the sentences (sentence, n) by the place of a figure in the record, such as test/greedy."""
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
    return _repeated_share(_repeated(tokens))


def evaluate(folder: Path, corpus: Corpus | Joined, data: Path) -> tuple[Figures, Counted]:
    """The figures of the checkpoint in `folder`, opened as the lab opens it, on the corpus's test split; their counts.

    For a non-autoregressive one also the number of length candidates, and what it was chosen by. Of joined corpora each
    has its own, by its name.
    """
    if isinstance(corpus, Joined):
        parts = {name: evaluate(folder, part, data) for name, part in corpus.parts.items()}
        counted = {f"{name}/{place}": one for name, (_, some) in parts.items() for place, one in some.items()}
        return {name: figures for name, (figures, _) in parts.items()}, counted
    _, model, tokenizer = open_model(str(folder), (*AUTOREGRESSIVE, *NON_AUTOREGRESSIVE), "text")
    source, target = corpus.load(data, corpus.test)
    measure: Callable[..., Any] = _non_autoregressive if isinstance(model, CmlmForTranslation) else _autoregressive
    figures: Figures = {"split": corpus.test, "sentences": len(source), **signatures(corpus.tokenize)}
    figures["test"], counted = measure(model, tokenizer, source, target, corpus)
    stored = {f"test/{way}": one for way, one in counted.items()}
    if isinstance(model, CmlmForTranslation):
        figures["val_by_length_candidates"], counted = by_lengths(folder, corpus, data)
        stored |= {f"val_by_length_candidates/{count}": one for count, one in counted.items()}
        figures["length_candidates"] = LENGTH_CANDIDATES[corpus.target]
    return figures, stored


def by_lengths(folder: Path, corpus: Corpus, data: Path) -> tuple[Figures, Counted]:
    """The figures of the non-autoregressive checkpoint in `folder` on val, for each number of length candidates."""
    _, model, tokenizer = open_model(str(folder), NON_AUTOREGRESSIVE, "text")
    source, target = corpus.load(data, "val")
    settings = {str(count): mask_predict.Settings(PASSES_FOR_LENGTHS, count) for count in LENGTHS}
    return _refined(model, tokenizer, source, target, corpus.tokenize, settings)


def follows(counted: np.ndarray) -> dict[str, float]:
    """The figures of a way to translate that follow from its counts: BLEU, its brevity penalty, and repetition.

    counted: (sentence, n): those of BLEU, then, where tokens were counted, how many there are and how many repeat.
    """
    counts, tokens = np.split(counted, [2 + 2 * corpus_bleu.ORDER], axis=1)
    return corpus_bleu.score(counts) | ({"repetition": _repeated_share(tokens)} if tokens.size else {})


def _autoregressive(
    model: Any, tokenizer: Any, source: list[str], target: list[str], corpus: Corpus
) -> tuple[Figures, Counted]:
    widths = {"greedy": 1, "beam 5": 5}
    outputs = {name: translate.by_search(model, tokenizer, source, width) for name, width in widths.items()}
    figures = {name: score(said, target, corpus.tokenize) for name, said in outputs.items()}
    return figures, {name: _counts(said, target, corpus.tokenize) for name, said in outputs.items()}


def _non_autoregressive(
    model: Any, tokenizer: Any, source: list[str], target: list[str], corpus: Corpus
) -> tuple[Figures, Counted]:
    candidates = LENGTH_CANDIDATES[corpus.target]
    settings = {f"{passes} passes": mask_predict.Settings(passes, candidates) for passes in PASSES}
    return _refined(model, tokenizer, source, target, corpus.tokenize, settings)


def _refined(
    model: Any,
    tokenizer: Any,
    source: list[str],
    target: list[str],
    tokenize: str,
    settings: dict[str, mask_predict.Settings],
) -> tuple[Figures, Counted]:
    figures, counted = {}, {}
    for name, asked in settings.items():
        tokens = translate.by_refinement(model, tokenizer, source, asked)
        outputs = tokenizer.batch_decode(tokens, skip_special_tokens=True)
        figures[name] = score(outputs, target, tokenize) | {"repetition": repetition(tokens)}
        counted[name] = np.concatenate([_counts(outputs, target, tokenize), _repeated(tokens)], axis=1)
    return figures, counted


def _counts(outputs: list[str], target: list[str], tokenize: str) -> np.ndarray:
    return corpus_bleu.counts(outputs, [[one] for one in target], tokenize)


def _repeated(tokens: list[list[int]]) -> np.ndarray:
    """How many tokens each output has, and how many equal the one before (sentence, 2)."""
    return np.array([[len(row), sum(one == other for one, other in pairwise(row))] for row in tokens], np.int32)


def _repeated_share(repeated: np.ndarray) -> float:
    count, again = repeated.sum(0).tolist()
    return round(again / count, 4)
