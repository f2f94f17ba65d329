"""Embeddings of list values, certain or believed."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["ValueEmbedding"]


class ValueEmbedding(nn.Module):
    """One vector a value and one a place in the list.

    A cell may be known for certain (an integer) or believed (a distribution over values): its
    embedding is the expected one, so that latent execution stays differentiable.

    Args:
        max_value: values are in `[-max_value, max_value]`; C of them.
        max_cells: longest list.
        size: of an embedding, E.
    """

    def __init__(self, max_value: int, max_cells: int, size: int) -> None:
        super().__init__()
        self.max_value = max_value
        self.num_values = 2 * max_value + 1
        self.size = size
        self.values = nn.Parameter(torch.randn(self.num_values, size))
        self.places = nn.Parameter(torch.randn(max_cells, size))

    def certain(self, list_MKN: Tensor) -> Tensor:
        """The belief that knows the list: integers `[M, K, N]` to one-hot `[M, K, N, C]`."""
        return functional.one_hot(list_MKN + self.max_value, self.num_values).to(self.values.dtype)

    def corrected(self, belief_MKNC: Tensor, list_MKN: Tensor, known_MK: Tensor) -> Tensor:
        """The belief, with the lists that are known in its place where their values are in the range."""
        told = known_MK & (list_MKN.abs() <= self.max_value).all(-1)
        certain = self.certain(torch.where(told[..., None], list_MKN, 0))
        return torch.where(told[..., None, None], certain, belief_MKNC)

    def forward(self, belief_MKNC: Tensor) -> Tensor:
        """Expected embeddings of a belief, without places: `[M, K, N, C]` to `[M, K, N, E]`."""
        return belief_MKNC @ self.values

    def placed(self, list_MKNE: Tensor) -> Tensor:
        """Embeddings with the place of each cell added."""
        return list_MKNE + self.places[: list_MKNE.shape[2]]
