"""What an operation gives: the arguments are checked as a page's inputs are, and equal questions are computed once."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from lab.api import pictures
from lab.api.found import Wanted, found
from lab.api.operations import ARRAYS, LANGUAGE, Operation, as_plain
from lab.clients import Client, streams
from lab.computing import Answer, Stopped, computations
from lab.inputs.photo import Photo
from lab.question import Question, ask, with_followers
from lab.record import versions
from lab.text import LANGUAGES, Text
from models.errors import InputError

log = logging.getLogger(__name__)
PAUSE_SECONDS = 0.5
"""Between two looks whether the caller still listens."""


class Refused(Exception):
    """An operation that gives no answer; the message is a sentence for whoever has called it."""


def answer(operation: Operation, sent: Mapping[str, Any], client: Client) -> dict[str, Any]:
    """The answer as JSON, which docs/api.md describes. sent: arguments by name; null stands for the default.

    Raises Refused.
    """
    language = sent.get(LANGUAGE)
    text = Text(language if language in LANGUAGES else LANGUAGES[0])
    try:
        return _answer(operation, {name: value for name, value in sent.items() if value is not None}, text, client)
    except InputError as error:
        raise Refused(_sentence(error, text)) from error
    except Stopped as error:
        raise Refused(text("run.stopped")) from error
    except Exception as error:
        log.exception("a run failed")
        raise Refused(text("run.unexpected")) from error


def _answer(operation: Operation, sent: Mapping[str, Any], text: Text, client: Client) -> dict[str, Any]:
    known = operation.arguments(text)
    if unknown := [name for name in sent if name not in known]:
        raise InputError("api.argument", name=unknown[0][:80], names=", ".join(known))
    with _about(LANGUAGE):
        if sent.get(LANGUAGE, text.language) != text.language:
            raise InputError("api.language", name=str(sent[LANGUAGE])[:80], values=", ".join(LANGUAGES))
    with _about(ARRAYS):
        wanted = Wanted.read(sent.get(ARRAYS, False))
    values = with_followers(operation.exhibit, {name: sent[name] for name in operation.inputs if name in sent})
    with ExitStack() as stack:
        for name, one in operation.inputs.items():
            if isinstance(one, Photo):
                with _about(name):
                    values[name] = stack.enter_context(pictures.opened(values[name]))
        question = ask(operation.exhibit, operation.run, values)
        inputs = {name: _told(one, values[name]) for name, one in operation.inputs.items()}
    given = _computed(question, client)
    with _about(ARRAYS):
        json = found(given.trace, wanted, operation.endpoint.without)
    return {
        "endpoint": operation.name,
        "inputs": inputs,
        "says": {view.name: said for view in operation.views if (said := _said(view, given, text))},
        "truth": {view.name: view.truth for view in operation.views},
        "found": json,
        "computed": _provenance(given),
    }


def _computed(question: Question, client: Client) -> Answer:
    """The answer, when it is there; what measures this machine is measured anew. Raises Stopped once nobody listens."""
    if not streams.lead_to(client):
        raise Stopped
    known = None if question.run.fresh else computations.known(question)
    computation = known or computations.watch(question, client.address)
    if isinstance(computation, Answer):
        return computation
    try:
        while not computation.future.done():
            computation.wait(computation.partial, PAUSE_SECONDS, lambda: False)
            if not streams.lead_to(client, 0):
                raise Stopped
        return computation.future.result()
    finally:
        computations.leave(computation)


def _said(view: Any, given: Answer, text: Text) -> str:
    """The sentence that a view says of the trace."""
    says = view.claim or view.verdict
    return as_plain(says(given.trace, text)) if says else ""


def _told(one: Any, value: Any) -> Any:
    """An input's value as it was accepted: a photo by its name, or by the digest of its pixels."""
    return one.written(value) if isinstance(one, Photo) else value


def _provenance(given: Answer) -> dict[str, Any]:
    """Where the numbers come from; a saved or recorded answer has no date and no seconds."""
    took = {"date": given.date, "seconds": round(given.seconds, 3)} if given.date else {}
    made = given.provenance
    with_what = {"models": dict(made.models), "device": made.device, "precision": [*made.precision]}
    return {"origin": given.origin, **took, **with_what, "versions": versions()}


@contextmanager
def _about(name: str) -> Iterator[None]:
    """Errors name the argument."""
    try:
        yield
    except InputError as error:
        error.about = error.about or name
        raise


def _sentence(error: InputError, text: Text) -> str:
    """What to change, beginning with the name of the argument unless the sentence has it."""
    sentence = text.error(error)
    return sentence if "input" in error.details or not error.about else f"{error.about}: {sentence}"
