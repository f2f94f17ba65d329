"""Random worlds, regular worlds as of teaching tasks, and random worlds that fit a program.

First a whole world is drawn. Then the program runs in it. Where it would crash, or where a condition should
get an outcome that no other world has shown, a cell that the run has not observed yet is changed: a wall is
added or removed, markers are put or taken. Such a change cannot alter the run so far, so one pass is enough.
The frame of the grid and observed cells cannot be changed; where they do not fit, the world is rejected.

Shapes: W `WORLD_SIZE`, T tokens.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.base import Status
from lasynth.domains.karel import compile as ins
from lasynth.domains.karel.grammar import CONDITION_NAMES
from lasynth.domains.karel.machine import (
    MOVE,
    PICK_MARKER,
    PUT_MARKER,
    ahead,
    hero_cell,
    holds,
    perform,
    turn_of,
)
from lasynth.domains.karel.sampler_config import Weights
from lasynth.domains.karel.world import (
    CRASHED,
    FACING,
    FRAME,
    HERO_COL,
    HERO_ROW,
    NUM_CELLS,
    OUTSIDE,
    WALL,
    WorldArray,
)
from lasynth.domains.random import Stream, chance, draw_below, pick
from lasynth.grammar import IntArray

__all__ = ["NUM_PLANS", "draw_regular_world", "draw_world", "new_locks", "run_steered"]

Bytes = npt.NDArray[np.uint8]

# The plans of regular worlds: an empty room, a corridor, stairs, a row of markers, hurdles.
NUM_PLANS: Final = 5
_ROOM, _CORRIDOR, _STAIRS, _ROW, _HURDLES = range(NUM_PLANS)
_NORTH, _EAST = 0, 1  # facings, as `World` numbers them
_MAX_COUNT: Final = 9  # markers in a cell of an input
# What a run has observed of a cell, which fixes it: it is free, it is a wall, it was without markers at some
# time, it had markers at some time.
_FREE, _IS_WALL, _EMPTY, _MARKED = 1, 2, 4, 8
_MARKERS = CONDITION_NAMES.index("markersPresent")
_OK, _OUT_OF_FUEL, _CRASH = (int(status) for status in (Status.OK, Status.OUT_OF_FUEL, Status.CRASH))


def new_locks() -> Bytes:
    """A work array for `run_steered`; its content between calls does not matter."""
    return np.zeros(NUM_CELLS, dtype=np.uint8)


@njit(cache=True, nogil=True)
def _draw_share(stream: Stream, bands: npt.NDArray[np.float64], ends: npt.NDArray[np.float64]) -> float:
    band = pick(stream, bands)
    return ends[band] + (ends[band + 1] - ends[band]) * draw_below(stream, 1 << 20) / (1 << 20)


@njit(cache=True, nogil=True)
def draw_world(stream: Stream, w: Weights, num_rows: int, num_cols: int, world: WorldArray) -> None:
    """Fill in a random world of a size; a wall in the robot's cell is removed."""
    world[:NUM_CELLS] = OUTSIDE
    markers = _draw_share(stream, w.marker_bands, w.marker_shares)
    walls = _draw_share(stream, w.wall_bands, w.wall_shares)
    row, col = draw_below(stream, num_rows), draw_below(stream, num_cols)
    # Exact numbers of walls and markers in random cells: each is placed with probability left / cells left.
    cells_left = num_rows * num_cols
    walls_left = int(walls * cells_left)
    markers_left = min(int(markers * cells_left), cells_left - walls_left)
    for place in range(num_rows * num_cols):
        cell = (place // num_cols + 1) * FRAME + place % num_cols + 1
        world[cell] = 0
        if walls_left > 0 and chance(stream, walls_left / cells_left):
            world[cell] = WALL
            walls_left -= 1
        elif markers_left > 0 and chance(stream, markers_left / (cells_left - walls_left)):
            world[cell] = 1 + pick(stream, w.marker_counts)
            markers_left -= 1
        cells_left -= 1
    here = (row + 1) * FRAME + col + 1
    if world[here] == WALL:
        world[here] = 0
    world[HERO_ROW], world[HERO_COL], world[FACING] = row, col, draw_below(stream, 4)
    world[CRASHED] = 0


@njit(cache=True, nogil=True)
def draw_regular_world(
    stream: Stream, w: Weights, plan: int, num_rows: int, num_cols: int, world: WorldArray
) -> None:
    """Fill in a world of a plan and a size, as teachers draw them: nothing is there by chance.

    The robot is at the left end of the lowest free row and looks east, now and then elsewhere or north. Where
    a plan needs more room than there is, it has fewer of its parts.
    """
    world[:NUM_CELLS] = OUTSIDE
    aisle = draw_below(stream, num_rows) if plan == _CORRIDOR or plan == _ROW else 0
    every = 2 + draw_below(stream, 3)  # of hurdles
    height = 1 + draw_below(stream, 3)
    first = draw_below(stream, num_cols) if chance(stream, 0.5) else 0
    last = first + draw_below(stream, num_cols - first) if chance(stream, 0.5) else num_cols - 1
    count = 1 if chance(stream, 0.8) else 1 + pick(stream, w.marker_counts)
    marked = plan == _ROW or chance(stream, 0.3)
    for row in range(num_rows):
        for col in range(num_cols):
            cell = (row + 1) * FRAME + col + 1
            world[cell] = 0
            if plan == _CORRIDOR and row != aisle:
                world[cell] = WALL
            elif plan == _STAIRS and row < min(col, num_rows - 1):
                world[cell] = WALL
            elif plan == _HURDLES and col % every == every - 1 and row < min(height, num_rows - 1):
                world[cell] = WALL
            elif marked and row == aisle and first <= col <= last:
                world[cell] = count
    row, col = aisle, 0
    if plan == _ROOM and chance(stream, 0.3):
        row, col = draw_below(stream, num_rows), draw_below(stream, num_cols)
    world[HERO_ROW], world[HERO_COL] = row, col
    world[FACING] = _EAST if chance(stream, 0.8) else _NORTH
    world[CRASHED] = 0


@njit(cache=True, nogil=True)
def _put_some(stream: Stream, w: Weights, start: WorldArray, world: WorldArray, cell: int) -> bool:
    """Add markers to a cell from the beginning of the run; False where there is no room."""
    more = 1
    if start[cell] == 0:
        more = 1 + pick(stream, w.marker_counts)
    elif start[cell] >= _MAX_COUNT:
        return False
    start[cell] += more
    world[cell] += more
    return True


@njit(cache=True, nogil=True)
def _act(stream: Stream, w: Weights, action: int, start: WorldArray, world: WorldArray, locks: Bytes) -> bool:
    """Perform an action, changing the world if that makes it possible; False where it is not possible."""
    if action == MOVE:
        cell = ahead(world, 0)
        if world[cell] == WALL and not locks[cell] & _IS_WALL:
            start[cell] = 0
            world[cell] = 0
        locks[cell] |= _FREE
    elif action == PICK_MARKER:
        cell = hero_cell(world)
        if world[cell] == 0 and not locks[cell] & _EMPTY:
            _put_some(stream, w, start, world, cell)
        locks[cell] |= _MARKED
    elif action == PUT_MARKER:
        locks[hero_cell(world)] |= _MARKED
    return perform(world, action)


@njit(cache=True, nogil=True)
def _turn_over(
    stream: Stream, w: Weights, condition: int, start: WorldArray, world: WorldArray, locks: Bytes
) -> None:
    """Negate the value of a condition by changing its cell, if the run has not observed the cell yet."""
    if condition >= _MARKERS:
        cell = hero_cell(world)
        if world[cell] == 0:
            if not locks[cell] & _EMPTY:
                _put_some(stream, w, start, world, cell)
        elif not locks[cell] & _MARKED:
            start[cell] = 0
            world[cell] = 0
        return
    cell = ahead(world, turn_of(condition))
    if world[cell] == OUTSIDE:
        return
    if world[cell] == WALL:
        if not locks[cell] & _IS_WALL:
            start[cell] = 0
            world[cell] = 0
    elif not locks[cell] & _FREE:
        start[cell] = WALL
        world[cell] = WALL


@njit(cache=True, nogil=True)
def _lock_asked(condition: int, world: WorldArray, locks: Bytes) -> None:
    """Record what a condition has observed of its cell."""
    if condition >= _MARKERS:
        cell = hero_cell(world)
        locks[cell] |= _MARKED if world[cell] > 0 else _EMPTY
    else:
        cell = ahead(world, turn_of(condition))
        locks[cell] |= _IS_WALL if world[cell] >= WALL else _FREE


@njit(cache=True, nogil=True)
def run_steered(
    stream: Stream,
    w: Weights,
    code: IntArray,
    start: WorldArray,
    world: WorldArray,
    counters: IntArray,
    locks: Bytes,
    shown_T2: Bytes,
    outcomes_T2: Bytes,
    fixed: bool,
) -> int:
    """Run compiled code in a world that is changed during the run, so that it ends with OK if possible.

    Args:
        stream: `[1]`, changed in place.
        w: from `KarelSamplerSettings.weights`; `max_ticks` is the limit.
        code: from `compile_tokens`.
        start: `[W]` the drawn world; changed to the input that belongs to the run.
        world: `[W]` receives the world after the run.
        counters: from `new_counters`.
        locks: from `new_locks`.
        shown_T2: the outcomes (0, 1) of the condition of the statement at a token that need not be
            shown any more.
        outcomes_T2: receives the outcomes of this run.
        fixed: the world must stay as it is.

    Returns:
        A `Status`; `start` and `world` are valid only after OK.
    """
    world[:] = start
    locks[:] = _FREE | _IS_WALL | _EMPTY | _MARKED if fixed else 0
    locks[hero_cell(start)] = _FREE
    outcomes_T2[:] = 0
    ticks = w.max_ticks
    pc = 0
    while True:
        word, token = int(code[0, pc]), code[1, pc]
        pc += 1
        op = word & 15
        if op == ins.HALT:
            return _OK
        elif op == ins.JUMP:
            pc = word >> ins.TARGET_SHIFT
            continue
        counter = (word >> ins.COUNTER_SHIFT) & 63
        if op == ins.COUNT:
            counters[counter] = (word >> 4) & 31
            pc = word >> ins.TARGET_SHIFT
            continue
        if op == ins.NEXT and counters[counter] == 0:
            continue
        ticks -= 1
        if ticks < 0:
            return _OUT_OF_FUEL
        if op == ins.ACT:
            if not _act(stream, w, (word >> 4) & 31, start, world, locks):
                return _CRASH
        elif op == ins.NEXT:
            counters[counter] -= 1
            pc = word >> ins.TARGET_SHIFT
        else:  # SKIP, LOOP
            condition, negated = (word >> 4) & 7, (word >> 4) & ins.NEGATED != 0
            value = holds(world, condition) != negated
            other = 0 if value else 1
            if op == ins.LOOP:
                # A loop is left sooner or later, so only entering it is steered; real loops run long.
                turns_over = other == 1 and chance(stream, w.p_enter)
            else:
                shown = shown_T2[token, other] or outcomes_T2[token, other]
                turns_over = not shown and chance(stream, w.p_steer)
            if turns_over:
                _turn_over(stream, w, condition, start, world, locks)
                value = holds(world, condition) != negated
            _lock_asked(condition, world, locks)
            outcomes_T2[token, 1 if value else 0] = 1
            if value == (op == ins.LOOP):
                pc = word >> ins.TARGET_SHIFT
