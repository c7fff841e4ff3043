"""A Vision Transformer's trace as facts and arrays for the widgets Cut and Attend, and as two charts."""

from collections import Counter
from html import escape

import numpy as np

from lab.style import SERIES, figure
from lab.text import Text, plain
from lab.views.payload import percent, quantise, to_dict
from models.attention import mean_distance, patch_distance, rollout
from models.traces import VitTrace


def facts(trace: VitTrace) -> dict:
    """What the widgets need to know besides the arrays."""
    return {
        "patch_size": trace.patch_size,
        "grid": trace.grid,
        "prefix": trace.prefix,
    }


def arrays(trace: VitTrace) -> dict[str, np.ndarray]:
    """What the widgets draw, by name; the rollout follows all layers up to each one."""
    attention, attention_max = quantise(trace.attention)
    rolled, rolled_max = quantise(rollout(trace.attention))
    vector, vector_max = quantise(trace.patch_vector, np.int8)
    embedding, embedding_max = quantise(trace.embedding, np.int8)
    return {
        "pixels": trace.pixels,
        "attention": attention,
        "attention_max": attention_max,
        "rollout": rolled,
        "rollout_max": rolled_max,
        "vector": vector,
        "vector_max": vector_max,
        "embedding": embedding,
        "embedding_max": embedding_max,
        "position": np.round(trace.position_similarity * 127).astype(np.int8),
    }


def distances(trace: VitTrace) -> tuple[np.ndarray, float]:
    """Mean attention distance (layer, head) and that of uniform attention, both as a share of the image's side."""
    side = max(trace.pixels.shape[:2])
    uniform = patch_distance(trace.grid, trace.patch_size).mean()
    return mean_distance(trace.attention, trace.grid, trace.patch_size) / side, float(uniform / side)


def distance_chart(trace: VitTrace, text: Text) -> dict:
    """How far every head looks, against depth."""
    measured, uniform = distances(trace)
    layers, heads = measured.shape
    colours = SERIES if heads < len(SERIES) else SERIES[:1]
    chart = figure(text("patches.view.distance.layer"), text("patches.view.distance.share"))
    for head in range(heads):
        chart.add_scatter(
            x=np.arange(1, layers + 1),
            y=measured[:, head],
            mode="markers",
            name=text("patches.view.distance.head", head=head + 1),
            marker={"size": 9, "color": colours[head % len(colours)], "opacity": 0.85},
            hovertemplate=text("patches.view.distance.hover", head=head + 1),
            showlegend=heads < len(SERIES),
        )
    chart.add_scatter(
        x=[0.5, layers + 0.5],
        y=[uniform, uniform],
        mode="lines",
        name=text("patches.view.distance.uniform"),
        line={"dash": "dash", "color": SERIES[-1]},
        hoverinfo="skip",
        showlegend=True,
    )
    chart.update_yaxes(rangemode="tozero", tickformat=".0%")
    chart.update_xaxes(dtick=max(1, layers // 12), range=[0.5, layers + 0.5])
    return to_dict(chart)


def distance_claim(trace: VitTrace, text: Text) -> str:
    """What was measured about "a ViT layer is global", in a sentence."""
    measured, uniform = distances(trace)
    nearest, farthest = (np.unravel_index(pick(measured), measured.shape) for pick in (np.argmin, np.argmax))
    return text(
        "patches.view.distance.claim",
        first=percent(measured[0].mean()),
        last=percent(measured[-1].mean()),
        low=percent(measured[nearest]),
        low_layer=nearest[0] + 1,
        low_head=nearest[1] + 1,
        high=percent(measured[farthest]),
        high_layer=farthest[0] + 1,
        high_head=farthest[1] + 1,
        uniform=percent(uniform),
        near=int((measured < uniform).sum()),
        heads=measured.size,
    )


def lens_chart(trace: VitTrace, text: Text, count: int = 5) -> dict:
    """The probability of the final prediction's first classes, had the model stopped at each depth."""
    chart = figure(text("patches.view.lens.depth"), text("patches.view.lens.probability"))
    depths = np.arange(len(trace.lens_probability))
    for place, label in enumerate(np.argsort(-trace.probability)[:count]):
        chart.add_scatter(
            x=depths,
            y=trace.lens_probability[:, label],
            mode="lines+markers",
            name=escape(text.label(trace.labels[label])),
            line={"color": SERIES[place % len(SERIES)], "width": 3 if place == 0 else 1.5},
            hovertemplate=text("patches.view.lens.hover", label=escape(text.label(trace.labels[label]))),
        )
    top = float(trace.lens_probability[:, np.argsort(-trace.probability)[:count]].max())
    chart.update_yaxes(range=[0, min(1.02, 1.15 * top)], tickformat=".0%" if top > 0.05 else ".2%")
    chart.update_xaxes(dtick=max(1, len(trace.lens_probability) // 12))
    return to_dict(chart)


def lens_claim(trace: VitTrace, text: Text) -> str:
    """From which depth on the model would have given its final answer, in a sentence."""
    label = int(trace.probability.argmax())
    leads = trace.lens_probability.argmax(axis=-1) == label
    since = len(leads) - int(np.argmin(leads[::-1])) if not leads.all() else 0
    return text(
        "patches.view.lens.claim",
        label=plain(text.label(trace.labels[label])),
        depth=since,
        layers=len(leads) - 1,
        probability=percent(trace.probability[label]),
        start=percent(trace.lens_probability[0, label]),
    )


def prediction(trace: VitTrace, text: Text) -> dict[str, float]:
    """Class probabilities by the label's name in the page's language; labels that occur twice get their number."""
    names = [text.label(label) for label in trace.labels]
    twice = {name for name, count in Counter(names).items() if count > 1}
    numbered = [f"{name} ({index})" if name in twice else name for index, name in enumerate(names)]
    return dict(zip(numbered, trace.probability.tolist(), strict=True))


def knowledge(trace: VitTrace, text: Text) -> str:
    """Which classes the model knows, so that nobody wonders at its answer."""
    if len(trace.labels) <= 12:
        names = text("patches.view.answer.comma").join(plain(text.label(label)) for label in trace.labels)
        return text("patches.view.answer.knows_few", model=plain(trace.model), count=len(trace.labels), names=names)
    return text("patches.view.answer.knows_many", model=plain(trace.model), count=len(trace.labels))
