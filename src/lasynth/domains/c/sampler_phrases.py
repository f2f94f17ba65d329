"""Turns of phrase that the sampler queues: heads of loops, tests, changes of a cell, swaps.

A phrase is a line of C with holes. `X`, `Y` and `Z` are given when it is queued; `CELL`, `CONSTANT` and
`RELATION` are drawn. `sampler_idioms` and `sampler_statements` put phrases together.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from lasynth.domains.c.grammar import FIRST_INT, FIRST_NAME, FIRST_OTHER_NAME, token_of
from lasynth.domains.c.sampler_config import Weights
from lasynth.domains.c.sampler_state import queue, queue_cell, queue_number
from lasynth.domains.random import Stream, chance, draw_below, pick
from lasynth.grammar import IntArray

VALUE: Final = FIRST_OTHER_NAME  # where an idiom keeps a value
PLACE: Final = FIRST_OTHER_NAME + 1  # where it keeps an index

_HOLES = ("RELATION", "CONSTANT", "CELL", "Z", "Y", "X")
_RELATION, _CONSTANT, _CELL, _Z, _Y, _X = range(-len(_HOLES), 0)


def phrase(text: str) -> IntArray:
    """A phrase as an array: the tokens of its lexemes, and a negative number for each hole."""
    words = text.split()
    return np.array(
        [_HOLES.index(word) - len(_HOLES) if word in _HOLES else token_of(word) for word in words],
        dtype=np.int32,
    )


INC, DEC, SET, ADD, SUBTRACT = (token_of(text) for text in ("++", "--", "=", "+=", "-="))
LT, GT, BEGIN, CLOSE = (token_of(text) for text in ("<", ">", "{", "}"))
COPY, END_STATEMENT = phrase("a [ X ] = a [ Y ] ;"), phrase("X ;")
SET_TO, SET_CELL = phrase("X = Y ;"), phrase("a [ X ] = Y ;")
EXCHANGE = phrase("Z = a [ X ] ; a [ X ] = a [ Y ] ; a [ Y ] = Z ;")
DIFFERENCE, SUM = phrase("X = Y - Z ;"), phrase("X = Y + Z ;")
IF_CELLS, ELSE = phrase("if ( a [ X ] Y a [ Z ] ) {"), phrase("} else {")
_FOR, _FOR_DECLARED = phrase("for ( X = Y ; X"), phrase("for ( int X = Y ; X")
_LIMIT, _STEP = phrase("X Y ;"), phrase("X Y )")
_IF, _THEN = phrase("if ("), phrase(") {")
_TEST_VARIABLE, _TEST_CELL = phrase("X RELATION CELL"), phrase("a [ X ] RELATION")
_A_CONSTANT, _A_CELL = phrase("CONSTANT"), phrase("a [ CELL ]")
_BE_CONSTANT, _BE_CELL, _ADD_CELL = phrase("= CONSTANT ;"), phrase("= a [ CELL ] ;"), phrase("X a [ CELL ] ;")
_FROM_0, _FROM_CONSTANT = phrase("= 0 - a [ X ] ;"), phrase("= CONSTANT - a [ X ] ;")
_CHANGE_CELL = phrase("a [ X ] Z Y ;")


@njit(cache=True, nogil=True)
def write(state: IntArray, stream: Stream, w: Weights, words: IntArray, x: int, y: int, z: int) -> None:
    """Queue a phrase with these tokens in its holes."""
    for word in words:
        if word >= 0:
            queue(state, word)
        elif word >= _Z:
            queue(state, x if word == _X else y if word == _Y else z)
        elif word == _CELL:
            queue(state, FIRST_INT + draw_below(stream, w.num_cells))
        elif word == _CONSTANT:  # a small one, 0 most often
            number = min(pick(stream, w.thresholds), w.max_constant)
            queue_number(state, -number if number > 0 and chance(stream, w.p_negative) else number)
        else:
            relation = pick(stream, w.relations)
            queue(state, LT + relation if relation < 6 else GT)


@njit(cache=True, nogil=True)
def queue_loop_head(
    state: IntArray, stream: Stream, w: Weights, variable: int, declare: bool, low: int, high: int, down: bool
) -> None:
    """Queue the head of a loop over cells `low` to `high`, both inclusive."""
    first, last, by, step = (high, low, -1, DEC) if down else (low, high, 1, INC)
    strict = chance(stream, w.p_strict) and (low > 0 or not down)
    relation = (GT if down else LT) + (0 if strict else 1)
    write(state, stream, w, _FOR_DECLARED if declare else _FOR, variable, FIRST_INT + first, 0)
    write(state, stream, w, _LIMIT, relation, FIRST_INT + last + (by if strict else 0), 0)
    if chance(stream, w.p_prefix):
        write(state, stream, w, _STEP, step, variable, 0)
    else:
        write(state, stream, w, _STEP, variable, step, 0)


@njit(cache=True, nogil=True)
def fresh_name(context: IntArray, count: int) -> int:
    """A name for a loop variable that is not visible, leaving out the first `count` of these."""
    variable = FIRST_NAME
    while ((context[0] >> (variable - FIRST_NAME)) & 1) or count > 0:
        if not (context[0] >> (variable - FIRST_NAME)) & 1:
            count -= 1
        variable += 1
    return variable


@njit(cache=True, nogil=True)
def queue_loop(
    state: IntArray, context: IntArray, stream: Stream, w: Weights, least: int, most: int, down: bool
) -> int:
    """Queue the head and the brace of a loop, mostly over all of the cells given; its variable."""
    low = least if chance(stream, 0.8) else min(least + 1, most)
    high = most if chance(stream, 0.8) else max(most - 1, low)
    variable = fresh_name(context, 0)
    queue_loop_head(state, stream, w, variable, True, low, high, down)
    queue(state, BEGIN)
    return variable


@njit(cache=True, nogil=True)
def queue_if(state: IntArray, stream: Stream, w: Weights, cell: int, variable: int) -> None:
    """Queue `if (...) {` with a condition on a cell, or now and then on the loop's variable."""
    write(state, stream, w, _IF, 0, 0, 0)
    if variable > 0 and chance(stream, 0.08):
        write(state, stream, w, _TEST_VARIABLE, variable, 0, 0)
    else:
        write(state, stream, w, _TEST_CELL, cell, 0, 0)
        what = draw_below(stream, 20)
        if what < 14:
            write(state, stream, w, _A_CONSTANT, 0, 0, 0)
        elif what < 18 or variable == 0:
            write(state, stream, w, _A_CELL, 0, 0, 0)
        else:
            queue(state, variable)
    write(state, stream, w, _THEN, 0, 0, 0)


