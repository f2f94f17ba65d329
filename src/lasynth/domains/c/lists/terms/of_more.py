"""What operations make of a list and more: numbers, a second list, a mask.

As in `lasynth.domains.c.lists.terms.of_one`, the cells of the arguments lie from `a` and `b` on, those of
the result are written from `at` on, and the number of cells is returned, or `UNDEFINED`.
"""

from __future__ import annotations

from lasynth.compiled import njit
from lasynth.domains.c.lists.terms.cells import Ints, cell
from lasynth.domains.c.lists.terms.of_one import MAX_CELLS, UNDEFINED, write_digits
from lasynth.domains.c.lists.terms.operations import Function

__all__ = ["list_and_mask", "list_and_number", "list_and_numbers", "numbers_to_list", "two_lists"]

_F = Function
_TAKE, _DROP, _TAKE_LAST, _DROP_LAST = int(_F.TAKE), int(_F.DROP), int(_F.TAKE_LAST), int(_F.DROP_LAST)
_REMOVE_AT, _ROTATE, _ROTATE_BACK = int(_F.REMOVE_AT), int(_F.ROTATE), int(_F.ROTATE_BACK)
_STRIDE, _EACH, _CYCLE = int(_F.STRIDE), int(_F.EACH), int(_F.CYCLE)
_APPEND, _PREPEND = int(_F.APPEND), int(_F.PREPEND)
_DECODE = int(_F.DECODE)
_LOWEST, _HIGHEST = -(1 << 31), (1 << 31) - 1
_AT, _AT_END, _INDEX_OF = int(_F.AT), int(_F.AT_END), int(_F.INDEX_OF)
_INSERT, _REPLACE, _SWAP, _SLICE = int(_F.INSERT), int(_F.REPLACE), int(_F.SWAP), int(_F.SLICE)
_SINGLE, _PAIR, _REPEAT, _DIGITS_OF = int(_F.SINGLE), int(_F.PAIR), int(_F.REPEAT), int(_F.DIGITS_OF)
_RANGE = int(_F.RANGE)
_CONCATENATE, _GATHER, _INTERLEAVE = int(_F.CONCATENATE), int(_F.GATHER), int(_F.INTERLEAVE)
_MEMBER, _COUNT_IN = int(_F.MEMBER), int(_F.COUNT_IN)
_FILTER, _TAKE_WHILE = int(_F.FILTER), int(_F.TAKE_WHILE)


@njit(cache=True, nogil=True)
def _part(pool: Ints, first: int, last: int, out: Ints, at: int) -> int:
    """The cells from one place of the pool to before another."""
    for place in range(first, last):
        out[at + place - first] = pool[place]
    return max(last - first, 0)


@njit(cache=True, nogil=True)
def list_and_number(function: int, pool: Ints, a: int, n: int, x: int, out: Ints, at: int) -> int:
    """A list, or one number, of a list and a number."""
    if function == _TAKE:
        return _part(pool, a, a + min(n, max(x, 0)), out, at)
    if function == _APPEND:
        if n == MAX_CELLS:
            return UNDEFINED
        out[at + _part(pool, a, a + n, out, at)] = x
        return n + 1
    if function == _PREPEND:
        if n == MAX_CELLS:
            return UNDEFINED
        out[at] = x
        return 1 + _part(pool, a, a + n, out, at + 1)
    if function == _INDEX_OF:
        for i in range(n):
            if pool[a + i] == x:
                out[at] = i
                return 1
        return UNDEFINED
    if function == _DECODE:
        value = 0
        for i in range(n):
            value = value * x + cell(pool, a + i)
            if not _LOWEST <= value <= _HIGHEST:
                return UNDEFINED
        out[at] = value
        return 1
    if x < 0:
        return UNDEFINED
    if function == _DROP:
        return _part(pool, a + min(x, n), a + n, out, at)
    if function == _TAKE_LAST:
        return _part(pool, a + max(n - x, 0), a + n, out, at)
    if function == _DROP_LAST:
        return _part(pool, a, a + max(n - x, 0), out, at)
    if function == _AT or function == _AT_END:
        if x >= n:
            return UNDEFINED
        out[at] = pool[a + x] if function == _AT else pool[a + n - 1 - x]
        return 1
    if function == _REMOVE_AT:
        kept = min(x, n)
        return kept + _part(pool, a + x + 1, a + n, out, at + _part(pool, a, a + kept, out, at))
    if function == _ROTATE or function == _ROTATE_BACK:
        if n:
            first = x % n if function == _ROTATE else (n - x % n) % n
            _part(pool, a, a + first, out, at + _part(pool, a + first, a + n, out, at))
        return n
    return _repeated(function, pool, a, n, x, out, at)


