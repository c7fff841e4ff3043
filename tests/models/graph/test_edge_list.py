"""A graph that a person has written is read, or the line that cannot be is named."""

import pytest

from models.errors import InputError
from models.graph.edge_list import MAX_EDGES, MAX_NODES, read

LABELS = "\na: x\nb: y"


SPACED = ["a b", "  a b  ", "a\u00a0b", "a\u3000b", "a -> b", "a--b", "a <-> b", "a→b", "a——b"]
SIGNED = ["a,b", "a , b", "a\tb", "a;b", "a，b", "a；b", "a、b", '"a","b"', "a,b,", "a;b;;"]


@pytest.mark.parametrize("edge", SPACED + SIGNED)
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
        ("a, b\x00c" + LABELS, "unprintable"),
        ("a, \u202eb" + LABELS, "unprintable"),
        ("a, b\u200b" + LABELS, "unprintable"),
        ("http://a, http://b" + LABELS, "both"),
        ("a b\na: red, blue", "both"),
        ('{"nodes": ["a", "b"], "edges": []}', "both"),
        ("a b 3" + LABELS, "line"),
        ("a, b, 3" + LABELS, "line"),
        ("source,target,weight\na,b" + LABELS + "\n,b,1", "line"),
        ("a b\n: x", "line"),
        ("a b" + LABELS + "\na: y", "two_classes"),
        ("\n".join(f"{i} {i + 1}" for i in range(MAX_NODES)) + LABELS, "nodes"),
        ("\n".join(f"{i} {j}" for i in range(120) for j in range(i))[: MAX_EDGES * 10] + LABELS, "edges"),
        ("a b\n" + "\n".join(f"n{i}: c{i}" for i in range(11)), "many_classes"),
    ],
)
def test_what_is_no_graph_is_said(written, code):
    with pytest.raises(InputError) as error:
        read(written)
    assert error.value.code == f"graph.{code}"


def test_tables_with_headers_say_what_their_columns_are():
    graph = read(
        "\ufeffType;Target;Source;Weight\r\nx;b;http://a;3\r\nx;c;b;1\r\n\r\nId;Size;Class\r\nhttp://a;1;re:d\r\nc;2;blue\r\n"
    )
    assert graph.node == ("http://a", "b", "c") and graph.pair == ((0, 1), (1, 2))
    assert graph.label == ("re:d", "", "blue")
    mixed = read("source,target\na,b\nc,b\na: x\nc: y")
    assert mixed.node == ("a", "b", "c") and mixed.label == ("x", "", "y")


def test_quotes_hold_what_would_part_a_name():
    graph = read('"Doe, J", "a:b"\n"a:b": "x: y"\nc, "Doe, J"\nc: z')
    assert graph.node == ("Doe, J", "a:b", "c") and graph.pair == ((0, 1), (0, 2))
    assert graph.label == ("", "x: y", "z")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_every_system(end):
    assert read(end.join(["a, b", "", "b, c", "a: x", "c: y", ""])).label == ("x", "", "y")


def test_a_name_is_the_same_however_its_accents_are_typed():
    assert read("Zoe\u0301, b\nZo\u00e9: x\nb: y").node == ("Zo\u00e9", "b")


def test_the_line_that_cannot_be_read_is_named():
    with pytest.raises(InputError) as error:
        read("a b\n\nthis is no edge")
    assert error.value.details == {"line": 3, "text": "this is no edge"}
