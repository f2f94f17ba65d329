"""Ends of programs that lead to the outputs: an affine map, an `if` with one in each branch, or a loop.

On K examples a condition is the set of those where it holds, a number below 2^K, its *mask*. For each cell
and each mask the cheapest map is found that is right on the examples of the mask. A condition with mask m
then costs its own tokens and, for each cell, the cheaper of one map for all examples and of two, for m and
for the others. All masks of all short comparisons are tried, so what is found is the cheapest of its kind.

Loops are those of `lasynth.domains.c.loop_ends`. Costs are in nats: roughly minus the logarithm of how often
the random programs of `mixed` do the same.

Shapes: S states, K examples, N cells, M weight vectors, Q comparisons.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.base import Tokens
from lasynth.domains.c.affine import ball_size, weight_vectors
from lasynth.domains.c.affine_program import RELATIONS, Condition, straight_line, two_branches
from lasynth.domains.c.loop_ends import ELSE, LARGEST_NUMBER, NEVER, least_loop_cost, loop_programs
from lasynth.domains.c.parser import parse, to_tokens
from lasynth.domains.unlearned import End

__all__ = ["ComputedEnds"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_RELATION_COSTS: Final = np.array([0.0, 0.0, 1.2, 1.2, 1.2, 1.2])
_MAX_NORM: Final = 3
_MAX_VECTORS: Final = 600
# Tables have 2^K entries a cell. Ends are searched on so many examples, and checked on all.
_MAX_EXAMPLES: Final = 7
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
    state_KN: Ints,
    outputs_KN: Ints,
    weights_MN: Ints,
    terms_MN: Floats,
    keeps_MN: Bools,
    alone_MN: Bools,
    costs_NR: Floats,
    vectors_NR: Ints,
) -> None:
    """For each cell and mask the cost and the weight vector of the cheapest map that is right there."""
    num_examples, num_cells = state_KN.shape
    num_masks = 1 << num_examples
    costs_NR[:] = NEVER
    sums = np.empty(num_examples, np.int64)
    rest = np.empty(num_examples, np.int64)
    for vector in range(len(weights_MN)):
        for k in range(num_examples):
            total = 0
            for i in range(num_cells):
                total += weights_MN[vector, i] * state_KN[k, i]
            sums[k] = total
        for j in range(num_cells):
            for k in range(num_examples):
                rest[k] = outputs_KN[k, j] - sums[k]
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
                cost = _cost(terms_MN[vector, j], keeps_MN[vector, j], alone_MN[vector, j], rest[k])
                if cost < costs_NR[j, mask]:
                    costs_NR[j, mask] = cost
                    vectors_NR[j, mask] = vector
    # What is right on more examples is right on fewer.
    for j in range(num_cells):
        for k in range(num_examples):
            for mask in range(num_masks):
                more = mask | (1 << k)
                if more != mask and costs_NR[j, more] < costs_NR[j, mask]:
                    costs_NR[j, mask] = costs_NR[j, more]
                    vectors_NR[j, mask] = vectors_NR[j, more]
        costs_NR[j, 0] = 0.0


@njit(cache=True, nogil=True)
def _comparisons(state_KN: Ints, numbers: Ints, masks_Q: Ints, costs_Q: Floats, what_Q4: Ints) -> int:
    """All comparisons of a cell with a number or with a later cell: masks, costs, and what they are."""
    num_examples, num_cells = state_KN.shape
    everywhere = (1 << num_examples) - 1
    found = 0
    for i in range(num_cells):
        for right in range(len(numbers) + num_cells - i - 1):
            other = i + 1 + right - len(numbers)
            below = equal = 0
            for k in range(num_examples):
                value = numbers[right] if right < len(numbers) else state_KN[k, other]
                if state_KN[k, i] < value:
                    below |= 1 << k
                elif state_KN[k, i] == value:
                    equal |= 1 << k
            cost = 5.3 + 0.3 * abs(numbers[right]) if right < len(numbers) else 5.4
            for relation in range(6):
                if relation == 0:
                    mask = below
                elif relation == 1:
                    mask = everywhere & ~(below | equal)
                elif relation == 2:
                    mask = below | equal
                elif relation == 3:
                    mask = everywhere & ~below
                elif relation == 4:
                    mask = equal
                else:
                    mask = everywhere & ~equal
                masks_Q[found] = mask
                costs_Q[found] = cost + _RELATION_COSTS[relation]
                what_Q4[found, 0] = i
                what_Q4[found, 1] = relation
                what_Q4[found, 2] = -1 if right < len(numbers) else other
                what_Q4[found, 3] = numbers[right] if right < len(numbers) else 0
                found += 1
    return found


@njit(cache=True, nogil=True)
def _with_condition(costs_NR: Floats, mask: int, everywhere: int) -> float:
    """What the maps cost if a condition with this mask chooses between two; `NEVER` if it helps nothing."""
    total = 0.0
    has_else = helps = False
    others = everywhere & ~mask
    for j in range(len(costs_NR)):
        two = costs_NR[j, mask] + costs_NR[j, others]
        if two < costs_NR[j, everywhere]:
            total += two
            helps = True
            has_else = has_else or costs_NR[j, others] > 0
        else:
            total += costs_NR[j, everywhere]
    return total + (ELSE if has_else else 0.0) if helps else NEVER


@njit(cache=True, nogil=True)
def _least_costs(
    states_SKN: Ints,
    outputs_KN: Ints,
    start_S: Floats,
    limit: float,
    slack: float,
    weights_MN: Ints,
    terms_MN: Floats,
    keeps_MN: Bools,
    alone_MN: Bools,
    numbers: Ints,
    costs_S: Floats,
) -> None:
    """What the cheapest end of each state costs; `NEVER` where it cannot be within `slack` of the best."""
    num_examples, num_cells = outputs_KN.shape
    everywhere = (1 << num_examples) - 1
    costs_NR = np.empty((num_cells, everywhere + 1))
    vectors_NR = np.zeros((num_cells, everywhere + 1), np.int64)
    most = 6 * num_cells * (len(numbers) + num_cells)
    masks_Q, relations_Q, what_Q4 = np.empty(most, np.int64), np.empty(most), np.empty((most, 4), np.int64)
    of_mask_R = np.empty(everywhere + 1)
    found_X10, loops_X = np.empty((_FEW_LOOPS, 10), np.int64), np.empty(_FEW_LOOPS)
    costs_S[:] = NEVER
    for s in range(len(states_SKN)):
        least = start_S[s]
        for j in range(num_cells):
            for k in range(num_examples):
                if states_SKN[s, k, j] != outputs_KN[k, j]:
                    least += _LEAST
                    break
        if least > limit + slack:
            continue
        _maps(states_SKN[s], outputs_KN, weights_MN, terms_MN, keeps_MN, alone_MN, costs_NR, vectors_NR)
        cost = 0.0
        for j in range(num_cells):
            cost += costs_NR[j, everywhere]
        of_mask_R[:] = NEVER
        for q in range(_comparisons(states_SKN[s], numbers, masks_Q, relations_Q, what_Q4)):
            of_mask_R[masks_Q[q]] = min(of_mask_R[masks_Q[q]], relations_Q[q])
        for mask in range(1, everywhere):
            if of_mask_R[mask] < NEVER:
                cost = min(cost, of_mask_R[mask] + _with_condition(costs_NR, mask, everywhere))
        cost = min(cost, least_loop_cost(states_SKN[s], outputs_KN, min(cost, NEVER), found_X10, loops_X))
        costs_S[s] = min(cost, NEVER)
        limit = min(limit, start_S[s] + cost)


@dataclass(frozen=True, slots=True, eq=False)
class _Vectors:
    weights_MN: Ints
    terms_MN: Floats
    keeps_MN: Bools
    alone_MN: Bools

    def all(self) -> tuple[Ints, Floats, Bools, Bools]:
        """In the order of the compiled functions."""
        return self.weights_MN, self.terms_MN, self.keeps_MN, self.alone_MN


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
    return _Vectors(weights_MN, terms_MN, keeps_MN, num_MN == 0)


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
        states, outputs = _first_examples(states_SKN), _first_examples(outputs_KN[None])[0]
        costs_S = np.empty(len(states))
        numbers = _numbers(outputs)
        of_all = _vectors(outputs.shape[1]).all()
        _least_costs(
            states, outputs, np.asarray(start_S, dtype=np.float64), limit, slack, *of_all, numbers, costs_S
        )
        costs_S[costs_S >= NEVER] = np.inf
        return costs_S

    def programs(
        self, state_KN: npt.NDArray[Any], outputs_KN: npt.NDArray[Any], limit: float, most: int
    ) -> list[End]:
        """See `Ends`."""
        state, outputs = _first_examples(state_KN[None])[0], _first_examples(outputs_KN[None])[0]
        num_examples, num_cells = outputs.shape
        everywhere = (1 << num_examples) - 1
        costs_NR = np.empty((num_cells, everywhere + 1))
        vectors_NR = np.zeros((num_cells, everywhere + 1), np.int64)
        vectors = _vectors(num_cells)
        _maps(state, outputs, *vectors.all(), costs_NR, vectors_NR)

        def maps(mask: int) -> tuple[list[list[int]], list[int]]:
            """The maps of a branch; a cell with one map for all examples has that."""
            rows, offset = [], []
            example = next(k for k in range(num_examples) if mask >> k & 1)
            for j in range(num_cells):
                two = costs_NR[j, mask] + costs_NR[j, everywhere & ~mask] < costs_NR[j, everywhere]
                weights = vectors.weights_MN[vectors_NR[j, mask if two else everywhere]]
                rows.append(weights.tolist())
                offset.append(int(outputs[example, j] - weights @ state[example]))
            return rows, offset

        found: list[tuple[float, int, int]] = []  # cost, mask, comparison
        plain = float(costs_NR[:, everywhere].sum())
        limit = min(limit, NEVER - 1)
        if plain <= limit:
            found.append((plain, everywhere, -1))
        numbers = _numbers(outputs)
        size = 6 * num_cells * (len(numbers) + num_cells)
        masks_Q, costs_Q, what_Q4 = np.empty(size, np.int64), np.empty(size), np.empty((size, 4), np.int64)
        num = _comparisons(state, numbers, masks_Q, costs_Q, what_Q4)
        of_masks = {
            mask: _with_condition(costs_NR, mask, everywhere)
            for mask in set(masks_Q[:num].tolist()) - {0, everywhere}
        }
        for q in range(num):
            cost = of_masks.get(int(masks_Q[q]), NEVER) + float(costs_Q[q])
            if cost <= limit:
                found.append((cost, int(masks_Q[q]), q))
        ends = []
        for cost, mask, q in sorted(found)[:most]:
            if q < 0:
                text = straight_line(*maps(everywhere))
            else:
                cell, relation, other, number = what_Q4[q].tolist()
                condition = Condition(cell, RELATIONS[relation], None if other < 0 else other, number)
                text = two_branches(condition, maps(mask), maps(everywhere & ~mask))
            if text is not None:
                ends.append(End(_tokens(text), cost))
        loops = loop_programs(state, outputs, limit, most)
        return sorted([*ends, *loops], key=lambda end: end.cost)[:most]


def _tokens(text: str) -> Tokens:
    return to_tokens(parse(text))


def _first_examples(values_SKN: npt.NDArray[Any]) -> Ints:
    """Values of the first examples, of which there are not too many."""
    return np.ascontiguousarray(values_SKN[:, :_MAX_EXAMPLES], dtype=np.int64)


def _numbers(outputs_KN: Ints) -> Ints:
    """The numbers that a cell is compared with: small ones, and those near the values of the outputs."""
    near = np.unique(np.concatenate([outputs_KN.ravel(), outputs_KN.ravel() + 1]))
    small = np.arange(-LARGEST_NUMBER, LARGEST_NUMBER + 1)
    large = near[(np.abs(near) > LARGEST_NUMBER) & (np.abs(near) < 2**31)]
    return np.concatenate([small, large[: 2 * len(small)]])
