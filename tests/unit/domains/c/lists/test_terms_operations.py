"""What each operation gives: one line a case."""

from __future__ import annotations

import pytest

from lasynth.domains.c.lists.terms.operations import OPERATIONS, Function, Type
from lasynth.domains.c.lists.terms.term import Term, Value, constant, input_term, value_of

A = (5, 2, 9, 2)
MASK = (0, 1, 1, 0)
MAX_INT = 2**31 - 1


def applied(function: Function, result: Type, *values: Value) -> Value | None:
    """The value of a function of inputs; masks are given as lists."""
    types = [Type.LIST if isinstance(value, tuple) else Type.NUMBER for value in values]
    arguments = tuple(input_term(place, type_) for place, type_ in enumerate(types))
    return value_of(Term(function, result, arguments), values)


@pytest.mark.parametrize(
    ("name", "values", "wanted"),
    [
        ("LENGTH", (A,), 4),
        ("LENGTH", ((),), 0),
        ("SUM", (A,), 18),
        ("SUM", ((MAX_INT, 1),), None),
        ("PRODUCT", (A,), 180),
        ("LARGEST", (A,), 9),
        ("LARGEST", ((),), None),
        ("SMALLEST", (A,), 2),
        ("FIRST", (A,), 5),
        ("FIRST", ((),), None),
        ("LAST", (A,), 2),
        ("PLACE_OF_LARGEST", (A,), 2),
        ("PLACE_OF_SMALLEST", (A,), 1),
        ("COUNT", (MASK,), 2),
        ("FIND", (MASK,), 1),
        ("FIND", ((0, 0),), None),
        ("ANY", (MASK,), 1),
        ("ALL", (MASK,), 0),
        ("AT", (A, 2), 9),
        ("AT", (A, 4), None),
        ("AT", (A, -1), None),
        ("AT_END", (A, 0), 2),
        ("INDEX_OF", (A, 2), 1),
        ("INDEX_OF", (A, 3), None),
        ("DECODE", ((1, 2, 3), 10), 123),
        ("ADD", (MAX_INT, 1), None),
        ("MULTIPLY", (-3, 4), -12),
        ("DIVIDE", (-7, 2), -3),
        ("DIVIDE", (7, 0), None),
        ("REMAINDER", (-7, 2), -1),
        ("REMAINDER", (-MAX_INT - 1, -1), None),
        ("GCD", (-12, 18), 6),
        ("GCD", (0, 0), 0),
        ("LESS", (2, 3), 1),
        ("NEGATE", (-MAX_INT - 1,), None),
        ("EVEN", (-3,), 0),
    ],
)
def test_numbers(name: str, values: tuple[Value, ...], wanted: int | None) -> None:
    assert applied(Function[name], Type.NUMBER, *values) == wanted


