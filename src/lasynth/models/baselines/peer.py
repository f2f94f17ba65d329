"""What the systems for Karel that LaSynth is compared with have in common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lasynth.config import Layers, Width
from lasynth.models.karel.model import WorldConfig

__all__ = ["PeerConfig", "distinct"]


@dataclass(frozen=True, slots=True)
class PeerConfig(WorldConfig):
    """Sizes that all of them have.

    Attributes:
        example: size of an encoded example, E.
    """

    example: Width = 192
    decoder: Width = 256
    decoder_layers: Layers = 2


def distinct(rows_NB: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where each distinct row stands first, and for each row which of these it is.

    What many hypotheses share is so encoded once.

    Args:
        rows_NB: bytes; `np.unique` along an axis would compare them one by one.
    """
    keys = np.ascontiguousarray(rows_NB).view(np.dtype((np.void, rows_NB.shape[1])))[:, 0]
    _, first, same = np.unique(keys, return_index=True, return_inverse=True)
    return first, same.reshape(-1)
