"""The latent executor of Karel (section 3.2, Eq. 4): predicts a believed world after a statement has run.

Most of a world stays unchanged, so the executor predicts the changes: where the robot goes and how it turns,
relative to its position, and which cells get more markers, fewer or none. Initially it predicts no change.
Walls and the frame are copied.

Loops end where an event happens (a wall, the last marker of a row), so an event can name a place: the
decoder's state selects an event (`frames.events`), and the world determines where it is.

Shapes: M rows, K examples, N = M K, H and W sides of the planes, A cells of a window, D decoder state.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from lasynth.models.karel.encoder import likeliest_robot
from lasynth.models.karel.frames import AREA, CENTRE, NUM_EVENTS, RAY_PLACES, STEPS, Frame, events, near
from lasynth.models.karel.planes import MARKER_PLANE, MOST_MARKERS, OUTSIDE_PLANE, WALL_PLANE, Planes

__all__ = ["ChangeExecutor"]

# Changes of a cell: more markers, fewer, none. Keeping them is the fourth choice; it has a bias at first.
_CHANGES: Final = 3
_KEEP: Final = 5.0
_NUM_HINTS: Final = 6
_BLOCKED: Final = -30.0  # log-odds of a place where no robot can be


class ChangeExecutor(nn.Module):
    """One step of latent execution.

    Args:
        decoder_size: size of the decoder's state, D.
        hidden: size of the layers.
        maps: number of learned maps of the near window, from which changes of markers are composed.
    """

    near: Tensor
    number: Tensor

    def __init__(self, decoder_size: int, hidden: int, maps: int = 24) -> None:
        super().__init__()
        self.register_buffer("near", near(), persistent=False)
        self.close = nn.Linear(3 * len(self.near), hidden, bias=False)
        self.rays = nn.Linear(4 * NUM_EVENTS * STEPS, hidden, bias=False)
        self.state = nn.Linear(decoder_size, hidden)
        self.layer = nn.Linear(hidden, hidden)
        self.place = nn.Linear(hidden, AREA)
        self.event = nn.Linear(2 * hidden, 4 * NUM_EVENTS)
        self.turn = nn.Linear(hidden, 4)
        # Far cells change only if the robot passes or reaches them; one more column, all 0, stands for them.
        number = torch.full((AREA,), len(self.near))
        number[self.near] = torch.arange(len(self.near))
        self.register_buffer("number", number, persistent=False)
        self.maps = nn.Parameter(0.1 * torch.randn(maps, len(self.near)))
        self.mix = nn.Linear(hidden, _CHANGES * maps)
        self.weigh = nn.Linear(2 * hidden, _CHANGES * _NUM_HINTS)
        self.amount = nn.Linear(hidden, 2 * MOST_MARKERS)
        with torch.no_grad():
            self.place.bias[CENTRE] += 4.0
            self.turn.bias[0] += 2.0
            for layer in (self.place, self.event, self.turn, self.mix, self.weigh):
                layer.weight.mul_(0.3)

    def told(self, state_MD: Tensor) -> Tensor:
        """See `Executor`; what the statement is, `[M, hidden]`."""
        told: Tensor = self.state(state_MD)
        return told

    def forward(self, belief: Tensor, told_MD: Tensor, values: Planes) -> Tensor:
        """See `Executor`: to `[M, K, 7, H, W]`."""
        rows, (height, width) = belief.shape[:2], belief.shape[-2:]
        planes_N = belief.flatten(0, 1)
        walls = planes_N[:, WALL_PLANE : OUTSIDE_PLANE + 1].flatten(2)
        blocked = walls.sum(1)
        counts = planes_N[:, MARKER_PLANE].flatten(1)
        some = counts.clamp(max=1.0)
        place, facing, _ = likeliest_robot(planes_N)
        frame = Frame.of(place, facing, height, width)
        rays = events(frame, blocked > 0.5, counts.detach() > 0.5)
        cells = frame.window(torch.stack([blocked, some, counts / 4], dim=1), self.near)
        state = told_MD.repeat_interleave(rows[1], dim=0)
        first = (self.close(cells.flatten(1)) + self.rays(rays.flatten(1)) + state).relu()
        hidden = first + self.layer(first).relu()
        both = torch.cat([hidden, state.relu()], dim=1)

        there = frame.places()
        robot = self._arrives(hidden, both, rays, there, blocked)
        compass = (torch.arange(4, device=facing.device) - facing[:, None]) % 4
        turns = self.turn(hidden).softmax(-1).gather(1, compass)
        hints = _hints(some, robot, place, _passed(robot, frame))
        changes = self._changes(hidden, both, hints, there) * (1 - blocked)[:, None]
        markers = self._markers(self.amount(hidden), counts, changes)
        found = torch.cat([turns[:, :, None] * robot[:, None], walls, markers[:, None]], dim=1)
        return found.unflatten(2, (height, width)).unflatten(0, rows)

    def _arrives(self, hidden: Tensor, both: Tensor, rays: Tensor, there: Tensor, blocked: Tensor) -> Tensor:
        """The probability that each cell is the robot's next one: `[N, H W]`."""
        chosen = self.event(both).unflatten(1, (4, 1, NUM_EVENTS))
        named = (chosen @ rays).flatten(1)  # [N, 4 STEPS]
        scores = self.place(hidden).index_add(1, RAY_PLACES.to(rays.device).flatten(), named)
        return scores.gather(1, there).masked_fill(blocked > 0.5, _BLOCKED).softmax(-1)

    def _changes(self, hidden: Tensor, both: Tensor, hints: Tensor, there: Tensor) -> Tensor:
        """Probabilities that a cell gets more markers, fewer, none: `[N, 3, H W]`."""
        mixed = self.mix(hidden).unflatten(1, (_CHANGES, -1)) @ functional.pad(self.maps, (0, 1))
        scores = mixed.gather(2, self.number[there][:, None].expand(-1, _CHANGES, -1))
        scores = scores + self.weigh(both).unflatten(1, (_CHANGES, _NUM_HINTS)) @ hints
        kept = torch.full_like(scores[:, :1], _KEEP)
        return torch.cat([kept, scores], dim=1).softmax(1)[:, 1:]

    def _markers(self, amount: Tensor, counts: Tensor, changes: Tensor) -> Tensor:
        """Expected markers after the changes: `[N, H W]`."""
        chances = amount.unflatten(1, (2, MOST_MARKERS)).softmax(-1)
        numbers = torch.arange(1.0, MOST_MARKERS + 1, device=counts.device)
        more, fewer = (chances @ numbers).unbind(1)
        up, down, gone = changes.unbind(1)
        risen = (counts + more[:, None]).clamp(max=float(MOST_MARKERS))
        fallen = (counts - fewer[:, None]).relu()
        return counts + up * (risen - counts) + down * (fallen - counts) - gone * counts


def _passed(robot: Tensor, frame: Frame) -> Tensor:
    """The probability that the robot passes a cell on a straight path without ending there: `[N, H W]`."""
    cells = frame.cells(RAY_PLACES.to(robot.device).flatten())
    on_rays = robot.gather(1, cells).unflatten(1, (4, STEPS))
    beyond = on_rays @ torch.ones(STEPS, STEPS, device=robot.device).tril(-1)
    return torch.zeros_like(robot).scatter_add(1, cells, beyond.flatten(1))


def _hints(some: Tensor, robot: Tensor, place_N: Tensor, passed: Tensor) -> Tensor:
    """Features of a cell's role in the statement: `[N, 6, H W]`.

    Whether it has markers; whether the robot begins there, ends there, passes; whether it has markers and
    the robot ends there, or passes.
    """
    begins = torch.zeros_like(some).scatter(1, place_N[:, None], 1.0)
    return torch.stack([some, begins, robot, passed, some * robot, some * passed], dim=1)
