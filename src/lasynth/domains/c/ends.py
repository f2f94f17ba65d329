"""Ends of programs that lead to the outputs: an affine map, an `if` with one in each branch, or a loop.

On K examples a condition is the set of those where it holds, a number below 2^K, its *mask*. For each cell
and each mask the cheapest map is found that is right on the examples of the mask. A condition with mask m
then costs its own tokens and, for each cell, the cheaper of one map for all examples and of two, for m and
for the others. All masks of all conditions of `lasynth.domains.c.comparisons` are tried, so what is found is
the cheapest of its kind.

Loops are those of `lasynth.domains.c.loop_ends`. Costs are in nats: roughly minus the logarithm of how often
the random programs of `mixed` do the same.

Shapes: S states, K examples, N cells, M weight vectors, Q comparisons, R = 2^K masks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.base import Tokens
from lasynth.domains.c.affine import ball_size, weight_vectors
from lasynth.domains.c.affine_program import RELATIONS, Comparison, Condition, straight_line, two_branches
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
from lasynth.domains.c.loop_ends import ELSE, ROW, changes, least_loop_cost, loop_programs
from lasynth.domains.c.parser import parse, to_tokens
from lasynth.domains.c.parts import chain
from lasynth.domains.unlearned import End

__all__ = ["ComputedEnds"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_MAX_NORM: Final = 3
_MAX_VECTORS: Final = 600
# Tables have 2^K entries a cell. Ends are searched on so many examples, and checked on all: the last ones,
# because answers to questions are there, which tell most.
_MAX_EXAMPLES: Final = 8
_LEAST: Final = 5.0  # the cheapest assignment
_FEW_LOOPS: Final = 8  # kept while only the cheapest one counts
# What sums of so many terms cost: added to the cell itself, and in place of it.
_ADDED: Final = np.array([0.0, 6.9, 8.7, 10.3, 12.0])
_SET: Final = np.array([0.0, 5.6, 8.0, 10.4, 12.8])


@njit(cache=True, nogil=True)
def _cost(of_terms: float, keeps: bool, alone: bool, constant: int) -> float:
    """What a map of a cell costs: by its terms, whether it keeps the cell or has no terms, its constant."""
    size = abs(constant)
    if not alone:
        return of_terms if size == 0 else of_terms + 2.1 + 0.25 * size
    if not keeps:
        return 6.0 + 0.35 * size + (0.6 if constant < 0 else 0.0)
    if size == 0:
        return 0.0
    return 5.0 if size == 1 else 6.7 + 0.2 * size


@njit(cache=True, nogil=True)
def _maps(
    sums_MK: Ints,
    wanted_K: Ints,
    terms_M: Floats,
    keeps_M: Bools,
    alone_M: Bools,
    costs_R: Floats,
    vectors_R: Ints,
) -> None:
    """For each mask the cost and the weight vector of the cheapest map of a cell that is right there."""
    num_examples = len(wanted_K)
    num_masks = 1 << num_examples
    costs_R[:] = NEVER
    rest = np.empty(num_examples, np.int64)
    for vector in range(len(sums_MK)):
        for k in range(num_examples):
            rest[k] = wanted_K[k] - sums_MK[vector, k]
        for k in range(num_examples):
            mask = 0
            for other in range(num_examples):
                if rest[other] == rest[k]:
                    if other < k:
                        mask = 0
                        break
                    mask |= 1 << other
            if mask == 0:
                continue
            cost = _cost(terms_M[vector], keeps_M[vector], alone_M[vector], rest[k])
            if cost < costs_R[mask]:
                costs_R[mask] = cost
                vectors_R[mask] = vector
    # What is right on more examples is right on fewer.
    for k in range(num_examples):
        for mask in range(num_masks):
            more = mask | (1 << k)
            if more != mask and costs_R[more] < costs_R[mask]:
                costs_R[mask] = costs_R[more]
                vectors_R[mask] = vectors_R[more]
    costs_R[0] = 0.0


@njit(cache=True, nogil=True)
def _all_maps(
    state_KN: Ints,
    outputs_KN: Ints,
    most: float,
    weights_MN: Ints,
    terms_NM: Floats,
    keeps_NM: Bools,
    alone_NM: Bools,
    own_N: Ints,
    behind_N: Floats,
    costs_NR: Floats,
    vectors_NR: Ints,
    total_R: Floats,
) -> float:
    """The maps of all cells; returns what the cheapest ones for all examples cost.

    `total_R` is what all cells cost if a condition with a mask chooses between two maps; `NEVER` where that
    helps nothing. Where all is more than `most`, the search ends early, and all is `NEVER`. A cell that is
    cheapest assigned behind the others (`behind_N`) has the vector -1 for all examples.
    """
    num_examples, num_cells = outputs_KN.shape
    everywhere = (1 << num_examples) - 1
    sums_MK = np.empty((len(weights_MN), num_examples), np.int64)
    for vector in range(len(weights_MN)):
        for k in range(num_examples):
            total = 0
            for i in range(num_cells):
                total += weights_MN[vector, i] * state_KN[k, i]
            sums_MK[vector, k] = total
    helps_R, has_else_R = np.zeros(everywhere + 1, np.bool_), np.zeros(everywhere + 1, np.bool_)
    plain = 0.0
    total_R[:] = 0.0
    total_R[0] = total_R[everywhere] = NEVER
    for j in range(num_cells):
        costs_R = costs_NR[j]
        if (state_KN[:, j] == outputs_KN[:, j]).all():
            costs_R[:] = 0.0
            vectors_NR[j, :] = own_N[j]
            continue
        _maps(sums_MK, outputs_KN[:, j], terms_NM[j], keeps_NM[j], alone_NM[j], costs_R, vectors_NR[j])
        if behind_N[j] < costs_R[everywhere]:
            costs_R[everywhere], vectors_NR[j, everywhere] = behind_N[j], -1
        plain += costs_R[everywhere]
        for mask in range(1, everywhere):
            two = costs_R[mask] + costs_R[everywhere & ~mask]
            if two < costs_R[everywhere]:
                total_R[mask] += two
                helps_R[mask] = True
                has_else_R[mask] |= costs_R[everywhere & ~mask] > 0
            else:
                total_R[mask] += costs_R[everywhere]
        if min(plain, LEAST_SHORT + total_R.min()) > most:
            total_R[:] = NEVER
            return NEVER
    for mask in range(1, everywhere):
        if not helps_R[mask]:
            total_R[mask] = NEVER
        elif has_else_R[mask]:
            total_R[mask] += ELSE
    return plain


@njit(cache=True, nogil=True)
def _free(state_KN: Ints, outputs_KN: Ints, behind_N: Floats, free_N: Bools) -> float:
    """The cells that are wrong and may be assigned behind all others; returns what that costs."""
    cost = 0.0
    for j in range(len(free_N)):
        free_N[j] = behind_N[j] < NEVER and (state_KN[:, j] != outputs_KN[:, j]).any()
        if free_N[j]:
            cost += behind_N[j]
    return cost


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
        cost = _all_maps(
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
        behind = _free(state_KN, outputs_KN, behind_N, free_N)
        if behind > 0 and behind < min(most, cost):
            limit_of_loop = min(most, cost) - behind
            of_loop = least_loop_cost(
                state_KN, outputs_KN, free_N, what_M3, change_costs_M, limit_of_loop, found_X, loops_X
            )
            cost = min(cost, behind + of_loop)
        costs_S[s] = min(cost, NEVER)
        limit = min(limit, start_S[s] + cost)


@dataclass(frozen=True, slots=True, eq=False)
class _Vectors:
    """Weight vectors of maps, what speaks of their cost for each cell (`_cost`), and that which keeps it."""

    weights_MN: Ints
    terms_NM: Floats
    keeps_NM: Bools
    alone_NM: Bools
    own_N: Ints

    def all(self) -> tuple[Ints, Floats, Bools, Bools, Ints]:
        """In the order of the compiled functions."""
        return self.weights_MN, self.terms_NM, self.keeps_NM, self.alone_NM, self.own_N


@cache
def _vectors(num_cells: int) -> _Vectors:
    norm = _MAX_NORM
    while norm > 1 and ball_size(num_cells, norm) > _MAX_VECTORS:
        norm -= 1
    weights_MN = weight_vectors(num_cells, norm)
    keeps_MN = weights_MN >= 1
    num_MN = np.abs(weights_MN).sum(axis=1, keepdims=True) - keeps_MN
    negative_MN = np.broadcast_to((weights_MN < 0).sum(axis=1, keepdims=True), keeps_MN.shape)
    # A sum that begins with a minus needs a number before it.
    unary_MN = np.where((negative_MN == num_MN) & (num_MN > 0), 3.0, 0.6 * negative_MN)
    terms_MN = np.where(keeps_MN, _ADDED[num_MN] + 0.2 * negative_MN, _SET[num_MN] + unary_MN)
    by_cell = [np.ascontiguousarray(each.T) for each in (terms_MN, keeps_MN, num_MN == 0)]
    own_N = (keeps_MN & (num_MN == 0)).argmax(axis=0)
    return _Vectors(weights_MN, *by_cell, own_N)


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
        costs_S = np.empty(len(states))
        numbers, num_cells = numbers_of(outputs), outputs.shape[1]
        behind_N = _Behind(outputs).costs_N
        _least_costs(
            states,
            outputs,
            np.asarray(start_S, dtype=np.float64),
            limit,
            slack,
            *_vectors(num_cells).all(),
            behind_N,
            numbers,
            most_comparisons(num_cells, len(numbers)),
            *changes(num_cells),
            costs_S,
        )
        costs_S[costs_S >= NEVER] = np.inf
        return costs_S

    def programs(
        self, state_KN: npt.NDArray[Any], outputs_KN: npt.NDArray[Any], limit: float, most: int
    ) -> list[End]:
        """See `Ends`."""
        state, outputs = _last_examples(state_KN[None])[0], _last_examples(outputs_KN[None])[0]
        limit = min(limit, NEVER - 1)
        behind = _Behind(outputs)
        maps = _Maps(state, outputs, behind.costs_N)
        found: list[tuple[float, Condition | None, int]] = _conditions(
            state, numbers_of(outputs), maps.total_R, limit, most
        )
        if maps.plain <= limit:
            found.insert(0, (maps.plain, None, maps.everywhere))
        ends = []
        for cost, condition, mask in sorted(found, key=lambda each: each[0])[:most]:
            if condition is None:
                text = straight_line(*maps.of(mask))
            else:
                text = two_branches(condition, maps.of(mask), maps.of(maps.everywhere & ~mask))
            if text is not None:
                ends.append(End(behind.added(_tokens(text), maps.behind(mask)), cost))
        free_N = np.zeros(outputs.shape[1], np.bool_)
        ends += loop_programs(state, outputs, free_N, limit, most)
        cost = _free(state, outputs, behind.costs_N, free_N)
        if 0 < cost <= limit:
            ends += [
                End(behind.added(loop.tokens, np.flatnonzero(free_N)), cost + loop.cost)
                for loop in loop_programs(state, outputs, free_N, limit - cost, most)
            ]
        return sorted(ends, key=lambda end: end.cost)[:most]


class _Behind:
    """Cells that can be assigned behind all others, from what these are then.

    Attributes:
        costs_N: what such an assignment costs; `NEVER` where there is none.
    """

    def __init__(self, outputs_KN: Ints) -> None:
        num_examples, num_cells = outputs_KN.shape
        self.costs_N = np.full(num_cells, NEVER)
        self._rows: dict[int, tuple[list[int], int]] = {}
        if num_examples < 2:
            return  # nothing would be known of them
        vectors = _vectors(num_cells)
        some = []
        for j in range(num_cells):
            # The cell itself is not known before; a sum of more than two cells is seldom meant.
            usable_M = (vectors.weights_MN[:, j] == 0) & (np.abs(vectors.weights_MN).sum(axis=1) <= 2)
            weights_UN = vectors.weights_MN[usable_M]
            rest_UK = outputs_KN[:, j] - weights_UN @ outputs_KN.T
            for u in np.flatnonzero((rest_UK == rest_UK[:, :1]).all(axis=1)).tolist():
                m = int(np.flatnonzero(usable_M)[u])
                constant = int(rest_UK[u, 0])
                cost = _cost(vectors.terms_NM[j, m], False, vectors.alone_NM[j, m], constant)
                some.append((cost, j, weights_UN[u].tolist(), constant))
        read: set[int] = set()
        for cost, j, weights, constant in sorted(some, key=lambda each: each[:2]):
            sources = {i for i, weight in enumerate(weights) if weight}
            if j not in self._rows and j not in read and not sources & set(self._rows):
                self._rows[j] = (weights, constant)
                self.costs_N[j] = cost
                read |= sources

    def added(self, tokens: Tokens, cells: Iterable[int]) -> Tokens:
        """A program with assignments of some cells behind it."""
        rows = np.eye(len(self.costs_N), dtype=np.int64).tolist()
        offset = [0] * len(rows)
        for j in cells:
            rows[j], offset[j] = self._rows[j]
        text = straight_line(rows, offset)
        assert text is not None, "assignments that do not read each other need no variables"
        behind = _tokens(text)
        return chain(tokens, behind) if len(behind) else tokens


class _Maps:
    """The cheapest maps from a state to the outputs.

    Attributes:
        everywhere: the mask of all examples.
        plain: what one map for all examples costs.
        total_R: what two maps cost, one for a mask and one for the others; `NEVER` if they do not help.
    """

    def __init__(self, state_KN: Ints, outputs_KN: Ints, behind_N: Floats) -> None:
        num_examples, num_cells = outputs_KN.shape
        self.everywhere = (1 << num_examples) - 1
        self.total_R = np.empty(self.everywhere + 1)
        self._state_KN, self._outputs_KN = state_KN, outputs_KN
        self._costs_NR = np.empty((num_cells, self.everywhere + 1))
        self._vectors_NR = np.zeros((num_cells, self.everywhere + 1), np.int64)
        self._weights_MN = _vectors(num_cells).weights_MN
        of_all = _vectors(num_cells).all()
        self.plain: float = _all_maps(
            state_KN, outputs_KN, NEVER, *of_all, behind_N, self._costs_NR, self._vectors_NR, self.total_R
        )

    def of(self, mask: int) -> tuple[list[list[int]], list[int]]:
        """Weights and offset of a branch; a cell with one map for all examples has that."""
        rows, offset = [], []
        example = next(k for k in range(len(self._state_KN)) if mask >> k & 1)
        for j in range(len(self._costs_NR)):
            vector = self._vectors_NR[j, mask if self._two(j, mask) else self.everywhere]
            if vector < 0:  # assigned later
                rows.append([int(i == j) for i in range(len(self._costs_NR))])
                offset.append(0)
                continue
            weights = self._weights_MN[vector]
            rows.append(weights.tolist())
            offset.append(int(self._outputs_KN[example, j] - weights @ self._state_KN[example]))
        return rows, offset

    def behind(self, mask: int) -> list[int]:
        """The cells that are assigned behind the branches."""
        cells = range(len(self._costs_NR))
        return [j for j in cells if self._vectors_NR[j, self.everywhere] < 0 and not self._two(j, mask)]

    def _two(self, j: int, mask: int) -> bool:
        """Whether a cell has two maps, if there is a condition with this mask."""
        costs_R, others = self._costs_NR[j], self.everywhere & ~mask
        return bool(mask != self.everywhere and costs_R[mask] + costs_R[others] < costs_R[self.everywhere])


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


def _tokens(text: str) -> Tokens:
    return to_tokens(parse(text))


def _last_examples(values_SKN: npt.NDArray[Any]) -> Ints:
    """Values of the last examples, of which there are not too many."""
    return np.ascontiguousarray(values_SKN[:, -_MAX_EXAMPLES:], dtype=np.int64)
