"""Common parts of the systems for Karel that LaSynth is compared with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lasynth.config import Layers, Width
from lasynth.models.karel.model import WorldConfig

__all__ = ["PeerConfig", "distinct"]


@dataclass(frozen=True, slots=True)
class PeerConfig(WorldConfig):
    """Sizes that all peers have.

    Attributes:
        example: size of an encoded example, E.
    """

    example: Width = 192
    decoder: Width = 256
    decoder_layers: Layers = 2


def distinct(rows_NB: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The first position of each distinct row, and for each row the index of its distinct row.

    With this, a world that many hypotheses share is encoded only once.

    Args:
        rows_NB: rows of bytes, compared as a whole; `np.unique` along an axis would be slow.
    """
    keys = np.ascontiguousarray(rows_NB).view(np.dtype((np.void, rows_NB.shape[1])))[:, 0]
    _, first, same = np.unique(keys, return_index=True, return_inverse=True)
    return first, same.reshape(-1)
