"""Affine maps of cells: what they cost, and the cheapest ones that lead from a state to the outputs.

On K examples a condition is the set of those where it holds, a number below 2^K, its *mask*. For each cell
and each mask the cheapest map is found that is right on the examples of the mask.

Shapes: K examples, N cells, M weight vectors, R = 2^K masks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.c.affine import ball_size, weight_vectors
from lasynth.domains.c.comparisons import LEAST_SHORT, NEVER
from lasynth.domains.c.loop_ends import ELSE

__all__ = ["Maps", "all_maps", "map_cost", "vectors_of"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

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


class Maps:
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
        self._weights_MN = vectors_of(num_cells).weights_MN
        of_all = vectors_of(num_cells).all()
        self.plain: float = all_maps(
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
