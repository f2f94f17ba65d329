"""Numbers without a bound, as groups of features.

A number is known by a small value of its own, its sign, its last three decimal digits and its bit length.
Each is a group, of which a number has exactly one feature. So a distribution over numbers is one over each
group, and a mixture of numbers is a mixture of their features.

A belief about a list is a row for each cell (`Cells`): the features, and besides them the probability that
the cell is there, the probability that the result is a number instead of a list, and whether the row can be a
cell at all. A row of zeros stands for no cell, so shorter lists are padded by it.

Shapes: M memories, K examples, N cells, F features, G groups, E embedding; W = F + 3 numbers of a cell.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from lasynth.models.lasynth import joined
from lasynth.models.numbers.tasks import Arrays, of_lists

__all__ = [
    *("GROUPS", "IS_NUMBER", "NUM_FEATURES", "NUM_GROUPS", "NUM_SMALL", "ROOM", "SMALLEST", "THERE", "WIDTH"),
    *("NumberEmbedding", "believed_numbers", "group_softmax", "ids", "one_hot", "sum_to_one"),
]

SMALLEST: Final = -16  # of the small values, which have a feature each
NUM_SMALL: Final = 64
_NUM_DIGITS: Final = 3
_BITS: Final = 11  # longer numbers count as of this many bits
GROUPS: Final = (NUM_SMALL + 1, 3, *[10] * _NUM_DIGITS, _BITS + 1)
NUM_GROUPS: Final = len(GROUPS)
NUM_FEATURES: Final = sum(GROUPS)
STARTS: Final = tuple(sum(GROUPS[:group]) for group in range(NUM_GROUPS))
# Behind the features of a cell.
THERE, IS_NUMBER, ROOM = NUM_FEATURES, NUM_FEATURES + 1, NUM_FEATURES + 2
WIDTH: Final = NUM_FEATURES + 3


def ids(values: Tensor) -> Tensor:
    """The features of integers: `[...]` to `[..., G]`, rising."""
    size = values.abs()
    powers = torch.tensor([2**bit for bit in range(_BITS)], device=values.device)
    small = values - SMALLEST
    parts = [
        torch.where((small >= 0) & (small < NUM_SMALL), small, NUM_SMALL),
        values.sign() + 1,
        *(size // 10**place % 10 for place in range(_NUM_DIGITS)),
        torch.bucketize(size, powers, right=True),
    ]
    return torch.stack([start + part for start, part in zip(STARTS, parts, strict=True)], dim=-1)


def one_hot(values: Tensor, there: Tensor) -> Tensor:
    """`[..., F]` the features of integers as 0 and 1; all 0 where `there` is false."""
    found = torch.zeros(*values.shape, NUM_FEATURES, device=values.device)
    return found.scatter_(-1, ids(values), there.to(found.dtype)[..., None].expand(*values.shape, NUM_GROUPS))


def group_softmax(scores: Tensor) -> Tensor:
    """A distribution over each group: `[..., F]` to `[..., F]`."""
    return torch.cat([part.softmax(-1) for part in scores.split(GROUPS, dim=-1)], dim=-1)


def sum_to_one(mixed: Tensor) -> Tensor:
    """Weights of the features of each group as distributions; all 0 stays so."""
    parts = mixed.split(GROUPS, dim=-1)
    return torch.cat([part / part.sum(-1, keepdim=True).clamp_min(1e-6) for part in parts], dim=-1)


def believed_numbers(features: Tensor) -> tuple[Tensor, Tensor]:
    """The number that the likeliest features are those of, and the least of their probabilities.

    A number beyond three digits is not known by its features: its last three are returned, and the
    probability is that of their bit length.

    Args:
        features: `[..., F]` distributions over groups.
    """
    small, sign, *digits, _ = (part.argmax(-1) for part in features.split(GROUPS, dim=-1))
    size = sum(digit * 10**place for place, digit in enumerate(digits))
    numbers = torch.where(small < NUM_SMALL, small + SMALLEST, (sign - 1) * size)
    return numbers, features.gather(-1, ids(numbers)).amin(-1)


class NumberEmbedding(nn.Module):
    """The embedding of a cell: linear in its features, plus its place from the front and from the end.

    Args:
        max_cells: length of the longest list.
        size: size of an embedding, E.
    """

    def __init__(self, max_cells: int, size: int) -> None:
        super().__init__()
        self.size = size
        self.numbers = nn.Linear(WIDTH, size)
        self.front = nn.Parameter(0.5 * torch.randn(max_cells, size))
        self.back = nn.Parameter(0.5 * torch.randn(max_cells, size))
        # A number has a feature of each group.
        nn.init.normal_(self.numbers.weight, std=NUM_GROUPS**-0.5)

    def forward(self, cells_MKNW: Tensor) -> Tensor:
        """Embeddings without places: `[M, K, N, W]` to `[M, K, N, E]`."""
        embedded: Tensor = self.numbers(cells_MKNW)
        return embedded

    def placed(self, list_MKNE: Tensor, length_MK: Tensor) -> Tensor:
        """Embeddings plus those of places; what is behind the length counts as the last place."""
        place = torch.arange(list_MKNE.shape[2], device=list_MKNE.device)
        behind = (length_MK[..., None] - 1 - place).clamp(0, len(self.back) - 1)
        return list_MKNE + self.front[: len(place)] + functional.embedding(behind, self.back)

    def first(self, inputs_BKN: Tensor, outputs_BKN: Tensor) -> Tensor:
        """The belief before any token: certain of the first list; `[B, K, N, W]`.

        It has room for the longest list of its example, at least for one cell.
        """
        arrays = Arrays.of(inputs_BKN, outputs_BKN)
        first = arrays.lists[0]
        belief = torch.zeros(*first.values.shape, WIDTH, device=first.values.device)
        belief[..., :NUM_FEATURES] = one_hot(first.values, first.there)
        belief[..., THERE] = first.there.to(belief.dtype)
        belief[..., ROOM] = (arrays.place < arrays.room[..., None]).to(belief.dtype)
        return belief

    def expresses(self, outputs_MKN: Tensor) -> Tensor:
        """`[M, K]` whether the outputs are known ones: lists, or numbers."""
        return (outputs_MKN[..., 0] >= -1) & (outputs_MKN[..., 0] < outputs_MKN.shape[-1])

    def corrected(self, belief_MKNW: Tensor, outputs_MKN: Tensor, known_MK: Tensor) -> Tensor:
        """The belief, replaced by the known outputs where there is room for them."""
        room = belief_MKNW[..., ROOM]
        result, is_number = of_lists(outputs_MKN, room.shape[-1])
        told = known_MK & self.expresses(outputs_MKN) & (result.length <= room.sum(-1))
        certain = torch.cat(
            [
                one_hot(result.values, result.there),
                result.there[..., None].to(room.dtype),
                is_number[..., None, None].to(room.dtype).expand_as(room[..., None]) * room[..., None],
                room[..., None],
            ],
            dim=-1,
        )
        return torch.where(told[..., None, None], certain, belief_MKNW)

    def joined(self, first_MKNW: Tensor, second_MKNW: Tensor) -> Tensor:
        """Two lots of beliefs as one."""
        return joined(first_MKNW, second_MKNW)
