"""Ends of programs that lead to the outputs: an affine map, an `if` with one in each branch, or a loop.

A condition (`comparisons`) costs its own tokens and, for each cell, the cheaper of one map for all examples
and of two, one where it holds and one for the others (`maps`). All conditions are tried, so what is found is
the cheapest of its kind. Loops are those of `loop_ends` and `cell_loops`. Behind the `if` or the loop further
cells may be assigned (`behind`).

Costs are in nats: roughly minus the logarithm of how often the random programs of `mixed` do the same.

Shapes: S states, K examples, N cells, M weight vectors, Q comparisons, R = 2^K masks.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.c.affine_program import Condition, straight_line, two_branches
from lasynth.domains.c.behind import Behind, free_cells, ways_behind
from lasynth.domains.c.cell_loops import (
    CELL_ROW,
    LEAST_CELL_LOOP,
    cell_loop_programs,
    least_cell_loop,
    only_wrong_cell,
)
from lasynth.domains.c.comparisons import (
    LEAST_LONG,
    LEAST_SHORT,
    NEVER,
    Compared,
    comparisons,
    long_comparisons,
    most_comparisons,
    numbers_of,
    with_joined,
)
from lasynth.domains.c.loop_changes import LEAST_CHANGE, LoopChanges, loop_changes
from lasynth.domains.c.loop_ends import ROW, least_loop_cost, loop_programs
from lasynth.domains.c.loop_tests import LoopTests, loop_tests
from lasynth.domains.c.many import MOST_EXAMPLES, ManyMaps
from lasynth.domains.c.maps import Maps, Tables, all_maps, vectors_of
from lasynth.domains.c.parser import parse, to_tokens
from lasynth.domains.unlearned import End

__all__ = ["ComputedEnds"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# Tables have 2^K entries a cell. Of more examples the last ones are looked at first, because answers to
# questions are there, which tell most.
_MOST_IN_TABLES: Final = 8
# The ends of a few states, or of one in 50, the cheapest of those looked at together, are searched on more.
_FEW_EXACT: Final = 4
_PER_EXACT: Final = 50
_LEAST: Final = 5.0  # the cheapest assignment
_FEW_LOOPS: Final = 8  # kept while only the cheapest one counts


@njit(cache=True, nogil=True)
def _least_costs(
    states_SKN: Ints,
    outputs_KN: Ints,
    start_S: Floats,
    limit: float,
    slack: float,
    most_in_tables: int,
    weights_MN: Ints,
    terms_NM: Floats,
    keeps_NM: Bools,
    alone_NM: Bools,
    own_N: Ints,
    behind_N: Floats,
    numbers: Ints,
    num_comparisons: int,
    changes: LoopChanges,
    tests: LoopTests,
    costs_S: Floats,
) -> None:
    """What the cheapest end of each state costs; `NEVER` where it cannot be within `slack` of the best.

    Where there are more examples than tables hold, that is what an end costs at least.
    """
    num_cells = outputs_KN.shape[1]
    begin = max(0, len(outputs_KN) - most_in_tables)
    last_KN = outputs_KN[begin:]
    num_masks = 1 << len(last_KN)
    costs_NR, vectors_NR = np.empty((num_cells, num_masks)), np.zeros((num_cells, num_masks), np.int64)
    total_R, short_R, long_R = np.empty(num_masks), np.empty(num_masks), np.empty(num_masks)
    masks_Q, relations_Q = np.empty(num_comparisons, np.int64), np.empty(num_comparisons)
    what_Q6 = np.empty((num_comparisons, 6), np.int64)
    found_X, loops_X = np.empty((_FEW_LOOPS, ROW), np.int64), np.empty(_FEW_LOOPS)
    rows_X = np.empty((_FEW_LOOPS, CELL_ROW), np.int64)
    free_FN, costs_F = np.empty((num_cells + 2, num_cells), np.bool_), np.empty(num_cells + 2)
    costs_S[:] = NEVER
    for s in range(len(states_SKN)):
        state_KN = states_SKN[s]
        num_wrong = 0
        for j in range(num_cells):
            num_wrong += int((state_KN[:, j] != outputs_KN[:, j]).any())
        most = min(limit + slack - start_S[s], NEVER - 1)  # what an end of interest costs
        if _LEAST * num_wrong > most:
            continue
        state_last_KN = state_KN[begin:]
        cost = all_maps(
            state_last_KN,
            last_KN,
            most,
            weights_MN,
            terms_NM,
            keeps_NM,
            alone_NM,
            own_N,
            behind_N,
            costs_NR,
            vectors_NR,
            total_R,
        )
        least = total_R.min()
        if LEAST_SHORT + least <= min(most, cost):
            num = comparisons(state_last_KN, numbers, masks_Q, relations_Q, what_Q6)
            short_R[:] = NEVER
            for q in range(num):
                short_R[masks_Q[q]] = min(short_R[masks_Q[q]], relations_Q[q])
            cost = min(cost, (short_R + total_R).min())
            if LEAST_LONG + least <= min(most, cost):
                with_joined(short_R, long_R)
                num_all = long_comparisons(state_last_KN, numbers, num, masks_Q, relations_Q, what_Q6)
                for q in range(num, num_all):
                    long_R[masks_Q[q]] = min(long_R[masks_Q[q]], relations_Q[q])
                cost = min(cost, (long_R + total_R).min())
        num_free = free_cells(state_KN, outputs_KN, behind_N, free_FN, costs_F)
        for free in range(num_free):
            free_N, behind = free_FN[free], costs_F[free]
            if behind + LEAST_CHANGE > min(most, cost):
                continue
            limit_of_loop = min(most, cost) - behind
            of_loop = least_loop_cost(
                state_KN, outputs_KN, free_N, changes, tests, limit_of_loop, found_X, loops_X
            )
            cost = min(cost, behind + of_loop)
            c = only_wrong_cell(state_KN, outputs_KN, free_N)
            if c >= 0 and behind + LEAST_CELL_LOOP <= min(most, cost):
                limit_of_loop = min(most, cost) - behind
                of_loop = least_cell_loop(state_KN, outputs_KN, c, tests, limit_of_loop, rows_X, loops_X)
                cost = min(cost, behind + of_loop)
        costs_S[s] = min(cost, NEVER)
        if begin == 0:
            limit = min(limit, start_S[s] + cost)


class ComputedEnds:
    """The ends of restricted C, loops included; see `lasynth.domains.unlearned.Ends`."""

    def prepare(self) -> None:
        """See `Ends`."""
        inputs = np.zeros((2, 2), dtype=np.int32)
        self.costs(inputs[None], inputs + 1, np.zeros(1), np.inf, 0.0)
        self.programs(inputs, inputs + 1, np.inf, 1)
        many = np.zeros((_MOST_IN_TABLES + 1, 2), dtype=np.int32)
        self.programs(many, many + 1, np.inf, 1)

    def costs(
        self,
        states_SKN: npt.NDArray[Any],
        outputs_KN: npt.NDArray[Any],
        start_S: Floats,
        limit: float,
        slack: float,
    ) -> Floats:
        """See `Ends`."""
        states, outputs = _last(states_SKN), _last(outputs_KN[None])[0]
        start = np.asarray(start_S, dtype=np.float64)
        numbers, num_cells = numbers_of(outputs), outputs.shape[1]
        least_S = np.full(len(states), np.inf)
        for behind in ways_behind(outputs):
            costs_S = np.empty(len(states))
            _least_costs(
                states,
                outputs,
                start,
                limit,
                slack,
                _MOST_IN_TABLES,
                *vectors_of(num_cells).all(),
                behind.costs_N,
                numbers,
                most_comparisons(num_cells, len(numbers)),
                loop_changes(num_cells),
                loop_tests(num_cells),
                costs_S,
            )
            costs_S[costs_S >= NEVER] = np.inf
            least_S = np.minimum(least_S, costs_S)
        if len(outputs) <= _MOST_IN_TABLES:
            return least_S
        return self._exact(states, outputs, start, least_S, limit, slack)

    def _exact(
        self, states_SKN: Ints, outputs_KN: Ints, start_S: Floats, least_S: Floats, limit: float, slack: float
    ) -> Floats:
        """The costs of ends that are right on all examples, from what they cost at least."""
        costs_S = np.full(len(states_SKN), np.inf)
        total_S = start_S + least_S
        most = max(_FEW_EXACT, len(states_SKN) // _PER_EXACT)
        for row in np.argsort(total_S, kind="stable")[:most].tolist():
            if not total_S[row] <= min(limit + slack, NEVER):
                break
            ends = self.programs(states_SKN[row], outputs_KN, limit + slack - start_S[row], 1)
            if ends:
                costs_S[row] = ends[0].cost
                limit = min(limit, float(start_S[row]) + ends[0].cost)
        return costs_S

    def programs(
        self, state_KN: npt.NDArray[Any], outputs_KN: npt.NDArray[Any], limit: float, most: int
    ) -> list[End]:
        """See `Ends`."""
        state, outputs = _last(state_KN[None])[0], _last(outputs_KN[None])[0]
        limit = min(limit, NEVER - 1)
        ends: dict[bytes, End] = {}
        for behind in ways_behind(outputs):
            for end in [
                *_branches(state, outputs, behind, limit, most),
                *_loops(state, outputs, behind, limit, most),
            ]:
                known = ends.get(end.tokens.tobytes())
                if known is None or end.cost < known.cost:
                    ends[end.tokens.tobytes()] = end
        return sorted(ends.values(), key=lambda end: end.cost)[:most]

    def halfway(self, state_KN: npt.NDArray[Any], outputs_KN: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """See `Ends`: one cell is right that was wrong, or all but one are."""
        wrong = np.flatnonzero((state_KN != outputs_KN).any(axis=0))
        halves = []
        for j in wrong.tolist() if len(wrong) > 1 else ():
            half = state_KN.copy()
            half[:, j] = outputs_KN[:, j]
            halves.append(half)
        for j in wrong.tolist() if len(wrong) > 2 else ():
            half = outputs_KN.copy()
            half[:, j] = state_KN[:, j]
            halves.append(half)
        return np.array(halves).reshape(-1, *state_KN.shape)


def _branches(state_KN: Ints, outputs_KN: Ints, behind: Behind, limit: float, most: int) -> list[End]:
    """Affine maps, and two of them behind a condition."""
    last = slice(-_MOST_IN_TABLES, None)
    tables = Tables(state_KN[last], outputs_KN[last], behind.costs_N)
    maps: Maps = tables
    if len(outputs_KN) > _MOST_IN_TABLES:
        maps = ManyMaps(state_KN, outputs_KN, behind.costs_N, tables)
    found: list[tuple[float, Condition | None, int]] = []
    if maps.plain <= limit:
        found.append((maps.plain, None, maps.everywhere))
    found += maps.conditions(Compared.of(state_KN, numbers_of(outputs_KN)), limit, most)
    ends = []
    for cost, condition, mask in sorted(found, key=lambda each: each[0])[:most]:
        if condition is None:
            text = straight_line(*maps.of(mask))
        else:
            text = two_branches(condition, maps.of(mask), maps.of(maps.everywhere & ~mask))
        if text is not None:
            ends.append(End(behind.added(to_tokens(parse(text)), maps.behind(mask)), cost))
    return ends


def _loops(state_KN: Ints, outputs_KN: Ints, behind: Behind, limit: float, most: int) -> list[End]:
    """Loops, also such with assignments behind them."""
    num_cells = outputs_KN.shape[1]
    free_FN, costs_F = np.empty((num_cells + 2, num_cells), np.bool_), np.empty(num_cells + 2)
    num = free_cells(state_KN, outputs_KN, behind.costs_N, free_FN, costs_F)
    ends = []
    for free_N, cost in zip(free_FN[:num], costs_F[:num].tolist(), strict=True):
        if cost > limit:
            continue
        loops = [
            *loop_programs(state_KN, outputs_KN, free_N, limit - cost, most),
            *cell_loop_programs(state_KN, outputs_KN, free_N, limit - cost, most),
        ]
        cells = np.flatnonzero(free_N)
        ends += [End(behind.added(loop.tokens, cells), cost + loop.cost) for loop in loops]
    return ends


def _last(values_SKN: npt.NDArray[Any]) -> Ints:
    """Values of the last examples, as many as masks have bits."""
    return np.ascontiguousarray(values_SKN[:, -MOST_EXAMPLES:], dtype=np.int64)
