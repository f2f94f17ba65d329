"""The entries of examples that the decoder reads: cells, numbers and lengths, each with its evidence.

Shapes: B tasks, M memories, K examples, N cells, A entries, E embedding, H hidden, F features, W numbers of a
cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from lasynth.domains.c.lists.layout import MAX_NUMBERS
from lasynth.models.numbers.candidates import Candidates
from lasynth.models.numbers.cells import Neighbours
from lasynth.models.numbers.evidence import (
    NUM_DONE,
    NUM_OF_CELL,
    NUM_OF_INPUT,
    NUM_OF_INPUTS,
    NUM_OF_OUTPUT,
    NUM_OF_STEP,
    done,
    evidence,
    steps,
)
from lasynth.models.numbers.features import (
    GROUPS,
    NUM_FEATURES,
    ROOM,
    THERE,
    WIDTH,
    NumberEmbedding,
    one_hot,
)
from lasynth.models.numbers.tasks import NUM_LISTS, Arrays

__all__ = ["Entries", "EntryEncoder", "EvidenceReader", "NoEvidence", "certain_cells"]

_NUM_NUMBERS: Final = MAX_NUMBERS + NUM_LISTS  # with the lengths of the lists


@dataclass(frozen=True, slots=True)
class Entries:
    """What is known of examples before any token.

    Attributes:
        inputs_BKA, inputs_there_BKA: entries of the inputs.
        output_BKH: the entry of the whole output.
        cells_BKNH: output cells before what is done is added.
        outputs_BKNF: features of the output cells.
    """

    inputs_BKA: Tensor
    inputs_there_BKA: Tensor
    output_BKH: Tensor
    cells_BKNH: Tensor
    outputs_BKNF: Tensor


class EvidenceReader(nn.Module):
    """The operation predictor (section 4.2) of this language: what the decoder is shown of the evidence.

    Args:
        size: size of the embeddings of numbers, E.
        hidden: size of an entry, H.
    """

    def __init__(self, size: int, hidden: int) -> None:
        super().__init__()
        self.of_cell = nn.Linear(NUM_OF_CELL, hidden, bias=False)
        self.of_output = nn.Linear(NUM_OF_OUTPUT, hidden, bias=False)
        self.of_input = nn.Linear(NUM_OF_INPUT, hidden, bias=False)
        self.of_inputs = nn.Linear(NUM_OF_INPUTS, hidden, bias=False)
        self.done_output = nn.Linear(NUM_DONE, hidden, bias=False)
        self.done_belief = nn.Linear(NUM_DONE, hidden, bias=False)
        self.keys = nn.Linear(size, NUM_FEATURES)

    def certain(
        self, arrays: Arrays, found: Candidates, outputs_BKNF: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Of output cells, of the output, of the cells of each list `[B, K, lists, N, H]`, of the inputs."""
        seen = evidence(arrays, found, outputs_BKNF)
        return (
            self.of_cell(seen.of_cell),
            self.of_output(seen.of_output),
            self.of_input(seen.of_input),
            self.of_inputs(seen.of_inputs),
        )

    def believed(self, belief_MKNW: Tensor, outputs_MKNF: Tensor) -> tuple[Tensor, Tensor]:
        """Of each output cell and of each cell of the belief, `[M, K, N, H]`."""
        of_output, of_belief = done(belief_MKNW, outputs_MKNF)
        return self.done_output(of_output), self.done_belief(of_belief)

    def loss(self, embedded_BKNE: Tensor, belief_BKNW: Tensor) -> Tensor:
        """L_Op: each input cell must select its own features; a scalar."""
        scores = self.keys(embedded_BKNE).split(GROUPS, dim=-1)
        chances = torch.cat([part.log_softmax(-1) for part in scores], dim=-1)
        num_cells = belief_BKNW[..., THERE].sum().clamp_min(1.0)
        return -(chances * belief_BKNW[..., :NUM_FEATURES]).sum() / (num_cells * len(GROUPS))


