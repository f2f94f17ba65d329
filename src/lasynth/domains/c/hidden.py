"""Branches that no shown example takes: how likely a further list takes one.

An `if` whose condition is the same for all shown lists cannot be told from its one branch. Which conditions
are likely is known (`comparisons`): those of a cell and a small number, or of two cells.

Shapes: K shown lists, Q further ones, N cells, S pairs of sides.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lasynth.domains.c.comparisons import LARGEST_NUMBER, RELATION_COSTS

__all__ = ["hidden_branch"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_PER_NUMBER: Final = 0.15  # what a number costs for each unit


@cache
def _sides(num_cells: int) -> tuple[Ints, Ints, Floats]:
    """Of each comparison the weights of the cells on the left less the right, the number, and its cost."""
    one = np.eye(num_cells, dtype=np.int64)
    sides = [
        (one[i], number, _PER_NUMBER * abs(number))
        for i in range(num_cells)
        for number in range(-LARGEST_NUMBER, LARGEST_NUMBER + 1)
    ]
    sides += [(one[i] - one[j], 0, 0.0) for i in range(num_cells) for j in range(i)]
    weights, numbers, costs = zip(*sides, strict=True)
    return np.array(weights), np.array(numbers), np.array(costs)


def hidden_branch(inputs_KN: npt.NDArray[Any], inputs_QN: npt.NDArray[Any]) -> Floats:
    """For each further list, how likely a condition that is the same for all shown lists is another there.

    Args:
        inputs_KN: the shown lists.
        inputs_QN: the further lists.

    Returns:
        `[Q]`, the share of such conditions, by how common they are; 0 where there are none.
    """
    weights_SN, numbers_S, costs_S = _sides(inputs_KN.shape[1])
    shown_SK, further_SQ = (
        np.sign(weights_SN @ np.asarray(inputs, dtype=np.int64).T - numbers_S[:, None])
        for inputs in (inputs_KN, inputs_QN)
    )
    total, share_Q = 0.0, np.zeros(len(inputs_QN))
    # The relations, by the signs of the difference where they hold; each has its opposite beside it.
    for sign, cost in ((-1, RELATION_COSTS[0]), (1, RELATION_COSTS[1]), (0, RELATION_COSTS[4])):
        holds_SK = shown_SK == sign
        same_S = (holds_SK == holds_SK[:, :1]).all(axis=1)
        common_S = np.where(same_S, np.exp(-costs_S - cost), 0.0)
        total += common_S.sum()
        share_Q += common_S @ ((further_SQ == sign) != holds_SK[:, :1])
    return share_Q / total if total else share_Q