@njit(cache=True, nogil=True)
def _repeated(function: int, pool: Ints, a: int, n: int, x: int, out: Ints, at: int) -> int:
    if function == _STRIDE:
        if x == 0:
            return UNDEFINED
        for i in range(0, n, x):
            out[at + i // x] = pool[a + i]
        return (n + x - 1) // x
    if max(n, 1) * x > MAX_CELLS:
        return UNDEFINED
    for i in range(n * x):
        out[at + i] = pool[a + i // x] if function == _EACH else pool[a + i % n]
    return n * x


@njit(cache=True, nogil=True)
def list_and_numbers(function: int, pool: Ints, a: int, n: int, x: int, y: int, out: Ints, at: int) -> int:
    """A list of a list and two numbers."""
    if x < 0:
        return UNDEFINED
    if function == _INSERT:
        if n == MAX_CELLS or x > n:
            return UNDEFINED
        _part(pool, a, a + x, out, at)
        out[at + x] = y
        _part(pool, a + x, a + n, out, at + x + 1)
        return n + 1
    if function == _SLICE:
        return _part(pool, a + min(x, n), a + max(min(y, n), min(x, n)), out, at)
    if x >= n or (function == _SWAP and not 0 <= y < n):
        return UNDEFINED
    _part(pool, a, a + n, out, at)
    if function == _SWAP:
        out[at + x], out[at + y] = pool[a + y], pool[a + x]
    else:
        out[at + x] = y
    return n


@njit(cache=True, nogil=True)
def numbers_to_list(function: int, x: int, y: int, step: int, out: Ints, at: int) -> int:
    """A list of one, two or three numbers."""
    if function == _SINGLE:
        out[at] = x
        return 1
    if function == _PAIR:
        out[at], out[at + 1] = x, y
        return 2
    if function == _DIGITS_OF:
        return UNDEFINED if x < 0 else write_digits(x, out, at)
    if function == _REPEAT:
        if y > MAX_CELLS:
            return UNDEFINED
        for i in range(y):
            out[at + i] = x
        return max(y, 0)
    if function == _RANGE:
        step = 1
    if step == 0 or (y - x) // step >= MAX_CELLS:
        return UNDEFINED
    num = max((y - x) // step + 1, 0)
    for i in range(num):
        out[at + i] = x + i * step
    return num


@njit(cache=True, nogil=True)
def two_lists(function: int, pool: Ints, a: int, n: int, b: int, m: int, out: Ints, at: int) -> int:
    """A list or a mask of two lists."""
    if function == _CONCATENATE:
        if n + m > MAX_CELLS:
            return UNDEFINED
        return n + _part(pool, b, b + m, out, at + _part(pool, a, a + n, out, at))
    if function == _GATHER:
        for i in range(m):
            index = cell(pool, b + i)
            if not 0 <= index < n:
                return UNDEFINED
            out[at + i] = pool[a + index]
        return m
    if function == _INTERLEAVE:
        if n != m or n + m > MAX_CELLS:
            return UNDEFINED
        for i in range(n):
            out[at + 2 * i], out[at + 2 * i + 1] = pool[a + i], pool[b + i]
        return n + m
    for i in range(n):
        num = 0
        for j in range(m):
            num += pool[b + j] == pool[a + i]
        out[at + i] = int(num > 0) if function == _MEMBER else num
    return n


@njit(cache=True, nogil=True)
def list_and_mask(function: int, pool: Ints, a: int, n: int, b: int, m: int, out: Ints, at: int) -> int:
    """A list of a list and a mask of the same length."""
    if n != m:
        return UNDEFINED
    if function == _FILTER:
        m = 0
        for i in range(n):
            if pool[b + i]:
                out[at + m] = pool[a + i]
                m += 1
        return m
    m = 0
    while m < n and pool[b + m]:
        m += 1
    if function == _TAKE_WHILE:
        return _part(pool, a, a + m, out, at)
    return _part(pool, a + m, a + n, out, at)
