"""The affine floor: one integer affine map per cell, `out_j = c_j + sum_i w_ji in_i`, without any learning.

Most random straight-line programs compute such a map, so this solves many tasks; a model is interesting where
the affine fit fails. For each cell, weight vectors are tried by rising sum of |w|. A vector fits if it leaves
the same residual in every example; that residual is c. Among fits with an equal sum, the smallest |c| wins,
then a map that keeps the cell itself.

A weight vector fits a cell if it maps the differences between the inputs of the examples to the differences
between their outputs. The differences are hashed linearly to one 64-bit number per input cell, so trying a
vector costs N multiplications for any number of examples. Matches are checked exactly.

Shapes: B tasks, K examples, N cells, M weight vectors, X pairs of a task and a cell of its output.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import comb
from typing import Any

import numpy as np
import numpy.typing as npt

from lasynth.domains.c.affine_program import straight_line

__all__ = ["AffineFit", "AffineProgram", "ball_size", "is_affine", "weight_vectors"]

Ints = npt.NDArray[np.int64]
_MAX_KEYS = 4_000_000  # hashes compared at a time


@dataclass(frozen=True, slots=True, eq=False)
class AffineProgram:
    """An integer affine map of a list.

    Attributes:
        weights_NN: row j holds the weights of output cell j.
        offset_N: the constants.
    """

    weights_NN: Ints
    offset_N: Ints

    def predict(self, inputs_KN: npt.NDArray[Any]) -> Ints:
        """The outputs `[K, N]` for some inputs."""
        outputs: Ints = np.asarray(inputs_KN, dtype=np.int64) @ self.weights_NN.T + self.offset_N
        return outputs

    def solves(self, inputs_KN: npt.NDArray[Any], outputs_KN: npt.NDArray[Any]) -> bool:
        """Whether every output is the expected one."""
        return bool(np.array_equal(self.predict(inputs_KN), outputs_KN))

    def to_c(self) -> str | None:
        """The map as a straight-line program of restricted C; None where it needs too many variables."""
        return straight_line(self.weights_NN.tolist(), self.offset_N.tolist())


@dataclass(frozen=True, slots=True)
class AffineFit:
    """Finds the smallest affine map that fits the shown examples.

    Attributes:
        max_norm: the largest sum of |w| tried for a cell.
        max_vectors: a bound on the weight vectors tried; for long lists it lowers the norm.
    """

    max_norm: int = 8
    max_vectors: int = 20_000

    def fit(self, inputs_BKN: npt.NDArray[Any], outputs_BKN: npt.NDArray[Any]) -> list[AffineProgram | None]:
        """The map of each task, or None where some cell has none within the norm."""
        inputs = np.asarray(inputs_BKN, dtype=np.int64)
        outputs = np.asarray(outputs_BKN, dtype=np.int64)
        num_tasks, num_examples, num_cells = inputs.shape
        norm = self.max_norm
        while norm > 1 and ball_size(num_cells, norm) > self.max_vectors:
            norm -= 1
        weights_MN = weight_vectors(num_cells, norm)
        shells = np.searchsorted(np.abs(weights_MN).sum(axis=1), np.arange(norm + 2))

        # A linear hash of the differences from the first example; products and sums wrap around.
        factor_K = np.random.default_rng(0).integers(-(2**63), 2**63 - 1, num_examples - 1) | 1
        key_in_BN = np.einsum("bkn,k->bn", inputs[:, 1:] - inputs[:, :1], factor_K)
        key_out_BN = np.einsum("bkn,k->bn", outputs[:, 1:] - outputs[:, :1], factor_K)

        weights_BNN = np.zeros((num_tasks, num_cells, num_cells), dtype=np.int64)
        offset_BN = np.zeros((num_tasks, num_cells), dtype=np.int64)
        found_BN = np.zeros((num_tasks, num_cells), dtype=np.bool_)
        for first, end in pairwise(shells):
            shell_MN = weights_MN[first:end]
            task_X, cell_X = np.nonzero(~found_BN)
            step = max(1, _MAX_KEYS // len(shell_MN))
            for start in range(0, len(task_X), step):
                task_Y, cell_Y = task_X[start : start + step], cell_X[start : start + step]
                tasks_here, line_Y = np.unique(task_Y, return_inverse=True)
                keys = key_in_BN[tasks_here] @ shell_MN.T
                pair, vector = np.nonzero(keys[line_Y] == key_out_BN[task_Y, cell_Y, None])
                task, cell, weights = task_Y[pair], cell_Y[pair], shell_MN[vector]
                residual = outputs[task, :, cell] - np.einsum("xkn,xn->xk", inputs[task], weights)
                offset = residual[:, 0]
                exact = (residual == offset[:, None]).all(axis=1)
                keeps_own = weights[np.arange(len(cell)), cell] > 0
                order = np.lexsort((vector, ~keeps_own, np.abs(offset), pair))
                order = order[exact[order]]
                order = order[np.unique(pair[order], return_index=True)[1]]
                weights_BNN[task[order], cell[order]] = weights[order]
                offset_BN[task[order], cell[order]] = offset[order]
                found_BN[task[order], cell[order]] = True
        return [
            AffineProgram(weights_BNN[task], offset_BN[task]) if found_BN[task].all() else None
            for task in range(num_tasks)
        ]


def is_affine(inputs_KN: npt.NDArray[Any], outputs_KN: npt.NDArray[Any]) -> bool:
    """Whether some integer affine map agrees with all the examples.

    With enough examples to determine the map (N + 1 independent ones), the answer is exact. With fewer, the
    answer is "yes" if a small map fits, which may be by chance.
    """
    inputs = np.asarray(inputs_KN, dtype=np.int64)
    outputs = np.asarray(outputs_KN, dtype=np.int64)
    ones = np.ones((len(inputs), 1), dtype=np.int64)
    design = np.concatenate([inputs, ones], axis=1)
    solution, _, rank, _ = np.linalg.lstsq(design.astype(np.float64), outputs.astype(np.float64), rcond=None)
    if rank == design.shape[1]:
        return bool(np.array_equal(design @ np.rint(solution).astype(np.int64), outputs))
    return AffineFit().fit(inputs[None], outputs[None])[0] is not None


def ball_size(num_cells: int, norm: int) -> int:
    """How many integer vectors have a sum of |w| of at most `norm` (a Delannoy number)."""
    return sum(2**k * comb(num_cells, k) * comb(norm, k) for k in range(min(num_cells, norm) + 1))


def weight_vectors(num_cells: int, norm: int) -> Ints:
    """`[M, N]`: all integer vectors with a sum of |w| up to `norm`, smallest first, then fewest negatives."""
    vectors = np.zeros((1, 0), dtype=np.int64)
    left = np.array([norm])
    for _ in range(num_cells):
        choices = 2 * left + 1
        parent = np.repeat(np.arange(len(vectors)), choices)
        step = np.arange(len(parent)) - np.repeat(np.cumsum(choices) - choices, choices)
        weight = left[parent] - step
        vectors = np.concatenate([vectors[parent], weight[:, None]], axis=1)
        left = left[parent] - np.abs(weight)
    order = np.lexsort((*-vectors.T[::-1], (vectors < 0).sum(axis=1), np.abs(vectors).sum(axis=1)))
    return vectors[order]
