"""The behaviour of a program in a fixed set of worlds, as a hash.

Programs with the same behaviour end in the same way in all of these worlds and leave them in the same state.
The hash distinguishes tasks and decides whether a task is for training or for tests. Most programs crash in
most random worlds, which says little about them. So a third of the probes have markers in most cells and no
walls, and another third is in between.

Shapes: P programs, T tokens, K probes, W `WORLD_SIZE`.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.base import Status
from lasynth.domains.karel.compile import compile_tokens, new_code, new_work
from lasynth.domains.karel.machine import MAX_TICKS, new_counters, run_code
from lasynth.domains.karel.sampler_config import KarelSamplerSettings
from lasynth.domains.karel.world import MAX_MARKERS, WORLD_SIZE, WorldArray
from lasynth.domains.karel.worlds import draw_world
from lasynth.domains.kit.hash import joined, mixed
from lasynth.domains.random import draw_below, program_keys
from lasynth.grammar import IntArray

__all__ = ["NUM_PROBES", "behaviour_probes", "behaviours", "hash_behaviour"]

NUM_PROBES: Final = 96
_SEED: Final = 0x1A5
_OK = int(Status.OK)


@cache
def _probes() -> WorldArray:
    # Written out, so that a change of the defaults does not change the hashes.
    counts = (0.6, 0.1, 0.1, 0.05, 0.05, 0.03, 0.03, 0.02, 0.02)
    shares = (((0.0, 0.2), (0.0, 0.2)), ((0.8, 1.0), (0.0, 0.0)), ((0.4, 0.6), (0.0, 0.2)))
    settings = [
        KarelSamplerSettings(
            marker_counts=counts,
            marker_shares=markers,
            marker_bands=(1.0,),
            wall_shares=walls,
            wall_bands=(1.0,),
        )
        for markers, walls in shares
    ]
    weights = [setting.weights() for setting in settings]
    probes_KW = np.zeros((NUM_PROBES, WORLD_SIZE), dtype=np.uint8)
    for number, key in enumerate(program_keys(_SEED, 0, NUM_PROBES)):
        stream = np.array([key], dtype=np.uint64)
        kind = number % len(settings)
        # In worlds with few walls, wide grids keep the robot away from the frame.
        low = 2 if kind == 0 else 9
        num_rows, num_cols = (low + draw_below(stream, 17 - low) for _ in range(2))
        draw_world(stream, weights[kind], num_rows, num_cols, probes_KW[number])
    return probes_KW


def behaviour_probes() -> WorldArray:
    """`[K, W]` the probes, the same for every call."""
    return _probes().copy()


@njit(cache=True, nogil=True)
def hash_behaviour(code: IntArray, counters: IntArray, probes_KW: WorldArray) -> int:
    """A number from 0 to 2**62, computed from the status and the final world of each probe.

    For a run that is not OK, only the status counts.
    """
    first, second = 1, 1
    world = np.empty(probes_KW.shape[1], dtype=np.uint8)
    for probe in range(len(probes_KW)):
        world[:] = probes_KW[probe]
        status = run_code(code, world, counters, MAX_TICKS, MAX_MARKERS, True, None)
        first, second = mixed(first, second, status + 1)
        if status != _OK:
            continue
        for place in range(len(world)):
            if world[place] != probes_KW[probe, place]:  # unchanged places add nothing
                word = place * 256 + int(world[place]) + 16
                first, second = mixed(first, second, word)
    return joined(first, second)


@njit(cache=True, nogil=True)
def _all_behaviours(
    tokens_PT: IntArray,
    probes_KW: WorldArray,
    code: IntArray,
    work: IntArray,
    counters: IntArray,
    hashes_P: npt.NDArray[np.int64],
) -> None:
    for program in range(len(tokens_PT)):
        hashes_P[program] = -1
        if compile_tokens(tokens_PT[program], code, work) > 0:
            hashes_P[program] = hash_behaviour(code, counters, probes_KW)


def behaviours(tokens_PT: IntArray) -> npt.NDArray[np.int64]:
    """The behaviour of many programs.

    Args:
        tokens_PT: `[P, T]` programs, every row ended and padded by EOS.

    Returns:
        `[P]` hashes; a row that is not a program has -1.
    """
    tokens = np.require(tokens_PT, np.int32, ["C", "W"])
    hashes_P = np.zeros(len(tokens), dtype=np.int64)
    work = new_code(tokens.shape[1]), new_work(), new_counters()
    _all_behaviours(tokens, behaviour_probes(), *work, hashes_P)
    return hashes_P
