"""Expressions as sums in a unique form: `3 - (a[1] + 1)` is `-a[1] + 2`.

A sum is an array: `[constant, number of positive terms, number of negative terms, target, positive
terms ..., negative terms ...]`. Each list of terms is sorted. A term is a number: k for `a[k]`, 100 + v
for `a[name v]`, 200 + v for `name v`.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.c.grammar import FIRST_INT, FIRST_NAME, token_of
from lasynth.grammar import IntArray

SumArray = npt.NDArray[np.int64]

CONSTANT: Final = 0
NUM_POSITIVE: Final = 1  # NUM_POSITIVE + 1 counts the negative ones
TARGET: Final = 3
_MAX_TERMS = 12
POSITIVE: Final = 4
NEGATIVE: Final = POSITIVE + _MAX_TERMS
SUM_SIZE: Final = NEGATIVE + _MAX_TERMS
NAMED_CELL: Final = 100
NAME_TERM: Final = 200
_MAX_OPERANDS = 3

_A, _OPEN_INDEX, _CLOSE_INDEX = token_of("a"), token_of("["), token_of("]")
_OPEN, _CLOSE, _PLUS, _MINUS = token_of("("), token_of(")"), token_of("+"), token_of("-")
_INC, _DEC, _SET = token_of("++"), token_of("--"), token_of("=")
_ADD_SET, _SUB_SET, _SEMICOLON = token_of("+="), token_of("-="), token_of(";")


@njit(cache=True, nogil=True)
def add_term(total: SumArray, sign: int, term: int) -> bool:
    """Add a term, cancelling it against an opposite one; False where there is no room."""
    same, other = (POSITIVE, NEGATIVE) if sign > 0 else (NEGATIVE, POSITIVE)
    same_count, other_count = (1, 2) if sign > 0 else (2, 1)
    for position in range(total[other_count]):
        if total[other + position] == term:
            _remove_at(total, other, other_count, position)
            return True
    count = total[same_count]
    if count == _MAX_TERMS:
        return False
    position = count
    while position > 0 and total[same + position - 1] > term:
        total[same + position] = total[same + position - 1]
        position -= 1
    total[same + position] = term
    total[same_count] = count + 1
    return True


@njit(cache=True, nogil=True)
def _remove_at(total: SumArray, first: int, count: int, position: int) -> None:
    total[count] -= 1
    for place in range(position, total[count]):
        total[first + place] = total[first + place + 1]


@njit(cache=True, nogil=True)
def remove_term(total: SumArray, sign: int, term: int) -> bool:
    """Remove one occurrence of a term with this sign, if there is one."""
    first, count = (POSITIVE, 1) if sign > 0 else (NEGATIVE, 2)
    for position in range(total[count]):
        if total[first + position] == term:
            _remove_at(total, first, count, position)
            return True
    return False


@njit(cache=True, nogil=True)
def count_of(total: SumArray, sign: int, term: int) -> int:
    """How often a term occurs in a sum with this sign."""
    first, count = (POSITIVE, 1) if sign > 0 else (NEGATIVE, 2)
    found = 0
    for position in range(total[count]):
        if total[first + position] == term:
            found += 1
    return found


@njit(cache=True, nogil=True)
def single_term(total: SumArray) -> int:
    """The term that makes up the whole sum, or -1."""
    if total[1] == 1 and total[2] == 0 and total[CONSTANT] == 0:
        return total[POSITIVE]
    return -1


@njit(cache=True, nogil=True)
def add_sum(total: SumArray, sign: int, other: SumArray) -> bool:
    """Add another sum, or subtract it."""
    total[CONSTANT] += sign * other[CONSTANT]
    for position in range(other[1]):
        if not add_term(total, sign, other[POSITIVE + position]):
            return False
    for position in range(other[2]):
        if not add_term(total, -sign, other[NEGATIVE + position]):
            return False
    return True


@njit(cache=True, nogil=True)
def read_operand(tokens: IntArray, position: int) -> tuple[int, int]:
    """The term at a position, and its end; -1 where there is none (a number is not a term)."""
    token = tokens[position]
    if token == _A:
        index = tokens[position + 2]
        if index >= FIRST_INT:
            if index - FIRST_INT >= NAMED_CELL:
                return -1, position
            return index - FIRST_INT, position + 4
        return NAMED_CELL + index - FIRST_NAME, position + 4
    if FIRST_NAME <= token < FIRST_INT:
        return NAME_TERM + token - FIRST_NAME, position + 1
    return -1, position


@njit(cache=True, nogil=True)
def read_expression(tokens: IntArray, start: int, end: int, sign: int, total: SumArray) -> bool:
    """Add the expression at `[start, end)` to a sum, or subtract it."""
    base, outer = sign, sign
    now = sign
    position = start
    fresh = True  # an operand comes next
    while position < end:
        token = tokens[position]
        if token == _OPEN:
            outer = now
            position += 1
        elif token == _CLOSE:
            outer = base
            position += 1
        elif token == _PLUS:
            now = outer
            fresh = True
            position += 1
        elif token == _MINUS:
            now = -now if fresh else -outer
            fresh = not fresh or tokens[position + 1] >= FIRST_INT
            position += 1
        elif token >= FIRST_INT:
            total[CONSTANT] += now * (token - FIRST_INT)
            fresh = False
            now = outer
            position += 1
        else:
            term, position = read_operand(tokens, position)
            if term < 0 or not add_term(total, now, term):
                return False
            fresh = False
    return True


@njit(cache=True, nogil=True)
def read_assignment(tokens: IntArray, start: int, end: int, total: SumArray) -> bool:
    """Read the assignment at `[start, end)`, its `;` included, as a target and the sum of its new value."""
    total[:] = 0
    token = tokens[start]
    if token == _INC or token == _DEC:
        term, _ = read_operand(tokens, start + 1)
        if term < 0:
            return False
        total[TARGET] = term
        total[CONSTANT] = 1 if token == _INC else -1
        return add_term(total, 1, term)
    term, position = read_operand(tokens, start)
    if term < 0:
        return False
    total[TARGET] = term
    token = tokens[position]
    if token != _SET:
        add_term(total, 1, term)
        if token == _INC or token == _DEC:
            total[CONSTANT] = 1 if token == _INC else -1
            return True
    return read_expression(tokens, position + 1, end - 1, -1 if token == _SUB_SET else 1, total)


@njit(cache=True, nogil=True)
def write_operand(term: int, out: IntArray, size: int) -> int:
    """Append a term; returns the new size."""
    if term >= NAME_TERM:
        out[size] = FIRST_NAME + term - NAME_TERM
        return size + 1
    out[size] = _A
    out[size + 1] = _OPEN_INDEX
    out[size + 2] = FIRST_NAME + term - NAMED_CELL if term >= NAMED_CELL else FIRST_INT + term
    out[size + 3] = _CLOSE_INDEX
    return size + 4


@njit(cache=True, nogil=True)
def write_number(number: int, out: IntArray, size: int) -> int:
    """Append a number; returns the new size."""
    if number < 0:
        out[size] = _MINUS
        size += 1
    out[size] = FIRST_INT + abs(number)
    return size + 1


@njit(cache=True, nogil=True)
def write_expression(total: SumArray, sign: int, out: IntArray, size: int) -> int:
    """Append a sum, or its negation, as an expression; the new size, or -1 where it has too many operands."""
    plus, num_plus = (POSITIVE, total[1]) if sign > 0 else (NEGATIVE, total[2])
    minus, num_minus = (NEGATIVE, total[2]) if sign > 0 else (POSITIVE, total[1])
    constant = sign * total[CONSTANT]
    leads = num_plus == 0  # the constant comes first
    if num_plus + num_minus + (1 if constant != 0 or leads else 0) > _MAX_OPERANDS:
        return -1
    for position in range(num_plus):
        if position > 0:
            out[size] = _PLUS
            size += 1
        size = write_operand(total[plus + position], out, size)
    if leads or constant > 0:
        if not leads:
            out[size] = _PLUS
            size += 1
        size = write_number(constant, out, size)
    for position in range(num_minus):
        out[size] = _MINUS
        size = write_operand(total[minus + position], out, size + 1)
    if constant < 0 and not leads:
        out[size] = _MINUS
        out[size + 1] = FIRST_INT - constant
        size += 2
    return size


@njit(cache=True, nogil=True)
def write_assignment(total: SumArray, out: IntArray, size: int) -> int:
    """Append the shortest assignment of a sum to its target, if it has an effect; returns the new size."""
    target = total[TARGET]
    if not remove_term(total, 1, target):
        size = write_operand(target, out, size)
        out[size] = _SET
        size = write_expression(total, 1, out, size + 1)
    else:
        constant = total[CONSTANT]
        alone = total[1] == 0 and total[2] == 0
        if alone and constant == 0:
            add_term(total, 1, target)
            return size
        size = write_operand(target, out, size)
        if alone and abs(constant) == 1:
            out[size] = _INC if constant > 0 else _DEC
            size += 1
        else:
            # `x -= y` is shorter than `x += 0 - y`, and `x -= 2` is shorter than `x += -2`.
            sign = 1 if total[1] > 0 or constant > 0 else -1
            out[size] = _ADD_SET if sign > 0 else _SUB_SET
            size = write_expression(total, sign, out, size + 1)
        add_term(total, 1, target)
    if size < 0:
        return -1
    out[size] = _SEMICOLON
    return size + 1
