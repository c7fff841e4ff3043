"""The kinds of inputs: each lays out its component, checks what was sent, and gives a key for equal values.

Gradio's own checks are left out (their sentences are English and end the run before it can answer), so `checked` gets
whatever a browser or a script has sent.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import gradio as gr

from lab.text import Text
from models.checkpoint import OpenModel, Reads, open_model, stamp
from models.errors import InputError
from models.hub import is_public_server
from models.progress import Progress
from models.wheels import WHEELS, allowed


class Code(NamedTuple):
    """A Python expression, the lines that import its names, and what whoever runs it must know."""

    expression: str
    imports: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Input:
    """Something that decides what a run computes.

    name: the keyword of the computation, and [input] <name> in the exhibit's text file. more: behind "more settings".
    follows: the input whose choice gives this one its default, by value in `defaults`. only: the choices, and the value
    of each, beside which alone it is read.
    """

    name: str
    default: Any = None
    more: bool = False
    follows: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    only: Mapping[str, Any] = field(default_factory=dict)
    hidden: ClassVar[bool] = False
    """Set by what a widget asks for, not by a component."""
    own: ClassVar[bool] = False
    """Whether it is the visitor's own photo or text."""
    lasts: ClassVar[bool] = False
    """Whether a hidden input stays as it is when everything is asked anew."""
    form: ClassVar[str] = ""
    """How a value is written where its type does not say so: [form] <form> in the text file "api"."""
    bad: ClassVar[tuple[Any, ...]] = (None, [], {"a": 1})
    """Values that `checked` refuses, for the tests."""

    def component(self, text: Text, exhibit: str) -> Any:
        """The Gradio component, with its default."""
        raise NotImplementedError

    @property
    def schema(self) -> dict[str, Any]:
        """What is sent, in the words of JSON Schema."""
        raise NotImplementedError

    def checked(self, sent: Any) -> Any:
        """The value for the computation. Raises InputError for what cannot be one."""
        raise NotImplementedError

    def kept(self, sent: Any) -> Any:
        """What of an accepted value is kept to ask again: something small."""
        return sent

    def key(self, value: Any) -> str:
        """Equal for equal values."""
        return repr(value)

    def is_read(self, values: Mapping[str, Any]) -> bool:
        """Whether the computation reads it beside these values of its run, by input."""
        return all(values[choice] == value for choice, value in self.only.items())

    def written(self, asked: Any) -> str:
        """The text of an accepted value in a link."""
        return asked if isinstance(asked, str) else json.dumps(asked)

    def read(self, text: Any) -> Any:
        """The value of a link's text, for `checked`. Raises ValueError for what is no value's text."""
        return text if isinstance(self.default, str) else json.loads(text if isinstance(text, str) else "")

    def shown(self, sent: Any) -> Any:
        """An accepted value as the component takes it."""
        return sent

    def code(self, asked: Any) -> Code:
        """How Python makes the value for the computation of an accepted one."""
        return Code(repr(self.checked(asked)))

    def refusal(self, kind: str, **details: object) -> InputError:
        """The error that names this input by its label."""
        return InputError(f"input.{kind}", input=self.name, **details)


@dataclass(frozen=True, kw_only=True, eq=False)
class Choice(Input):
    """One of a few values; words in [choice.<name>] unless the values are numbers.

    room: the text file of these words, where several exhibits share them.
    """

    values: tuple[Any, ...]
    room: str = ""
    bad: ClassVar[tuple[Any, ...]] = (None, [], {"a": 1}, "none of these", -1, True)

    def component(self, text: Text, exhibit: str) -> Any:
        label = text(f"{exhibit}.input.{self.name}")
        return gr.Radio(self.named(text, exhibit), value=self.default, label=label, interactive=True)

    def named(self, text: Text, exhibit: str) -> list[tuple[str, Any]]:
        """Words and values."""
        words = self.words(text, exhibit)
        return [(words[one] if isinstance(one, str) else str(one), one) for one in self.values]

    def words(self, text: Text, exhibit: str) -> dict[str, str]:
        """By value."""
        return text.section(f"{self.room or exhibit}.choice.{self.name}")

    @property
    def schema(self) -> dict[str, Any]:
        return {"enum": [*self.values]}

    def checked(self, sent: Any) -> Any:
        for value in self.values:
            if type(sent) in (type(value), float) and sent == value:
                return value
        raise self.refusal("choice", values=", ".join(map(str, self.values)))


@dataclass(frozen=True, kw_only=True, eq=False)
class Tick(Input):
    """Whether to do something as well."""

    default: bool = False
    bad: ClassVar[tuple[Any, ...]] = (None, [], {"a": 1}, "yes", 2)

    def component(self, text: Text, exhibit: str) -> gr.Checkbox:
        label = text(f"{exhibit}.input.{self.name}")
        return gr.Checkbox(self.default, label=label, interactive=True)

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def checked(self, sent: Any) -> Any:
        if not isinstance(sent, bool):
            raise self.refusal("flag")
        return sent


