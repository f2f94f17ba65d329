"""The arrays of a task of the dialect `lists` (`lasynth.domains.c.lists.layout`), as lists and numbers.

Lists are as long as the longest of the batch, so short ones cost little; which cells are there is beside
them.

Shapes: B tasks, K examples, N cells, L numbers of an input, M of an output.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from lasynth.domains.c.lists.layout import (
    LIST_WIDTH,
    LISTS_AT,
    MAX_CELLS,
    MAX_NUMBERS,
    NUM_LISTS_AT,
    NUM_NUMBERS_AT,
    NUMBER,
    NUMBERS_AT,
)

__all__ = ["NUM_LISTS", "Arrays", "Cells", "of_lists"]

NUM_LISTS: Final = 2  # that models know


@dataclass(frozen=True, slots=True)
class Cells:
    """Lists of integers, padded.

    Attributes:
        values: `[B, K, N]`, 0 where there is no cell.
        there: which cells there are. Not always a beginning: a sum of numbers that is too large is not there.
        length: `[B, K]`.
    """

    values: Tensor
    there: Tensor
    length: Tensor

    @classmethod
    def beginning(cls, values_BKN: Tensor, length_BK: Tensor) -> Cells:
        """The first `length` cells of each."""
        place = torch.arange(values_BKN.shape[-1], device=values_BKN.device)
        there = place < length_BK[..., None]
        return cls(torch.where(there, values_BKN, 0), there, length_BK)


def of_lists(outputs_BKM: Tensor, num_cells: int) -> tuple[Cells, Tensor]:
    """Outputs as lists of up to `num_cells` cells, one for a number, and `[B, K]` which are numbers."""
    length, is_number = outputs_BKM[..., 0], outputs_BKM[..., 0] == NUMBER
    known = torch.where(is_number, 1, length).clamp(0, MAX_CELLS)
    return Cells.beginning(outputs_BKM[..., 1 : 1 + num_cells], known), is_number


@dataclass(frozen=True, slots=True)
class Arrays:
    """Examples.

    Attributes:
        lists: the two lists; the second one, or both, may be empty throughout.
        numbers: `[B, K, 4]`, and `has_number` which there are.
        has_list: `[B, K, 2]` which lists there are.
        output: the output; one cell for a number.
        is_number: `[B, K]` whether it is one.
        room: `[B, K]` cells of the longest list of an example, at least one.
    """

    lists: tuple[Cells, ...]
    has_list: Tensor
    numbers: Tensor
    has_number: Tensor
    output: Cells
    is_number: Tensor
    room: Tensor

    @property
    def place(self) -> Tensor:
        """`[N]` the numbers of the cells."""
        return torch.arange(self.output.values.shape[-1], device=self.output.values.device)

    @classmethod
    def of(cls, inputs_BKL: Tensor, outputs_BKM: Tensor) -> Arrays:
        """Encoded examples of up to two lists; what goes beyond is not read."""
        room_for = (inputs_BKL.shape[-1] - LISTS_AT) // LIST_WIDTH
        lengths = [
            inputs_BKL[..., LISTS_AT + LIST_WIDTH * number]
            if number < room_for
            else torch.zeros_like(inputs_BKL[..., 0])
            for number in range(NUM_LISTS)
        ]
        output_length = torch.where(outputs_BKM[..., 0] == NUMBER, 1, outputs_BKM[..., 0])
        room = torch.stack([*lengths, output_length]).amax(0).clamp(1, MAX_CELLS)
        num_cells = int(room.max()) if room.numel() else 1
        lists = []
        for number, length in enumerate(lengths):
            cells = inputs_BKL.new_zeros(*length.shape, num_cells)
            if number < room_for:
                start = LISTS_AT + LIST_WIDTH * number + 1
                cells = inputs_BKL[..., start : start + num_cells]
            lists.append(Cells.beginning(cells, length))
        output, is_number = of_lists(outputs_BKM, num_cells)
        which = torch.arange(max(NUM_LISTS, MAX_NUMBERS), device=inputs_BKL.device)
        return cls(
            tuple(lists),
            which[:NUM_LISTS] < inputs_BKL[..., NUM_LISTS_AT, None],
            inputs_BKL[..., NUMBERS_AT : NUMBERS_AT + MAX_NUMBERS],
            which[:MAX_NUMBERS] < inputs_BKL[..., NUM_NUMBERS_AT, None],
            output,
            is_number,
            room,
        )
