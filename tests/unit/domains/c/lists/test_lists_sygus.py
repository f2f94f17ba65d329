from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from needs import needs_cvc5

from lasynth.domains.c.lists._sequence_terms import Apply, Literal, Term, evaluate, read_term
from lasynth.domains.c.lists.inputs import Inputs
from lasynth.domains.c.lists.sygus import SequenceProgram, SequenceSolver
from lasynth.domains.c.sygus import SygusStop
from lasynth.errors import InputError
from lasynth.examples import Example

XS = ["list", 5, 1, 9, 1]
NONE = ["list"]
# What the worker says, and its value; None where there is none.
VALUES: list[tuple[Any, Any]] = [
    (7, 7),
    (XS, (5, 1, 9, 1)),
    (["seq.unit", -3], (-3,)),
    (["seq.++", XS, NONE, ["seq.unit", 2]], (5, 1, 9, 1, 2)),
    (["seq.rev", XS], (1, 9, 1, 5)),
    (["seq.at", XS, 2], (9,)),
    (["seq.at", XS, 4], ()),
    (["seq.at", XS, -1], ()),
    (["seq.extract", XS, 1, 2], (1, 9)),
    (["seq.extract", XS, 2, 9], (9, 1)),
    (["seq.extract", XS, -1, 3], ()),
    (["seq.extract", XS, 4, 1], ()),
    (["seq.extract", XS, 0, 0], ()),
    (["seq.extract", XS, 0, -1], ()),
    (["seq.update", XS, 1, ["list", 7, 8]], (5, 7, 8, 1)),
    (["seq.update", XS, 3, ["list", 7, 8]], (5, 1, 9, 7)),
    (["seq.update", XS, 4, ["list", 7]], (5, 1, 9, 1)),
    (["seq.update", XS, -1, ["list", 7]], (5, 1, 9, 1)),
    (["seq.update", XS, 1, NONE], (5, 1, 9, 1)),
    (["seq.replace", XS, ["seq.unit", 1], ["list", 4, 4]], (5, 4, 4, 9, 1)),
    (["seq.replace", XS, ["seq.unit", 3], ["list", 4, 4]], (5, 1, 9, 1)),
    (["seq.replace", XS, NONE, ["list", 4]], (4, 5, 1, 9, 1)),
    (["seq.replace_all", XS, ["seq.unit", 1], ["list", 4, 1]], (5, 4, 1, 9, 4, 1)),
    (["seq.replace_all", ["list", 1, 1, 1], ["list", 1, 1], ["list", 1]], (1, 1)),
    (["seq.replace_all", XS, NONE, ["list", 4]], (5, 1, 9, 1)),
    (["seq.len", XS], 4),
    (["seq.nth", XS, 2], 9),
    (["seq.nth", XS, 4], None),
    (["seq.nth", XS, -1], None),
    (["+", 1, ["seq.nth", NONE, 0]], None),
    (["seq.indexof", XS, ["list", 1], 0], 1),
    (["seq.indexof", XS, ["list", 1], 2], 3),
    (["seq.indexof", XS, ["list", 1], -1], -1),
    (["seq.indexof", XS, ["list", 9, 5], 0], -1),
    (["seq.indexof", XS, NONE, 4], 4),
    (["seq.indexof", XS, NONE, 5], -1),
    (["ite", ["seq.contains", XS, ["list", 9, 1]], 1, 0], 1),
    (["ite", ["seq.contains", NONE, ["list", 9]], 1, 0], 0),
    (["ite", ["<=", 2, 2], XS, NONE], (5, 1, 9, 1)),
    (["ite", ["=", XS, NONE], 1, ["-", 2, 5]], -3),
    (["ite", ["=", 1, 1], 6, ["seq.nth", NONE, 0]], 6),
    (["+", 1, 2, 3], 6),
    (["div", -7, 2], -4),
    (["mod", -7, 2], 1),
]


