"""Worlds from the robot's point of view: windows centred on it and rotated so that it faces north.

A program acts relative to the robot, independent of the compass, so two examples of one program look alike
from there. A window covers every cell of a grid from every position. Cells outside the grid read as the lower
left corner of the frame, which is blocked.

For the four directions from the robot, `events` gives the number of steps to the first event of each kind:
the way is blocked, the cell to the left is clear or blocked, there is a marker or none... Loops end at such
places.

Shapes: N worlds, A cells of a window, H and W sides of the planes, F features.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from lasynth.domains.karel.world import MAX_SIDE

__all__ = ["AREA", "CENTRE", "NEAR", "NUM_EVENTS", "RAY_PLACES", "SIDE", "STEPS", "Frame", "events", "near"]

RADIUS: Final = MAX_SIDE - 1
SIDE: Final = 2 * RADIUS + 1
AREA: Final = SIDE * SIDE
CENTRE: Final = RADIUS * SIDE + RADIUS
STEPS: Final = RADIUS + 1  # places of a ray, beginning with the robot's own
# Blocked ahead; blocked, clear to the left; blocked, clear to the right; a marker, no marker.
NUM_EVENTS: Final = 7
# Ahead, to the right, back, to the left: steps ahead and to the right.
_UNITS: Final = ((1, 0), (0, 1), (-1, 0), (0, -1))


def _place(ahead: int, right: int) -> int:
    return (ahead + RADIUS) * SIDE + right + RADIUS


def _ray(direction: int, turn: int) -> list[int]:
    """Cells next to the places of a ray, `turn` quarter turns to the right of its direction."""
    ahead, right = _UNITS[direction]
    beside = _UNITS[(direction + turn) % 4]
    return [_place(step * ahead + beside[0], step * right + beside[1]) for step in range(RADIUS)]


_AHEADS: Final = torch.arange(-RADIUS, RADIUS + 1)[:, None].expand(SIDE, SIDE).flatten()
_RIGHTS: Final = torch.arange(-RADIUS, RADIUS + 1).repeat(SIDE)
# Steps north and east to each cell of a window, by the robot's facing; int16 is faster.
_NORTH: Final = torch.stack([_AHEADS, -_RIGHTS, -_AHEADS, _RIGHTS]).to(torch.int16)
_EAST: Final = torch.stack([_RIGHTS, _AHEADS, -_RIGHTS, -_AHEADS]).to(torch.int16)
# `[4, STEPS]` the places of the rays.
RAY_PLACES: Final = torch.tensor(
    [[_place(step * ahead, step * right) for step in range(STEPS)] for ahead, right in _UNITS]
)
# `[2, 4, RADIUS]` the places to the left and to the right of these, without the last one.
_BESIDE: Final = torch.tensor([[_ray(direction, turn) for direction in range(4)] for turn in (3, 1)])
NEAR: Final = 5


def near(radius: int = NEAR) -> Tensor:
    """Cells of a window that are at most `radius` rows and columns away."""
    return ((_AHEADS.abs() <= radius) & (_RIGHTS.abs() <= radius)).nonzero()[:, 0]


# The change of a place of the window for a step north and a step east, by the robot's facing.
_STEP_NORTH: Final = torch.tensor([SIDE, -1, -SIDE, 1])
_STEP_EAST: Final = torch.tensor([1, SIDE, -1, -SIDE])


@dataclass(frozen=True, slots=True)
class Frame:
    """The positions and facings of robots, which map cells to places of the window.

    Attributes:
        row_N, col_N, facing_N: the robots, in the planes.
        height, width: size of the planes.
    """

    row_N: Tensor
    col_N: Tensor
    facing_N: Tensor
    height: int
    width: int

    @classmethod
    def of(cls, place_N: Tensor, facing_N: Tensor, height: int, width: int) -> Frame:
        """The frames of robots in cells `place_N` of planes `[H, W]`."""
        return cls(place_N // width, place_N % width, facing_N, height, width)

    def cells(self, places_S: Tensor) -> Tensor:
        """`[N, S]` the cells of the worlds at places of the window; 0, the corner, for places outside."""
        north, east = _NORTH.to(places_S.device)[:, places_S], _EAST.to(places_S.device)[:, places_S]
        rows = self.row_N[:, None].to(torch.int16) + north[self.facing_N]
        cols = self.col_N[:, None].to(torch.int16) + east[self.facing_N]
        there = (rows.clamp(0, self.height - 1) == rows) & (cols.clamp(0, self.width - 1) == cols)
        return ((rows * self.width + cols) * there).long()

    def window(self, features_NF: Tensor, places_S: Tensor) -> Tensor:
        """Features of cells `[N, F, H W]` at places of the window, `[N, F, S]`."""
        index = self.cells(places_S)[:, None].expand(-1, features_NF.shape[1], -1)
        return features_NF.gather(2, index)

    def places(self) -> Tensor:
        """`[N, H W]` the place of each cell in the window; cells of the world's frame may be outside."""
        cell = torch.arange(self.height * self.width, device=self.row_N.device)
        north, east = _STEP_NORTH.to(cell.device)[:, None], _STEP_EAST.to(cell.device)[:, None]
        steps = north * (cell // self.width) + east * (cell % self.width)
        start = _STEP_NORTH.to(cell.device)[self.facing_N] * self.row_N
        start = CENTRE - start - _STEP_EAST.to(cell.device)[self.facing_N] * self.col_N
        return (steps[self.facing_N] + start[:, None]).clamp(0, AREA - 1)

    def place_of(self, other: Frame) -> Tensor:
        """`[N]` the places of other robots in the window.

        A robot that is wrongly believed to be on the frame may be too far from others; then the result is not
        their place, but still a valid place of the window.
        """
        device = self.row_N.device
        north, east = _STEP_NORTH.to(device)[self.facing_N], _STEP_EAST.to(device)[self.facing_N]
        steps = north * (other.row_N - self.row_N) + east * (other.col_N - self.col_N)
        return (steps + CENTRE).clamp(0, AREA - 1)

    def turn_of(self, other: Frame) -> Tensor:
        """`[N]` by how many quarter turns to the right other robots are rotated."""
        return (other.facing_N - self.facing_N) % 4


@torch.no_grad()
def events(frame: Frame, blocked: Tensor, marked: Tensor) -> Tensor:
    """The first place of each event on each ray, as far as the way is clear.

    Args:
        frame: the robots' frames.
        blocked, marked: `[N, H W]` bool: walls and the outside; cells with markers.

    Returns:
        `[N, 4, NUM_EVENTS, STEPS]` float32, 1 where it happens, at most once along each ray.
    """
    device = blocked.device
    # The places of the rays from one step on are also the cells ahead of the previous places.
    beside = torch.cat([RAY_PLACES[:, 1:].flatten(), _BESIDE.flatten()]).to(device)
    walls = blocked.gather(1, frame.cells(beside)).unflatten(1, (3, 4, RADIUS))
    ahead, left, right = functional.pad(walls, (0, 1), value=True).unbind(1)
    markers = marked.gather(1, frame.cells(RAY_PLACES.to(device).flatten())).unflatten(1, (4, STEPS))
    happens = torch.stack([ahead, left, ~left, right, ~right, markers, ~markers], dim=2).float()
    # Count earlier events with one product; a place is reached if nothing blocks the way before it.
    before = happens @ torch.ones(STEPS, STEPS, device=device).triu(1)
    return happens * ((before + before[:, :, :1]) == 0)
