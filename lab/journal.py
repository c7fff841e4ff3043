"""The server's log: a line for each run, and where what failed. Nothing that a visitor sent is in it."""

import logging
import traceback
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab.question import Question

log = logging.getLogger(__name__)


class Places(logging.Formatter):
    """Writes of an exception where it was raised and of what kind, not what it says: that may be a visitor's words."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name is logging's
        error, lines = ei[1], []
        while error:
            lines[:0] = [*traceback.format_tb(error.__traceback__), f"{type(error).__qualname__}\n"]
            error = error.__cause__ or error.__context__
        return "".join(lines).rstrip()


def begin() -> None:
    """Write to standard error from now on."""
    handler = logging.StreamHandler()
    handler.setFormatter(Places("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler])
    log.setLevel(logging.INFO)


def answered(question: "Question", seconds: float, origin: str, device: str) -> None:
    """A run's line. seconds: that it computed now; origin: as an Answer has it."""
    cached = "no" if origin == "computed" else origin
    log.info('exhibit=%s run=%s seconds=%.2f cached=%s device="%s"', *_names(question), seconds, cached, device)


def failed(question: "Question", error: BaseException) -> None:
    """The line of a run without an answer: the code of its visitor's sentence, or the kind of the error."""
    log.info("exhibit=%s run=%s failed=%s", *_names(question), getattr(error, "code", type(error).__qualname__))


def _names(question: "Question") -> tuple[str, str]:
    return question.exhibit.name, question.run.name
