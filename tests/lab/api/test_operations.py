"""Every run has a name of its own for Python and agents, with arguments that say what they take."""

import inspect
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from lab.api.operations import LANGUAGE, OPERATIONS, operations
from lab.api.python import annotation, function
from lab.exhibit import Endpoint
from lab.exhibits import EXHIBITS
from lab.inputs.kinds import Model
from lab.inputs.photo import Photo
from lab.text import LANGUAGES, Text
from tests.lab.made import Work, exhibit

named = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


def test_every_run_is_asked_for_under_the_names_that_its_record_gives():
    assert {operation.run for operation in OPERATIONS.values()} == {run for one in EXHIBITS for run in one.runs}
    assert len(OPERATIONS) == sum(len(run.endpoints) or 1 for one in EXHIBITS for run in one.runs)
    assert {"patches", "windows", "beam_search", "mask_predict", "receptive_field", "next_token"} <= {*OPERATIONS}
    assert all(name.isidentifier() and name.isascii() and name.islower() for name in OPERATIONS)


def test_a_name_that_two_exhibits_have_begins_with_the_exhibits():
    one, other = exhibit(Work()), exhibit(Work(), name="blocks")
    assert [*operations((one,))] == ["first", "second"]
    assert [*operations((one, other))] == ["cost_first", "cost_second", "blocks_first", "blocks_second"]


@named
def test_what_an_endpoint_leaves_out_is_there(operation):
    run = operation.run
    parts = {*run.inputs, *(view.name for view in run.views), *run.trace.__dataclass_fields__}
    assert {*operation.endpoint.without} <= parts
    assert operation.inputs or not run.inputs
    assert operation.views


@named
def test_arguments_have_words_types_and_defaults_that_they_take(operation):
    text = Text("en")
    for name, schema in operation.arguments(text).items():
        assert schema["description"]
        Draft202012Validator.check_schema(schema)
        if schema["default"] is not None:
            Draft202012Validator(schema).validate(schema["default"])
        if name in operation.inputs:
            one = operation.inputs[name]
            assert schema["default"] is None or one.checked(schema["default"]) is not None
            for default in one.defaults.values():
                Draft202012Validator(one.schema).validate(default)
    for language in LANGUAGES:
        said = operation.description(Text(language))
        assert 20 < len(said) < 1200
        assert "&#" not in said


@named
def test_a_schema_refuses_values_of_another_type_as_the_input_does(operation):
    for one in operation.inputs.values():
        validator = Draft202012Validator(one.schema)
        if isinstance(one, Photo | Model):
            continue  # a photo may be a file too, and any text may be a model's name
        for sent in (None, {"a": 1}):
            assert not validator.is_valid(sent), one.name


@named
def test_gradio_gets_a_signature(operation):
    made = function(operation, Text("en"))
    taken = inspect.signature(made).parameters
    assert [*taken] == [*operation.arguments(Text("en")), "request"]
    assert made.__name__ == operation.name
    assert taken[LANGUAGE].default == "en"


def test_types_are_pythons():
    assert annotation({"type": "integer"}) is int
    assert annotation({"type": "string", "default": None}) == str | None
    assert annotation({"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}) == list[list[int]]
    assert annotation({"anyOf": [{"type": "boolean"}, {"type": "string"}]}) == bool | str


def test_an_endpoint_without_an_input_does_not_take_it():
    made = exhibit(Work())
    run = replace(made.runs[0], endpoints=(Endpoint("bare", without=("count", "aside")),))
    (one,) = operations((replace(made, runs=(run,)),)).values()
    assert [*one.inputs] == ["word", "forces"]
    assert [view.name for view in one.views] == ["cost"]
