"""Encoders of the examples: bidirectional LSTMs and double attention (RobustFill; section 3.1).

Shapes: M memories, K examples, N cells, C values, E embedding, H hidden.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lasynth.models.attention import Attention
from lasynth.models.mixtures import read_mixtures
from lasynth.models.values import ValueEmbedding

__all__ = ["ListLSTM", "OutputRefiner", "pooled"]

State = tuple[Tensor, Tensor]


class ListLSTM(nn.Module):
    """A bidirectional LSTM over the cells of many lists.

    Args:
        size: size of a cell's embedding, E.
        hidden: size of a cell's state, H: half of it for each direction.
        layers: number of layers.
    """

    def __init__(self, size: int, hidden: int, layers: int = 1) -> None:
        super().__init__()
        self.lstm = nn.LSTM(size, hidden // 2, layers, bidirectional=True, batch_first=True)

    def forward(self, list_MKNE: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """`[M, K, N, E]` to states `[M, K, N, H]` and the final state, `[2 layers, M K, H / 2]` twice."""
        rows = list_MKNE.shape[:2]
        states, final = self.lstm(list_MKNE.flatten(0, 1), state)
        return states.unflatten(0, rows), final

    def of_beliefs(
        self, belief_MKNC: Tensor, values: ValueEmbedding, state: State | None = None
    ) -> tuple[Tensor, State]:
        """Read believed lists, `[M, K, N, C]`; returns the same."""
        rows, num_cells = belief_MKNC.shape[:2], belief_MKNC.shape[2]
        place = torch.eye(num_cells, dtype=belief_MKNC.dtype, device=belief_MKNC.device)
        shares = torch.cat([belief_MKNC, place.expand(*rows, -1, -1)], dim=-1).flatten(0, 1)
        vectors = torch.cat([values.values, values.places[:num_cells]])
        found = read_mixtures(self.lstm, shares, vectors, state)
        if found is None:
            return self.forward(values.placed(values(belief_MKNC)), state)
        return found[0].unflatten(0, rows), found[1]


class OutputRefiner(nn.Module):
    """Refines output states by attention to the input states: the first half of double attention.

    Args:
        hidden: size of a state, H.
        heads: attention heads.
        layers: number of refinements, each with its own weights.
    """

    def __init__(self, hidden: int, heads: int, layers: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Attention(hidden, hidden, hidden, heads) for _ in range(layers))

    def forward(self, input_MKNH: Tensor, output_MKNH: Tensor) -> Tensor:
        """Input and output states `[M, K, N, H]` to refined output states."""
        for layer in self.layers:
            assert isinstance(layer, Attention)
            output_MKNH = layer.refine(layer.remember(input_MKNH), output_MKNH)
        return output_MKNH


def pooled(final: State, num_examples: int) -> Tensor:
    """Final states of the last layer as one vector per task: `[2 layers, M K, H / 2]` to `[M, 4H]`."""
    both = torch.cat([*final[0][-2:], *final[1][-2:]], dim=-1).unflatten(0, (-1, num_examples))
    return torch.cat([both.mean(1), both.amax(1)], dim=-1)
