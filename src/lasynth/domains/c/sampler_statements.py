"""The sampler's statements: which one comes next, and the phrases that are queued as a whole.

Declarations, heads of loops, swaps and second indices are queued as a whole, so that their parts fit
together: a loop stays inside the list, and so does its second index.
"""

from __future__ import annotations

from lasynth.compiled import njit
from lasynth.domains.c import sampler_state as at
from lasynth.domains.c.grammar import FIRST_INT, FIRST_NAME, FIRST_OTHER_NAME, token_of
from lasynth.domains.c.sampler_config import Weights
from lasynth.domains.c.sampler_idioms import NEEDS_INDEX, NEEDS_VALUE, idiom
from lasynth.domains.c.sampler_phrases import (
    CLOSE,
    DIFFERENCE,
    EXCHANGE,
    GT,
    IF_CELLS,
    LT,
    SEMICOLON,
    SET,
    SET_TO,
    SUM,
    phrase,
    queue_loop_head,
    some_cell,
    write,
)
from lasynth.domains.c.sampler_state import (
    index,
    index_variables,
    loop_variable,
    member,
    queue,
    queue_cell,
    queue_number,
    values,
)
from lasynth.domains.random import Stream, chance, draw_below, pick
from lasynth.grammar import IntArray

__all__ = ["LOOP_VARIABLE_FIRST", "assignment", "declaration", "statement"]

LOOP_VARIABLE_FIRST = 1 << 8  # a flag in the number of declarations: a loop variable is declared too
_DO_ASSIGN, _DO_LOOP, _DO_IF, _DO_SWAP, _DO_JUMP, _DO_PAIR = range(6)


_INT, _IF, _BREAK, _CONTINUE = (token_of(text) for text in ("int", "if", "break", "continue"))
_DECLARE = phrase("int X = Y ;")


@njit(cache=True, nogil=True)
def declaration(state: IntArray, stream: Stream, w: Weights) -> None:
    """Queue the next declaration, or nothing where none is left."""
    if state[at.NEEDS] > 0:
        _declare_for_idioms(state, stream, w)
    elif state[at.DECLARATIONS] & LOOP_VARIABLE_FIRST:
        state[at.DECLARATIONS] &= ~LOOP_VARIABLE_FIRST
        state[at.HOLDS_INDEX] |= 1
        write(state, _DECLARE, FIRST_NAME, some_cell(stream, w))
    elif state[at.DECLARATIONS] > 0:
        state[at.DECLARATIONS] -= 1
        name = FIRST_OTHER_NAME
        while ((state[at.HOLDS_VALUE] | state[at.HOLDS_INDEX]) >> (name - FIRST_NAME)) & 1:
            name += 1
        queue(state, _INT)
        queue(state, name)
        if chance(stream, w.p_value_local):
            state[at.HOLDS_VALUE] |= 1 << (name - FIRST_NAME)
            if not chance(stream, w.p_no_initialiser):
                number = min(pick(stream, w.thresholds), w.max_constant)
                queue(state, SET)
                queue_number(state, -number if chance(stream, w.p_negative) else number)
        else:
            state[at.HOLDS_INDEX] |= 1 << (name - FIRST_NAME)
            queue(state, SET)
            queue(state, some_cell(stream, w))
        queue(state, SEMICOLON)


@njit(cache=True, nogil=True)
def _declare_for_idioms(state: IntArray, stream: Stream, w: Weights) -> None:
    """Queue the declaration of a variable that the planned idioms need."""
    value = state[at.NEEDS] & NEEDS_VALUE
    state[at.NEEDS] &= ~(NEEDS_VALUE if value else NEEDS_INDEX)
    # The index has the second name, whether or not there is a value.
    name = FIRST_OTHER_NAME + (0 if value else 1)
    state[at.HOLDS_VALUE if value else at.HOLDS_INDEX] |= 1 << (name - FIRST_NAME)
    write(state, _DECLARE, name, FIRST_INT if value else some_cell(stream, w))


