"""Equal rows found, so that what many hypotheses share is encoded once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["distinct"]


def distinct(
    rows_NB: npt.NDArray[np.uint8],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where each distinct row stands first, and for each row which of these it is.

    Args:
        rows_NB: bytes; `np.unique` along an axis would compare them one by one.
    """
    keys = np.ascontiguousarray(rows_NB).view(np.dtype((np.void, rows_NB.shape[1])))[:, 0]
    _, first, same = np.unique(keys, return_index=True, return_inverse=True)
    return first, same.reshape(-1)
