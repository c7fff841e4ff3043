"""Anatomy: the whole Transformer, number by number, on the visitor's own sentence and photo."""

from dataclasses import replace

from lab.exhibit import Exhibit, Run, View
from lab.inputs.kinds import Switch
from lab.inputs.models import VIT_INPUT
from lab.inputs.photo import Photo
from lab.inputs.translation import OPENS, SAVED, SENTENCE, TRANSLATOR, Edit
from lab.views.anatomy import attention, cache, cross, flow, mask, patch_flow, pooling
from models.traces import CacheTrace, CausalityTrace, CrossTrace, PoolingTrace, TranslatorWalkTrace, VitWalkTrace

TRANSLATION = tuple(one.name for one in (*SENTENCE, TRANSLATOR))

EXHIBIT = Exhibit(
    "anatomy",
    inputs=(
        *SENTENCE,
        Photo(name="photo"),
        TRANSLATOR,
        replace(VIT_INPUT, more=True),
        Switch(name="with_positions", default=True),
        Edit(name="edit"),
    ),
    runs=(
        Run(
            "walk",
            compute="models.anatomy.translator:trace",
            trace=TranslatorWalkTrace,
            inputs=(*TRANSLATION, "with_positions"),
            views=(
                View("flow", flow, widget="anatomy/flow"),
                View("attention", attention, widget="anatomy/attention"),
            ),
            actions={"positions": "with_positions"},
            saved=SAVED,
        ),
        Run(
            "patch_walk",
            compute="models.anatomy.photo:trace",
            trace=VitWalkTrace,
            inputs=("photo", "vit"),
            views=(View("patch_flow", patch_flow, widget="anatomy/flow"),),
        ),
        Run(
            "pooling",
            compute="models.vit.pooling:trace",
            trace=PoolingTrace,
            inputs=("photo", "vit"),
            views=(View("pooling", pooling, widget="chart"),),
        ),
        Run(
            "mask",
            compute="models.anatomy.causality:trace",
            trace=CausalityTrace,
            inputs=(*TRANSLATION, "edit"),
            views=(View("mask", mask, widget="anatomy/mask"),),
            actions={"change": "edit"},
            saved=SAVED,
        ),
        Run(
            "cache",
            compute="models.anatomy.cache:trace",
            trace=CacheTrace,
            inputs=TRANSLATION,
            views=(View("cache", cache, widget="chart"),),
            fresh=True,
            saved=SAVED,
        ),
        Run(
            "cross",
            compute="models.anatomy.cross:trace",
            trace=CrossTrace,
            inputs=TRANSLATION,
            views=(View("cross", cross, widget="anatomy/cross"),),
            saved=SAVED,
        ),
    ),
    opens=OPENS,
)
