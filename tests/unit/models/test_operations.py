"""The operation table equals direct sums of cells, for certain and for believed lists."""

from __future__ import annotations

import torch
from torch.nn import functional

from lasynth.models.operations import OperationTable


def certain(lists: torch.Tensor) -> torch.Tensor:
    return functional.one_hot(lists + 4, 9).float()


def values_of(table: OperationTable, lists: torch.Tensor) -> torch.Tensor:
    """The value of each row of the table, computed directly: `[..., R]`."""
    rows = table.rows[: table.num_rows(lists.shape[-1])]
    return torch.stack([a * lists[..., i] + b * lists[..., k] for a, i, b, k in rows], dim=-1)


def test_rows_are_all_signed_pairs_once() -> None:
    table = OperationTable(max_value=4, max_cells=4)
    sums = {tuple(sorted([(a, i) if a else (0, 0), (b, k) if b else (0, 0)])) for a, i, b, k in table.rows}
    assert len(sums) == len(table.rows) == table.num_rows(4)
    assert (1, 3, 0, 0) in table.rows
    assert ((-1, 2, 1, 1) in table.rows) != ((1, 1, -1, 2) in table.rows)


def test_certain_lists() -> None:
    torch.manual_seed(0)
    for num_cells in (1, 3, 5):
        table = OperationTable(max_value=4, max_cells=5)
        inputs = torch.randint(-4, 5, (2, 3, num_cells))
        outputs = torch.randint(-4, 5, (2, 3, num_cells))
        sums = table.distributions(certain(inputs))
        expected = values_of(table, inputs)
        assert (sums.argmax(-1) - 8 == expected).all()
        torch.testing.assert_close(sums.sum(-1), torch.ones_like(sums[..., 0]))
        matches = table.matches(sums, outputs)
        for place, constant in enumerate(range(-4, 5)):
            holds = (expected + constant)[:, :, None, :] == outputs[..., None]
            assert (matches[..., place] == holds.float()).all()


def test_beliefs_are_added_as_independent_but_a_cell_with_itself() -> None:
    torch.manual_seed(1)
    table = OperationTable(max_value=4, max_cells=3)
    belief = torch.rand(1, 1, 3, 9).softmax(-1)
    sums = table.distributions(belief)[0, 0]
    difference = torch.zeros(17)
    for left in range(9):
        for right in range(9):
            difference[left - right + 8] += belief[0, 0, 2, left] * belief[0, 0, 0, right]
    torch.testing.assert_close(sums[table.rows.index((1, 2, -1, 0))], difference)
    twice = torch.zeros(17)
    for value in range(9):
        twice[2 * (value - 4) + 8] = belief[0, 0, 1, value]
    torch.testing.assert_close(sums[table.rows.index((1, 1, 1, 1))], twice)


def test_perform_drops_what_leaves_the_range() -> None:
    table = OperationTable(max_value=4, max_cells=5)
    inputs = torch.randint(-4, 5, (2, 3, 5), generator=torch.Generator().manual_seed(2))
    sums = table.distributions(certain(inputs))
    generator = torch.Generator().manual_seed(3)
    row = torch.randint(len(table.rows), (2, 3, 5), generator=generator)
    constant = torch.randint(-4, 5, (2, 3, 5), generator=generator)
    performed = table.perform(functional.one_hot(row, len(table.rows)).float(), certain(constant), sums)
    expected = values_of(table, inputs).gather(-1, row) + constant
    inside = expected.abs() <= 4
    assert inside.any()
    assert not inside.all()
    assert (performed.argmax(-1) - 4 == expected)[inside].all()
    assert (performed.sum(-1) == inside.float()).all()
