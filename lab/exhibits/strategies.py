"""Training strategies: what a decoder is fed while it learns, and what it does with its own mistakes."""

from lab.exhibit import Exhibit, Run, View
from lab.inputs.kinds import Choice, Forces
from lab.inputs.strategies import TRAINING, TRAINING_OPENS
from lab.inputs.translation import OPENS, SAVED, SENTENCE, TRANSLATOR
from lab.views.strategies import fed, train, wrong
from models.traces import MISTAKES, StrategiesTrace, WrongTokenTrace

EXHIBIT = Exhibit(
    "strategies",
    inputs=(
        *SENTENCE,
        Choice(name="mistake", default=MISTAKES[0], values=MISTAKES),
        TRANSLATOR,
        Forces(name="swaps"),
        *TRAINING,
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
            "train",
            compute="models.strategies.train:trace",
            trace=StrategiesTrace,
            inputs=tuple(one.name for one in TRAINING),
            views=(View("train", train, widget="chart"), View("fed", fed, widget="strategies/fed")),
            grows=True,
            saved={"": {}, **TRAINING_OPENS},
        ),
    ),
    opens={language: values | TRAINING_OPENS.get(language, {}) for language, values in OPENS.items()},
    focused=True,
)
