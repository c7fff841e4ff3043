"""What decides a training that a visitor watches."""

from lab.inputs.kinds import Choice, Number
from lab.inputs.lines import Lines
from lab.inputs.several import Choices
from models.traces import TRAINING_DETAILS, TRAINING_STRATEGIES, TRAINING_TASKS

PAIRS = "\n".join(
    f"{colour} {thing} => the {thing} is {colour}"
    for colour in ("red", "blue", "white", "black", "green")
    for thing in ("car", "hat", "door", "bike", "boat")
)
CHINESE_PAIRS = "\n".join(
    f"{colour}{thing} => {thing}是{colour}的" for colour in "红蓝白黑绿" for thing in "车帽门花船"
)
"""Two words whose order changes; a fifth of their combinations is only asked."""
TRAINING = (
    Choice(name="task", default=TRAINING_TASKS[0], values=TRAINING_TASKS),
    Lines(name="pairs", default=PAIRS, maximum=20_000, only={"task": "own"}),
    Choices(
        name="strategies",
        default=("teacher_forcing", "inverse_sigmoid", "own_output"),
        values=TRAINING_STRATEGIES,
        most=4,
    ),
    Number(name="seeds", default=1, minimum=1, maximum=3),
    Number(name="half", default=0.5, minimum=0.1, maximum=1, step=0.05, more=True),
    Number(name="steps", default=300, minimum=60, maximum=1200, step=60, more=True),
)
DETAIL = Choice(name="detail", default=TRAINING_DETAILS[0], values=TRAINING_DETAILS)
DETAILED = ("detail", "task", "pairs", "seeds", "steps")
"""What decides a training whose small print is varied."""
TRAINING_OPENS = {"zh": {"task": "chinese_numbers", "pairs": CHINESE_PAIRS}}
"""What the page of a language opens with."""
