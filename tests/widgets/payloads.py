"""Values for widgets, made by the lab's own views from hand-made traces."""

from collections.abc import Callable
from typing import Any

from lab.text import Text
from lab.views.anatomy import cross, flow, mask, patch_flow, programs
from lab.views.blocks import norm, position_maps, sizes
from lab.views.cnn_vs_attention import attribution, convolution, position
from lab.views.decoding import race, run, sampling
from lab.views.fields import field
from lab.views.generation import effects, families, generate, heads, next_token, training
from lab.views.graph import graph, masks
from lab.views.image_text import caption, match, matrix, tokens, write
from lab.views.patches import answer, cut, distance, lens, mobile, relevance, windows
from lab.views.strategies import fed, wrong
from models.traces import TextWalkTrace

from . import (
    anatomy_walks,
    generation_traces,
    image_text_traces,
    known_traces,
    photo_traces,
    scenes_traces,
    strategies_traces,
)
from .blocks_traces import architectures, layer_norms, position_tables
from .decoding_run import decoding_trace, race_trace
from .graph_traces import learned, scored
from .made_programs import MADE

ENGLISH = Text("en")


def vit(bench: Any) -> dict:
    return bench.value(*cut.payload(photo_traces.vit(), ENGLISH))


def relevant(bench: Any) -> dict:
    return bench.value(*relevance.payload(photo_traces.relevance(), ENGLISH))


def swin(bench: Any) -> dict:
    return bench.value(*windows.payload(photo_traces.swin(), ENGLISH))


def mobilevit(bench: Any) -> dict:
    return bench.value(*mobile.payload(photo_traces.mobilevit(), ENGLISH))


def pair(bench: Any) -> dict:
    return {"vit": vit(bench), "swin": swin(bench)}


def charts(bench: Any) -> dict:
    trace = photo_traces.vit()
    return {"charts": [distance.chart(trace, ENGLISH), lens.chart(trace, ENGLISH)]}


def classes(bench: Any) -> dict:
    return dict(answer.payload(photo_traces.vit(), ENGLISH).meta)


def fields(bench: Any) -> dict:
    return bench.value(*field.payload(photo_traces.fields(), ENGLISH))


def moved(bench: Any) -> dict:
    return bench.value(*position.payload(photo_traces.position(), ENGLISH))


def rebuilt_convolution(bench: Any) -> dict:
    return bench.value(*convolution.payload(photo_traces.convolution(), ENGLISH))


def attributions(bench: Any) -> dict:
    return bench.value(*attribution.payload(photo_traces.attribution(), ENGLISH))


def walk(bench: Any, trace: TextWalkTrace | None = None) -> dict:
    return bench.value(*flow.payload(trace or anatomy_walks.translator(), ENGLISH))


def patch_walk(bench: Any) -> dict:
    return bench.value(*patch_flow.payload(anatomy_walks.vit(), ENGLISH))


def decoding(bench: Any) -> dict:
    return bench.value(*run.payload(decoding_trace(), ENGLISH))


def distribution(bench: Any) -> dict:
    return bench.value(*sampling.payload(decoding_trace(), ENGLISH))


def decoding_race(bench: Any) -> dict:
    return bench.value(*race.payload(race_trace(), ENGLISH))


def masked(bench: Any) -> dict:
    return bench.value(*mask.payload(known_traces.causality(), ENGLISH))


def programmed(bench: Any) -> dict:
    return bench.value(*programs.payload(MADE, ENGLISH))


def crossed(bench: Any) -> dict:
    return bench.value(*cross.payload(known_traces.cross(), ENGLISH))


def normalised(bench: Any) -> dict:
    return bench.value(*norm.payload(layer_norms(), ENGLISH))


def compared_positions(bench: Any) -> dict:
    return bench.value(*position_maps.payload(position_tables(), ENGLISH))


def sized(bench: Any) -> dict:
    return bench.value(*sizes.payload(architectures(), ENGLISH))


def cut_graph(bench: Any) -> dict:
    return bench.value(*graph.payload(learned(), ENGLISH))


def masked_scores(bench: Any) -> dict:
    parts = masks.payload(scored(), ENGLISH)
    return {name: bench.value(*part) for name, part in parts.items()}


PAYLOADS: dict[str, Callable[[Any], Any]] = {
    "anatomy/attention": walk,
    "anatomy/cross": crossed,
    "anatomy/code": programmed,
    "anatomy/flow": walk,
    "anatomy/mask": masked,
    "answer": classes,
    "blocks/norm": normalised,
    "blocks/position_maps": compared_positions,
    "blocks/sizes": sized,
    "chart": charts,
    "decoding/decode": decoding,
    "decoding/search": decoding,
    "decoding/refinement": decoding,
    "decoding/repeats": decoding,
    "decoding/attention": decoding,
    "decoding/sampling": distribution,
    "decoding/race": decoding_race,
    "generation/next": lambda bench: bench.value(*next_token.payload(generation_traces.after(), ENGLISH)),
    "generation/generate": lambda bench: bench.value(*generate.payload(generation_traces.written(), ENGLISH)),
    "generation/heads": lambda bench: bench.value(*heads.payload(generation_traces.head_rules(), ENGLISH)),
    "generation/families": lambda bench: bench.value(*families.payload(generation_traces.families(), ENGLISH)),
    "generation/effects": lambda bench: bench.value(*effects.payload(generation_traces.effects(), ENGLISH)),
    "strategies/fed": lambda bench: bench.value(*fed.payload(strategies_traces.training(), ENGLISH)),
    "strategies/wrong": lambda bench: bench.value(*wrong.payload(strategies_traces.wrong(), ENGLISH)),
    "generation/training": lambda bench: bench.value(*training.payload(generation_traces.film(), ENGLISH)),
    "graph/graph": cut_graph,
    "graph/masks": masked_scores,
    "image_text/caption": lambda bench: bench.value(*caption.payload(image_text_traces.captions(), ENGLISH)),
    "image_text/match": lambda bench: bench.value(*match.payload(image_text_traces.match(), ENGLISH)),
    "image_text/matrix": lambda bench: bench.value(*matrix.payload(image_text_traces.match(), ENGLISH)),
    "image_text/tokens": lambda bench: bench.value(*tokens.payload(scenes_traces.tokens(((1, 4),)), ENGLISH)),
    "image_text/write": lambda bench: bench.value(*write.payload(scenes_traces.written(), ENGLISH)),
    "patches/attend": vit,
    "patches/cut": vit,
    "patches/mobile": mobilevit,
    "patches/pair": pair,
    "patches/relevance": relevant,
    "patches/windows": swin,
    "fields/field": fields,
    "cnn_vs_attention/position": moved,
    "cnn_vs_attention/convolution": rebuilt_convolution,
    "cnn_vs_attention/attribution": attributions,
}
"""A value for each widget. A new widget is one line here and one in `JOURNEYS` of test_states.py."""
