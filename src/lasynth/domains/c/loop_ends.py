"""Ends of programs that are one loop: every cell is changed by the same rule.

A rule is a change of the cell (`loop_changes`) alone, one behind an `if` (`loop_tests`), two with an
`else`, or one behind an `if` that ends the loop. The cells of the first examples are the cases of the
rule, bits of one number. A change is right on some cases, and a test holds on some, so a rule fits where
the cases on which the test holds are among those on which the change is right, and the others stay as they
are (or are changed by the `else`). A loop changes cells that later ones read: where it is right, it finds
the cells behind it as they are in the outputs.

Cells that are assigned behind the loop may be anything before: they are *free*.

Costs are those of `lasynth.domains.c.ends`.

Shapes: K examples, N cells, M changes, L pairs of sides of tests, X loops.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.c.comparisons import NEVER
from lasynth.domains.c.kept import place_of
from lasynth.domains.c.loop_changes import (
    FORM,
    LEAST_CHANGE,
    LoopChanges,
    change_text,
    loop_changes,
    right_changes,
    sum_of,
)
from lasynth.domains.c.loop_tests import (
    NUM_RELATIONS,
    LoopTests,
    condition_text,
    difference,
    holds_at,
    loop_tests,
    related,
)
from lasynth.domains.c.parser import parse, to_tokens
from lasynth.domains.unlearned import End

__all__ = ["ELSE", "ROW", "least_loop_cost", "loop_programs"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_NUM_BITS: Final = 62  # cases that a number holds
_PART: Final = 1.8  # for a loop over a part of the cells
ELSE: Final = 1.5  # the cost of an `else`
_BREAK: Final = 1.7  # and of a `break`
_MAX_FOUND: Final = 200
_MAX_PAIRS: Final = 2000  # of changes, one for the `else`; the cheaper ones are found first
_LOOKS: Final = (1, 3)  # the examples after which a search is given up if no changes fit so far
# A loop in numbers: the first and last cell, whether it goes down, the shape of the rule; relation and sides
# of the test; the change; that of the `else`.
_CHANGE: Final = 8
_OTHER: Final = _CHANGE + FORM + 1
ROW: Final = _OTHER + FORM + 1
_PLAIN, _IF, _IF_ELSE, _IF_BREAK = range(4)


@njit(cache=True, nogil=True)
def _is_right(states_KN: Ints, outputs_KN: Ints, free_N: Bools, row: Ints, down: bool) -> bool:
    """Whether the loop, run cell by cell, leads from the states to the outputs but for free cells."""
    num_examples, num_cells = states_KN.shape
    low, high, shape = row[0], row[1], row[3]
    cells_N = np.empty(num_cells, np.int64)
    for k in range(num_examples):
        cells_N[:] = states_KN[k]
        for step in range(high - low + 1):
            p = high - step if down else low + step
            holds = shape == _PLAIN or holds_at(row[4], row[5:8], cells_N, p)
            if shape == _IF_BREAK:
                if holds:
                    break
                holds = True
            if holds:
                cells_N[p] = sum_of(row[_CHANGE:], cells_N, p) + row[_CHANGE + FORM]
            elif shape == _IF_ELSE:
                cells_N[p] = sum_of(row[_OTHER:], cells_N, p) + row[_OTHER + FORM]
        for j in range(num_cells):
            if not free_N[j] and cells_N[j] != outputs_KN[k, j]:
                return False
    return True


@njit(cache=True, nogil=True)
def _may_fit(right_M: Ints, here: int, same: int) -> bool:
    """Whether one change is right on all cases that are not the same, or two together on all."""
    wrong = here & ~same
    if wrong == 0:
        return True
    first = wrong & -wrong  # some change must be right on this one
    some = np.flatnonzero(right_M)
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
def _fitting(
    right_M: Ints, costs_M: Floats, here: int, wrong: int, most: float, alone_M: Ints, pairs_R2: Ints
) -> tuple[int, int]:
    """The changes that are right on all wrong cases, and the pairs that are together right on all cases.

    Both are written with the cheap ones first, pairs no dearer than `most`. Returns how many there are.
    """
    some = np.flatnonzero(right_M)
    some = some[np.argsort(costs_M[some], kind="mergesort")]
    first = wrong & -wrong
    num_alone = num_pairs = 0
    for m in some:
        if right_M[m] & first == 0:
            continue
        if wrong & ~right_M[m] == 0:
            alone_M[num_alone] = m
            num_alone += 1
        others = here & ~right_M[m]
        if others == 0:
            continue  # it needs no other
        for n in some:
            if num_pairs == len(pairs_R2) or costs_M[m] + costs_M[n] > most:
                break
            if others & ~right_M[n] == 0:
                pairs_R2[num_pairs, 0], pairs_R2[num_pairs, 1] = m, n
                num_pairs += 1
    return num_alone, num_pairs


@njit(cache=True, nogil=True)
def _before(holds: int, num_examples: int, num_cells: int, low: int, high: int, down: bool) -> int:
    """The cases that a loop comes to before the first one of an example where it ends."""
    cases = 0
    for k in range(num_examples):
        for step in range(high - low + 1):
            case = 1 << (k * num_cells + (high - step if down else low + step))
            if holds & case:
                break
            cases |= case
    return cases


@njit(cache=True, nogil=True)
def _added(
    states_KN: Ints,
    outputs_KN: Ints,
    free_N: Bools,
    row: Ints,
    cost: float,
    num: int,
    limit: float,
    only_least: bool,
    found_X: Ints,
    costs_X: Floats,
) -> tuple[int, float]:
    """Keep a loop if it is right, run step by step; returns how many are kept then, and the limit then."""
    down = row[2] == 1
    # Downwards it is a second time the same where it is right upwards.
    if down and _is_right(states_KN, outputs_KN, free_N, row, False):
        return num, limit
    place = place_of(cost, num, costs_X)
    if place < 0 or not _is_right(states_KN, outputs_KN, free_N, row, down):
        return num, limit
    costs_X[place], found_X[place] = cost, row
    return max(num, place + 1), min(limit, cost) if only_least else limit


@njit(cache=True, nogil=True)
def _compare(tests: LoopTests, found_KNN: Ints, limit: float, below_L: Ints, equal_L: Ints) -> None:
    """The cases where the left side of each test is less than the right one, and where they are equal.

    Those of tests dearer than `limit` are not looked at.
    """
    num_examples, num_cells, _ = found_KNN.shape
    below_L[:] = 0
    equal_L[:] = 0
    for side in range(len(tests.sides_L3)):
        if tests.costs_Q[NUM_RELATIONS * side] > limit:
            continue
        for k in range(num_examples):
            for j in range(num_cells):
                value = difference(tests.sides_L3[side], found_KNN[k, j], j)
                case = 1 << (k * num_cells + j)
                if value < 0:
                    below_L[side] |= case
                elif value == 0:
                    equal_L[side] |= case


@njit(cache=True, nogil=True)
def _loops(
    states_KN: Ints,
    outputs_KN: Ints,
    free_N: Bools,
    changes: LoopChanges,
    tests: LoopTests,
    limit: float,
    only_least: bool,
    found_X: Ints,
    costs_X: Floats,
) -> int:
    """Loops that cost no more than `limit`, each as a row of numbers (`ROW`); returns how many."""
    num_cells = states_KN.shape[1]
    num_examples = min(len(states_KN), _NUM_BITS // num_cells)  # what fits is run on all of them
    same = used = 0
    low_wrong, high_wrong = num_cells, -1
    for k in range(len(states_KN)):
        for j in range(num_cells):
            if free_N[j]:
                continue
            if k < num_examples:
                used |= 1 << (k * num_cells + j)
            if states_KN[k, j] != outputs_KN[k, j]:
                low_wrong, high_wrong = min(low_wrong, j), max(high_wrong, j)
            elif k < num_examples:
                same |= 1 << (k * num_cells + j)
    if high_wrong < 0:
        return 0
    num = 0
    costs_M, right_M = changes.costs_M, np.zeros(len(changes.costs_M), np.int64)
    num_sides = len(tests.sides_L3)
    below_L, equal_L = np.zeros(num_sides, np.int64), np.zeros(num_sides, np.int64)
    alone_M, pairs_R2 = np.empty(len(right_M), np.int64), np.empty((_MAX_PAIRS, 2), np.int64)
    row = np.zeros(ROW, np.int64)
    # What a loop finds at each of its steps: the cells behind it are as in the outputs, if it is right. What
    # becomes of free ones is not known; they are taken to stay.
    found_KNN = np.empty((num_examples, num_cells, num_cells), np.int64)
    for down in range(2):
        right_M[:] = 0
        may_fit = True
        needed = 0  # cases that every part of the cells has
        for k in range(num_examples):
            for j in range(num_cells):
                for i in range(num_cells):
                    behind = not free_N[i] and (i > j if down else i < j)
                    found_KNN[k, j, i] = outputs_KN[k, i] if behind else states_KN[k, i]
            right_changes(changes, limit, found_KNN[k], outputs_KN[k], free_N, k * num_cells, right_M)
            for j in range(low_wrong, high_wrong + 1):
                needed |= used & 1 << (k * num_cells + j)
            if k in _LOOKS or k == num_examples - 1:
                may_fit = _may_fit(right_M, needed, same)
                if not may_fit:
                    break
        if not may_fit:
            continue
        tested = False
        for part in range(4):
            # All cells, all but the first, all but the last, and as few as there may be.
            low = 0 if part in (0, 2) else 1 if part == 1 else low_wrong
            high = num_cells - 1 if part < 2 else num_cells - 2 if part == 2 else high_wrong
            if low > low_wrong or high < high_wrong or low >= high:
                continue
            if part == 3 and low <= 1 and high >= num_cells - 2 and (low == 0 or high == num_cells - 1):
                continue  # one of those before
            base = 0.0 if part == 0 else _PART
            here = _before(0, num_examples, num_cells, low, high, False) & used
            wrong = here & ~same
            if not _may_fit(right_M, here, same):
                continue
            row[0], row[1], row[2] = low, high, down
            most = limit - base - ELSE - tests.costs_Q.min()
            num_alone, num_pairs = _fitting(right_M, costs_M, here, wrong, most, alone_M, pairs_R2)
            for m in alone_M[:num_alone]:
                total = base + costs_M[m]
                if total > limit:
                    break
                if here & ~right_M[m] == 0:
                    row[3], row[_CHANGE:_OTHER] = _PLAIN, changes.what_M7[m]
                    num, limit = _added(
                        states_KN, outputs_KN, free_N, row, total, num, limit, only_least, found_X, costs_X
                    )
            if not tested:
                tested = True
                _compare(tests, found_KNN, limit - LEAST_CHANGE, below_L, equal_L)
            for q in range(NUM_RELATIONS * num_sides):
                cost = base + tests.costs_Q[q]
                if cost + LEAST_CHANGE > limit:
                    continue
                side, relation = q // NUM_RELATIONS, q % NUM_RELATIONS
                holds = here & related(relation, below_L[side], equal_L[side], used)
                others = here & ~holds
                if holds == 0 or others == 0:
                    continue
                row[4], row[5:8] = relation, tests.sides_L3[side]
                # A change behind the `if`, and behind one that ends the loop.
                for shape in (_IF, _IF_BREAK):
                    cases, total = holds, cost
                    if shape == _IF_BREAK:
                        total += _BREAK
                        if holds & wrong != 0 or total + LEAST_CHANGE > limit:
                            continue
                        cases = here & _before(holds, num_examples, num_cells, low, high, down == 1)
                    if wrong & ~cases != 0:
                        continue
                    for m in alone_M[:num_alone]:
                        if total + costs_M[m] > limit:
                            break
                        if cases & ~right_M[m] != 0:
                            continue
                        row[3], row[_CHANGE:_OTHER] = shape, changes.what_M7[m]
                        num, limit = _added(
                            states_KN, outputs_KN, free_N, row, total + costs_M[m], num, limit, only_least,
                            found_X, costs_X,
                        )  # fmt: skip
                if others & wrong == 0:
                    continue
                row[3] = _IF_ELSE
                for pair in range(num_pairs):
                    m, n = pairs_R2[pair]
                    total = cost + ELSE + costs_M[m] + costs_M[n]
                    if total > limit:
                        continue
                    for turn in range(2):
                        if turn == 1:
                            m, n = n, m
                        if holds & ~right_M[m] != 0 or others & ~right_M[n] != 0:
                            continue
                        row[_CHANGE:_OTHER], row[_OTHER:] = changes.what_M7[m], changes.what_M7[n]
                        num, limit = _added(
                            states_KN,
                            outputs_KN,
                            free_N,
                            row,
                            total,
                            num,
                            limit,
                            only_least,
                            found_X,
                            costs_X,
                        )
    return num


@njit(cache=True, nogil=True)
def least_loop_cost(
    states_KN: Ints,
    outputs_KN: Ints,
    free_N: Bools,
    changes: LoopChanges,
    tests: LoopTests,
    limit: float,
    found_X: Ints,
    costs_X: Floats,
) -> float:
    """The cost of the cheapest loop of one state, if it is no more than `limit`; else `NEVER`.

    Args:
        states_KN: where it begins.
        outputs_KN: where it leads.
        free_N: the free cells.
        changes, tests: those of so many cells.
        limit: see above.
        found_X, costs_X: room for some loops, `[X, ROW]` and `[X]`.
    """
    num = _loops(states_KN, outputs_KN, free_N, changes, tests, limit, True, found_X, costs_X)
    return costs_X[:num].min() if num else NEVER


def loop_programs(
    state_KN: npt.NDArray[Any], outputs_KN: npt.NDArray[Any], free_N: Bools, limit: float, most: int
) -> list[End]:
    """The loops that lead from a state to the outputs and cost no more than `limit`, cheapest first."""
    found_X, costs_X = np.zeros((_MAX_FOUND, ROW), np.int64), np.empty(_MAX_FOUND)
    num_cells = state_KN.shape[1]
    changes, tests = loop_changes(num_cells), loop_tests(num_cells)
    num = _loops(state_KN, outputs_KN, free_N, changes, tests, limit, False, found_X, costs_X)
    order = np.argsort(costs_X[:num], kind="stable")[:most]
    return [End(to_tokens(parse(_text(found_X[row].tolist()))), float(costs_X[row])) for row in order]


def _text(row: list[int]) -> str:
    low, high, down, shape = row[:4]
    head = f"int p_0 = {high}; p_0 >= {low}; p_0--" if down else f"int p_0 = {low}; p_0 <= {high}; p_0++"
    test, change, other = (
        condition_text(*row[4:8]),
        change_text(*row[_CHANGE:_OTHER]),
        change_text(*row[_OTHER:]),
    )
    body = {
        _PLAIN: change,
        _IF: f"if ({test}) {{ {change} }}",
        _IF_ELSE: f"if ({test}) {{ {change} }} else {{ {other} }}",
        _IF_BREAK: f"if ({test}) {{ break; }} {change}",
    }[shape]
    return f"int * func_1(int a[]) {{ for ({head}) {{ {body} }} return a; }}"
