"""BLEU of a whole test from what it counts in each sentence: the figure follows from them without the references."""

import numpy as np
from sacrebleu.metrics.bleu import BLEU

ORDER = 4
"""The longest word sequence that is counted."""


def counts(outputs: list[str], references: list[list[str]], tokenize: str) -> np.ndarray:
    """For every output what BLEU adds up (sentence, n): its length, the nearest reference's, matches, totals.

    Matches and totals are of sequences of 1 to ORDER words. references: of each output one or several. tokenize: the
    name of sacrebleu's tokeniser.
    """
    bleu = BLEU(tokenize=tokenize, effective_order=True)
    found = [bleu.sentence_score(output, some) for output, some in zip(outputs, references, strict=True)]
    return np.array([[one.sys_len, one.ref_len, *one.counts, *one.totals] for one in found], np.int32)


def score(counted: np.ndarray) -> dict[str, float]:
    """BLEU-4 (Papineni et al. 2002) in percent and its brevity penalty, 1 where the outputs are as long as they should.

    counted: (sentence, n) as `counts` gives it. Where no sequence of a length matches, sacrebleu's default smoothing
    (Chen & Cherry 2014, method 3) counts a fraction of one.
    """
    length, reference, *rest = counted.sum(0).tolist()
    found = BLEU.compute_bleu(rest[:ORDER], rest[ORDER:], length, reference, smooth_method="exp")
    return {"bleu": round(found.score, 2), "brevity_penalty": round(found.bp, 3)}
