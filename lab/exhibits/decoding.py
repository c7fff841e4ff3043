"""Decoding: beam search beside mask-predict, step by step, on the visitor's own sentence."""

from lab.exhibit import Exhibit, Run, View
from lab.inputs.kinds import Choice, Forces, Number
from lab.inputs.sentence import Sentence
from lab.inputs.translation import LANGUAGE, REFINEMENT_SETTINGS, SEARCH_SETTINGS, TRANSLATORS
from lab.sentences import examples
from lab.views.decoding import attention, decode, outputs, race, refinement, repeats, sampling, search
from models.traces import METHODS, DecodingTrace, RaceTrace
from models.translation.bundled import BY_LANGUAGE

INPUTS = (
    Sentence(name="sentence", default=examples(LANGUAGE)[0], follows="language"),
    Choice(name="language", default=LANGUAGE, values=tuple(BY_LANGUAGE)),
    Choice(name="method", default=METHODS[0], values=METHODS),
    Number(name="beam_width", default=4, minimum=1, maximum=8),
    Number(name="passes", default=10, minimum=1, maximum=10),
    *TRANSLATORS,
    *SEARCH_SETTINGS,
    *REFINEMENT_SETTINGS,
    Number(name="seed", default=0, minimum=0, maximum=99, more=True),
)
OPENS = {"zh": {"language": "zh", "sentence": examples("zh")[0]}}
CHOSEN = tuple(one.name for one in INPUTS)

EXHIBIT = Exhibit(
    "decoding",
    inputs=(*INPUTS, Forces(name="forces")),
    runs=(
        Run(
            "decode",
            compute="models.translation.decoding:decode",
            trace=DecodingTrace,
            inputs=(*CHOSEN, "forces"),
            open="models.translation.decoding:open_translators",
            views=(
                View("outputs", outputs, aside=True),
                View("decode", decode, widget="decoding/decode"),
                View("search", search, widget="decoding/search"),
                View("refinement", refinement, widget="decoding/refinement"),
                View("repeats", repeats, widget="decoding/repeats"),
                View("attention", attention, widget="decoding/attention"),
                View("sampling", sampling, widget="decoding/sampling"),
            ),
            actions={"force": "forces"},
            saved={"": {}, **OPENS},
        ),
        Run(
            "race",
            compute="models.translation.race:race",
            trace=RaceTrace,
            inputs=CHOSEN,
            open="models.translation.decoding:open_translators",
            views=(View("race", race, widget="decoding/race"),),
            fresh=True,
            saved={"": {}, **OPENS},
        ),
    ),
    opens=OPENS,
)
