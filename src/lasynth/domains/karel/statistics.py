"""Statistics of worlds that are also known for the public benchmark.

Shapes: W `WORLD_SIZE`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lasynth.domains.karel.world import FRAME, NUM_CELLS, OUTSIDE, WALL, WorldArray
from lasynth.grammar import IntArray

__all__ = ["WorldStatistics", "world_statistics"]


@dataclass(frozen=True, slots=True)
class WorldStatistics:
    """Statistics of a set of worlds.

    Attributes:
        rows, cols: size of each grid.
        marker_shares, wall_shares: for each grid, the share of cells with markers, and of walls.
    """

    rows: IntArray
    cols: IntArray
    marker_shares: npt.NDArray[np.float64]
    wall_shares: npt.NDArray[np.float64]


def world_statistics(worlds_W: WorldArray) -> WorldStatistics:
    """The statistics of worlds, `[..., W]`."""
    worlds = np.asarray(worlds_W)
    cells = worlds.reshape(-1, worlds.shape[-1])[:, :NUM_CELLS].reshape(-1, FRAME, FRAME)
    inside = cells != OUTSIDE
    area = inside.sum(axis=(1, 2))
    marked = (cells > 0) & (cells < WALL)
    return WorldStatistics(
        rows=inside[:, :, 1].sum(axis=1).astype(np.int32),
        cols=inside[:, 1].sum(axis=1).astype(np.int32),
        marker_shares=marked.sum(axis=(1, 2)) / area,
        wall_shares=(cells == WALL).sum(axis=(1, 2)) / area,
    )
