"""Evidence of branches equals a direct computation on the lists."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from lasynth.models.branches import Changes, Conditions, RelativeOperations, comparisons
from lasynth.models.operations import OperationTable, View


def view_of(lists: torch.Tensor, outputs: torch.Tensor, table: OperationTable) -> View:
    belief = functional.one_hot(lists + 4, 9).float()
    sums = table.distributions(belief)
    matches = table.matches(sums, outputs)
    return View(belief, sums, matches, table.changed(matches))


@pytest.fixture(params=[5, 3, 1])
def drawn(request: pytest.FixtureRequest) -> tuple[OperationTable, torch.Tensor, torch.Tensor, View]:
    generator = torch.Generator().manual_seed(3)
    shape = (4, 5, request.param)
    lists = torch.randint(-4, 5, shape, generator=generator)
    # Half of the cells are kept, so that some change and others do not.
    other = torch.randint(-4, 5, shape, generator=generator)
    outputs = torch.where(torch.rand(shape, generator=generator) < 0.5, lists, other)
    table = OperationTable(4, 5)
    return table, lists, outputs, view_of(lists, outputs, table)


def test_changes_are_cells_that_differ(drawn) -> None:
    _, lists, outputs, view = drawn
    torch.testing.assert_close(view.changed_MKN, (lists != outputs).float())


def test_comparisons(drawn) -> None:
    table, lists, _, view = drawn
    constants, ordered = comparisons(view.belief_MKNC, view.sums_MKRS, table)
    values = torch.arange(-4, 5)
    at_most = (lists[..., None] <= values[:-1]).float()
    torch.testing.assert_close(constants, torch.cat([at_most, (lists[..., None] == values).float()], dim=-1))
    left, right = lists[..., None], lists[..., None, :]
    expected = torch.stack([left < right, left == right, left > right], dim=-1).float()
    torch.testing.assert_close(ordered, expected)


def test_operations_seen_from_the_cell(drawn) -> None:
    table, lists, outputs, view = drawn
    found, shared = RelativeOperations(table).features(view)
    found, shared = found.unflatten(-1, (-1, 9)), shared.unflatten(-1, (2, -1, 9))
    num_cells = lists.shape[2]
    constants = torch.arange(-4, 5)

    def holds(sums: torch.Tensor, cell: int) -> torch.Tensor:
        return (outputs[:, :, cell, None] == sums[..., None] + constants).float()

    for cell in range(num_cells):
        own, first, last = lists[:, :, cell], lists[:, :, 0], lists[:, :, -1]
        each = found[:, :, cell]
        torch.testing.assert_close(each[:, :, 0], holds(own, cell))
        torch.testing.assert_close(each[:, :, 1], holds(-own, cell))
        before = holds(lists[:, :, cell - 1], cell) if cell else torch.zeros(4, 5, 9)
        torch.testing.assert_close(each[:, :, 2], before)
        torch.testing.assert_close(each[:, :, 6], holds(first, cell))
        torch.testing.assert_close(each[:, :, 9], holds(-last, cell))
        if cell:  # the cell minus the previous one; the third of its three rows is reversed
            torch.testing.assert_close(each[:, :, 11], holds(own - lists[:, :, cell - 1], cell))
            torch.testing.assert_close(each[:, :, 12], holds(lists[:, :, cell - 1] - own, cell))
    torch.testing.assert_close(shared[:, :, :, 0], found.mean(1, keepdim=True))
    torch.testing.assert_close(shared[:, :, :, 1], found.amin(1, keepdim=True))


def test_operations_that_hold_where_the_cell_changes() -> None:
    """`if (a[1] > 0) a[0] = a[2] + 1;`: the sum holds in all examples with a change, but not in all."""
    table = OperationTable(4, 5)
    lists = torch.tensor([[[0, 1, 2, 0, 0], [4, -1, 1, 0, 3], [2, 2, -3, 1, 0], [1, 0, 3, 0, 0]]])
    outputs = lists.clone()
    outputs[0, :, 0] = torch.where(lists[0, :, 1] > 0, lists[0, :, 2] + 1, lists[0, :, 0])
    view = view_of(lists, outputs, table)
    changed, features = Changes(table).features(view)
    row = table.rows.index((1, 2, 0, 0))
    place = 2 + row * 9 + (1 + 4)
    assert features[0, 0, 0, place] == 1
    assert view.matches_MKNRC[0, :, 0, row, 1 + 4].amin() == 0
    assert changed[0, :, 0, 0].tolist() == (outputs[0, :, 0] != lists[0, :, 0]).float().tolist()
    assert features[0, 0, 1, 1] == 0  # the second cell never changes


def test_conditions_that_agree_with_a_change(drawn) -> None:
    table, lists, outputs, view = drawn
    conditions = Conditions(table)
    num_cells = lists.shape[2]
    each, found = conditions.features(view)
    assert each.shape == (4, 5, num_cells, 0)
    assert found.shape == (4, 1, num_cells, conditions.num_shared)
    num_absolute = 5 * 17 + 3 * 10
    absolute = found[:, 0, :, : 4 * num_absolute].unflatten(-1, (4, num_absolute))
    changed = (lists != outputs).float()
    for cell in range(num_cells):
        for other in range(num_cells):
            for constant in range(-4, 4):
                true = (lists[:, :, other] <= constant).float()
                what = absolute[:, cell, :, other * 17 + constant + 4]
                moved = changed[:, :, cell]
                torch.testing.assert_close(what[:, 0], (moved * (1 - true)).amax(1))
                torch.testing.assert_close(what[:, 1], (moved * true).amax(1))
                torch.testing.assert_close(what[:, 2], ((1 - moved) * true).mean(1))
                torch.testing.assert_close(what[:, 3], ((1 - moved) * (1 - true)).mean(1))
    if num_cells > 2:  # the pair of the second and the third cell, after two pairs of lower cells
        true = (lists[:, :, 1] < lists[:, :, 2]).float()
        what = absolute[:, 0, 0, 5 * 17 + 3 * 2]
        torch.testing.assert_close(what, (changed[:, :, 0] * (1 - true)).amax(1))


def test_comparisons_seen_from_the_cell(drawn) -> None:
    table, lists, outputs, view = drawn
    conditions = Conditions(table)
    found = conditions.features(view)[1][:, 0, :, 4 * (5 * 17 + 3 * 10) :].unflatten(-1, (4, -1))
    changed = (lists != outputs).float()
    for cell in range(1, lists.shape[2]):
        true = (lists[:, :, cell] > lists[:, :, cell - 1]).float()
        torch.testing.assert_close(found[:, cell, 0, 17 + 2], (changed[:, :, cell] * (1 - true)).amax(1))
        # Nothing is compared with itself.
        true = (lists[:, :, cell] < lists[:, :, 0]).float()
        torch.testing.assert_close(found[:, cell, 1, 17 + 6], (changed[:, :, cell] * true).amax(1))
    torch.testing.assert_close(found[:, 0, 1, 17 + 6 : 17 + 9], torch.zeros(4, 3))


def test_pairs_are_numbered_as_the_table_numbers_them() -> None:
    table = OperationTable(4, 5)
    for high in range(5):
        assert table.rows[1 + 2 * high * (high + 1)] == (1, high, 0, 0)
        for low in range(high):
            assert table.rows[1 + 2 * high * (high + 1) + 5 + 4 * low] == (1, high, -1, low)
