"""What a program may compute of its inputs: exact lists, numbers and conditions; nothing is learned here.

Evidence compares them with outputs (`evidence`), and the executor mixes them into beliefs (`executor`). A
value that is not of 32 bits, or that its task has no inputs for, is not there. Division is that of C.

Shapes: B tasks, K examples, N cells, S lists, Z numbers, Q conditions, P operations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from lasynth.models.numbers.tasks import Arrays, Cells

__all__ = [
    *("CONDITIONS", "CONSTANT_CONDITIONS", "LISTS", "NUMBERS", "NUM_PLAIN", "NUM_SIMPLE", "OPERATIONS"),
    *("Candidates", "candidates", "fits", "operated"),
]

_MOST: Final = 2**31 - 1
_CONSTANTS: Final = range(1, 11)
_Operation = Callable[[Tensor], Tensor]


def _with_constant(c: int) -> dict[str, _Operation]:
    return {
        f"x + {c}": lambda x: x + c,
        f"x - {c}": lambda x: x - c,
        f"{c} * x": lambda x: c * x,
        f"x / {c}": lambda x: x.div(c, rounding_mode="trunc"),
        f"x % {c}": lambda x: x.fmod(c),
    }


def _conditions_with_constant(c: int) -> dict[str, _Operation]:
    return {
        f"x > {c}": lambda x: x > c,
        f"x < {c}": lambda x: x < c,
        f"x == {c}": lambda x: x == c,
        f"x % {c} == 0": lambda x: x.fmod(c) == 0,
    }


_COMMON: Final = ("x + 1", "x - 1", "2 * x", "x / 2", "x % 2", "x % 10")
_WITH_CONSTANTS: Final = {name: one for c in _CONSTANTS for name, one in _with_constant(c).items()}
_SIMPLE: Final[dict[str, _Operation]] = {
    "x": lambda x: x,
    **{name: _WITH_CONSTANTS[name] for name in _COMMON},
    "-x": lambda x: -x,
    "x * x": lambda x: x * x,
}
NUM_SIMPLE: Final = len(_SIMPLE)
# On each cell; the first is the cell itself, and the first `NUM_SIMPLE` are the most common.
OPERATIONS: Final = {
    **_SIMPLE,
    **{name: one for name, one in _WITH_CONSTANTS.items() if name not in ("1 * x", "x / 1", "x % 1")},
}
# On the cells of the first list; k is the first number. What needs the list beside the cell comes last.
CONDITIONS: Final = (
    *("x > 0", "x < 0", "x == 0", "even", "odd", "x > k", "x < k", "x == k", "x % k == 0"),
    *("first of its value", "larger than before", "smaller than before", "even place", "in b"),
)
# The same with a constant in place of k.
CONSTANT_CONDITIONS: Final = {
    name: one
    for c in _CONSTANTS
    for name, one in _conditions_with_constant(c).items()
    if name != "x % 1 == 0"
}
_KEPT: Final = ("x > 0", "x < 0", "x != 0", "even", "odd", "x > k", "x < k", "x != k", "first of its value")
NUM_PLAIN: Final = 2  # the lists of the input come first
LISTS: Final = (
    *("a", "b", "a backwards", "b backwards", "sorted a", "a sorted down", "sums", "maxima", "minima"),
    *("steps", "places", "a + k", "a - k", "a * k", "a / k", "a % k"),
    *("a + b", "a - b", "a * b", "a then b"),
    *(f"a where {name}" for name in _KEPT),
)
NUMBERS: Final = (
    *("k", "k_1", "k_2", "k_3", "n", "n_b"),
    *(f"{name} {of}" for of in ("a", "b") for name in ("first", "last", "sum", "most", "least")),
    *("product a", "squares a", "range a", "place of most", "place of least", "different", "a . b"),
    *(f"{what} {name}" for what in ("count", "sum") for name in CONDITIONS),
)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Exact values, in the order of `LISTS`, `NUMBERS` and `CONDITIONS`.

    Attributes:
        lists, lists_there: `[B, K, S, N]` int64 and bool.
        lengths: `[B, K, S]`.
        numbers, numbers_there: `[B, K, Z]`.
        conditions: `[B, K, Q, N]` bool, false where there is no cell.
    """

    lists: Tensor
    lists_there: Tensor
    lengths: Tensor
    numbers: Tensor
    numbers_there: Tensor
    conditions: Tensor


