"""Encoders of an example of Karel: the current world and the goal world.

`FrameEncoder` reads both worlds from the robot's point of view: what is near it, what must change and where,
the robot's goal, and the number of steps to the first event in each direction (`frames`). There, layers over
a whole window make sense, because the windows of all examples are aligned. No convolution is needed to find
the robot, which takes most of the effort of a small CNN. `ConvEncoder` is that of Bunel et al. (2018): two
convolutions, residual blocks, one vector.

Both have the same interface: `goals` once per task, then `encoder(planes, goals)` for every current world.

Shapes: M memories (a task at a time of its program), K examples, N = M K, H and W sides of the planes,
A cells of a window, G size of the encoding of a goal, E size of the encoding of a pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from lasynth.domains.karel.world import FRAME, NUM_CELLS, WALL
from lasynth.models.karel.frames import AREA, NUM_EVENTS, RAY_PLACES, STEPS, Frame, events, near
from lasynth.models.karel.planes import (
    MARKER_PLANE,
    NUM_BENCHMARK_PLANES,
    ROBOT_PLANES,
    benchmark_planes,
    inside,
    marker_counts,
    robot_place,
    to_planes,
)

__all__ = ["ConvEncoder", "FrameEncoder", "Goals", "WorldEncoder", "certain", "likeliest_robot"]

_RAYS: Final = 4 * NUM_EVENTS * STEPS
_NOTICED: Final = 0.05  # smaller probabilities of a change are ignored outside the near window


@dataclass(frozen=True, slots=True)
class Goals:
    """The goal worlds of some tasks.

    Attributes:
        worlds_MKW: `[M, K, 328]`.
        view_MKG: their encodings.
    """

    worlds_MKW: Tensor
    view_MKG: Tensor

    def rows(self, index_M: Tensor) -> Goals:
        """The goals of tasks `index_M`, which may be repeated."""
        return Goals(self.worlds_MKW.index_select(0, index_M), self.view_MKG.index_select(0, index_M))

    def join(self, other: Goals) -> Goals:
        """These goals, then others."""
        return Goals(
            torch.cat([self.worlds_MKW, other.worlds_MKW]), torch.cat([self.view_MKG, other.view_MKG])
        )


class WorldEncoder(Protocol):
    """Encodes pairs of worlds.

    Attributes:
        goal_size, size: G and E.
    """

    goal_size: int
    size: int

    def goals(self, outputs_MKW: Tensor, height: int, width: int) -> Goals:
        """Encode goal worlds `[M, K, 328]` alone, in planes of H x W."""

    def __call__(self, planes: Tensor, goals: Goals) -> Tensor:
        """Worlds `[M, K, 7, H, W]`, certain or believed, and goals: `[M, K, E]`."""


def likeliest_robot(planes_N: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Cell, facing and probability of the likeliest robot in each world: `[N, 7, H, W]` to three `[N]`."""
    robot = planes_N[:, ROBOT_PLANES].flatten(1)
    chance, index = robot.max(1)
    num_cells = planes_N.shape[-1] * planes_N.shape[-2]
    return index % num_cells, index // num_cells, chance


