"""Layers over the cells of lists of different lengths, in which no cell depends on the padding.

Shapes: M rows, K examples, N cells, E embedding, H hidden.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from lasynth.models.numbers.evidence import shifted

__all__ = ["CellLSTM", "Neighbours", "pooled"]


class CellLSTM(nn.Module):
    """A bidirectional LSTM, each of whose directions begins at a list's own end.

    Args:
        size: size of a cell's embedding, E.
        hidden: size of a cell's state, H: half of it for each direction.
    """

    def __init__(self, size: int, hidden: int) -> None:
        super().__init__()
        self.forth = nn.LSTM(size, hidden // 2, batch_first=True)
        self.back = nn.LSTM(size, hidden // 2, batch_first=True)

    def forward(self, list_MKNE: Tensor, length_MK: Tensor, start_M: Tensor) -> Tensor:
        """`[M, K, N, E]` to states `[M, K, N, H]`; `start_M` is `[M, 2 H]`, the same for all examples."""
        rows, (num_cells, size) = list_MKNE.shape[:2], list_MKNE.shape[2:]
        start = start_M.unflatten(-1, (4, -1)).repeat_interleave(rows[1], dim=0).transpose(0, 1).contiguous()
        place = torch.arange(num_cells, device=list_MKNE.device)
        last = length_MK.flatten()[:, None] - 1
        # The cells of each list backwards; its own inverse.
        mirrored = torch.where(place <= last, last - place, place)[..., None]
        cells = list_MKNE.flatten(0, 1)
        forth, _ = self.forth(cells, (start[0:1], start[1:2]))
        turned = cells.gather(1, mirrored.expand(-1, -1, size))
        back, _ = self.back(turned, (start[2:3], start[3:4]))
        back = back.gather(1, mirrored.expand(-1, -1, back.shape[-1]))
        return torch.cat([forth, back], dim=-1).unflatten(0, rows)


class Neighbours(nn.Module):
    """One layer over each cell and its two neighbours.

    Args:
        size: size of a cell.
        hidden: size of a cell's state, H.
    """

    def __init__(self, size: int, hidden: int) -> None:
        super().__init__()
        self.layer = nn.Linear(3 * size, hidden)

    def forward(self, cells_MKN: Tensor, there_MKN: Tensor) -> Tensor:
        """`[..., N, size]` to `[..., N, H]`; 0 where `there` is 0."""
        there = there_MKN[..., None]
        cells = cells_MKN * there
        around = torch.cat([shifted(cells, -1, -2), cells, shifted(cells, 1, -2)], dim=-1)
        return functional.relu(self.layer(around)) * there


def pooled(entries_BKN: Tensor, there_BKN: Tensor) -> Tensor:
    """Mean and maximum over the entries that there are, then over the examples: `[B, 4 H]`."""
    there = there_BKN[..., None].to(entries_BKN.dtype)
    mean = (entries_BKN * there).sum(2) / there.sum(2).clamp_min(1.0)
    most = (entries_BKN * there - 1e4 * (1 - there)).amax(2)
    most = torch.where(there.amax(2) > 0, most, 0.0)
    both = torch.cat([mean, most], dim=-1)
    return torch.cat([both.mean(1), both.amax(1)], dim=-1)
