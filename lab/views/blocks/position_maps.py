"""The cosine of every patch's position with all others, as one map of maps."""

from lab.format import number
from lab.style import figure
from lab.text import Text, plain
from lab.views.payload import to_dict
from models.traces import PositionTablesTrace


def chart(trace: PositionTablesTrace, text: Text) -> dict:
    """At the place of each patch the map of its cosines (Dosovitskiy et al. 2021, figure 7)."""
    rows, columns = trace.grid
    maps = trace.vit_cosine.reshape(rows, columns, rows, columns).transpose(0, 2, 1, 3)
    drawn = figure(text("blocks.view.position_maps.column"), text("blocks.view.position_maps.row"))
    drawn.add_heatmap(
        z=maps.reshape(rows * rows, columns * columns),
        colorscale="Inferno",
        name=text("blocks.view.position_maps.cosine", model=plain(trace.vit)),
        colorbar={"thickness": 12},
    )
    for update, count in ((drawn.update_xaxes, columns), (drawn.update_yaxes, rows)):
        ends = [count * at - 0.5 for at in range(count + 1)]
        update(tickvals=[end + count / 2 for end in ends[:-1]], ticktext=[str(at + 1) for at in range(count)])
        update(constrain="domain", showgrid=False)
    drawn.update_yaxes(autorange="reversed", scaleanchor="x", scaleratio=columns / rows)
    return to_dict(drawn)


def claim(trace: PositionTablesTrace, text: Text) -> str:
    """How often the patch most like a patch by position is one of its neighbours."""
    rows, columns = trace.grid
    others = trace.vit_cosine.copy()
    others[range(len(others)), range(len(others))] = -2
    nearest = others.argmax(1)
    apart = [abs(one // columns - at // columns) + abs(one % columns - at % columns) for at, one in enumerate(nearest)]
    beside = sum(steps == 1 for steps in apart)
    same_line = sum(one // columns == at // columns or one % columns == at % columns for at, one in enumerate(nearest))
    return text(
        "blocks.view.position_maps.claim",
        model=plain(trace.vit),
        beside=beside,
        line=same_line,
        patches=rows * columns,
        beside_guess=number((2 * (rows * (columns - 1) + columns * (rows - 1))) / (rows * columns - 1)),
        line_guess=number(rows * columns * (rows + columns - 2) / (rows * columns - 1)),
    )
