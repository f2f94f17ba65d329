"""When the latent executor runs.

A schedule is a causal rule over the tokens so far. Training applies it to whole sequences, a search token by
token, and both must agree. So the rule is a step over a small integer state; for whole sequences there may be
cumulative sums with the same result (tested).

Shapes: B rows, T tokens, R rows of a search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

__all__ = ["AtEnd", "EveryPeriod", "Never", "Schedule", "StatementEnds"]


class Schedule(Protocol):
    """A causal rule that says after which tokens the executor runs.

    Attributes:
        at_statements: whether it runs after statements, where the partial program is a complete program.
        at_end: whether it runs at the end of the program, where L_Exec compares it with the output.
        state_size: size of a row's state in a search.
    """

    at_statements: bool
    at_end: bool
    state_size: int

    def along(self, tokens_BT: Tensor) -> Tensor:
        """Whole sequences: `[B, T]` true where the executor runs after the token."""

    def step(self, state_RS: Tensor, tokens_R: Tensor) -> tuple[Tensor, Tensor]:
        """One token per row: the new state and `[R]` true where the executor runs now."""


class EveryPeriod:
    """After every `period` tokens (16 in the release)."""

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
    """After every whole statement of the outermost block.

    There the partial program is a complete program, so a belief has a clear meaning: the value so far.

    Args:
        token_of: maps a text to its token.
        num_tokens: size of the vocabulary.
        opening, closing: texts that open and close a bracket of any kind.
        level: number of open brackets in the outermost block.
        ends: texts that end a statement there.
        half: a text after which the next end does not end a whole statement.
    """

    at_statements = True
    at_end = True
    state_size = 2

    def __init__(
        self,
        token_of: Callable[[str], int],
        num_tokens: int,
        *,
        opening: Iterable[str],
        closing: Iterable[str],
        level: int,
        ends: Iterable[str],
        half: str,
    ) -> None:
        self.depth = torch.zeros(num_tokens, dtype=torch.long)
        self.depth[[token_of(text) for text in opening]] = 1
        self.depth[[token_of(text) for text in closing]] = -1
        self.is_end = torch.zeros(num_tokens, dtype=torch.bool)
        self.is_end[[token_of(text) for text in ends]] = True
        self.level, self.half = level, token_of(half)

    def along(self, tokens_BT: Tensor) -> Tensor:
        """See `Schedule`."""
        outermost = self.depth.to(tokens_BT.device)[tokens_BT].cumsum(1) == self.level
        ends = self.is_end.to(tokens_BT.device)[tokens_BT] & outermost
        halves = (tokens_BT == self.half) & outermost
        place = torch.arange(1, tokens_BT.shape[1] + 1, device=tokens_BT.device)
        last_half, last_end = ((place * found).cummax(1).values for found in (halves, ends))
        return ends & (last_half <= functional.pad(last_end[:, :-1], (1, 0)))

    def step(self, state_RS: Tensor, tokens_R: Tensor) -> tuple[Tensor, Tensor]:
        """See `Schedule`; the state is the depth, and whether a statement is half finished."""
        depth = state_RS[:, 0] + self.depth.to(tokens_R.device)[tokens_R]
        ends = self.is_end.to(tokens_R.device)[tokens_R] & (depth == self.level)
        half = state_RS[:, 1] | ((tokens_R == self.half) & (depth == self.level))
        return torch.stack([depth, half * ~ends], dim=1), ends & (half == 0)


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
    """Never (the paper's NoExecutor)."""

    at_end = False
