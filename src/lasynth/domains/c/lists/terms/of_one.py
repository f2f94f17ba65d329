"""What operations make of one list.

Cells lie one behind another in one array: the cells of an argument from `a` on, those of the result from
`at` on.
"""

from __future__ import annotations

from typing import Final

from lasynth.compiled import njit
from lasynth.domains.c.lists.terms.cells import Ints, cell, of_cells
from lasynth.domains.c.lists.terms.operations import Function

__all__ = ["MAX_CELLS", "UNDEFINED", "list_of_list", "mask_of_list", "number_of_list"]

MAX_CELLS: Final = 64
UNDEFINED: Final = -1  # instead of a number of cells

_F = Function
_REVERSE, _SORT, _SORT_DOWN, _UNIQUE = int(_F.REVERSE), int(_F.SORT), int(_F.SORT_DOWN), int(_F.UNIQUE)
_INDICES, _DIFFERENCES, _OCCURRENCES = int(_F.INDICES), int(_F.DIFFERENCES), int(_F.OCCURRENCES)
_RUNNING_SUM, _RUNNING_PRODUCT = int(_F.RUNNING_SUM), int(_F.RUNNING_PRODUCT)
_RUNNING_MAX, _RUNNING_MIN = int(_F.RUNNING_MAX), int(_F.RUNNING_MIN)
_RUNNING_DIFFERENCE, _ADJACENT_SUMS = int(_F.RUNNING_DIFFERENCE), int(_F.ADJACENT_SUMS)
_STREAK = int(_F.STREAK)
_PLACE_OF_LARGEST, _PLACE_OF_SMALLEST = int(_F.PLACE_OF_LARGEST), int(_F.PLACE_OF_SMALLEST)
_DIGITS, _EACH_ITSELF = int(_F.DIGITS), int(_F.EACH_ITSELF)
_ABOVE_LAST, _BELOW_LAST, _AS_LAST = int(_F.ABOVE_LAST), int(_F.BELOW_LAST), int(_F.AS_LAST)
_ABOVE_NEXT, _BELOW_NEXT, _AS_NEXT = int(_F.ABOVE_NEXT), int(_F.BELOW_NEXT), int(_F.AS_NEXT)
_LENGTH, _SUM, _PRODUCT = int(_F.LENGTH), int(_F.SUM), int(_F.PRODUCT)
_LARGEST, _SMALLEST, _FIRST, _LAST = int(_F.LARGEST), int(_F.SMALLEST), int(_F.FIRST), int(_F.LAST)
_COUNT, _FIND, _ANY, _ALL = int(_F.COUNT), int(_F.FIND), int(_F.ANY), int(_F.ALL)
_ADD, _SUBTRACT, _MULTIPLY = int(_F.ADD), int(_F.SUBTRACT), int(_F.MULTIPLY)
_MIN, _MAX, _LESS, _GREATER = int(_F.MIN), int(_F.MAX), int(_F.LESS), int(_F.GREATER)
_EQUAL = int(_F.EQUAL)
_LOWEST, _HIGHEST = -(1 << 31), (1 << 31) - 1


@njit(cache=True, nogil=True)
def write_digits(value: int, out: Ints, at: int) -> int:
    """The decimal digits of a number, and how many there are; the ones come last."""
    num, rest = 1, value // 10
    while rest:
        num, rest = num + 1, rest // 10
    rest = value
    for place in range(num):
        out[at + num - 1 - place] = rest % 10
        rest //= 10
    return num


@njit(cache=True, nogil=True)
def sort_cells(out: Ints, at: int, n: int, down: bool) -> None:
    """Sort cells where they lie."""
    for i in range(1, n):
        x, j = out[at + i], i
        while j > 0 and (out[at + j - 1] < x if down else out[at + j - 1] > x):
            out[at + j] = out[at + j - 1]
            j -= 1
        out[at + j] = x


@njit(cache=True, nogil=True)
def _running(function: int, pool: Ints, a: int, n: int, out: Ints, at: int) -> int:
    value = 0
    for i in range(n):
        value = of_cells(function, value, cell(pool, a + i)) if i else cell(pool, a)
        if not _LOWEST <= value <= _HIGHEST:
            return UNDEFINED
        out[at + i] = value
    return n


@njit(cache=True, nogil=True)
def _adjacent(function: int, pool: Ints, a: int, n: int, out: Ints, at: int) -> int:
    for i in range(n - 1):
        value = of_cells(function, cell(pool, a + i + 1), cell(pool, a + i))
        if not _LOWEST <= value <= _HIGHEST:
            return UNDEFINED
        out[at + i] = value
    return max(n - 1, 0)


