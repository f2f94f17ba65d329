"""Turns of phrase that the sampler queues token by token: heads of loops, tests, changes of a cell, swaps.

`sampler_idioms` and `sampler_statements` put them together.
"""

from __future__ import annotations

from typing import Final

from numba import njit

from lasynth.domains.c.grammar import FIRST_INT, FIRST_NAME, FIRST_OTHER_NAME, token_of
from lasynth.domains.c.sampler_config import Weights
from lasynth.domains.c.sampler_state import queue, queue_cell, queue_number
from lasynth.domains.random import Stream, chance, draw_below, pick
from lasynth.grammar import IntArray

__all__ = [
    "PLACE",
    "VALUE",
    "end_cell",
    "fresh_name",
    "queue_change",
    "queue_constant",
    "queue_exchange",
    "queue_if",
    "queue_loop",
    "queue_loop_head",
    "queue_neighbour",
    "queue_relation",
    "queue_result",
    "queue_set",
    "queue_test",
    "queue_then",
]

VALUE: Final = FIRST_OTHER_NAME  # where an idiom keeps a value
PLACE: Final = FIRST_OTHER_NAME + 1  # where it keeps an index


def _tokens(*texts: str) -> tuple[int, ...]:
    return tuple(token_of(text) for text in texts)


_INT, _FOR, _IF, _ELSE, _BREAK, _CONTINUE = _tokens("int", "for", "if", "else", "break", "continue")
_LP, _RP, _BEGIN, _CLOSE, _SEMI, _SET = _tokens("(", ")", "{", "}", ";", "=")
_INC, _DEC, _PLUS, _MINUS, _ADD, _SUBTRACT = _tokens("++", "--", "+", "-", "+=", "-=")
_LT, _LE, _GT, _GE, _EQ, _NE = _tokens("<", "<=", ">", ">=", "==", "!=")


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
    queue(state, _BEGIN)
    return variable


@njit(cache=True, nogil=True)
def queue_constant(state: IntArray, stream: Stream, w: Weights) -> None:
    """Queue a small constant, 0 most often."""
    number = min(pick(stream, w.thresholds), w.max_constant)
    queue_number(state, -number if number > 0 and chance(stream, w.p_negative) else number)


@njit(cache=True, nogil=True)
def queue_relation(state: IntArray, stream: Stream, w: Weights) -> None:
    """Queue a sign of comparison."""
    relation = pick(stream, w.relations)
    queue(state, _LT + relation if relation < 6 else _GT)


@njit(cache=True, nogil=True)
def queue_set(state: IntArray, target: int, cell: bool, source: int, source_cell: bool) -> None:
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
def queue_if(state: IntArray) -> None:
    """Queue the beginning of a branch, up to its condition."""
    queue(state, _IF)
    queue(state, _LP)


@njit(cache=True, nogil=True)
def queue_then(state: IntArray) -> None:
    """Queue what stands between a condition and its block."""
    queue(state, _RP)
    queue(state, _BEGIN)


@njit(cache=True, nogil=True)
def queue_test(state: IntArray, stream: Stream, w: Weights, cell: int, variable: int) -> None:
    """Queue a condition on a cell, or now and then on the loop's variable."""
    if variable > 0 and chance(stream, 0.08):
        queue(state, variable)
        queue_relation(state, stream, w)
        queue(state, FIRST_INT + draw_below(stream, w.num_cells))
        return
    queue_cell(state, cell)
    queue_relation(state, stream, w)
    what = draw_below(stream, 20)
    if what < 14:
        queue_constant(state, stream, w)
    elif what < 18 or variable == 0:
        queue_cell(state, FIRST_INT + draw_below(stream, w.num_cells))
    else:
        queue(state, variable)


@njit(cache=True, nogil=True)
def queue_change(state: IntArray, stream: Stream, w: Weights, cell: int, variable: int) -> None:
    """Queue a statement that changes a cell."""
    how = draw_below(stream, 100)
    if how < 24:  # a[i] = c;
        queue_cell(state, cell)
        queue(state, _SET)
        queue_constant(state, stream, w)
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
            queue_constant(state, stream, w)
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
def queue_result(state: IntArray, context: IntArray, stream: Stream, w: Weights, source: int) -> None:
    """Queue what becomes of a result: into a cell, into all, added to one, or taken from all."""
    what = draw_below(stream, 10)
    if what < 7:
        queue_cell(state, FIRST_INT + end_cell(stream, w))
        queue(state, _SET if what < 6 else (_ADD if chance(stream, 0.5) else _SUBTRACT))
        queue(state, source)
        queue(state, _SEMI)
        return
    variable = queue_loop(state, context, stream, w, 0, w.num_cells - 1, False)
    queue_cell(state, variable)
    queue(state, _SET if what < 9 else (_ADD if chance(stream, 0.4) else _SUBTRACT))
    queue(state, source)
    queue(state, _SEMI)
    queue(state, _CLOSE)


@njit(cache=True, nogil=True)
def end_cell(stream: Stream, w: Weights) -> int:
    """A cell, the first and the last more often than others."""
    where = draw_below(stream, 10)
    if where < 4:
        return 0
    return w.num_cells - 1 if where < 7 else draw_below(stream, w.num_cells)


@njit(cache=True, nogil=True)
def queue_neighbour(state: IntArray, stream: Stream, variable: int, behind: bool) -> None:
    """Queue the index of a neighbour: `l = i + 1;`."""
    queue(state, PLACE)
    queue(state, _SET)
    queue(state, variable)
    queue(state, _PLUS if behind else _MINUS)
    queue(state, FIRST_INT + 1)
    queue(state, _SEMI)


@njit(cache=True, nogil=True)
def queue_exchange(state: IntArray, first: int, second: int) -> None:
    """Queue the swap of two cells through the variable of values."""
    queue_set(state, VALUE, False, first, True)
    queue_set(state, first, True, second, True)
    queue_set(state, second, True, VALUE, False)
