"""Where it fails: how often the right caption is nearer to its photo than one with one thing wrong."""

from lab.format import number, percent
from lab.style import SERIES, figure
from lab.text import Text
from lab.views.payload import to_dict
from models.clip.foils import foil
from models.traces import FOIL_KINDS, FoilsTrace


def chart(trace: FoilsTrace, text: Text) -> dict:
    """A bar for each kind of mistake and each language of the captions, and a line where guessing would be."""
    drawn = figure(text("image_text.view.fails.share"), "")
    kinds = [text(f"image_text.view.fails.{kind}") for kind in FOIL_KINDS]
    for at, language in enumerate(trace.language):
        drawn.add_bar(
            x=(trace.right[at] / trace.count[at]).tolist(),
            y=kinds,
            orientation="h",
            name=text(f"image_text.view.fails.captions_{language}"),
            marker={"color": SERIES[at]},
            customdata=trace.count[at].tolist(),
            hovertemplate=text("image_text.view.fails.hover"),
        )
    drawn.add_vline(x=0.5, line={"dash": "dash", "color": SERIES[-1]})
    drawn.update_xaxes(range=[0, 1], tickformat=".0%")
    drawn.update_yaxes(autorange="reversed")
    drawn.update_layout(barmode="group", bargap=0.3)
    return to_dict(drawn)


def claim(trace: FoilsTrace, text: Text) -> str:
    """An example of each kind, what came out in the page's language, and by how much cosines differ."""
    at = trace.language.index(text.language)
    lines = [text("image_text.view.fails.claim", model=trace.model), ""]
    for place, kind in enumerate(FOIL_KINDS):
        example = text(f"image_text.view.fails.example_{kind}")
        line = text(
            "image_text.view.fails.line",
            kind=text(f"image_text.view.fails.{kind}"),
            example=example,
            foil=foil(example, text.language, kind),
            share=percent(trace.right[at, place] / trace.count[at, place]),
            count=number(int(trace.count[at, place])),
            margin=number(float(trace.margin[at, place]), 4),
        )
        lines.append(f"- {line}")
    return "\n".join(lines)
