"""Two affine maps behind a condition, where there are more examples than a table of all masks has room for.

Tables (`maps`) hold what each of 2^K masks costs. With more examples only the masks of conditions are looked
at: a table of the last few examples says what one costs at least, and where that is of interest, the cheapest
maps that are right on all examples are found for this mask alone.

Shapes: K examples, N cells, M weight vectors, Q comparisons, D masks.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.c.comparisons import JOIN, NEVER, PER_MASK, Compared
from lasynth.domains.c.loop_ends import ELSE
from lasynth.domains.c.maps import Found, Maps, Tables, map_cost, vectors_of

__all__ = ["MOST_EXAMPLES", "ManyMaps"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

MOST_EXAMPLES: Final = 62  # bits of a mask
_MOST_JOINED: Final = 400  # masks of joined comparisons that are looked at, those that may be cheapest


@njit(cache=True, nogil=True)
def _cheapest(
    rests_MK: Ints, mask: int, terms_M: Floats, keeps_M: Bools, alone_M: Bools
) -> tuple[float, int]:
    """What the cheapest map that is right on a mask costs, and its weight vector; `NEVER`, -1 if none is."""
    if mask == 0:
        return 0.0, 0
    first = 0
    while not mask >> first & 1:
        first += 1
    least, which = NEVER, -1
    for vector in range(len(rests_MK)):
        constant = rests_MK[vector, first]
        cost = map_cost(terms_M[vector], keeps_M[vector], alone_M[vector], constant)
        if cost >= least:
            continue
        right = True
        for k in range(first + 1, rests_MK.shape[1]):
            if mask >> k & 1 and rests_MK[vector, k] != constant:
                right = False
                break
        if right:
            least, which = cost, vector
    return least, which


@njit(cache=True, nogil=True)
def _two_maps(
    rests_NMK: Ints,
    one_N: Floats,
    mask: int,
    terms_NM: Floats,
    keeps_NM: Bools,
    alone_NM: Bools,
    most: float,
) -> float:
    """What all cells cost if a condition with a mask chooses between two maps; `NEVER` if that helps nothing.

    `one_N` is what one map for all examples costs. The search ends where all is more than `most`.
    """
    everywhere = (1 << rests_NMK.shape[2]) - 1
    total, helps, has_else = 0.0, False, False
    for j in range(len(rests_NMK)):
        if one_N[j] == 0.0:
            continue
        cost, _ = _cheapest(rests_NMK[j], mask, terms_NM[j], keeps_NM[j], alone_NM[j])
        other = 0.0
        if cost < one_N[j]:
            others = everywhere & ~mask
            other, _ = _cheapest(rests_NMK[j], others, terms_NM[j], keeps_NM[j], alone_NM[j])
        if cost + other < one_N[j]:
            total += cost + other
            helps = True
            has_else |= other > 0
        else:
            total += one_N[j]
        if total > most:
            return NEVER
    if not helps:
        return NEVER
    return total + (ELSE if has_else else 0.0)


class ManyMaps(Maps):
    """Maps for many examples, `MOST_EXAMPLES` at most; see `Maps`.

    Args:
        state_KN, outputs_KN: all examples.
        behind_N: what it costs to assign a cell behind all others.
        table: the maps for some of the examples, the last ones.
    """

    def __init__(self, state_KN: Ints, outputs_KN: Ints, behind_N: Floats, table: Tables) -> None:
        vectors = vectors_of(outputs_KN.shape[1])
        sums_MK = vectors.weights_MN @ state_KN.T
        self._rests_NMK = np.ascontiguousarray(outputs_KN.T[:, None] - sums_MK)
        self._of_cells = vectors.terms_NM, vectors.keeps_NM, vectors.alone_NM
        everywhere = (1 << len(outputs_KN)) - 1
        one = [self._cheapest(j, everywhere) for j in range(len(behind_N))]
        self._one_N = np.minimum([cost for cost, _ in one], behind_N)
        self._vectors = [
            -1 if behind < cost else vector for (cost, vector), behind in zip(one, behind_N, strict=True)
        ]
        super().__init__(state_KN, outputs_KN, float(self._one_N.sum()))
        self._few = table.everywhere.bit_length()
        # What any map that is right on all examples costs at least.
        two_NR = table.costs_NR + table.costs_NR[:, ::-1]
        self._least_R = np.minimum(two_NR, table.costs_NR[:, -1:]).sum(axis=0)
        self._totals: dict[int, tuple[float, float]] = {}

    def conditions(self, compared: Compared, limit: float, most: int) -> list[Found]:
        """See `Maps`."""
        found: list[tuple[float, tuple[int, ...], bool, int]] = []
        masks_Q, costs_Q = compared.masks_Q, compared.costs_Q
        least_Q = costs_Q + self._least(masks_Q)
        for q in np.argsort(least_Q, kind="stable").tolist():
            if least_Q[q] > limit:
                break
            limit = self._kept(found, float(costs_Q[q]), (q,), False, int(masks_Q[q]), limit, most)
        for cost, places, either, mask in self._joined(compared, limit):
            limit = self._kept(found, cost, places, either, mask, limit, most)
        return [
            (cost, compared.condition(*places, either=either), mask) for cost, places, either, mask in found
        ]

    def _kept(
        self,
        found: list[tuple[float, tuple[int, ...], bool, int]],
        cost: float,
        places: tuple[int, ...],
        either: bool,
        mask: int,
        limit: float,
        most: int,
    ) -> float:
        """Keep a condition that is within the limit, in place of the dearest; returns the limit then."""
        total = cost + self._total(mask, limit - cost)
        if total <= limit:
            insort(found, (total, places, either, mask))
            del found[most:]
        return min(limit, found[-1][0]) if len(found) == most else limit

    def _joined(self, compared: Compared, limit: float) -> Iterator[tuple[float, tuple[int, ...], bool, int]]:
        """Two short comparisons and what they cost, those first that may be cheapest; see `joined`."""
        places: dict[int, list[int]] = {}
        for q in np.argsort(compared.costs_Q[: compared.num_short], kind="stable").tolist():
            here = places.setdefault(int(compared.masks_Q[q]), [])
            if len(here) < PER_MASK:
                here.append(q)
        masks_D = np.array(list(places), dtype=np.int64)
        costs_D = np.array([compared.costs_Q[here[0]] for here in places.values()])
        one_P, other_P = np.tril_indices(len(masks_D), -1)
        some = []
        for either in (False, True):
            first_P, second_P = masks_D[one_P], masks_D[other_P]
            mask_P = first_P | second_P if either else first_P & second_P
            least_P = costs_D[one_P] + costs_D[other_P] + JOIN + self._least(mask_P)
            # Where one of the two alone does the same, or nothing is chosen, a single one is cheaper.
            idle_P = (mask_P == first_P) | (mask_P == second_P) | (mask_P == 0) | (mask_P == self.everywhere)
            some += [
                (float(least_P[p]), int(one_P[p]), int(other_P[p]), either, int(mask_P[p]))
                for p in np.flatnonzero(~idle_P & (least_P <= limit)).tolist()
            ]
        listed = list(places.values())
        for _, one, other, either, mask in sorted(some)[:_MOST_JOINED]:
            for first, second in product(listed[one], listed[other]):
                cost = float(compared.costs_Q[first] + compared.costs_Q[second]) + JOIN
                yield cost, (min(first, second), max(first, second)), either, mask

    def _least(self, masks_X: Ints) -> Floats:
        """What the maps that conditions with these masks choose between cost at least."""
        shift = self.everywhere.bit_length() - self._few
        return np.asarray(self._least_R[masks_X >> shift])

    def _total(self, mask: int, most: float) -> float:
        """What the maps cost that a condition with a mask chooses between; `NEVER` if that is over `most`."""
        looked_for, total = self._totals.get(mask, (-1.0, NEVER))
        if total == NEVER and looked_for < most:
            total = _two_maps(self._rests_NMK, self._one_N, mask, *self._of_cells, most)
            self._totals[mask] = most, total
        return total

    def _cheapest(self, j: int, mask: int) -> tuple[float, int]:
        terms_NM, keeps_NM, alone_NM = self._of_cells
        cost, vector = _cheapest(self._rests_NMK[j], mask, terms_NM[j], keeps_NM[j], alone_NM[j])
        return float(cost), int(vector)

    def _two(self, j: int, mask: int) -> bool:
        if mask == self.everywhere:
            return False
        cost = self._cheapest(j, mask)[0] + self._cheapest(j, self.everywhere & ~mask)[0]
        return bool(cost < self._one_N[j])

    def _vector(self, j: int, mask: int) -> int:
        return self._vectors[j] if mask == self.everywhere else self._cheapest(j, mask)[1]
