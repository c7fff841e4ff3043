"""What both decoders said, and a person, where the sentence is an example."""

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from lab.sentences import reference
from lab.text import Text, plain
from models.traces import DecodingTrace
from models.translation.bundled import BY_LANGUAGE, RAW_COUNTERPART


def claim(trace: DecodingTrace, text: Text) -> str:
    """All translations, a person's where there is one with the scores against it, and the words never seen."""
    person = persons_translation(trace)
    outputs = [("autoregressive", trace.search.output), ("non_autoregressive", trace.refine.output)]
    outputs += [("raw_data", run.output) for run in trace.raw_data_runs]
    lines = [
        text(f"decoding.view.outputs.{kind}", output=plain(output), scores=scores(output, person, trace.language, text))
        for kind, output in outputs
    ]
    if person:
        lines.append(text("decoding.view.outputs.person", reference=plain(person)))
    if trace.unseen:
        words = text("decoding.view.outputs.comma").join(trace.unseen)
        lines.append(text("decoding.view.outputs.unseen", words=plain(words)))
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
