"""Inputs and outputs of the dialect `lists`: what is read, what is said, arrays, further inputs."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lasynth.domains.c.lists.layout import LIST_WIDTH, LISTS_AT, NUMBER, OUTPUT_WIDTH, input_width
from lasynth.domains.c.lists.values import VALUES, Inputs
from lasynth.errors import InputError
from lasynth.examples import Example

XS_K = Inputs(("xs", "k"), ((3, 1, 2), 2))
ROW = Inputs(None, ((3, 1, 2), 2))

# Reading --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("obj", "read"),
    [
        ([3, 1, 2], (3, 1, 2)),
        ([], ()),
        ([True, False, 5], (1, 0, 5)),
        (7, 7),
        (True, 1),
        (-(2**31), -(2**31)),
        ([2**31 - 1] * 64, (2**31 - 1,) * 64),
        (np.array([3, 1]), (3, 1)),
        (range(3), (0, 1, 2)),
        ((cell for cell in (4, 5)), (4, 5)),
        (np.int64(4), 4),
        (np.bool_(True), 1),
        ({"xs": [3, 1, 2], "k": 2}, XS_K),
        ({"x": 5}, Inputs(("x",), (5,))),
        ({"xs": [True], "k": False}, Inputs(("xs", "k"), ((1,), 0))),
        ([[3, 1, 2], 2], ROW),
        (((3, 1, 2), 2), ROW),
        ([2, [], [1]], Inputs(None, (2, (), (1,)))),
        (XS_K, XS_K),
        (ROW, ROW),
    ],
)
def test_an_input_is_read(obj: object, read: Any) -> None:
    found = VALUES.read(obj, "input")
    assert found == read
    assert type(found) is type(read)
    assert hash(found) == hash(read)
    assert pickle.loads(pickle.dumps(found)) == read
    assert VALUES.read(found, "input") == found
    assert VALUES.read(VALUES.to_json(found), "input") == found
    if isinstance(found, tuple):
        assert all(type(cell) is int for cell in found)


@pytest.mark.parametrize(
    ("obj", "message"),
    [
        (2.5, "2.5 is not an integer. Values are whole numbers."),
        ("x", '"x" is a text, not a list or a number. Write numbers without quotes.'),
        (None, "null is given, not a list or a number. Give the value, or leave the example out."),
        (2**31, "2147483648 does not fit in 32 bits. Values are -2147483648 to 2147483647."),
        pytest.param(10**5000, "a number does not fit in 32 bits.", id="5000 digits"),
        ([1, 2.5], "cell 2 is 2.5, not an integer. Values are whole numbers."),
        ([2.5, 1, 3.5], "cell 1 is 2.5, not an integer (1 more like it). Values are whole numbers."),
        ([1, "2"], 'cell 2 is "2", not an integer. Write numbers without quotes.'),
        ([None], "cell 1 is null, not an integer. Give the value, or leave the example out."),
        ([0] * 65, "the list has 65 cells. Lists have 0 to 64 cells."),
        ([0] * 5000, "the list has 1,000 or more cells. Lists have 0 to 64 cells."),
        ([1, 2**31, -(2**31) - 1], "cells 2, 3 do not fit in 32 bits."),
        ([[1, 2], [3]], "cells 1, 2 are lists. Give several lists names, as in"),
        ([[1]], "cell 1 is a list. Give several lists names, as in"),
        ([[1, [2]], 3], "input 1: cell 2 is a list. Lists hold numbers only."),
        ({"xs": [[1], 2]}, "xs: cell 1 is a list. Lists hold numbers only."),
        ({}, "there are no inputs. Write a list [1, 2, 3], a number, or several"),
        (
            {name: [1] for name in "abcde"},
            "there are 5 lists. A program takes at most 4 lists and 4 numbers.",
        ),
        (dict.fromkeys("abcde", 1), "there are 5 numbers."),
        ([1, 2, 3, 4, 5, [1]], "there are 5 numbers."),
        ({"a b": 1}, '"a b" is no name of C. Use letters, digits and _'),
        ({"größe": 1}, "is no name of C."),
        ({3: 1}, '"3" is no name of C.'),
        ({"int": 1}, "the name int is a word of C. Give the input another name."),
        ({"bool": 1}, "the name bool is a word of C."),
        ({"main": 1}, "the name main is a word of C."),
        ({"__x": 1}, "the name __x is reserved for compilers."),
        ({"_X": 1}, "the name _X is reserved for compilers."),
        ({"x" * 64: 1}, "has 64 characters."),
        ({"xs": {"y": 1}}, 'xs: {"y": 1} is an object, not a list or a number.'),
    ],
)
def test_what_is_wrong_with_an_input(obj: object, message: str) -> None:
    with pytest.raises(InputError) as caught:
        VALUES.read(obj, "input")
    assert str(caught.value).startswith("input: ")
    assert message in str(caught.value)


def test_all_that_is_wrong_with_an_input_is_named() -> None:
    obj = {"xs": [1.5, "2", None, 2**31, [3]], "main": "x", "y": None}
    with pytest.raises(InputError) as caught:
        VALUES.read(obj, "input")
    assert str(caught.value) == (
        "input: the name main is a word of C, xs: cell 5 is a list, xs: cell 1 is 1.5, not an integer, "
        'xs: cell 2 is "2", not an integer, xs: cell 3 is null, not an integer, '
        "xs: cell 4 does not fit in 32 bits, and 2 more. Give the input another name."
    )


@pytest.mark.parametrize(("obj", "read"), [([], ()), ([True], (1,)), (False, 0), ([3, 1], (3, 1)), (-5, -5)])
def test_an_output_is_read(obj: object, read: Any) -> None:
    assert VALUES.readers[1](obj, "output") == read


@pytest.mark.parametrize(
    ("obj", "message"),
    [
        ({"x": 1}, 'output: {"x": 1} is an object, not a list or a number. An output is one list'),
        ([[1], 2], "output: cell 1 is a list. Lists hold numbers only."),
        ([[1], [2]], "output: cells 1, 2 are lists. Lists hold numbers only."),
        (None, "output: null is given"),
        (5.8, "output: 5.8 is not an integer."),
    ],
)
def test_what_is_wrong_with_an_output(obj: object, message: str) -> None:
    with pytest.raises(InputError) as caught:
        VALUES.readers[1](obj, "output")
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("given", "first", "message", "hint"),
    [
        ((1,), 2, "the input is a list, that of example 1 a number", "What is a list"),
        (ROW, (1,), "the input is a list and a number, that of example 1 a list", "What is a list"),
        (
            Inputs(("xs", "n"), ((1,), 2)),
            XS_K,
            "the input is a list xs and a number n, that of example 1 a list xs and a number k",
            "All examples of a task have inputs of the same names.",
        ),
        (
            Inputs(("xs", "k"), (1, (2,))),
            XS_K,
            "the input is a number xs and a list k, that of example 1 a list xs and a number k",
            "What is a list",
        ),
        (Inputs(("x",), (5,)), 5, "the input is a number x, that of example 1 a number", "All examples"),
    ],
)
def test_examples_of_other_kinds_are_of_another_task(given: Any, first: Any, message: str, hint: str) -> None:
    found = VALUES.obstacle(Example(given, 1), Example(first, 1))
    assert found is not None
    assert found[0] == message
    assert found[1].startswith(hint)
    both = VALUES.obstacle(Example(given, (1,)), Example(first, 1))
    assert both == (f"{message}, the output is a list, that of example 1 a number", found[1])


def test_outputs_are_of_one_kind() -> None:
    what = "the output is a number, that of example 1 a list"
    assert VALUES.obstacle(Example(1, 1), Example(2, (2,))) == (
        what,
        "All outputs of a task are lists, or all are numbers.",
    )
    assert VALUES.obstacle(Example((1,), (1, 2)), Example((), ())) is None


def test_names_have_the_order_of_the_first_example() -> None:
    assert VALUES.uniform is not None
    other = Example(Inputs(("k", "xs"), (2, (3, 1, 2))), 1)
    assert VALUES.uniform(other, Example(XS_K, 5)) == Example(XS_K, 1)
    unlike = Example(Inputs(("k", "ys"), (2, (3, 1, 2))), 1)
    assert VALUES.uniform(unlike, Example(XS_K, 5)) == unlike
    assert VALUES.uniform(Example((1,), 1), Example(XS_K, 5)) == Example((1,), 1)


# Texts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("3 1 2", (3, 1, 2)),
        ("3, 1, 2", (3, 1, 2)),
        ("3,1,2,", (3, 1, 2)),
        (" [3, 1, 2] ", (3, 1, 2)),
        ("5", 5),
        ("[5]", (5,)),
        ("[]", ()),
        ("true, false", (1, 0)),
        ("3 1 2, 2", ROW),
        ("[3, 1, 2], 2", ROW),
        ("[[3, 1, 2], 2]", ROW),
        ("2, 3 1", Inputs(None, (2, (3, 1)))),
        ("[3], 2", Inputs(None, ((3,), 2))),
        ("xs = 3 1 2, k = 2", XS_K),
        ("xs=[3,1,2],k=2", XS_K),
        ("xs = 3, 1, 2, k = 2", XS_K),
        ("xs = [], k = 2", Inputs(("xs", "k"), ((), 2))),
        ("x = 5", Inputs(("x",), (5,))),
        ('{"xs": [3, 1, 2], "k": 2}', XS_K),
    ],
)
def test_an_input_is_read_from_a_text(text: str, read: Any) -> None:
    assert VALUES.read_text(text, "-i") == read
    assert VALUES.text_reader([text])(text, "-i") == read


@pytest.mark.parametrize(
    ("texts", "read"),
    [
        (["5", "6"], [5, 6]),
        (["5", "6 7"], [(5,), (6, 7)]),
        (["5", "[6]"], [(5,), (6,)]),
        (["5", "[]"], [(5,), ()]),
        (["5", "6, 7"], [(5,), (6, 7)]),
        (["1, 2", "3 4, 5"], [Inputs(None, ((1,), 2)), Inputs(None, ((3, 4), 5))]),
        (["1, 2, 3", "3 4, 5"], [(1, 2, 3), Inputs(None, ((3, 4), 5))]),
        (
            ["x = 1, y = 2", "x = 1 2, y = 3"],
            [Inputs(("x", "y"), (v, w)) for v, w in (((1,), 2), ((1, 2), 3))],
        ),
        (['{"x": [1]}', "x = 2"], [Inputs(("x",), ((1,),)), Inputs(("x",), ((2,),))]),
        (["[[1], 2]", "3 4, 5"], [Inputs(None, ((1,), 2)), Inputs(None, ((3, 4), 5))]),
    ],
)
def test_what_a_single_number_is_depends_on_the_other_texts(texts: list[str], read: list[Any]) -> None:
    for order in (1, -1):
        reader = VALUES.text_reader(texts[::order])
        assert [reader(text, "-e") for text in texts] == read


def test_outputs_are_read_from_texts() -> None:
    reader = VALUES.text_reader(["[3, 1]", "5"], outputs=True)
    assert (reader("5", "answer"), reader("1 2", "answer"), reader("1, 2", "answer")) == (
        (5,),
        (1, 2),
        (1, 2),
    )
    assert VALUES.text_reader(["3", "5"], outputs=True)("5", "answer") == 5
    for text in ("1 2, 3", "x = 2"):
        with pytest.raises(InputError, match="answer"):
            VALUES.text_reader([text], outputs=True)(text, "answer")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "-i: nothing is given"),
        ("1,,2", "-i: part 2 is empty"),
        ("xs = , k = 2", "-i: there is nothing behind xs ="),
        ("xs = 1, xs = 2", "-i: the name xs is given twice"),
        ("3, k = 2", "-i: some inputs have a name and some have none"),
        ("k = 2, [3]", "-i: some inputs have a name and some have none"),
        ("3 1, 4 5", "-i: cells 1, 2 are lists. Give several lists names"),
        ("2.5", "-i: 2.5 is not an integer"),
        ("1 x", '-i: cell 2 is "x", not an integer'),
        ("[1, 2", "-i, line 1, column 6: not JSON"),
        ("int = 1", "-i: the name int is a word of C"),
        ("1 " * 15_000, "-i: larger than"),
        ("9" * 5000, "-i: "),
    ],
)
def test_what_is_wrong_with_a_text(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        VALUES.read_text(text, "-i")
    assert str(caught.value).startswith(message)


@given(st.text(alphabet='0123456789 ,=[]{}xk-.":', max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = VALUES.read_text(text, "-i")
    except InputError:
        return
    assert VALUES.read_text(VALUES.to_text(found), "-i") == found


# Arrays ---------------------------------------------------------------------------------------------

numbers = st.integers(-(2**31), 2**31 - 1)
cells = st.lists(numbers, max_size=64).map(tuple)
inputs = st.one_of(
    numbers,
    cells,
    st.tuples(st.lists(cells, max_size=4), st.lists(numbers, max_size=4)).flatmap(
        lambda both: st.permutations([*both[0], *both[1]]).map(
            lambda values: Inputs(tuple(f"x{n}" for n in range(len(values))), tuple(values))
        )
    ),
)


@given(inputs)
def test_inputs_are_decoded_as_they_were(value: Any) -> None:
    (array_L,) = VALUES.encode([value])
    assert array_L.dtype == np.int32
    assert VALUES.input_of(array_L, value) == value
    if not isinstance(value, Inputs):
        assert VALUES.input_of(array_L) == value


@given(st.one_of(numbers, cells))
def test_outputs_are_decoded_as_they_were(value: Any) -> None:
    assert VALUES.encode_outputs is not None
    (array_M,) = VALUES.encode_outputs([value])
    assert array_M.shape == (OUTPUT_WIDTH,)
    assert VALUES.decode(array_M) == value


def test_the_code_of_an_input() -> None:
    (array_L,) = VALUES.encode([Inputs(("k", "xs", "m", "ys"), (7, (3, 1), 8, (4,)))])
    assert array_L.shape == (input_width(2),)
    assert array_L[:LISTS_AT].tolist() == [2, 2, 0, 0, 7, 8, 0, 0]
    assert array_L[LISTS_AT : LISTS_AT + 4].tolist() == [2, 3, 1, 0]
    assert array_L[LISTS_AT + LIST_WIDTH :][:3].tolist() == [1, 4, 0]
    assert VALUES.encode([]).shape == (0, input_width(0))


def test_an_array_that_stands_for_no_output() -> None:
    for length in (NUMBER - 1, 65):
        with pytest.raises(InputError, match=f"a list has {length} cells"):
            VALUES.decode(np.array([length] + [0] * 64, dtype=np.int32))


def test_values_are_shown() -> None:
    shown = [VALUES.to_text(value) for value in ((3, 1, 2), (), 5, XS_K, ROW)]
    assert shown == ["[3, 1, 2]", "[]", "5", "xs = [3, 1, 2], k = 2", "[3, 1, 2], 2"]
    assert VALUES.to_json(XS_K) == {"xs": [3, 1, 2], "k": 2}
    assert VALUES.to_json(ROW) == [[3, 1, 2], 2]


# Further inputs -------------------------------------------------------------------------------------


def more(*given: Any, num: int = 300, seed: int = 0) -> list[Any]:
    return [VALUES.input_of(row, given[0]) for row in VALUES.more(VALUES.encode(given), num, seed)]


@given(st.lists(st.tuples(cells, numbers, cells), min_size=1, max_size=3), st.integers(0, 9))
def test_further_inputs_are_inputs(values: list[Any], seed: int) -> None:
    given = [Inputs(("xs", "k", "ys"), value) for value in values]
    array_QL = VALUES.more(VALUES.encode(given), 8, seed)
    assert array_QL.shape == (8, input_width(2))
    assert array_QL.dtype == np.int32
    found = [VALUES.input_of(row, given[0]) for row in array_QL]
    assert [VALUES.read(value, "input") for value in found] == found
    assert np.array_equal(VALUES.encode(found), array_QL)  # zero behind each list
    assert np.array_equal(VALUES.more(VALUES.encode(given), 8, seed), array_QL)


def test_further_inputs_are_like_those_given() -> None:
    found = more((5, 9, 4, 12), (7, 8, 6, 2, 30))
    lengths = {len(value) for value in found}
    assert {2, 3, 4, 5, 6, 7} <= lengths <= {0, *range(2, 8)}
    assert sum(not value for value in found) < 30
    seen = {cell for value in found for cell in value}
    assert min(seen) >= 0
    assert max(seen) <= 30
    assert {5, 9, 4, 12, 7, 8, 6, 2, 30, 0, 1, 20} <= seen
    assert any(len(set(value)) < len(value) for value in found)  # conditions on equal cells are met
    assert min(cell for value in more((1, -1)) for cell in value) < -1


def test_further_inputs_keep_what_holds_of_all_given_ones() -> None:
    pairs = more(*(Inputs(("xs", "ys"), ((1, 2, 3)[:n], (4, 5, 6)[:n])) for n in (1, 2, 3)))
    assert all(len(pair.values[0]) == len(pair.values[1]) for pair in pairs)
    index = more(Inputs(None, ((4, 5, 6), 2)), Inputs(None, ((7, 1), 0)))
    assert all(0 <= one.values[1] < max(1, len(one.values[0])) for one in index)
    count = more(Inputs(None, ((4, 5, 6), 3)), Inputs(None, ((7, 1), 1)))
    assert all(1 <= one.values[1] <= max(1, len(one.values[0])) for one in count)
    ordered = more((1, 4, 4, 9), (2, 3, 8, 20))
    assert all(list(value) == sorted(value) for value in ordered)
    assert {cell for value in more((1, 0, 0, 1, 1), (0, 1, 1, 0)) for cell in value} == {0, 1}
    assert {len(value) for value in more((), (1, 2))} >= {0, 1, 2, 3, 4}


def test_cells_meet_the_numbers_of_their_input() -> None:
    found = more(Inputs(("xs", "k"), ((100, 200, 300), 77)), Inputs(("xs", "k"), ((400, 500), 55)))
    assert sum(one.values[1] in one.values[0] for one in found) > 50
