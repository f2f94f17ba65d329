"""Evidence of branches and loops, for the operation predictor.

A program with a branch treats some examples differently from the others, so no operation of the table holds
in all of them. Three questions identify such a program: in which examples does a cell change, which operation
holds in all of those, and which comparison is true in exactly those? A loop does the same to every cell,
relative to the cell, so the features here also have a form relative to the cell.

All features are computed, for certain and for believed lists; only their use is learned.

Shapes: M memories, K examples, N cells, R rows of the table, C constants (also the number of values), S sums,
Q conditions, G relative rows, F features.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from lasynth.models.operations import OperationTable, View

__all__ = ["Changes", "Conditions", "RelativeOperations", "comparisons"]

# Rows relative to a cell: the cell itself, the previous, the next, the first and the last one; then the cell
# combined with each of the other four.
_PLACES: Final = 5
_SIGNS: Final = ((1, 0), (-1, 0), (1, 1), (1, -1), (-1, 1))
_NUM_RELATIVE: Final = 2 * _PLACES + 3 * (_PLACES - 1)


def _places(cell: int, num_cells: int) -> list[int | None]:
    """The cell itself, the previous, the next, the first and the last one; None where there is none."""
    before = cell - 1 if cell > 0 else None
    behind = cell + 1 if cell + 1 < num_cells else None
    return [cell, before, behind, 0, num_cells - 1]


class _Relative:
    """Selects the rows of the table relative to each cell."""

    def __init__(self, table: OperationTable) -> None:
        rows = {row: number for number, row in enumerate(table.rows)}
        self.num_features = _NUM_RELATIVE * table.num_values
        self.index: list[Tensor] = []
        for num_cells in range(table.max_cells + 1):
            found = [
                [_row(rows, cell, place, signs) for place, signs in _pairs(cell, num_cells)]
                for cell in range(num_cells)
            ]
            self.index.append(torch.tensor(found, dtype=torch.long).reshape(num_cells, _NUM_RELATIVE))

    def select(self, matches_MKNRC: Tensor) -> Tensor:
        """`[M, K, N, R, C]` to `[M, K, N, G C]`; 0 where there is no row."""
        index_NG = self.index[matches_MKNRC.shape[2]].to(matches_MKNRC.device)
        index = index_NG.clamp_min(0)[None, None, :, :, None]
        shape = (*matches_MKNRC.shape[:2], -1, -1, matches_MKNRC.shape[4])
        found = matches_MKNRC.gather(3, index.expand(shape))
        return (found * (index_NG >= 0)[:, :, None]).flatten(-2)


def _pairs(cell: int, num_cells: int) -> list[tuple[int | None, tuple[int, int]]]:
    places = _places(cell, num_cells)
    alone = [(place, signs) for place in places for signs in _SIGNS[:2]]
    return alone + [(place, signs) for place in places[1:] for signs in _SIGNS[2:]]


def _row(
    rows: dict[tuple[int, int, int, int], int], cell: int, place: int | None, signs: tuple[int, int]
) -> int:
    """The number of the table's row for a place alone, or for the cell and another place; -1 if none."""
    first, second = signs
    if place is None or (second and place == cell):
        return -1
    if not second:
        return rows[(first, place, 0, 0)]
    high, low = (cell, place) if cell > place else (place, cell)
    of = {cell: first, place: second}
    return rows[(of[high], high, of[low], low)]


class RelativeOperations:
    """Operations relative to the cell: in each example, their mean over the examples, and their minimum.

    `O = I + c` of the cell itself is one feature here; the table has one for each cell.
    """

    def __init__(self, table: OperationTable) -> None:
        self.relative = _Relative(table)
        self.num_each = self.relative.num_features
        self.num_shared = 2 * self.relative.num_features

    def features(self, view: View) -> tuple[Tensor, Tensor]:
        """See `Evidence`."""
        each = self.relative.select(view.matches_MKNRC)
        return each, torch.cat([each.mean(1, keepdim=True), each.amin(1, keepdim=True)], dim=-1)


class Changes:
    """Whether the cell changes, and which operations hold in all examples where it changes."""

    def __init__(self, table: OperationTable) -> None:
        self.table = table
        self.relative = _Relative(table)
        self.num_each = 1
        self.num_shared = 2 + table.num_rows(table.max_cells) * table.num_values + self.relative.num_features

    def features(self, view: View) -> tuple[Tensor, Tensor]:
        """See `Evidence`."""
        changed = view.changed_MKN.unsqueeze(-1)
        kept = (1 - changed).unsqueeze(-1)
        held = torch.maximum(view.matches_MKNRC, kept).amin(1, keepdim=True)
        whole = held.flatten(-2)
        # Shorter lists have fewer rows, which come first.
        room = self.table.num_rows(self.table.max_cells) * self.table.num_values
        whole = functional.pad(whole, (0, room - whole.shape[-1]))
        share, any_of_them = changed.mean(1, keepdim=True), changed.amax(1, keepdim=True)
        return changed, torch.cat([share, any_of_them, whole, self.relative.select(held)], dim=-1)


