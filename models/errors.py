"""The one kind of error that a visitor may see."""

from typing import Any


class InputError(ValueError):
    """Something the visitor can change. `code` names the sentence in assets/text, `details` fill its blanks."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(f"{code}: {details}")
        self.code = code
        self.details = details


def in_range(code: str, value: Any, minimum: float, maximum: float, whole: bool = False) -> Any:
    """The number, as an int if `whole`, else as a float; InputError `code` unless it is one from minimum to maximum."""
    number = isinstance(value, int | float) and not isinstance(value, bool) and minimum <= value <= maximum
    if not number or (whole and value % 1):
        raise InputError(code, minimum=minimum, maximum=maximum)
    return int(value) if whole else float(value)
