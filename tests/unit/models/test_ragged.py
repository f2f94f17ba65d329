"""LSTMs over ragged rows: the same states and gradients as over padded ones."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from lasynth.models.ragged import read_ragged


@pytest.mark.parametrize("pieces", [2, 4, 50])
@pytest.mark.parametrize("lengths", [[5, 9, 1, 9, 2, 3, 7], [4, 4, 4], [1], [6, 1]])
def test_pieces_change_nothing_but_rounding(lengths: list[int], pieces: int) -> None:
    torch.manual_seed(1)
    lstm = nn.LSTM(3, 5, 2, batch_first=True).double()
    lengths_N = torch.tensor(lengths)
    num_steps = max(lengths) + 2  # padded beyond the longest
    start = torch.randn(2, 2, len(lengths), 5, dtype=torch.double)
    inside = torch.arange(num_steps) < lengths_N[:, None]
    read = torch.randn(len(lengths), num_steps, 3, dtype=torch.double)
    found = []
    for number in (1, pieces):
        given = read.clone().requires_grad_()
        begin = start.clone().requires_grad_()
        states = read_ragged(lstm, given, lengths_N, (begin[0], begin[1]), number)
        assert states.shape == (len(lengths), num_steps, 5)
        lstm.zero_grad()
        weights = torch.linspace(-1, 1, 5, dtype=torch.double)
        (states[inside] * weights).sum().backward()  # type: ignore[no-untyped-call]
        gradients = [parameter.grad.clone() for parameter in lstm.parameters() if parameter.grad is not None]
        assert given.grad is not None
        assert begin.grad is not None
        found.append([states[inside].detach(), given.grad, begin.grad, *gradients])
    for expected, computed in zip(*found, strict=True):
        torch.testing.assert_close(computed, expected, rtol=1e-12, atol=1e-12)