def comparisons(belief_MKNC: Tensor, sums_MKRS: Tensor, table: OperationTable) -> tuple[Tensor, Tensor]:
    """The probability that comparisons are true.

    Returns:
        `[M, K, N, 2 C - 1]` for each cell and constants: `a <= c` for all c but the last, then `a == c`; and
        `[M, K, N, N, 3]` for each pair of cells: `<`, `==`, `>`.
    """
    num_cells = belief_MKNC.shape[2]
    constants = torch.cat([belief_MKNC.cumsum(-1)[..., :-1], belief_MKNC], dim=-1)
    cell = torch.arange(num_cells, device=belief_MKNC.device)
    low, high = torch.minimum(cell[:, None], cell), torch.maximum(cell[:, None], cell)
    # The row of the higher cell minus the lower one, as `OperationTable` numbers them; row 0 is 0 - 0.
    index = torch.where(low == high, 0, 1 + 2 * high * (high + 1) + 5 + 4 * low)
    difference = sums_MKRS.index_select(2, index.flatten())
    zero = 2 * table.max_value
    less, equal = difference[..., :zero].sum(-1), difference[..., zero]
    more = difference[..., zero + 1 :].sum(-1)
    ordered = torch.stack([less, equal, more], dim=-1).unflatten(2, (num_cells, num_cells))
    # The table has the higher cell minus the lower one; in the other order, `<` is `>`.
    turned = ordered.flip(-1)
    above = torch.ones(num_cells, num_cells, dtype=torch.bool, device=belief_MKNC.device).tril(-1)
    return constants, torch.where(above[:, :, None], ordered, turned)


class Conditions:
    """Which comparisons agree with the change of a cell.

    For a comparison and a cell: whether the cell changes in an example where the comparison is false, or in
    one where it is true (each rules a branch out), and how often the comparison holds, or fails, where
    the cell does not change. The comparisons are those of all cells with constants and with each other, and
    also those of the cell itself with constants and with the cells relative to it.
    """

    def __init__(self, table: OperationTable) -> None:
        self.table = table
        num_cells = table.max_cells
        self.pairs = [(i, k) for k in range(num_cells) for i in range(k)]
        num_absolute = num_cells * (2 * table.num_values - 1) + 3 * len(self.pairs)
        num_relative = 2 * table.num_values - 1 + 3 * (_PLACES - 1)
        self.num_each = 0
        self.num_shared = 4 * (num_absolute + num_relative)

    def features(self, view: View) -> tuple[Tensor, Tensor]:
        """See `Evidence`."""
        belief = view.belief_MKNC
        num_cells = belief.shape[2]
        constants, ordered = comparisons(belief, view.sums_MKRS, self.table)
        first = torch.tensor([i for i, k in self.pairs if k < num_cells], device=belief.device)
        second = torch.tensor([k for _, k in self.pairs if k < num_cells], device=belief.device)
        missing = self.table.max_cells - num_cells
        # Cells and pairs that a shorter list lacks come last: cells, then pairs by their higher cell.
        of_cells = functional.pad(constants, (0, 0, 0, missing)).flatten(2)
        of_pairs = ordered[:, :, first, second] if num_cells > 1 else ordered[:, :, :0, 0]
        of_pairs = functional.pad(of_pairs, (0, 0, 0, len(self.pairs) - len(first))).flatten(2)
        absolute = torch.cat([of_cells, of_pairs], dim=-1)
        relative = torch.cat([constants, self._around(ordered)], dim=-1)
        changed = view.changed_MKN.unsqueeze(-1)
        found = [*_agreement(changed, absolute.unsqueeze(2)), *_agreement(changed, relative)]
        return changed[..., :0], torch.cat(found, dim=-1).unsqueeze(1)

    def _around(self, ordered_MKNN3: Tensor) -> Tensor:
        """Comparisons of each cell with its relative cells: `[M, K, N, 3 (places - 1)]`, 0 where none."""
        num_cells = ordered_MKNN3.shape[2]
        places = [_places(cell, num_cells)[1:] for cell in range(num_cells)]
        index = torch.tensor(
            [[cell if place is None else place for place in of] for cell, of in enumerate(places)]
        )
        there = torch.tensor([[place not in (None, cell) for place in of] for cell, of in enumerate(places)])
        index, there = index.to(ordered_MKNN3.device), there.to(ordered_MKNN3.device)
        shape = (*ordered_MKNN3.shape[:2], -1, -1, 3)
        found = ordered_MKNN3.gather(3, index[None, None, :, :, None].expand(shape))
        return (found * there[:, :, None]).flatten(-2)


def _agreement(changed_MKN1: Tensor, true_MKNQ: Tensor) -> list[Tensor]:
    """Four features for each comparison and cell, `[M, N, Q]` each."""
    against = (changed_MKN1 * (1 - true_MKNQ)).amax(1)
    within = (changed_MKN1 * true_MKNQ).amax(1)
    kept = 1 - changed_MKN1
    idle = (kept * true_MKNQ).mean(1)
    silent = (kept * (1 - true_MKNQ)).mean(1)
    return [against, within, idle, silent]
