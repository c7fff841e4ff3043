"""Patches & Windows: a photo cut into patches, where each looks, and how Swin and MobileViT keep looking cheap."""

from lab.exhibit import Endpoint, Exhibit, Run, View
from lab.inputs.kinds import Model
from lab.inputs.models import HUB_SWINS, VIT_INPUT
from lab.inputs.photo import Photo
from lab.views.patches import (
    answer,
    attend,
    cut,
    deletion,
    distance,
    lens,
    mobile,
    mobilevit_answer,
    pair,
    relevance,
    swin_answer,
    windows,
)
from models.families import MOBILEVIT, SWIN
from models.traces import MobileVitTrace, PatchDeletionTrace, PatchesTrace, RelevanceTrace, SwinTrace, VitTrace

EXHIBIT = Exhibit(
    "patches",
    inputs=(
        Photo(name="photo"),
        VIT_INPUT,
        Model(name="swin", default="swin-imagenette", families=SWIN, bundled=("swin-imagenette",), hub=HUB_SWINS),
        Model(name="mobilevit", default="mobilevit-imagenette", families=MOBILEVIT, bundled=("mobilevit-imagenette",)),
    ),
    runs=(
        Run(
            "vit",
            compute="models.vit.trace:trace",
            trace=VitTrace,
            inputs=("photo", "vit"),
            views=(
                View("answer", answer, widget="answer", aside=True),
                View("cut", cut, widget="patches/cut"),
                View("attend", attend, widget="patches/attend"),
                View("distance", distance, widget="chart"),
                View("lens", lens, widget="chart"),
            ),
            endpoints=(Endpoint("patches"),),
        ),
        Run(
            "relevance",
            compute="models.vit.relevance:trace",
            trace=RelevanceTrace,
            inputs=("photo", "vit"),
            views=(View("relevance", relevance, widget="patches/relevance"),),
        ),
        Run(
            "deletion",
            compute="models.vit.patch_deletion:trace",
            trace=PatchDeletionTrace,
            inputs=("photo", "vit"),
            views=(View("deletion", deletion, widget="chart"),),
            endpoints=(Endpoint("patch_deletion"),),
        ),
        Run(
            "swin",
            compute="models.swin.trace:trace",
            trace=SwinTrace,
            inputs=("photo", "swin"),
            views=(
                View("swin_answer", swin_answer, aside=True),
                View("windows", windows, widget="patches/windows"),
            ),
            endpoints=(Endpoint("windows"),),
        ),
        Run(
            "pair",
            compute="models.patches:trace",
            trace=PatchesTrace,
            inputs=("photo", "vit", "swin"),
            views=(View("pair", pair, widget="patches/pair"),),
            endpoints=(Endpoint("patches_and_windows"),),
        ),
        Run(
            "mobilevit",
            compute="models.mobilevit.trace:trace",
            trace=MobileVitTrace,
            inputs=("photo", "mobilevit"),
            views=(
                View("mobilevit_answer", mobilevit_answer, aside=True),
                View("mobile", mobile, widget="patches/mobile"),
            ),
            endpoints=(Endpoint("mobilevit"),),
        ),
    ),
)
