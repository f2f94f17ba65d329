"""Evidence: which candidates explain an output, which cells of an input are kept, what is done already.

The operation predictor (section 4.2) asks which operations explain an output cell. Here operations are the
candidates (`candidates`), and there is evidence of three more kinds: that a candidate explains all cells of
an output, that a condition is true of exactly those cells that the output keeps or changes, and that a cell
of the belief already is one of the output. All of it is computed, only its use is learned.

Shapes: B tasks, M memories, K examples, N cells, F features.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from lasynth.models.numbers.candidates import (
    CONDITIONS,
    CONSTANT_CONDITIONS,
    LISTS,
    NUM_PLAIN,
    NUM_SIMPLE,
    NUMBERS,
    OPERATIONS,
    Candidates,
    operated,
)
from lasynth.models.numbers.features import GROUPS, NUM_FEATURES, THERE
from lasynth.models.numbers.tasks import NUM_LISTS, Arrays, Cells

__all__ = [
    *("NUM_DONE", "NUM_OF_CELL", "NUM_OF_INPUT", "NUM_OF_INPUTS", "NUM_OF_OUTPUT", "NUM_OF_STEP"),
    *("OFFSETS", "Evidence", "done", "evidence", "shifted", "steps"),
]

OFFSETS: Final = (-2, -1, 0, 1, 2)
_NEAR: Final = 3  # numbers and their neighbours: the first operations
_SMALL_STEP: Final = 8
NUM_OF_STEP: Final = 3 + 2 * _SMALL_STEP + 1
_NUM_EXPLANATIONS: Final = (
    NUM_PLAIN * (NUM_SIMPLE * (len(OFFSETS) - 1) + len(OPERATIONS))
    + (len(LISTS) - NUM_PLAIN)
    + _NEAR * len(NUMBERS)
    + NUM_LISTS
)
_NUM_CONDITIONS: Final = len(CONDITIONS) + len(CONSTANT_CONDITIONS)
NUM_OF_CELL: Final = 2 * _NUM_EXPLANATIONS + NUM_FEATURES
NUM_OF_OUTPUT: Final = 2 * (_NUM_EXPLANATIONS + len(NUMBERS) + 2 * len(CONSTANT_CONDITIONS)) + 2
NUM_OF_INPUT: Final = 1 + 4 + 4 + len(CONDITIONS)
NUM_OF_INPUTS: Final = 4 * _NUM_CONDITIONS + 2
NUM_DONE: Final = 2 * (len(OFFSETS) + 1)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Evidence of certain inputs and outputs.

    Attributes:
        of_cell: of each output cell, `[B, K, N, NUM_OF_CELL]`.
        of_output: of the whole output, `[B, K, NUM_OF_OUTPUT]`.
        of_input: of each cell of each list, `[B, K, lists, N, NUM_OF_INPUT]`.
        of_inputs: of the inputs together, `[B, K, NUM_OF_INPUTS]`.
    """

    of_cell: Tensor
    of_output: Tensor
    of_input: Tensor
    of_inputs: Tensor


