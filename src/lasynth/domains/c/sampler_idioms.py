"""Idioms: common patterns of loops and branches, as whole statements with random parts.

Random programs rarely accumulate over a list, keep a maximum, compare neighbours, swap through a temporary,
clamp, or stop at a condition, and only by chance. A share of `CSamplerSettings.p_idioms` of the programs
contain such idioms among ordinary statements; the other programs contain none.

An idiom is queued as a whole. Its random parts are cells, constants, relations, the update, the direction of
the loop, whether there is an `else`, and where the result is kept.
"""

from __future__ import annotations

from typing import Final

from lasynth.compiled import njit
from lasynth.domains.c.grammar import FIRST_INT, FIRST_NAME, token_of
from lasynth.domains.c.sampler_config import Weights
from lasynth.domains.c.sampler_phrases import (
    BEGIN,
    CLOSE,
    COPY,
    DEC,
    DIFFERENCE,
    ELSE,
    EXCHANGE,
    GT,
    IF_CELLS,
    INC,
    LT,
    PLACE,
    SEMICOLON,
    SET_CELL,
    SET_TO,
    SUM,
    VALUE,
    add_or_subtract,
    end_cell,
    fresh_name,
    phrase,
    queue_change,
    queue_constant,
    queue_if,
    queue_loop,
    queue_loop_head,
    queue_result,
    some_cell,
    some_relation,
    write,
)
from lasynth.domains.c.sampler_state import HOLDS_INDEX, HOLDS_VALUE, queue
from lasynth.domains.random import Stream, chance, draw_below
from lasynth.grammar import IntArray

IDIOMS: Final = (
    "update",  # a conditional update in a loop, with or without else
    "clamp",  # values, or one cell, held between bounds
    "accumulate",  # a sum, a count, a running difference; kept in one or all cells, or on the way
    "extreme",  # the largest or smallest value, or its index
    "neighbours",  # cells compared or combined with the previous or next one
    "shift",  # cells moved by one, the last one kept or moved to the front
    "swap",  # two cells through a temporary, or pairs of cells along the list
    "stop",  # a loop that ends, or skips a cell, at a condition
    "flag",  # whether a condition holds for some or all cells
    "sort",  # swaps of cells in nested loops
    "gather",  # cells that meet a condition moved to one end
)
NEEDS_VALUE: Final = 1
NEEDS_INDEX: Final = 2
_UPDATE, _CLAMP, _ACCUMULATE, _EXTREME, _NEIGHBOURS, _SHIFT = range(6)
_SWAP, _STOP, _FLAG, _SORT, _GATHER = range(6, len(IDIOMS))
_NEEDS = (0, 0, 1, 3, 2, 3, 3, 0, 1, 1, 3)  # the needs of each idiom, as bits

_BREAK, _CONTINUE = token_of("break"), token_of("continue")
_CLOSE_BOTH, _OR_ELSE, _LEAVE = phrase("} }"), phrase("} else"), phrase("X ; }")
_BY_CELL = phrase("if ( a [ X ] Y a [ Z ] ) { a [ X ] = a [ Z ] ; }")
_BY_NUMBER = phrase("if ( a [ X ] Y Z ) { a [ X ] = Z ; }")
_BY_NEGATIVE = phrase("if ( a [ X ] Y - Z ) { a [ X ] = - Z ; }")
_BEGIN_VALUE, _KEEP = phrase("l_0 ="), phrase("l_0 = a [ X ] ;")
_COUNT, _COUNT_CELL, _ADD_UP = phrase("X Y ;"), phrase("a [ X ] Y ;"), phrase("l_0 X a [ Y ] ;")
_BEST_PLACE = phrase("if ( a [ X ] Y a [ l_1 ] ) { l_1 = X ; } }")
_BEST_CELL = phrase("if ( a [ X ] Y a [ Z ] ) { a [ Z ] = a [ X ] ; } }")
_BEST_VALUE = phrase("if ( a [ X ] Y l_0 ) { l_0 = a [ X ] ; }")
_COMBINE = phrase("a [ X ] Y a [ l_1 ] ; }")
_IF_FLAG = phrase("if ( l_0 == X ) {")


@njit(cache=True, nogil=True)
def idiom_needs(kind: int) -> int:
    """The variables that an idiom needs: `NEEDS_VALUE`, `NEEDS_INDEX`, both or none."""
    return _NEEDS[kind]


