"""Idioms: what people write with loops and branches, as whole statements with random parts.

Random programs seldom accumulate over a list, keep a maximum, compare neighbours, swap through a
temporary, clamp, or stop at a condition, and when they do, it is by accident. `CSamplerSettings.p_idioms` of
the programs hold such turns of phrase, among ordinary statements; the rest is as before.

An idiom is queued token by token, as a whole. What is random in it: cells, constants, relations, the update
that is made, the way the loop goes, whether there is an `else`, and where the result is kept.
"""

from __future__ import annotations

from typing import Final

from numba import njit

from lasynth.domains.c.grammar import FIRST_INT, FIRST_NAME, token_of
from lasynth.domains.c.sampler_config import Weights
from lasynth.domains.c.sampler_phrases import (
    PLACE,
    VALUE,
    end_cell,
    fresh_name,
    queue_change,
    queue_constant,
    queue_exchange,
    queue_if,
    queue_loop,
    queue_loop_head,
    queue_neighbour,
    queue_relation,
    queue_result,
    queue_set,
    queue_test,
    queue_then,
)
from lasynth.domains.c.sampler_state import HOLDS_INDEX, HOLDS_VALUE, queue, queue_cell, queue_number
from lasynth.domains.random import Stream, chance, draw_below
from lasynth.grammar import IntArray

__all__ = ["IDIOMS", "NEEDS_INDEX", "NEEDS_VALUE", "idiom", "idiom_needs"]

IDIOMS: Final = (
    "update",  # a conditional update in a loop, with or without else
    "clamp",  # values, or one cell, held between bounds
    "accumulate",  # a sum, a count, a running difference; kept in a cell, in all, or along the way
    "extreme",  # the largest or smallest value, or its place
    "neighbours",  # cells compared or combined with the one before or behind
    "shift",  # cells moved along, the last one kept or put in front
    "swap",  # two cells through a temporary, or pairs of cells along the list
    "stop",  # a loop that stops, or passes over, at a condition
    "flag",  # whether a condition holds for some cell, or all
    "sort",  # exchange of cells in nested loops
    "gather",  # cells that meet a condition moved to one end
)
(
    _UPDATE,
    _CLAMP,
    _ACCUMULATE,
    _EXTREME,
    _NEIGHBOURS,
    _SHIFT,
    _SWAP,
    _STOP,
    _FLAG,
    _SORT,
    _GATHER,
) = range(len(IDIOMS))
NEEDS_VALUE: Final = 1
NEEDS_INDEX: Final = 2


def _tokens(*texts: str) -> tuple[int, ...]:
    return tuple(token_of(text) for text in texts)


_INT, _FOR, _IF, _ELSE, _BREAK, _CONTINUE = _tokens("int", "for", "if", "else", "break", "continue")
_LP, _RP, _BEGIN, _CLOSE, _SEMI, _SET = _tokens("(", ")", "{", "}", ";", "=")
_INC, _DEC, _PLUS, _MINUS, _ADD, _SUBTRACT = _tokens("++", "--", "+", "-", "+=", "-=")
_LT, _LE, _GT, _GE, _EQ, _NE = _tokens("<", "<=", ">", ">=", "==", "!=")


@njit(cache=True, nogil=True)
def idiom_needs(kind: int) -> int:
    """Which variables an idiom takes: `NEEDS_VALUE` or `NEEDS_INDEX`, or both, or none."""
    if kind in (_ACCUMULATE, _SWAP, _FLAG, _SORT):
        return NEEDS_VALUE | (NEEDS_INDEX if kind == _SWAP else 0)
    if kind in (_EXTREME, _SHIFT, _GATHER):
        return NEEDS_VALUE | NEEDS_INDEX
    if kind == _NEIGHBOURS:
        return NEEDS_INDEX
    return 0