@pytest.mark.parametrize(
    ("name", "values", "wanted"),
    [
        ("ADD", (A, 1), (6, 3, 10, 3)),
        ("ADD", (A, A), (10, 4, 18, 4)),
        ("ADD", (A, (1, 2)), None),
        ("SUBTRACT", (10, A), (5, 8, 1, 8)),
        ("MIN", (A, 4), (4, 2, 4, 2)),
        ("NEGATE", ((1, -2),), (-1, 2)),
        ("EVEN", (A,), (0, 1, 0, 1)),
        ("NOT", (MASK,), (1, 0, 0, 1)),
        ("AND", (MASK, (1, 1, 0, 0)), (0, 1, 0, 0)),
        ("OR", (MASK, (1, 1, 0, 0)), (1, 1, 1, 0)),
        ("CHOOSE", (MASK, A, 0), (0, 2, 9, 0)),
        ("CHOOSE", (MASK, 7, A), (5, 7, 7, 2)),
        ("REVERSE", (A,), (2, 9, 2, 5)),
        ("SORT", (A,), (2, 2, 5, 9)),
        ("SORT_DOWN", (A,), (9, 5, 2, 2)),
        ("UNIQUE", (A,), (5, 2, 9)),
        ("INDICES", (A,), (0, 1, 2, 3)),
        ("RUNNING_SUM", (A,), (5, 7, 16, 18)),
        ("RUNNING_PRODUCT", (A,), (5, 10, 90, 180)),
        ("RUNNING_MAX", (A,), (5, 5, 9, 9)),
        ("RUNNING_MIN", (A,), (5, 2, 2, 2)),
        ("RUNNING_DIFFERENCE", (A,), (5, 3, -6, -8)),
        ("DIFFERENCES", (A,), (-3, 7, -7)),
        ("DIFFERENCES", ((),), ()),
        ("ADJACENT_SUMS", (A,), (7, 11, 11)),
        ("OCCURRENCES", (A,), (1, 2, 1, 2)),
        ("STREAK", ((1, 1, 0, 1),), (1, 2, 0, 1)),
        ("DIGITS", ((10, 0, 7),), (1, 0, 0, 7)),
        ("DIGITS", ((-1,),), None),
        ("EACH_ITSELF", ((2, 0, 1),), (2, 2, 1)),
        ("ABOVE_LAST", (A,), (0, 0, 1, 0)),
        ("BELOW_LAST", (A,), (0, 1, 0, 1)),
        ("AS_LAST", ((1, 1, 2),), (0, 1, 0)),
        ("ABOVE_NEXT", (A,), (1, 0, 1, 0)),
        ("BELOW_NEXT", (A,), (0, 1, 0, 0)),
        ("AS_NEXT", ((1, 1, 2),), (1, 0, 0)),
        ("FIRST_SEEN", (A,), (1, 1, 1, 0)),
        ("TAKE", (A, 9), A),
        ("TAKE", (A, -1), ()),
        ("DROP", (A, 1), (2, 9, 2)),
        ("DROP", (A, -1), None),
        ("TAKE_LAST", (A, 3), (2, 9, 2)),
        ("DROP_LAST", (A, 3), (5,)),
        ("REMOVE_AT", (A, 1), (5, 9, 2)),
        ("REMOVE_AT", (A, 9), A),
        ("ROTATE", (A, 5), (2, 9, 2, 5)),
        ("ROTATE_BACK", (A, 1), (2, 5, 2, 9)),
        ("ROTATE", ((), 1), ()),
        ("STRIDE", (A, 3), (5, 2)),
        ("STRIDE", (A, 0), None),
        ("EACH", ((1, 2), 2), (1, 1, 2, 2)),
        ("CYCLE", ((1, 2), 2), (1, 2, 1, 2)),
        ("CYCLE", (A, 17), None),
        ("APPEND", (A, 1), (*A, 1)),
        ("PREPEND", (A, 1), (1, *A)),
        ("INSERT", (A, 1, 8), (5, 8, 2, 9, 2)),
        ("INSERT", (A, 5, 8), None),
        ("REPLACE", (A, 1, 8), (5, 8, 9, 2)),
        ("REPLACE", (A, 4, 8), None),
        ("SWAP", (A, 0, 2), (9, 2, 5, 2)),
        ("SLICE", (A, 1, 3), (2, 9)),
        ("SLICE", (A, 3, 1), ()),
        ("SINGLE", (3,), (3,)),
        ("PAIR", (3, 4), (3, 4)),
        ("REPEAT", (3, 2), (3, 3)),
        ("RANGE", (2, 4), (2, 3, 4)),
        ("RANGE", (4, 2), ()),
        ("RANGE", (0, 64), None),
        ("RANGE_BY", (9, 1, -3), (9, 6, 3)),
        ("DIGITS_OF", (120,), (1, 2, 0)),
        ("CONCATENATE", (A, (1,)), (*A, 1)),
        ("CONCATENATE", ((0,) * 40, (0,) * 25), None),
        ("GATHER", (A, (2, 0)), (9, 5)),
        ("GATHER", (A, (4,)), None),
        ("INTERLEAVE", ((1, 2), (3, 4)), (1, 3, 2, 4)),
        ("INTERLEAVE", ((1, 2), (3,)), None),
        ("MEMBER", (A, (2,)), (0, 1, 0, 1)),
        ("COUNT_IN", (A, (2, 2)), (0, 2, 0, 2)),
        ("FILTER", (A, MASK), (2, 9)),
        ("TAKE_WHILE", (A, (1, 1, 0, 1)), (5, 2)),
        ("DROP_WHILE", (A, (1, 1, 0, 1)), (9, 2)),
    ],
)
def test_lists(name: str, values: tuple[Value, ...], wanted: tuple[int, ...] | None) -> None:
    assert applied(Function[name], Type.LIST, *values) == wanted


def test_lists_of_different_lengths_as_far_as_both_go() -> None:
    arguments = (input_term(0, Type.LIST), input_term(1, Type.LIST))
    term = Term(Function.ADD, Type.LIST, arguments, shortest=True)
    assert value_of(term, (A, (1, 2))) == (6, 4)


def test_a_branch_needs_only_the_side_that_it_takes() -> None:
    first = Term(Function.FIRST, Type.NUMBER, (input_term(0, Type.LIST),))
    length = Term(Function.LENGTH, Type.NUMBER, (input_term(0, Type.LIST),))
    term = Term(Function.IF, Type.NUMBER, (length, first, constant(-1)))
    assert value_of(term, ((),)) == -1
    assert value_of(term, (A,)) == 5


def test_every_operation_has_a_price_and_the_table_has_each_once() -> None:
    assert all(operation.price > 0 for operation in OPERATIONS)
    entries = [(operation.function, operation.result, operation.arguments) for operation in OPERATIONS]
    assert len(entries) == len(set(entries))


def test_every_function_is_in_the_table() -> None:
    others = {Function.INPUT, Function.CONSTANT, Function.CONSTANTS, Function.IF}
    assert {operation.function for operation in OPERATIONS} == set(Function) - others
