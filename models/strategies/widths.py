"""What a wider beam brings: BLEU, length and log probability over beam width, and how alike the beams are; recorded.

What it does: the first SENTENCES of val are translated by the library's beam search with each of BEAMS, ranked by log
probability alone (length penalty 0), by its mean per token (1), and between. Greater log probability is what the search
is for; whether the translations are better is another question (the beam search curse: Koehn and Knowles 2017;
Stahlberg and Byrne 2019).
Run: python -m models.strategies.widths --data DIR; it writes widths.json beside the weights. Of a record that is there
as many sentences and of the same widths the penalties are kept, and those that are missing measured.
"""

import argparse
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from models import training
from models.checkpoint import BUNDLED, OpenModel, open_model
from models.hub import read_json
from models.strategies.recorded import RECORDED, WIDTHS
from models.translation import metrics
from models.translation.bundled import AUTOREGRESSIVE
from models.translation.corpus import CORPORA

SENTENCES, ROWS = 500, 256
"""How many are translated, and hypotheses in a batch."""
BEAMS, PENALTIES = (1, 2, 4, 8, 16, 32, 64), (0.0, 0.25, 0.5, 1.0)
COMPARED = 8
"""Beams, and samples drawn, whose likeness is measured."""


class Outputs(NamedTuple):
    """Token ids of the outputs of each sentence, best first, and the log probability of the best one in nats."""

    ids: list[list[list[int]]]
    log_prob: list[float]


@torch.inference_mode()
def translate(translator: OpenModel, sentences: list[str], count: int, **settings: Any) -> Outputs:
    """`count` outputs of each sentence by the library's generate(), special tokens left out."""
    special, found, log_prob = {*translator.reader.all_special_ids}, [], []
    size = max(1, ROWS // count)
    for at in range(0, len(sentences), size):
        source = translator.reader(sentences[at : at + size], return_tensors="pt", padding=True).to(
            translator.model.device
        )
        made = translator.model.generate(
            input_ids=source.input_ids,
            attention_mask=source.attention_mask,
            max_length=int(1.5 * source.input_ids.shape[1]) + 10,
            num_return_sequences=count,
            **settings,
        )
        kept = [[one for one in row if one not in special] for row in made.tolist()]
        found += [kept[first : first + count] for first in range(0, len(kept), count)]
        log_prob += score(translator, source.input_ids, source.attention_mask, made[::count])
    return Outputs(found, log_prob)


def score(translator: OpenModel, source: Any, seen: Any, outputs: torch.Tensor) -> list[float]:
    """The log probability in nats of each output (sentence, 1 + step), its start token first, given its source."""
    logits = translator.model(input_ids=source, attention_mask=seen, decoder_input_ids=outputs[:, :-1]).logits
    each = logits.float().log_softmax(-1).gather(2, outputs[:, 1:, None])[..., 0]
    ended = (outputs[:, :-1] == translator.model.config.eos_token_id).cumsum(1) > 0
    return each.masked_fill(ended, 0).sum(1).tolist()


def measure(
    translator: OpenModel, corpus: Any, source: list[str], target: list[str], known: dict[str, Any]
) -> dict[str, Any]:
    """The record of a translator on sentences and their reference translations.

    known: an older record of it, of which is kept what is of as many sentences, the same widths and as many compared.
    """
    same = (known.get("sentences"), known.get("widths")) == (len(source), [*BEAMS])

    def row(penalty: float) -> dict[str, Any]:
        columns: dict[str, list[float]] = {"bleu": [], "length": [], "log_prob": []}
        for width in BEAMS:
            made = translate(translator, source, width, num_beams=width, do_sample=False, length_penalty=penalty)
            best = [outputs[0] for outputs in made.ids]
            said = translator.reader.batch_decode(best, skip_special_tokens=True)
            columns["bleu"].append(metrics.score(said, target, corpus.tokenize)["bleu"])
            columns["length"].append(round(float(np.mean([len(one) for one in best])), 3))
            columns["log_prob"].append(round(float(np.mean(made.log_prob)), 4))
        return {"penalty": penalty, **columns}

    rows = {one["penalty"]: one for one in known["by_penalty"]} if same else {}
    table = [rows.get(penalty) or row(penalty) for penalty in PENALTIES]
    kept = known["likeness"] if same and known["likeness"]["compared"] == COMPARED else None
    likeness = kept or alike(translator, corpus, source, target)
    return {"sentences": len(source), "widths": BEAMS, "by_penalty": table, "likeness": likeness}


def alike(translator: OpenModel, corpus: Any, source: list[str], target: list[str]) -> dict[str, Any]:
    """How alike the hypotheses of a beam are, and samples, whose first has the BLEU of one sample."""
    training.seed_everything(0)
    beams = translate(translator, source, COMPARED, num_beams=COMPARED, do_sample=False)
    drawn = translate(translator, source, COMPARED, num_beams=1, do_sample=True, top_k=0)
    first = translator.reader.batch_decode([outputs[0] for outputs in drawn.ids], skip_special_tokens=True)
    return {
        "compared": COMPARED,
        "beam_distinct": distinct(beams.ids),
        "sample_distinct": distinct(drawn.ids),
        "sample_bleu": metrics.score(first, target, corpus.tokenize)["bleu"],
    }


def distinct(outputs: list[list[list[int]]]) -> float:
    """Distinct bigrams of a sentence's outputs as a share of all they have, mean over sentences (Li et al. 2016)."""
    found = [[pair for one in several for pair in pairwise(one)] for several in outputs]
    return round(float(np.mean([len(set(pairs)) / len(pairs) for pairs in found if pairs])), 4)


def main() -> None:
    """The command line: what is missing in the record of each translator."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with the corpora")
    parser.add_argument("--out", type=Path, default=BUNDLED, help="the folder of the checkpoints")
    arguments = parser.parse_args()
    for name, of in RECORDED.items():
        corpus, translator = CORPORA[of], open_model(name, AUTOREGRESSIVE, "text")
        source, target = (part[:SENTENCES] for part in corpus.load(arguments.data, "val"))
        path = arguments.out / name / WIDTHS
        training.write_json(path, measure(translator, corpus, source, target, read_json(path)))


if __name__ == "__main__":
    main()