def fits(values: Tensor) -> Tensor:
    """Whether integers are of 32 bits."""
    return (values >= -_MOST - 1) & (values <= _MOST)


def operated(values: Tensor, there: Tensor, num: int | None = None) -> tuple[Tensor, Tensor]:
    """The first `num` operations, or all, on integers: `[...]` to `[..., P]`, and which results there are."""
    found = torch.stack([operation(values) for operation in [*OPERATIONS.values()][:num]], dim=-1)
    known = there[..., None] & fits(found)
    return torch.where(known, found, 0), known


def candidates(arrays: Arrays) -> Candidates:
    """The candidates of each example."""
    first, second = arrays.lists
    number, has_number = arrays.numbers[..., :1], arrays.has_number[..., :1]
    conditions = _conditions(first, second, number, has_number)
    lists = _lists(first, second, number, has_number, conditions)
    numbers = _numbers(arrays, conditions)
    lists_there = torch.stack([cells.there for cells in lists], dim=2)
    values = torch.stack([cells.values for cells in lists], dim=2)
    # What does not fit into the longest list of an example is no result of it.
    inside = arrays.place < arrays.room[..., None]
    lists_there &= fits(values) & inside[:, :, None]
    numbers_there = torch.stack([there for _, there in numbers], dim=-1)
    found = torch.stack([value for value, _ in numbers], dim=-1)
    numbers_there &= fits(found)
    return Candidates(
        torch.where(lists_there, values, 0),
        lists_there,
        torch.stack([cells.length for cells in lists], dim=-1),
        torch.where(numbers_there, found, 0),
        numbers_there,
        torch.stack(list(conditions.values()), dim=2),
    )


def _conditions(first: Cells, second: Cells, number: Tensor, has_number: Tensor) -> dict[str, Tensor]:
    """`[B, K, N]` of each of `CONDITIONS`."""
    values, there = first.values, first.there
    place = torch.arange(values.shape[-1], device=values.device)
    before = functional.pad(values[..., :-1], (1, 0))
    same = (values[..., None] == values[..., None, :]) & there[..., None, :]
    divisor = torch.where(has_number & (number != 0), number, 1)
    divides = has_number & (number != 0)
    found = {
        "x > 0": values > 0,
        "x < 0": values < 0,
        "x == 0": values == 0,
        "even": values % 2 == 0,
        "odd": values % 2 != 0,
        "x > k": has_number & (values > number),
        "x < k": has_number & (values < number),
        "x == k": has_number & (values == number),
        "x % k == 0": divides & (values % divisor == 0),
        "first of its value": ~(same & (place < place[:, None])).any(-1),
        "larger than before": (place > 0) & (values > before),
        "smaller than before": (place > 0) & (values < before),
        "even place": (place % 2 == 0).expand_as(values),
        "in b": ((values[..., None] == second.values[..., None, :]) & second.there[..., None, :]).any(-1),
    }
    return {name: found[name] & there for name in CONDITIONS}


def _lists(
    first: Cells, second: Cells, number: Tensor, has_number: Tensor, conditions: dict[str, Tensor]
) -> list[Cells]:
    """Each of `LISTS`."""
    values, there, length = first.values, first.there, first.length
    place = torch.arange(values.shape[-1], device=values.device).expand_as(values)
    lowest = torch.iinfo(torch.int64).min
    rising = torch.where(there, values, _MOST + 1).sort(-1).values
    of_first = [
        _backwards(first),
        _backwards(second),
        Cells.beginning(rising, length),
        _backwards(Cells.beginning(rising, length)),
        Cells.beginning(values.cumsum(-1), length),
        Cells.beginning(torch.where(there, values, lowest).cummax(-1).values, length),
        Cells.beginning(torch.where(there, values, -lowest - 1).cummin(-1).values, length),
        Cells.beginning(functional.pad(values[..., 1:], (0, 1)) - values, (length - 1).clamp_min(0)),
        Cells.beginning(place, length),
    ]
    known = torch.where(has_number, length[..., None], 0)[..., 0]
    divisor = torch.where(number != 0, number, 1)
    divided = torch.where(number[..., 0] != 0, known, 0)
    with_number = [
        Cells.beginning(values + number, known),
        Cells.beginning(values - number, known),
        Cells.beginning(values * number, known),
        Cells.beginning(values.div(divisor, rounding_mode="trunc"), divided),
        Cells.beginning(values.fmod(divisor), divided),
    ]
    both = torch.minimum(length, second.length)
    with_second = [
        Cells.beginning(values + second.values, both),
        Cells.beginning(values - second.values, both),
        Cells.beginning(values * second.values, both),
        _joined(first, second),
    ]
    unlike = {"x != 0": "x == 0", "x != k": "x == k"}
    kept = []
    for name in _KEPT:
        which = there & ~conditions[unlike[name]] if name in unlike else conditions[name]
        kept.append(_where(first, which & has_number if "k" in name else which))
    return [first, second, *of_first, *with_number, *with_second, *kept]


