"""When the latent executor of Karel runs: after every statement of the outermost block.

Shapes: B rows, T tokens, R rows of a search.
"""

from __future__ import annotations

import torch
from torch import Tensor

from lasynth.domains.karel.grammar import ACTION_NAMES, NUM_TOKENS, token_of

__all__ = ["StatementEnds"]


class StatementEnds:
    """After every statement of the outermost block; there the partial program, closed, is one itself."""

    at_statements = True
    at_end = True
    state_size = 2

    def __init__(self) -> None:
        depth = torch.zeros(NUM_TOKENS, dtype=torch.long)
        depth[[token_of(f"{letter}(") for letter in "mcwrie"]] = 1
        depth[[token_of(f"{letter})") for letter in "mcwrie"]] = -1
        self.depth = depth
        ends = [*ACTION_NAMES, *(f"{letter})" for letter in "wrie")]
        self.is_end = torch.zeros(NUM_TOKENS, dtype=torch.bool)
        self.is_end[[token_of(text) for text in ends]] = True
        self.branch, self.other = token_of("IFELSE"), token_of("ELSE")

    def along(self, tokens_BT: Tensor) -> Tensor:
        """See `Schedule`."""
        outermost = self.depth.to(tokens_BT.device)[tokens_BT].cumsum(1) == 1
        # Behind `i)` an IFELSE has not ended: its other branch follows.
        half = ((tokens_BT == self.branch) & outermost).long() - (
            (tokens_BT == self.other) & outermost
        ).long()
        return self.is_end.to(tokens_BT.device)[tokens_BT] & outermost & (half.cumsum(1) == 0)

    def step(self, state_RS: Tensor, tokens_R: Tensor) -> tuple[Tensor, Tensor]:
        """See `Schedule`; the state is the depth, and whether the other branch is still to come."""
        depth = state_RS[:, 0] + self.depth.to(tokens_R.device)[tokens_R]
        outermost = depth == 1
        half = state_RS[:, 1] + ((tokens_R == self.branch) & outermost).long()
        half = half - ((tokens_R == self.other) & outermost).long()
        runs = self.is_end.to(tokens_R.device)[tokens_R] & outermost & (half == 0)
        return torch.stack([depth, half], dim=1), runs
