"""Training strategies: what a decoder is fed while it learns, and what it does with its own mistakes."""

from lab.exhibit import Exhibit, Run, View
from lab.inputs.kinds import Choice, Forces
from lab.inputs.translation import OPENS, SAVED, SENTENCE, TRANSLATOR
from lab.views.strategies import history, recovery, wrong
from models.traces import HISTORIES, MISTAKES, HistoryTrace, RecoveryTrace, WrongTokenTrace

EXHIBIT = Exhibit(
    "strategies",
    inputs=(
        *SENTENCE,
        Choice(name="mistake", default=MISTAKES[0], values=MISTAKES),
        TRANSLATOR,
        Choice(name="checkpoint", default=HISTORIES[0], values=HISTORIES),
        Forces(name="swaps"),
    ),
    runs=(
        Run(
            "wrong",
            compute="models.strategies.wrong_token:trace",
            trace=WrongTokenTrace,
            inputs=("sentence", "language", "translator", "mistake", "swaps"),
            views=(View("wrong", wrong, widget="strategies/wrong"),),
            actions={"swap": "swaps"},
            saved=SAVED,
        ),
        Run(
            "recovery",
            compute="models.strategies.recovery:trace",
            trace=RecoveryTrace,
            inputs=("translator",),
            views=(View("recovery", recovery, widget="chart", truth="recorded"),),
            saved=SAVED,
        ),
        Run(
            "history",
            compute="models.strategies.history:trace",
            trace=HistoryTrace,
            inputs=("checkpoint",),
            views=(View("history", history, widget="chart", truth="recorded"),),
        ),
    ),
    opens=OPENS,
    focused=True,
)
