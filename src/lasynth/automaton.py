"""The pushdown automaton of a grammar, compiled: one step a token.

The parser's stack is an array of packed symbols (`lasynth.grammar.Symbol.packed`), the next symbol
on top. Masks, samplers and machines all advance it with `shift`, so they accept the same programs.
Nothing here knows a language: actions met on the way are handed to the caller to execute.
"""

from __future__ import annotations

import numpy as np

from lasynth.compiled import njit
from lasynth.grammar import (
    INDEX_MASK,
    KIND_ACTION,
    KIND_SHIFT,
    KIND_TERMINAL,
    ROLE_MASK,
    ROLE_SHIFT,
    IntArray,
)

__all__ = ["MAX_ACTIONS", "peek", "shift"]

# More actions than one token can trigger in any grammar of this package.
MAX_ACTIONS = 64
_SCRATCH = 64


@njit(cache=True, nogil=True, inline="always")
def peek(
    rhs: IntArray, rhs_start: IntArray, predict: IntArray, stack: IntArray, size: int, terminal: int
) -> tuple[int, int, int]:
    """Look at what would happen if a terminal came next; the stack stays as it is.

    Args:
        rhs, rhs_start, predict: of `GrammarTables`.
        stack: `[D]` packed symbols, the top at `stack[size - 1]`.
        size: how many of them are in use.
        terminal: number of the terminal.

    Returns:
        `(role, next, second)`: the role in which it would be matched, or -1 where it may not come; and the
        two packed symbols that would stand behind it, -1 where there are none.
    """
    scratch = np.empty(_SCRATCH, dtype=np.int32)
    used = 0
    below = size
    while True:
        if used > 0:
            used -= 1
            symbol = scratch[used]
        elif below > 0:
            below -= 1
            symbol = stack[below]
        else:
            return -1, -1, -1
        kind = symbol >> KIND_SHIFT
        if kind == KIND_ACTION:
            continue
        if kind == KIND_TERMINAL:
            if (symbol & INDEX_MASK) != terminal:
                return -1, -1, -1
            while used < 2 and below > 0:  # what lies below, moved beneath the scratch
                scratch[1] = scratch[0]
                below -= 1
                scratch[0] = stack[below]
                used += 1
            role = (symbol >> ROLE_SHIFT) & ROLE_MASK
            return role, scratch[used - 1] if used > 0 else -1, scratch[used - 2] if used > 1 else -1
        production = predict[symbol & INDEX_MASK, terminal]
        if production < 0:
            return -1, -1, -1
        for position in range(rhs_start[production + 1] - 1, rhs_start[production] - 1, -1):
            scratch[used] = rhs[position]
            used += 1


@njit(cache=True, nogil=True)
def shift(
    rhs: IntArray,
    rhs_start: IntArray,
    predict: IntArray,
    stack: IntArray,
    size: int,
    terminal: int,
    actions: IntArray,
) -> tuple[int, int, int, int]:
    """Take one terminal: expand what is on top, match it, and collect the actions passed.

    Actions that stand right behind the terminal are collected at once, so that the effect of a
    token (a name declared, a loop closed) is there before the next one is chosen.

    Args:
        rhs, rhs_start, predict: of `GrammarTables`.
        stack: `[D]` packed symbols; changed in place.
        size: how many of them are in use.
        terminal: number of the terminal.
        actions: `[MAX_ACTIONS]`, receives the actions in order.

    Returns:
        `(size, role, before, total)`: the stack's new size, or -1 where the terminal does not fit or
        the stack is full (the stack is then of no further use); the role in which the terminal was
        matched; how many actions stand before it, and how many in all.
    """
    before = 0
    while size > 0:
        size -= 1
        symbol = stack[size]
        kind = symbol >> KIND_SHIFT
        if kind == KIND_ACTION:
            if before == MAX_ACTIONS:
                return -1, 0, 0, 0
            actions[before] = symbol & INDEX_MASK
            before += 1
        elif kind == KIND_TERMINAL:
            if (symbol & INDEX_MASK) != terminal:
                return -1, 0, 0, 0
            total = before
            while size > 0 and (stack[size - 1] >> KIND_SHIFT) == KIND_ACTION:
                if total == MAX_ACTIONS:
                    return -1, 0, 0, 0
                size -= 1
                actions[total] = stack[size] & INDEX_MASK
                total += 1
            return size, (symbol >> ROLE_SHIFT) & ROLE_MASK, before, total
        else:
            production = predict[symbol & INDEX_MASK, terminal]
            if production < 0 or size + rhs_start[production + 1] - rhs_start[production] > len(stack):
                return -1, 0, 0, 0
            for position in range(rhs_start[production + 1] - 1, rhs_start[production] - 1, -1):
                stack[size] = rhs[position]
                size += 1
    return -1, 0, 0, 0
