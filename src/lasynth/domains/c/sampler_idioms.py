"""Idioms: what people write with loops and branches, as whole statements with random parts.

Random programs seldom accumulate over a list, keep a maximum, compare neighbours, swap through a
temporary, clamp, or stop at a condition, and when they do, it is by accident. `SamplerConfig.p_idioms` of the
programs hold such turns of phrase, among ordinary statements; the rest is as before.

An idiom is queued token by token, as a whole. What is random in it: cells, constants, relations, the update
that is made, the way the loop goes, whether there is an `else`, and where the result is kept.
"""

from __future__ import annotations

from typing import Final

from numba import njit

from lasynth.domains.c.grammar import FIRST_INT, FIRST_NAME, FIRST_OTHER_NAME, token_of
from lasynth.domains.c.random import Stream, chance, draw_below, pick
from lasynth.domains.c.sampler_config import Weights
from lasynth.domains.c.sampler_state import HOLDS_INDEX, HOLDS_VALUE, queue, queue_cell, queue_number
from lasynth.grammar import IntArray

__all__ = ["IDIOMS", "idiom", "idiom_needs", "queue_loop_head"]

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
_VALUE: Final = FIRST_OTHER_NAME  # where an idiom keeps a value; declared by `idiom_needs`
_PLACE: Final = FIRST_OTHER_NAME + 1  # where it keeps an index


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
def queue_loop_head(
    state: IntArray, stream: Stream, w: Weights, variable: int, declare: bool, low: int, high: int, down: bool
) -> None:
    """Queue the head of a loop over cells `low` to `high`, both inclusive."""
    queue(state, _FOR)
    queue(state, _LP)
    if declare:
        queue(state, _INT)
    queue(state, variable)
    queue(state, _SET)
    queue(state, FIRST_INT + (high if down else low))
    queue(state, _SEMI)
    queue(state, variable)
    strict = chance(stream, w.p_strict)
    if down:
        strict = strict and low > 0
        queue(state, _GT if strict else _GE)
        queue(state, FIRST_INT + low - (1 if strict else 0))
    else:
        queue(state, _LT if strict else _LE)
        queue(state, FIRST_INT + high + (1 if strict else 0))
    queue(state, _SEMI)
    step = _DEC if down else _INC
    prefix = chance(stream, w.p_prefix)
    queue(state, step if prefix else variable)
    queue(state, variable if prefix else step)
    queue(state, _RP)


# Parts of idioms ------------------------------------------------------------------------------


@njit(cache=True, nogil=True)
def _fresh(context: IntArray, count: int) -> int:
    """A name for a loop variable that is not visible, leaving out the first `count` of these."""
    variable = FIRST_NAME
    while ((context[0] >> (variable - FIRST_NAME)) & 1) or count > 0:
        if not (context[0] >> (variable - FIRST_NAME)) & 1:
            count -= 1
        variable += 1
    return variable


@njit(cache=True, nogil=True)
def _loop(
    state: IntArray, context: IntArray, stream: Stream, w: Weights, least: int, most: int, down: bool
) -> int:
    """Queue the head and the brace of a loop, mostly over all of the cells given; its variable."""
    low = least if chance(stream, 0.8) else min(least + 1, most)
    high = most if chance(stream, 0.8) else max(most - 1, low)
    variable = _fresh(context, 0)
    queue_loop_head(state, stream, w, variable, True, low, high, down)
    queue(state, _BEGIN)
    return variable


@njit(cache=True, nogil=True)
def _constant(state: IntArray, stream: Stream, w: Weights) -> None:
    """Queue a small constant, 0 most often."""
    number = min(pick(stream, w.thresholds), w.max_constant)
    queue_number(state, -number if number > 0 and chance(stream, w.p_negative) else number)


@njit(cache=True, nogil=True)
def _relation(state: IntArray, stream: Stream, w: Weights) -> None:
    relation = pick(stream, w.relations)
    queue(state, _LT + relation if relation < 6 else _GT)


