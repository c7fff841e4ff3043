"""Decoding: beam search beside mask-predict, step by step, on the visitor's own sentence."""

from dataclasses import replace

from lab.exhibit import Endpoint, Exhibit, Run, View
from lab.inputs.kinds import Choice, Number
from lab.inputs.translation import OPENS, REFINEMENT_SETTINGS, SAVED, SEARCH_SETTINGS, SENTENCE, TRANSLATORS, Forces
from lab.views.decoding import attention, decode, outputs, race, refinement, repeats, sampling, search
from models.traces import METHODS, DecodingTrace, RaceTrace

REPEATS = "Some men are looking at a computer screen in an office."
"""The example of which the first pass of refinement repeats a token."""
ENGLISH, INTO = SENTENCE
INPUTS = (
    replace(ENGLISH, default=REPEATS),
    INTO,
    Choice(name="method", default=METHODS[0], values=METHODS),
    Number(name="beam_width", default=4, minimum=1, maximum=8),
    Number(name="passes", default=10, minimum=1, maximum=10),
    *TRANSLATORS,
    *SEARCH_SETTINGS,
    *REFINEMENT_SETTINGS,
    Number(name="seed", default=0, minimum=0, maximum=99, more=True),
)
CHOSEN = tuple(one.name for one in INPUTS)
SEARCHING = ("method", "beam_width", "autoregressive", *(one.name for one in SEARCH_SETTINGS), "forces")
REFINING = ("passes", "non_autoregressive", *(one.name for one in REFINEMENT_SETTINGS))
BEAM_SEARCH = Endpoint("beam_search", without=(*REFINING, "refinement", "repeats", "refine", "raw_data_runs"))
MASK_PREDICT = Endpoint("mask_predict", without=(*SEARCHING, "search", "sampling"))
"""Each with its own half of the inputs, the views and the trace; `search` is a view and a part of the trace."""

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
            saved=SAVED,
            endpoints=(BEAM_SEARCH, MASK_PREDICT),
        ),
        Run(
            "race",
            compute="models.translation.race:race",
            trace=RaceTrace,
            inputs=CHOSEN,
            open="models.translation.decoding:open_translators",
            views=(View("race", race, widget="decoding/race"),),
            fresh=True,
            saved=SAVED,
            endpoints=(Endpoint("decoding_race"),),
        ),
    ),
    opens=OPENS,
)
