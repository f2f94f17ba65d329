"""Affine maps of cells: what they cost, and the cheapest ones that lead from a state to the outputs.

On K examples a condition is the set of those where it holds, a number below 2^K, its *mask*. For each cell
and each mask the cheapest map is found that is right on the examples of the mask.

Shapes: K examples, N cells, M weight vectors, R = 2^K masks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.c.affine import ball_size, weight_vectors
from lasynth.domains.c.affine_program import Condition
from lasynth.domains.c.comparisons import LEAST_SHORT, NEVER, Compared, joined
from lasynth.domains.c.loop_ends import ELSE

__all__ = ["Found", "Maps", "Tables", "all_maps", "map_cost", "vectors_of"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# What a condition and the maps that it chooses between cost together, the condition, and its mask.
Found = tuple[float, Condition, int]

_MAX_NORM: Final = 3
_MAX_VECTORS: Final = 600
# What sums of so many terms cost: added to the cell itself, and in place of it.
_ADDED: Final = np.array([0.0, 6.9, 8.7, 10.3, 12.0])
_SET: Final = np.array([0.0, 5.6, 8.0, 10.4, 12.8])


@njit(cache=True, nogil=True)
def map_cost(of_terms: float, keeps: bool, alone: bool, constant: int) -> float:
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
            cost = map_cost(terms_M[vector], keeps_M[vector], alone_M[vector], rest[k])
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
def all_maps(
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


@dataclass(frozen=True, slots=True, eq=False)
class _Vectors:
    """Weight vectors of maps, what tells their cost for each cell (`map_cost`), and that which keeps it."""

    weights_MN: Ints
    terms_NM: Floats
    keeps_NM: Bools
    alone_NM: Bools
    own_N: Ints

    def all(self) -> tuple[Ints, Floats, Bools, Bools, Ints]:
        """In the order of the compiled functions."""
        return self.weights_MN, self.terms_NM, self.keeps_NM, self.alone_NM, self.own_N


@cache
def vectors_of(num_cells: int) -> _Vectors:
    """The weight vectors for lists of a length: those with a small norm, fewer for long lists."""
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
    alone_MN = num_MN == 0
    terms_NM, keeps_NM, alone_NM = (np.ascontiguousarray(each.T) for each in (terms_MN, keeps_MN, alone_MN))
    return _Vectors(weights_MN, terms_NM, keeps_NM, alone_NM, (keeps_MN & alone_MN).argmax(axis=0))


class Maps(ABC):
    """The cheapest maps from a state to the outputs, one for all examples or two behind a condition.

    Attributes:
        everywhere: the mask of all examples.
        plain: what one map for all examples costs.
    """

    def __init__(self, state_KN: Ints, outputs_KN: Ints, plain: float) -> None:
        self.everywhere = (1 << len(outputs_KN)) - 1
        self.plain = plain
        self._state_KN, self._outputs_KN = state_KN, outputs_KN

    @abstractmethod
    def conditions(self, compared: Compared, limit: float, most: int) -> list[Found]:
        """The cheapest conditions that cost, with what they choose between, no more than `limit`."""

    @abstractmethod
    def _two(self, j: int, mask: int) -> bool:
        """Whether a cell has two maps, if there is a condition with this mask."""

    @abstractmethod
    def _vector(self, j: int, mask: int) -> int:
        """The weight vector of a cell on a mask; -1 where it is assigned behind the others."""

    def of(self, mask: int) -> tuple[list[list[int]], list[int]]:
        """Weights and offset of a branch; a cell with one map for all examples has that."""
        num_cells = self._outputs_KN.shape[1]
        weights_MN = vectors_of(num_cells).weights_MN
        rows, offset = [], []
        example = next(k for k in range(len(self._state_KN)) if mask >> k & 1)
        for j in range(num_cells):
            vector = self._vector(j, mask if self._two(j, mask) else self.everywhere)
            if vector < 0:  # assigned later
                rows.append([int(i == j) for i in range(num_cells)])
                offset.append(0)
                continue
            weights = weights_MN[vector]
            rows.append(weights.tolist())
            offset.append(int(self._outputs_KN[example, j] - weights @ self._state_KN[example]))
        return rows, offset

    def behind(self, mask: int) -> list[int]:
        """The cells that are assigned behind the branches."""
        cells = range(self._outputs_KN.shape[1])
        return [j for j in cells if self._vector(j, self.everywhere) < 0 and not self._two(j, mask)]


class Tables(Maps):
    """Maps for few examples, in tables of all masks.

    Attributes:
        costs_NR: what the cheapest map of each cell costs that is right on a mask.
        total_R: what two maps cost, one for a mask and one for the others; `NEVER` if they do not help.
    """

    def __init__(self, state_KN: Ints, outputs_KN: Ints, behind_N: Floats) -> None:
        num_examples, num_cells = outputs_KN.shape
        self.total_R = np.empty(1 << num_examples)
        self.costs_NR = np.full((num_cells, 1 << num_examples), NEVER)
        self._vectors_NR = np.zeros((num_cells, 1 << num_examples), np.int64)
        of_all = vectors_of(num_cells).all()
        plain = all_maps(
            state_KN, outputs_KN, NEVER, *of_all, behind_N, self.costs_NR, self._vectors_NR, self.total_R
        )
        super().__init__(state_KN, outputs_KN, plain)

    def conditions(self, compared: Compared, limit: float, most: int) -> list[Found]:
        """See `Maps`."""
        masks_Q, costs_Q = compared.masks_Q, compared.costs_Q
        total_Q = costs_Q + self.total_R[masks_Q]
        found: list[Found] = [
            (float(total_Q[q]), compared.condition(q), int(masks_Q[q]))
            for q in np.argsort(total_Q, kind="stable")[:most].tolist()
            if total_Q[q] <= limit
        ]
        short = slice(compared.num_short)
        found_X3, costs_X = np.empty((most, 3), np.int64), np.empty(most)
        num_joined = joined(masks_Q[short], costs_Q[short], self.total_R, limit, found_X3, costs_X)
        for (one, other, either), cost in zip(found_X3[:num_joined].tolist(), costs_X.tolist(), strict=False):
            mask = masks_Q[one] | masks_Q[other] if either else masks_Q[one] & masks_Q[other]
            found.append((cost, compared.condition(one, other, either=bool(either)), int(mask)))
        return found

    def _two(self, j: int, mask: int) -> bool:
        costs_R, others = self.costs_NR[j], self.everywhere & ~mask
        return bool(mask != self.everywhere and costs_R[mask] + costs_R[others] < costs_R[self.everywhere])

    def _vector(self, j: int, mask: int) -> int:
        return int(self._vectors_NR[j, mask])
