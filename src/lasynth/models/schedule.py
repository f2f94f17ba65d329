"""When the latent executor runs.

A schedule is a causal rule over the tokens so far. It is asked for whole sequences in training and
token by token in a search, and both must agree; so the rule is written once, as a step over a small
integer state, or as cumulative sums that equal it (tested).

Shapes: B rows, T tokens, R rows of a search.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

__all__ = ["AtEnd", "EveryPeriod", "Never", "Schedule", "StatementEnds"]


class Schedule(Protocol):
    """A causal rule that says after which tokens the executor runs.

    Attributes:
        at_statements: whether it runs behind statements, where the partial program is a program itself.
        at_end: whether it runs at the end of the program, where L_Exec compares it with the output.
        state_size: size of a row's state in a search.
    """

    at_statements: bool
    at_end: bool
    state_size: int

    def along(self, tokens_BT: Tensor) -> Tensor:
        """Whole sequences: `[B, T]` true where the executor runs behind the token."""

    def step(self, state_RS: Tensor, tokens_R: Tensor) -> tuple[Tensor, Tensor]:
        """One token a row: the new state and `[R]` true where the executor runs now."""


class EveryPeriod:
    """After every `period` tokens, as in the release (16)."""

    at_statements = False
    at_end = True
    state_size = 1

    def __init__(self, period: int) -> None:
        self.period = period

    def along(self, tokens_BT: Tensor) -> Tensor:
        """See `Schedule`."""
        count = torch.arange(1, tokens_BT.shape[1] + 1, device=tokens_BT.device)
        return (count % self.period == 0).expand_as(tokens_BT)

    def step(self, state_RS: Tensor, tokens_R: Tensor) -> tuple[Tensor, Tensor]:
        """See `Schedule`."""
        state_RS = state_RS + 1
        return state_RS, state_RS[:, 0] % self.period == 0


class StatementEnds:
    """After every statement of the outermost level but declarations.

    There the partial program is itself a program, so a belief has a plain meaning: the list so far.

    Args:
        opening: tokens that open a bracket of any kind.
        closing: tokens that close one.
        ends: tokens that end a statement where no bracket is open.
        declare: the token that begins a declaration; declarations come first.
        num_tokens: size of the vocabulary.
    """

    at_statements = True
    at_end = True
    state_size = 2

    def __init__(
        self,
        opening: Sequence[int],
        closing: Sequence[int],
        ends: Sequence[int],
        declare: int,
        num_tokens: int,
    ) -> None:
        depth = torch.zeros(num_tokens, dtype=torch.long)
        depth[list(opening)] = 1
        depth[list(closing)] = -1
        self.depth = depth
        self.is_end = torch.zeros(num_tokens, dtype=torch.bool)
        self.is_end[list(ends)] = True
        self.declare = declare

    def along(self, tokens_BT: Tensor) -> Tensor:
        """See `Schedule`."""
        outside = self.depth.to(tokens_BT.device)[tokens_BT].cumsum(1) == 0
        ends = self.is_end.to(tokens_BT.device)[tokens_BT] & outside
        declared = ((tokens_BT == self.declare) & outside).cumsum(1)
        return ends & (ends.cumsum(1) > declared)

    def step(self, state_RS: Tensor, tokens_R: Tensor) -> tuple[Tensor, Tensor]:
        """See `Schedule`; the state is the depth, and the declarations that are still open."""
        depth = state_RS[:, 0] + self.depth.to(tokens_R.device)[tokens_R]
        ends = self.is_end.to(tokens_R.device)[tokens_R] & (depth == 0)
        pending = state_RS[:, 1] + ((tokens_R == self.declare) & (depth == 0)).long()
        runs = ends & (pending == 0)
        return torch.stack([depth, torch.where(ends, 0, pending)], dim=1), runs


class AtEnd:
    """Only at the end of the program (the paper's NoPartialExecutor)."""

    at_statements = False
    at_end = True
    state_size = 0

    def along(self, tokens_BT: Tensor) -> Tensor:
        """See `Schedule`."""
        return torch.zeros_like(tokens_BT, dtype=torch.bool)

    def step(self, state_RS: Tensor, tokens_R: Tensor) -> tuple[Tensor, Tensor]:
        """See `Schedule`."""
        return state_RS, torch.zeros_like(tokens_R, dtype=torch.bool)


class Never(AtEnd):
    """Not at all (the paper's NoExecutor)."""

    at_end = False
