"""The operation predictor (section 4.2, Eq. 7): which operations explain an output cell?

The paper's predictor is an associative memory over a pre-computed table of additions and subtractions. Here
the table has the operations that an expression of the subset can express: a constant, and the sum or
difference of at most two cells and a constant. A row is a signed pair of cells; each row is combined with
every constant `c` of the value range.

A list is given as a distribution over values per cell (certain at first, believed after a latent execution).
The distribution of `row + c` is a convolution, which gives the probability that it equals the output. Nothing
is learned so far. The learned parts are how to read the list's embedding (trained by L_Op) and how to use the
result.

Shapes: M memories (one per task and execution), K examples, N cells, R rows, C constants (2 max + 1,
also the number of values), S sums (4 max + 1), F = R x C features, H hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from lasynth.models.values import ValueEmbedding

__all__ = [
    "Evidence",
    "NoOperationPredictor",
    "OperationPredictor",
    "OperationTable",
    "OwnCell",
    "SingleOperands",
    "View",
    "WholeTable",
]


class OperationTable(nn.Module):
    """Every operation of the table, applied to lists given as distributions; no parameters.

    Args:
        max_value: values are in `[-max_value, max_value]`.
        max_cells: length of the longest list; a shorter one uses the rows of its cells, which come first.
    """

    pair: Tensor
    single: Tensor

    def __init__(self, max_value: int, max_cells: int) -> None:
        super().__init__()
        self.max_value = max_value
        self.num_values = 2 * max_value + 1
        self.max_cells = max_cells
        rows: list[tuple[int, int, int, int]] = [(0, 0, 0, 0)]  # sign, cell, sign, cell
        for i in range(max_cells):
            rows += [(1, i, 0, 0), (-1, i, 0, 0), (1, i, 1, i), (-1, i, -1, i)]
            for k in range(i):
                rows += [(1, i, 1, k), (1, i, -1, k), (-1, i, 1, k), (-1, i, -1, k)]
        self.rows = tuple(rows)
        # An operand is empty, or a cell with its sign; `pair` holds the numbers of two operands.
        operand = [(0, 0), *((sign, i) for i in range(max_cells) for sign in (1, -1))]
        pairs = [(operand.index((r, i)), operand.index((s, k))) for r, i, s, k in rows]
        single = [n for n, (_, second) in enumerate(pairs) if second == 0]
        self.register_buffer("pair", torch.tensor(pairs), persistent=False)
        self.register_buffer("single", torch.tensor(single), persistent=False)

    def num_rows(self, num_cells: int) -> int:
        """The number of rows for lists of `num_cells` cells."""
        return 1 + 2 * num_cells * (num_cells + 1)

    def distributions(self, belief_MKNC: Tensor) -> Tensor:
        """Distribution of each row's sum: `[M, K, N, C]` to `[M, K, R, S]`."""
        batch, examples, num_cells, num_values = belief_MKNC.shape
        zero = torch.zeros_like(belief_MKNC[:, :, :1])
        zero[..., self.max_value] = 1.0
        signed = torch.stack([belief_MKNC, belief_MKNC.flip(-1)], dim=3).flatten(2, 3)
        operands = torch.cat([zero, signed], dim=2).flatten(0, 1)
        count = operands.shape[1]
        # P(sum = s) = sum over v of P(left = v) P(right = s - v): one product with shifted copies.
        padded = functional.pad(operands, (num_values - 1, num_values - 1))
        shifted = padded.unfold(-1, 2 * num_values - 1, 1).flip(2)
        grid = operands @ shifted.transpose(1, 2).flatten(2)
        grid = grid.unflatten(2, (count, -1)).flatten(1, 2)
        rows = self.pair[: self.num_rows(num_cells)]
        sums = grid.index_select(1, rows[:, 0] * count + rows[:, 1])
        # A cell added to itself is twice one value, not the sum of two independent ones.
        twice = (rows[:, 0] == rows[:, 1]) & (rows[:, 0] > 0)
        doubled = torch.zeros_like(sums)
        doubled[..., ::2] = operands.index_select(1, rows[:, 0])
        return torch.where(twice[:, None], doubled, sums).unflatten(0, (batch, examples))

    def matches(self, sums_MKRS: Tensor, output_MKN: Tensor) -> Tensor:
        """The probability that `row + c` equals the output cell: to `[M, K, N, R, C]`, c ascending."""
        # For output o, P(c) = P(sum = o - c): all c together are one window of the distribution.
        windows = sums_MKRS.unfold(-1, self.num_values, 1).flip(-1)
        index = (output_MKN + self.max_value)[:, :, None, :, None]
        index = index.expand(-1, -1, windows.shape[2], -1, self.num_values)
        return windows.gather(3, index).transpose(2, 3)

    def changed(self, matches_MKNRC: Tensor) -> Tensor:
        """The probability that each cell must change to become its output: `[M, K, N]`, from `matches`."""
        cell = torch.arange(matches_MKNRC.shape[2], device=matches_MKNRC.device)
        own = 1 + 2 * cell * (cell + 1)  # the row of the cell alone
        return 1 - matches_MKNRC[:, :, cell, own, self.max_value]

    def perform(self, row_MKNR: Tensor, constant_MKNC: Tensor, sums_MKRS: Tensor) -> Tensor:
        """Distribution of a choice of operations: to `[M, K, N, C]`.

        Args:
            row_MKNR: weights of the rows.
            constant_MKNC: weights of the constants.
            sums_MKRS: from `distributions`.

        Returns:
            Distributions that may sum to less than one, because values outside the range are dropped.
        """
        sums_MKNS = row_MKNR @ sums_MKRS
        # P(value v) = sum over c of P(constant c) P(sum = v - c): windows of the sums, reversed.
        windows = sums_MKNS.unfold(-1, self.num_values, 1).flip(-1)
        return (windows * constant_MKNC.unsqueeze(-2)).sum(-1)


