"""Anatomy: the whole Transformer, number by number, on the visitor's own sentence and photo."""

from dataclasses import replace

from lab.exhibit import Exhibit, Run, View
from lab.inputs.kinds import Choice, Model, Switch
from lab.inputs.models import HUB_VITS
from lab.inputs.photo import Photo
from lab.inputs.sentence import Sentence
from lab.inputs.translation import LANGUAGE, TRANSLATORS
from lab.sentences import examples
from lab.views.anatomy import attention, flow, patch_flow
from models.families import VIT
from models.traces import TranslatorWalkTrace, VitWalkTrace
from models.translation.bundled import BY_LANGUAGE

OPENS = {"zh": {"language": "zh", "sentence": examples("zh")[0]}}

EXHIBIT = Exhibit(
    "anatomy",
    inputs=(
        Sentence(name="sentence", default=examples(LANGUAGE)[0], follows="language"),
        Choice(name="language", default=LANGUAGE, values=tuple(BY_LANGUAGE)),
        Photo(name="photo"),
        replace(TRANSLATORS[0], name="translator"),
        Model(name="vit", default="vit-imagenette", families=VIT, bundled=("vit-imagenette",), hub=HUB_VITS, more=True),
        Switch(name="with_positions", default=True),
    ),
    runs=(
        Run(
            "walk",
            compute="models.anatomy.translator:trace",
            trace=TranslatorWalkTrace,
            inputs=("sentence", "language", "translator", "with_positions"),
            views=(
                View("flow", flow, widget="anatomy/flow"),
                View("attention", attention, widget="anatomy/attention"),
            ),
            actions={"positions": "with_positions"},
            saved={"": {}, **OPENS},
        ),
        Run(
            "patch_walk",
            compute="models.anatomy.photo:trace",
            trace=VitWalkTrace,
            inputs=("photo", "vit"),
            views=(View("patch_flow", patch_flow, widget="anatomy/flow"),),
        ),
    ),
    opens=OPENS,
)
