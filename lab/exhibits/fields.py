"""Receptive Fields: what a point of a photo can see and does see in a CNN, a ViT and a Swin."""

from lab.exhibit import Endpoint, Exhibit, Run, View
from lab.inputs.hidden import Point
from lab.inputs.kinds import Tick
from lab.inputs.models import CLASSIFIER_NAMES, THREE_CLASSIFIERS
from lab.inputs.photo import ExamplePhotos, Photo
from lab.views.fields import field, growth, published
from models.traces import FieldsTrace, TheoryTrace

EXHIBIT = Exhibit(
    "fields",
    inputs=(
        Photo(name="photo"),
        Tick(name="random"),
        ExamplePhotos(name="average"),
        *THREE_CLASSIFIERS,
        Point(name="position"),
    ),
    runs=(
        Run(
            "fields",
            compute="models.receptive_field.trace:fields",
            trace=FieldsTrace,
            inputs=("photo", "random", "average", *CLASSIFIER_NAMES, "position"),
            views=(
                View("field", field, widget="fields/field"),
                View("growth", growth, widget="chart"),
            ),
            actions={"point": "position"},
            saved={"": {}, "random": {"random": True}, "average": {"average": True}},
            endpoints=(Endpoint("receptive_field"),),
        ),
        Run(
            "published",
            compute="models.receptive_field.theoretical:published",
            trace=TheoryTrace,
            views=(View("published", published, truth="derived"),),
            endpoints=(Endpoint("published_receptive_fields"),),
        ),
    ),
)
