"""Phrases that the sampler queues: heads of loops, tests, changes of a cell, swaps.

A phrase is a line of C with the holes `X`, `Y` and `Z`, which are filled when it is queued.
`sampler_idioms` and `sampler_statements` combine phrases.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from lasynth.compiled import njit
from lasynth.domains.c.grammar import FIRST_INT, FIRST_NAME, FIRST_OTHER_NAME, token_of
from lasynth.domains.c.sampler_config import Weights
from lasynth.domains.c.sampler_state import queue, queue_cell, queue_number
from lasynth.domains.random import Stream, chance, draw_below, pick
from lasynth.grammar import IntArray

VALUE: Final = FIRST_OTHER_NAME  # the variable in which an idiom keeps a value
PLACE: Final = FIRST_OTHER_NAME + 1  # the variable in which it keeps an index

_HOLES = {"X": -1, "Y": -2, "Z": -3}


def phrase(text: str) -> IntArray:
    """A phrase as an array: the tokens of its lexemes, with a negative number for each hole."""
    return np.array([_HOLES.get(word) or token_of(word) for word in text.split()], dtype=np.int32)


INC, DEC, SET, ADD, SUBTRACT = (token_of(text) for text in ("++", "--", "=", "+=", "-="))
LT, GT, BEGIN, CLOSE, SEMICOLON = (token_of(text) for text in ("<", ">", "{", "}", ";"))
COPY, END_STATEMENT = phrase("a [ X ] = a [ Y ] ;"), phrase("X ;")
SET_TO, SET_CELL = phrase("X = Y ;"), phrase("a [ X ] = Y ;")
EXCHANGE = phrase("Z = a [ X ] ; a [ X ] = a [ Y ] ; a [ Y ] = Z ;")
DIFFERENCE, SUM = phrase("X = Y - Z ;"), phrase("X = Y + Z ;")
IF_CELLS, ELSE = phrase("if ( a [ X ] Y a [ Z ] ) {"), phrase("} else {")
_FOR, _FOR_DECLARED = phrase("for ( X = Y ; X"), phrase("for ( int X = Y ; X")
_LIMIT, _STEP = phrase("X Y ;"), phrase("X Y )")
_IF, _THEN = phrase("if ("), phrase(") {")
_COMPARE, _COMPARE_CELL, _A_CELL = phrase("X Y Z"), phrase("a [ X ] Y"), phrase("a [ X ]")
_TO_CELL, _MINUS_CELL = phrase("X a [ Y ] ;"), phrase("- a [ X ] ;")
_CHANGE_CELL = phrase("a [ X ] Z Y ;")


@njit(cache=True, nogil=True)
def write(state: IntArray, words: IntArray, x: int = 0, y: int = 0, z: int = 0) -> None:
    """Queue a phrase with these tokens in its holes."""
    for word in words:
        queue(state, word if word >= 0 else x if word == -1 else y if word == -2 else z)


@njit(cache=True, nogil=True)
def some_cell(stream: Stream, w: Weights) -> int:
    """The index of a random cell, as a token."""
    return FIRST_INT + draw_below(stream, w.num_cells)


@njit(cache=True, nogil=True)
def some_relation(stream: Stream, w: Weights) -> int:
    """The token of a random relation."""
    relation = pick(stream, w.relations)
    return LT + relation if relation < 6 else GT


@njit(cache=True, nogil=True)
def queue_constant(state: IntArray, stream: Stream, w: Weights) -> None:
    """Queue a small constant, usually 0."""
    number = min(pick(stream, w.thresholds), w.max_constant)
    queue_number(state, -number if number > 0 and chance(stream, w.p_negative) else number)


@njit(cache=True, nogil=True)
def queue_loop_head(
    state: IntArray, stream: Stream, w: Weights, variable: int, declare: bool, low: int, high: int, down: bool
) -> None:
    """Queue the head of a loop over cells `low` to `high`, both inclusive."""
    first, last, by, step = (high, low, -1, DEC) if down else (low, high, 1, INC)
    strict = chance(stream, w.p_strict) and (low > 0 or not down)
    relation = (GT if down else LT) + (0 if strict else 1)
    write(state, _FOR_DECLARED if declare else _FOR, variable, FIRST_INT + first)
    write(state, _LIMIT, relation, FIRST_INT + last + (by if strict else 0))
    if chance(stream, w.p_prefix):
        write(state, _STEP, step, variable)
    else:
        write(state, _STEP, variable, step)


@njit(cache=True, nogil=True)
def fresh_name(context: IntArray, count: int) -> int:
    """The name of a loop variable that is not visible, after skipping the first `count` such names."""
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
    """Queue the head and the brace of a loop, usually over all the given cells; returns its variable."""
    low = least if chance(stream, 0.8) else min(least + 1, most)
    high = most if chance(stream, 0.8) else max(most - 1, low)
    variable = fresh_name(context, 0)
    queue_loop_head(state, stream, w, variable, True, low, high, down)
    queue(state, BEGIN)
    return variable


@njit(cache=True, nogil=True)
def queue_if(state: IntArray, stream: Stream, w: Weights, cell: int, variable: int) -> None:
    """Queue `if (...) {` with a condition on a cell, sometimes on the loop's variable."""
    write(state, _IF)
    if variable > 0 and chance(stream, 0.08):
        write(state, _COMPARE, variable, some_relation(stream, w), some_cell(stream, w))
    else:
        write(state, _COMPARE_CELL, cell, some_relation(stream, w))
        what = draw_below(stream, 20)
        if what < 14:
            queue_constant(state, stream, w)
        elif what < 18 or variable == 0:
            write(state, _A_CELL, some_cell(stream, w))
        else:
            queue(state, variable)
    write(state, _THEN)


