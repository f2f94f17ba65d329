"""Room for the cheapest few of what a compiled search finds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit

__all__ = ["place_of"]


@njit(cache=True, nogil=True)
def place_of(cost: float, num: int, costs_X: npt.NDArray[np.float64]) -> int:
    """Where to keep what costs `cost`, with `num` kept so far; -1 where there is no room for it.

    That is behind the others, or, where there is no room, the place of the dearest, if that is dearer.
    """
    if num < len(costs_X):
        return num
    place = int(np.argmax(costs_X))
    return place if costs_X[place] > cost else -1
