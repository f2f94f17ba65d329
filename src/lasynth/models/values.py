"""Values of lists, certain or believed: their embeddings, and the loss of beliefs.

Shapes: M memories, X executions, K examples, N cells, C values, E embedding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from lasynth.models.model import Forward

__all__ = ["LEAST_CHANCE", "ListBeliefs", "ValueEmbedding"]

# Smaller probabilities count as this much, which keeps L_Exec finite.
LEAST_CHANCE: Final = 1e-4


class ValueEmbedding(nn.Module):
    """One vector for each value and one for each position in the list.

    A cell may be certain (an integer) or believed (a distribution over values). Its embedding is the expected
    one, so that latent execution is differentiable.

    Args:
        max_value: values are in `[-max_value, max_value]`; C of them.
        max_cells: length of the longest list.
        size: size of an embedding, E.
    """

    def __init__(self, max_value: int, max_cells: int, size: int) -> None:
        super().__init__()
        self.max_value = max_value
        self.num_values = 2 * max_value + 1
        self.size = size
        self.values = nn.Parameter(torch.randn(self.num_values, size))
        self.places = nn.Parameter(torch.randn(max_cells, size))

    def certain(self, list_MKN: Tensor) -> Tensor:
        """The belief that is certain of the list: integers `[M, K, N]` to one-hot `[M, K, N, C]`."""
        return functional.one_hot(list_MKN + self.max_value, self.num_values).to(self.values.dtype)

    def expresses(self, list_MKN: Tensor) -> Tensor:
        """`[M, K]` whether all values are in the range."""
        return (list_MKN.abs() <= self.max_value).all(-1)

    def corrected(self, belief_MKNC: Tensor, list_MKN: Tensor, known_MK: Tensor) -> Tensor:
        """The belief, replaced by the known lists where their values are in the range."""
        told = known_MK & self.expresses(list_MKN)
        certain = self.certain(torch.where(told[..., None], list_MKN, 0))
        return torch.where(told[..., None, None], certain, belief_MKNC)

    def joined(self, first_MKNC: Tensor, second_MKNC: Tensor) -> Tensor:
        """Two lots of beliefs as one."""
        return torch.cat([first_MKNC, second_MKNC])

    def forward(self, belief_MKNC: Tensor) -> Tensor:
        """Expected embeddings of a belief, without positions: `[M, K, N, C]` to `[M, K, N, E]`."""
        return belief_MKNC @ self.values

    def placed(self, list_MKNE: Tensor) -> Tensor:
        """Embeddings plus the embedding of each cell's position."""
        return list_MKNE + self.places[: list_MKNE.shape[2]]


@dataclass(frozen=True, slots=True)
class ListBeliefs:
    """Beliefs about lists of integers: a distribution over values per cell.

    Attributes:
        max_value: lists with values outside `[-max_value, max_value]` are not compared.
    """

    max_value: int

    def compare(
        self, result: Forward, inputs_BK: Tensor, outputs_BK: Tensor, partial_XK: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """See `Beliefs`; a mean over compared cells, and the share of output cells that are right."""
        targets_XKN, compared_XKN = self._targets(result, outputs_BK, partial_XK)
        chances = result.beliefs_XK.float()
        index = (targets_XKN + self.max_value).clamp(0, 2 * self.max_value)
        right = chances.gather(-1, index[..., None])[..., 0].clamp_min(LEAST_CHANCE)
        weight = compared_XKN.float()
        exec_loss = -(right.log() * weight).sum() / weight.sum().clamp_min(1.0)
        final = result.final_X
        hits = (chances[final].argmax(-1) == index[final]).float()
        return exec_loss, hits.mean() if len(hits) else exec_loss.new_zeros(()), weight.sum()

    def likeliest(
        self, belief_K: Tensor, inputs_K: Tensor
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.float32]]:
        """See `Beliefs`; the values of the cells."""
        chances, index = belief_K.max(-1)
        return (index - self.max_value).cpu().numpy(), chances.cpu().numpy()

    def _targets(
        self, result: Forward, outputs_BKN: Tensor, partial_XKN: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """The list that each belief is compared with, and where it is compared: `[X, K, N]`."""
        outputs = outputs_BKN[result.row_X]
        final = result.final_X[:, None, None].expand_as(outputs)
        if partial_XKN is None:
            return outputs, final
        targets = torch.where(final, outputs, partial_XKN)
        return targets, (targets.abs() <= self.max_value) | final