@njit(cache=True, nogil=True)
def _set(state: IntArray, target: int, cell: bool, source: int, source_cell: bool) -> None:
    """Queue `target = source;`, each a variable or the cell it stands in the brackets of."""
    if cell:
        queue_cell(state, target)
    else:
        queue(state, target)
    queue(state, _SET)
    if source_cell:
        queue_cell(state, source)
    else:
        queue(state, source)
    queue(state, _SEMI)


@njit(cache=True, nogil=True)
def _if(state: IntArray) -> None:
    queue(state, _IF)
    queue(state, _LP)


@njit(cache=True, nogil=True)
def _then(state: IntArray) -> None:
    queue(state, _RP)
    queue(state, _BEGIN)


@njit(cache=True, nogil=True)
def _test(state: IntArray, stream: Stream, w: Weights, cell: int, variable: int) -> None:
    """Queue a condition on a cell, or now and then on the loop's variable."""
    if variable > 0 and chance(stream, 0.08):
        queue(state, variable)
        _relation(state, stream, w)
        queue(state, FIRST_INT + draw_below(stream, w.num_cells))
        return
    queue_cell(state, cell)
    _relation(state, stream, w)
    what = draw_below(stream, 20)
    if what < 14:
        _constant(state, stream, w)
    elif what < 18 or variable == 0:
        queue_cell(state, FIRST_INT + draw_below(stream, w.num_cells))
    else:
        queue(state, variable)


@njit(cache=True, nogil=True)
def _change(state: IntArray, stream: Stream, w: Weights, cell: int, variable: int) -> None:
    """Queue a statement that changes a cell."""
    how = draw_below(stream, 100)
    if how < 24:  # a[i] = c;
        queue_cell(state, cell)
        queue(state, _SET)
        _constant(state, stream, w)
    elif how < 46:  # a[i]++;
        queue_cell(state, cell)
        queue(state, _INC if how < 35 else _DEC)
    elif how < 56:  # a[i] += c;
        queue_cell(state, cell)
        queue(state, _ADD if chance(stream, 0.5) else _SUBTRACT)
        queue(state, FIRST_INT + 1 + draw_below(stream, min(4, w.max_constant)))
    elif how < 68:  # a[i] = c - a[i];
        queue_cell(state, cell)
        queue(state, _SET)
        if chance(stream, 0.7):
            queue(state, FIRST_INT)
        else:
            _constant(state, stream, w)
        queue(state, _MINUS)
        queue_cell(state, cell)
    elif how < 78:  # a[i] = a[k];
        queue_cell(state, cell)
        queue(state, _SET)
        queue_cell(state, FIRST_INT + draw_below(stream, w.num_cells))
    elif how < 86:  # a[i] += a[k];
        queue_cell(state, cell)
        queue(state, _ADD if chance(stream, 0.5) else _SUBTRACT)
        queue_cell(state, FIRST_INT + draw_below(stream, w.num_cells))
    else:  # a[i] = i; and a[i] += i;
        queue_cell(state, cell)
        queue(state, _SET if how < 93 else (_ADD if chance(stream, 0.5) else _SUBTRACT))
        if variable > 0:
            queue(state, variable)
        else:
            queue_cell(state, FIRST_INT + draw_below(stream, w.num_cells))
    queue(state, _SEMI)


@njit(cache=True, nogil=True)
def _keep(state: IntArray, context: IntArray, stream: Stream, w: Weights, source: int) -> None:
    """Queue what becomes of a result: into a cell, into all, added to one, or taken from all."""
    what = draw_below(stream, 10)
    if what < 7:
        queue_cell(state, FIRST_INT + _end_cell(stream, w))
        queue(state, _SET if what < 6 else (_ADD if chance(stream, 0.5) else _SUBTRACT))
        queue(state, source)
        queue(state, _SEMI)
        return
    variable = _loop(state, context, stream, w, 0, w.num_cells - 1, False)
    queue_cell(state, variable)
    queue(state, _SET if what < 9 else (_ADD if chance(stream, 0.4) else _SUBTRACT))
    queue(state, source)
    queue(state, _SEMI)
    queue(state, _CLOSE)


