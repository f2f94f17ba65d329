"""Ends of programs that lead to the outputs: an affine map, an `if` with one in each branch, or a loop.

A condition (`comparisons`) costs its own tokens and, for each cell, the cheaper of one map for all examples
and of two, one where it holds and one for the others (`maps`). All conditions are tried, so what is found is
the cheapest of its kind. Loops are those of `loop_ends`. Behind the `if` or the loop further cells may be
assigned (`behind`).

Costs are in nats: roughly minus the logarithm of how often the random programs of `mixed` do the same.

Shapes: S states, K examples, N cells, M weight vectors, Q comparisons, R = 2^K masks.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.c.affine_program import RELATIONS, Comparison, Condition, straight_line, two_branches
from lasynth.domains.c.behind import Behind, free_cells, ways_behind
from lasynth.domains.c.comparisons import (
    LEAST_LONG,
    LEAST_SHORT,
    NEVER,
    comparisons,
    joined,
    long_comparisons,
    most_comparisons,
    numbers_of,
    with_joined,
)
from lasynth.domains.c.loop_ends import ROW, changes, least_loop_cost, loop_programs
from lasynth.domains.c.maps import Maps, all_maps, vectors_of
from lasynth.domains.c.parser import parse, to_tokens
from lasynth.domains.unlearned import End

__all__ = ["ComputedEnds"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# Tables have 2^K entries a cell. Ends are searched on so many examples, and checked on all: the last ones,
# because answers to questions are there, which tell most.
_MAX_EXAMPLES: Final = 8
_LEAST: Final = 5.0  # the cheapest assignment
_FEW_LOOPS: Final = 8  # kept while only the cheapest one counts


@njit(cache=True, nogil=True)
def _least_costs(
    states_SKN: Ints,
    outputs_KN: Ints,
    start_S: Floats,
    limit: float,
    slack: float,
    weights_MN: Ints,
    terms_NM: Floats,
    keeps_NM: Bools,
    alone_NM: Bools,
    own_N: Ints,
    behind_N: Floats,
    numbers: Ints,
    num_comparisons: int,
    what_M3: Ints,
    change_costs_M: Floats,
    costs_S: Floats,
) -> None:
    """What the cheapest end of each state costs; `NEVER` where it cannot be within `slack` of the best."""
    num_examples, num_cells = outputs_KN.shape
    num_masks = 1 << num_examples
    costs_NR, vectors_NR = np.empty((num_cells, num_masks)), np.zeros((num_cells, num_masks), np.int64)
    total_R, short_R, long_R = np.empty(num_masks), np.empty(num_masks), np.empty(num_masks)
    masks_Q, relations_Q = np.empty(num_comparisons, np.int64), np.empty(num_comparisons)
    what_Q6 = np.empty((num_comparisons, 6), np.int64)
    found_X, loops_X = np.empty((_FEW_LOOPS, ROW), np.int64), np.empty(_FEW_LOOPS)
    none_N, free_N = np.zeros(num_cells, np.bool_), np.zeros(num_cells, np.bool_)
    costs_S[:] = NEVER
    for s in range(len(states_SKN)):
        state_KN = states_SKN[s]
        num_wrong = 0
        for j in range(num_cells):
            num_wrong += int((state_KN[:, j] != outputs_KN[:, j]).any())
        most = min(limit + slack - start_S[s], NEVER - 1)  # what an end of interest costs
        if _LEAST * num_wrong > most:
            continue
        cost = all_maps(
            state_KN,
            outputs_KN,
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
            num = comparisons(state_KN, numbers, masks_Q, relations_Q, what_Q6)
            short_R[:] = NEVER
            for q in range(num):
                short_R[masks_Q[q]] = min(short_R[masks_Q[q]], relations_Q[q])
            cost = min(cost, (short_R + total_R).min())
            if LEAST_LONG + least <= min(most, cost):
                with_joined(short_R, long_R)
                for q in range(num, long_comparisons(state_KN, numbers, num, masks_Q, relations_Q, what_Q6)):
                    long_R[masks_Q[q]] = min(long_R[masks_Q[q]], relations_Q[q])
                cost = min(cost, (long_R + total_R).min())
        of_loop = least_loop_cost(
            state_KN, outputs_KN, none_N, what_M3, change_costs_M, min(most, cost), found_X, loops_X
        )
        cost = min(cost, of_loop)
        behind = free_cells(state_KN, outputs_KN, behind_N, free_N)
        if behind > 0 and behind < min(most, cost):
            limit_of_loop = min(most, cost) - behind
            of_loop = least_loop_cost(
                state_KN, outputs_KN, free_N, what_M3, change_costs_M, limit_of_loop, found_X, loops_X
            )
            cost = min(cost, behind + of_loop)
        costs_S[s] = min(cost, NEVER)
        limit = min(limit, start_S[s] + cost)


class ComputedEnds:
    """The ends of restricted C, loops included; see `lasynth.domains.unlearned.Ends`."""

    def prepare(self) -> None:
        """See `Ends`."""
        inputs = np.zeros((2, 2), dtype=np.int32)
        self.costs(inputs[None], inputs + 1, np.zeros(1), np.inf, 0.0)
        self.programs(inputs, inputs + 1, np.inf, 1)

    def costs(
        self,
        states_SKN: npt.NDArray[Any],
        outputs_KN: npt.NDArray[Any],
        start_S: Floats,
        limit: float,
        slack: float,
    ) -> Floats:
        """See `Ends`."""
        states, outputs = _last_examples(states_SKN), _last_examples(outputs_KN[None])[0]
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
                *vectors_of(num_cells).all(),
                behind.costs_N,
                numbers,
                most_comparisons(num_cells, len(numbers)),
                *changes(num_cells),
                costs_S,
            )
            costs_S[costs_S >= NEVER] = np.inf
            least_S = np.minimum(least_S, costs_S)
        return least_S

    def programs(
        self, state_KN: npt.NDArray[Any], outputs_KN: npt.NDArray[Any], limit: float, most: int
    ) -> list[End]:
        """See `Ends`."""
        state, outputs = _last_examples(state_KN[None])[0], _last_examples(outputs_KN[None])[0]
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


def _branches(state_KN: Ints, outputs_KN: Ints, behind: Behind, limit: float, most: int) -> list[End]:
    """Affine maps, and two of them behind a condition."""
    maps = Maps(state_KN, outputs_KN, behind.costs_N)
    found: list[tuple[float, Condition | None, int]] = []
    if maps.plain <= limit:
        found.append((maps.plain, None, maps.everywhere))
    found += _conditions(state_KN, numbers_of(outputs_KN), maps.total_R, limit, most)
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
    free_N = np.zeros(outputs_KN.shape[1], np.bool_)
    ends = loop_programs(state_KN, outputs_KN, free_N, limit, most)
    cost = free_cells(state_KN, outputs_KN, behind.costs_N, free_N)
    if 0 < cost <= limit:
        ends += [
            End(behind.added(loop.tokens, np.flatnonzero(free_N)), cost + loop.cost)
            for loop in loop_programs(state_KN, outputs_KN, free_N, limit - cost, most)
        ]
    return ends


def _conditions(
    state_KN: Ints, numbers: Ints, total_R: Floats, limit: float, most: int
) -> list[tuple[float, Condition | None, int]]:
    """The conditions that cost, with what they choose between, no more than `limit`, each with its mask."""
    room = most_comparisons(state_KN.shape[1], len(numbers))
    masks_Q, costs_Q, what_Q6 = np.empty(room, np.int64), np.empty(room), np.empty((room, 6), np.int64)
    num_short = comparisons(state_KN, numbers, masks_Q, costs_Q, what_Q6)
    num = long_comparisons(state_KN, numbers, num_short, masks_Q, costs_Q, what_Q6)
    total_Q = costs_Q[:num] + total_R[masks_Q[:num]]
    found: list[tuple[float, Condition | None, int]] = [
        (float(total_Q[q]), Condition((_comparison(what_Q6[q]),)), int(masks_Q[q]))
        for q in np.argsort(total_Q, kind="stable")[:most].tolist()
        if total_Q[q] <= limit
    ]
    found_X3, costs_X = np.empty((most, 3), np.int64), np.empty(most)
    num_joined = joined(masks_Q[:num_short], costs_Q[:num_short], total_R, limit, found_X3, costs_X)
    for (first, second, either), cost in zip(found_X3[:num_joined].tolist(), costs_X.tolist(), strict=False):
        of_both = tuple(_comparison(what_Q6[q]) for q in (first, second))
        mask = masks_Q[first] | masks_Q[second] if either else masks_Q[first] & masks_Q[second]
        found.append((cost, Condition(of_both, bool(either)), int(mask)))
    return found


def _comparison(what_6: Ints) -> Comparison:
    left, left_too, relation, right, right_too, number = what_6.tolist()
    sides = [tuple(cell for cell in cells if cell >= 0) for cells in ((left, left_too), (right, right_too))]
    return Comparison(sides[0], RELATIONS[relation], sides[1], number)


def _last_examples(values_SKN: npt.NDArray[Any]) -> Ints:
    """Values of the last examples, of which there are not too many."""
    return np.ascontiguousarray(values_SKN[:, -_MAX_EXAMPLES:], dtype=np.int64)
