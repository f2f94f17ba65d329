"""What an operation makes of one or two cells: the arithmetic and the comparisons of C."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.c.lists.terms.operations import Function

__all__ = ["NOTHING", "Ints", "cell", "of_cells"]

Ints = npt.NDArray[np.int32]

NOTHING: Final = 1 << 40  # no value: what C leaves undefined

_ADD, _SUBTRACT, _MULTIPLY = int(Function.ADD), int(Function.SUBTRACT), int(Function.MULTIPLY)
_DIVIDE, _REMAINDER = int(Function.DIVIDE), int(Function.REMAINDER)
_MIN, _MAX, _AND, _OR = int(Function.MIN), int(Function.MAX), int(Function.AND), int(Function.OR)
_LESS, _GREATER, _EQUAL = int(Function.LESS), int(Function.GREATER), int(Function.EQUAL)
_DIFFERENT, _AT_MOST, _AT_LEAST = int(Function.DIFFERENT), int(Function.AT_MOST), int(Function.AT_LEAST)
_NEGATE, _ABSOLUTE = int(Function.NEGATE), int(Function.ABSOLUTE)
_GCD = int(Function.GCD)
_EVEN, _ODD, _NOT = int(Function.EVEN), int(Function.ODD), int(Function.NOT)
_LOWEST, _HIGHEST = -(1 << 31), (1 << 31) - 1


@njit(cache=True, nogil=True)
def cell(pool: Ints, place: int) -> int:
    """A cell, in 64 bits: the negative of one may not fit in 32."""
    return int(np.int64(pool[place]))


@njit(cache=True, nogil=True)
def of_cells(function: int, x: int, y: int) -> int:
    """The value of a function of one or two cells, or `NOTHING`."""
    value = x
    if function == _ADD:
        value = x + y
    elif function == _SUBTRACT:
        value = x - y
    elif function == _MULTIPLY:
        value = x * y
    elif function == _DIVIDE or function == _REMAINDER:
        if y == 0 or (y == -1 and x == _LOWEST):
            return NOTHING
        quotient = abs(x) // abs(y)
        if (x < 0) != (y < 0):
            quotient = -quotient
        value = quotient if function == _DIVIDE else x - quotient * y
    elif function == _MIN:
        value = min(x, y)
    elif function == _MAX:
        value = max(x, y)
    elif function == _NEGATE:
        value = -x
    elif function == _ABSOLUTE:
        value = abs(x)
    elif function == _GCD:
        y = abs(y)
        value = abs(x)
        while y:
            value, y = y, value % y
    else:
        return _truth(function, x, y)
    return value if _LOWEST <= value <= _HIGHEST else NOTHING


@njit(cache=True, nogil=True)
def _truth(function: int, x: int, y: int) -> int:
    if function == _LESS:
        return int(x < y)
    if function == _GREATER:
        return int(x > y)
    if function == _EQUAL:
        return int(x == y)
    if function == _DIFFERENT:
        return int(x != y)
    if function == _AT_MOST:
        return int(x <= y)
    if function == _AT_LEAST:
        return int(x >= y)
    if function == _AND:
        return int(x != 0 and y != 0)
    if function == _OR:
        return int(x != 0 or y != 0)
    if function == _EVEN:
        return int(x % 2 == 0)
    if function == _ODD:
        return int(x % 2 != 0)
    return int(x == 0)  # NOT
