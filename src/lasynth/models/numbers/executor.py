"""The latent executor of the dialect `lists` (Eq. 4): what a statement leaves in each cell, and in how many.

A cell becomes a mixture of four: something given, the results of two operations on that, and a number made
of digits. What is given is a cell of the belief before, or a cell or a number of those that programs compute
most (`candidates`), exactly; which of it a statement means is learned. A statement does the same wherever it
stands in a list, so places are found relative to the cell too, and its operations are those of all cells.

Shapes: M rows, K examples, N cells, E embedding, H hidden, A keys, D decoder state, F features, W numbers of
a cell; P operations, S lists, Z numbers that are computed.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from lasynth.models.numbers.candidates import LISTS, NUM_PLAIN, NUMBERS, OPERATIONS, Candidates
from lasynth.models.numbers.cells import CellLSTM
from lasynth.models.numbers.evidence import OFFSETS
from lasynth.models.numbers.features import (
    NUM_FEATURES,
    ROOM,
    THERE,
    NumberEmbedding,
    group_softmax,
    one_hot,
    sum_to_one,
)
from lasynth.models.numbers.operations import OperationTables

__all__ = ["ListExecutor", "Table"]

_KEYS: Final = 32
_BRANCHES: Final = 2
_FAR: Final = -1e4


class Table(NamedTuple):
    """Candidates as the executor reads them, computed once for each task. Zeros stand for no candidate.

    Attributes:
        lists: features of the cells of all lists, `[B, K, S, N, F]`.
        numbers: those of numbers, `[B, K, Z, F]`.
        cell_places, number_places: where tables of operations hold the cells of the input,
            `[B, K, lists, N]`, and the numbers.
        has_cell, has_number: 1 where there is one, `[B, K, S, N]` and `[B, K, Z]`.
        lengths: 1 where a list has a cell, though maybe one of no known value, and, behind these, a list of
            one cell, `[B, K, S + 1, N]`.
    """

    lists: Tensor
    numbers: Tensor
    cell_places: Tensor
    number_places: Tensor
    has_cell: Tensor
    has_number: Tensor
    lengths: Tensor


class ListExecutor(nn.Module):
    """One step of latent execution.

    Args:
        size: size of the embeddings of numbers, E.
        hidden: size of a cell's state, H.
        decoder_size: size of the decoder's state, D.
        max_cells: length of the longest list.
    """

    def __init__(self, size: int, hidden: int, decoder_size: int, max_cells: int) -> None:
        super().__init__()
        self.cells = CellLSTM(size, hidden)
        self.hidden = hidden
        self.start = nn.Linear(decoder_size, 3 * hidden)
        self.tables = OperationTables()
        # Keys of candidates: their kind, and their place from the front.
        self.kind = nn.Parameter(torch.randn(len(LISTS) + len(NUMBERS), _KEYS))
        self.place = nn.Parameter(torch.randn(max_cells, _KEYS))
        # What a cell asks for: keys of candidates, lists at places relative to it, cells of the belief.
        self.key = nn.Linear(hidden, _KEYS)
        self.near = nn.Linear(hidden, len(LISTS) * len(OFFSETS))
        self.before = nn.Linear(hidden, 2 * _KEYS)
        self.before_near = nn.Linear(hidden, len(OFFSETS))
        self.digits = nn.Linear(hidden, NUM_FEATURES)
        # What the statement does, in all cells: two operations, as of two branches. Each cell takes what it
        # is given, or the result of one of them, or digits.
        self.operation = nn.Linear(hidden, _BRANCHES * len(OPERATIONS))
        self.gate = nn.Linear(hidden, 2 + _BRANCHES)
        # How many cells there are: as before, as in one of the lists, one, or as each cell says.
        self.length = nn.Linear(hidden, len(LISTS) + 3)
        self.there = nn.Linear(hidden, 1)
        self.is_number = nn.Linear(hidden, 1)
        # Initially keep the list.
        with torch.no_grad():
            self.gate.bias.zero_()
            self.gate.bias[0], self.gate.bias[-1] = 1.0, -1.0
            self.before_near.bias[OFFSETS.index(0)] = 4.0
            self.length.bias[0] = 2.0

    def told(self, state_MD: Tensor) -> Tensor:
        """See `Executor`; where its LSTM starts and what each cell is told, `[M, 3 H]`."""
        return torch.tanh(self.start(state_MD))

    def table(self, found: Candidates) -> Table:
        """What the steps for these inputs have in common."""
        plain, plain_there = found.lists[:, :, :NUM_PLAIN], found.lists_there[:, :, :NUM_PLAIN]
        lengths = torch.cat([found.lengths, torch.ones_like(found.lengths[..., :1])], dim=-1)
        place = torch.arange(found.lists.shape[-1], device=lengths.device)
        return Table(
            one_hot(found.lists, found.lists_there),
            one_hot(found.numbers, found.numbers_there),
            self.tables.places(plain, plain_there),
            self.tables.places(found.numbers, found.numbers_there),
            found.lists_there.float(),
            found.numbers_there.float(),
            (place < lengths[..., None]).float(),
        )

    def forward(self, belief_MKNW: Tensor, told_MD: Tensor, values: NumberEmbedding, table: Table) -> Tensor:
        """The belief after a statement, `[M, K, N, W]`; `table` has the same rows."""
        room = belief_MKNW[..., ROOM]
        length = room.sum(-1).long()
        start, told_MH = told_MD.split([2 * self.hidden, self.hidden], dim=-1)
        states = self.cells(values.placed(values(belief_MKNW), length), length, start)
        states = torch.tanh(states + told_MH[:, None, None]) * room[..., None]
        chosen = self._chosen(states, room, table)
        gates = self.gate(states).softmax(-1).unsqueeze(-2).unbind(-1)
        mixed = gates[0] * self._given(chosen, belief_MKNW, table)
        for branch, operation in enumerate(self.operation(told_MH).chunk(_BRANCHES, dim=-1)):
            results = self._results(chosen, operation.softmax(-1), belief_MKNW, table)
            mixed = mixed + gates[1 + branch] * results
        mixed = sum_to_one(mixed + gates[-1] * group_softmax(self.digits(states)))
        there = self._there(states, told_MH, belief_MKNW, table)[..., None]
        is_number = torch.sigmoid(self.is_number(told_MH))[:, None, None].expand_as(there)
        cells = torch.cat([mixed, there, is_number], dim=-1)
        return torch.cat([cells * room[..., None], room[..., None]], dim=-1)

    def _chosen(self, states: Tensor, room: Tensor, table: Table) -> tuple[Tensor, Tensor, Tensor]:
        """How much of each cell of the belief, of each cell of lists, of each number: `[M, K, N, ...]`."""
        num_cells = states.shape[2]
        query, keys = self.before(states).chunk(2, dim=-1)
        of_belief = query @ keys.transpose(-1, -2) * _KEYS**-0.5 + _at_offsets(self.before_near(states))
        lists, numbers = self.kind.split([len(LISTS), len(NUMBERS)])
        keys = torch.cat([(lists[:, None] + self.place[:num_cells]).flatten(0, 1), numbers])
        near = _at_offsets(self.near(states).unflatten(-1, (len(LISTS), -1))).flatten(3)
        of_others = self.key(states) @ keys.T * _KEYS**-0.5 + functional.pad(near, (0, len(NUMBERS)))
        known = torch.cat([room, table.has_cell.flatten(2), table.has_number], dim=-1)
        scores = torch.cat([of_belief, of_others], dim=-1) + _FAR * (1 - known[:, :, None])
        sizes = [num_cells, len(LISTS) * num_cells, len(NUMBERS)]
        before, cells, given = scores.softmax(-1).split(sizes, dim=-1)
        return before, cells, given

    def _given(self, chosen: tuple[Tensor, Tensor, Tensor], belief: Tensor, table: Table) -> Tensor:
        """What is chosen, as it is: `[M, K, N, F]`."""
        before, cells, numbers = chosen
        return (
            before @ belief[..., :NUM_FEATURES] + cells @ table.lists.flatten(2, 3) + numbers @ table.numbers
        )

    def _results(
        self, chosen: tuple[Tensor, Tensor, Tensor], operation_MP: Tensor, belief: Tensor, table: Table
    ) -> Tensor:
        """An operation on what is chosen, of the belief, the input and numbers: `[M, K, N, F]`."""
        before, cells, numbers = chosen
        mixed = self.tables.weighed(operation_MP)
        places = torch.cat([table.cell_places.flatten(2), table.number_places], dim=-1)
        plain = cells[..., : table.cell_places.shape[2] * table.cell_places.shape[3]]
        return before @ self.tables.of_believed(mixed, belief) + torch.cat(
            [plain, numbers], dim=-1
        ) @ self.tables.of_certain(mixed, places)

    def _there(self, states: Tensor, told_MH: Tensor, belief: Tensor, table: Table) -> Tensor:
        """The probability that there is each cell: `[M, K, N]`."""
        kept, *some, free = (
            self.length(told_MH).softmax(-1)[:, None, None].split([1, table.lengths.shape[2], 1], dim=-1)
        )
        of_lists = (some[0] @ table.lengths).squeeze(2)
        free_MKN = torch.sigmoid(self.there(states)).squeeze(-1)
        return kept[..., 0] * belief[..., THERE] + of_lists + free[..., 0] * free_MKN


def _at_offsets(near: Tensor) -> Tensor:
    """Scores of near places as scores of all: `[M, K, N, ..., offsets]` to `[M, K, N, ..., N]`."""
    num_cells = near.shape[2]
    place = torch.arange(num_cells, device=near.device)
    far = len(OFFSETS)
    index = place - place[:, None] - OFFSETS[0]
    index = torch.where((index >= 0) & (index < far), index, far)
    index = index.view(1, 1, num_cells, *[1] * (near.dim() - 4), num_cells)
    return functional.pad(near, (0, 1)).gather(-1, index.expand(*near.shape[:-1], num_cells))
