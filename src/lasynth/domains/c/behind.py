"""Cells that a computed end assigns behind all others, from what these are then.

Shapes: K examples, N cells, M weight vectors.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.base import Tokens
from lasynth.domains.c.affine_program import MAX_LITERAL, straight_line
from lasynth.domains.c.comparisons import NEVER
from lasynth.domains.c.maps import map_cost, vectors_of
from lasynth.domains.c.parser import parse, to_tokens
from lasynth.domains.c.parts import chain

__all__ = ["Behind", "free_cells", "ways_behind"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@njit(cache=True, nogil=True)
def free_cells(state_KN: Ints, outputs_KN: Ints, behind_N: Floats, free_FN: Bools, costs_F: Floats) -> int:
    """Which cells are assigned behind a loop: none, all that are wrong and can be, and each of these alone.

    Cells that a loop makes right may be sums of others by chance, so all together may be too many.

    Args:
        state_KN, outputs_KN: before the loop, and what is wanted.
        behind_N: what it costs to assign each cell behind all others.
        free_FN: room for the sets of cells, F = N + 2.
        costs_F: room for what they cost.

    Returns:
        How many sets there are.
    """
    num_cells = len(behind_N)
    free_FN[:] = False
    costs_F[:] = 0.0
    num = 2
    for j in range(num_cells):
        if behind_N[j] < NEVER and (state_KN[:, j] != outputs_KN[:, j]).any():
            free_FN[1, j] = free_FN[num, j] = True
            costs_F[1] += behind_N[j]
            costs_F[num] = behind_N[j]
            num += 1
    return num if num > 3 else num - 1  # a single one is all


def ways_behind(outputs_KN: Ints) -> list[Behind]:
    """Where two cells can be assigned from each other, either may be the later one."""
    return _ways(outputs_KN.tobytes(), outputs_KN.shape)


@lru_cache(maxsize=8)
def _ways(outputs: bytes, shape: tuple[int, ...]) -> list[Behind]:
    outputs_KN = np.frombuffer(outputs, np.int64).reshape(shape)
    ways = [Behind(outputs_KN, prefer) for prefer in (1, -1)]
    return ways if ways[0].rows.keys() != ways[1].rows.keys() else ways[:1]


class Behind:
    """Cells that can be assigned behind all others, from what these are then.

    Attributes:
        costs_N: what such an assignment costs; `NEVER` where there is none.
        rows: of each such cell the weights and the constant.
    """

    def __init__(self, outputs_KN: Ints, prefer: int) -> None:
        """Where two cells cost the same, the first is assigned behind (`prefer` 1), or the last (-1)."""
        num_examples, num_cells = outputs_KN.shape
        self.costs_N = np.full(num_cells, NEVER)
        self.rows: dict[int, tuple[list[int], int]] = {}
        if num_examples < 2:
            return  # nothing would be known of them
        vectors = vectors_of(num_cells)
        some = []
        for j in range(num_cells):
            # The cell itself is not known before; a sum of more than two cells is seldom meant.
            usable_M = (vectors.weights_MN[:, j] == 0) & (np.abs(vectors.weights_MN).sum(axis=1) <= 2)
            weights_UN = vectors.weights_MN[usable_M]
            rest_UK = outputs_KN[:, j] - weights_UN @ outputs_KN.T
            for u in np.flatnonzero((rest_UK == rest_UK[:, :1]).all(axis=1)).tolist():
                m = int(np.flatnonzero(usable_M)[u])
                constant = int(rest_UK[u, 0])
                if abs(constant) > MAX_LITERAL:
                    continue
                cost = map_cost(vectors.terms_NM[j, m], False, vectors.alone_NM[j, m], constant)
                some.append((cost, j, weights_UN[u].tolist(), constant))
        read: set[int] = set()
        for cost, j, weights, constant in sorted(some, key=lambda each: (each[0], prefer * each[1])):
            sources = {i for i, weight in enumerate(weights) if weight}
            if j not in self.rows and j not in read and not sources & set(self.rows):
                self.rows[j] = (weights, constant)
                self.costs_N[j] = cost
                read |= sources

    def added(self, tokens: Tokens, cells: Iterable[int]) -> Tokens:
        """A program with assignments of some cells behind it."""
        rows = np.eye(len(self.costs_N), dtype=np.int64).tolist()
        offset = [0] * len(rows)
        for j in cells:
            rows[j], offset[j] = self.rows[j]
        text = straight_line(rows, offset)
        assert text is not None, "assignments that do not read each other need no variables"
        behind = to_tokens(parse(text))
        whole = chain(tokens, behind) if len(behind) else tokens
        assert whole is not None, "assignments declare no variables"
        return whole
