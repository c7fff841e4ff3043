"""The inputs of a language model that writes."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from lab.inputs.hidden import rows_schema, whole_rows
from lab.inputs.kinds import Choice, Input, Line, Model, Number
from lab.inputs.translation import TRANSLATOR
from models.errors import InputError
from models.families import DECODERS, MASKED
from models.gpt.bundled import ENCODER, LESSONS, PROMPTS, SHAKESPEARE, TANG
from models.wheels import SMOLLM2


@dataclass(frozen=True, kw_only=True, eq=False)
class Prompt(Line):
    """The text that a language model goes on from."""

    own: ClassVar[bool] = True


HUB_DECODERS = {
    "HuggingFaceTB/SmolLM2-135M-Instruct": 269,
    "distilbert/distilgpt2": 353,
    "openai-community/gpt2": 548,
}
"""With safetensors weights; the size of each download in MB."""
MODEL = Model(
    name="model",
    default=SHAKESPEARE,
    families=DECODERS,
    reads="text",
    bundled=(SHAKESPEARE, TANG),
    wheels=(SMOLLM2,),
    hub=HUB_DECODERS,
)
TEXTS = {**PROMPTS, SMOLLM2: "The capital of France is"}
TEXT = Prompt(name="text", default=TEXTS[SHAKESPEARE], follows="model", defaults=TEXTS)
LESSON = Prompt(name="lesson", default=LESSONS[SHAKESPEARE], follows="model", defaults=LESSONS)
OPENS = {"zh": {"model": TANG, "text": PROMPTS[TANG], "lesson": LESSONS[TANG]}}
"""What the page of a language opens with."""
HUB_ENCODERS = {"distilbert/distilbert-base-uncased": 268, "google-bert/bert-base-uncased": 440}
"""With safetensors weights; the size of each download in MB."""
FAMILIES = (
    Prompt(name="sentence", default="A man in a blue shirt is riding a bike."),
    Model(name="encoder_only", default=ENCODER, families=MASKED, reads="text", bundled=(ENCODER,), hub=HUB_ENCODERS),
    replace(TRANSLATOR, name="encoder_decoder", follows="", defaults={}, more=False),
    replace(MODEL, name="decoder_only"),
)
"""One sentence, and a model of each family."""
METHODS = ("sample", "greedy", "beam")
SAMPLING = (
    Choice(name="method", default=METHODS[0], values=METHODS),
    Number(name="length", default=60, minimum=1, maximum=120),
    Number(name="seed", default=0, minimum=0, maximum=99),
    Number(name="beam_width", default=4, minimum=2, maximum=8, more=True),
    Number(name="temperature", default=0.8, minimum=0.1, maximum=2, step=0.1, more=True),
    Number(name="top_k", default=0, minimum=0, maximum=100, more=True),
    Number(name="top_p", default=1.0, minimum=0.05, maximum=1, step=0.05, more=True),
    Number(name="min_p", default=0.0, minimum=0, maximum=1, step=0.05, more=True),
    Number(name="repetition_penalty", default=1.0, minimum=1, maximum=2, step=0.1, more=True),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Branches(Input):
    """Tokens that a visitor put where a model had chosen others: (continuation, step, id) each. A new question starts
    without any."""

    default: tuple[tuple[int, int, int], ...] = ()
    maximum: int = 5
    hidden: ClassVar[bool] = True
    form: ClassVar[str] = "branches"
    bad: ClassVar[tuple[Any, ...]] = (
        *(None, {}, "x", 3, [1], [[1, 2]], [["a", 0, 0]], [[0, 0, 1.5]], [[0, True, 5]], [[-1, 0, 5]]),
        [[0, step, 0] for step in range(6)],
    )

    @property
    def schema(self) -> dict[str, Any]:
        return rows_schema(3, self.maximum)

    def checked(self, sent: Any) -> tuple[tuple[int, int, int], ...]:
        if not whole_rows(sent, 3, self.maximum):
            raise InputError("generation.branches", maximum=self.maximum)
        return tuple((continuation, step, token) for continuation, step, token in sent)
