"""What the enumeration of terms finds."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import islice

import pytest

from lasynth.domains.c.lists.syntax import Result
from lasynth.domains.c.lists.terms import programs
from lasynth.domains.c.lists.terms.search import terms
from lasynth.domains.c.lists.terms.term import Term, Value, value_of

INPUTS: list[tuple[int, ...]] = [(3, 8, 1, 4), (7, 7, 2), (5, 12, 40, 33, 6, 9), (1, 0, 2, 2, 14), (25, 3)]


class Turns:
    """A clock that is over after a number of looks."""

    def __init__(self, num: int) -> None:
        self.rest = num

    def __call__(self) -> bool:
        self.rest -= 1
        return self.rest < 0


def first(inputs: list[tuple[Value, ...]], outputs: list[Value]) -> Term:
    return next(terms(inputs, outputs, expired=Turns(3000)))[0]


ListFunction = Callable[[tuple[int, ...]], Value]


@pytest.mark.parametrize(
    ("wanted", "function"),
    [
        ("input0", lambda a: a),
        ("reverse(input0)", lambda a: a[::-1]),
        ("sum(input0)", lambda a: sum(a)),
        ("filter(input0, even(input0))", lambda a: tuple(x for x in a if x % 2 == 0)),
        ("add(multiply(input0, 2), 1)", lambda a: tuple(2 * x + 1 for x in a)),
        ("sum(multiply(input0, input0))", lambda a: sum(x * x for x in a)),
        ("subtract(largest(input0), smallest(input0))", lambda a: max(a) - min(a)),
        ("running_sum(sort(input0))", lambda a: tuple(sum(sorted(a)[: i + 1]) for i in range(len(a)))),
        ("drop(sort(input0), 1)", lambda a: tuple(sorted(a)[1:])),
        ("add(input0, indices(input0))", lambda a: tuple(i + x for i, x in enumerate(a))),
        ("count(less(input0, 5))", lambda a: sum(x < 5 for x in a)),
    ],
)
def test_the_cheapest_term(wanted: str, function: ListFunction) -> None:
    assert str(first([(a,) for a in INPUTS], [function(a) for a in INPUTS])) == wanted


@pytest.mark.parametrize(
    "function",
    [
        lambda a: (9, 6, 30, *a, 2, 75),  # the same around all
        lambda a: (*sorted(a), *a[::-1], len(a)),  # parts one behind another
        lambda a: (max(a), len(a), a[0], a[0], min(a)),  # each cell for itself
        lambda a: tuple(y for x in sorted(a) for y in (x // 10, x % 10)),  # in turns
        lambda a: tuple(0 if x == max(a) else x for x in a),  # a choice at each cell
        lambda a: a[:2] if a[0] > 4 else a[::-1],  # a branch
        lambda a: (5,),  # always the same
    ],
)
def test_outputs_of_parts(function: ListFunction) -> None:
    inputs, outputs = [(a,) for a in INPUTS], [function(a) for a in INPUTS]
    term = first(inputs, outputs)
    assert [value_of(term, each) for each in inputs] == outputs


@pytest.mark.parametrize("num_examples", [15, 62])
def test_a_branch_of_many_examples(num_examples: int) -> None:
    def function(a: tuple[int, ...]) -> Value:
        return a[:2] if a[0] > 4 else a[::-1]

    rng = random.Random(1)
    lists = [tuple(rng.randrange(-9, 20) for _ in range(rng.randrange(2, 7))) for _ in range(100)]
    shown = lists[:num_examples]
    term = first([(a,) for a in shown], [function(a) for a in shown])
    right = [value_of(term, (a,)) == function(a) for a in lists]
    assert all(right[:num_examples])
    assert sum(right) > 90


def test_several_inputs() -> None:
    inputs: list[tuple[Value, ...]] = [((1, 2, 3), 2, (4, 0, 1)), ((5, 5), 3, (1, 1)), ((0,), 7, (2,))]
    outputs: list[Value] = [(6, 4, 7), (16, 16), (2,)]
    assert str(first(inputs, outputs)) == "add(input2, multiply(input0, input1))"


def test_numbers_only() -> None:
    inputs: list[tuple[Value, ...]] = [(3, 4), (5, 2), (1, 1), (10, 7)]
    assert str(first(inputs, [13, 11, 2, 71])) == "add(multiply(input0, input1), 1)"


def test_empty_lists() -> None:
    assert str(first([((),), ((3, 1),)], [(), (3,)])) == "take(input0, 1)"


def test_one_example() -> None:
    assert str(first([((3, 1, 2),)], [(1, 2, 3)])) == "sort(input0)"


def test_costs_of_results_given_at_once_rise_and_no_term_comes_twice() -> None:
    found = list(islice(terms([(a,) for a in INPUTS], [a[0] for a in INPUTS], expired=Turns(400)), 6))
    assert len({term for term, _ in found}) == len(found) > 2
    assert found[0][1] == min(cost for _, cost in found)


def test_the_same_each_time() -> None:
    inputs: list[tuple[Value, ...]] = [(a,) for a in INPUTS]
    outputs: list[Value] = [tuple(sorted(a)[:2]) for a in INPUTS]
    runs = [list(terms(inputs, outputs, expired=Turns(300))) for _ in range(2)]
    assert runs[0] == runs[1]


def test_nothing_is_given_after_the_time_is_over_but_what_was_found() -> None:
    inputs: list[tuple[Value, ...]] = [(a,) for a in INPUTS]
    assert list(terms(inputs, [97, 14, 3, 55, 8], expired=Turns(5))) == []


def test_programs_say_how_they_give_back() -> None:
    found = [
        next(programs([(a,) for a in INPUTS], [function(a) for a in INPUTS], expired=Turns(3000)))[0].result
        for function in (len, lambda a: a[::-1], lambda a: a[1:])
    ]
    assert found == [Result.NUMBER, Result.IN_PLACE, Result.LIST]