@pytest.mark.parametrize(("obj", "value"), VALUES, ids=lambda one: str(one).replace("'", ""))
def test_a_term_has_the_value_that_smt_lib_gives_it(obj: Any, value: Any) -> None:
    assert evaluate(read_term(obj), ()) == value


@needs_cvc5
def test_and_that_is_what_cvc5_computes() -> None:
    import cvc5

    from lasynth.domains.c.lists import _sygus_sequences as worker

    solver = cvc5.Solver()

    def build(term: Term) -> Any:
        if isinstance(term, Apply):
            return solver.mkTerm(worker._KINDS[term.name], *map(build, term.parts))
        assert isinstance(term, Literal)
        value = term.value
        return worker._constant(solver, value if isinstance(value, int) else list(value))

    for obj, value in VALUES:
        if value is not None:
            found = read_term(worker._plain(solver.simplify(build(read_term(obj)))))
            assert found == Literal(value), obj


def test_the_text_of_a_term_is_that_of_smt_lib() -> None:
    term = read_term(["seq.update", ["in", 0], ["-", ["in", 1], 1], NONE])
    assert str(SequenceProgram(term)) == "(seq.update in_0 (- in_1 1) [])"


def test_where_a_term_has_no_value_it_is_not_right() -> None:
    first = SequenceProgram(read_term(["seq.nth", ["in", 0], 0]))
    assert first.solves([Example((4, 5), 4)])
    assert not first.solves([Example((4, 5), 4), Example((), 0)])


def examples_of(function: Callable[..., Any], *kinds: type, lengths: tuple[int, ...]) -> list[Example]:
    """An example for each length, with random cells."""
    rng = random.Random(0)
    found = []
    for length in lengths:
        cells = [
            tuple(rng.randrange(50) for _ in range(length)) if kind is tuple else rng.randrange(length + 1)
            for kind in kinds
        ]
        found.append(Example(cells[0] if kinds == (tuple,) else Inputs(None, tuple(cells)), function(*cells)))
    return found


@pytest.fixture(scope="module")
def solver() -> Iterator[SequenceSolver]:
    # Much more time than these need, of the CPU where possible: other processes may run.
    with SequenceSolver(time_limit=60, cpu_time=sys.platform.startswith("linux")) as solver:
        yield solver


@needs_cvc5
@pytest.mark.parametrize(
    ("function", "kinds"),
    [
        (lambda xs: xs[::-1], (tuple,)),
        (lambda xs: (*xs, 7), (tuple,)),
        (lambda xs: xs[0] if xs else 0, (tuple,)),
        (lambda xs: (4, 18, 9), (tuple,)),
        (lambda k, xs: xs[k:], (int, tuple)),
        (lambda xs, ys: ys + xs, (tuple, tuple)),
        (lambda xs, k: tuple(x for x in xs if x != k), (tuple, int)),
    ],
    ids=["reverse", "append", "first", "constant", "drop", "join", "remove"],
)
def test_a_known_function_is_found_and_generalises(
    solver: SequenceSolver, function: Callable[..., Any], kinds: tuple[type, ...]
) -> None:
    result = solver.search(examples_of(function, *kinds, lengths=(4, 2, 7, 0, 5)))
    assert result.program is not None
    assert result.stopped is None
    assert result.seconds > 0
    held_out = examples_of(function, *kinds, lengths=(3, 1, 9, 6, 0, 11))
    assert result.program.solves(held_out), str(result.program)


@needs_cvc5
def test_what_is_not_found_has_a_reason() -> None:
    with SequenceSolver(time_limit=0.5) as solver:
        unlike = examples_of(lambda xs: tuple(sorted(xs)), tuple, lengths=(9, 12, 8, 10, 7))
        assert solver.search(unlike).stopped is SygusStop.TIME_LIMIT
        twice = [Example((1,), 1), Example((1,), 2)]
        assert solver.search(twice).stopped is SygusStop.CONTRADICTION


@needs_cvc5
def test_a_limit_is_positive() -> None:
    with pytest.raises(InputError, match=r"SequenceSolver: time_limit is 0. Give a number above 0"):
        SequenceSolver(time_limit=0)