class FrameEncoder(nn.Module):
    """A pair of worlds from the robot's point of view.

    The frame is that of the likeliest robot. No gradient flows through its position, only through its
    probability and through the markers.

    Args:
        hidden: size of the first layer.
        size: of the result, E.
    """

    near: Tensor

    def __init__(self, hidden: int, size: int) -> None:
        super().__init__()
        self.register_buffer("near", near(), persistent=False)
        num_near = len(self.near)
        self.goal_size = hidden
        self.size = size
        self.goal_near = nn.Linear(3 * num_near, hidden)
        self.goal_rays = nn.Linear(_RAYS, hidden, bias=False)
        self.close = nn.Linear(6 * num_near, hidden)
        self.far = nn.EmbeddingBag(2 * AREA, hidden, mode="sum")
        self.rays = nn.Linear(_RAYS, hidden, bias=False)
        self.wanted = nn.Embedding(4 * AREA, hidden)
        self.meets = nn.Linear(4 * NUM_EVENTS + 1, hidden, bias=False)
        self.layers = nn.Sequential(
            nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, size), nn.ReLU()
        )
        # Initially the model should see what must change; where loops may end matters later.
        with torch.no_grad():
            for layer in (self.wanted, self.far, self.rays, self.goal_rays, self.goal_near):
                layer.weight.mul_(0.1)

    def goals(self, outputs_MKW: Tensor, height: int, width: int) -> Goals:
        """See `WorldEncoder`."""
        blocked, counts, frame = certain(outputs_MKW.flatten(0, 1), height, width)
        cells = torch.stack([blocked.float(), counts.clamp(max=1.0), counts / 4], dim=1)
        rays = events(frame, blocked, counts > 0)
        view = self.goal_near(frame.window(cells, self.near).flatten(1)) + self.goal_rays(rays.flatten(1))
        return Goals(outputs_MKW, view.unflatten(0, outputs_MKW.shape[:2]))

    def forward(self, planes: Tensor, goals: Goals) -> Tensor:
        """See `WorldEncoder`."""
        rows, (height, width) = planes.shape[:2], planes.shape[-2:]
        planes_N = planes.flatten(0, 1)
        blocked, wanted, goal = certain(goals.worlds_MKW.flatten(0, 1), height, width)
        place, facing, chance = likeliest_robot(planes_N)
        frame = Frame.of(place, facing, height, width)
        counts = planes_N[:, MARKER_PLANE].flatten(1)
        missing = wanted - counts
        too_few, too_many = missing.clamp(0.0, 1.0), (-missing).clamp(0.0, 1.0)
        cells = [blocked.float(), counts.clamp(max=1.0), too_few, too_many, missing / 3, counts / 4]
        rays = events(frame, blocked, counts.detach() > 0.5)
        there = frame.place_of(goal)
        found = self.close(frame.window(torch.stack(cells, dim=1), self.near).flatten(1))
        found = found + self._far(torch.cat([too_few, too_many], dim=1), frame)
        found = found + self.wanted(there * 4 + frame.turn_of(goal)) + goals.view_MKG.flatten(0, 1)
        found = found + self.rays(rays.flatten(1))
        found = found + self.meets(torch.cat([_meets(rays, there), chance[:, None]], dim=1))
        encoded: Tensor = self.layers(found)
        return encoded.unflatten(0, rows)

    def _far(self, off: Tensor, frame: Frame) -> Tensor:
        """All cells that must change, near or far; they are few, so only they are looked up: `[N, hidden]`.

        Args:
            off: `[N, 2 H W]` probabilities that there must be more markers, then fewer.
            frame: the robots' frames.
        """
        row, cell = (off.detach() > _NOTICED).nonzero(as_tuple=True)
        half = off.shape[1] // 2
        place = frame.places()[row, cell % half] + AREA * (cell // half)
        first = torch.bincount(row, minlength=len(off)).cumsum(0)
        bags = torch.cat([first.new_zeros(1), first[:-1]])
        found: Tensor = self.far(place, bags, per_sample_weights=off[row, cell])
        return found


def certain(worlds_NW: Tensor, height: int, width: int) -> tuple[Tensor, Tensor, Frame]:
    """The blocked cells and markers of certain worlds, `[N, H W]` each, and the robots' frames."""
    cells = worlds_NW[:, :NUM_CELLS].unflatten(1, (FRAME, FRAME))[:, :height, :width]
    counts = marker_counts(worlds_NW, height, width).float()
    frame = Frame.of(*robot_place(worlds_NW, width), height, width)
    return (cells >= WALL).flatten(1), counts.flatten(1), frame


def _meets(rays: Tensor, there_N: Tensor) -> Tensor:
    """The events that happen at the robot's goal: `[N, 4, NUM_EVENTS, STEPS]` to `[N, 4 NUM_EVENTS]`."""
    on_ray = RAY_PLACES.to(there_N.device) == there_N[:, None, None]
    return (rays * on_ray[:, :, None]).sum(-1).flatten(1)


class ConvEncoder(nn.Module):
    """The CNN of Bunel et al. (2018, appendix C): one vector for a pair of grids.

    A convolution for each of the two grids, residual blocks on both together, then one linear layer over
    all cells. Cells outside the grid are kept at zero, so that a crop gives the same result as the whole.

    Args:
        channels: channels of each convolution; twice as many for the two grids together (32 in the paper).
        blocks: number of residual blocks of three convolutions each (2 in the paper).
        size: size of the result, E (512 in the paper).
    """

    def __init__(self, channels: int, blocks: int, size: int) -> None:
        super().__init__()
        self.goal_size = 0
        self.size = size
        self.current = nn.Conv2d(NUM_BENCHMARK_PLANES, channels, 3, padding=1)
        self.wanted = nn.Conv2d(NUM_BENCHMARK_PLANES, channels, 3, padding=1)
        self.blocks = nn.ModuleList(
            nn.ModuleList(nn.Conv2d(2 * channels, 2 * channels, 3, padding=1) for _ in range(3))
            for _ in range(blocks)
        )
        self.linear = nn.Linear(2 * channels * FRAME * FRAME, size)

    def goals(self, outputs_MKW: Tensor, height: int, width: int) -> Goals:
        """See `WorldEncoder`."""
        return Goals(outputs_MKW, torch.zeros(*outputs_MKW.shape[:2], 0, device=outputs_MKW.device))

    def forward(self, planes: Tensor, goals: Goals) -> Tensor:
        """See `WorldEncoder`."""
        rows, (height, width) = planes.shape[:2], planes.shape[-2:]
        worlds = goals.worlds_MKW.flatten(0, 1)
        grid = inside(worlds, height, width)[:, None].float()
        wanted = benchmark_planes(to_planes(worlds, height, width))
        both = [self.current(benchmark_planes(planes.flatten(0, 1))), self.wanted(wanted)]
        cells = torch.cat(both, dim=1).relu() * grid
        for block in self.blocks:
            assert isinstance(block, nn.ModuleList)
            found = cells
            for number, layer in enumerate(block):
                found = layer(found) * grid
                if number < len(block) - 1:
                    found = found.relu()
            cells = (cells + found).relu()
        weight = self.linear.weight.unflatten(1, (-1, FRAME, FRAME))[..., :height, :width].flatten(1)
        encoded = functional.linear(cells.flatten(1), weight, self.linear.bias)
        return encoded.unflatten(0, rows)
