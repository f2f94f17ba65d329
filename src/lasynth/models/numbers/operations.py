"""Operations on believed numbers: tables of what each operation makes of each small number.

An operation is exact on a number that is certain, and linear in one that is believed. Numbers outside the
tables have no result: what is made of them, the executor writes digit by digit.

Shapes: M rows, P operations, V numbers of the table, F features.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

from lasynth.models.numbers.candidates import operated
from lasynth.models.numbers.features import NUM_SMALL, SMALLEST, one_hot

__all__ = ["OperationTables"]

_LEAST: Final = -32
_NUM_VALUES: Final = 32 + 224


class OperationTables(nn.Module):
    """Applies weighed operations; no parameters."""

    results: Tensor

    def __init__(self) -> None:
        super().__init__()
        values = torch.arange(_LEAST, _LEAST + _NUM_VALUES)
        found = one_hot(*operated(values, torch.ones_like(values, dtype=torch.bool)))
        self.register_buffer("results", found.transpose(0, 1).contiguous(), persistent=False)

    def weighed(self, weights_MP: Tensor) -> Tensor:
        """What a choice of operations makes of each number: `[M, P]` to `[M, V + 1, F]`, the last one 0."""
        mixed = (weights_MP @ self.results.flatten(1)).unflatten(-1, (_NUM_VALUES, -1))
        return nn.functional.pad(mixed, (0, 0, 0, 1))

    def places(self, values: Tensor, there: Tensor) -> Tensor:
        """Where a table holds certain numbers; the last place for one that it does not hold."""
        inside = there & (values >= _LEAST) & (values < _LEAST + _NUM_VALUES)
        return torch.where(inside, values - _LEAST, _NUM_VALUES)

    def of_certain(self, mixed_MVF: Tensor, places_MKE: Tensor) -> Tensor:
        """Results on certain numbers, `[M, K, E]` to `[M, K, E, F]`."""
        shape = places_MKE.shape
        index = places_MKE.flatten(1) + torch.arange(shape[0], device=mixed_MVF.device)[:, None] * (
            _NUM_VALUES + 1
        )
        return mixed_MVF.flatten(0, 1).index_select(0, index.flatten()).unflatten(0, shape)

    def of_believed(self, mixed_MVF: Tensor, features_MKNF: Tensor) -> Tensor:
        """Results on believed numbers, as far as they are small ones: `[M, K, N, F]`."""
        start = SMALLEST - _LEAST
        small = features_MKNF[..., :NUM_SMALL]
        return small @ mixed_MVF[:, None, start : start + NUM_SMALL]
