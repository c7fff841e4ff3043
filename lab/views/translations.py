"""What both decoders said, and what this sentence shows of the claims about them."""

import numpy as np
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from lab.text import Text, plain
from lab.views.decoding import repeats
from lab.views.payload import percent
from models.traces import DecodingTrace, RefineTrace, SearchTrace


def outputs(trace: DecodingTrace, text: Text) -> str:
    """Both translations, a person's where there is one with the scores against it, and the words never seen."""
    sides = [("search", trace.search), ("refine", trace.refine), *(("contrast", other) for other in trace.contrast)]
    lines = [
        text(f"decoding.{kind}_output", output=plain(side.output), scores=scores(trace, side.output, text))
        for kind, side in sides
    ]
    if trace.reference:
        lines.append(text("decoding.reference", reference=plain(trace.reference)))
    if trace.unseen:
        lines.append(text("decoding.unseen", words=plain(text("decoding.comma").join(trace.unseen))))
    return "\n\n".join(lines)


def scores(trace: DecodingTrace, output: str, text: Text) -> str:
    """Sentence BLEU and chrF against the person's translation, in brackets, or nothing without one."""
    if not trace.reference:
        return ""
    bleu = BLEU(effective_order=True).sentence_score(output, [trace.reference]).score
    chrf = CHRF().sentence_score(output, [trace.reference]).score
    return text("decoding.scores", bleu=f"{bleu:.0f}", chrf=f"{chrf:.0f}")


def claim(trace: DecodingTrace, text: Text) -> str:
    """What was measured on this sentence: calls and time, repetition by pass, the length, what the beam bought."""
    search, refine = trace.search, trace.refine
    lines = (_speed(trace, text), _repetition(refine, text), _length(refine, text), _beam(search, text))
    return "\n".join(f"- {line}" for line in lines)


def _speed(trace: DecodingTrace, text: Text) -> str:
    calls = len(trace.search.steps), len(trace.refine.cross_attention)
    seconds = trace.search.seconds, trace.refine.seconds
    many = np.flatnonzero(np.isfinite(trace.search_seconds) & np.isfinite(trace.refine_seconds))[-1]
    return text(
        "decoding.speed",
        search_calls=calls[0],
        refine_calls=calls[1],
        search_ms=f"{1000 * seconds[0]:.0f}",
        refine_ms=f"{1000 * seconds[1]:.0f}",
        work=f"{trace.refine.flops / trace.search.flops:.1f}",
        copies=int(trace.batch[many]),
        search_many=f"{1000 * trace.search_seconds[many] / trace.batch[many]:.1f}",
        refine_many=f"{1000 * trace.refine_seconds[many] / trace.batch[many]:.1f}",
        device=plain(trace.device),
    )


def _repetition(refine: RefineTrace, text: Text) -> str:
    token = refine.candidates[refine.best].token
    repeated = repeats(token).sum(1)
    return text("decoding.repetition", first=repeated[0], last=repeated[-1], count=token.shape[1], passes=len(token))


def _length(refine: RefineTrace, text: Text) -> str:
    likely, best = refine.candidates[0], refine.candidates[refine.best]
    return text(
        "decoding.length",
        likely=likely.token.shape[1],
        share=percent(float(np.exp(likely.log_prob))),
        best=best.token.shape[1],
        best_share=percent(float(np.exp(best.log_prob))),
    )


def _beam(search: SearchTrace, text: Text) -> str:
    """At how many calls the output was not the leading one of the running hypotheses."""
    behind = sum(rank > 0 for rank in ranks(search))
    return text("decoding.beam_bought" if behind else "decoding.beam_same", behind=behind, calls=len(search.steps))


def ranks(search: SearchTrace) -> list[int]:
    """The output's place among the candidates of each call up to its end, 0 is the best."""
    end = search.finished[search.steps[-1].pool[0]]
    candidate, places = end.candidate, []
    for step in range(end.step, -1, -1):
        call = search.steps[step]
        places.append(candidate)
        if step:
            candidate = int(search.steps[step - 1].kept[call.parent[candidate]])
    return places[::-1]