def evidence(arrays: Arrays, found: Candidates, outputs_BKNF: Tensor) -> Evidence:
    """All evidence of certain inputs and outputs.

    Args:
        arrays: the examples.
        found: their candidates.
        outputs_BKNF: features of the cells of the outputs.
    """
    output = arrays.output
    explained = _explanations(arrays, found)
    there = output.there[..., None]
    some = output.there.any(1, keepdim=True)[..., None]
    shared = ((explained | ~there).all(1, keepdim=True) & some).expand_as(explained)
    constant = torch.where(there, outputs_BKNF, 1.0).amin(1, keepdim=True).expand_as(outputs_BKNF)
    of_cell = torch.cat([(explained & there).float(), shared.float(), constant], dim=-1) * there
    whole = (explained | ~there).all(2)
    length = (found.numbers == output.length[..., None]) & found.numbers_there
    constant_conditions = _constant_conditions(arrays.lists[0])
    whole = torch.cat([whole, length, _totals(arrays, constant_conditions)], dim=-1)
    by_kind = torch.stack([arrays.is_number, ~arrays.is_number], dim=-1)
    of_output = torch.cat([whole, whole.all(1, keepdim=True).expand_as(whole), by_kind], dim=-1).float()
    parts = [_of_list(cells, output) for cells in arrays.lists]
    kept, aligned = parts[0][1], torch.stack([part[2] for part in parts], dim=-1)
    conditions = found.conditions.transpose(2, 3)
    of_conditions = torch.stack([conditions, torch.zeros_like(conditions)], dim=2)
    of_input = torch.cat([torch.stack([part[0] for part in parts], dim=2), of_conditions.float()], dim=-1)
    every = torch.cat([conditions, constant_conditions], dim=-1)
    agreed = _agreement(arrays.lists[0], output, kept, aligned[..., 0], every)
    of_inputs = torch.cat([agreed, agreed.all(1, keepdim=True).expand_as(agreed), aligned], dim=-1).float()
    return Evidence(of_cell, of_output, of_input, of_inputs)


def shifted(cells: Tensor, offset: int, dim: int) -> Tensor:
    """What stands `offset` places further along an axis; 0 where there is nothing."""
    if not offset:
        return cells
    size = cells.shape[dim]
    kept = max(size - abs(offset), 0)
    moved = cells.narrow(dim, min(max(offset, 0), size), kept)
    shape = list(cells.shape)
    shape[dim] = size - kept
    gap = cells.new_zeros(shape)
    return torch.cat([moved, gap] if offset > 0 else [gap, moved], dim=dim)


def steps(cells: Cells) -> Tensor:
    """How a cell differs from the one before: its sign and, if small, its size, `[B, K, N, NUM_OF_STEP]`."""
    difference = cells.values - shifted(cells.values, -1, -1)
    behind = cells.there & shifted(cells.there, -1, -1)
    small = torch.where(difference.abs() <= _SMALL_STEP, difference + _SMALL_STEP, -1)
    found = torch.cat(
        [
            functional.one_hot(difference.sign() + 1, 3),
            functional.one_hot(small + 1, 2 * _SMALL_STEP + 2)[..., 1:],
        ],
        dim=-1,
    )
    return found.float() * behind[..., None]


def _explanations(arrays: Arrays, found: Candidates) -> Tensor:
    """`[B, K, N, F]` whether each candidate equals the output cell."""
    value = arrays.output.values[..., None]
    parts = []
    for number in range(NUM_PLAIN):
        results, known = operated(found.lists[:, :, number], found.lists_there[:, :, number])
        for offset in OFFSETS:
            num = NUM_SIMPLE if offset else None
            moved, there = (shifted(part[..., :num], offset, 2) for part in (results, known))
            parts.append((moved == value) & there)
    others = found.lists[:, :, NUM_PLAIN:].transpose(2, 3)
    parts.append((others == value) & found.lists_there[:, :, NUM_PLAIN:].transpose(2, 3))
    results, known = (part.flatten(2) for part in operated(found.numbers, found.numbers_there, _NEAR))
    parts.append((results[:, :, None] == value) & known[:, :, None])
    for cells in arrays.lists:
        same = (cells.values[:, :, None] == value) & cells.there[:, :, None]
        parts.append(same.any(-1, keepdim=True))
    return torch.cat(parts, dim=-1)


def _constant_conditions(cells: Cells) -> Tensor:
    """`[B, K, N, Q]` which conditions with constants are true of each cell."""
    found = [condition(cells.values) for condition in CONSTANT_CONDITIONS.values()]
    return torch.stack(found, dim=-1) & cells.there[..., None]


def _totals(arrays: Arrays, conditions: Tensor) -> Tensor:
    """`[B, K, 2 Q]` whether a number is that of the cells with a condition, or their sum."""
    total = (conditions * arrays.lists[0].values[..., None]).sum(2)
    found = torch.cat([conditions.sum(2), total], dim=-1)
    return (found == arrays.output.values[..., :1]) & arrays.is_number[..., None]