@njit(cache=True, nogil=True)
def _update(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    variable = queue_loop(state, context, stream, w, 0, w.num_cells - 1, chance(stream, w.p_down))
    queue_if(state, stream, w, variable, variable)
    queue_change(state, stream, w, variable, variable)
    if chance(stream, 0.35):
        if chance(stream, 0.25):
            write(state, _OR_ELSE)
            queue_if(state, stream, w, variable, 0)
        else:
            write(state, ELSE)
        queue_change(state, stream, w, variable, variable)
    write(state, _CLOSE_BOTH)


@njit(cache=True, nogil=True)
def _clamp(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    everywhere = chance(stream, 0.75)
    cell = some_cell(stream, w)
    if everywhere:
        cell = queue_loop(state, context, stream, w, 0, w.num_cells - 1, False)
    upper = draw_below(stream, 3)  # 0: from above, 1: from below, 2: both
    for side in range(2):
        if upper != 2 and upper != side:
            continue
        by_cell = chance(stream, 0.25)
        number = FIRST_INT + draw_below(stream, min(w.max_constant, 3) + 1)
        negative = (side == 1) != chance(stream, 0.2) and number > FIRST_INT
        bound = FIRST_INT + end_cell(stream, w)
        by = _BY_CELL if by_cell else _BY_NEGATIVE if negative else _BY_NUMBER
        write(state, by, cell, GT if side == 0 else LT, bound if by_cell else number)
    if everywhere:
        queue(state, CLOSE)


@njit(cache=True, nogil=True)
def _keep(state: IntArray, context: IntArray, stream: Stream, w: Weights, variable: int, along: bool) -> None:
    """Queue the end of a loop and the use of its value: in each cell on the way, or after the loop."""
    if along:
        write(state, SET_CELL, variable, VALUE)
    queue(state, CLOSE)
    if not along:
        queue_result(state, context, stream, w, VALUE)


@njit(cache=True, nogil=True)
def _accumulate(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    how = draw_below(stream, 10)
    write(state, _BEGIN_VALUE)
    if chance(stream, 0.8):
        queue(state, FIRST_INT)
    else:
        queue_constant(state, stream, w)
    queue(state, SEMICOLON)
    variable = queue_loop(state, context, stream, w, 0, w.num_cells - 1, chance(stream, 0.2))
    tested = chance(stream, 0.25) or 4 <= how < 8
    if tested:
        queue_if(state, stream, w, variable, variable)
    if 4 <= how < 8:
        write(state, _COUNT, VALUE, INC if chance(stream, 0.9) else DEC)
    else:
        write(state, _ADD_UP, add_or_subtract(stream, 0.75), variable)
    if tested:
        queue(state, CLOSE)
    _keep(state, context, stream, w, variable, how == 3 or how == 7 or how == 8)


@njit(cache=True, nogil=True)
def _extreme(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    relation = GT if chance(stream, 0.5) else LT
    if chance(stream, 0.2):
        relation += 1  # or equal
    how = draw_below(stream, 10)
    if how < 4:  # its index
        write(state, SET_TO, PLACE, FIRST_INT)
        variable = queue_loop(state, context, stream, w, 1, w.num_cells - 1, False)
        write(state, _BEST_PLACE, variable, relation)
        what = draw_below(stream, 10)
        if what < 4:
            queue_result(state, context, stream, w, PLACE)
        elif what < 6:
            write(state, SET_CELL, PLACE, FIRST_INT + draw_below(stream, 2))
        else:
            write(state, EXCHANGE, PLACE, FIRST_INT + end_cell(stream, w), VALUE)
        return
    start = FIRST_INT + (0 if how < 9 else w.num_cells - 1)
    if how < 6:  # collected in a cell
        variable = queue_loop(state, context, stream, w, 0, w.num_cells - 1, False)
        write(state, _BEST_CELL, variable, relation, start)
        return
    write(state, _KEEP, start)
    variable = queue_loop(state, context, stream, w, 0, w.num_cells - 1, how == 9)
    write(state, _BEST_VALUE, variable, relation)
    _keep(state, context, stream, w, variable, how == 8)


@njit(cache=True, nogil=True)
def _neighbours(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    last = w.num_cells - 1
    behind = chance(stream, 0.5)
    down = chance(stream, 0.4)
    variable = queue_loop(state, context, stream, w, 0 if behind else 1, last - 1 if behind else last, down)
    write(state, SUM if behind else DIFFERENCE, PLACE, variable, FIRST_INT + 1)
    how = draw_below(stream, 10)
    if how < 4:
        write(state, _COMBINE, variable, add_or_subtract(stream, 0.4))
        return
    write(state, IF_CELLS, variable, some_relation(stream, w), PLACE)
    if how < 7:
        write(state, COPY, variable, PLACE)
    elif how < 8:
        write(state, COPY, PLACE, variable)
    else:
        queue_change(state, stream, w, variable, variable)
    if how == 8:
        write(state, ELSE)
        queue_change(state, stream, w, variable, variable)
    write(state, _CLOSE_BOTH)


@njit(cache=True, nogil=True)
def _shift(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    last = w.num_cells - 1
    left = chance(stream, 0.5)
    around = chance(stream, 0.6)
    if around:
        write(state, _KEEP, FIRST_INT + (0 if left else last))
    variable = queue_loop(state, context, stream, w, 0 if left else 1, last - 1 if left else last, not left)
    write(state, SUM if left else DIFFERENCE, PLACE, variable, FIRST_INT + 1)
    tested = chance(stream, 0.2)
    if tested:
        queue_if(state, stream, w, variable, 0)
    write(state, COPY, variable, PLACE)
    if tested:
        queue(state, CLOSE)
    queue(state, CLOSE)
    if around or chance(stream, 0.6):
        write(state, SET_CELL, FIRST_INT + (last if left else 0), VALUE if around else FIRST_INT, 0)


@njit(cache=True, nogil=True)
def _swap(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    last = w.num_cells - 1
    tested = chance(stream, 0.5)
    how = draw_below(stream, 10)
    first, second = some_cell(stream, w), some_cell(stream, w)
    inside = how >= 4
    if how >= 7:  # mirror
        first = queue_loop(state, context, stream, w, 0, max(w.num_cells // 2 - 1, 0), False)
        write(state, DIFFERENCE, PLACE, FIRST_INT + last, first)
    elif inside:  # one pass over neighbours
        first = queue_loop(state, context, stream, w, 0, last - 1, chance(stream, 0.3))
        write(state, SUM, PLACE, first, FIRST_INT + 1)
    if inside:
        second = PLACE
    if tested:
        write(state, IF_CELLS, first, some_relation(stream, w), second)
    write(state, EXCHANGE, first, second, VALUE)
    if tested:
        queue(state, CLOSE)
    if inside:
        queue(state, CLOSE)


@njit(cache=True, nogil=True)
def _stop(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    variable = queue_loop(state, context, stream, w, 0, w.num_cells - 1, chance(stream, 0.25))
    first = chance(stream, 0.25)  # the cell is changed before the test
    if first:
        queue_change(state, stream, w, variable, variable)
    queue_if(state, stream, w, variable, variable)
    write(state, _LEAVE, _BREAK if first or chance(stream, 0.75) else _CONTINUE)
    if not first:
        queue_change(state, stream, w, variable, variable)
    queue(state, CLOSE)


@njit(cache=True, nogil=True)
def _flag(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    begin = 0 if chance(stream, 0.6) else 1
    write(state, SET_TO, VALUE, FIRST_INT + begin)
    variable = queue_loop(state, context, stream, w, 0, w.num_cells - 1, False)
    queue_if(state, stream, w, variable, variable)
    write(state, SET_TO, VALUE, FIRST_INT + 1 - begin)
    queue(state, CLOSE)
    if chance(stream, 0.3):  # from the first matching cell on
        write(state, _IF_FLAG, FIRST_INT + draw_below(stream, 2))
        queue_change(state, stream, w, variable, variable)
        write(state, _CLOSE_BOTH)
    else:
        _keep(state, context, stream, w, variable, False)


@njit(cache=True, nogil=True)
def _sort(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    first = queue_loop(state, context, stream, w, 0, w.num_cells - 1, False)
    second = fresh_name(context, 1)
    queue_loop_head(state, stream, w, second, True, 0, w.num_cells - 1, chance(stream, 0.15))
    queue(state, BEGIN)
    write(state, IF_CELLS, first, LT if chance(stream, 0.5) else GT, second)
    how = draw_below(stream, 10)
    if how < 6:
        write(state, EXCHANGE, first, second, VALUE)
    elif how < 8:
        write(state, _COUNT_CELL, first, INC if how == 6 else DEC)
    else:
        write(state, COPY, second, first)
    queue(state, CLOSE)
    write(state, _CLOSE_BOTH)


@njit(cache=True, nogil=True)
def _gather(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    last = w.num_cells - 1
    down = chance(stream, 0.3)
    write(state, SET_TO, PLACE, FIRST_INT + (last if down else 0))
    variable = queue_loop(state, context, stream, w, 0, last, down)
    queue_if(state, stream, w, variable, 0)
    write(state, EXCHANGE if chance(stream, 0.6) else COPY, PLACE, variable, VALUE)
    write(state, _COUNT, PLACE, DEC if down else INC)
    write(state, _CLOSE_BOTH)


@njit(cache=True, nogil=True)
def idiom(state: IntArray, context: IntArray, stream: Stream, w: Weights, kind: int) -> None:
    """Queue an idiom; the variables that it needs are declared.

    Args:
        state, context: of the program; the queue is empty.
        stream: the random stream.
        w: from `CSamplerSettings.weights`.
        kind: the index of one of `IDIOMS`.
    """
    if kind == _UPDATE:
        _update(state, context, stream, w)
    elif kind == _CLAMP:
        _clamp(state, context, stream, w)
    elif kind == _ACCUMULATE:
        _accumulate(state, context, stream, w)
    elif kind == _EXTREME:
        _extreme(state, context, stream, w)
    elif kind == _NEIGHBOURS:
        _neighbours(state, context, stream, w)
    elif kind == _SHIFT:
        _shift(state, context, stream, w)
    elif kind == _SWAP:
        _swap(state, context, stream, w)
    elif kind == _STOP:
        _stop(state, context, stream, w)
    elif kind == _FLAG:
        _flag(state, context, stream, w)
    elif kind == _SORT:
        _sort(state, context, stream, w)
    else:
        _gather(state, context, stream, w)
    if idiom_needs(kind) & NEEDS_INDEX:  # it may be outside the list now
        state[HOLDS_INDEX] &= ~(1 << (PLACE - FIRST_NAME))
    if idiom_needs(kind) & NEEDS_VALUE:
        state[HOLDS_VALUE] |= 1 << (VALUE - FIRST_NAME)
