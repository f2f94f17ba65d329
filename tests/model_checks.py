"""Checks for every model that writes programs: its two paths are equal, rows of a search are independent."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def assert_incremental_equals(fused_BTV: Tensor, model: Any, given: tuple[Tensor, ...]) -> None:
    """The incremental path gives the same logits as the fused one at every position of every program.

    Args:
        fused_BTV: logits of the fused path.
        model: the model; its programs begin with `bos`.
        given: tokens, lengths, inputs and outputs.
    """
    tokens, lengths, inputs, outputs = given
    state = model.start(inputs, outputs)
    token = torch.full((len(tokens),), model.bos)
    for position in range(tokens.shape[1]):
        logits, state = model.step(state, token)
        live = lengths > position
        torch.testing.assert_close(logits[live], fused_BTV[live, position], rtol=1e-4, atol=1e-5)
        token = tokens[:, position]


def assert_rows_can_be_reordered(model: Any, given: tuple[Tensor, ...], *, after: int) -> None:
    """Rows selected after `after` tokens, one of them twice, continue as without the selection."""
    tokens, _, inputs, outputs = given
    parents = torch.tensor([2, 2, 0])
    state = model.start(inputs, outputs)
    token = torch.full((len(tokens),), model.bos)
    for position in range(after):
        _, state = model.step(state, token)
        token = tokens[:, position]
    expected, _ = model.step(state, token)
    logits, _ = model.step(state.select(parents), token[parents])
    torch.testing.assert_close(logits, expected[parents], rtol=1e-4, atol=1e-5)


def assert_rows_can_join(model: Any, given: tuple[Tensor, ...], *, after: int) -> None:
    """Rows that are joined with rows of other lengths continue as alone.

    The first half of the tasks is ahead of the second by `after` tokens. Then the first half leaves, and
    begins anew beside the second.
    """
    tokens, _, inputs, outputs = given
    count, half = len(tokens), len(tokens) // 2
    alone = _logits(model, given)
    read = torch.cat([torch.full((count, 1), model.bos), tokens], dim=1)
    ahead, behind, later = (model.start(inputs[rows], outputs[rows]) for rows in _halves(count))
    for position in range(after):
        _, ahead = model.step(ahead, read[:half, position])
    state = ahead.join(behind)
    rows = torch.arange(count)
    place = torch.where(rows < half, after, 0)
    for _ in range(2):
        for _ in range(after):
            logits, state = model.step(state, read[rows, place.clamp(max=read.shape[1] - 1)])
            inside = place < tokens.shape[1]
            expected = alone[rows[inside], place[inside]]
            torch.testing.assert_close(logits[inside], expected, rtol=1e-4, atol=1e-5)
            place = place + 1
        state = state.select(torch.arange(half, count)).join(later)
        rows = torch.cat([torch.arange(half, count), torch.arange(half)])
        place = torch.cat([place[half:], torch.zeros(half, dtype=torch.long)])


def _halves(count: int) -> tuple[slice, slice, slice]:
    return slice(0, count // 2), slice(count // 2, count), slice(0, count // 2)


def _logits(model: Any, given: tuple[Tensor, ...]) -> Tensor:
    """The logits of the incremental path, `[B, T, V]`, each task searched alone."""
    tokens, _, inputs, outputs = given
    found = []
    for row in range(len(tokens)):
        state = model.start(inputs[row : row + 1], outputs[row : row + 1])
        token = torch.full((1,), model.bos)
        along = []
        for position in range(tokens.shape[1]):
            logits, state = model.step(state, token)
            along.append(logits[0])
            token = tokens[row : row + 1, position]
        found.append(torch.stack(along))
    return torch.stack(found)
