"""Distinct rows of an array: what many hypotheses share is computed once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["distinct"]


def distinct(rows_NB: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The first position of each distinct row, and for each row the index of its distinct row.

    Args:
        rows_NB: rows of bytes, compared as a whole; `np.unique` along an axis would be slow.
    """
    keys = np.ascontiguousarray(rows_NB).view(np.dtype((np.void, rows_NB.shape[1])))[:, 0]
    _, first, same = np.unique(keys, return_index=True, return_inverse=True)
    return first, same.reshape(-1)
