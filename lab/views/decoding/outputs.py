"""What both decoders said, and a person, where the sentence is an example; what the model's own rules had to say."""

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from lab.sentences import reference
from lab.text import Text, plain
from models.traces import DecodingTrace
from models.translation.bundled import BY_LANGUAGE, RAW_COUNTERPART


def claim(trace: DecodingTrace, text: Text) -> str:
    """All translations, a person's where there is one with the scores against it, words never seen, a model's rules."""
    person = persons_translation(trace)
    outputs = [("autoregressive", trace.search.output), ("non_autoregressive", trace.refine.output)]
    outputs += [("raw_data", run.output) for run in trace.raw_data_runs]
    lines = [
        text(f"decoding.view.outputs.{kind}", output=plain(output), scores=scores(output, person, trace.language, text))
        for kind, output in outputs
    ]
    if person:
        lines.append(text("decoding.view.outputs.person", reference=plain(person)))
    search, comma = trace.search, text("decoding.view.outputs.comma")
    lists = [("unseen", trace.unseen), ("language", (search.language_token,) if search.language_token else ())]
    lists += [("followed", search.followed), ("replaced", search.replaced), ("ignored", search.ignored)]
    for kind, words in lists:
        if words:
            lines.append(text(f"decoding.view.outputs.{kind}", words=plain(comma.join(words))))
    return "\n\n".join(lines)


def persons_translation(trace: DecodingTrace) -> str:
    """That of an example sentence by the language's own models, or nothing: other models may not aim at it."""
    autoregressive, non_autoregressive = BY_LANGUAGE[trace.language]
    own = trace.refine.model in (non_autoregressive, RAW_COUNTERPART.get(non_autoregressive))
    return reference(trace.sentence, trace.language) if own and trace.search.model == autoregressive else ""


def scores(output: str, person: str, language: str, text: Text) -> str:
    """Sentence BLEU and chrF against the person's translation, in brackets, or nothing without one."""
    if not person:
        return ""
    tokenize = "zh" if language == "zh" else "13a"
    bleu = BLEU(effective_order=True, tokenize=tokenize).sentence_score(output, [person]).score
    chrf = CHRF().sentence_score(output, [person]).score
    return text("decoding.view.outputs.scores", bleu=f"{bleu:.0f}", chrf=f"{chrf:.0f}")
