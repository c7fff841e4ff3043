"""Generation: a decoder-only language model goes on from the visitor's text, token by token."""

from lab.exhibit import Endpoint, Exhibit, Run, View
from lab.inputs.generation import FAMILIES, LESSON, MODEL, OPENS, SAMPLING, TEXT, Branches
from lab.views.generation import effects, families, generate, heads, learning, next_token, training
from models.traces import (
    EffectsTrace,
    FamiliesTrace,
    GenerationTrace,
    HeadRulesTrace,
    LearningTrace,
    NextTokenTrace,
    TrainingFilmTrace,
)

SAVED = {"": {}, **OPENS}
"""The questions whose answers are saved: what the page of each language opens with."""

EXHIBIT = Exhibit(
    "generation",
    inputs=(TEXT, LESSON, MODEL, *SAMPLING, Branches(name="branches"), *FAMILIES),
    runs=(
        Run(
            "next",
            compute="models.gpt.next_token:trace",
            trace=NextTokenTrace,
            inputs=("text", "model"),
            views=(View("next", next_token, widget="generation/next"),),
            saved=SAVED,
            endpoints=(Endpoint("next_token"),),
        ),
        Run(
            "generate",
            compute="models.gpt.generate:trace",
            trace=GenerationTrace,
            inputs=("text", "model", *(one.name for one in SAMPLING), "branches"),
            views=(View("generate", generate, widget="generation/generate"),),
            actions={"branch": "branches"},
            grows=True,
            saved=SAVED,
        ),
        Run(
            "training",
            compute="models.gpt.film:trace",
            trace=TrainingFilmTrace,
            inputs=("model",),
            views=(View("training", training, widget="generation/training", truth="recorded"),),
            saved=SAVED,
            endpoints=(Endpoint("language_model_training"),),
        ),
        Run(
            "learning",
            compute="models.gpt.learn:trace",
            trace=LearningTrace,
            inputs=("lesson", "model", "seed"),
            views=(View("learning", learning, widget="generation/training"),),
            grows=True,
            saved=SAVED,
            endpoints=(Endpoint("learn_text"),),
        ),
        Run(
            "heads",
            compute="models.gpt.heads:trace",
            trace=HeadRulesTrace,
            inputs=("text", "model"),
            views=(View("heads", heads, widget="generation/heads"),),
            saved=SAVED,
            endpoints=(Endpoint("attention_heads"),),
        ),
        Run(
            "effects",
            compute="models.gpt.effects:trace",
            trace=EffectsTrace,
            inputs=("text", "model"),
            views=(View("effects", effects, widget="generation/effects"),),
            saved=SAVED,
            endpoints=(Endpoint("component_effects"),),
        ),
        Run(
            "families",
            compute="models.gpt.families:trace",
            trace=FamiliesTrace,
            inputs=tuple(one.name for one in FAMILIES),
            views=(View("families", families, widget="generation/families"),),
            endpoints=(Endpoint("model_families"),),
        ),
    ),
    opens=OPENS,
    focused=True,
)
