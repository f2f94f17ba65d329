"""The sampler's choices: what to write next, given the program so far.

`choose` is called at a non-terminal of the grammar. It queues the next tokens, or none for the empty
alternative. `sampler_statements` begins statements; expressions and conditions are written here, symbol by
symbol.
"""

from __future__ import annotations

from lasynth.compiled import njit
from lasynth.domains.c import sampler_state as at
from lasynth.domains.c.grammar import FIRST_INT, FIRST_NAME, GRAMMAR, token_of
from lasynth.domains.c.sampler_config import Weights
from lasynth.domains.c.sampler_idioms import idiom_needs
from lasynth.domains.c.sampler_state import (
    index,
    loop_variable,
    member,
    queue,
    queue_cell,
    queue_number,
    values,
)
from lasynth.domains.c.sampler_statements import LOOP_VARIABLE_FIRST, assignment, declaration, statement
from lasynth.domains.random import Stream, chance, draw_below, pick
from lasynth.grammar import IntArray

__all__ = ["begin", "choose", "took"]


def _tokens(*texts: str) -> tuple[int, ...]:
    return tuple(token_of(text) for text in texts)


_FOR, _IF, _ELSE, _LP, _RP, _BEGIN, _CLOSE = _tokens("for", "if", "else", "(", ")", "{", "}")
_INC, _DEC, _PLUS, _MINUS, _LT, _AND, _OR, _BANG = _tokens("++", "--", "+", "-", "<", "&&", "||", "!")


def _nonterminals(*names: str) -> tuple[int, ...]:
    return tuple(GRAMMAR.nonterminals.index(name) for name in names)


_N_DECLS, _N_STMTS, _N_STMT, _N_ELSE = _nonterminals("decls", "stmts", "stmt", "else_part")
_N_STMTS_LOOP, _N_STMT_LOOP = _nonterminals("stmts_in_loop", "stmt_in_loop")
_N_ELSE_LOOP, _N_EXPR, _N_PAREN = _nonterminals("else_part_in_loop", "expr", "paren")
_N_TAIL2, _N_TAIL1, _N_TAIL1_MUST = _nonterminals("tail2", "tail1", "tail1_must")
_N_PLUS, _N_MINUS, _N_OPERAND = _nonterminals("plus_rest", "minus_rest", "operand")
_N_TEST, _N_MORE, _N_MORE_AND, _N_MORE_OR = _nonterminals("test", "more_tests", "more_and", "more_or")
_N_NOT_WHAT, _N_RELATION = _nonterminals("not_what", "relation")


@njit(cache=True, nogil=True)
def begin(state: IntArray, stream: Stream, w: Weights) -> None:
    """Reset the state and decide on the size of the next program."""
    state[: at.QUEUE] = 0
    state[at.DECLARATIONS] = pick(stream, w.num_locals)
    if chance(stream, w.p_declared_outside):
        state[at.DECLARATIONS] |= LOOP_VARIABLE_FIRST
    state[at.LEFT] = 1 + pick(stream, w.num_statements)
    if w.p_idioms > 0 and chance(stream, w.p_idioms):  # without idioms no random number is drawn here
        _plan_idioms(state, stream, w)


@njit(cache=True, nogil=True)
def _plan_idioms(state: IntArray, stream: Stream, w: Weights) -> None:
    """Decide which of the program's statements are idioms; at least one is."""
    state[at.DECLARATIONS] = 0
    state[at.LEFT] = 1 + pick(stream, w.num_idioms)
    always = draw_below(stream, state[at.LEFT])
    for number in range(state[at.LEFT]):
        if number == always or not chance(stream, w.p_plain):
            kind = pick(stream, w.idioms)
            state[at.FIRST_IDIOM + number] = 1 + kind
            state[at.NEEDS] |= idiom_needs(kind)


@njit(cache=True, nogil=True)
def took(state: IntArray, stream: Stream, w: Weights, token: int) -> None:
    """Record a written token: blocks open and close."""
    if token in (_FOR, _IF, _ELSE):
        state[at.OPENING] = token
    elif token == _BEGIN:
        state[at.BLOCK] += 1
        block = state[at.BLOCK]
        state[at.IS_LOOP + block] = state[at.OPENING] == _FOR
        state[at.SECOND + block] = state[at.SECOND + block - 1]
        state[at.TAIL + block] = 0
        if state[at.OPENING] == _FOR:
            state[at.LEFT + block] = 1 + pick(stream, w.num_in_loop)
            if state[at.PAIRED] > 0:
                state[at.SECOND + block] = state[at.PAIRED]
            if state[at.PAIRING] in (at.COUNT_UP, at.COUNT_DOWN):
                state[at.TAIL + block] = state[at.PAIRED]
                state[at.TAIL_STEP + block] = _INC if state[at.PAIRING] == at.COUNT_UP else _DEC
                state[at.PAIRING] = at.NO_PAIR
        else:
            state[at.LEFT + block] = 1 + pick(stream, w.num_in_branch)
    elif token == _CLOSE:
        block = state[at.BLOCK]
        if state[at.TAIL + block] > 0:  # most likely it is past the end of the list now
            state[at.HOLDS_INDEX] &= ~(1 << (state[at.TAIL + block] - FIRST_NAME))
        state[at.SECOND + block] = 0
        state[at.BLOCK] -= 1


