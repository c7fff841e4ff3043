"""Training strategies: what a decoder is fed while it learns, and what it does with its own mistakes."""

from lab.exhibit import Exhibit, Run, View
from lab.inputs.kinds import Choice, Forces
from lab.inputs.translation import OPENS, SAVED, SENTENCE, TRANSLATOR
from lab.views.strategies import wrong
from models.traces import MISTAKES, WrongTokenTrace

EXHIBIT = Exhibit(
    "strategies",
    inputs=(
        *SENTENCE,
        Choice(name="mistake", default=MISTAKES[0], values=MISTAKES),
        TRANSLATOR,
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
    ),
    opens=OPENS,
    focused=True,
)
