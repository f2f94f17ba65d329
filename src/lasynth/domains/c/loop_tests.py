"""Comparisons that a computed loop makes at each step: of the cell at p, of p, or of a cell that stays.

A test compares the difference of its *sides* with 0: a row of its kind, a cell and a number, where it has
them. Each pair of sides has six tests, one for each relation, so test q is relation q % 6 of sides q // 6.

Costs are those of `lasynth.domains.c.ends`.

Shapes: N cells, L pairs of sides, Q = 6 L tests.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.c.affine_program import RELATIONS
from lasynth.domains.c.comparisons import LARGEST_NUMBER, MOST_SUMMED

__all__ = ["NUM_RELATIONS", "LoopTests", "condition_text", "difference", "holds_at", "loop_tests", "related"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NUM_RELATIONS: Final = len(RELATIONS)
# The sides: a[p] and a number, a cell, or p; a[p] and a cell, summed or one from the other, and a number; p
# and a number, or a cell; a cell and a number.
_NUMBER, _CELL, _INDEX, _SUM, _FROM, _INDEX_NUMBER, _INDEX_CELL, _OTHER = range(8)
_TEXTS: Final = {
    _NUMBER: ("a[p_0]", "{number}"),
    _CELL: ("a[p_0]", "a[{of}]"),
    _INDEX: ("a[p_0]", "p_0"),
    _SUM: ("a[p_0] + a[{of}]", "{number}"),
    _FROM: ("a[p_0]{less}", "a[{of}]{more}"),
    _INDEX_NUMBER: ("p_0", "{number}"),
    _INDEX_CELL: ("p_0", "a[{of}]"),
    _OTHER: ("a[{of}]", "{number}"),
}


class LoopTests(NamedTuple):
    """All tests for lists of a length.

    Attributes:
        sides_L3: kind, cell and number.
        costs_Q: of each test.
        num_visited: how many pairs of sides have a[p]; they are the first ones.
    """

    sides_L3: Ints
    costs_Q: Floats
    num_visited: int


@cache
def loop_tests(num_cells: int) -> LoopTests:
    """The tests for lists of a length; sums are left out for long ones."""
    cells = range(num_cells)
    small = range(-LARGEST_NUMBER, LARGEST_NUMBER + 1)
    sides = [(_NUMBER, 0, number, 4.1 + 0.15 * abs(number)) for number in small]
    sides += [(_CELL, cell, 0, 5.0) for cell in cells]
    sides += [(_INDEX, 0, 0, 4.5)]
    if num_cells <= MOST_SUMMED:
        for cell in cells:
            sides += [(_SUM, cell, number, 9.2 + 0.15 * abs(number)) for number in small]
            sides += [(_FROM, cell, number, 9.2 + 0.15 * abs(number)) for number in small if number]
    num_visited = len(sides)
    sides += [(_INDEX_NUMBER, 0, number, 5.8) for number in range(1, num_cells - 1)]
    sides += [(_INDEX_CELL, cell, 0, 8.0) for cell in cells]
    sides += [(_OTHER, cell, number, 7.5 + 0.15 * abs(number)) for cell in cells for number in small]
    costs = []
    for kind, _, number, cost in sides:
        equal = 0.6 if kind == _NUMBER and number == 0 else 1.4
        costs += [cost, cost, cost + 0.6, cost + 0.6, cost + equal, cost + equal]
    sides_L3 = np.array([each[:3] for each in sides], dtype=np.int64)
    return LoopTests(sides_L3, np.array(costs), num_visited)


@njit(cache=True, nogil=True)
def difference(sides_3: Ints, cells_N: Ints, p: int) -> int:
    """The left side less the right one."""
    kind, of, number = sides_3[0], sides_3[1], sides_3[2]
    if kind == _NUMBER:
        return cells_N[p] - number
    if kind == _CELL:
        return cells_N[p] - cells_N[of]
    if kind == _INDEX:
        return cells_N[p] - p
    if kind == _SUM:
        return cells_N[p] + cells_N[of] - number
    if kind == _FROM:
        return cells_N[p] - cells_N[of] - number
    if kind == _INDEX_NUMBER:
        return p - number
    if kind == _INDEX_CELL:
        return p - cells_N[of]
    return cells_N[of] - number


@njit(cache=True, nogil=True)
def holds_at(relation: int, sides_3: Ints, cells_N: Ints, p: int) -> bool:
    """Whether a test holds at a step."""
    value = difference(sides_3, cells_N, p)
    if relation == 0:
        return value < 0
    if relation == 1:
        return value > 0
    if relation == 2:
        return value <= 0
    if relation == 3:
        return value >= 0
    if relation == 4:
        return value == 0
    return value != 0


@njit(cache=True, nogil=True)
def related(relation: int, below: int, equal: int, everywhere: int) -> int:
    """The cases, as bits, on which a relation holds, from those where the left side is less, and is equal."""
    if relation == 0:
        return below
    if relation == 1:
        return everywhere & ~(below | equal)
    if relation == 2:
        return below | equal
    if relation == 3:
        return everywhere & ~below
    if relation == 4:
        return equal
    return everywhere & ~equal


def condition_text(relation: int, kind: int, of: int, number: int) -> str:
    """A test in C."""
    more, less = f" + {number}" if number > 0 else "", f" + {-number}" if number < 0 else ""
    left, right = (side.format(of=of, number=number, more=more, less=less) for side in _TEXTS[kind])
    return f"{left} {RELATIONS[relation]} {right}"
