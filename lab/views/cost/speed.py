"""What one picture costs whole classifiers: multiply-adds beside milliseconds, and a table."""

from typing import Any

from lab.format import number, table
from lab.style import SERIES, figure
from lab.text import Text, plain
from lab.views.payload import to_dict
from models.traces import SpeedTrace


def chart(trace: SpeedTrace, text: Text) -> list[dict[str, Any]]:
    """What is counted on the left, what is timed on the right: alone, and among several pictures at once."""
    counted, timed = (figure("", text(f"cost.view.speed.{axis}")) for axis in ("multiply_adds", "milliseconds"))
    names = [text(f"cost.view.speed.{kind}") for kind in trace.kind]
    millions = (trace.multiply_adds / 1e6).tolist()
    name = text("cost.view.speed.multiply_adds")
    counted.add_bar(x=names, y=millions, name=name, marker_color=SERIES[0], showlegend=False)
    for colour, count, seconds in zip(SERIES[1:], trace.batch, trace.seconds, strict=False):
        name = text("cost.view.speed.alone" if count == 1 else "cost.view.speed.batch", count=int(count))
        timed.add_bar(x=names, y=(seconds * 1000).tolist(), name=name, marker_color=colour)
    for drawn in (counted, timed):
        drawn.update_xaxes(type="category", tickangle=0, showgrid=False)
        drawn.update_yaxes(rangemode="tozero")
    return [to_dict(counted), to_dict(timed)]


def claim(trace: SpeedTrace, text: Text) -> str:
    """Which model has the fewest multiply-adds, which is the fastest, what they compute in a second, and a table."""
    batch = int(trace.batch.max())
    alone, together = (trace.seconds[trace.batch == count][0] for count in (1, batch))
    rate = trace.multiply_adds / alone / 1e9
    names = [plain(name) for name in trace.model]
    fewest, fastest = int(trace.multiply_adds.argmin()), int(alone.argmin())
    said = text(
        "cost.view.speed.claim_same" if fewest == fastest else "cost.view.speed.claim",
        device=trace.device,
        fewest=names[fewest],
        fastest=names[fastest],
        fewest_macs=number(trace.multiply_adds[fewest] / 1e6),
        fewest_ms=number(alone[fewest] * 1000, 1),
        fastest_ms=number(alone[fastest] * 1000, 1),
        most=names[int(rate.argmax())],
        least=names[int(rate.argmin())],
        most_rate=number(rate.max(), 1),
        least_rate=number(rate.min(), 1),
    )
    words = ("model", "side", "parameters", "multiply_adds", "alone_ms", "batch_ms", "rate")
    rows = [[text(f"cost.view.speed.{word}", count=batch) for word in words]]
    rows.append(["---", *["---:"] * (len(words) - 1)])
    for place, name in enumerate(names):
        milliseconds = [number(seconds[place] * 1000, 1) for seconds in (alone, together)]
        counts = number(trace.parameters[place] / 1e6, 1), number(trace.multiply_adds[place] / 1e6)
        rows.append([name, str(trace.side[place]), *counts, *milliseconds, number(rate[place], 1)])
    return said + "\n\n" + table(rows)
