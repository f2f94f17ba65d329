"""What a computed `if` may ask: a comparison of cells and numbers, or two of them joined by `&&` or `||`.

On K examples a condition is the set of those where it holds, a number below 2^K, its *mask*. Conditions that
hold nowhere or everywhere choose nothing and are left out.

Costs are in nats: roughly minus the logarithm of how often the random programs of `mixed` ask the same.

Shapes: K examples, N cells, Q comparisons, R = 2^K masks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.c.affine_program import RELATIONS, Comparison, Condition
from lasynth.domains.c.kept import place_of

__all__ = [
    "JOIN",
    "LARGEST_NUMBER",
    "LEAST_LONG",
    "LEAST_SHORT",
    "MOST_SUMMED",
    "NEVER",
    "PER_MASK",
    "RELATION_COSTS",
    "Compared",
    "comparisons",
    "joined",
    "long_comparisons",
    "most_comparisons",
    "numbers_of",
    "with_joined",
]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NEVER: Final = 1e9  # the cost of what there is not
LARGEST_NUMBER: Final = 4  # of the small ones, which are always tried
LEAST_SHORT: Final = 5.3  # the cheapest comparison
LEAST_LONG: Final = 8.9  # the cheapest one of a sum; two joined ones cost more
RELATION_COSTS: Final = np.array([0.0, 0.0, 1.2, 1.2, 1.2, 1.2])
JOIN: Final = 0.6  # beside the costs of both
MOST_SUMMED: Final = 8  # cells of a list of which sums are looked at; there are too many of longer ones
PER_MASK: Final = 3  # comparisons of one mask that are joined with others


def numbers_of(outputs_KN: Ints) -> Ints:
    """The numbers that a cell is compared with: small ones, and those near the values of the outputs."""
    near = np.unique(np.concatenate([outputs_KN.ravel(), outputs_KN.ravel() + 1]))
    small = np.arange(-LARGEST_NUMBER, LARGEST_NUMBER + 1)
    large = near[(np.abs(near) > LARGEST_NUMBER) & (np.abs(near) < 2**31)]
    return np.concatenate([small, large[: 2 * len(small)]])


def most_comparisons(num_cells: int, num_numbers: int) -> int:
    """How many comparisons there are at most, long ones included."""
    pairs = num_cells * (num_cells - 1) // 2
    short = num_cells * num_numbers + pairs
    if num_cells > MOST_SUMMED:
        return 6 * short
    return 6 * (short + num_cells * (pairs + num_cells) + pairs * (num_numbers + 2 * LARGEST_NUMBER))


@njit(cache=True, nogil=True)
def _six(
    left_K: Ints,
    right_K: Ints,
    cost: float,
    what: tuple[int, int, int, int, int],
    found: int,
    masks_Q: Ints,
    costs_Q: Floats,
    what_Q6: Ints,
) -> int:
    """Add the comparisons of two values; returns how many there are then."""
    num_examples = len(left_K)
    everywhere = (1 << num_examples) - 1
    below = equal = 0
    for k in range(num_examples):
        if left_K[k] < right_K[k]:
            below |= 1 << k
        elif left_K[k] == right_K[k]:
            equal |= 1 << k
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
        if mask == 0 or mask == everywhere:
            continue
        masks_Q[found] = mask
        costs_Q[found] = cost + RELATION_COSTS[relation]
        what_Q6[found, 0], what_Q6[found, 1], what_Q6[found, 2] = what[0], what[1], relation
        what_Q6[found, 3], what_Q6[found, 4], what_Q6[found, 5] = what[2], what[3], what[4]
        found += 1
    return found


@njit(cache=True, nogil=True)
def comparisons(state_KN: Ints, numbers: Ints, masks_Q: Ints, costs_Q: Floats, what_Q6: Ints) -> int:
    """All comparisons of a cell with a number or with a later cell; returns how many.

    A row of `what_Q6`: the two cells on the left, the relation, the two cells on the right and the number
    there; -1 for a cell that there is not.
    """
    num_examples, num_cells = state_KN.shape
    right_K = np.empty(num_examples, np.int64)
    found = 0
    for i in range(num_cells):
        for number in numbers:
            right_K[:] = number
            cost = LEAST_SHORT + 0.3 * abs(number)
            what = (i, -1, -1, -1, number)
            found = _six(state_KN[:, i], right_K, cost, what, found, masks_Q, costs_Q, what_Q6)
        for j in range(i + 1, num_cells):
            what = (i, -1, j, -1, 0)
            found = _six(state_KN[:, i], state_KN[:, j], 5.4, what, found, masks_Q, costs_Q, what_Q6)
    return found


@njit(cache=True, nogil=True)
def long_comparisons(
    state_KN: Ints, numbers: Ints, found: int, masks_Q: Ints, costs_Q: Floats, what_Q6: Ints
) -> int:
    """Add, behind the `found` ones, comparisons of a sum with a cell or a number; returns how many then."""
    num_examples, num_cells = state_KN.shape
    if num_cells > MOST_SUMMED:
        return found
    sum_K, right_K = np.empty(num_examples, np.int64), np.empty(num_examples, np.int64)
    for i in range(num_cells):
        for j in range(i, num_cells):
            sum_K[:] = state_KN[:, i] + state_KN[:, j]
            for other in range(num_cells):
                if other != i and other != j:
                    what = (other, -1, i, j, 0)
                    found = _six(state_KN[:, other], sum_K, 9.4, what, found, masks_Q, costs_Q, what_Q6)
            if i == j:
                continue
            for number in numbers:
                right_K[:] = number
                cost = LEAST_LONG + 0.3 * abs(number)
                what = (i, j, -1, -1, number)
                found = _six(sum_K, right_K, cost, what, found, masks_Q, costs_Q, what_Q6)
            for number in range(-LARGEST_NUMBER, LARGEST_NUMBER + 1):
                if number != 0:
                    right_K[:] = state_KN[:, j] + number
                    cost = 10.0 + 0.3 * abs(number)
                    what = (i, -1, j, -1, number)
                    found = _six(state_KN[:, i], right_K, cost, what, found, masks_Q, costs_Q, what_Q6)
    return found


@njit(cache=True, nogil=True)
def with_joined(of_mask_R: Floats, joined_R: Floats) -> None:
    """From the cost of the cheapest comparison of each mask that of the cheapest two that are joined."""
    joined_R[:] = NEVER
    masks = np.flatnonzero(of_mask_R < NEVER)
    for place in range(len(masks)):
        first = masks[place]
        for second in masks[:place]:
            cost = of_mask_R[first] + of_mask_R[second] + JOIN
            joined_R[first & second] = min(joined_R[first & second], cost)
            joined_R[first | second] = min(joined_R[first | second], cost)


@njit(cache=True, nogil=True)
def joined(
    masks_Q: Ints, costs_Q: Floats, rest_R: Floats, limit: float, found_X3: Ints, costs_X: Floats
) -> int:
    """Pairs of comparisons that cost, with `rest_R` of their mask, no more than `limit`; returns how many.

    Of each mask the cheapest few comparisons are joined. A row of `found_X3`: both places, and 1 where one
    is enough (`||`). Where there is no room, the dearest pairs are dropped.
    """
    num_masks = len(rest_R)
    first_RP = np.full((num_masks, PER_MASK), -1, np.int64)
    for q in range(len(masks_Q)):
        here = first_RP[masks_Q[q]]
        new = q
        for place in range(PER_MASK):
            if here[place] < 0 or costs_Q[new] < costs_Q[here[place]]:
                new, here[place] = here[place], new
            if new < 0:
                break
    num = 0
    for first in range(1, num_masks):
        if first_RP[first, 0] < 0:
            continue
        for second in range(1, first):
            if first_RP[second, 0] < 0:
                continue
            for either in range(2):
                mask = first | second if either else first & second
                if mask == first or mask == second or mask == 0 or mask == num_masks - 1:
                    continue  # one of the two alone does the same, or nothing is chosen
                for one in first_RP[first]:
                    for other in first_RP[second]:
                        if one < 0 or other < 0:
                            continue
                        cost = rest_R[mask] + costs_Q[one] + costs_Q[other] + JOIN
                        if cost > limit:
                            continue
                        row = place_of(cost, num, costs_X)
                        if row < 0:
                            continue
                        num = max(num, row + 1)
                        costs_X[row] = cost
                        found_X3[row, 0], found_X3[row, 1] = min(one, other), max(one, other)
                        found_X3[row, 2] = either
    return num


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """All comparisons of a state.

    Attributes:
        masks_Q, costs_Q: of each.
        what_Q6: see `comparisons`.
        num_short: how many are of single cells; they are the first ones.
    """

    masks_Q: Ints
    costs_Q: Floats
    what_Q6: Ints
    num_short: int

    @classmethod
    def of(cls, state_KN: Ints, numbers: Ints) -> Self:
        """Compare the cells of a state, also with numbers; K is 62 at most."""
        room = most_comparisons(state_KN.shape[1], len(numbers))
        masks_Q, costs_Q, what_Q6 = np.empty(room, np.int64), np.empty(room), np.empty((room, 6), np.int64)
        num_short = comparisons(state_KN, numbers, masks_Q, costs_Q, what_Q6)
        num = long_comparisons(state_KN, numbers, num_short, masks_Q, costs_Q, what_Q6)
        return cls(masks_Q[:num], costs_Q[:num], what_Q6[:num], num_short)

    def condition(self, *places: int, either: bool = False) -> Condition:
        """The comparisons at some places as a condition."""
        return Condition(tuple(_comparison(self.what_Q6[q]) for q in places), either)


def _comparison(what_6: Ints) -> Comparison:
    left, left_too, relation, right, right_too, number = what_6.tolist()
    sides = [tuple(cell for cell in cells if cell >= 0) for cells in ((left, left_too), (right, right_too))]
    return Comparison(sides[0], RELATIONS[relation], sides[1], number)
