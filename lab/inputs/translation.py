"""The inputs of a translation: a sentence, both translators by language, and how each of them decodes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from lab.inputs.hidden import rows_schema, whole_rows
from lab.inputs.kinds import Choice, Input, Model, Number, Positions
from lab.inputs.models import HUB_TRANSLATORS
from lab.inputs.sentence import EnglishSentence
from lab.sentences import examples
from models.errors import InputError
from models.traces import MAX_LENGTH, REMOVED, STOPPING, STRATEGIES
from models.translation.bundled import (
    AUTOREGRESSIVE,
    BY_LANGUAGE,
    DISTILLED_BASELINE,
    LENGTH_CANDIDATES,
    NON_AUTOREGRESSIVE,
    RAW_COUNTERPART,
)

LANGUAGE = "de"
"""The one that is chosen at first."""
SENTENCE = (
    EnglishSentence(name="sentence", default=examples(LANGUAGE)[0], follows="language"),
    Choice(name="language", default=LANGUAGE, values=tuple(BY_LANGUAGE), room="sentence"),
)
"""What is translated, and into what."""
OPENS = {"zh": {"language": "zh", "sentence": examples("zh")[0]}}
"""What the page of a language opens with, where it translates."""
SAVED = {"": {}, **OPENS}
"""The questions of such pages whose answers are saved."""


def _translator(name: str, families: tuple[str, ...], *others: str, hub: Mapping[str, int] | None = None) -> Model:
    """The bundled model of the chosen language, any other language's, `others`, and those of the Hub."""
    by_language = {language: getattr(pair, name) for language, pair in BY_LANGUAGE.items()}
    return Model(
        name=name,
        default=by_language[LANGUAGE],
        families=families,
        reads="text",
        bundled=(*by_language.values(), *others),
        hub=hub or {},
        follows="language",
        defaults=by_language,
        more=True,
    )


TRANSLATORS = (
    _translator("autoregressive", AUTOREGRESSIVE, DISTILLED_BASELINE, hub=HUB_TRANSLATORS),
    _translator("non_autoregressive", NON_AUTOREGRESSIVE, *RAW_COUNTERPART.values()),
)
TRANSLATOR = replace(TRANSLATORS[0], name="translator")
"""The autoregressive one, where it is the only one."""
SEARCH_SETTINGS = (
    Number(name="length_penalty", default=1.0, minimum=-1, maximum=2, step=0.1, more=True),
    Choice(name="stopping", default=STOPPING[0], values=STOPPING, more=True),
    Number(name="max_length", default=64, minimum=1, maximum=100, more=True),
    Number(name="temperature", default=1.0, minimum=0.1, maximum=2, step=0.1, more=True),
    Number(name="top_k", default=0, minimum=0, maximum=100, more=True),
    Number(name="top_p", default=1.0, minimum=0.05, maximum=1, step=0.05, more=True),
)
REFINEMENT_SETTINGS = (
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
    Positions(name="picked", highest=MAX_LENGTH, more=True),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Edit(Input):
    """A change of one token of an output: its position, from 1, and the id in its place, or REMOVED. A new question
    starts without one."""

    default: tuple[int, ...] = ()
    hidden: ClassVar[bool] = True
    form: ClassVar[str] = "edit"
    bad: ClassVar[tuple[Any, ...]] = (None, {}, "x", 3, [1], [0, 5], [1, -2], [1, 1.5], [True, 5], [1, 2, 3])

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "integer", "minimum": REMOVED}, "maxItems": 2}

    def checked(self, sent: Any) -> tuple[int, ...]:
        numbers = isinstance(sent, list | tuple) and all(type(number) is int for number in sent)
        if not numbers or (sent and (len(sent) != 2 or sent[0] < 1 or sent[1] < REMOVED)):
            raise InputError("input.edit")
        return tuple(sent)


@dataclass(frozen=True, kw_only=True, eq=False)
class Forces(Input):
    """Tokens that a visitor forces in a search: (step, row, id) each, one a step. A new question starts without any."""

    default: tuple[tuple[int, int, int], ...] = ()
    maximum: int = 100
    hidden: ClassVar[bool] = True
    form: ClassVar[str] = "forces"
    bad: ClassVar[tuple[Any, ...]] = (
        *(None, {}, "x", 3, [1], [[1, 2]], [["a", 0, 0]], [[0, 0, 1.5]], [[0, True, 5]], [[-1, 0, 5]]),
        *([[1, 0, 5], [1, 0, 6]], [[step, 0, 0] for step in range(101)]),
    )

    @property
    def schema(self) -> dict[str, Any]:
        return rows_schema(3, self.maximum)

    def checked(self, sent: Any) -> tuple[tuple[int, int, int], ...]:
        if not whole_rows(sent, 3, self.maximum):
            raise InputError("input.forces")
        if len({step for step, _, _ in sent}) < len(sent):
            raise InputError("input.forces")
        return tuple((step, row, token) for step, row, token in sent)
