"""Cost: what attention among all tokens costs, and what windows save, measured on this machine."""

from lab.exhibit import Endpoint, Exhibit, Run, View
from lab.inputs.kinds import Choice
from lab.views.cost import cost
from models.traces import COST_WIDTHS, COST_WINDOWS, CostTrace

EXHIBIT = Exhibit(
    "cost",
    inputs=(
        Choice(name="n_embd", default=COST_WIDTHS[0], values=COST_WIDTHS),
        Choice(name="window_size", default=COST_WINDOWS[0], values=COST_WINDOWS),
    ),
    runs=(
        Run(
            "cost",
            compute="models.swin.cost:cost",
            trace=CostTrace,
            inputs=("n_embd", "window_size"),
            views=(View("cost", cost, widget="chart"),),
            fresh=True,
            endpoints=(Endpoint("attention_cost"),),
        ),
    ),
)
