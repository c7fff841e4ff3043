"""How good a saved translator is: BLEU, chrF and repetition on its corpus's test split."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from models.checkpoint import open_model
from models.translation import mask_predict, translate
from models.translation.bundled import AUTOREGRESSIVE, NON_AUTOREGRESSIVE
from models.translation.cmlm import CmlmForTranslation
from models.translation.corpus import Corpus

PASSES = (1, 2, 3, 4, 10)
N_LENGTH = 5


def bleu(outputs: list[str], references: list[str], tokenize: str) -> float:
    """Corpus BLEU in percent by sacrebleu with its tokeniser of that name."""
    return round(BLEU(tokenize=tokenize).corpus_score(outputs, [references]).score, 2)


def score(outputs: list[str], references: list[str], tokenize: str) -> dict[str, float]:
    """Corpus BLEU and chrF in percent."""
    return {
        "bleu": bleu(outputs, references, tokenize),
        "chrf": round(CHRF().corpus_score(outputs, [references]).score, 2),
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


def evaluate(folder: Path, corpus: Corpus, data: Path) -> dict[str, Any]:
    """The figures of the checkpoint in `folder`, opened as the lab opens it, on the corpus's test split."""
    _, model, tokenizer = open_model(str(folder), (*AUTOREGRESSIVE, *NON_AUTOREGRESSIVE), "text")
    source, target = corpus.load(data, corpus.test)
    measure: Callable[..., dict] = _non_autoregressive if isinstance(model, CmlmForTranslation) else _autoregressive
    return {"split": corpus.test, "sentences": len(source), **signatures(corpus.tokenize)} | {
        "test": measure(model, tokenizer, source, target, corpus.tokenize)
    }


def _autoregressive(model: Any, tokenizer: Any, source: list[str], target: list[str], tokenize: str) -> dict:
    widths = {"greedy": 1, "beam 5": 5}
    return {
        name: score(translate.by_search(model, tokenizer, source, width), target, tokenize)
        for name, width in widths.items()
    }


def _non_autoregressive(model: Any, tokenizer: Any, source: list[str], target: list[str], tokenize: str) -> dict:
    figures = {}
    for passes in PASSES:
        settings = mask_predict.Settings(passes, N_LENGTH)
        tokens = translate.by_refinement(model, tokenizer, source, settings)
        outputs = tokenizer.batch_decode(tokens, skip_special_tokens=True)
        figures[f"{passes} passes"] = score(outputs, target, tokenize) | {"repetition": repetition(tokens)}
    return figures