@njit(cache=True, nogil=True)
def _end_cell(stream: Stream, w: Weights) -> int:
    """A cell, the first and the last more often than others."""
    where = draw_below(stream, 10)
    if where < 4:
        return 0
    return w.num_cells - 1 if where < 7 else draw_below(stream, w.num_cells)


# The idioms -----------------------------------------------------------------------------------


@njit(cache=True, nogil=True)
def _update(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    variable = _loop(state, context, stream, w, 0, w.num_cells - 1, chance(stream, w.p_down))
    _if(state)
    _test(state, stream, w, variable, variable)
    _then(state)
    _change(state, stream, w, variable, variable)
    queue(state, _CLOSE)
    if chance(stream, 0.35):
        queue(state, _ELSE)
        if chance(stream, 0.25):
            _if(state)
            _test(state, stream, w, variable, 0)
            queue(state, _RP)
        queue(state, _BEGIN)
        _change(state, stream, w, variable, variable)
        queue(state, _CLOSE)
    queue(state, _CLOSE)


@njit(cache=True, nogil=True)
def _clamp(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    everywhere = chance(stream, 0.75)
    cell = FIRST_INT + draw_below(stream, w.num_cells)
    if everywhere:
        cell = _loop(state, context, stream, w, 0, w.num_cells - 1, False)
    upper = draw_below(stream, 3)  # 0: from above, 1: from below, 2: both
    for side in range(2):
        if upper != 2 and upper != side:
            continue
        by_cell = chance(stream, 0.25)
        number = draw_below(stream, min(w.max_constant, 3) + 1)
        if (side == 1) != chance(stream, 0.2):
            number = -number
        bound = FIRST_INT + _end_cell(stream, w)
        _if(state)
        queue_cell(state, cell)
        queue(state, _GT if side == 0 else _LT)
        if by_cell:
            queue_cell(state, bound)
        else:
            queue_number(state, number)
        _then(state)
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
    queue(state, _VALUE)
    queue(state, _SET)
    if chance(stream, 0.8):
        queue(state, FIRST_INT)
    else:
        _constant(state, stream, w)
    queue(state, _SEMI)
    variable = _loop(state, context, stream, w, 0, w.num_cells - 1, chance(stream, 0.2))
    tested = chance(stream, 0.25) or 4 <= how < 8
    if tested:
        _if(state)
        _test(state, stream, w, variable, variable)
        _then(state)
    queue(state, _VALUE)
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
        _set(state, variable, True, _VALUE, False)
    queue(state, _CLOSE)
    if not along:
        _keep(state, context, stream, w, _VALUE)


@njit(cache=True, nogil=True)
def _extreme(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    relation = _GT if chance(stream, 0.5) else _LT
    if chance(stream, 0.2):
        relation = _GE if relation == _GT else _LE
    how = draw_below(stream, 10)
    place = how < 4
    if place:  # l = 0; for (i = 1; ...) if (a[i] > a[l]) l = i;
        _set(state, _PLACE, False, FIRST_INT, False)
        variable = _loop(state, context, stream, w, 1, w.num_cells - 1, False)
        _if(state)
        queue_cell(state, variable)
        queue(state, relation)
        queue_cell(state, _PLACE)
        _then(state)
        _set(state, _PLACE, False, variable, False)
        queue(state, _CLOSE)
        queue(state, _CLOSE)
        what = draw_below(stream, 10)
        if what < 4:
            _keep(state, context, stream, w, _PLACE)
        elif what < 6:
            _set(state, _PLACE, True, FIRST_INT + draw_below(stream, 2), False)
        else:
            _exchange(state, _PLACE, FIRST_INT + _end_cell(stream, w))
        return
    start = FIRST_INT + (0 if how < 9 else w.num_cells - 1)
    if how < 6:  # straight into a cell
        variable = _loop(state, context, stream, w, 0, w.num_cells - 1, False)
        _if(state)
        queue_cell(state, variable)
        queue(state, relation)
        queue_cell(state, start)
        _then(state)
        _set(state, start, True, variable, True)
        queue(state, _CLOSE)
        queue(state, _CLOSE)
        return
    _set(state, _VALUE, False, start, True)
    variable = _loop(state, context, stream, w, 0, w.num_cells - 1, how == 9)
    _if(state)
    queue_cell(state, variable)
    queue(state, relation)
    queue(state, _VALUE)
    _then(state)
    _set(state, _VALUE, False, variable, True)
    queue(state, _CLOSE)
    along = how == 8
    if along:
        _set(state, variable, True, _VALUE, False)
    queue(state, _CLOSE)
    if not along:
        _keep(state, context, stream, w, _VALUE)


@njit(cache=True, nogil=True)
def _beside(state: IntArray, stream: Stream, variable: int, behind: bool) -> None:
    """Queue the index of a neighbour: `l = i + 1;`."""
    queue(state, _PLACE)
    queue(state, _SET)
    queue(state, variable)
    queue(state, _PLUS if behind else _MINUS)
    queue(state, FIRST_INT + 1)
    queue(state, _SEMI)


@njit(cache=True, nogil=True)
def _neighbours(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    last = w.num_cells - 1
    behind = chance(stream, 0.5)
    down = chance(stream, 0.4)
    variable = _loop(state, context, stream, w, 0 if behind else 1, last - 1 if behind else last, down)
    _beside(state, stream, variable, behind)
    how = draw_below(stream, 10)
    if how < 4:  # combine
        queue_cell(state, variable)
        queue(state, _ADD if chance(stream, 0.4) else _SUBTRACT)
        queue_cell(state, _PLACE)
        queue(state, _SEMI)
        queue(state, _CLOSE)
        return
    _if(state)
    queue_cell(state, variable)
    _relation(state, stream, w)
    queue_cell(state, _PLACE)
    _then(state)
    if how < 7:
        _set(state, variable, True, _PLACE, True)
    elif how < 8:
        _set(state, _PLACE, True, variable, True)
    else:
        _change(state, stream, w, variable, variable)
    queue(state, _CLOSE)
    if how == 8:
        queue(state, _ELSE)
        queue(state, _BEGIN)
        _change(state, stream, w, variable, variable)
        queue(state, _CLOSE)
    queue(state, _CLOSE)


@njit(cache=True, nogil=True)
def _shift(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    last = w.num_cells - 1
    left = chance(stream, 0.5)
    around = chance(stream, 0.6)
    if around:
        _set(state, _VALUE, False, FIRST_INT + (0 if left else last), True)
    variable = _loop(state, context, stream, w, 0 if left else 1, last - 1 if left else last, not left)
    _beside(state, stream, variable, left)
    if chance(stream, 0.2):
        _if(state)
        _test(state, stream, w, variable, 0)
        _then(state)
        _set(state, variable, True, _PLACE, True)
        queue(state, _CLOSE)
    else:
        _set(state, variable, True, _PLACE, True)
    queue(state, _CLOSE)
    end = FIRST_INT + (last if left else 0)
    if around:
        _set(state, end, True, _VALUE, False)
    elif chance(stream, 0.6):
        _set(state, end, True, FIRST_INT, False)


@njit(cache=True, nogil=True)
def _exchange(state: IntArray, first: int, second: int) -> None:
    """Queue the swap of two cells through the variable of values."""
    _set(state, _VALUE, False, first, True)
    _set(state, first, True, second, True)
    _set(state, second, True, _VALUE, False)


@njit(cache=True, nogil=True)
def _swap(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    last = w.num_cells - 1
    tested = chance(stream, 0.5)
    how = draw_below(stream, 10)
    first, second = FIRST_INT + draw_below(stream, w.num_cells), FIRST_INT + draw_below(stream, w.num_cells)
    inside = how >= 4
    if how >= 7:  # mirror
        first = _loop(state, context, stream, w, 0, max(w.num_cells // 2 - 1, 0), False)
        queue(state, _PLACE)
        queue(state, _SET)
        queue(state, FIRST_INT + last)
        queue(state, _MINUS)
        queue(state, first)
        queue(state, _SEMI)
    elif inside:  # a pass along neighbours
        first = _loop(state, context, stream, w, 0, last - 1, chance(stream, 0.3))
        _beside(state, stream, first, True)
    if inside:
        second = _PLACE
    if tested:
        _if(state)
        queue_cell(state, first)
        _relation(state, stream, w)
        queue_cell(state, second)
        _then(state)
    _exchange(state, first, second)
    if tested:
        queue(state, _CLOSE)
    if inside:
        queue(state, _CLOSE)


@njit(cache=True, nogil=True)
def _stop(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    variable = _loop(state, context, stream, w, 0, w.num_cells - 1, chance(stream, 0.25))
    first = chance(stream, 0.25)  # the change comes before the test
    if first:
        _change(state, stream, w, variable, variable)
    _if(state)
    _test(state, stream, w, variable, variable)
    _then(state)
    queue(state, _BREAK if first or chance(stream, 0.75) else _CONTINUE)
    queue(state, _SEMI)
    queue(state, _CLOSE)
    if not first:
        _change(state, stream, w, variable, variable)
    queue(state, _CLOSE)


@njit(cache=True, nogil=True)
def _flag(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    begin = 0 if chance(stream, 0.6) else 1
    _set(state, _VALUE, False, FIRST_INT + begin, False)
    variable = _loop(state, context, stream, w, 0, w.num_cells - 1, False)
    _if(state)
    _test(state, stream, w, variable, variable)
    _then(state)
    _set(state, _VALUE, False, FIRST_INT + 1 - begin, False)
    queue(state, _CLOSE)
    along = chance(stream, 0.3)
    if along:  # from the first such cell on
        _if(state)
        queue(state, _VALUE)
        queue(state, _EQ)
        queue(state, FIRST_INT + draw_below(stream, 2))
        _then(state)
        _change(state, stream, w, variable, variable)
        queue(state, _CLOSE)
    queue(state, _CLOSE)
    if not along:
        _keep(state, context, stream, w, _VALUE)


@njit(cache=True, nogil=True)
def _sort(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    first = _loop(state, context, stream, w, 0, w.num_cells - 1, False)
    second = _fresh(context, 1)
    queue_loop_head(state, stream, w, second, True, 0, w.num_cells - 1, chance(stream, 0.15))
    queue(state, _BEGIN)
    _if(state)
    queue_cell(state, first)
    queue(state, _LT if chance(stream, 0.5) else _GT)
    queue_cell(state, second)
    _then(state)
    how = draw_below(stream, 10)
    if how < 6:
        _exchange(state, first, second)
    elif how < 8:
        queue_cell(state, first)
        queue(state, _INC if how == 6 else _DEC)
        queue(state, _SEMI)
    else:
        _set(state, second, True, first, True)
    queue(state, _CLOSE)
    queue(state, _CLOSE)
    queue(state, _CLOSE)


@njit(cache=True, nogil=True)
def _gather(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    last = w.num_cells - 1
    down = chance(stream, 0.3)
    _set(state, _PLACE, False, FIRST_INT + (last if down else 0), False)
    variable = _loop(state, context, stream, w, 0, last, down)
    _if(state)
    _test(state, stream, w, variable, 0)
    _then(state)
    if chance(stream, 0.6):
        _exchange(state, _PLACE, variable)
    else:
        _set(state, _PLACE, True, variable, True)
    queue(state, _PLACE)
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
        w: of `SamplerConfig.weights`.
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
        state[HOLDS_INDEX] &= ~(1 << (_PLACE - FIRST_NAME))
    if idiom_needs(kind) & NEEDS_VALUE:
        state[HOLDS_VALUE] |= 1 << (_VALUE - FIRST_NAME)
