"""Prompts: one photo against names of things, each in the same sentences."""

from lab.format import percent
from lab.style import SERIES, figure
from lab.text import Text, plain
from lab.views.payload import to_dict
from models.traces import PromptsTrace

BARE = "{}"
"""A prompt that is nothing but the name."""


def chart(trace: PromptsTrace, text: Text) -> dict:
    """A bar for each prompt, split among the things."""
    drawn = figure(text("image_text.view.prompts.share"), "")
    prompts = [prompt_name(prompt, text) for prompt in trace.prompt]
    for at, thing in enumerate(trace.thing):
        drawn.add_bar(
            x=trace.share[:, at].tolist(),
            y=prompts,
            orientation="h",
            name=plain(thing),
            marker={"color": SERIES[at % len(SERIES)]},
            hovertemplate=text("image_text.view.prompts.hover"),
        )
    drawn.update_xaxes(range=[0, 1], tickformat=".0%")
    drawn.update_yaxes(autorange="reversed")
    drawn.update_layout(barmode="stack", bargap=0.35, legend={"traceorder": "normal"})
    return to_dict(drawn)


def prompt_name(prompt: str, text: Text) -> str:
    """A prompt with an ellipsis for the thing; the bare name and the mean of all have words of their own."""
    if prompt == BARE:
        return text("image_text.view.prompts.bare")
    return prompt.rstrip(".").format("…") if prompt else text("image_text.view.prompts.mean")


def claim(trace: PromptsTrace, text: Text) -> str:
    """How far the share of the thing that leads by the mean moves, and in which prompts another one leads."""
    best = int(trace.share[-1].argmax())
    names = [prompt_name(prompt, text) for prompt in trace.prompt]
    shares = trace.share[:-1, best]
    low, high = int(shares.argmin()), int(shares.argmax())
    others = [
        text("image_text.view.prompts.first", prompt=name, thing=plain(trace.thing[int(row.argmax())]))
        for name, row in zip(names, trace.share, strict=True)
        if row.argmax() != best
    ]
    said = text(
        "image_text.view.prompts.claim",
        thing=plain(trace.thing[best]),
        low=percent(float(shares[low])),
        low_prompt=names[low],
        high=percent(float(shares[high])),
        high_prompt=names[high],
    )
    if not others:
        return text.sentences(said, text("image_text.view.prompts.leads"))
    firsts = text("image_text.view.prompts.comma").join(others)
    return text.sentences(said, text("image_text.view.prompts.led", firsts=firsts))