@njit(cache=True, nogil=True)
def _update(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    variable = queue_loop(state, context, stream, w, 0, w.num_cells - 1, chance(stream, w.p_down))
    queue_if(state)
    queue_test(state, stream, w, variable, variable)
    queue_then(state)
    queue_change(state, stream, w, variable, variable)
    queue(state, _CLOSE)
    if chance(stream, 0.35):
        queue(state, _ELSE)
        if chance(stream, 0.25):
            queue_if(state)
            queue_test(state, stream, w, variable, 0)
            queue(state, _RP)
        queue(state, _BEGIN)
        queue_change(state, stream, w, variable, variable)
        queue(state, _CLOSE)
    queue(state, _CLOSE)


@njit(cache=True, nogil=True)
def _clamp(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    everywhere = chance(stream, 0.75)
    cell = FIRST_INT + draw_below(stream, w.num_cells)
    if everywhere:
        cell = queue_loop(state, context, stream, w, 0, w.num_cells - 1, False)
    upper = draw_below(stream, 3)  # 0: from above, 1: from below, 2: both
    for side in range(2):
        if upper != 2 and upper != side:
            continue
        by_cell = chance(stream, 0.25)
        number = draw_below(stream, min(w.max_constant, 3) + 1)
        if (side == 1) != chance(stream, 0.2):
            number = -number
        bound = FIRST_INT + end_cell(stream, w)
        queue_if(state)
        queue_cell(state, cell)
        queue(state, _GT if side == 0 else _LT)
        if by_cell:
            queue_cell(state, bound)
        else:
            queue_number(state, number)
        queue_then(state)
        queue_cell(state, cell)
        queue(state, _SET)
        if by_cell:
            queue_cell(state, bound)
        else:
            queue_number(state, number)
        queue(state, _SEMI)
        queue(state, _CLOSE)
    if everywhere:
        queue(state, _CLOSE)


@njit(cache=True, nogil=True)
def _accumulate(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    how = draw_below(stream, 10)
    queue(state, VALUE)
    queue(state, _SET)
    if chance(stream, 0.8):
        queue(state, FIRST_INT)
    else:
        queue_constant(state, stream, w)
    queue(state, _SEMI)
    variable = queue_loop(state, context, stream, w, 0, w.num_cells - 1, chance(stream, 0.2))
    tested = chance(stream, 0.25) or 4 <= how < 8
    if tested:
        queue_if(state)
        queue_test(state, stream, w, variable, variable)
        queue_then(state)
    queue(state, VALUE)
    if 4 <= how < 8:  # a count
        queue(state, _INC if chance(stream, 0.9) else _DEC)
    else:
        queue(state, _ADD if chance(stream, 0.75) else _SUBTRACT)
        queue_cell(state, variable)
    queue(state, _SEMI)
    if tested:
        queue(state, _CLOSE)
    along = how == 3 or how == 7 or how == 8  # kept in every cell on the way
    if along:
        queue_set(state, variable, True, VALUE, False)
    queue(state, _CLOSE)
    if not along:
        queue_result(state, context, stream, w, VALUE)


@njit(cache=True, nogil=True)
def _extreme(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    relation = _GT if chance(stream, 0.5) else _LT
    if chance(stream, 0.2):
        relation = _GE if relation == _GT else _LE
    how = draw_below(stream, 10)
    place = how < 4
    if place:  # l = 0; for (i = 1; ...) if (a[i] > a[l]) l = i;
        queue_set(state, PLACE, False, FIRST_INT, False)
        variable = queue_loop(state, context, stream, w, 1, w.num_cells - 1, False)
        queue_if(state)
        queue_cell(state, variable)
        queue(state, relation)
        queue_cell(state, PLACE)
        queue_then(state)
        queue_set(state, PLACE, False, variable, False)
        queue(state, _CLOSE)
        queue(state, _CLOSE)
        what = draw_below(stream, 10)
        if what < 4:
            queue_result(state, context, stream, w, PLACE)
        elif what < 6:
            queue_set(state, PLACE, True, FIRST_INT + draw_below(stream, 2), False)
        else:
            queue_exchange(state, PLACE, FIRST_INT + end_cell(stream, w))
        return
    start = FIRST_INT + (0 if how < 9 else w.num_cells - 1)
    if how < 6:  # straight into a cell
        variable = queue_loop(state, context, stream, w, 0, w.num_cells - 1, False)
        queue_if(state)
        queue_cell(state, variable)
        queue(state, relation)
        queue_cell(state, start)
        queue_then(state)
        queue_set(state, start, True, variable, True)
        queue(state, _CLOSE)
        queue(state, _CLOSE)
        return
    queue_set(state, VALUE, False, start, True)
    variable = queue_loop(state, context, stream, w, 0, w.num_cells - 1, how == 9)
    queue_if(state)
    queue_cell(state, variable)
    queue(state, relation)
    queue(state, VALUE)
    queue_then(state)
    queue_set(state, VALUE, False, variable, True)
    queue(state, _CLOSE)
    along = how == 8
    if along:
        queue_set(state, variable, True, VALUE, False)
    queue(state, _CLOSE)
    if not along:
        queue_result(state, context, stream, w, VALUE)


@njit(cache=True, nogil=True)
def _neighbours(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    last = w.num_cells - 1
    behind = chance(stream, 0.5)
    down = chance(stream, 0.4)
    variable = queue_loop(state, context, stream, w, 0 if behind else 1, last - 1 if behind else last, down)
    queue_neighbour(state, stream, variable, behind)
    how = draw_below(stream, 10)
    if how < 4:  # combine
        queue_cell(state, variable)
        queue(state, _ADD if chance(stream, 0.4) else _SUBTRACT)
        queue_cell(state, PLACE)
        queue(state, _SEMI)
        queue(state, _CLOSE)
        return
    queue_if(state)
    queue_cell(state, variable)
    queue_relation(state, stream, w)
    queue_cell(state, PLACE)
    queue_then(state)
    if how < 7:
        queue_set(state, variable, True, PLACE, True)
    elif how < 8:
        queue_set(state, PLACE, True, variable, True)
    else:
        queue_change(state, stream, w, variable, variable)
    queue(state, _CLOSE)
    if how == 8:
        queue(state, _ELSE)
        queue(state, _BEGIN)
        queue_change(state, stream, w, variable, variable)
        queue(state, _CLOSE)
    queue(state, _CLOSE)


@njit(cache=True, nogil=True)
def _shift(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    last = w.num_cells - 1
    left = chance(stream, 0.5)
    around = chance(stream, 0.6)
    if around:
        queue_set(state, VALUE, False, FIRST_INT + (0 if left else last), True)
    variable = queue_loop(state, context, stream, w, 0 if left else 1, last - 1 if left else last, not left)
    queue_neighbour(state, stream, variable, left)
    if chance(stream, 0.2):
        queue_if(state)
        queue_test(state, stream, w, variable, 0)
        queue_then(state)
        queue_set(state, variable, True, PLACE, True)
        queue(state, _CLOSE)
    else:
        queue_set(state, variable, True, PLACE, True)
    queue(state, _CLOSE)
    end = FIRST_INT + (last if left else 0)
    if around:
        queue_set(state, end, True, VALUE, False)
    elif chance(stream, 0.6):
        queue_set(state, end, True, FIRST_INT, False)


@njit(cache=True, nogil=True)
def _swap(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    last = w.num_cells - 1
    tested = chance(stream, 0.5)
    how = draw_below(stream, 10)
    first, second = FIRST_INT + draw_below(stream, w.num_cells), FIRST_INT + draw_below(stream, w.num_cells)
    inside = how >= 4
    if how >= 7:  # mirror
        first = queue_loop(state, context, stream, w, 0, max(w.num_cells // 2 - 1, 0), False)
        queue(state, PLACE)
        queue(state, _SET)
        queue(state, FIRST_INT + last)
        queue(state, _MINUS)
        queue(state, first)
        queue(state, _SEMI)
    elif inside:  # a pass along neighbours
        first = queue_loop(state, context, stream, w, 0, last - 1, chance(stream, 0.3))
        queue_neighbour(state, stream, first, True)
    if inside:
        second = PLACE
    if tested:
        queue_if(state)
        queue_cell(state, first)
        queue_relation(state, stream, w)
        queue_cell(state, second)
        queue_then(state)
    queue_exchange(state, first, second)
    if tested:
        queue(state, _CLOSE)
    if inside:
        queue(state, _CLOSE)


@njit(cache=True, nogil=True)
def _stop(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    variable = queue_loop(state, context, stream, w, 0, w.num_cells - 1, chance(stream, 0.25))
    first = chance(stream, 0.25)  # the change comes before the test
    if first:
        queue_change(state, stream, w, variable, variable)
    queue_if(state)
    queue_test(state, stream, w, variable, variable)
    queue_then(state)
    queue(state, _BREAK if first or chance(stream, 0.75) else _CONTINUE)
    queue(state, _SEMI)
    queue(state, _CLOSE)
    if not first:
        queue_change(state, stream, w, variable, variable)
    queue(state, _CLOSE)


@njit(cache=True, nogil=True)
def _flag(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    begin = 0 if chance(stream, 0.6) else 1
    queue_set(state, VALUE, False, FIRST_INT + begin, False)
    variable = queue_loop(state, context, stream, w, 0, w.num_cells - 1, False)
    queue_if(state)
    queue_test(state, stream, w, variable, variable)
    queue_then(state)
    queue_set(state, VALUE, False, FIRST_INT + 1 - begin, False)
    queue(state, _CLOSE)
    along = chance(stream, 0.3)
    if along:  # from the first such cell on
        queue_if(state)
        queue(state, VALUE)
        queue(state, _EQ)
        queue(state, FIRST_INT + draw_below(stream, 2))
        queue_then(state)
        queue_change(state, stream, w, variable, variable)
        queue(state, _CLOSE)
    queue(state, _CLOSE)
    if not along:
        queue_result(state, context, stream, w, VALUE)


@njit(cache=True, nogil=True)
def _sort(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    first = queue_loop(state, context, stream, w, 0, w.num_cells - 1, False)
    second = fresh_name(context, 1)
    queue_loop_head(state, stream, w, second, True, 0, w.num_cells - 1, chance(stream, 0.15))
    queue(state, _BEGIN)
    queue_if(state)
    queue_cell(state, first)
    queue(state, _LT if chance(stream, 0.5) else _GT)
    queue_cell(state, second)
    queue_then(state)
    how = draw_below(stream, 10)
    if how < 6:
        queue_exchange(state, first, second)
    elif how < 8:
        queue_cell(state, first)
        queue(state, _INC if how == 6 else _DEC)
        queue(state, _SEMI)
    else:
        queue_set(state, second, True, first, True)
    queue(state, _CLOSE)
    queue(state, _CLOSE)
    queue(state, _CLOSE)


@njit(cache=True, nogil=True)
def _gather(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    last = w.num_cells - 1
    down = chance(stream, 0.3)
    queue_set(state, PLACE, False, FIRST_INT + (last if down else 0), False)
    variable = queue_loop(state, context, stream, w, 0, last, down)
    queue_if(state)
    queue_test(state, stream, w, variable, 0)
    queue_then(state)
    if chance(stream, 0.6):
        queue_exchange(state, PLACE, variable)
    else:
        queue_set(state, PLACE, True, variable, True)
    queue(state, PLACE)
    queue(state, _DEC if down else _INC)
    queue(state, _SEMI)
    queue(state, _CLOSE)
    queue(state, _CLOSE)


@njit(cache=True, nogil=True)
def idiom(state: IntArray, context: IntArray, stream: Stream, w: Weights, kind: int) -> None:
    """Queue an idiom, where the variables it needs are declared.

    Args:
        state, context: of the program; the queue is empty.
        stream: where random numbers come from.
        w: of `CSamplerSettings.weights`.
        kind: the number of one of `IDIOMS`.
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
    if idiom_needs(kind) & NEEDS_INDEX:  # it may stand outside the list now
        state[HOLDS_INDEX] &= ~(1 << (PLACE - FIRST_NAME))
    if idiom_needs(kind) & NEEDS_VALUE:
        state[HOLDS_VALUE] |= 1 << (VALUE - FIRST_NAME)