def _of_list(cells: Cells, output: Cells) -> tuple[Tensor, Tensor, Tensor]:
    """Features of a list's cells but conditions, which cells are kept, and whether the output is part of it.

    The output keeps the first cells that it can have kept. `[B, K, N, F]`, `[B, K, N]` and `[B, K]`.
    """
    values, there = cells.values, cells.there
    place = torch.arange(values.shape[-1], device=values.device)
    padded = functional.pad(output.values, (0, 1))
    next_BK = torch.zeros_like(cells.length)
    kept = []
    for number in range(values.shape[-1]):
        wanted = padded.gather(-1, next_BK[..., None])[..., 0]
        kept.append((wanted == values[..., number]) & there[..., number] & (next_BK < output.length))
        next_BK = next_BK + kept[-1]
    kept_BKN = torch.stack(kept, dim=-1)
    times = ((values[..., None] == output.values[..., None, :]) & output.there[..., None, :]).sum(-1)
    lowest = torch.where(there, values, torch.iinfo(torch.int64).max).amin(-1, keepdim=True)
    highest = torch.where(there, values, torch.iinfo(torch.int64).min).amax(-1, keepdim=True)
    roles = [
        (place == 0).expand_as(values),
        place == cells.length[..., None] - 1,
        values == highest,
        values == lowest,
    ]
    features = torch.cat(
        [
            kept_BKN[..., None].float(),
            functional.one_hot(times.clamp(max=3), 4).float(),
            torch.stack(roles, dim=-1).float(),
        ],
        dim=-1,
    )
    return features * there[..., None], kept_BKN, next_BK == output.length


def _agreement(first: Cells, output: Cells, kept: Tensor, aligned: Tensor, conditions: Tensor) -> Tensor:
    """`[B, K, 2 Q]` whether each condition is true of exactly the cells that are kept, or changed."""
    there = first.there[..., None]
    of_kept = ((conditions == kept[..., None]) | ~there).all(2) & aligned[..., None]
    changed = output.values != first.values
    same_length = (output.length == first.length)[..., None]
    of_changed = ((conditions == changed[..., None]) | ~there).all(2) & same_length
    return torch.cat([of_kept, of_changed], dim=-1)


def done(belief_MKNW: Tensor, outputs_MKNF: Tensor) -> tuple[Tensor, Tensor]:
    """How far a belief is the output: of each output cell, and of each cell of the belief.

    For near places, and anywhere: the probability that the two cells are equal, in each example and the least
    of all examples that have such a cell; `[M, K, N, NUM_DONE]` each. The probability is that of the group of
    features that agrees least, exact where the belief is certain.
    """
    pairs = zip(
        belief_MKNW[..., :NUM_FEATURES].split(GROUPS, dim=-1), outputs_MKNF.split(GROUPS, dim=-1), strict=True
    )
    equal = torch.stack([output @ belief.transpose(-1, -2) for belief, output in pairs]).amin(0)
    equal = equal * belief_MKNW[..., None, :, THERE]
    given = outputs_MKNF[..., : GROUPS[0]].sum(-1, keepdim=True)
    return _near(equal, given), _near(equal.transpose(2, 3), belief_MKNW[..., THERE : THERE + 1])


def _near(equal_MKNN: Tensor, there_MKN1: Tensor) -> Tensor:
    """Diagonals and the largest of each row, and the least of these over the examples."""
    diagonals = [
        functional.pad(equal_MKNN.diagonal(offset, 2, 3), _gap(offset, equal_MKNN.shape[2]))
        for offset in OFFSETS
    ]
    each = torch.stack([*diagonals, equal_MKNN.amax(3)], dim=-1)
    # An example without the cell says nothing.
    least = (each + 1 - there_MKN1).amin(1, keepdim=True).clamp_max(1.0)
    return torch.cat([each, least.expand_as(each)], dim=-1) * there_MKN1


def _gap(offset: int, size: int) -> tuple[int, int]:
    gap = min(abs(offset), size)
    return (0, gap) if offset >= 0 else (gap, 0)