class Scope(Protocol):
    """The features of the table that an output cell sees."""

    num_features: int

    def select(self, matches_MKNRC: Tensor) -> Tensor:
        """`[M, K, N, R, C]` to `[M, K, N, F]`."""


class WholeTable:
    """Every operation of the table."""

    def __init__(self, table: OperationTable) -> None:
        self.num_features = table.num_rows(table.max_cells) * table.num_values

    def select(self, matches_MKNRC: Tensor) -> Tensor:
        """All features."""
        return matches_MKNRC.flatten(-2)


class SingleOperands:
    """Operations on one cell or none: `O = c`, `O = I_i + c` and `O = c - I_i` of every cell i."""

    def __init__(self, table: OperationTable) -> None:
        self.num_features = (1 + 2 * table.max_cells) * table.num_values
        self.single = table.single

    def select(self, matches_MKNRC: Tensor) -> Tensor:
        """The rows of single operands."""
        count = 1 + 2 * matches_MKNRC.shape[2]
        index = self.single[:count].to(matches_MKNRC.device)
        return matches_MKNRC.index_select(3, index).flatten(-2)


class OwnCell:
    """`O = I + c` and `O = c - I` of the output's own cell: the table of the paper."""

    def __init__(self, table: OperationTable) -> None:
        self.num_features = 2 * table.num_values
        self.rows = torch.tensor(
            [[table.rows.index((s, i, 0, 0)) for s in (1, -1)] for i in range(table.max_cells)]
        )

    def select(self, matches_MKNRC: Tensor) -> Tensor:
        """The two rows of each cell."""
        num_cells, num_values = matches_MKNRC.shape[2], matches_MKNRC.shape[4]
        index = self.rows[:num_cells].to(matches_MKNRC.device)[None, None, :, :, None]
        index = index.expand(*matches_MKNRC.shape[:2], -1, -1, num_values)
        return matches_MKNRC.gather(3, index).flatten(-2)


@dataclass(frozen=True, slots=True)
class View:
    """The results of the table for lists and their outputs, the input of `Evidence`.

    Attributes:
        belief_MKNC: the lists.
        sums_MKRS: from `OperationTable.distributions`.
        matches_MKNRC: from `OperationTable.matches`.
        changed_MKN: the probability that each cell must change to become its output.
    """

    belief_MKNC: Tensor
    sums_MKRS: Tensor
    matches_MKNRC: Tensor
    changed_MKN: Tensor


