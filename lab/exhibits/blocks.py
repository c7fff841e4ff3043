"""Building blocks: positions, LayerNorm, residuals and sizes, each measured by itself."""

from dataclasses import replace

from lab.exhibit import Endpoint, Exhibit, Run, View
from lab.inputs.kinds import Choice
from lab.inputs.models import VIT_INPUT
from lab.inputs.photo import Photo
from lab.inputs.translation import OPENS, SAVED, SENTENCE, TRANSLATOR
from lab.views.blocks import gradients, norm, norm_order, order, position_maps, positions, sizes
from models.traces import (
    NORM_PLACES,
    TRAINED_DEPTHS,
    GradientsTrace,
    LayerNormTrace,
    OrderTrace,
    PositionTablesTrace,
    SizesTrace,
)

EXHIBIT = Exhibit(
    "blocks",
    inputs=(
        *SENTENCE,
        Photo(name="photo"),
        TRANSLATOR,
        replace(VIT_INPUT, more=True),
        Choice(name="norm_place", default=NORM_PLACES[0], values=NORM_PLACES, more=True),
        Choice(name="depth", default=TRAINED_DEPTHS[0], values=TRAINED_DEPTHS, more=True),
    ),
    runs=(
        Run(
            "positions",
            compute="models.anatomy.positions:tables",
            trace=PositionTablesTrace,
            inputs=("translator", "vit"),
            views=(
                View("positions", positions, widget="chart"),
                View("position_maps", position_maps, widget="blocks/position_maps"),
            ),
            saved=SAVED,
            endpoints=(Endpoint("position_encodings"),),
        ),
        Run(
            "order",
            compute="models.anatomy.positions:order",
            trace=OrderTrace,
            inputs=("sentence", "translator"),
            views=(View("order", order, widget="chart"),),
            saved=SAVED,
            endpoints=(Endpoint("word_order"),),
        ),
        Run(
            "norm",
            compute="models.anatomy.norm:trace",
            trace=LayerNormTrace,
            inputs=("sentence", "translator", "photo", "vit"),
            views=(View("norm", norm, widget="blocks/norm"), View("norm_order", norm_order, widget="chart")),
            saved=SAVED,
            endpoints=(Endpoint("layer_norm"),),
        ),
        Run(
            "gradients",
            compute="models.anatomy.gradients:trace",
            trace=GradientsTrace,
            inputs=("norm_place", "depth"),
            views=(View("gradients", gradients, widget="chart"),),
            grows=True,
            endpoints=(Endpoint("residual_gradients"),),
        ),
        Run(
            "sizes",
            compute="models.anatomy.sizes:trace",
            trace=SizesTrace,
            views=(View("sizes", sizes, widget="blocks/sizes", truth="derived"),),
            endpoints=(Endpoint("model_sizes"),),
        ),
    ),
    opens=OPENS,
)
