"""The hidden inputs: what a widget sets, not a component."""

from dataclasses import dataclass
from typing import Any, ClassVar

from lab.inputs.kinds import Input, Tick
from models.errors import InputError


@dataclass(frozen=True, kw_only=True, eq=False)
class Switch(Tick):
    """A tick that a widget sets."""

    hidden: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True, eq=False)
class Point(Input):
    """A point of a photo that a widget asks for: (down, across), shares of the sides in [0, 1)."""

    default: tuple[float, float] = (0.5, 0.5)
    hidden: ClassVar[bool] = True
    lasts: ClassVar[bool] = True
    form: ClassVar[str] = "point"
    bad: ClassVar[tuple[Any, ...]] = (
        *(None, [], {}, [2, 0], [-0.1, 0], [0.5], [1, 1], [0.5, None], "middle", ["a", "b"], [1e300, 0]),
        *([float("nan"), 0], [True, 0]),
    )

    @property
    def schema(self) -> dict[str, Any]:
        share = {"type": "number", "minimum": 0, "exclusiveMaximum": 1}
        return {"type": "array", "items": share, "minItems": 2, "maxItems": 2}

    def checked(self, sent: Any) -> tuple[float, float]:
        pair = isinstance(sent, list | tuple) and len(sent) == 2
        if not pair or not all(type(share) in (int, float) and 0 <= share < 1 for share in sent):
            raise InputError("input.point")
        return float(sent[0]), float(sent[1])


def rows_schema(count: int, most: int) -> dict[str, Any]:
    """Of what `whole_rows` accepts."""
    row = {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": count, "maxItems": count}
    return {"type": "array", "items": row, "maxItems": most}


def whole_numbers(sent: Any, count: int) -> bool:
    """Whether what was sent is a list of so many whole numbers from 0."""
    listed = isinstance(sent, list | tuple) and len(sent) == count
    return listed and all(type(number) is int and number >= 0 for number in sent)


def whole_rows(sent: Any, count: int, most: int) -> bool:
    """Whether what was sent is a list of at most so many lists, each of so many whole numbers from 0."""
    return isinstance(sent, list | tuple) and len(sent) <= most and all(whole_numbers(row, count) for row in sent)
