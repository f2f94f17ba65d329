"""Ends of programs that are one loop: every cell is changed by the same rule, with a condition or without.

The cells of the first examples are the cases of the rule, bits of one number. A change of a cell
(`a[p]++`, `a[p] = a[2]` ...) is right on some cases, and a comparison holds on some, so a rule fits where the
cases on which the comparison holds are among those on which the change is right, and the others stay as they
are (or are changed by the `else`). A loop changes cells that later ones read: where it is right, it finds the
cells behind it as they are in the outputs.

Cells that are assigned behind the loop may be anything before: they are *free*.

Costs are those of `lasynth.domains.c.ends`.

Shapes: K examples, N cells, M changes, Q comparisons.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.c.affine_program import RELATIONS
from lasynth.domains.c.comparisons import LARGEST_NUMBER, NEVER
from lasynth.domains.c.kept import place_of
from lasynth.domains.c.parser import parse, to_tokens
from lasynth.domains.unlearned import End

__all__ = [
    "ELSE",
    "NUM_FIXED_TESTS",
    "ROW",
    "all_tests",
    "changes",
    "condition_text",
    "holds_at",
    "least_loop_cost",
    "loop_programs",
]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_NUM_BITS: Final = 62  # cases that a number holds
_PART: Final = 1.8  # for a loop over a part of the cells
ELSE: Final = 1.5  # the cost of an `else`
_LEAST: Final = 4.4  # the cheapest change
_MAX_FOUND: Final = 200
ROW: Final = 12  # numbers of a loop, see `_loops`
# Changes of a cell x at p to one of these values plus a number: x, nothing, cell i, x + x, x + p, x - p, p,
# x + cell i, x - cell i, cell i - x, - x, - cell i.
_ADD, _SET, _COPY, _DOUBLE, _ADD_INDEX, _LESS_INDEX = range(6)
_SET_INDEX, _ADD_CELL, _LESS_CELL, _FROM_CELL, _FROM, _MINUS = range(6, 12)
_NUM_KINDS: Final = 12
# The largest number added, whether there is a cell i, and the cost with the number 0.
_LARGEST: Final = np.array([LARGEST_NUMBER, LARGEST_NUMBER, 2, 0, 0, 0, 2, 2, 2, 2, LARGEST_NUMBER, 2])
_OF_CELL: Final = np.array([0, 0, 1, 0, 0, 0, 0, 1, 1, 1, 0, 1])
_COSTS: Final = np.array([0.0, 5.0, 5.3, 5.8, 6.7, 6.7, 6.3, 7.3, 7.3, 8.3, 7.8, 8.6])
_TEXTS: Final = {
    _SET: "a[p_0] = {number};",
    _COPY: "a[p_0] = a[{of}]{more};",
    _DOUBLE: "a[p_0] += a[p_0];",
    _ADD_INDEX: "a[p_0] += p_0;",
    _LESS_INDEX: "a[p_0] -= p_0;",
    _SET_INDEX: "a[p_0] = p_0{more};",
    _ADD_CELL: "a[p_0] += a[{of}]{more};",
    _LESS_CELL: "a[p_0] -= a[{of}]{less};",
    _FROM_CELL: "a[p_0] = a[{of}] - a[p_0]{more};",
    _FROM: "a[p_0] = {number} - a[p_0];",
    _MINUS: "a[p_0] = {number} - a[{of}];",
}
# What stands on the right of a comparison with a[p]: a number, a cell, or p.
_NUMBER, _CELL, _INDEX = range(3)
NUM_FIXED_TESTS: Final = 2 * LARGEST_NUMBER + 1 + 1  # numbers, and p; there are cells besides


@njit(cache=True, nogil=True)
def _value(kind: int, of: int, cells_N: Ints, p: int) -> int:
    """The new value of cell p, without the number that is added."""
    x = cells_N[p]
    if kind == _ADD:
        return x
    if kind == _SET:
        return 0
    if kind == _COPY:
        return cells_N[of]
    if kind == _DOUBLE:
        return x + x
    if kind == _ADD_INDEX:
        return x + p
    if kind == _LESS_INDEX:
        return x - p
    if kind == _SET_INDEX:
        return p
    if kind == _ADD_CELL:
        return x + cells_N[of]
    if kind == _LESS_CELL:
        return x - cells_N[of]
    if kind == _FROM_CELL:
        return cells_N[of] - x
    if kind == _FROM:
        return -x
    return -cells_N[of]


@njit(cache=True, nogil=True)
def holds_at(relation: int, right: int, of: int, cells_N: Ints, p: int) -> bool:
    """Whether a comparison of cell p holds."""
    x = cells_N[p]
    y = of if right == _NUMBER else cells_N[of] if right == _CELL else p
    if relation == 0:
        return x < y
    if relation == 1:
        return x > y
    if relation == 2:
        return x <= y
    if relation == 3:
        return x >= y
    if relation == 4:
        return x == y
    return x != y


@cache
def changes(num_cells: int) -> tuple[Ints, Floats]:
    """All changes, in the order of `_right_changes`: kind, cell and number, and what they cost."""
    what: list[tuple[int, int, int]] = []
    costs = []
    for kind in range(_NUM_KINDS):
        largest = int(_LARGEST[kind])
        for of in range(num_cells if _OF_CELL[kind] else 1):
            for number in range(-largest, largest + 1):
                size = abs(number)
                if kind == _ADD:
                    cost = NEVER if size == 0 else 4.4 if size == 1 else 6.7 + 0.2 * size
                elif kind == _SET:
                    cost = 5.0 + 0.4 * size + (0.5 if number < 0 else 0.0)
                elif kind in (_FROM, _MINUS):
                    cost = _COSTS[kind] + 0.3 * size
                else:
                    cost = _COSTS[kind] + (2.1 + 0.25 * size if size else 0.0)
                what.append((kind, of, number))
                costs.append(float(cost))
    return np.array(what), np.array(costs)


@njit(cache=True, nogil=True)
def _right_changes(found_KNN: Ints, outputs_KN: Ints, free_N: Bools, right_M: Ints) -> None:
    """For each change the cases on which it is right; `found_KNN[k, j]` are the cells that it finds at j."""
    num_cells = outputs_KN.shape[1]
    right_M[:] = 0
    for k in range(len(found_KNN)):
        for j in range(num_cells):
            if free_N[j]:
                continue
            case = 1 << (k * num_cells + j)
            first = 0
            for kind in range(_NUM_KINDS):
                largest = _LARGEST[kind]
                for of in range(num_cells if _OF_CELL[kind] else 1):
                    number = outputs_KN[k, j] - _value(kind, of, found_KNN[k, j], j)
                    if -largest <= number <= largest:
                        right_M[first + number + largest] |= case
                    first += 2 * largest + 1


@njit(cache=True, nogil=True)
def _is_right(
    states_KN: Ints,
    outputs_KN: Ints,
    free_N: Bools,
    low: int,
    high: int,
    down: bool,
    test: Ints,
    change: Ints,
    other: Ints,
) -> bool:
    """Whether the loop, run cell by cell, leads from the states to the outputs but for free cells."""
    num_examples, num_cells = states_KN.shape
    cells_N = np.empty(num_cells, np.int64)
    for k in range(num_examples):
        cells_N[:] = states_KN[k]
        for step in range(high - low + 1):
            p = high - step if down else low + step
            if test[0] < 0 or holds_at(test[0], test[1], test[2], cells_N, p):
                cells_N[p] = _value(change[0], change[1], cells_N, p) + change[2]
            elif other[0] >= 0:
                cells_N[p] = _value(other[0], other[1], cells_N, p) + other[2]
        for j in range(num_cells):
            if not free_N[j] and cells_N[j] != outputs_KN[k, j]:
                return False
    return True


@njit(cache=True, nogil=True)
def all_tests(num_cells: int, what_Q3: Ints, costs_Q: Floats) -> int:
    """All comparisons of cell p: relation, what stands on the right, and which; returns how many."""
    found = 0
    for right in range(NUM_FIXED_TESTS + num_cells):
        for relation in range(6):
            if right < 2 * LARGEST_NUMBER + 1:
                kind, of = _NUMBER, right - LARGEST_NUMBER
                cost = 4.1 + 0.15 * abs(of)
            elif right < 2 * LARGEST_NUMBER + 1 + num_cells:
                kind, of = _CELL, right - 2 * LARGEST_NUMBER - 1
                cost = 5.0
            else:
                kind, of = _INDEX, 0
                cost = 4.5
            cost += 0.0 if relation < 2 else 0.6
            if relation >= 4 and not (kind == _NUMBER and of == 0):
                cost += 0.8
            what_Q3[found, 0], what_Q3[found, 1], what_Q3[found, 2] = relation, kind, of
            costs_Q[found] = cost
            found += 1
    return found


@njit(cache=True, nogil=True)
def _may_fit(right_M: Ints, some: Ints, here: int, same: int) -> bool:
    """Whether one change of some is right on all cases that are not the same, or two together on all."""
    wrong = here & ~same
    if wrong == 0:
        return True
    first = wrong & -wrong  # some change must be right on this one
    for m in some:
        if right_M[m] & first == 0:
            continue
        if wrong & ~right_M[m] == 0:
            return True
        others = here & ~right_M[m]
        for n in some:
            if others & ~right_M[n] == 0:
                return True
    return False


@njit(cache=True, nogil=True)
def _loops(
    states_KN: Ints,
    outputs_KN: Ints,
    free_N: Bools,
    what_M3: Ints,
    change_costs_M: Floats,
    limit: float,
    only_least: bool,
    found_X: Ints,
    costs_X: Floats,
) -> int:
    """Loops that cost no more than `limit`, each as numbers; returns how many.

    A row of the result: the first and last cell, whether it goes down, the comparison (relation or -1, right,
    of), the change (kind, of, number), and that of the `else` (kind or -1, of, number).
    """
    num_cells = states_KN.shape[1]
    num_examples = min(len(states_KN), _NUM_BITS // num_cells)  # what fits is run on all of them
    same = 0
    low_wrong, high_wrong = num_cells, -1
    for k in range(len(states_KN)):
        for j in range(num_cells):
            if free_N[j]:
                continue
            if states_KN[k, j] != outputs_KN[k, j]:
                low_wrong, high_wrong = min(low_wrong, j), max(high_wrong, j)
            elif k < num_examples:
                same |= 1 << (k * num_cells + j)
    if high_wrong < 0:
        return 0
    num = 0
    no_test, no_change = np.array([-1, 0, 0]), np.array([-1, 0, 0])
    num_tests = 6 * (NUM_FIXED_TESTS + num_cells)
    tests_Q3, test_costs_Q = np.empty((num_tests, 3), np.int64), np.empty(num_tests)
    all_tests(num_cells, tests_Q3, test_costs_Q)
    holds_Q = np.zeros(num_tests, np.int64)
    right_M = np.zeros(len(what_M3), np.int64)
    # What a loop finds at each of its steps: the cells behind it are as in the outputs, if it is right. What
    # becomes of free ones is not known; they are taken to stay.
    found_KNN = np.empty((num_examples, num_cells, num_cells), np.int64)
    for down in range(2):
        for k in range(num_examples):
            for j in range(num_cells):
                for i in range(num_cells):
                    behind = not free_N[i] and (i > j if down else i < j)
                    found_KNN[k, j, i] = outputs_KN[k, i] if behind else states_KN[k, i]
        _right_changes(found_KNN, outputs_KN, free_N, right_M)
        some = np.flatnonzero(right_M)
        tested = False
        for place in range(4):
            # All cells, all but the first, all but the last, and as few as there may be.
            low = 0 if place in (0, 2) else 1 if place == 1 else low_wrong
            high = num_cells - 1 if place < 2 else num_cells - 2 if place == 2 else high_wrong
            if low > low_wrong or high < high_wrong or low >= high:
                continue
            if place == 3 and low <= 1 and high >= num_cells - 2 and (low == 0 or high == num_cells - 1):
                continue  # one of those before
            base = 0.0 if place == 0 else _PART
            here = 0
            for k in range(num_examples):
                for j in range(low, high + 1):
                    if not free_N[j]:
                        here |= 1 << (k * num_cells + j)
            if not _may_fit(right_M, some, here, same):
                continue
            if not tested:
                tested = True
                holds_Q[:] = 0
                for q in range(num_tests):
                    for k in range(num_examples):
                        for j in range(num_cells):
                            if holds_at(tests_Q3[q, 0], tests_Q3[q, 1], tests_Q3[q, 2], found_KNN[k, j], j):
                                holds_Q[q] |= 1 << (k * num_cells + j)
            # The last round is without a comparison.
            for q in range(num_tests + 1):
                holds, cost, test = here, base, no_test
                if q < num_tests:
                    holds, cost, test = here & holds_Q[q], base + test_costs_Q[q], tests_Q3[q]
                    if cost + _LEAST > limit:
                        continue
                others = here & ~holds
                if holds == 0 or (others == 0 and test[0] >= 0):
                    continue
                needs_else = others & ~same != 0
                if needs_else and cost + ELSE + 2 * _LEAST > limit:
                    continue
                for m in some:
                    if cost + change_costs_M[m] > limit or holds & ~right_M[m] != 0:
                        continue
                    for n in some if needs_else else some[:1]:
                        total = cost + change_costs_M[m]
                        other = no_change
                        if needs_else:
                            total += ELSE + change_costs_M[n]
                            other = what_M3[n]
                            if others & ~right_M[n] != 0:
                                continue
                        if total > limit:
                            continue
                        change = what_M3[m]
                        if down == 1 and _is_right(
                            states_KN, outputs_KN, free_N, low, high, False, test, change, other
                        ):
                            continue  # found before: upwards it does the same
                        if _is_right(
                            states_KN, outputs_KN, free_N, low, high, down == 1, test, change, other
                        ):
                            num = _keep(num, total, low, high, down, test, change, other, found_X, costs_X)
                            if only_least:
                                limit = min(limit, total)
    return num


@njit(cache=True, nogil=True)
def _keep(
    num: int,
    cost: float,
    low: int,
    high: int,
    down: int,
    test: Ints,
    change: Ints,
    other: Ints,
    found_X: Ints,
    costs_X: Floats,
) -> int:
    """Keep a loop; where there is no room, in place of the dearest."""
    row = place_of(cost, num, costs_X)
    if row < 0:
        return num
    costs_X[row] = cost
    found_X[row, 0], found_X[row, 1], found_X[row, 2] = low, high, down
    found_X[row, 3:6] = test
    found_X[row, 6:9] = change
    found_X[row, 9:12] = other
    return max(num, row + 1)


@njit(cache=True, nogil=True)
def least_loop_cost(
    states_KN: Ints,
    outputs_KN: Ints,
    free_N: Bools,
    what_M3: Ints,
    change_costs_M: Floats,
    limit: float,
    found_X: Ints,
    costs_X: Floats,
) -> float:
    """The cost of the cheapest loop of one state, if it is no more than `limit`; else `NEVER`.

    Args:
        states_KN: where it begins.
        outputs_KN: where it leads.
        free_N: the free cells.
        what_M3, change_costs_M: `changes` of so many cells.
        limit: see above.
        found_X, costs_X: room for some loops, `[X, ROW]` and `[X]`.
    """
    num = _loops(states_KN, outputs_KN, free_N, what_M3, change_costs_M, limit, True, found_X, costs_X)
    return costs_X[:num].min() if num else NEVER


def loop_programs(
    state_KN: npt.NDArray[Any], outputs_KN: npt.NDArray[Any], free_N: Bools, limit: float, most: int
) -> list[End]:
    """The loops that lead from a state to the outputs and cost no more than `limit`, cheapest first."""
    found_X, costs_X = np.zeros((_MAX_FOUND, ROW), np.int64), np.empty(_MAX_FOUND)
    of_changes = changes(state_KN.shape[1])
    num = _loops(state_KN, outputs_KN, free_N, *of_changes, limit, False, found_X, costs_X)
    order = np.argsort(costs_X[:num], kind="stable")[:most]
    return [End(to_tokens(parse(_text(found_X[row].tolist()))), float(costs_X[row])) for row in order]


def _text(found: list[int]) -> str:
    low, high, down, relation, right, of, *change_and_other = found
    change, other = change_and_other[:3], change_and_other[3:]
    head = f"int p_0 = {high}; p_0 >= {low}; p_0--" if down else f"int p_0 = {low}; p_0 <= {high}; p_0++"
    body = _change(*change)
    if relation >= 0:
        body = f"if ({condition_text(relation, right, of)}) {{ {body} }}"
        if other[0] >= 0:
            body += f" else {{ {_change(*other)} }}"
    return f"int * func_1(int a[]) {{ for ({head}) {{ {body} }} return a; }}"


def condition_text(relation: int, right: int, of: int) -> str:
    """The comparison of a cell at p in C; see `all_tests`."""
    value = {_NUMBER: str(of), _CELL: f"a[{of}]", _INDEX: "p_0"}[right]
    return f"a[p_0] {RELATIONS[relation]} {value}"


def _change(kind: int, of: int, number: int) -> str:
    if kind == _ADD and abs(number) == 1:
        return f"a[p_0]{'++' if number > 0 else '--'};"
    if kind == _ADD:
        return f"a[p_0] {'+=' if number > 0 else '-='} {abs(number)};"
    more, less = ((f" {'+' if each > 0 else '-'} {abs(each)}" if each else "") for each in (number, -number))
    return _TEXTS[kind].format(of=of, number=number, more=more, less=less)
