"""CNN and attention: the rows of the lecture's table, each measured in a view of its own."""

from lab.exhibit import Endpoint, Exhibit, Run, View
from lab.inputs.kinds import Choice
from lab.inputs.models import CLASSIFIER_NAMES, THREE_CLASSIFIERS
from lab.inputs.photo import Photo
from lab.views.cnn_vs_attention import attribution, convolution, data, parameters, position, reach
from models import traces

LAYER = Choice(name="layer", default=traces.SWEPT[0], values=traces.SWEPT, more=True)

EXHIBIT = Exhibit(
    "cnn_vs_attention",
    inputs=(Photo(name="photo"), *THREE_CLASSIFIERS, LAYER),
    runs=(
        Run(
            "reach",
            compute="models.receptive_field.trace:reach",
            trace=traces.FieldsTrace,
            inputs=("photo", *CLASSIFIER_NAMES),
            views=(View("reach", reach, widget="chart"),),
            endpoints=(Endpoint("receptive_field_comparison"),),
        ),
        Run(
            "parameters",
            compute="models.cnn_vs_attention.parameters:trace",
            trace=traces.ParametersTrace,
            inputs=CLASSIFIER_NAMES,
            views=(View("parameters", parameters, widget="chart", truth="derived"),),
            endpoints=(Endpoint("parameter_counts"),),
        ),
        Run(
            "data",
            compute="models.cnn_vs_attention.data_efficiency:read",
            trace=traces.DataEfficiencyTrace,
            views=(View("data", data, widget="chart", truth="recorded"),),
            endpoints=(Endpoint("data_efficiency"),),
        ),
        Run(
            "position",
            compute="models.cnn_vs_attention.position_ablation:trace",
            trace=traces.PositionAblationsTrace,
            inputs=("photo", *CLASSIFIER_NAMES),
            views=(View("position", position, widget="cnn_vs_attention/position"),),
            endpoints=(Endpoint("position_ablation"),),
        ),
        Run(
            "convolution",
            compute="models.cnn_vs_attention.convolution:trace",
            trace=traces.ConvolutionSweepTrace,
            inputs=("photo", "layer"),
            open="models.cnn_vs_attention.convolution:open_cnn",
            views=(View("convolution", convolution, widget="cnn_vs_attention/convolution"),),
            endpoints=(Endpoint("convolution_from_attention"),),
        ),
        Run(
            "attribution",
            compute="models.cnn_vs_attention.attribution:trace",
            trace=traces.AttributionsTrace,
            inputs=("photo", *CLASSIFIER_NAMES),
            views=(View("attribution", attribution, widget="cnn_vs_attention/attribution"),),
        ),
    ),
)