@dataclass(frozen=True, kw_only=True, eq=False)
class Number(Input):
    """A number in a range; whole where the step is."""

    minimum: float
    maximum: float
    step: float = 1
    bad: ClassVar[tuple[Any, ...]] = (None, [], {"a": 1}, "4", True, 1e300, -1e300, float("nan"))

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are taken."""
        return float(self.step).is_integer()

    def component(self, text: Text, exhibit: str) -> gr.Slider:
        return gr.Slider(
            self.minimum,
            self.maximum,
            value=self.default,
            step=self.step,
            label=text(f"{exhibit}.input.{self.name}"),
            interactive=True,
        )

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "integer" if self.whole else "number", "minimum": self.minimum, "maximum": self.maximum}

    def checked(self, sent: Any) -> float | int:
        number = isinstance(sent, int | float) and not isinstance(sent, bool)
        if not number or not self.minimum <= sent <= self.maximum or (self.whole and sent % 1):
            raise self.refusal("whole" if self.whole else "number", minimum=self.minimum, maximum=self.maximum)
        return int(sent) if self.whole else float(sent)


@dataclass(frozen=True, kw_only=True, eq=False)
class Line(Input):
    """A short line of text; what it means is the computation's matter."""

    default: str = ""
    placeholder: str = ""
    maximum: int = 400
    bad: ClassVar[tuple[Any, ...]] = (None, 7, [], {"a": 1}, "x" * 500)

    def component(self, text: Text, exhibit: str) -> gr.Textbox:
        label = text(f"{exhibit}.input.{self.name}")
        return gr.Textbox(self.default, label=label, placeholder=self.placeholder, interactive=True)

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.maximum}

    def checked(self, sent: Any) -> Any:
        if not isinstance(sent, str):
            raise self.refusal("text")
        if len(sent) > self.maximum:
            raise self.refusal("long", characters=len(sent), maximum=self.maximum)
        return sent


@dataclass(frozen=True, kw_only=True, eq=False)
class Positions(Line):
    """Positions of tokens as a person writes them, counted from 1: "2 3, 5"; the computation gets them from 0."""

    placeholder: str = "2 3 5"
    highest: int
    bad: ClassVar[tuple[Any, ...]] = (*Line.bad, "0", "two", "-1", "1.5", "2-5", "9" * 300, "²", "٣")

    def checked(self, sent: Any) -> tuple[int, ...]:
        written = re.findall(r"[^\s,;，、]+", super().checked(sent))
        if not all(re.fullmatch("[0-9]{1,9}", number) and 1 <= int(number) <= self.highest for number in written):
            raise InputError("input.positions", maximum=self.highest)
        return tuple(int(number) - 1 for number in written)


@dataclass(frozen=True, kw_only=True, eq=False)
class Model(Input):
    """A model: a bundled one, one of a package or of the Hub, or any other that the visitor types in.

    families: classes of transformers that the run reads. reads: what prepares its input. wheels: names of WHEELS. hub:
    well-known Hub ids and their downloads in MB.
    """

    families: tuple[str, ...]
    bundled: tuple[str, ...]
    reads: Reads = "image"
    form: ClassVar[str] = "model"
    wheels: tuple[str, ...] = ()
    hub: Mapping[str, int] = field(default_factory=dict)
    bad: ClassVar[tuple[Any, ...]] = (
        None,
        3,
        True,
        [],
        ["vit-imagenette"],
        {"a": 1},
        "",
        "a" * 100_000,
    )

    def component(self, text: Text, exhibit: str) -> gr.Dropdown:
        bundled = [(text("model.bundled", name=name), name) for name in self.bundled]
        fetched = [(_label(name, text), name) for name in self.wheels if allowed(name)]
        known = [(text("model.download", name=name, size=size), name) for name, size in self.hub.items()]
        return gr.Dropdown(
            [*bundled, *fetched, *known],
            value=self.default,
            label=text(f"{exhibit}.input.{self.name}"),
            info=text("model.info_public" if is_public_server() else "model.info"),
            allow_custom_value=True,
            interactive=True,
        )

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "string", "examples": [*self.bundled, *self.wheels]}

    def checked(self, sent: Any) -> str:
        reference = sent.strip() if isinstance(sent, str) else ""
        if not reference or len(reference) > 400:
            raise InputError("model.unknown", reference=reference[:80])
        return reference

    def key(self, value: str) -> str:
        return f"{value} {stamp(value)}"

    def code(self, asked: Any) -> Code:
        arguments = f"{self.checked(asked)!r}, {self.families!r}, {self.reads!r}"
        return Code(f"open_model({arguments})", ("from models.checkpoint import open_model",))

    def open(self, value: str, progress: Progress) -> OpenModel:
        """The model itself. Raises InputError as `open_model` does."""
        return open_model(value, self.families, self.reads, progress)


def _label(wheel: str, text: Text) -> str:
    """A name of WHEELS with its size and what one should know before choosing it."""
    return text(f"model.wheel.{wheel}", name=wheel, size=f"{WHEELS[wheel].size / 1e6:.0f}")
