"""The latent executor (section 3.2, Eq. 4): predicts the list after a partial program has run.

A belief is a distribution over values per cell. The executor embeds the belief, runs a bidirectional LSTM
over the cells that starts from the decoder's state, and returns the next belief.

Shapes: M rows, K examples, N cells, C values, E embedding, H hidden, D decoder state.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from lasynth.models.encoder import ListLSTM
from lasynth.models.operations import OperationTable
from lasynth.models.values import ValueEmbedding

__all__ = ["LatentExecutor", "NoExecutor", "TableHead", "ValueHead"]


class ValueHead(nn.Module):
    """Scores each value by the product with its embedding (as in the release)."""

    def __init__(self, hidden: int, embedding_size: int) -> None:
        super().__init__()
        self.project = nn.Linear(hidden, embedding_size)

    def forward(self, states_MKNH: Tensor, belief_MKNC: Tensor, values: ValueEmbedding) -> Tensor:
        """Executor states `[M, K, N, H]` to the next belief `[M, K, N, C]`."""
        scores = self._scores(states_MKNH, values.values) * values.size**-0.5
        return scores.softmax(-1)

    def _scores(self, states_MKNH: Tensor, values_CE: Tensor) -> Tensor:
        if torch.is_grad_enabled():
            # There are fewer values than states, so the values are projected. A search keeps its rounding.
            weight, bias = values_CE @ self.project.weight, values_CE @ self.project.bias
            return nn.functional.linear(states_MKNH, weight, bias)
        projected: Tensor = self.project(states_MKNH)
        return projected @ values_CE.T


class TableHead(nn.Module):
    """Mixes the operations of the operation table with freely scored values.

    A statement such as `a[3] = a[2] + 1` does the same to every list, so choosing an operation for each cell
    is easier than computing its value; keeping a cell is one of the operations. The free part covers what no
    single operation expresses (branches, accumulation in a loop).
    """

    def __init__(self, hidden: int, embedding_size: int, table: OperationTable) -> None:
        super().__init__()
        self.table = table
        self.free = ValueHead(hidden, embedding_size)
        self.row = nn.Linear(hidden, table.num_rows(table.max_cells))
        self.constant = nn.Linear(hidden, table.num_values)
        self.gate = nn.Linear(hidden, 3)
        # Initially keep the list.
        with torch.no_grad():
            self.gate.bias.copy_(torch.tensor([1.0, 0.0, -1.0]))

    def forward(self, states_MKNH: Tensor, belief_MKNC: Tensor, values: ValueEmbedding) -> Tensor:
        """Executor states `[M, K, N, H]` to the next belief `[M, K, N, C]`."""
        num_rows = self.table.num_rows(belief_MKNC.shape[2])
        row = nn.functional.linear(states_MKNH, self.row.weight[:num_rows], self.row.bias[:num_rows])
        performed = self.table.perform(
            row.softmax(-1),
            self.constant(states_MKNH).softmax(-1),
            self.table.distributions(belief_MKNC),
        )
        keep, operate, free = self.gate(states_MKNH).softmax(-1).unsqueeze(-2).unbind(-1)
        mixed = keep * belief_MKNC + operate * performed
        mixed = mixed + free * self.free(states_MKNH, belief_MKNC, values)
        # Operations whose value leaves the range get no weight.
        belief: Tensor = mixed / mixed.sum(-1, keepdim=True).clamp_min(1e-6)
        return belief


class LatentExecutor(nn.Module):
    """One step of latent execution.

    Args:
        embedding_size: size of value embeddings, E.
        hidden: size of a cell's state, H.
        decoder_size: size of the decoder's state, D.
        head: `ValueHead` or `TableHead`.
        layers: number of layers of the LSTM.
    """

    def __init__(
        self,
        embedding_size: int,
        hidden: int,
        decoder_size: int,
        head: ValueHead | TableHead,
        layers: int = 1,
    ) -> None:
        super().__init__()
        self.cells = ListLSTM(embedding_size, hidden, layers)
        self.start = nn.Linear(decoder_size, 2 * layers * hidden)
        self.head = head

    def told(self, state_MD: Tensor) -> Tensor:
        """See `Executor`; where its LSTM starts, `[M, 2 layers H]`."""
        return torch.tanh(self.start(state_MD))

    def forward(self, belief_MKNC: Tensor, told_MD: Tensor, values: ValueEmbedding) -> Tensor:
        """See `Executor`: to `[M, K, N, C]`."""
        num_examples = belief_MKNC.shape[1]
        start = told_MD.unflatten(-1, (4 * self.cells.lstm.num_layers, -1)).transpose(0, 1)
        start = start.repeat_interleave(num_examples, dim=1).contiguous()
        states, _ = self.cells.of_beliefs(belief_MKNC, values, start.chunk(2))
        next_belief: Tensor = self.head(states, belief_MKNC, values)
        return next_belief


class NoExecutor(nn.Module):
    """No latent execution (the paper's NoExecutor), in any language: beliefs stay the inputs."""

    def told(self, state_MD: Tensor) -> Tensor:
        """Nothing."""
        return state_MD[:, :0]

    def forward(self, belief_MK: Tensor, told_MD: Tensor, values: Any) -> Tensor:
        """The belief itself."""
        return belief_MK