class NoEvidence(nn.Module):
    """No operations (the paper's NoOpPredictor): nothing is shown, no loss."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.hidden = hidden

    def certain(
        self, arrays: Arrays, found: Candidates, outputs_BKNF: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Zeros."""
        cell = outputs_BKNF.new_zeros(self.hidden)
        return cell, cell, cell.expand(1, 1, NUM_LISTS, 1, -1), cell.expand(*outputs_BKNF.shape[:2], -1)

    def believed(self, belief_MKNW: Tensor, outputs_MKNF: Tensor) -> tuple[Tensor, Tensor]:
        """Zeros."""
        nothing = belief_MKNW.new_zeros(self.hidden)
        return nothing, nothing

    def loss(self, embedded_BKNE: Tensor, belief_BKNW: Tensor) -> Tensor:
        """Zero."""
        return embedded_BKNE.new_zeros(())


class EntryEncoder(nn.Module):
    """Encodes examples and beliefs.

    Args:
        size: size of the embeddings of numbers, E.
        hidden: size of an entry, H.
    """

    def __init__(self, size: int, hidden: int) -> None:
        super().__init__()
        self.lists = Neighbours(size + NUM_OF_STEP, hidden)
        self.outputs = Neighbours(size + NUM_OF_STEP, hidden)
        self.beliefs = Neighbours(size, hidden)
        self.numbers = nn.Linear(size, hidden)
        self.output = nn.Linear(size, hidden)
        self.kinds = nn.Parameter(0.5 * torch.randn(_NUM_NUMBERS + NUM_LISTS, size))

    def certain(
        self,
        arrays: Arrays,
        found: Candidates,
        values: NumberEmbedding,
        operations: EvidenceReader | NoEvidence,
    ) -> Entries:
        """The entries of certain inputs and outputs."""
        output = arrays.output
        outputs_BKNF = one_hot(output.values, output.there)
        of_cell, of_output, of_input, of_inputs = operations.certain(arrays, found, outputs_BKNF)
        kinds = self.kinds.split([_NUM_NUMBERS, *[1] * NUM_LISTS])
        numbers = torch.cat(
            [arrays.numbers, torch.stack([one.length for one in arrays.lists], dim=-1)], dim=-1
        )
        there = torch.cat([arrays.has_number, arrays.has_list], dim=-1)
        embedded = values(certain_cells(numbers, there))
        entries = [torch.tanh(of_inputs).unsqueeze(2), functional.relu(self.numbers(embedded + kinds[0]))]
        for number, cells in enumerate(arrays.lists):
            placed = values.placed(values(certain_cells(cells.values, cells.there)), cells.length)
            states = self.lists(
                torch.cat([placed + kinds[1 + number], steps(cells)], dim=-1), cells.there.float()
            )
            entries.append(torch.tanh(states + of_input[:, :, number]))
        always = torch.ones_like(there[..., :1])
        placed = values.placed(values(certain_cells(output.values, output.there)), output.length)
        states = self.outputs(torch.cat([placed, steps(output)], dim=-1), output.there.float())
        length = certain_cells(output.length, torch.ones_like(arrays.is_number))
        return Entries(
            torch.cat(entries, dim=2),
            torch.cat([always, there, *(cells.there for cells in arrays.lists)], dim=-1),
            torch.tanh(self.output(values(length)) + of_output),
            states + of_cell,
            outputs_BKNF,
        )

    def believed(
        self,
        belief_MKNW: Tensor,
        cells_MKNH: Tensor,
        outputs_MKNF: Tensor,
        values: NumberEmbedding,
        operations: EvidenceReader | NoEvidence,
    ) -> tuple[Tensor, Tensor]:
        """The entries of believed cells and of output cells, `[M, K, N, H]` each."""
        room = belief_MKNW[..., ROOM]
        to_do, of_belief = operations.believed(belief_MKNW, outputs_MKNF)
        placed = values.placed(values(belief_MKNW), room.sum(-1).long())
        return torch.tanh(self.beliefs(placed, room) + of_belief), torch.tanh(cells_MKNH + to_do)


def certain_cells(values: Tensor, there: Tensor) -> Tensor:
    """Certain numbers as cells: `[...]` to `[..., W]`."""
    flags = torch.zeros(*values.shape, WIDTH - NUM_FEATURES, device=values.device)
    flags[..., THERE - NUM_FEATURES] = flags[..., ROOM - NUM_FEATURES] = there.to(flags.dtype)
    return torch.cat([one_hot(values, there), flags], dim=-1)
