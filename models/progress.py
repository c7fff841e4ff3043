"""How a long computation tells that it goes on, and learns that nobody waits for it any longer."""

from typing import Protocol


class Progress(Protocol):
    """What a computation reports to. Any call may raise, to end a computation that nobody waits for."""

    def beat(self) -> None:
        """Between two steps of a computation."""

    def downloaded(self, done: int, total: int) -> None:
        """Bytes so far and bytes in all, about once a megabyte."""

    def converting(self) -> None:
        """A beat while what was downloaded becomes a folder that the lab opens."""


class NoProgress:
    """Reports to nobody."""

    def beat(self) -> None:
        pass

    def downloaded(self, done: int, total: int) -> None:
        pass

    def converting(self) -> None:
        pass


NO_PROGRESS = NoProgress()
