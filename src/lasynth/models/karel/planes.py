"""Worlds as tensors, cropped to the size that a batch needs.

A world is `[7, H, W]`: planes 0 to 3 the robot facing north, east, south and west, 4 inner walls, 5 cells
outside the grid, 6 the number of markers in each cell. A believed world has probabilities in the planes of
the robot and expected numbers in that of the markers; the rest is certain. `benchmark_planes` turns it into
the 16 planes of the public benchmark, which has a plane for each number of markers.

More than ten markers are shown as ten; the real data never has more. Row 0 is the frame below the bottom
row, so a grid smaller than 16 x 16 leaves its upper and right-hand cells empty, and a batch of small worlds
is cropped to H x W. Readers of planes give the same result for a crop as for the whole 18 x 18.

Shapes: `...` any, H, W sides of the crop; 328 the numbers of a world (`lasynth.domains.karel.world`).
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from lasynth.domains.karel.world import (
    FACING,
    FRAME,
    HERO_COL,
    HERO_ROW,
    NUM_CELLS,
    OUTSIDE,
    WALL,
)

__all__ = [
    "MARKER_PLANE",
    "MOST_MARKERS",
    "NUM_BENCHMARK_PLANES",
    "NUM_PLANES",
    "OUTSIDE_PLANE",
    "ROBOT_PLANES",
    "WALL_PLANE",
    "Planes",
    "benchmark_planes",
    "inside",
    "marker_counts",
    "north_up",
    "robot_place",
    "sides",
    "to_planes",
    "to_worlds",
]

NUM_PLANES: Final = 7
NUM_BENCHMARK_PLANES: Final = 16
MOST_MARKERS: Final = 10
ROBOT_PLANES: Final = slice(0, 4)
WALL_PLANE: Final = 4
OUTSIDE_PLANE: Final = 5
MARKER_PLANE: Final = 6


def sides(worlds_W: Tensor) -> tuple[int, int]:
    """Height and width, the frame included, of the smallest box that holds every world: `[..., 328]`."""
    cells = worlds_W[..., :NUM_CELLS].unflatten(-1, (FRAME, FRAME)) != OUTSIDE
    rows, cols = cells[..., 1].sum(-1), cells[..., 1, :].sum(-1)
    return int(rows.max()) + 2, int(cols.max()) + 2


def inside(worlds_W: Tensor, height: int, width: int) -> Tensor:
    """`[..., H, W]` true for the cells of each grid, walls included: `[..., 328]` worlds."""
    return worlds_W[..., :NUM_CELLS].unflatten(-1, (FRAME, FRAME))[..., :height, :width] != OUTSIDE


def marker_counts(worlds_W: Tensor, height: int, width: int) -> Tensor:
    """`[..., H, W]` markers of each cell, at most `MOST_MARKERS`, 0 for walls and outside: uint8."""
    cells = worlds_W[..., :NUM_CELLS].unflatten(-1, (FRAME, FRAME))[..., :height, :width].to(torch.uint8)
    return torch.where(cells >= WALL, torch.zeros_like(cells), cells.clamp(max=MOST_MARKERS))


def robot_place(worlds_W: Tensor, width: int) -> tuple[Tensor, Tensor]:
    """`[...]` the number of the robot's cell in a crop of this width, and its facing: int64."""
    row, col = worlds_W[..., HERO_ROW].long() + 1, worlds_W[..., HERO_COL].long() + 1
    return row * width + col, worlds_W[..., FACING].long()


def to_planes(worlds_W: Tensor, height: int = FRAME, width: int = FRAME) -> Tensor:
    """Worlds `[..., 328]` of any integer type to planes `[..., 7, H, W]` float32.

    Args:
        worlds_W: the worlds.
        height, width: size of the crop; `sides` gives the size that is needed.
    """
    lead = worlds_W.shape[:-1]
    worlds = worlds_W.reshape(-1, worlds_W.shape[-1])
    cells = worlds[:, :NUM_CELLS].unflatten(-1, (FRAME, FRAME))[:, :height, :width]
    planes = torch.zeros(len(worlds), NUM_PLANES, height, width, device=worlds.device)
    planes[:, WALL_PLANE] = (cells == WALL).float()
    planes[:, OUTSIDE_PLANE] = (cells == OUTSIDE).float()
    planes[:, MARKER_PLANE] = marker_counts(worlds, height, width).float()
    place, facing = robot_place(worlds, width)
    planes.flatten(2)[torch.arange(len(worlds), device=worlds.device), facing, place] = 1.0
    return planes.view(*lead, *planes.shape[1:])


def benchmark_planes(planes: Tensor) -> Tensor:
    """Planes `[..., 7, H, W]` as those of the public benchmark: `[..., 16, H, W]`.

    Plane 5 is the frame around the grid, without the cells beyond it. Planes 6 to 15 are cells with one to
    ten markers. An expected number between two integers contributes to both.
    """
    outside = planes[..., OUTSIDE_PLANE, :, :].reshape(-1, 1, *planes.shape[-2:])
    frame = outside * functional.max_pool2d(1 - outside, 3, stride=1, padding=1)
    border = frame.view(*planes.shape[:-3], 1, *planes.shape[-2:])
    numbers = torch.arange(1.0, MOST_MARKERS + 1, device=planes.device)[:, None, None]
    markers = (1 - (planes[..., MARKER_PLANE:, :, :] - numbers).abs()).relu()
    return torch.cat([planes[..., :OUTSIDE_PLANE, :, :], border, markers], dim=-3)


