"""Which of two programs is simpler: canonical names, and a total order.

Names and declarations are put in order of use, so programs that differ in nothing else become the same
program. Among programs of equal length the order prefers constants to variables, small numbers to large
ones, and then the lexeme that comes first in a fixed ranking. The order is total, so a sequence of edits
that go down in it ends.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from lasynth.compiled import njit
from lasynth.domains.c.grammar import EOS, FIRST_INT, FIRST_NAME, FIRST_OTHER_NAME, NUM_NAMES, token_of
from lasynth.grammar import IntArray

NAMES_SIZE: Final = 5 * NUM_NAMES + 2 * 64

_INT, _FOR, _SEMICOLON = token_of("int"), token_of("for"), token_of(";")
_OPEN, _CLOSE, _OPEN_INDEX = token_of("{"), token_of("}"), token_of("[")
_RELATIONS = (token_of("<"), token_of("<="), token_of(">"), token_of(">="))
_PER_CLASS = FIRST_OTHER_NAME - FIRST_NAME

# Offsets of the parts of the work array: new names, declarations, loop variables, order, open loops.
_DECLARED, _LOOPS, _ORDER, _SCOPES = NUM_NAMES, 2 * NUM_NAMES, 3 * NUM_NAMES, 5 * NUM_NAMES

_NAME_WEIGHT = 1000
_WEIGHTS = {"<=": 2, ">=": 2, "-": 1, "--": 1, "(": 1}
_FIRST_RANKS = ("<eos>", "}", "a", "+=", "-=", "=", "++", "--", "+", "-", ">", "<", ">=", "<=", "!=", "==")


def _weights() -> IntArray:
    weights = np.zeros(FIRST_INT, dtype=np.int32)
    for text, weight in _WEIGHTS.items():
        weights[token_of(text)] = weight
    weights[FIRST_NAME:] = _NAME_WEIGHT
    return weights


def _ranks() -> IntArray:
    first = [token_of(text) for text in _FIRST_RANKS]
    names = range(FIRST_NAME, FIRST_INT)
    order = [*first[:3], *names, *first[3:]]
    order += [token for token in range(FIRST_INT) if token not in order]
    ranks = np.empty(FIRST_INT, dtype=np.int32)
    ranks[order] = np.arange(FIRST_INT)
    return ranks


WEIGHTS: Final = _weights()
RANKS: Final = _ranks()


@njit(cache=True, nogil=True)
def normalise(tokens: IntArray, size: int, out: IntArray, names: IntArray) -> bool:
    """Write a program with its names and declarations in order of use.

    Args:
        tokens: the program, ended by EOS; if it is not valid, the content of `out` is undefined.
        size: number of its tokens, without EOS.
        out: receives the program, of the same size, ended by EOS.
        names: work array, `[NAMES_SIZE]`.

    Returns:
        False where there are not enough names.
    """
    names[:_SCOPES] = -1
    num_declared = 0
    position = 0
    while tokens[position] == _INT:
        name = tokens[position + 1] - FIRST_NAME
        if name < 0 or name >= NUM_NAMES or num_declared == NUM_NAMES:
            return False
        names[_DECLARED + name] = position
        num_declared += 1
        while position < size and tokens[position] != _SEMICOLON:
            position += 1
        position += 1
    body = min(position, size)
    for position in range(body, size):
        if tokens[position] == _FOR:
            name = tokens[position + 2] - FIRST_NAME
            if 0 <= name < NUM_NAMES:
                names[_LOOPS + name] = 1
    num_loop, num_other, num_used = 0, 0, 0
    for position in range(body, size + num_declared):
        if position < size:
            name = tokens[position] - FIRST_NAME
        else:  # unused names come last
            name = -1
            for other in range(NUM_NAMES):
                if names[_DECLARED + other] >= 0 and names[other] < 0:
                    name = other
                    break
        if 0 <= name < NUM_NAMES and names[_DECLARED + name] >= 0 and names[name] < 0:
            if names[_LOOPS + name] == 1:
                names[name] = num_loop
                num_loop += 1
            else:
                names[name] = _PER_CLASS + num_other
                num_other += 1
            names[_ORDER + num_used] = name
            num_used += 1
    if num_loop > _PER_CLASS or num_other > _PER_CLASS:
        return False
    written = 0
    for position in range(num_used):
        name = names[_ORDER + position]
        start = names[_DECLARED + name]
        out[written] = _INT
        out[written + 1] = FIRST_NAME + names[name]
        written += 2
        start += 2
        while written < size and tokens[start - 1] != _SEMICOLON:
            out[written] = tokens[start]
            written += 1
            start += 1
    depth, num_open, pending = 0, 0, -1
    for position in range(body, size):
        token = tokens[position]
        name = token - FIRST_NAME
        if token == _INT:
            pending = tokens[position + 1] - FIRST_NAME
            if pending < 0 or pending >= NUM_NAMES or num_loop == _PER_CLASS or num_open == 64:
                return False
            names[pending] = num_loop
            num_loop += 1
            names[_SCOPES + 2 * num_open] = depth
            names[_SCOPES + 2 * num_open + 1] = pending
            num_open += 1
        elif token == _OPEN:
            depth += 1
        elif token == _CLOSE:
            depth -= 1
            if num_open > 0 and names[_SCOPES + 2 * (num_open - 1)] == depth:
                num_open -= 1
                num_loop -= 1
                names[names[_SCOPES + 2 * num_open + 1]] = -1
        elif 0 <= name < NUM_NAMES:
            if names[name] < 0:
                return False  # not declared here
            token = FIRST_NAME + names[name]
        out[written] = token
        written += 1
    out[size] = EOS
    return written == size


@njit(cache=True, nogil=True)
def _weight(tokens: IntArray, size: int) -> int:
    total = 0
    for position in range(size):
        token = tokens[position]
        if token >= FIRST_INT:
            total += min(token - FIRST_INT, _NAME_WEIGHT - 1)
        elif token in _RELATIONS and position > 1 and tokens[position - 2] == _SEMICOLON:
            total += 2 - WEIGHTS[token]  # in the head of a loop `<=` and `>=` are the usual forms
        else:
            total += WEIGHTS[token]
    return total


@njit(cache=True, nogil=True)
def is_simpler(tokens: IntArray, other: IntArray, size: int) -> bool:
    """Whether a program is simpler than another one of the same size; both are normalised."""
    weight, other_weight = _weight(tokens, size), _weight(other, size)
    if weight != other_weight:
        return weight < other_weight
    for position in range(size):
        token, over = tokens[position], other[position]
        if token != over:
            if (
                position > 0
                and tokens[position - 1] == _OPEN_INDEX
                and (token >= FIRST_INT) != (over >= FIRST_INT)
            ):
                return token >= FIRST_INT
            if token >= FIRST_INT or over >= FIRST_INT:
                return token < over
            return RANKS[token] < RANKS[over]
    return False
