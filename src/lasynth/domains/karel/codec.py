"""Worlds as the benchmark's 16 x 18 x 18 tensors: dense ones for models, sparse text in its files.

Channels 0 to 3: the robot, looking north, east, south, west; 4: an inner wall; 5: the frame around the
grid; 6 to 15: one to ten markers. Beyond the frame everything is 0. The tensor has no place for the crash
flag, nor for more than ten markers in a cell.

Shapes: W `WORLD_SIZE`; a tensor is `[16, 18, 18]`, flat index `channel * 324 + (row + 1) * 18 + column + 1`.
"""

from __future__ import annotations

import re
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.karel.world import (
    FACING,
    FRAME,
    HERO_COL,
    HERO_ROW,
    MAX_SIDE,
    NUM_CELLS,
    OUTSIDE,
    WALL,
    WORLD_SIZE,
    World,
    WorldArray,
)
from lasynth.errors import InputError

__all__ = [
    "MAX_TENSOR_MARKERS",
    "NUM_CHANNELS",
    "from_tensor",
    "from_tensor_text",
    "to_tensor",
    "to_tensor_text",
]

NUM_CHANNELS: Final = 16
MAX_TENSOR_MARKERS: Final = 10
_WALL_CHANNEL, _FRAME_CHANNEL, _ONE_MARKER = 4, 5, 6
_ENTRY: Final = re.compile(r"(\d{1,4}):1\.0", re.ASCII)


@njit(cache=True, nogil=True)
def _fill(world_W: WorldArray, tensor: npt.NDArray[Any]) -> None:
    """Write the tensor of one world, `[16, 324]`, all zeros before."""
    rows, cols = 0, 0
    while world_W[(rows + 1) * FRAME + 1] != OUTSIDE:
        rows += 1
    while world_W[FRAME + cols + 1] != OUTSIDE:
        cols += 1
    hero = (int(world_W[HERO_ROW]) + 1) * FRAME + int(world_W[HERO_COL]) + 1
    tensor[int(world_W[FACING]), hero] = 1
    for row in range(1, rows + 1):
        for cell in range(row * FRAME + 1, row * FRAME + cols + 1):
            value = int(world_W[cell])
            if value == WALL:
                tensor[_WALL_CHANNEL, cell] = 1
            elif value > 0:
                tensor[_ONE_MARKER - 1 + min(value, MAX_TENSOR_MARKERS), cell] = 1
        tensor[_FRAME_CHANNEL, row * FRAME] = 1
        tensor[_FRAME_CHANNEL, row * FRAME + cols + 1] = 1
    tensor[_FRAME_CHANNEL, : cols + 2] = 1
    tensor[_FRAME_CHANNEL, (rows + 1) * FRAME : (rows + 1) * FRAME + cols + 2] = 1


@njit(cache=True, nogil=True)
def _fill_all(worlds_NW: WorldArray, tensors: npt.NDArray[Any]) -> None:
    for number in range(len(worlds_NW)):
        _fill(worlds_NW[number], tensors[number])


def to_tensor(worlds: WorldArray, *, dtype: npt.DTypeLike = np.bool_) -> npt.NDArray[Any]:
    """Dense tensors of worlds.

    Args:
        worlds: `[..., W]`. A cell with more than ten markers is written as one with ten.
        dtype: of the result, such as `np.float32`.

    Returns:
        `[..., 16, 18, 18]`.
    """
    worlds = np.asarray(worlds, dtype=np.uint8)
    flat_NW = np.ascontiguousarray(worlds.reshape(-1, WORLD_SIZE))
    tensors = np.zeros((len(flat_NW), NUM_CHANNELS, NUM_CELLS), dtype=dtype)
    _fill_all(flat_NW, tensors)
    return tensors.reshape(*worlds.shape[:-1], NUM_CHANNELS, FRAME, FRAME)


def from_tensor(tensor: npt.NDArray[Any]) -> WorldArray:
    """`[W]` the world of one dense tensor `[16, 18, 18]`.

    Raises:
        InputError: it is the tensor of no world.
    """
    planes = np.asarray(tensor).reshape(NUM_CHANNELS, FRAME, FRAME) != 0
    framed_rows = np.flatnonzero(planes[_FRAME_CHANNEL].any(axis=1))
    framed_cols = np.flatnonzero(planes[_FRAME_CHANNEL].any(axis=0))
    rows, cols = (int(framed.max(initial=0)) - 1 for framed in (framed_rows, framed_cols))
    facings = np.argwhere(planes[:_WALL_CHANNEL])
    if not (1 <= rows <= MAX_SIDE and 1 <= cols <= MAX_SIDE) or len(facings) != 1:
        raise InputError("the tensor holds no frame, or not one robot", hint="Is it one of the benchmark?")
    world_W = np.full(WORLD_SIZE, OUTSIDE, dtype=np.uint8)
    cells = world_W[:NUM_CELLS].reshape(FRAME, FRAME)
    markers = planes[_ONE_MARKER:]
    inside = np.where(markers.any(axis=0), markers.argmax(axis=0) + 1, 0)
    inside[planes[_WALL_CHANNEL]] = WALL
    cells[1 : rows + 1, 1 : cols + 1] = inside[1 : rows + 1, 1 : cols + 1]
    facing, row, col = facings[0]
    world_W[NUM_CELLS:] = (row - 1, col - 1, facing, 0)
    # What a world does not hold is lost on the way back, so a second way forth shows it.
    if cells[row, col] >= WALL or not np.array_equal(to_tensor(world_W), planes):
        raise InputError("the tensor is that of no world", hint="Is it one of the benchmark?")
    return world_W


def to_tensor_text(world: World) -> str:
    """The tensor of a world as sparse text, `"343:1.0 1620:1.0 ..."`, in the order of the benchmark's files.

    Raises:
        InputError: a cell with more than ten markers.
    """

    def index(channel: int, row: int, col: int) -> int:
        return channel * NUM_CELLS + (row + 1) * FRAME + col + 1

    hero, rows, cols = world.hero, world.rows, world.cols
    found = [index(hero.facing, hero.row, hero.col)]
    for row, col, count in world.markers:
        if count > MAX_TENSOR_MARKERS:
            raise InputError(
                f"{count} markers at {row}:{col} do not fit in a tensor",
                hint=f"A cell of a tensor holds up to {MAX_TENSOR_MARKERS}.",
            )
        found.append(index(_ONE_MARKER - 1 + count, row, col))
    found += [index(_WALL_CHANNEL, row, col) for row, col in world.walls]
    for row in (-1, rows):
        found += [index(_FRAME_CHANNEL, row, col) for col in range(-1, cols + 1)]
    for col in (-1, cols):
        found += [index(_FRAME_CHANNEL, row, col) for row in range(rows)]
    return " ".join(f"{number}:1.0" for number in found)


def from_tensor_text(text: str, *, where: str | None = None) -> World:
    """The world of a tensor in sparse text.

    Raises:
        InputError: anything wrong with it.
    """
    tensor = np.zeros(NUM_CHANNELS * NUM_CELLS, dtype=np.bool_)
    for word in text.split():
        found = _ENTRY.fullmatch(word)
        if found is None or int(found[1]) >= len(tensor):
            raise InputError(
                f"'{word[:24]}' is no entry of a sparse tensor",
                where,
                f'Write "INDEX:1.0", 0 to {len(tensor) - 1}.',
            )
        tensor[int(found[1])] = True
    try:
        return World.from_array(from_tensor(tensor))
    except InputError as error:
        raise InputError(error.what, where, error.hint) from None
