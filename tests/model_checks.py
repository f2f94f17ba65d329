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
