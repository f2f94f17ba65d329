"""The attention that all parts of the model use.

Shapes: M memories, K examples, N entries of a memory, L queries of a memory, Q size of a query,
H size of the result, A heads; P queries in packed form.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["Attention", "Slots"]


@dataclass(frozen=True, slots=True)
class Slots:
    """The positions of packed queries in a padded table of `num_rows` memories x `width` queries.

    Tokens of a batch are kept packed, without padding. Only the product with a memory is computed on the
    padded table, because it needs all queries of one memory together.

    Attributes:
        index_P: `row * width + position in the row` of each packed query.
        num_rows: number of memories, M.
        width: largest number of queries of one memory, L.
    """

    index_P: Tensor
    num_rows: int
    width: int

    @classmethod
    def of_rows(cls, row_P: Tensor, num_rows: int) -> Slots:
        """Slots of queries, where query i belongs to the memory `row_P[i]`."""
        order = torch.argsort(row_P, stable=True)
        counts = torch.bincount(row_P, minlength=num_rows)
        first = counts.cumsum(0) - counts
        position = torch.empty_like(row_P)
        position[order] = torch.arange(len(row_P), device=row_P.device) - first[row_P[order]]
        width = max(1, int(counts.max()))
        return cls(row_P * width + position, num_rows, width)

    @classmethod
    def one_each(cls, num_rows: int, device: torch.device) -> Slots:
        """One query per memory, in order."""
        return cls(torch.arange(num_rows, device=device), num_rows, 1)

    def pad(self, packed_P: Tensor) -> Tensor:
        """`[P, ...]` to `[M, L, ...]`, zero where there is no query."""
        shape = (self.num_rows * self.width, *packed_P.shape[1:])
        padded = packed_P.new_zeros(shape).index_copy(0, self.index_P, packed_P)
        return padded.unflatten(0, (self.num_rows, self.width))

    def pack(self, padded_ML: Tensor) -> Tensor:
        """`[M, L, ...]` back to `[P, ...]`."""
        return padded_ML.flatten(0, 1).index_select(0, self.index_P)


class Attention(nn.Module):
    """`tanh(context + query)` over a memory (`attention` of the released model, `model.py`).

    Unlike the release, scores are divided by the square root of the head size, values have their own
    weights, and there may be several heads.

    Args:
        memory_size: size of a memory's entries.
        query_size: size of a query, Q.
        hidden: size of the result, H.
        heads: number of heads, A.
    """

    def __init__(self, memory_size: int, query_size: int, hidden: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.hidden = hidden
        self.memory = nn.Linear(memory_size, 2 * hidden)
        self.query = nn.Linear(query_size, hidden)

    def remember(self, entries_MKN: Tensor) -> Tensor:
        """Keys and values of a memory, computed once for many reads: to `[M, K, N, 2H]`."""
        memory: Tensor = self.memory(entries_MKN)
        return memory

    def read(self, memory_MKN: Tensor, query_MLKH: Tensor, mask_ML_N: Tensor | None = None) -> Tensor:
        """The context of projected queries: `[M, K, N, 2H]`, `[M, L, K, H]` to `[M, L, K, H]`.

        Args:
            mask_ML_N: `[M, 1, 1, L, N]` or broadcastable to it, true where a query may look.
        """
        rows = memory_MKN.shape[:2]
        keys, values = memory_MKN.unflatten(-1, (2, self.heads, -1)).flatten(0, 1).permute(2, 0, 3, 1, 4)
        query = query_MLKH.unflatten(-1, (self.heads, -1)).permute(0, 2, 3, 1, 4).flatten(0, 1)
        mask = None if mask_ML_N is None else mask_ML_N.flatten(0, 1)
        context = functional.scaled_dot_product_attention(query, keys, values, attn_mask=mask)
        return context.unflatten(0, rows).permute(0, 3, 1, 2, 4).flatten(-2)

    def forward(
        self,
        memory_MKN: Tensor,
        query_PKQ: Tensor,
        slots: Slots,
        more: Tensor | float = 0.0,
        mask_MK11N: Tensor | None = None,
    ) -> Tensor:
        """Read with packed queries: `[M, K, N, 2H]`, `[P, K or 1, Q]` to `[P, K, H]`.

        Args:
            more: a term added to the projected query, `[P, K or 1, H]`.
            mask_MK11N: true where queries may look.
        """
        query_PKH = self.query(query_PKQ) + more
        padded = slots.pad(query_PKH).expand(-1, -1, memory_MKN.shape[1], -1)
        return torch.tanh(slots.pack(self.read(memory_MKN, padded, mask_MK11N)) + query_PKH)

    def refine(self, memory_MKN: Tensor, query_MKNQ: Tensor) -> Tensor:
        """Read with one query per cell of another list: `[M, K, L, Q]` to `[M, K, L, H]`."""
        query = self.query(query_MKNQ).transpose(1, 2)
        return torch.tanh(self.read(memory_MKN, query) + query).transpose(1, 2)
