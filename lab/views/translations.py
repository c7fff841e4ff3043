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
        text(f"decoding.view.outputs.{kind}_output", output=plain(side.output), scores=scores(trace, side.output, text))
        for kind, side in sides
    ]
    if trace.reference:
        lines.append(text("decoding.view.outputs.reference", reference=plain(trace.reference)))
    if trace.unseen:
        lines.append(
            text("decoding.view.outputs.unseen", words=plain(text("decoding.view.outputs.comma").join(trace.unseen)))
        )
    return "\n\n".join(lines)


def scores(trace: DecodingTrace, output: str, text: Text) -> str:
    """Sentence BLEU and chrF against the person's translation, in brackets, or nothing without one."""
    if not trace.reference:
        return ""
    tokenize = "zh" if trace.language == "zh" else "13a"
    bleu = BLEU(effective_order=True, tokenize=tokenize).sentence_score(output, [trace.reference]).score
    chrf = CHRF().sentence_score(output, [trace.reference]).score
    return text("decoding.view.outputs.scores", bleu=f"{bleu:.0f}", chrf=f"{chrf:.0f}")


def claim(trace: DecodingTrace, text: Text) -> str:
    """What was measured on this sentence: calls and time, repetition by pass, the length, what the search bought."""
    search, refine = trace.search, trace.refine
    lines = [_speed(trace, text), *_batch(trace, text), _repetition(refine, text), _length(refine, text)]
    lines += [_distillation(refine, raw, text) for raw in trace.contrast]
    lines += _search(search, text)
    return "\n".join(f"- {line}" for line in lines)


def _speed(trace: DecodingTrace, text: Text) -> str:
    return text(
        "decoding.view.decode.speed",
        search_calls=len(trace.search.steps),
        refine_calls=len(trace.refine.cross_attention),
        search_ms=f"{1000 * trace.search.seconds:.0f}",
        refine_ms=f"{1000 * trace.refine.seconds:.0f}",
        work=f"{trace.refine.flops / trace.search.flops:.1f}",
        device=plain(trace.device),
    )


def _batch(trace: DecodingTrace, text: Text) -> list[str]:
    """A sentence's share of the largest batch that both sides were measured with, where there is one of several."""
    both = np.flatnonzero(np.isfinite(trace.search_seconds) & np.isfinite(trace.refine_seconds))
    if not len(both) or not both[-1]:
        return []
    copies = int(trace.batch[both[-1]])
    search, refine = (1000 * seconds[both[-1]] / copies for seconds in (trace.search_seconds, trace.refine_seconds))
    return [text("decoding.view.race.batch", copies=copies, search=f"{search:.1f}", refine=f"{refine:.1f}")]


def _repetition(refine: RefineTrace, text: Text) -> str:
    token = refine.winner.token
    repeated = repeats(token).sum(1)
    return text(
        "decoding.view.decode.repetition", first=repeated[0], last=repeated[-1], count=token.shape[1], passes=len(token)
    )


def _length(refine: RefineTrace, text: Text) -> str:
    likely, best = refine.candidates[0], refine.winner
    return text(
        "decoding.view.decode.length",
        likely=likely.token.shape[1],
        share=percent(float(np.exp(likely.log_prob))),
        best=best.token.shape[1],
        best_share=percent(float(np.exp(best.log_prob))),
    )


def _distillation(refine: RefineTrace, raw: RefineTrace, text: Text) -> str:
    """Repeats after the first pass, with distilled and with raw training data."""
    ours, theirs = (repeats(one.winner.token)[0] for one in (refine, raw))
    return text(
        "decoding.view.decode.bought", distilled=ours.sum(), count=len(ours), raw=theirs.sum(), raw_count=len(theirs)
    )


def _search(search: SearchTrace, text: Text) -> list[str]:
    """At how many of the output's calls it did not take the most probable token; nothing where that says nothing."""
    if search.method == "greedy" or search.forces:
        return []
    other = departures(search)
    kind = search.method if other else f"{search.method}_same"
    return [text(f"decoding.view.decode.{kind}_bought", other=len(other), count=search.winner.step + 1)]


def departures(search: SearchTrace) -> list[int]:
    """The calls at which the output did not take its own most probable next token, as greedy decoding always does."""
    candidate, calls = search.winner.candidate, []
    for step in range(search.winner.step, -1, -1):
        call = search.steps[step]
        siblings = call.log_prob[call.parent == call.parent[candidate]]
        if call.log_prob[candidate] < siblings.max():
            calls.append(step)
        if step:
            candidate = int(search.steps[step - 1].kept[call.parent[candidate]])
    return calls[::-1]