class Evidence(Protocol):
    """Further features of an output cell besides the operations themselves.

    Attributes:
        num_each: number of features of each example.
        num_shared: number of features that all examples of a task share.
    """

    num_each: int
    num_shared: int

    def features(self, view: View) -> tuple[Tensor, Tensor]:
        """`[M, K, N, num_each]` and `[M, 1, N, num_shared]`."""


class OperationPredictor(nn.Module):
    """Operation memories of each output cell, for the decoder to attend to.

    Args:
        embedding_size: size of value embeddings, E.
        table: the operations.
        each: the features of an entry's own example.
        across: its features over all examples together: an operation that holds in all of them is
            stronger evidence than one that holds in some.
        hidden: size of a memory entry, H.
        evidence: further features.
    """

    num_memories = 1

    def __init__(
        self,
        embedding_size: int,
        table: OperationTable,
        each: Scope,
        across: Scope,
        hidden: int,
        evidence: Sequence[Evidence] = (),
    ) -> None:
        super().__init__()
        self.table = table
        self.each_scope = each
        self.across_scope = across
        self.evidence = tuple(evidence)
        self.keys = nn.Linear(embedding_size, embedding_size)
        nn.init.eye_(self.keys.weight)
        self.each = nn.Linear(each.num_features, hidden)
        self.mean = nn.Linear(across.num_features, hidden, bias=False)
        self.least = nn.Linear(across.num_features, hidden, bias=False)
        self.more = nn.ModuleList(
            nn.Linear(one.num_each + one.num_shared, hidden, bias=False) for one in evidence
        )

    def read(self, list_MKNE: Tensor, values: ValueEmbedding) -> Tensor:
        """The score of each value as the key that an embedded cell selects: to `[M, K, N, C]`."""
        scores: Tensor = list_MKNE @ self.keys(values.values).T * values.size**-0.5
        return scores

    def forward(self, list_MKNE: Tensor, output_MKN: Tensor, values: ValueEmbedding) -> tuple[Tensor, ...]:
        """Operation memory of an embedded list and its output: `[M, K, N, H]`."""
        belief = self.read(list_MKNE, values).softmax(-1)
        sums = self.table.distributions(belief)
        matches = self.table.matches(sums, output_MKN)
        across = self.across_scope.select(matches)
        shared = _prefix(self.mean, across.mean(1)) + _prefix(self.least, across.amin(1))
        found = _prefix(self.each, self.each_scope.select(matches))
        shared = shared.unsqueeze(1)
        if self.evidence:
            view = View(belief, sums, matches, self.table.changed(matches))
            for one, linear in zip(self.evidence, self.more, strict=True):
                assert isinstance(linear, nn.Linear)
                own, common = one.features(view)
                found = found + functional.linear(own, linear.weight[:, : one.num_each])
                shared = shared + functional.linear(common, linear.weight[:, one.num_each :])
        return (torch.tanh(found + shared),)

    def loss(self, list_MKNE: Tensor, input_MKN: Tensor, values: ValueEmbedding) -> Tensor:
        """L_Op: each input cell must select its own value (`model.py` of the release); a scalar."""
        scores = self.read(list_MKNE, values)
        target = input_MKN + self.table.max_value
        return functional.cross_entropy(scores.flatten(0, 2), target.flatten())


class NoOperationPredictor(nn.Module):
    """No operations (the paper's NoOpPredictor): no memory, no loss."""

    num_memories = 0

    def forward(self, list_MKNE: Tensor, output_MKN: Tensor, values: ValueEmbedding) -> tuple[Tensor, ...]:
        """No memory."""
        return ()

    def loss(self, list_MKNE: Tensor, input_MKN: Tensor, values: ValueEmbedding) -> Tensor:
        """Zero."""
        return list_MKNE.new_zeros(())


def _prefix(linear: nn.Linear, features: Tensor) -> Tensor:
    """Apply only the weights of those features that a shorter list has."""
    return functional.linear(features, linear.weight[:, : features.shape[-1]], linear.bias)
