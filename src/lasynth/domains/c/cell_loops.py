"""Ends of programs that are one loop which changes one cell: by how many others are so, their sum, the last.

For the cells that a loop visits and a comparison of each, it is known on every example how many are hit, what
their sum is, and which is the first and the last. Each change of the one cell says what it is then, so a
change is one comparison. A loop that is found so is run, as it may change cells that it visits itself.

Costs are those of `lasynth.domains.c.ends`.

Shapes: K examples, N cells, Q comparisons, X loops.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.c.comparisons import LARGEST_NUMBER, NEVER
from lasynth.domains.c.kept import place_of
from lasynth.domains.c.loop_tests import (
    NUM_RELATIONS,
    LoopTests,
    condition_text,
    holds_at,
    loop_tests,
)
from lasynth.domains.c.parser import parse, to_tokens
from lasynth.domains.unlearned import End

__all__ = ["CELL_ROW", "LEAST_CELL_LOOP", "cell_loop_programs", "least_cell_loop", "only_wrong_cell"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

CELL_ROW: Final = 10  # numbers of a loop, see `_search`
_MAX_FOUND: Final = 100
_MOST_FULL: Final = 8  # cells of a list of which all parts are visited; of longer ones, all but a few cells
LEAST_CELL_LOOP: Final = 8.0
# A loop that begins or ends one cell later or sooner, and any other part.
_PART, _OTHER_PART = 0.8, 1.5
# Changes of the cell: add a number, a[p] and more, p, or a cell; become a number, a cell, or a[p].
_ADD, _ADD_VISITED, _ADD_INDEX, _ADD_CELL, _SET, _COPY, _COPY_VISITED = range(7)
_COSTS: Final = np.array([8.0, 8.0, 9.3, 9.3, 8.6, 9.3, 8.2])


@njit(cache=True, nogil=True)
def only_wrong_cell(state_KN: Ints, outputs_KN: Ints, free_N: Bools) -> int:
    """The one cell that is wrong, free ones left out; -1 where there are none or several."""
    found = -1
    for j in range(len(free_N)):
        if not free_N[j] and (state_KN[:, j] != outputs_KN[:, j]).any():
            if found >= 0:
                return -1
            found = j
    return found


@njit(cache=True, nogil=True)
def _is_right(state_KN: Ints, outputs_KN: Ints, c: int, row: Ints) -> bool:
    """Whether a loop, run step by step, makes the cell what it is in the outputs."""
    low, high, down, relation = row[:4]
    kind, sign, more = row[7:]
    cells_N = np.empty(state_KN.shape[1], np.int64)
    for k in range(len(state_KN)):
        cells_N[:] = state_KN[k]
        for step in range(high - low + 1):
            p = high - step if down else low + step
            if relation >= 0 and not holds_at(relation, row[4:7], cells_N, p):
                continue
            if kind == _ADD:
                cells_N[c] += more
            elif kind == _ADD_VISITED:
                # `more` is a number, or beyond all numbers cell i, added or subtracted.
                extra = more
                if more > LARGEST_NUMBER:
                    extra = cells_N[more - LARGEST_NUMBER - 1]
                elif more < -LARGEST_NUMBER:
                    extra = -cells_N[-more - LARGEST_NUMBER - 1]
                cells_N[c] += sign * (cells_N[p] + extra)
            elif kind == _ADD_INDEX:
                cells_N[c] += sign * p
            elif kind == _ADD_CELL:
                cells_N[c] += sign * cells_N[more]
            elif kind == _SET:
                cells_N[c] = more
            elif kind == _COPY:
                cells_N[c] = cells_N[more]
            else:
                cells_N[c] = cells_N[p]
        if cells_N[c] != outputs_KN[k, c]:
            return False
    return True


@njit(cache=True, nogil=True)
def _quotient(change_K: Ints, count_K: Ints) -> int:
    """The number that, as often as counted, makes each change; beyond all numbers if there is none."""
    none = LARGEST_NUMBER + 1
    number = none
    for k in range(len(count_K)):
        if count_K[k] == 0:
            if change_K[k] != 0:
                return none
            continue
        if number == none:
            number = change_K[k] // count_K[k]
        if number * count_K[k] != change_K[k]:
            return none
    return number if abs(number) <= LARGEST_NUMBER else none


@njit(cache=True, nogil=True)
def _adds(change_K: Ints, sign: int, count_K: Ints, state_KN: Ints, i: int) -> bool:
    """Whether cell i, added (or subtracted) as often as counted, makes each change."""
    for k in range(len(count_K)):
        if change_K[k] != sign * count_K[k] * state_KN[k, i]:
            return False
    return True


@njit(cache=True, nogil=True)
def _search(
    state_KN: Ints,
    outputs_KN: Ints,
    c: int,
    tests: LoopTests,
    limit: float,
    only_least: bool,
    found_X: Ints,
    costs_X: Floats,
) -> int:
    """Loops that make a cell right and cost no more than `limit`, each as numbers; returns how many.

    A row of the result: the first and last cell visited, whether it goes down, the test (relation or -1, and
    sides), the change (kind, sign, number or cell).
    """
    num_examples, num_cells = state_KN.shape
    num_tests = NUM_RELATIONS * tests.num_visited
    before_K, after_K = state_KN[:, c], outputs_KN[:, c]
    hit_K = np.empty(num_examples, np.int64)  # cells on which the test holds, as bits
    count_K, sum_K, index_K = np.empty((3, num_examples), np.int64)
    first_K, last_K, rest_K = np.empty((3, num_examples), np.int64)
    room = 64 + 16 * num_cells
    tried_Y, try_costs_Y = np.empty((room, CELL_ROW), np.int64), np.empty(room)
    num = 0
    for q in range(num_tests + 1):
        always = q == num_tests
        of_test = 0.0 if always else tests.costs_Q[q]
        if of_test + LEAST_CELL_LOOP > limit:
            continue
        relation, sides_3 = q % NUM_RELATIONS, tests.sides_L3[q // NUM_RELATIONS]
        for k in range(num_examples):
            hit_K[k] = 0
            for p in range(num_cells):
                if always or holds_at(relation, sides_3, state_KN[k], p):
                    hit_K[k] |= 1 << p
        for low in range(num_cells - 1):
            for high in range(low + 1, num_cells):
                edges = low + num_cells - 1 - high
                if num_cells > _MOST_FULL and edges > 2:
                    continue
                base = of_test + (0.0 if edges == 0 else _PART if edges == 1 else _OTHER_PART)
                if base + LEAST_CELL_LOOP > limit:
                    continue
                visited = (1 << high + 1) - (1 << low)
                possible = True
                for k in range(num_examples):
                    if hit_K[k] & visited == 0 and before_K[k] != after_K[k]:
                        possible = False
                        break
                if not possible:
                    continue
                for k in range(num_examples):
                    count_K[k] = sum_K[k] = index_K[k] = 0
                    first_K[k] = last_K[k] = -1
                    for p in range(low, high + 1):
                        if not hit_K[k] >> p & 1:
                            continue
                        count_K[k] += 1
                        sum_K[k] += state_KN[k, p]
                        index_K[k] += p
                        if p != c:  # there it would become what it is
                            last_K[k] = p
                            if first_K[k] < 0:
                                first_K[k] = p
                num_tried = _changes(
                    state_KN, before_K, after_K, c, always,
                    count_K, sum_K, index_K, first_K, last_K, rest_K, tried_Y, try_costs_Y,
                )  # fmt: skip
                if low <= c <= high:
                    num_tried = _of_itself(num_cells, c, always, num_tried, tried_Y, try_costs_Y)
                for y in range(num_tried):
                    cost = base + try_costs_Y[y]
                    if cost > limit:
                        continue
                    row = tried_Y[y]
                    row[0], row[1], row[3] = low, high, -1 if always else relation
                    row[4:7] = sides_3
                    if not _is_right(state_KN, outputs_KN, c, row):
                        continue
                    place = place_of(cost, num, costs_X)
                    if place < 0:
                        continue
                    num = max(num, place + 1)
                    costs_X[place] = cost
                    found_X[place] = row
                    if only_least:
                        limit = min(limit, cost)
    return num


@njit(cache=True, nogil=True)
def _changes(
    state_KN: Ints,
    before_K: Ints,
    after_K: Ints,
    c: int,
    always: bool,
    count_K: Ints,
    sum_K: Ints,
    index_K: Ints,
    first_K: Ints,
    last_K: Ints,
    rest_K: Ints,
    tried_Y: Ints,
    costs_Y: Floats,
) -> int:
    """The changes of the cell that explain what becomes of it; returns how many there are.

    Where all cells visited are hit (`always`), only sums are looked for: the others are affine maps.
    """
    num_examples, num_cells = state_KN.shape
    num = 0
    for sign in (1, -1):
        for k in range(num_examples):
            rest_K[k] = sign * (after_K[k] - before_K[k]) - sum_K[k]
        number = _quotient(rest_K, count_K)
        if abs(number) <= LARGEST_NUMBER and (number == 0 or always):
            num = _note(tried_Y, costs_Y, num, 0, _ADD_VISITED, sign, number)
            costs_Y[num - 1] += 0.3 * (sign < 0) + (2.4 + 0.25 * abs(number) if number else 0.0)
        if always:
            for i in range(num_cells):
                for plus in (1, -1):
                    if i != c and _adds(rest_K, plus, count_K, state_KN, i):
                        of = plus * (LARGEST_NUMBER + 1 + i)
                        num = _note(tried_Y, costs_Y, num, 0, _ADD_VISITED, sign, of)
                        costs_Y[num - 1] += 3.5
    if always:
        return num
    for k in range(num_examples):
        rest_K[k] = after_K[k] - before_K[k]
    number = _quotient(rest_K, count_K)
    if number != 0 and abs(number) <= LARGEST_NUMBER:
        num = _note(tried_Y, costs_Y, num, 0, _ADD, 1, number)
        costs_Y[num - 1] += 0.8 + 0.2 * abs(number) if abs(number) > 1 else 0.0
    for sign in (1, -1):
        of_index = True
        for k in range(num_examples):
            of_index &= rest_K[k] == sign * index_K[k]
        if of_index:
            num = _note(tried_Y, costs_Y, num, 0, _ADD_INDEX, sign, 0)
        for i in range(num_cells):
            if i != c and _adds(rest_K, sign, count_K, state_KN, i):
                num = _note(tried_Y, costs_Y, num, 0, _ADD_CELL, sign, i)
    # What the cell becomes where it is changed at all: a number, a cell, the last one hit.
    for k in range(num_examples):
        if count_K[k] == 0 and before_K[k] != after_K[k]:
            return num
    first = 0
    while first < num_examples - 1 and count_K[first] == 0:
        first += 1
    number = after_K[first]
    if abs(number) <= LARGEST_NUMBER and _becomes(after_K, count_K, number, state_KN, -1):
        num = _note(tried_Y, costs_Y, num, 0, _SET, 1, number)
        costs_Y[num - 1] += 0.3 * abs(number)
    for i in range(num_cells):
        if i != c and _becomes(after_K, count_K, 0, state_KN, i):
            num = _note(tried_Y, costs_Y, num, 0, _COPY, 1, i)
    for down in range(2):
        place_K = first_K if down else last_K
        right = True
        for k in range(num_examples):
            right &= after_K[k] == (state_KN[k, place_K[k]] if place_K[k] >= 0 else before_K[k])
        if right:
            num = _note(tried_Y, costs_Y, num, down, _COPY_VISITED, 1, 0)
    return num


@njit(cache=True, nogil=True)
def _of_itself(num_cells: int, c: int, always: bool, num: int, tried_Y: Ints, costs_Y: Floats) -> int:
    """Add changes whose sums are not known, as the loop visits the cell itself; returns how many then."""
    for down in range(2):
        for sign in (1, -1):
            if not always:
                num = _note(tried_Y, costs_Y, num, down, _ADD, 1, sign)
            num = _note(tried_Y, costs_Y, num, down, _ADD_VISITED, sign, 0)
            costs_Y[num - 1] += 0.3 * (sign < 0)
            for i in range(num_cells if always else 0):
                for plus in (1, -1):
                    if i != c:
                        num = _note(
                            tried_Y, costs_Y, num, down, _ADD_VISITED, sign, plus * (LARGEST_NUMBER + 1 + i)
                        )
                        costs_Y[num - 1] += 3.5
    return num


@njit(cache=True, nogil=True)
def _becomes(after_K: Ints, count_K: Ints, number: int, state_KN: Ints, i: int) -> bool:
    """Whether the cell becomes cell i, or a number (i = -1), where some cell is hit."""
    for k in range(len(count_K)):
        if count_K[k] > 0 and after_K[k] != (number if i < 0 else state_KN[k, i]):
            return False
    return True


@njit(cache=True, nogil=True)
def _note(tried_Y: Ints, costs_Y: Floats, num: int, down: int, kind: int, sign: int, more: int) -> int:
    """Note a change; returns how many there are then."""
    tried_Y[num, 2], tried_Y[num, 7], tried_Y[num, 8], tried_Y[num, 9] = down, kind, sign, more
    costs_Y[num] = _COSTS[kind]
    return num + 1


@njit(cache=True, nogil=True)
def least_cell_loop(
    state_KN: Ints,
    outputs_KN: Ints,
    c: int,
    tests: LoopTests,
    limit: float,
    found_X: Ints,
    costs_X: Floats,
) -> float:
    """The cost of the cheapest loop that makes cell c right, if it is no more than `limit`; else `NEVER`.

    Args:
        state_KN: where it begins.
        outputs_KN: where it leads.
        c: the cell.
        tests: those of so many cells.
        limit: see above.
        found_X, costs_X: room for some loops, `[X, CELL_ROW]` and `[X]`.
    """
    num = _search(state_KN, outputs_KN, c, tests, limit, True, found_X, costs_X)
    return costs_X[:num].min() if num else NEVER


def cell_loop_programs(
    state_KN: npt.NDArray[Any], outputs_KN: npt.NDArray[Any], free_N: Bools, limit: float, most: int
) -> list[End]:
    """The loops that make the one wrong cell right and cost no more than `limit`, cheapest first."""
    c = only_wrong_cell(state_KN, outputs_KN, free_N)
    if c < 0:
        return []
    found_X, costs_X = np.zeros((_MAX_FOUND, CELL_ROW), np.int64), np.empty(_MAX_FOUND)
    tests = loop_tests(state_KN.shape[1])
    num = _search(state_KN, outputs_KN, c, tests, limit, False, found_X, costs_X)
    order = np.argsort(costs_X[:num], kind="stable")[:most]
    return [End(to_tokens(parse(_text(c, found_X[row].tolist()))), float(costs_X[row])) for row in order]


def _text(c: int, row: list[int]) -> str:
    low, high, down, relation, *sides = row[:7]
    kind, sign, more = row[7:]
    head = f"int p_0 = {high}; p_0 >= {low}; p_0--" if down else f"int p_0 = {low}; p_0 <= {high}; p_0++"
    body = f"a[{c}] {_change(kind, sign, more)};"
    if kind == _ADD and abs(more) == 1:
        body = f"a[{c}]{'++' if more > 0 else '--'};"
    if relation >= 0:
        body = f"if ({condition_text(relation, *sides)}) {{ {body} }}"
    return f"int * func_1(int a[]) {{ for ({head}) {{ {body} }} return a; }}"


def _change(kind: int, sign: int, more: int) -> str:
    adds = "+=" if sign > 0 else "-="
    if kind == _ADD:
        return f"{'+=' if more > 0 else '-='} {abs(more)}"
    if kind == _ADD_VISITED:
        size = abs(more)
        of = f"a[{size - LARGEST_NUMBER - 1}]" if size > LARGEST_NUMBER else str(size)
        return f"{adds} a[p_0]" + (f" {'+' if more > 0 else '-'} {of}" if more else "")
    return {
        _ADD_INDEX: f"{adds} p_0",
        _ADD_CELL: f"{adds} a[{more}]",
        _SET: f"= {more}",
        _COPY: f"= a[{more}]",
        _COPY_VISITED: "= a[p_0]",
    }[kind]
