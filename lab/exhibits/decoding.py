"""Decoding: beam search beside mask-predict, step by step, on the visitor's own sentence."""

from lab.exhibit import Exhibit, Run, View
from lab.inputs.kinds import Choice, Forces, Line, Model, Number
from lab.inputs.models import HUB_TRANSLATORS
from lab.inputs.sentence import Sentence
from lab.sentences import examples
from lab.views.decoding import decode, outputs, race
from models.traces import METHODS, STOPPING, STRATEGIES, DecodingTrace, RaceTrace
from models.translation.bundled import (
    AUTOREGRESSIVE,
    BY_LANGUAGE,
    DISTILLED_BASELINE,
    LENGTH_CANDIDATES,
    NON_AUTOREGRESSIVE,
    RAW_COUNTERPART,
)

LANGUAGE = "de"
AUTOREGRESSIVE_BY_LANGUAGE = {language: pair.autoregressive for language, pair in BY_LANGUAGE.items()}
NON_AUTOREGRESSIVE_BY_LANGUAGE = {language: pair.non_autoregressive for language, pair in BY_LANGUAGE.items()}
INPUTS = (
    Sentence(name="sentence", default=examples(LANGUAGE)[0], follows="language"),
    Choice(name="language", default=LANGUAGE, values=tuple(BY_LANGUAGE)),
    Choice(name="method", default=METHODS[0], values=METHODS),
    Number(name="beam_width", default=4, minimum=1, maximum=8),
    Number(name="passes", default=10, minimum=1, maximum=10),
    Model(
        name="autoregressive",
        default=AUTOREGRESSIVE_BY_LANGUAGE[LANGUAGE],
        families=AUTOREGRESSIVE,
        reads="text",
        bundled=(*AUTOREGRESSIVE_BY_LANGUAGE.values(), DISTILLED_BASELINE),
        hub=HUB_TRANSLATORS,
        follows="language",
        defaults=AUTOREGRESSIVE_BY_LANGUAGE,
        more=True,
    ),
    Model(
        name="non_autoregressive",
        default=NON_AUTOREGRESSIVE_BY_LANGUAGE[LANGUAGE],
        families=NON_AUTOREGRESSIVE,
        reads="text",
        bundled=(*NON_AUTOREGRESSIVE_BY_LANGUAGE.values(), *RAW_COUNTERPART.values()),
        follows="language",
        defaults=NON_AUTOREGRESSIVE_BY_LANGUAGE,
        more=True,
    ),
    Number(name="length_penalty", default=1.0, minimum=-1, maximum=2, step=0.1, more=True),
    Choice(name="stopping", default="heuristic", values=tuple(STOPPING), more=True),
    Number(name="max_length", default=64, minimum=1, maximum=100, more=True),
    Number(name="temperature", default=1.0, minimum=0.1, maximum=2, step=0.1, more=True),
    Number(name="top_k", default=0, minimum=0, maximum=100, more=True),
    Number(name="top_p", default=1.0, minimum=0.05, maximum=1, step=0.05, more=True),
    Number(
        name="n_length",
        default=LENGTH_CANDIDATES[LANGUAGE],
        minimum=1,
        maximum=10,
        follows="language",
        defaults=LENGTH_CANDIDATES,
        more=True,
    ),
    Choice(name="strategy", default=STRATEGIES[0], values=STRATEGIES, more=True),
    Line(name="picked", placeholder="2 3 5", more=True),
    Number(name="seed", default=0, minimum=0, maximum=99, more=True),
    Forces(name="forces"),
)
ALL = tuple(one.name for one in INPUTS)

EXHIBIT = Exhibit(
    "decoding",
    inputs=INPUTS,
    runs=(
        Run(
            "decode",
            compute="models.translation.decoding:decode",
            trace=DecodingTrace,
            inputs=ALL,
            open="models.translation.decoding:open_translators",
            views=(
                View("outputs", outputs, aside=True),
                View("decode", decode, widget="decoding/decode"),
            ),
            actions={"force": "forces"},
        ),
        Run(
            "race",
            compute="models.translation.race:race",
            trace=RaceTrace,
            inputs=tuple(name for name in ALL if name != "forces"),
            open="models.translation.decoding:open_translators",
            views=(View("race", race, widget="decoding/race"),),
            fresh=True,
        ),
    ),
)
