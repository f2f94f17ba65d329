"""What a computed loop may do to the cell at p: it becomes a sum of a few terms and a small number.

The sum is a row of numbers, its *form*: how often it has the cell itself and p, a cell and how often, another
cell and how often.

Costs are those of `lasynth.domains.c.ends`.

Shapes: N cells, E forms, M changes.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.c.comparisons import LARGEST_NUMBER, MOST_SUMMED, NEVER

__all__ = ["FORM", "LEAST_CHANGE", "LoopChanges", "change_text", "loop_changes", "right_changes", "sum_of"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

FORM: Final = 6  # numbers of a form
LEAST_CHANGE: Final = 4.4  # the cheapest one
_KEPT: Final = (1, 0, 0, 0)
_NOTHING: Final = (0, 0, 0, 0)
_NEGATIVES: Final = ((-1, 0, 0, 0), (0, 0, -1, 0))
# How often the cell itself, p, a cell and another one are in a sum; the largest number added to it; what it
# costs without one.
_SUMS: Final = {
    _KEPT: (LARGEST_NUMBER, NEVER),
    _NOTHING: (LARGEST_NUMBER, 5.0),
    (0, 0, 1, 0): (LARGEST_NUMBER, 5.3),
    (2, 0, 0, 0): (LARGEST_NUMBER, 5.8),
    (1, 1, 0, 0): (2, 6.7),
    (1, -1, 0, 0): (2, 6.7),
    (0, 1, 0, 0): (2, 6.3),
    (1, 0, 1, 0): (2, 7.3),
    (1, 0, -1, 0): (2, 7.3),
    (-1, 0, 1, 0): (2, 8.3),
    (-1, 0, 0, 0): (LARGEST_NUMBER, 7.8),
    (0, 0, -1, 0): (2, 8.6),
    (2, 0, 1, 0): (0, 8.7),
    (2, 0, -1, 0): (0, 8.9),
    (0, 1, 1, 0): (0, 8.9),
    (0, -1, 1, 0): (0, 9.8),
    (0, 1, -1, 0): (0, 10.0),
    (0, 0, 1, 1): (0, 10.5),
    (0, 0, 1, -1): (0, 11.3),
    (1, 1, 1, 0): (0, 11.5),
    (1, 0, 1, 1): (0, 11.5),
    (1, 1, -1, 0): (0, 12.0),
    (1, 0, 1, -1): (0, 12.0),
    (1, 0, -1, -1): (0, 12.0),
}


class LoopChanges(NamedTuple):
    """All changes for lists of a length.

    Attributes:
        forms_E6: of each sum.
        largest_E: the largest number that is added to it.
        first_E: its first change; the others, with rising numbers, are behind.
        least_E: what the cheapest of these costs.
        what_M7: the form of each change, and its number.
        costs_M: of each change.
    """

    forms_E6: Ints
    largest_E: Ints
    first_E: Ints
    least_E: Floats
    what_M7: Ints
    costs_M: Floats


@cache
def loop_changes(num_cells: int) -> LoopChanges:
    """The changes for lists of a length; those of two cells are left out for long ones."""
    forms, largest, first, least = [], [], [], []
    what: list[tuple[int, ...]] = []
    costs: list[float] = []
    for times, (most, _) in _SUMS.items():
        for a, b in _cells(times, num_cells):
            forms.append((times[0], times[1], a, times[2], b, times[3]))
            largest.append(most)
            first.append(len(what))
            here = [_cost(times, number) for number in range(-most, most + 1)]
            least.append(min(here))
            what += [(*forms[-1], number) for number in range(-most, most + 1)]
            costs += here
    return LoopChanges(
        np.array(forms), np.array(largest), np.array(first), np.array(least), np.array(what), np.array(costs)
    )


def _cells(times: tuple[int, int, int, int], num_cells: int) -> list[tuple[int, int]]:
    """The cells that a sum may have; 0 where it has none."""
    *_, one, other = times
    if not other:
        return [(a, 0) for a in range(num_cells if one else 1)]
    if num_cells > MOST_SUMMED:
        return []
    pairs = [(a, b) for a in range(num_cells) for b in range(num_cells)]
    return [(a, b) for a, b in pairs if (a <= b if one == other else a != b)]


def _cost(times: tuple[int, int, int, int], number: int) -> float:
    size = abs(number)
    if times == _KEPT:
        return NEVER if size == 0 else LEAST_CHANGE if size == 1 else 6.7 + 0.2 * size
    cost = _SUMS[times][1]
    if times == _NOTHING:
        return cost + 0.4 * size + (0.5 if number < 0 else 0.0)
    if times in _NEGATIVES:  # which need a number anyway
        return cost + 0.3 * size
    return cost + (2.1 + 0.25 * size if size else 0.0)


@njit(cache=True, nogil=True)
def sum_of(form_6: Ints, cells_N: Ints, p: int) -> int:
    """What the cell at p becomes, without the number that is added."""
    of_cells = form_6[3] * cells_N[form_6[2]] + form_6[5] * cells_N[form_6[4]]
    return form_6[0] * cells_N[p] + form_6[1] * p + of_cells


@njit(cache=True, nogil=True)
def right_changes(
    changes: LoopChanges,
    limit: float,
    found_NN: Ints,
    outputs_N: Ints,
    free_N: Bools,
    first_case: int,
    right_M: Ints,
) -> None:
    """Add to `right_M` the cases of one example on which each change is right, as bits.

    Args:
        changes: all of them.
        limit: dearer ones are left out.
        found_NN: the cells that the change at each p finds.
        outputs_N: what is wanted.
        free_N: cells of which nothing is wanted.
        first_case: the bit of cell 0.
        right_M: see above.
    """
    for e in range(len(changes.least_E)):
        if changes.least_E[e] > limit:
            continue
        form_6, largest = changes.forms_E6[e], changes.largest_E[e]
        zero = changes.first_E[e] + largest
        for p in range(len(outputs_N)):
            number = outputs_N[p] - sum_of(form_6, found_NN[p], p)
            if -largest <= number <= largest and not free_N[p]:
                right_M[zero + number] |= 1 << (first_case + p)


def change_text(*change: int) -> str:
    """A change, its form and its number, in C."""
    kept, index, a, times_a, b, times_b, number = change
    if (kept, index, times_a, times_b) == _KEPT and abs(number) == 1:
        return f"a[p_0]{'++' if number > 0 else '--'};"
    of_cell = [(1, "a[p_0]")] if kept > 1 else [(-1, "a[p_0]")] if kept < 0 else []
    terms = [*of_cell, (times_a, f"a[{a}]"), (times_b, f"a[{b}]"), (index, "p_0")]
    terms = [term for term in terms if term[0]]
    positive = any(times > 0 for times, _ in terms)
    if kept <= 0:
        operator, sign = "=", 1
    else:
        sign = 1 if positive or (not terms and number > 0) else -1
        operator = "+=" if sign > 0 else "-="
    terms = sorted(((sign * times, text) for times, text in terms), key=lambda term: term[0] < 0)
    if kept <= 0 and not positive:  # an expression does not begin with a minus
        terms.insert(0, (1, str(number)))
    elif number:
        terms.append((sign * number, str(abs(number))))
    rest = "".join(f" {'+' if times > 0 else '-'} {text}" for times, text in terms[1:])
    return f"a[p_0] {operator} {terms[0][1]}{rest};"
