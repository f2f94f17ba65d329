"""Compiles token arrays to a small set of instructions, along the tables of the grammar.

Instructions are 32-bit words: operation (4 bits), argument (5 bits), counter (6 bits) and target (17 bits).
A second array holds the position of the token that each instruction belongs to; traces show it.

| operation | does |
|---|---|
| ACT action | the robot acts; one tick |
| SKIP condition, target | goes to the target where the condition does not hold; one tick |
| LOOP condition, target | goes to the target where the condition holds; one tick |
| JUMP target | goes there |
| COUNT times, counter, target | sets the counter and goes to its NEXT |
| NEXT counter, target | while the counter is not 0: one less, and to the target; one tick |
| HALT | the end |
"""

from __future__ import annotations

from typing import Final

import numpy as np

from lasynth.automaton import MAX_ACTIONS, shift
from lasynth.compiled import njit
from lasynth.domains.karel.grammar import (
    ACTIONS,
    FIRST_ACTION,
    FIRST_CONDITION,
    FIRST_TIMES,
    GRAMMAR,
    MAX_DEPTH,
    NUM_TOKENS,
    TERMINAL_OF_TOKEN,
)
from lasynth.grammar import IntArray

# The operations are not exported: write `compile.ACT`.
__all__ = ["MAX_PROGRAM_TOKENS", "STACK_SIZE", "compile_tokens", "new_code", "new_work"]

ACT, SKIP, LOOP, JUMP, COUNT, NEXT, HALT = range(7)
COUNTER_SHIFT: Final = 9
TARGET_SHIFT: Final = 15
NEGATED: Final = 8  # added to a condition after `not`
# A target must fit in its word; no program in practice is nearly as long.
MAX_PROGRAM_TOKENS: Final = 2**16

STACK_SIZE: Final = 12 * MAX_DEPTH + 16  # of the parser: an open block takes at most eleven entries
_RECORD: Final = 2  # of an open statement: its instruction, its condition
_AT_ACTIONS: Final = STACK_SIZE
_AT_OPEN: Final = _AT_ACTIONS + MAX_ACTIONS
_WORK_SIZE: Final = _AT_OPEN + _RECORD * (MAX_DEPTH + 1)

_RHS, _RHS_START, _PREDICT = GRAMMAR.tables.rhs, GRAMMAR.tables.rhs_start, GRAMMAR.tables.predict
_START = GRAMMAR.tables.start
_OPEN, _ACT, _TEST, _NEGATED, _HALT = (
    ACTIONS.index(name) for name in ("open", "act", "test", "negated", "halt")
)
_WHILE, _END_WHILE, _REPEAT, _END_REPEAT = (
    ACTIONS.index(name) for name in ("while", "end_while", "repeat", "end_repeat")
)
_IF, _ELSE, _END_IF = (ACTIONS.index(name) for name in ("if", "else", "end_if"))


def new_code(num_tokens: int) -> IntArray:
    """`[2, size]` room for the code of any program of up to `num_tokens` tokens, and its positions."""
    return np.zeros((2, num_tokens + 2), dtype=np.int32)


def new_work() -> IntArray:
    """A work array for `compile_tokens`; its content between calls does not matter."""
    return np.zeros(_WORK_SIZE, dtype=np.int32)


@njit(cache=True, nogil=True)
def _emit(code: IntArray, size: int, word: int, position: int) -> int:
    """Append an instruction; returns the new number of instructions."""
    code[0, size] = word
    code[1, size] = position
    return size + 1


@njit(cache=True, nogil=True)
def compile_tokens(tokens: IntArray, code: IntArray, work: IntArray) -> int:
    """Compile one program.

    Args:
        tokens: `[T]`, ended by EOS; what follows it is not read.
        code: receives the instructions in row 0, and in row 1 the position of each one's token; for a
            statement with a block this is its first token. `new_code(T)` is large enough.
        work: from `new_work`.

    Returns:
        The number of instructions; -1 where the tokens are not a program: a syntax error, no EOS,
        more than `MAX_DEPTH` nested blocks.
    """
    stack = work[:STACK_SIZE]
    actions = work[_AT_ACTIONS:_AT_OPEN]
    opened = work[_AT_OPEN:]
    stack[0] = _START
    used = 1
    size = 0  # instructions
    depth = 0  # open statements
    condition = 0
    if len(tokens) > MAX_PROGRAM_TOKENS:
        return -1
    for position in range(len(tokens)):
        token = int(tokens[position])
        if token < 0 or token >= NUM_TOKENS or TERMINAL_OF_TOKEN[token] < 0:
            return -1
        used, _, _, total = shift(_RHS, _RHS_START, _PREDICT, stack, used, TERMINAL_OF_TOKEN[token], actions)
        if used < 0:
            return -1
        for number in range(total):
            action = actions[number]
            top = _RECORD * (depth - 1)
            if action == _ACT:
                size = _emit(code, size, ACT | (token - FIRST_ACTION) << 4, position)
            elif action == _TEST:
                condition = token - FIRST_CONDITION
            elif action == _NEGATED:
                condition += NEGATED
            elif action == _IF or action == _WHILE or action == _REPEAT:
                if depth == MAX_DEPTH:
                    return -1
                # Between the first token and here is `R=n`, `c( X c)` or `c( not c( X c) c)`.
                first = position - 1
                if action != _REPEAT:
                    first = position - (6 if condition >= NEGATED else 3)
                opened[top + _RECORD] = size
                opened[top + _RECORD + 1] = condition
                word = JUMP
                if action == _IF:
                    word = SKIP | condition << 4
                elif action == _REPEAT:
                    word = COUNT | (token - FIRST_TIMES) << 4 | depth << COUNTER_SHIFT
                size = _emit(code, size, word, first)
                depth += 1
            elif action == _ELSE:
                size = _emit(code, size, JUMP, position)
                code[0, opened[top]] |= size << TARGET_SHIFT
                opened[top] = size - 1
            elif action == _END_IF:
                code[0, opened[top]] |= size << TARGET_SHIFT
                depth -= 1
            elif action == _END_WHILE or action == _END_REPEAT:
                start = opened[top]
                depth -= 1
                code[0, start] |= size << TARGET_SHIFT
                word = LOOP | opened[top + 1] << 4
                if action == _END_REPEAT:
                    word = NEXT | depth << COUNTER_SHIFT
                size = _emit(code, size, word | (start + 1) << TARGET_SHIFT, code[1, start])
            elif action == _HALT:
                size = _emit(code, size, HALT, position)
        if used == 0:
            return size
    return -1
