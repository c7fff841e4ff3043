"""Anatomy: the whole Transformer, number by number, on the visitor's own sentence and photo."""

from lab.exhibit import Exhibit, Run, View
from lab.inputs.kinds import Choice
from lab.views.anatomy import gradients
from models.traces import NORM_PLACES, TRAINED_DEPTHS, GradientsTrace

EXHIBIT = Exhibit(
    "anatomy",
    inputs=(
        Choice(name="norm_place", default=NORM_PLACES[0], values=NORM_PLACES, more=True),
        Choice(name="depth", default=TRAINED_DEPTHS[0], values=TRAINED_DEPTHS, more=True),
    ),
    runs=(
        Run(
            "gradients",
            compute="models.anatomy.gradients:trace",
            trace=GradientsTrace,
            inputs=("norm_place", "depth"),
            views=(View("gradients", gradients, widget="chart"),),
        ),
    ),
)
