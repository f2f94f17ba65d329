"""LSTMs over sequences of different lengths, without the cost of the padding.

A batch of programs is padded to its longest, about twice the average, and most of a step is the LSTM. Rows
are sorted by length and read in a few pieces of time, each by the rows that are not over.
`pack_padded_sequence` does so token by token: on a CPU no faster than the padding (`benchmarks/ragged.py`).

Shapes: N rows, T tokens, I size of the input, D size of a state.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["PIECES", "read_ragged"]

State = tuple[Tensor, Tensor]

PIECES = 4
"""Pieces of time on a CPU; with more of them products of matrices become small."""


def read_ragged(
    lstm: nn.LSTM, read_NTI: Tensor, lengths_N: Tensor, start: State, pieces: int | None = None
) -> Tensor:
    """The states of a one-directional LSTM along ragged rows.

    Args:
        lstm: with `batch_first`.
        read_NTI: what it reads; padded to the longest row or beyond.
        lengths_N: steps of each row, at least 1.
        start: its state before the first step, `[layers, N, D]` twice.
        pieces: of time; by default `PIECES` on a CPU, and one elsewhere, where short steps cost their launch.

    Returns:
        `[N, T, D]` states after each step, zeros or any other numbers after the end of a row.
    """
    if pieces is None:
        pieces = PIECES if read_NTI.device.type == "cpu" else 1
    if pieces == 1:
        states, _ = lstm(read_NTI, start)
        return states
    num_rows, num_steps = read_NTI.shape[:2]
    lengths, order = lengths_N.sort(descending=True, stable=True)
    read_NTI = read_NTI.index_select(0, order)
    hidden, cell = (part.index_select(1, order) for part in start)
    # The longest row of each share of the rows ends a piece, and the rows before that share go on.
    firsts = [number * num_rows // pieces for number in reversed(range(pieces))]
    ends = sorted({int(lengths[first]) for first in firsts})
    found, begin = [], 0
    for end in ends:
        alive = int((lengths > begin).sum())
        read = read_NTI[:alive, begin:end]
        states, (hidden, cell) = lstm(read, (hidden[:, :alive].contiguous(), cell[:, :alive].contiguous()))
        found.append(functional.pad(states, (0, 0, 0, 0, 0, num_rows - alive)))
        begin = end
    states = functional.pad(torch.cat(found, dim=1), (0, 0, 0, num_steps - begin))
    return states.index_select(0, order.argsort())