@njit(cache=True, nogil=True)
def list_of_list(function: int, pool: Ints, a: int, n: int, out: Ints, at: int) -> int:
    """Write the result, and return its number of cells or `UNDEFINED`."""
    if function == _REVERSE:
        for i in range(n):
            out[at + i] = pool[a + n - 1 - i]
        return n
    if function == _SORT or function == _SORT_DOWN:
        for i in range(n):
            out[at + i] = pool[a + i]
        sort_cells(out, at, n, function == _SORT_DOWN)
        return n
    if function == _UNIQUE:
        m = 0
        for i in range(n):
            if not _among(pool, a, i, cell(pool, a + i)):
                out[at + m] = pool[a + i]
                m += 1
        return m
    if function == _INDICES:
        for i in range(n):
            out[at + i] = i
        return n
    if function == _RUNNING_SUM:
        return _running(_ADD, pool, a, n, out, at)
    if function == _RUNNING_PRODUCT:
        return _running(_MULTIPLY, pool, a, n, out, at)
    if function == _RUNNING_MAX:
        return _running(_MAX, pool, a, n, out, at)
    if function == _RUNNING_MIN:
        return _running(_MIN, pool, a, n, out, at)
    if function == _RUNNING_DIFFERENCE:
        return _running(_SUBTRACT, pool, a, n, out, at)
    if function == _DIFFERENCES:
        return _adjacent(_SUBTRACT, pool, a, n, out, at)
    if function == _ADJACENT_SUMS:
        return _adjacent(_ADD, pool, a, n, out, at)
    if function == _OCCURRENCES:
        for i in range(n):
            num = 0
            for j in range(n):
                num += pool[a + j] == pool[a + i]
            out[at + i] = num
        return n
    if function == _STREAK:
        num = 0
        for i in range(n):
            num = num + 1 if pool[a + i] else 0
            out[at + i] = num
        return n
    return _longer(function, pool, a, n, out, at)


@njit(cache=True, nogil=True)
def _longer(function: int, pool: Ints, a: int, n: int, out: Ints, at: int) -> int:
    """Functions that make several cells of one."""
    m = 0
    for i in range(n):
        x = cell(pool, a + i)
        if function == _DIGITS:
            if x < 0 or m + 10 > MAX_CELLS:
                return UNDEFINED
            m += write_digits(x, out, at + m)
        else:  # each cell as often as it says
            if m + x > MAX_CELLS:
                return UNDEFINED
            for _ in range(x):
                out[at + m] = x
                m += 1
    return m


@njit(cache=True, nogil=True)
def _among(pool: Ints, a: int, n: int, x: int) -> bool:
    for i in range(n):
        if pool[a + i] == x:
            return True
    return False


@njit(cache=True, nogil=True)
def mask_of_list(function: int, pool: Ints, a: int, n: int, out: Ints, at: int) -> int:
    """Likewise, of the functions that look at the neighbours of a cell."""
    for i in range(n):
        x, holds = cell(pool, a + i), False
        if function == _ABOVE_LAST:
            holds = i > 0 and x > pool[a + i - 1]
        elif function == _BELOW_LAST:
            holds = i > 0 and x < pool[a + i - 1]
        elif function == _AS_LAST:
            holds = i > 0 and x == pool[a + i - 1]
        elif function == _ABOVE_NEXT:
            holds = i < n - 1 and x > pool[a + i + 1]
        elif function == _BELOW_NEXT:
            holds = i < n - 1 and x < pool[a + i + 1]
        elif function == _AS_NEXT:
            holds = i < n - 1 and x == pool[a + i + 1]
        else:  # it is seen for the first time
            holds = not _among(pool, a, i, x)
        out[at + i] = int(holds)
    return n


@njit(cache=True, nogil=True)
def number_of_list(function: int, pool: Ints, a: int, n: int, out: Ints, at: int) -> int:
    """Likewise, of the functions whose result is one number."""
    value = 0
    if function == _LENGTH:
        value = n
    elif function == _SUM or function == _PRODUCT:
        step = _ADD if function == _SUM else _MULTIPLY
        value = 0 if function == _SUM else 1
        for i in range(n):
            value = of_cells(step, value, cell(pool, a + i))
            if not _LOWEST <= value <= _HIGHEST:
                return UNDEFINED
    elif function == _COUNT:
        for i in range(n):
            value += pool[a + i]
    elif function == _FIND:
        while value < n and pool[a + value] == 0:
            value += 1
        if value == n:
            return UNDEFINED
    elif function == _ANY:
        for i in range(n):
            value |= pool[a + i]
    elif function == _ALL:
        value = 1
        for i in range(n):
            value &= pool[a + i]
    else:
        if n == 0:
            return UNDEFINED
        value = cell(pool, a + n - 1) if function == _LAST else cell(pool, a)
        if function == _PLACE_OF_LARGEST or function == _PLACE_OF_SMALLEST:
            value = 0
            for i in range(1, n):
                x, best = pool[a + i], pool[a + value]
                if x > best if function == _PLACE_OF_LARGEST else x < best:
                    value = i
        elif function == _LARGEST or function == _SMALLEST:
            for i in range(1, n):
                x = cell(pool, a + i)
                value = max(value, x) if function == _LARGEST else min(value, x)
    out[at] = value
    return 1
