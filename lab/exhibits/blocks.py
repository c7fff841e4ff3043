"""Building blocks: positions, LayerNorm, residuals and sizes, each measured by itself."""

from dataclasses import replace

from lab.exhibit import Exhibit, Run, View
from lab.inputs.kinds import Choice, Model
from lab.inputs.models import HUB_VITS
from lab.inputs.photo import Photo
from lab.inputs.sentence import Sentence
from lab.inputs.translation import LANGUAGE, TRANSLATORS
from lab.sentences import examples
from lab.views.blocks import gradients, norm, norm_order, order, position_maps, positions, sizes
from models.families import VIT
from models.traces import (
    NORM_PLACES,
    TRAINED_DEPTHS,
    GradientsTrace,
    LayerNormTrace,
    OrderTrace,
    PositionTablesTrace,
    SizesTrace,
)
from models.translation.bundled import BY_LANGUAGE

OPENS = {"zh": {"language": "zh", "sentence": examples("zh")[0]}}

EXHIBIT = Exhibit(
    "blocks",
    inputs=(
        Sentence(name="sentence", default=examples(LANGUAGE)[0], follows="language"),
        Choice(name="language", default=LANGUAGE, values=tuple(BY_LANGUAGE)),
        Photo(name="photo"),
        replace(TRANSLATORS[0], name="translator"),
        Model(name="vit", default="vit-imagenette", families=VIT, bundled=("vit-imagenette",), hub=HUB_VITS, more=True),
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
                View("position_maps", position_maps, widget="chart"),
            ),
            saved={"": {}, **OPENS},
        ),
        Run(
            "order",
            compute="models.anatomy.positions:order",
            trace=OrderTrace,
            inputs=("sentence", "translator"),
            views=(View("order", order, widget="chart"),),
            saved={"": {}, **OPENS},
        ),
        Run(
            "norm",
            compute="models.anatomy.norm:trace",
            trace=LayerNormTrace,
            inputs=("sentence", "translator", "photo", "vit"),
            views=(View("norm", norm, widget="blocks/norm"), View("norm_order", norm_order, widget="chart")),
            saved={"": {}, **OPENS},
        ),
        Run(
            "gradients",
            compute="models.anatomy.gradients:trace",
            trace=GradientsTrace,
            inputs=("norm_place", "depth"),
            views=(View("gradients", gradients, widget="chart"),),
            grows=True,
        ),
        Run(
            "sizes",
            compute="models.anatomy.sizes:trace",
            trace=SizesTrace,
            views=(View("sizes", sizes, widget="blocks/sizes", truth="derived"),),
        ),
    ),
    opens=OPENS,
)
