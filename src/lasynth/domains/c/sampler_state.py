"""The sampler's state for the program that it is writing, and small queries on it.

The state is an integer array. The constants here define its layout: queued tokens, what the declared
variables hold, open blocks, the planned loop, the current expression.
"""

from __future__ import annotations

from typing import Final

from lasynth.compiled import njit
from lasynth.domains.c.grammar import FIRST_INT, FIRST_NAME, FIRST_OTHER_NAME, NUM_NAMES, token_of
from lasynth.domains.c.sampler_config import Weights
from lasynth.domains.random import Stream, chance, draw_below, pick
from lasynth.grammar import IntArray

MAX_BLOCKS: Final = 32
MAX_STATEMENTS: Final = 16  # at the outermost level
_MAX_QUEUED: Final = 160

(
    QUEUE_AT,  # queued tokens, from here...
    QUEUE_END,  # ...to here
    DECLARATIONS,  # still to come
    HOLDS_VALUE,  # names that hold a value, as bits
    HOLDS_INDEX,  # names that hold an index inside the list, as bits
    BLOCK,  # the innermost block
    LOOP_NEXT,  # the next statement is the loop that was planned
    LOW,  # the planned loop's first and last cell, both inclusive
    HIGH,
    DOWN,  # whether the planned loop counts down
    PAIRED,  # its second index, a token, or 0
    PAIRING,  # how the second index depends on the loop variable
    OPENING,  # the next block: `for`, `if` or `else`
    PART,  # the place of the current expression: `ASSIGNED`, `TESTED`, `COMPARED`
    OPERATIONS,  # operations still to be written in it
    TARGET,  # the target of the assignment: a name, or a cell's index; 0 once the first operand is written
    TARGET_CELL,  # whether the target is a cell
    CONSTANT_SEEN,  # whether the expression contains a constant
    TESTS,  # tests written in the condition
    LAST_CELL,  # index of the last cell read or to be assigned, which must not be read again at once
    UNREAD,  # variables that were assigned and not read since, as bits
    NEEDS,  # variables still to be declared for idioms, as bits
) = range(22)
# For each block: statements still to be written, whether it is a loop's, the second index of it or of a loop
# around it, and what must be written at its end: a second index to be counted, and its step.
LEFT: Final = 22
IS_LOOP: Final = LEFT + MAX_BLOCKS
SECOND: Final = IS_LOOP + MAX_BLOCKS
TAIL: Final = SECOND + MAX_BLOCKS
TAIL_STEP: Final = TAIL + MAX_BLOCKS
# For each statement of the outermost level, the last one first: 1 + the number of its idiom, or 0.
FIRST_IDIOM: Final = TAIL_STEP + MAX_BLOCKS
QUEUE: Final = FIRST_IDIOM + MAX_STATEMENTS
STATE_SIZE: Final = QUEUE + _MAX_QUEUED

ASSIGNED, TESTED, COMPARED = range(3)
# A second index is counted in the loop, or computed from the loop variable.
NO_PAIR, COUNT_UP, COUNT_DOWN, NEXT, PREVIOUS, MIRRORED = range(6)
LOOP_NAMES: Final = (1 << (FIRST_OTHER_NAME - FIRST_NAME)) - 1
OTHER_NAMES: Final = ((1 << NUM_NAMES) - 1) & ~LOOP_NAMES

_A, _LB, _RB, _MINUS = (token_of(text) for text in ("a", "[", "]", "-"))


@njit(cache=True, nogil=True)
def queue(state: IntArray, token: int) -> None:
    """Queue one token."""
    state[QUEUE + state[QUEUE_END]] = token
    state[QUEUE_END] += 1


@njit(cache=True, nogil=True)
def queue_cell(state: IntArray, index: int) -> None:
    """Queue `a[index]`."""
    queue(state, _A)
    queue(state, _LB)
    queue(state, index)
    queue(state, _RB)


@njit(cache=True, nogil=True)
def queue_number(state: IntArray, number: int) -> None:
    """Queue a number with its sign."""
    if number < 0:
        queue(state, _MINUS)
    queue(state, FIRST_INT + abs(number))


@njit(cache=True, nogil=True)
def member(stream: Stream, names: int) -> int:
    """The token of one of the names in a set of bits, or 0 where there is none."""
    count = 0
    for name in range(NUM_NAMES):
        count += (names >> name) & 1
    if count == 0:
        return 0
    left = draw_below(stream, count)
    for name in range(NUM_NAMES):
        if (names >> name) & 1:
            if left == 0:
                return FIRST_NAME + name
            left -= 1
    return 0


@njit(cache=True, nogil=True)
def loop_variable(context: IntArray, depth: int) -> int:
    """The token of the variable of an open loop; the outermost loop has depth 0."""
    return FIRST_NAME + context[2 + 2 * depth]


@njit(cache=True, nogil=True)
def values(state: IntArray, context: IntArray) -> int:
    """Visible variables that hold a value, as bits."""
    return state[HOLDS_VALUE] & context[0]


@njit(cache=True, nogil=True)
def index_variables(state: IntArray, context: IntArray) -> int:
    """Declared variables that hold an index, without those of open loops, as bits."""
    names = state[HOLDS_INDEX] & context[0]
    for depth in range(context[1]):
        names &= ~(1 << context[2 + 2 * depth])
    return names


@njit(cache=True, nogil=True)
def index(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> int:
    """An index: the token of a variable or of a literal."""
    token = 0
    depth = context[1]
    if chance(stream, w.p_wild):
        token = member(stream, context[0])
    elif depth > 0:
        choice = pick(stream, w.indices)
        second = state[SECOND + state[BLOCK]]
        if second > 0 and chance(stream, w.p_use_second):
            token = second
        elif choice == 0:
            outer = depth > 1 and chance(stream, 0.35)
            token = loop_variable(context, depth - 2 if outer else depth - 1)
        elif choice == 1:
            token = member(stream, index_variables(state, context))
    elif chance(stream, w.p_index_local):
        token = member(stream, index_variables(state, context))
    return token if token > 0 else FIRST_INT + draw_below(stream, w.num_cells)
