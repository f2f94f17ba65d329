"""The input of both stages of Shin et al. (2018) at every step of a trace: the current world alone.

Shapes: N worlds, Q worlds along traces, W numbers of a world, A actions, S steps of a trace (its actions, and
the end), H and W sides of planes, G size of an encoded world.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from lasynth.domains.karel.steps import ASKED, LEAP, ask, unroll
from lasynth.domains.karel.world import FRAME, NUM_CELLS
from lasynth.models.karel.encoder import certain
from lasynth.models.karel.frames import NUM_EVENTS, STEPS, events, near
from lasynth.models.karel.planes import (
    NUM_BENCHMARK_PLANES,
    benchmark_planes,
    inside,
    sides,
    to_planes,
)

__all__ = ["END", "NUM_ACTIONS", "START", "ConvWorld", "FrameWorld", "Steps", "WorldReader"]

# The vocabulary of traces: actions have the numbers of the machine.
END: Final = LEAP + 1
START: Final = LEAP + 2
NUM_ACTIONS: Final = LEAP + 3


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of the traces of N examples.

    Attributes:
        lengths_N: number of steps of each, the end included.
        actions_NS: the action at each step; `END` at the last step and after it.
        worlds_Q: `[Q, W]` the world at each step, example after example.
        inside_NS: true up to the end of each trace.
    """

    lengths_N: Tensor
    actions_NS: Tensor
    worlds_Q: Tensor
    inside_NS: Tensor

    @classmethod
    def of(cls, inputs_NW: Tensor, outputs_NW: Tensor, actions_NA: Tensor) -> Steps:
        """The steps of traces.

        Args:
            inputs_NW, outputs_NW: the examples.
            actions_NA: actions by number, or `LEAP`; -1 after the last.
        """
        device = inputs_NW.device
        counts_N = (actions_NA >= 0).sum(1)
        most = int(counts_N.max()) if len(counts_N) else 0
        worlds = unroll(
            inputs_NW.cpu().numpy().astype(np.uint8),
            outputs_NW.cpu().numpy().astype(np.uint8),
            actions_NA.cpu().numpy().astype(np.int64),
            counts_N.cpu().numpy(),
        )
        actions_NS = functional.pad(actions_NA[:, :most].long(), (0, 1), value=-1)
        actions_NS = torch.where(actions_NS < 0, END, actions_NS)
        inside = torch.arange(most + 1, device=device) <= counts_N[:, None]
        return cls(counts_N + 1, actions_NS, torch.from_numpy(worlds).to(device), inside)

    def pad(self, packed_Q: Tensor) -> Tensor:
        """`[Q, ...]` to `[N, S, ...]`, zeros after the end of each trace."""
        padded = packed_Q.new_zeros((*self.inside_NS.shape, *packed_Q.shape[1:]))
        padded[self.inside_NS] = packed_Q
        return padded

    def states(self, lstm: nn.LSTM, read_NS: Tensor) -> Tensor:
        """The states of an LSTM that reads `[N, S, ...]`, zeros after the end of each trace."""
        packed = pack_padded_sequence(read_NS, self.lengths_N.cpu(), batch_first=True, enforce_sorted=False)
        num_steps = self.inside_NS.shape[1]
        states, _ = pad_packed_sequence(lstm(packed)[0], batch_first=True, total_length=num_steps)
        return states


class FrameWorld(nn.Module):
    """A world from the robot's point of view: what is near it, and where events happen first.

    Args:
        size: size of the result, G.
    """

    near: Tensor

    def __init__(self, size: int) -> None:
        super().__init__()
        self.register_buffer("near", near(), persistent=False)
        self.close = nn.Linear(3 * len(self.near), size)
        self.rays = nn.Linear(4 * NUM_EVENTS * STEPS, size, bias=False)
        self.layer = nn.Linear(size, size)

    def forward(self, worlds_NW: Tensor) -> Tensor:
        """`[N, G]`."""
        blocked, counts, frame = certain(worlds_NW, *sides(worlds_NW))
        planes = torch.stack([blocked.float(), counts.clamp(max=1.0), counts / 4], dim=1)
        close = self.close(frame.window(planes, self.near).flatten(1))
        happens = events(frame, blocked, counts > 0)
        encoded: Tensor = self.layer((close + self.rays(happens.flatten(1))).relu())
        return encoded.relu()


class ConvWorld(nn.Module):
    """A convolution, residual blocks of two each, and one linear layer over all cells, as in the release.

    The release uses batch normalisation, which makes a world's encoding depend on the others; here nothing is
    normalised.

    Args:
        channels: channels of each convolution (64 in the release).
        blocks: number of residual blocks (3 in the release).
        size: size of the result, G (256 in the release).
    """

    def __init__(self, channels: int, blocks: int, size: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(NUM_BENCHMARK_PLANES, channels, 3, padding=1)
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(channels, channels, 3, padding=1),
                nn.ReLU(),
                nn.Conv2d(channels, channels, 3, padding=1),
            )
            for _ in range(blocks)
        )
        self.linear = nn.Linear(channels * NUM_CELLS, size)

    def forward(self, worlds_NW: Tensor) -> Tensor:
        """`[N, G]`."""
        grid = inside(worlds_NW, FRAME, FRAME)[:, None].float()
        cells = self.first(benchmark_planes(to_planes(worlds_NW))).relu() * grid
        for block in self.blocks:
            cells = (cells + block(cells) * grid).relu()
        encoded: Tensor = self.linear(cells.flatten(1))
        return encoded


class WorldReader(nn.Module):
    """A world and the values of the four conditions in it.

    Args:
        worlds: encodes worlds.
        size: size of an encoded world, and of all conditions together, G; a multiple of 4.
    """

    def __init__(self, worlds: FrameWorld | ConvWorld, size: int) -> None:
        super().__init__()
        self.worlds = worlds
        self.answers = nn.Embedding(2 * ASKED, size // ASKED)
        self.size = 2 * size

    def forward(self, worlds_NW: Tensor) -> Tensor:
        """`[N, 2 G]`."""
        asked = torch.from_numpy(ask(worlds_NW.cpu().numpy().astype(np.uint8))).to(worlds_NW.device)
        index = asked.long() + 2 * torch.arange(ASKED, device=worlds_NW.device)
        return torch.cat([self.worlds(worlds_NW), self.answers(index).flatten(1)], dim=1)