@njit(cache=True, nogil=True)
def add_or_subtract(stream: Stream, p_add: float) -> int:
    """The token `+=`, or else `-=`."""
    return ADD if chance(stream, p_add) else SUBTRACT


@njit(cache=True, nogil=True)
def queue_change(state: IntArray, stream: Stream, w: Weights, cell: int, variable: int) -> None:
    """Queue a statement that changes a cell."""
    how = draw_below(stream, 100)
    queue_cell(state, cell)
    if how < 24:
        write(state, stream, w, _BE_CONSTANT, 0, 0, 0)
    elif how < 46:
        write(state, stream, w, END_STATEMENT, INC if how < 35 else DEC, 0, 0)
    elif how < 56:
        sign = add_or_subtract(stream, 0.5)
        write(state, stream, w, _LIMIT, sign, FIRST_INT + 1 + draw_below(stream, min(4, w.max_constant)), 0)
    elif how < 68:
        write(state, stream, w, _FROM_0 if chance(stream, 0.7) else _FROM_CONSTANT, cell, 0, 0)
    elif how < 78:
        write(state, stream, w, _BE_CELL, 0, 0, 0)
    else:
        sign = add_or_subtract(stream, 0.5) if how < 86 or how >= 93 else SET
        write(state, stream, w, _LIMIT if how >= 86 and variable > 0 else _ADD_CELL, sign, variable, 0)


@njit(cache=True, nogil=True)
def queue_result(state: IntArray, context: IntArray, stream: Stream, w: Weights, source: int) -> None:
    """Queue what becomes of a result: into a cell, into all, added to one, or taken from all."""
    what = draw_below(stream, 10)
    if what < 7:
        cell = FIRST_INT + end_cell(stream, w)
        write(state, stream, w, _CHANGE_CELL, cell, source, SET if what < 6 else add_or_subtract(stream, 0.5))
        return
    cell = queue_loop(state, context, stream, w, 0, w.num_cells - 1, False)
    write(state, stream, w, _CHANGE_CELL, cell, source, SET if what < 9 else add_or_subtract(stream, 0.4))
    queue(state, CLOSE)


@njit(cache=True, nogil=True)
def end_cell(stream: Stream, w: Weights) -> int:
    """A cell, the first and the last more often than others."""
    where = draw_below(stream, 10)
    if where < 4:
        return 0
    return w.num_cells - 1 if where < 7 else draw_below(stream, w.num_cells)
