"""Training strategies: what a decoder is fed while it learns, and what it does with its own mistakes."""

from lab.exhibit import Endpoint, Exhibit, Run, View
from lab.inputs.kinds import Choice
from lab.inputs.strategies import DETAIL, DETAILED, TRAINING, TRAINING_OPENS
from lab.inputs.translation import OPENS, SAVED, SENTENCE, TRANSLATOR, Forces
from lab.views.strategies import details, fed, finetune, history, recovery, train, widths, wrong
from models.traces import (
    HISTORIES,
    MISTAKES,
    DetailsTrace,
    FinetuneTrace,
    HistoryTrace,
    RecoveryTrace,
    StrategiesTrace,
    WidthsTrace,
    WrongTokenTrace,
)

EXHIBIT = Exhibit(
    "strategies",
    inputs=(
        DETAIL,
        *TRAINING,
        *SENTENCE,
        Choice(name="mistake", default=MISTAKES[0], values=MISTAKES),
        TRANSLATOR,
        Choice(name="checkpoint", default=HISTORIES[0], values=HISTORIES),
        Forces(name="swaps"),
    ),
    runs=(
        Run(
            "train",
            compute="models.strategies.train:trace",
            trace=StrategiesTrace,
            inputs=tuple(one.name for one in TRAINING),
            views=(View("train", train, widget="chart"), View("fed", fed, widget="strategies/fed")),
            grows=True,
            saved={"": {}, **TRAINING_OPENS},
            endpoints=(Endpoint("training_strategies"),),
        ),
        Run(
            "wrong",
            compute="models.strategies.wrong_token:trace",
            trace=WrongTokenTrace,
            inputs=("sentence", "language", "translator", "mistake", "swaps"),
            views=(View("wrong", wrong, widget="strategies/wrong"),),
            actions={"swap": "swaps"},
            saved=SAVED,
            endpoints=(Endpoint("wrong_token"),),
        ),
        Run(
            "recovery",
            compute="models.strategies.recorded:recovery",
            trace=RecoveryTrace,
            inputs=("translator",),
            views=(View("recovery", recovery, widget="chart", truth="recorded"),),
            saved=SAVED,
            endpoints=(Endpoint("error_recovery"),),
        ),
        Run(
            "finetune",
            compute="models.strategies.recorded:finetune",
            trace=FinetuneTrace,
            views=(View("finetune", finetune, widget="chart", truth="recorded"),),
            endpoints=(Endpoint("strategy_finetuning"),),
        ),
        Run(
            "widths",
            compute="models.strategies.recorded:widths",
            trace=WidthsTrace,
            inputs=("translator",),
            views=(View("widths", widths, widget="chart", truth="recorded"),),
            saved=SAVED,
            endpoints=(Endpoint("beam_widths"),),
        ),
        Run(
            "history",
            compute="models.strategies.history:trace",
            trace=HistoryTrace,
            inputs=("checkpoint",),
            views=(View("history", history, widget="chart", truth="recorded"),),
            endpoints=(Endpoint("training_history"),),
        ),
        Run(
            "details",
            compute="models.strategies.details:trace",
            trace=DetailsTrace,
            inputs=DETAILED,
            views=(View("details", details, widget="chart"),),
            grows=True,
            saved={"": {}, **TRAINING_OPENS},
            endpoints=(Endpoint("training_details"),),
        ),
    ),
    opens={language: values | TRAINING_OPENS.get(language, {}) for language, values in OPENS.items()},
    focused=True,
)
