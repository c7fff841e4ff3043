"""Anatomy: the whole Transformer, number by number, on the visitor's own sentence and photo."""

from dataclasses import replace

from lab.exhibit import Endpoint, Exhibit, Run, View
from lab.inputs.hidden import Switch
from lab.inputs.models import HUB_LANGUAGE_MODELS, VIT_INPUT
from lab.inputs.photo import Photo
from lab.inputs.sentence import Sentence
from lab.inputs.translation import OPENS, SAVED, SENTENCE, TRANSLATOR, Edit
from lab.views.anatomy import attention, cache, cross, flow, mask, patch_flow, pooling, programs
from models.families import LANGUAGE_MODELS
from models.traces import (
    CacheTrace,
    CausalityTrace,
    CrossTrace,
    PoolingTrace,
    ProgramsTrace,
    TextWalkTrace,
    VitWalkTrace,
)
from models.wheels import SMOLLM2

ENGLISH, LANGUAGE = SENTENCE
ANY_SENTENCE = Sentence(name=ENGLISH.name, default=ENGLISH.default, follows=ENGLISH.follows)
"""A translator refuses what is not English; another model may read it."""
MODEL = replace(TRANSLATOR, name="model", families=LANGUAGE_MODELS, wheels=(SMOLLM2,), hub=HUB_LANGUAGE_MODELS)
TEXT = (ANY_SENTENCE.name, LANGUAGE.name, MODEL.name)

EXHIBIT = Exhibit(
    "anatomy",
    inputs=(
        ANY_SENTENCE,
        LANGUAGE,
        Photo(name="photo"),
        MODEL,
        replace(VIT_INPUT, more=True),
        Switch(name="with_positions", default=True),
        Edit(name="edit"),
    ),
    runs=(
        Run(
            "walk",
            compute="models.anatomy.text:trace",
            trace=TextWalkTrace,
            inputs=(*TEXT, "with_positions"),
            views=(
                View("flow", flow, widget="anatomy/flow"),
                View("attention", attention, widget="anatomy/attention"),
            ),
            actions={"positions": "with_positions"},
            saved=SAVED,
            endpoints=(Endpoint("residual_stream"),),
        ),
        Run(
            "patch_walk",
            compute="models.anatomy.photo:trace",
            trace=VitWalkTrace,
            inputs=("photo", "vit"),
            views=(View("patch_flow", patch_flow, widget="anatomy/flow"),),
            endpoints=(Endpoint("patch_residual_stream"),),
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
            inputs=(*TEXT, "edit"),
            views=(View("mask", mask, widget="anatomy/mask"),),
            actions={"change": "edit"},
            saved=SAVED,
            endpoints=(Endpoint("causal_mask"),),
        ),
        Run(
            "cache",
            compute="models.anatomy.cache:trace",
            trace=CacheTrace,
            inputs=TEXT,
            views=(View("cache", cache, widget="chart"),),
            fresh=True,
            saved=SAVED,
            endpoints=(Endpoint("kv_cache"),),
        ),
        Run(
            "cross",
            compute="models.anatomy.cross:trace",
            trace=CrossTrace,
            inputs=TEXT,
            views=(View("cross", cross, widget="anatomy/cross"),),
            saved=SAVED,
            endpoints=(Endpoint("cross_attention"),),
        ),
        Run(
            "code",
            compute="models.anatomy.programs:trace",
            trace=ProgramsTrace,
            inputs=TEXT,
            views=(View("code", programs, widget="anatomy/code"),),
            saved=SAVED,
            endpoints=(Endpoint("lecture_code"),),
        ),
    ),
    opens=OPENS,
)