@njit(cache=True, nogil=True)
def add_or_subtract(stream: Stream, p_add: float) -> int:
    """The token `+=` with probability `p_add`, else `-=`."""
    return ADD if chance(stream, p_add) else SUBTRACT


@njit(cache=True, nogil=True)
def queue_change(state: IntArray, stream: Stream, w: Weights, cell: int, variable: int) -> None:
    """Queue a statement that changes a cell."""
    how = draw_below(stream, 100)
    queue_cell(state, cell)
    if how < 24:
        queue(state, SET)
        queue_constant(state, stream, w)
        queue(state, SEMICOLON)
    elif how < 46:
        write(state, END_STATEMENT, INC if how < 35 else DEC)
    elif how < 56:
        sign = add_or_subtract(stream, 0.5)
        write(state, _LIMIT, sign, FIRST_INT + 1 + draw_below(stream, min(4, w.max_constant)))
    elif how < 68:
        queue(state, SET)
        if chance(stream, 0.7):
            queue(state, FIRST_INT)
        else:
            queue_constant(state, stream, w)
        write(state, _MINUS_CELL, cell)
    else:
        sign = add_or_subtract(stream, 0.5) if 78 <= how < 86 or how >= 93 else SET
        if how >= 86 and variable > 0:
            write(state, _LIMIT, sign, variable)
        else:
            write(state, _TO_CELL, sign, some_cell(stream, w))


@njit(cache=True, nogil=True)
def queue_result(state: IntArray, context: IntArray, stream: Stream, w: Weights, source: int) -> None:
    """Queue the use of a result: set one or all cells to it, or add it to them, or subtract it."""
    what = draw_below(stream, 10)
    if what < 7:
        cell = FIRST_INT + end_cell(stream, w)
        write(state, _CHANGE_CELL, cell, source, SET if what < 6 else add_or_subtract(stream, 0.5))
        return
    cell = queue_loop(state, context, stream, w, 0, w.num_cells - 1, False)
    write(state, _CHANGE_CELL, cell, source, SET if what < 9 else add_or_subtract(stream, 0.4))
    queue(state, CLOSE)


@njit(cache=True, nogil=True)
def end_cell(stream: Stream, w: Weights) -> int:
    """A random cell; the first and the last are more likely than others."""
    where = draw_below(stream, 10)
    if where < 4:
        return 0
    return w.num_cells - 1 if where < 7 else draw_below(stream, w.num_cells)
