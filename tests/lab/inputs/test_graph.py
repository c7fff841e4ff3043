"""Edges that a visitor changes."""

import pytest

from lab.inputs.graph import MAX_CHANGES, EdgeChanges
from models.errors import InputError


def test_as_many_edges_as_can_be_are_changed_and_one_more_is_said_as_such():
    changes = [[0, node + 1] for node in range(MAX_CHANGES + 1)]
    kind = EdgeChanges(name="changes")
    assert kind.checked(changes[1:]) == tuple(map(tuple, changes[1:]))
    with pytest.raises(InputError) as error:
        kind.checked(changes)
    assert (error.value.code, error.value.details) == ("graph.many_changes", {"maximum": MAX_CHANGES})