@njit(cache=True, nogil=True)
def statement(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    """Decide on the next statement; queue its beginning or all of it."""
    block = state[at.BLOCK]
    depth = context[1]
    if state[at.LOOP_NEXT]:
        _loop_head(state, context, stream, w)
        return
    if state[at.IS_LOOP + block] and state[at.PAIRING] > at.COUNT_DOWN:
        _compute_pair(state, context, w)
        return
    state[at.LEFT + block] -= 1
    if block == 0 and state[at.FIRST_IDIOM + state[at.LEFT]] > 0:
        idiom(state, context, stream, w, state[at.FIRST_IDIOM + state[at.LEFT]] - 1)
        return
    if block == 0:
        choice = pick(stream, w.top)
    else:
        choice = pick(stream, w.in_loop) if state[at.IS_LOOP + block] else pick(stream, w.in_branch)
    room = block < at.MAX_BLOCKS - 4
    if choice == _DO_LOOP and chance(stream, w.p_second_index):
        choice = _DO_PAIR
    if choice == _DO_JUMP and depth > 0:
        state[at.LEFT + block] = 0  # statements after it would not run
        loop = block
        while not state[at.IS_LOOP + loop]:
            loop -= 1
        state[at.LEFT + loop] = max(state[at.LEFT + loop], 1)  # a statement for it to skip
        queue(state, _BREAK if chance(stream, w.p_break) else _CONTINUE)
    elif choice == _DO_IF and room:
        state[at.TESTS] = 0
        queue(state, _IF)
    elif choice in (_DO_LOOP, _DO_PAIR) and room and depth < w.max_depth:
        _plan_loop(state, context, stream, w, choice == _DO_PAIR)
        if state[at.QUEUE_END] == 0:
            _loop_head(state, context, stream, w)
    elif choice != _DO_SWAP or not _swap(state, context, stream, w):
        assignment(state, context, stream, w)


@njit(cache=True, nogil=True)
def assignment(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    """Queue the beginning of an assignment or all of it."""
    operation = pick(stream, w.assignments)
    if chance(stream, w.p_reset_index) and _reset_index(state, context, stream, w):
        return
    local = 0
    if chance(stream, w.p_target_local) and state[at.LEFT + state[at.BLOCK]] + state[at.BLOCK] > 0:
        local = member(stream, values(state, context))
    if local > 0:
        state[at.UNREAD] |= 1 << (local - FIRST_NAME)
        if operation == 0 and context[1] > 0 and chance(stream, w.p_add_up):
            operation = 1 if chance(stream, 0.8) else 2
    prefix = operation >= 3 and chance(stream, w.p_prefix)
    if prefix:
        queue(state, SET + operation)
    if local > 0:
        target = local
        queue(state, local)
    else:
        target = index(state, context, stream, w)
        queue_cell(state, target)
    if not prefix:
        queue(state, SET + operation)
    state[at.PART] = at.ASSIGNED
    state[at.TARGET] = target if operation == 0 else 0
    state[at.TARGET_CELL] = local == 0
    state[at.LAST_CELL] = target if local == 0 and operation == 0 else 0


@njit(cache=True, nogil=True)
def _reset_index(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> bool:
    """Assign a new value to a variable that holds an index, unless a loop counts it."""
    name = member(stream, index_variables(state, context) & at.OTHER_NAMES)
    for block in range(at.MAX_BLOCKS):
        if state[at.SECOND + block] == name:
            return False
    write(state, SET_TO, name, some_cell(stream, w))
    return True


@njit(cache=True, nogil=True)
def _swap(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> bool:
    """Swap two cells through a variable, usually under a comparison of the two."""
    temporary = member(stream, values(state, context))
    first = index(state, context, stream, w)
    second = index(state, context, stream, w)
    if temporary == 0 or first == second:
        return False
    conditional = chance(stream, 0.6)
    if conditional:
        write(state, IF_CELLS, first, LT if chance(stream, 0.5) else GT, second)
    write(state, EXCHANGE, first, second, temporary)
    if conditional:
        queue(state, CLOSE)
    return True


@njit(cache=True, nogil=True)
def _plan_loop(state: IntArray, context: IntArray, stream: Stream, w: Weights, paired: bool) -> None:
    """Decide on the cells of the next loop; queue the start of its second index."""
    last = w.num_cells - 1
    low = 0 if chance(stream, w.p_from_first) else draw_below(stream, last)
    high = last if chance(stream, w.p_to_last) else low + 1 + draw_below(stream, last - low)
    down = chance(stream, w.p_down)
    state[at.PAIRING] = at.NO_PAIR
    pair = member(stream, index_variables(state, context) & at.OTHER_NAMES) if paired else 0
    for block in range(at.MAX_BLOCKS):
        if state[at.SECOND + block] == pair:
            pair = 0  # it already belongs to an outer loop
    state[at.PAIRED] = pair
    if pair > 0:
        pairing = at.NEXT + pick(stream, w.pairings)
        # Keep the second index inside the list.
        if pairing == at.NEXT:
            high = min(high, last - 1)
            low = min(low, max(high - 1, 0))
        elif pairing == at.PREVIOUS:
            low = max(low, 1)
            high = min(max(high, low + 1), last)
        if chance(stream, w.p_counter):
            begin_at = high if down else low
            start = (
                last - begin_at if pairing == at.MIRRORED else begin_at + (1 if pairing == at.NEXT else -1)
            )
            write(state, SET_TO, pair, FIRST_INT + start)
            pairing = at.COUNT_UP if down == (pairing == at.MIRRORED) else at.COUNT_DOWN
        state[at.PAIRING] = pairing
    state[at.LOW], state[at.HIGH], state[at.DOWN] = low, high, down
    state[at.LOOP_NEXT] = 1


@njit(cache=True, nogil=True)
def _loop_head(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    """Queue the head of the planned loop."""
    state[at.LOOP_NEXT] = 0
    outside = 0  # a declared loop variable that no open loop counts
    if chance(stream, w.p_use_outside):
        free = context[0] & at.LOOP_NAMES
        for depth in range(context[1]):
            free &= ~(1 << context[2 + 2 * depth])
        outside = member(stream, free)
    variable = outside
    if outside == 0:
        variable = FIRST_NAME
        while (context[0] >> (variable - FIRST_NAME)) & 1:
            variable += 1
    else:  # after the loop it is outside the list
        state[at.HOLDS_INDEX] &= ~(1 << (variable - FIRST_NAME))
    queue_loop_head(
        state, stream, w, variable, outside == 0, state[at.LOW], state[at.HIGH], state[at.DOWN] == 1
    )


@njit(cache=True, nogil=True)
def _compute_pair(state: IntArray, context: IntArray, w: Weights) -> None:
    """Queue the value of the second index: the loop variable plus or minus one, or mirrored."""
    variable = loop_variable(context, context[1] - 1)
    if state[at.PAIRING] == at.MIRRORED:
        write(state, DIFFERENCE, state[at.PAIRED], FIRST_INT + w.num_cells - 1, variable)
    else:
        sum_or_difference = SUM if state[at.PAIRING] == at.NEXT else DIFFERENCE
        write(state, sum_or_difference, state[at.PAIRED], variable, FIRST_INT + 1)
    state[at.PAIRING] = at.NO_PAIR
