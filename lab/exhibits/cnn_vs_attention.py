"""CNN and attention: the rows of the lecture's table, each measured in a view of its own."""

from lab.exhibit import Exhibit, Run, View
from lab.inputs.kinds import Choice
from lab.inputs.models import THREE_CLASSIFIERS
from lab.inputs.photo import Photo
from lab.views.cnn_vs_attention import attribution, convolution, data, parameters, position, reach
from models.traces import (
    SWEPT,
    AttributionsTrace,
    ConvolutionSweepTrace,
    DataEfficiencyTrace,
    FieldsTrace,
    ParametersTrace,
    PositionAblationsTrace,
)

MODELS = tuple(one.name for one in THREE_CLASSIFIERS)

EXHIBIT = Exhibit(
    "cnn_vs_attention",
    inputs=(
        Photo(name="photo"),
        *THREE_CLASSIFIERS,
        Choice(name="layer", default=SWEPT[0], values=SWEPT, more=True),
    ),
    runs=(
        Run(
            "reach",
            compute="models.receptive_field.trace:reach",
            open="models.receptive_field.trace:open_with_random",
            trace=FieldsTrace,
            inputs=("photo", *MODELS),
            views=(View("reach", reach, widget="chart"),),
        ),
        Run(
            "parameters",
            compute="models.cnn_vs_attention.parameters:trace",
            trace=ParametersTrace,
            inputs=MODELS,
            views=(View("parameters", parameters, widget="chart"),),
        ),
        Run(
            "data",
            compute="models.cnn_vs_attention.data_efficiency:read",
            trace=DataEfficiencyTrace,
            views=(View("data", data, widget="chart", truth="recorded"),),
        ),
        Run(
            "position",
            compute="models.cnn_vs_attention.position_ablation:trace",
            trace=PositionAblationsTrace,
            inputs=("photo", *MODELS),
            views=(View("position", position, widget="cnn_vs_attention/position"),),
        ),
        Run(
            "convolution",
            compute="models.cnn_vs_attention.convolution:trace",
            trace=ConvolutionSweepTrace,
            inputs=("photo", "layer"),
            open="models.cnn_vs_attention.convolution:open_cnn",
            views=(View("convolution", convolution, widget="cnn_vs_attention/convolution"),),
        ),
        Run(
            "attribution",
            compute="models.cnn_vs_attention.attribution:trace",
            trace=AttributionsTrace,
            inputs=("photo", *MODELS),
            views=(View("attribution", attribution, widget="cnn_vs_attention/attribution"),),
        ),
    ),
)
