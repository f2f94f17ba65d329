"""Further worlds similar to given ones, in which different programs are likely to give different results.

Shapes: K given worlds, W `WORLD_SIZE`.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from lasynth.domains.karel.world import (
    CRASHED,
    FACING,
    FRAME,
    HERO_COL,
    HERO_ROW,
    NUM_CELLS,
    WALL,
    WORLD_SIZE,
    WorldArray,
)

__all__ = ["probe_worlds"]

# Markers are put in this share of the free cells, and taken from the same share of those that have some.
_CHANGED: Final = 0.15


def probe_worlds(worlds_KW: WorldArray, *, num: int, seed: int) -> WorldArray:
    """Worlds with the walls of given ones, the robot in another place, and some markers put or taken.

    Args:
        worlds_KW: the worlds to change, used in turn; the result is a function of them, `num` and `seed`.
        num: the number of worlds to make.
        seed: the seed of the random choices.

    Returns:
        `[num, W]`; no cell holds more than 9 markers or, where there were more, than before.
    """
    worlds_KW = np.asarray(worlds_KW, dtype=np.uint8).reshape(-1, WORLD_SIZE)
    rng = np.random.default_rng(seed)
    probes = worlds_KW[np.arange(num) % len(worlds_KW)].copy()
    for world in probes:
        cells = world[:NUM_CELLS]
        free = np.flatnonzero(cells < WALL)
        hero = int(rng.choice(free))
        world[HERO_ROW], world[HERO_COL] = hero // FRAME - 1, hero % FRAME - 1
        world[FACING] = rng.integers(4)
        world[CRASHED] = 0
        put = free[rng.random(len(free)) < _CHANGED]
        cells[put] = np.maximum(cells[put], rng.choice([1, 1, 1, 2, 3, 5, 9], len(put)))
        cells[free[rng.random(len(free)) < _CHANGED]] = 0
        # Half of the robots are on markers: otherwise picking would fail most often.
        if rng.random() < 0.5 and cells[hero] == 0:
            cells[hero] = rng.integers(1, 4)
    return probes
