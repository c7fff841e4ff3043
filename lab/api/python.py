"""The operations as Gradio's named endpoints, for gradio_client and plain HTTP."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Literal, Union

import gradio as gr
from gradio.events import api

from lab.api.answer import Refused, answer
from lab.api.operations import OPERATIONS, Operation
from lab.clients import Client
from lab.text import Text

TYPES = {"integer": int, "number": float, "boolean": bool, "string": str}
"""Of JSON Schema, as Python has them."""


def expose() -> None:
    """Every operation on the page that is built just now."""
    text = Text("en")
    for operation in OPERATIONS.values():
        api(
            function(operation, text),
            api_name=operation.name,
            api_description=operation.description(text),
            concurrency_id="runs",
            concurrency_limit=None,
        )


def function(operation: Operation, text: Text) -> Callable[..., dict[str, Any]]:
    """What Gradio calls, with the signature and the docstring by which it describes the endpoint."""
    arguments = operation.arguments(text)

    def call(*values: Any) -> dict[str, Any]:
        *given, request = values
        client = Client(request.client.host if request.client else "", request.session_hash or "")
        try:
            return answer(operation, dict(zip(arguments, given, strict=True)), client)
        except Refused as refused:
            raise gr.Error(str(refused), print_exception=False) from None

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    taken = [
        inspect.Parameter(name, kind, default=schema["default"], annotation=annotation(schema))
        for name, schema in arguments.items()
    ]
    taken.append(inspect.Parameter("request", kind, default=None, annotation=gr.Request))
    call.__name__ = operation.name
    call.__doc__ = "\n".join(
        [
            operation.description(text),
            "Args:",
            *(f"    {name}: {' '.join(schema['description'].split())}" for name, schema in arguments.items()),
        ]
    )
    call.__annotations__ = {one.name: one.annotation for one in taken} | {"return": dict[str, Any]}
    call.__signature__ = inspect.Signature(taken, return_annotation=dict[str, Any])  # pyright: ignore[reportFunctionMemberAccess]
    return call


def annotation(schema: Mapping[str, Any]) -> Any:
    """The Python type of a JSON schema; with None where that stands for what goes with another argument."""
    if "anyOf" in schema:
        return Union[*map(annotation, schema["anyOf"])]
    found: Any
    if "enum" in schema:
        found = Literal[*schema["enum"]]
    elif schema["type"] == "array":
        found = list[annotation(schema["items"])]
    else:
        found = TYPES[schema["type"]]
    return found | None if schema.get("default", found) is None else found
