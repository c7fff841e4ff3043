"""A sentence walked through a translator: encoder and decoder, teacher-forced with the model's own greedy output."""

from typing import Any, NamedTuple

import torch

from models.anatomy import living_code
from models.anatomy.flow import flow, stacked
from models.anatomy.teacher_forcing import greedy
from models.anatomy.walk import AttentionStep, FeedForwardStep, Step, walk
from models.checkpoint import OpenModel
from models.errors import InputError
from models.parts import AttentionModules, PartKind, Start
from models.progress import NO_PROGRESS, Progress
from models.traces.walk import AttentionName, CodeTrace, FeedForwardTrace, FlowTrace, HeadsTrace, TranslatorWalkTrace
from models.translation import layers
from models.translation.pieces import pieces

MAX_VALUES = 3_000_000
"""Numbers that a page can show: about 100 tokens through the bundled models."""


class Walked(NamedTuple):
    """Both walks through a translator."""

    source: Start
    target: Start
    encoder: list[list[Step]]
    decoder: list[list[Step]]


def trace(
    sentence: str,
    language: str,
    translator: OpenModel,
    with_positions: bool = True,
    progress: Progress = NO_PROGRESS,
) -> TranslatorWalkTrace:
    """Every intermediate of a translator for an English sentence and its greedy translation into `language`.

    with_positions: whether positions are added to the embeddings; the output that the decoder is given stays that of
    the model with positions. Raises InputError when the model's family cannot be walked, when it cannot use the
    sentence, when there would be too many numbers to show, or when it gives no numbers.
    """
    model = translator.model
    layers.check(model, translator.reference)
    ids, output = (part[0] for part in greedy(sentence, language, translator))
    _refuse_many(model.config, len(ids), len(output) - 1, translator.reference)
    progress.beat()
    with torch.inference_mode():
        walked = through(model, ids, output[:-1], with_positions)
        progress.beat()
        flows = _flows(translator, walked, ids, output)
        parts = {"encoder": walked.encoder, "decoder": walked.decoder}
        return TranslatorWalkTrace(
            model=translator.reference,
            sentence=sentence,
            positions=with_positions,
            output=pieces(translator.reader, output[1:].tolist()),
            encoder=flows[0],
            decoder=flows[1],
            attention=(
                heads("encoder", walked.encoder, "self_attention"),
                heads("decoder", walked.decoder, "self_attention"),
                heads("cross", walked.decoder, "cross_attention"),
            ),
            feed_forward=tuple(_inner(steps) for steps in parts.values()),
            code=_code(model, walked.decoder),
        )


def through(model: Any, ids: torch.Tensor, given: torch.Tensor, positions: bool = True) -> Walked:
    """Walk the source ids (source,) through the encoder and the decoder's inputs (target,) through the decoder."""
    source = layers.start(model.get_encoder(), ids, positions)
    encoder = list(walk(layers.encoder(model), source.stream))
    target = layers.start(model.get_decoder(), given, positions)
    past = torch.ones(len(given), len(given), dtype=torch.bool, device=ids.device).tril()
    decoder = list(walk(layers.decoder(model), target.stream, past, memory=encoder[-1][-1].stream))
    return Walked(source, target, encoder, decoder)


def heads(name: AttentionName, steps: list[list[Step]], kind: PartKind) -> HeadsTrace:
    """One kind of attention in every layer."""
    details = [step.detail for layer in steps for step in layer if step.kind == kind]
    found = [detail for detail in details if isinstance(detail, AttentionStep)]
    queries, keys = found[0].scores.shape[1:]
    allowed = torch.ones(queries, keys, dtype=torch.bool)
    return HeadsTrace(
        kind=name,
        query=stacked([one.query for one in found]),
        key=stacked([one.key for one in found]),
        value=stacked([one.value for one in found]),
        scores=stacked([one.scores for one in found]),
        allowed=(allowed.tril() if name == "decoder" else allowed).numpy(),
        attention=stacked([one.attention for one in found]),
    )


def _flows(translator: OpenModel, walked: Walked, ids: torch.Tensor, output: torch.Tensor) -> list[FlowTrace]:
    model, reader = translator.model, translator.reader

    def probability(state: torch.Tensor) -> torch.Tensor:
        scores = layers.logits(model, state)
        if not scores.isfinite().all():
            raise InputError("model.no_numbers", reference=translator.reference)
        return scores.softmax(-1)

    def names(choices: list[int]) -> tuple[str, ...]:
        return pieces(reader, choices)

    source = pieces(reader, ids.tolist(), source=True)
    target = pieces(reader, output[:-1].tolist())
    return [
        flow("encoder", layers.encoder(model), walked.source, walked.encoder, source, probability, names),
        flow("decoder", layers.decoder(model), walked.target, walked.decoder, target, probability, names),
    ]


def _inner(steps: list[list[Step]]) -> FeedForwardTrace:
    details = [step.detail for layer in steps for step in layer]
    found = [detail for detail in details if isinstance(detail, FeedForwardStep)]
    return FeedForwardTrace(stacked([one.hidden for one in found]), stacked([one.activated for one in found]))


def _code(model: Any, steps: list[list[Step]]) -> CodeTrace:
    """The lecture's code on what each decoder layer's masked self-attention reads."""
    parts = [part.modules for layer in layers.decoder(model).layers for part in layer if part.kind == "self_attention"]
    own = [step for layer in steps for step in layer if step.kind == "self_attention"]
    made = [
        living_code.run(living_code.with_weights(modules), step.given)
        for modules, step in zip(parts, own, strict=True)
        if isinstance(modules, AttentionModules)
    ]
    outputs = [lines[-1].tensor for lines in made]
    distances = [(output - step.detail.output).abs().max() for output, step in zip(outputs, own, strict=True)]
    return CodeTrace(
        made=tuple((one.line, one.name, tuple(one.tensor.shape)) for one in made[0]),
        difference=stacked([torch.tensor(living_code.difference(lines)) for lines in made]),
        model_difference=stacked(distances),
    )


def _refuse_many(config: Any, source: int, target: int, reference: str) -> None:
    """Raise InputError where a walk has more numbers than a page can show."""
    encoder = config.encoder_layers * (5 * config.d_model + 2 * config.encoder_ffn_dim) * source
    decoder = config.decoder_layers * (9 * config.d_model + 2 * config.decoder_ffn_dim) * target
    if (values := encoder + decoder) > MAX_VALUES:
        size = {"millions": f"{values / 1e6:.1f}", "maximum": MAX_VALUES // 10**6}
        raise InputError("anatomy.many", reference=reference, tokens=source, **size)
