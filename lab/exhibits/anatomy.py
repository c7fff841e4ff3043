"""Anatomy: the whole Transformer, number by number, on the visitor's own sentence and photo."""

from dataclasses import replace
from typing import Any

from lab.exhibit import Exhibit, Run, View
from lab.inputs.kinds import Choice, Model, Switch
from lab.inputs.models import HUB_VITS
from lab.inputs.photo import Photo
from lab.inputs.sentence import Sentence
from lab.inputs.translation import LANGUAGE, TRANSLATORS, Edit
from lab.sentences import examples
from lab.views.anatomy import attention, cache, cross, flow, mask, patch_flow
from models.families import VIT
from models.traces import CacheTrace, CausalityTrace, CrossTrace, TranslatorWalkTrace, VitWalkTrace
from models.translation.bundled import BY_LANGUAGE

OPENS = {"zh": {"language": "zh", "sentence": examples("zh")[0]}}
SAVED = {"": {}, **OPENS}
TRANSLATION = ("sentence", "language", "translator")


def run(name: str, compute: str, trace: type, *views: View, **settings: Any) -> Run:
    """A run on the visitor's sentence, where nothing else is said."""
    return Run(
        name, f"models.anatomy.{compute}:trace", trace, views, **{"inputs": TRANSLATION, "saved": SAVED} | settings
    )


EXHIBIT = Exhibit(
    "anatomy",
    inputs=(
        Sentence(name="sentence", default=examples(LANGUAGE)[0], follows="language"),
        Choice(name="language", default=LANGUAGE, values=tuple(BY_LANGUAGE)),
        Photo(name="photo"),
        replace(TRANSLATORS[0], name="translator"),
        Model(name="vit", default="vit-imagenette", families=VIT, bundled=("vit-imagenette",), hub=HUB_VITS, more=True),
        Switch(name="with_positions", default=True),
        Edit(name="edit"),
    ),
    runs=(
        run(
            "walk",
            "translator",
            TranslatorWalkTrace,
            View("flow", flow, widget="anatomy/flow"),
            View("attention", attention, widget="anatomy/attention"),
            inputs=(*TRANSLATION, "with_positions"),
            actions={"positions": "with_positions"},
        ),
        run(
            "patch_walk",
            "photo",
            VitWalkTrace,
            View("patch_flow", patch_flow, widget="anatomy/flow"),
            inputs=("photo", "vit"),
            saved={"": {}},
        ),
        run(
            "mask",
            "causality",
            CausalityTrace,
            View("mask", mask, widget="anatomy/mask"),
            inputs=(*TRANSLATION, "edit"),
            actions={"change": "edit"},
        ),
        run("cache", "cache", CacheTrace, View("cache", cache, widget="chart"), fresh=True),
        run("cross", "cross", CrossTrace, View("cross", cross, widget="anatomy/cross")),
    ),
    opens=OPENS,
)
