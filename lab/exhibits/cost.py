"""Cost: what attention among all tokens costs, what windows save, and what whole classifiers cost, measured here."""

from lab.exhibit import Endpoint, Exhibit, Run, View
from lab.inputs.kinds import Choice
from lab.views.cost import cost, speed
from models.traces import COST_WIDTHS, COST_WINDOWS, CostTrace, SpeedTrace

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
        Run(
            "speed",
            compute="models.cnn_vs_attention.speed:trace",
            trace=SpeedTrace,
            open="models.cnn_vs_attention.speed:open_bundled",
            views=(View("speed", speed, widget="chart"),),
            fresh=True,
            endpoints=(Endpoint("classifier_speed"),),
        ),
    ),
    focused=True,
)
