"""One operation on one example: which function is called with what.

A number lies as K values in the pool of cells; a list as K + 1 offsets and then the cells of all examples,
so that those of example k lie from offset k to offset k + 1.
"""

from __future__ import annotations

from typing import Final

from lasynth.compiled import njit
from lasynth.domains.c.lists.terms.cells import NOTHING, Ints, cell, of_cells
from lasynth.domains.c.lists.terms.of_more import (
    list_and_mask,
    list_and_number,
    list_and_numbers,
    numbers_to_list,
    two_lists,
)
from lasynth.domains.c.lists.terms.of_one import (
    UNDEFINED,
    list_of_list,
    mask_of_list,
    number_of_list,
)
from lasynth.domains.c.lists.terms.operations import CELLWISE, Function

__all__ = ["evaluate"]

_CHOOSE = int(Function.CHOOSE)
# The functions of each signature lie together (`Function`): the last ones of each.
_OF_LIST: Final = 49
_MASK_OF_LIST: Final = 59
_NUMBER_OF_LIST: Final = 79
_LIST_AND_NUMBER: Final = 109
_LIST_AND_NUMBERS: Final = 119
_NUMBERS: Final = 129
_TWO_LISTS: Final = 139


@njit(cache=True, nogil=True)
def evaluate(
    function: int, shortest: bool, pool: Ints, s0: int, l0: int, s1: int, l1: int, s2: int, l2: int,
    k: int, out: Ints, at: int,
) -> int:  # fmt: skip
    """Write the value on example k; return its number of cells, 1 for a number, or `UNDEFINED`.

    Args:
        function: what to compute.
        shortest: whether lists of different lengths are taken cell by cell as far as both go.
        pool: all cells.
        s0, s1, s2: where the arguments begin.
        l0, l1, l2: 1 for a list, 0 for a number, -1 where there is no such argument.
        k: the example.
        out: where to write the cells.
        at: the place of the first of them.
    """
    a, n = s0 + k, 1
    if l0 == 1:
        a, n = s0 + pool[s0 + k], pool[s0 + k + 1] - pool[s0 + k]
    b, m = s1 + k, 1
    if l1 == 1:
        b, m = s1 + pool[s1 + k], pool[s1 + k + 1] - pool[s1 + k]
    if function < CELLWISE:
        if function == _CHOOSE:
            c, p = s2 + k, 1
            if l2 == 1:
                c, p = s2 + pool[s2 + k], pool[s2 + k + 1] - pool[s2 + k]
            if (l1 == 1 and m != n) or (l2 == 1 and p != n):
                return UNDEFINED
            for i in range(n):
                out[at + i] = pool[b + i * l1] if pool[a + i] else pool[c + i * l2]
            return n
        if l1 == -1:
            b, l1 = a, l0
        elif l0 == 1 and l1 == 1 and n != m:
            if not shortest:
                return UNDEFINED
            n = min(n, m)
        elif l0 == 0:
            n = m
        for i in range(n):
            value = of_cells(function, cell(pool, a + i * l0), cell(pool, b + i * l1))
            if value == NOTHING:
                return UNDEFINED
            out[at + i] = value
        return n
    if function <= _OF_LIST:
        return list_of_list(function, pool, a, n, out, at)
    if function <= _MASK_OF_LIST:
        return mask_of_list(function, pool, a, n, out, at)
    if function <= _NUMBER_OF_LIST:
        return number_of_list(function, pool, a, n, out, at)
    if function <= _LIST_AND_NUMBER:
        return list_and_number(function, pool, a, n, cell(pool, b), out, at)
    if function <= _LIST_AND_NUMBERS:
        return list_and_numbers(function, pool, a, n, cell(pool, b), cell(pool, s2 + k), out, at)
    if function <= _NUMBERS:
        y = cell(pool, b) if l1 == 0 else 0
        step = cell(pool, s2 + k) if l2 == 0 else 1
        return numbers_to_list(function, cell(pool, a), y, step, out, at)
    if function <= _TWO_LISTS:
        return two_lists(function, pool, a, n, b, m, out, at)
    return list_and_mask(function, pool, a, n, b, m, out, at)
