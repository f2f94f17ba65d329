"""Further inputs like those of a task, on which programs that fit its examples may differ.

What a person would take for an input of the task is kept: how long lists are and that two have the same
length, that lists are sorted, that a number is an index or a count of cells. Values are those seen, those
between them and small ones, so that comparisons in programs come out both ways.

Shapes: K examples, Q further inputs, L numbers of an input, N cells.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lasynth.domains.c.lists.layout import (
    LIST_WIDTH,
    LISTS_AT,
    MAX_CELLS,
    NUM_LISTS_AT,
    NUM_NUMBERS_AT,
    NUMBERS_AT,
)

__all__ = ["further_inputs"]

IntArray = npt.NDArray[np.int64]

_MIN_INT: Final = -(2**31)
_MAX_INT: Final = 2**31 - 1
_FROM_LENGTH: Final = 2  # how far lengths are from one that was seen
_EMPTY_SHARE: Final = 1 / 32  # of lists, where none was seen to be empty
_SMALL: Final = 4  # small values are up to this
_FEW: Final = 3  # so many different values may be all that there are
_SORTED_PAIRS: Final = 6  # neighbours in order, from which on lists count as sorted
# How often a cell is one that was seen, between those seen, small, one of the numbers, an earlier cell.
_CELL_SHARES: Final = (0.4, 0.3, 0.1, 0.1, 0.1)
_NUMBER_SHARES: Final = (0.5, 0.35, 0.15)  # likewise, the first three


def further_inputs(inputs_KL: npt.NDArray[Any], num: int, seed: int) -> npt.NDArray[np.int32]:
    """Further inputs `[Q, L]` of the kind of the given ones, Q = `num`; a pure function of its arguments."""
    rng = np.random.default_rng(seed)
    seen_KL = inputs_KL.astype(np.int64)
    num_lists, num_numbers = int(seen_KL[0, NUM_LISTS_AT]), int(seen_KL[0, NUM_NUMBERS_AT])
    found_QL = np.zeros((num, inputs_KL.shape[1]), dtype=np.int64)
    found_QL[:, NUM_LISTS_AT], found_QL[:, NUM_NUMBERS_AT] = num_lists, num_numbers
    starts = [LISTS_AT + LIST_WIDTH * number for number in range(num_lists)]
    lengths_KJ = seen_KL[:, starts]
    lengths_QJ = _lengths(lengths_KJ, num, rng)
    for number in range(num_numbers):
        place = NUMBERS_AT + number
        drawn_Q = _draw(seen_KL[:, place], (num,), _NUMBER_SHARES, rng)
        found_QL[:, place] = _as_index(drawn_Q, seen_KL[:, place], lengths_KJ, lengths_QJ)
    numbers_QI = found_QL[:, NUMBERS_AT : NUMBERS_AT + num_numbers]
    for number, start in enumerate(starts):
        lists = [
            row[start + 1 : start + 1 + length]
            for row, length in zip(seen_KL, lengths_KJ[:, number], strict=True)
        ]
        cells_QN = _cells(lists, numbers_QI, num, rng)
        length_Q1 = lengths_QJ[:, number, None]
        behind_QN = np.arange(MAX_CELLS) >= length_Q1
        if _are_sorted(lists):
            cells_QN = np.sort(np.where(behind_QN, _MAX_INT, cells_QN), axis=1)
        found_QL[:, start] = length_Q1[:, 0]
        found_QL[:, start + 1 : start + LIST_WIDTH] = np.where(behind_QN, 0, cells_QN)
    return found_QL.astype(np.int32)


def _lengths(seen_KJ: IntArray, num: int, rng: np.random.Generator) -> IntArray:
    """Lengths `[Q, J]` of J lists around those seen; lists of one length in each example keep to that."""
    lengths_QJ = seen_KJ[rng.integers(len(seen_KJ), size=num)]
    lengths_QJ = lengths_QJ + rng.integers(-_FROM_LENGTH, _FROM_LENGTH, size=lengths_QJ.shape, endpoint=True)
    least_J = np.where((seen_KJ == 0).any(axis=0), 0, 1)
    lengths_QJ = np.clip(lengths_QJ, least_J, MAX_CELLS)
    lengths_QJ[rng.random(lengths_QJ.shape) < _EMPTY_SHARE] = 0
    for second in range(seen_KJ.shape[1]):
        for first in range(second):
            if (seen_KJ[:, first] == seen_KJ[:, second]).all():
                lengths_QJ[:, second] = lengths_QJ[:, first]
    return lengths_QJ


def _as_index(drawn_Q: IntArray, seen_K: IntArray, lengths_KJ: IntArray, lengths_QJ: IntArray) -> IntArray:
    """Numbers that stay within a list where those seen are all at most as large as that is long."""
    for length_K, length_Q in zip(lengths_KJ.T, lengths_QJ.T, strict=True):
        if (seen_K < 0).any() or (seen_K > length_K).any():
            continue
        least = int(seen_K.min() > 0)
        most_Q = length_Q - int((seen_K < length_K).all())
        room_Q = np.maximum(most_Q - least + 1, 1)
        within_Q = (drawn_Q >= least) & (drawn_Q <= most_Q)
        return np.where(within_Q, drawn_Q, least + (drawn_Q - least) % room_Q)
    return drawn_Q


def _draw(
    seen: IntArray, shape: tuple[int, ...], shares: tuple[float, ...], rng: np.random.Generator
) -> IntArray:
    """Values that were seen, between those seen, or small."""
    least, most = int(seen.min()), int(seen.max())
    smallest = -_SMALL if least < 0 else 0
    choices = (
        rng.choice(seen, size=shape),
        rng.integers(least, most, size=shape, endpoint=True),
        rng.integers(smallest, _SMALL, size=shape, endpoint=True),
    )
    which = rng.choice(3, size=shape, p=np.array(shares[:3]) / sum(shares[:3]))
    drawn: IntArray = np.choose(which, choices)
    return drawn


def _cells(lists: list[IntArray], numbers_QI: IntArray, num: int, rng: np.random.Generator) -> IntArray:
    """`[Q, N]` cells like those of some lists."""
    seen = np.concatenate(lists)
    shape = (num, MAX_CELLS)
    if not len(seen):
        seen = np.arange(-_SMALL, _SMALL + 1)
    different = np.unique(seen)
    if len(different) <= _FEW and len(seen) > 2 * len(different):
        return rng.choice(different, size=shape)
    cells_QN = _draw(seen, shape, _CELL_SHARES, rng)
    other_QN = rng.random(shape)
    if numbers_QI.shape[1]:
        which_QN = rng.integers(numbers_QI.shape[1], size=shape)
        is_number_QN = other_QN < _CELL_SHARES[3]
        cells_QN = np.where(is_number_QN, np.take_along_axis(numbers_QI, which_QN, axis=1), cells_QN)
    earlier_QN = (rng.random(shape) * np.arange(MAX_CELLS)).astype(np.int64)
    is_again_QN = other_QN >= 1 - _CELL_SHARES[4]
    return np.where(is_again_QN, np.take_along_axis(cells_QN, earlier_QN, axis=1), cells_QN)


def _are_sorted(lists: list[IntArray]) -> bool:
    """Whether lists are sorted, and that is hardly by chance."""
    pairs = np.concatenate([np.diff(cells) for cells in lists])
    return len(pairs) >= _SORTED_PAIRS and bool((pairs >= 0).all()) and bool((pairs > 0).any())