def to_worlds(planes: Tensor, worlds_W: Tensor) -> Tensor:
    """The likeliest worlds: planes `[..., 7, H, W]` to `[..., 328]` uint8.

    Args:
        planes: certain or believed.
        worlds_W: `[..., 328]` worlds with the same walls; the source of what planes do not contain.
    """
    height, width = planes.shape[-2:]
    counts = planes[..., MARKER_PLANE, :, :].round().to(torch.uint8)
    found = worlds_W.to(torch.uint8, copy=True)
    cells = found[..., :NUM_CELLS].unflatten(-1, (FRAME, FRAME))[..., :height, :width]
    cells.copy_(torch.where(cells >= WALL, cells, counts))
    robot = planes[..., ROBOT_PLANES, :, :].flatten(-3).argmax(-1)
    facing, place = robot // (height * width), robot % (height * width)
    found[..., HERO_ROW] = (place // width - 1).to(torch.uint8)
    found[..., HERO_COL] = (place % width - 1).to(torch.uint8)
    found[..., FACING] = facing.to(torch.uint8)
    return found


def north_up(worlds_W: Tensor, facing: Tensor) -> Tensor:
    """Worlds `[..., 328]` rotated so that the direction `facing` `[...]` becomes north.

    A program does not know where north is, so an example's input and output may be rotated together.
    """
    lead = worlds_W.shape[:-1]
    worlds, turns = worlds_W.reshape(-1, worlds_W.shape[-1]), facing.reshape(-1)
    found = worlds.clone()
    for turn in range(1, 4):
        rows = (turns == turn).nonzero()[:, 0]
        turned = worlds[rows]
        for _ in range(turn):
            turned = _turn_left(turned)
        found[rows] = turned
    return found.view(*lead, -1)


def _turn_left(worlds_NW: Tensor) -> Tensor:
    """Worlds `[N, 328]` rotated left by a quarter turn; the grid stays in the lower left corner."""
    cells = worlds_NW[:, :NUM_CELLS].unflatten(-1, (FRAME, FRAME))
    num_cols = (cells[:, 1] != OUTSIDE).sum(1)[:, None, None]
    num_rows = (cells[:, :, 1] != OUTSIDE).sum(1)[:, None, None]
    row = torch.arange(FRAME, device=cells.device)[:, None].expand(FRAME, FRAME)
    col = row.T
    # East becomes north, north becomes west.
    grid = (row >= 1) & (col >= 1) & (row <= num_cols) & (col <= num_rows)
    from_row = (num_rows + 1 - col).clamp(0, FRAME - 1)
    turned = worlds_NW[:, :NUM_CELLS].gather(1, (from_row * FRAME + row).flatten(1))
    found = worlds_NW.clone()
    found[:, :NUM_CELLS] = torch.where(grid.flatten(1), turned, OUTSIDE)
    found[:, HERO_ROW] = worlds_NW[:, HERO_COL]
    found[:, HERO_COL] = num_rows[:, 0, 0].to(worlds_NW.dtype) - 1 - worlds_NW[:, HERO_ROW]
    found[:, FACING] = (worlds_NW[:, FACING] + 3) % 4
    return found


def _grown(planes: Tensor, height: int, width: int) -> Tensor:
    """Planes `[..., 7, h, w]` with cells outside the grid added: `[..., 7, H, W]`."""
    grown = functional.pad(planes, (0, width - planes.shape[-1], 0, height - planes.shape[-2]))
    grown[..., OUTSIDE_PLANE, planes.shape[-2] :, :] = 1.0
    grown[..., OUTSIDE_PLANE, :, planes.shape[-1] :] = 1.0
    return grown


class Planes(nn.Module):
    """Worlds as beliefs, the counterpart of `ValueEmbedding`: certain worlds have probabilities 0 and 1."""

    def certain(self, worlds_MKW: Tensor) -> Tensor:
        """Worlds `[M, K, 328]` to `[M, K, 7, H, W]`, cropped to the size that they need."""
        return to_planes(worlds_MKW, *sides(worlds_MKW))

    def expresses(self, worlds_MKW: Tensor) -> Tensor:
        """`[M, K]`: every world can be believed."""
        return torch.ones(worlds_MKW.shape[:2], dtype=torch.bool, device=worlds_MKW.device)

    def corrected(self, belief: Tensor, worlds_MKW: Tensor, known_MK: Tensor) -> Tensor:
        """The belief `[M, K, 7, H, W]`, replaced by the known worlds where there are any."""
        certain = to_planes(worlds_MKW, *belief.shape[-2:])
        return torch.where(known_MK[..., None, None, None], certain, belief)

    def joined(self, first: Tensor, second: Tensor) -> Tensor:
        """Two lots of beliefs as one, in planes of a size that holds both."""
        height, width = (max(a, b) for a, b in zip(first.shape[-2:], second.shape[-2:], strict=True))
        return torch.cat([_grown(first, height, width), _grown(second, height, width)])