@njit(cache=True, nogil=True)
def choose(state: IntArray, context: IntArray, stream: Stream, w: Weights, where: int) -> None:
    """Queue the next tokens of a non-terminal; nothing for its empty alternative."""
    state[at.QUEUE_AT] = 0
    state[at.QUEUE_END] = 0
    block = state[at.BLOCK]
    if where == _N_DECLS:
        declaration(state, stream, w)
    elif where in (_N_STMTS, _N_STMTS_LOOP):
        if state[at.LOOP_NEXT] or state[at.LEFT + block] > 0:
            statement(state, context, stream, w)
        elif state[at.TAIL + block] > 0 and state[at.TAIL_STEP + block] > 0:
            queue(state, state[at.TAIL + block])
            queue(state, state[at.TAIL_STEP + block])
            state[at.TAIL_STEP + block] = 0
        elif block == 0 and state[at.UNREAD] > 0 and chance(stream, w.p_read):
            assignment(state, context, stream, w)
    elif where in (_N_STMT, _N_STMT_LOOP):
        statement(state, context, stream, w)
    elif where in (_N_ELSE, _N_ELSE_LOOP):
        if chance(stream, w.p_else):
            queue(state, _ELSE)
    elif where == _N_EXPR:
        expression(state, context, stream, w)
    elif where in (_N_TAIL2, _N_TAIL1, _N_TAIL1_MUST):
        if state[at.OPERATIONS] > 0 or where == _N_TAIL1_MUST:
            state[at.OPERATIONS] -= 1
            queue(state, _MINUS if chance(stream, w.p_minus) else _PLUS)
    elif where == _N_PAREN:
        if state[at.OPERATIONS] <= 0 or chance(stream, 0.5):
            queue(state, _RP)
        else:
            state[at.OPERATIONS] -= 1
            queue(state, _MINUS if chance(stream, w.p_minus) else _PLUS)
    elif where in (_N_PLUS, _N_MINUS):
        if state[at.OPERATIONS] > 0 and chance(stream, w.p_parentheses):
            queue(state, _LP)
        else:
            operand(state, context, stream, w)
    elif where == _N_OPERAND:
        operand(state, context, stream, w)
    elif where == _N_TEST:
        state[at.PART] = at.TESTED
        state[at.TARGET] = 0
        state[at.LAST_CELL] = 0
        if chance(stream, w.p_not):
            queue(state, _BANG)
        else:
            expression(state, context, stream, w)
    elif where == _N_NOT_WHAT:
        if chance(stream, 0.6):
            queue(state, _LP)
        else:
            operand(state, context, stream, w)
    elif where == _N_RELATION:
        state[at.PART] = at.COMPARED
        relation = pick(stream, w.relations)
        if relation < 6:
            queue(state, _LT + relation)
    elif where in (_N_MORE, _N_MORE_AND, _N_MORE_OR):
        state[at.TESTS] += 1
        if state[at.TESTS] < 3:
            if where != _N_MORE_OR and chance(stream, w.p_and):
                queue(state, _AND)
            elif where != _N_MORE_AND and chance(stream, w.p_or):
                queue(state, _OR)


@njit(cache=True, nogil=True)
def expression(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    """Decide on the operations of an expression; queue its beginning."""
    state[at.CONSTANT_SEEN] = 0
    if state[at.PART] == at.ASSIGNED:
        state[at.OPERATIONS] = pick(stream, w.operations)
    else:
        state[at.OPERATIONS] = chance(stream, w.p_computed_test)
    if state[at.OPERATIONS] > 0 and chance(stream, w.p_parentheses):
        queue(state, _LP)
    else:
        operand(state, context, stream, w)


@njit(cache=True, nogil=True)
def operand(state: IntArray, context: IntArray, stream: Stream, w: Weights) -> None:
    target = state[at.TARGET]
    state[at.TARGET] = 0
    if target > 0 and state[at.OPERATIONS] > 0 and chance(stream, w.p_self):
        if state[at.TARGET_CELL]:
            queue_cell(state, target)
        else:
            queue(state, target)
        return
    part = state[at.PART]
    unread = member(stream, state[at.UNREAD] & context[0])
    if unread > 0 and part == at.ASSIGNED and state[at.TARGET_CELL] and chance(stream, w.p_read):
        state[at.UNREAD] &= ~(1 << (unread - FIRST_NAME))
        queue(state, unread)
        return
    if part == at.ASSIGNED:
        kind = pick(stream, w.operands)
    else:
        kind = pick(stream, w.tested) if part == at.TESTED else pick(stream, w.compared)
    if kind == 0:
        name = 0
        if context[1] > 0 and chance(stream, w.p_loop_value):
            name = loop_variable(context, context[1] - 1)
        else:
            name = member(stream, values(state, context))
        if name > 0:
            state[at.UNREAD] &= ~(1 << (name - FIRST_NAME))
            queue(state, name)
            return
    if kind < 2 or state[at.CONSTANT_SEEN]:
        cell = index(state, context, stream, w)
        if cell == state[at.LAST_CELL]:
            cell = index(state, context, stream, w)
        if cell == state[at.LAST_CELL]:
            cell = FIRST_INT + draw_below(stream, w.num_cells)
        state[at.LAST_CELL] = cell
        queue_cell(state, cell)
        return
    state[at.CONSTANT_SEEN] = 1
    number = pick(stream, w.thresholds) if part == at.COMPARED else pick(stream, w.constants)
    number = min(number, w.max_constant)
    queue_number(state, -number if number > 0 and chance(stream, w.p_negative) else number)
