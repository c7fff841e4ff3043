"""A graph that a person has written is read, or the line that cannot be is named."""

import pytest

from models.errors import InputError
from models.graph.edge_list import MAX_EDGES, MAX_NODES, read

LABELS = "\na: x\nb: y"


@pytest.mark.parametrize("edge", ["a b", "a,b", "a , b", "a\tb", "a -> b", "a--b", "a;b", "a，b", "  a b  ", "a→b"])
def test_an_edge_can_be_written_in_many_ways(edge):
    graph = read(edge + LABELS)
    assert graph.node == ("a", "b") and graph.pair == ((0, 1),) and graph.label == ("x", "y")


def test_names_of_all_scripts_with_spaces_and_signs_are_names():
    graph = read("张三，李四\nThe <b>boss</b>, 张三\n# a remark\n\n张三：红队\nThe <b>boss</b>: blue team")
    assert graph.node == ("张三", "李四", "The <b>boss</b>")
    assert graph.pair == ((0, 1), (0, 2)) and graph.label == ("红队", "", "blue team")


def test_edges_that_are_said_again_and_loops_are_counted_not_doubled():
    graph = read("a b\nb a\na a\na b\nc d" + LABELS)
    assert graph.pair == ((0, 1), (2, 3)) and graph.doubled == 3


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "empty"),
        ("a: x\nb: y", "empty"),
        ("a b", "classes"),
        ("a b\na: x\nb: x", "classes"),
        ("a b c" + LABELS, "line"),
        ("alone" + LABELS, "line"),
        ("a," + LABELS, "line"),
        (f"a {'b' * 41}" + LABELS, "name"),
        ("a, b\x00c" + LABELS, "name"),
        ("\n".join(f"{i} {i + 1}" for i in range(MAX_NODES)) + LABELS, "nodes"),
        ("\n".join(f"{i} {j}" for i in range(120) for j in range(i))[: MAX_EDGES * 10] + LABELS, "edges"),
        ("a b\n" + "\n".join(f"n{i}: c{i}" for i in range(11)), "many_classes"),
    ],
)
def test_what_is_no_graph_is_said(written, code):
    with pytest.raises(InputError) as error:
        read(written)
    assert error.value.code == f"graph.{code}"


def test_the_line_that_cannot_be_read_is_named():
    with pytest.raises(InputError) as error:
        read("a b\n\nthis is no edge")
    assert error.value.details == {"line": 3, "text": "this is no edge"}