def _numbers(arrays: Arrays, conditions: dict[str, Tensor]) -> list[tuple[Tensor, Tensor]]:
    """Each of `NUMBERS`, and where there is one."""
    first, second = arrays.lists
    found = list(zip(arrays.numbers.unbind(-1), arrays.has_number.unbind(-1), strict=True))
    found += [(cells.length, arrays.has_list[..., which]) for which, cells in enumerate(arrays.lists)]
    extremes = []
    for which, cells in enumerate(arrays.lists):
        some, has = cells.length > 0, arrays.has_list[..., which]
        last = cells.values.gather(-1, (cells.length - 1).clamp_min(0)[..., None])[..., 0]
        most = torch.where(cells.there, cells.values, -_MOST - 1).max(-1)
        least = torch.where(cells.there, cells.values, _MOST).min(-1)
        extremes.append((most, least, some))
        total = cells.values.sum(-1)
        found += [(cells.values[..., 0], some), (last, some), (total, has)]
        found += [(most.values, some), (least.values, some)]
    (most, least, some), has = extremes[0], arrays.has_list[..., 0]
    # Products are exact in floating point as far as they are of 32 bits.
    exact = first.values.double()
    product = torch.where(first.there, exact, 1.0).prod(-1)
    squares, inner = (exact * exact).sum(-1), (exact * second.values.double()).sum(-1)
    far = float(2 * _MOST)
    found += [(real.clamp(-far, far).long(), has) for real in (product, squares)]
    found += [(most.values - least.values, some)]
    # The first of several equal ones.
    found += [(_first_place(first, extreme.values), some) for extreme in (most, least)]
    found += [(conditions["first of its value"].sum(-1), has)]
    found += [(inner.clamp(-far, far).long(), arrays.has_list[..., 1])]
    needs = {"k": arrays.has_number[..., 0], "b": arrays.has_list[..., 1]}
    known = [
        has & (needs["k"] if "k" in name else needs["b"] if name == "in b" else has) for name in CONDITIONS
    ]
    which_of = [conditions[name] for name in CONDITIONS]
    found += [(which.sum(-1), there) for which, there in zip(which_of, known, strict=True)]
    found += [
        (torch.where(which, first.values, 0).sum(-1), there)
        for which, there in zip(which_of, known, strict=True)
    ]
    return found


def _first_place(cells: Cells, value: Tensor) -> Tensor:
    """The place of the first cell of a value, `[B, K]`."""
    return ((cells.values == value[..., None]) & cells.there).int().argmax(-1)


def _backwards(cells: Cells) -> Cells:
    place = torch.arange(cells.values.shape[-1], device=cells.values.device)
    mirrored = (cells.length[..., None] - 1 - place).clamp_min(0)
    return Cells.beginning(cells.values.gather(-1, mirrored), cells.length)


def _joined(first: Cells, second: Cells) -> Cells:
    """One list behind another, as far as there is room."""
    num_cells = first.values.shape[-1]
    place = torch.arange(num_cells, device=first.values.device)
    behind = place - first.length[..., None]
    moved = second.values.gather(-1, behind.clamp(0, num_cells - 1))
    length = torch.where(second.length > 0, first.length + second.length, 0)
    return Cells.beginning(torch.where(behind < 0, first.values, moved), length)


def _where(cells: Cells, which: Tensor) -> Cells:
    """The cells that are kept, in their order."""
    # Stable: those that are kept come first.
    order = torch.sort((~which).int(), dim=-1, stable=True).indices
    return Cells.beginning(cells.values.gather(-1, order), which.sum(-1))
