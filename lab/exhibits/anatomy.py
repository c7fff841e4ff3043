"""Anatomy: the whole Transformer, number by number, on the visitor's own sentence."""

from dataclasses import replace

from lab.exhibit import Exhibit, Run, View
from lab.inputs.kinds import Choice
from lab.inputs.sentence import Sentence
from lab.inputs.translation import LANGUAGE, TRANSLATORS, Edit
from lab.sentences import examples
from lab.views.anatomy import cache, cross, mask
from models.traces import CacheTrace, CausalityTrace, CrossTrace
from models.translation.bundled import BY_LANGUAGE

OPENS = {"zh": {"language": "zh", "sentence": examples("zh")[0]}}
SAVED = {"": {}, **OPENS}
TRANSLATION = ("sentence", "language", "translator")

EXHIBIT = Exhibit(
    "anatomy",
    inputs=(
        Sentence(name="sentence", default=examples(LANGUAGE)[0], follows="language"),
        Choice(name="language", default=LANGUAGE, values=tuple(BY_LANGUAGE)),
        replace(TRANSLATORS[0], name="translator"),
        Edit(name="edit"),
    ),
    runs=(
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
