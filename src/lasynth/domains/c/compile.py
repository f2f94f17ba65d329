"""Compiles tokens to code for the machine: one pass along the LL(1) automaton, without a syntax tree.

`instructions` describes the code. A condition becomes compare-and-jump instructions, which is all that C's
short-circuit evaluation needs. Jumps whose target is not known yet are chained through their `imm` until the
target is reached.

Literal indices are checked here against the length of the list. A bad one compiles to a `FAIL`, because the
program is wrong only if it gets there. A variable is checked at run time only where it might be unset.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from lasynth.automaton import MAX_ACTIONS, shift
from lasynth.compiled import njit
from lasynth.domains.base import Status
from lasynth.domains.c import instructions as ins
from lasynth.domains.c.context import CONTEXT_SIZE, apply_action, name_fits
from lasynth.domains.c.grammar import (
    ACTIONS,
    FIRST_INT,
    FIRST_NAME,
    GRAMMAR,
    INT_TERMINAL,
    MAX_DEPTH,
    NAME_TERMINAL,
    NUM_NAMES,
    TERMINAL_OF_TOKEN,
)
from lasynth.domains.c.instructions import MAX_CELLS, CodeArray, new_memory
from lasynth.grammar import IntArray

__all__ = ["MAX_CELLS", "STACK_SIZE", "CodeArray", "compile_tokens", "new_code", "new_memory", "new_work"]

STACK_SIZE: Final = 256  # of the parser: an open block holds three places, a statement at most twenty

_X_MASK = 0xFF << 8
_LOW_HALF = 0xFFFFFFFF
_END = -1  # of a chain of jumps

# The target of a pending assignment: a fixed address, a cell indexed by a variable, a cell outside the list.
_FIXED, _INDEXED, _NOWHERE = 0, 1, 2

# Records of open blocks. An `if` uses the first two fields, a loop all.
_EXITS, _UNSET, _VARIABLE, _TEST, _BOUND, _BODY, _STEPS, _OUTER = range(8)
_RECORD = 8

# Offsets of the parts of the work array.
_AT_ACTIONS = STACK_SIZE
_AT_CONTEXT = _AT_ACTIONS + MAX_ACTIONS
_AT_VALUES = _AT_CONTEXT + CONTEXT_SIZE
_AT_BLOCKS = _AT_VALUES + ins.MAX_VALUES
_WORK_SIZE = _AT_BLOCKS + MAX_DEPTH * _RECORD
_MAX_PER_TOKEN = 4  # more instructions than one token can emit

_RHS, _RHS_START, _PREDICT = GRAMMAR.tables.rhs, GRAMMAR.tables.rhs_start, GRAMMAR.tables.predict
_START = GRAMMAR.tables.start
_OUT_OF_RANGE, _IS_UNSET = int(Status.OUT_OF_RANGE), int(Status.UNSET)


def _numbers(*names: str) -> tuple[int, ...]:
    return tuple(ACTIONS.index(name) for name in names)


_DECLARE, _INIT, _NO_INIT = _numbers("declare", "init", "no_init")
_LV_NAME, _LV_CELL, _LV_CELL_NAME = _numbers("lv_name", "lv_cell", "lv_cell_name")
_LOAD_LV, _STORE_LV, _INC_LV, _DEC_LV = _numbers("load", "store", "inc", "dec")
_CONST, _NEGATIVE, _ADD_TWO, _SUB_TWO = _numbers("const", "negative", "add", "sub")
_LOAD_NAME, _LOAD_CELL, _LOAD_CELL_NAME = _numbers("load_name", "load_cell", "load_cell_name")
_LESS, _LESS_EQ, _MORE, _MORE_EQ, _EQUAL, _UNEQUAL = _numbers("lt", "le", "gt", "ge", "eq", "ne")
_TRUTH, _NOT, _AND, _OR = _numbers("truth", "not", "and", "or")
_IF, _ELSE, _END_IF, _BREAK, _CONTINUE = _numbers("if", "else", "end_if", "break", "continue")
_FOR_VAR, _FOR_DECLARE, _FOR_INIT = _numbers("for_var", "for_declare", "for_init")
_FOR_LT, _FOR_LE, _FOR_GT, _FOR_GE = _numbers("for_lt", "for_le", "for_gt", "for_ge")
_FOR_BODY, _END_FOR = _numbers("for_body", "end_for")


def new_code(num_tokens: int) -> CodeArray:
    """Room for the code of any program of up to `num_tokens` tokens."""
    return np.zeros(_MAX_PER_TOKEN * (num_tokens + 2), dtype=np.int64)


def new_work() -> IntArray:
    """A work array for `compile_tokens`; its content between calls does not matter."""
    return np.zeros(_WORK_SIZE, dtype=np.int32)


@njit(cache=True, nogil=True)
def _patch(code: CodeArray, jump: int, target: int) -> None:
    """Set the target of every jump in a chain."""
    while jump != _END:
        word = code[jump]
        code[jump] = (word & _LOW_HALF) | target << 32
        jump = word >> 32


@njit(cache=True, nogil=True)
def _redirect(code: CodeArray, size: int, address: int) -> None:
    """Make the last instruction, which computed the top value, store it at `address`."""
    code[size - 1] = (code[size - 1] & ~_X_MASK) | int(address) << 8


@njit(cache=True, nogil=True)
def compile_tokens(tokens: IntArray, num_cells: int, code: CodeArray, work: IntArray) -> int:
    """Compile one program.

    Args:
        tokens: `[T]`, ended by EOS; what follows it is not read.
        num_cells: length of the lists that the code will run on, 1 to `MAX_CELLS`.
        code: receives the code; `new_code(T)` is large enough.
        work: of `new_work`.

    Returns:
        The number of instructions; -1 where the tokens are not a program: a syntax error, a name
        that does not fit, no EOS, more than `MAX_LOOPS` loops or `MAX_DEPTH` blocks nested.
    """
    stack = work[:STACK_SIZE]
    actions = work[_AT_ACTIONS:_AT_CONTEXT]
    context = work[_AT_CONTEXT:_AT_VALUES]
    values = work[_AT_VALUES:_AT_BLOCKS]
    blocks = work[_AT_BLOCKS:]
    context[:] = 0
    stack[0] = _START
    used = 1
    size = 0  # instructions
    depth = 0  # size of `values`, the addresses of the operands of an expression
    top = -_RECORD  # the innermost open block
    loop = -1  # the innermost open loop
    unset = 0  # variables that might not be set here, as bits
    fresh = -1  # the variable that a loop's head has just declared
    lv_kind, lv_address = 0, 0
    test, left, right = ins.JUMP, 0, 0  # a condition, not yet turned into a jump
    if_true, if_false = _END, _END

    for token in tokens:
        if token >= FIRST_INT:
            terminal = INT_TERMINAL
        elif token >= 0:
            terminal = TERMINAL_OF_TOKEN[token]
            if terminal < 0:
                return -1
        else:
            return -1
        used, role, _, total = shift(_RHS, _RHS_START, _PREDICT, stack, used, terminal, actions)
        if used < 0 or size + _MAX_PER_TOKEN >= len(code):
            return -1
        name = token - FIRST_NAME
        literal = token - FIRST_INT
        if terminal == NAME_TERMINAL and not name_fits(context, role, name):
            return -1

        for position in range(total):
            action = actions[position]

            # Operands.
            if action in (_LOAD_NAME, _LOAD_CELL_NAME, _LV_CELL_NAME):
                if name == fresh:  # `int v = v`: memory may hold the value of an earlier `v`
                    size = ins.emit(code, size, ins.FAIL, 0, 0, 0, _IS_UNSET)
                elif (unset >> name) & 1:
                    size = ins.emit(code, size, ins.CHECK, name, 0, 0, 0)
                if action == _LOAD_NAME:
                    values[depth] = name
                    depth += 1
                elif action == _LOAD_CELL_NAME:
                    size = ins.emit(code, size, ins.LOAD, ins.TEMPS + depth, name, 0, 0)
                    values[depth] = ins.TEMPS + depth
                    depth += 1
                else:
                    lv_kind, lv_address = _INDEXED, name
            elif action == _LOAD_CELL:
                values[depth] = ins.CELLS + literal
                if literal >= num_cells:
                    size = ins.emit(code, size, ins.FAIL, 0, 0, 0, _OUT_OF_RANGE)
                    values[depth] = ins.ZERO
                depth += 1
            elif action in (_CONST, _NEGATIVE):
                value = literal if action == _CONST else -literal
                if -ins.MAX_SMALL <= value <= ins.MAX_SMALL:
                    values[depth] = ins.ZERO + value
                else:
                    size = ins.emit(code, size, ins.SET, ins.TEMPS + depth, 0, 0, value)
                    values[depth] = ins.TEMPS + depth
                depth += 1
            elif action in (_ADD_TWO, _SUB_TWO):
                depth -= 2
                op = ins.ADD if action == _ADD_TWO else ins.SUB
                size = ins.emit(code, size, op, ins.TEMPS + depth, values[depth], values[depth + 1], 0)
                values[depth] = ins.TEMPS + depth
                depth += 1

            # Assignments.
            elif action == _LV_NAME:
                lv_kind, lv_address = _FIXED, name
            elif action == _LV_CELL:
                lv_kind, lv_address = _FIXED, ins.CELLS + literal
                if literal >= num_cells:
                    lv_kind = _NOWHERE
            elif action in (_STORE_LV, _INIT, _FOR_INIT):
                depth -= 1
                value = values[depth]
                if lv_kind == _FIXED:
                    if ins.TEMPS <= value < ins.BOUNDS:
                        _redirect(code, size, lv_address)
                    else:
                        size = ins.emit(code, size, ins.COPY, lv_address, value, 0, 0)
                    if lv_address < NUM_NAMES:
                        unset &= ~(1 << lv_address)
                        fresh = -1
                elif lv_kind == _INDEXED:
                    size = ins.emit(code, size, ins.STORE, value, lv_address, 0, 0)
                else:
                    size = ins.emit(code, size, ins.FAIL, 0, 0, 0, _OUT_OF_RANGE)
            elif action in (_LOAD_LV, _INC_LV, _DEC_LV):
                if lv_kind == _FIXED and lv_address < NUM_NAMES and (unset >> lv_address) & 1:
                    size = ins.emit(code, size, ins.CHECK, lv_address, 0, 0, 0)
                if lv_kind == _NOWHERE:
                    size = ins.emit(code, size, ins.FAIL, 0, 0, 0, _OUT_OF_RANGE)
                    lv_address = ins.ZERO
                elif action != _LOAD_LV:
                    op = ins.INC if action == _INC_LV else ins.DEC
                    if lv_kind == _INDEXED:
                        op = ins.INC_CELL if action == _INC_LV else ins.DEC_CELL
                    size = ins.emit(code, size, op, lv_address, lv_address, 0, 0)
                elif lv_kind == _INDEXED:
                    size = ins.emit(code, size, ins.LOAD, ins.TEMPS + depth, lv_address, 0, 0)
                if action == _LOAD_LV:
                    values[depth] = ins.TEMPS + depth if lv_kind == _INDEXED else lv_address
                    depth += 1

            # Conditions: `test` is the jump taken where the comparison holds.
            elif action in (_LESS, _MORE_EQ):
                depth -= 2
                test = ins.JUMP_LT if action == _LESS else ins.JUMP_GE
                left, right = values[depth], values[depth + 1]
            elif action in (_MORE, _LESS_EQ):
                depth -= 2
                test = ins.JUMP_LT if action == _MORE else ins.JUMP_GE
                left, right = values[depth + 1], values[depth]
            elif action in (_EQUAL, _UNEQUAL):
                depth -= 2
                test = ins.JUMP_EQ if action == _EQUAL else ins.JUMP_NE
                left, right = values[depth], values[depth + 1]
            elif action == _TRUTH:
                depth -= 1
                test, left, right = ins.JUMP_NE, values[depth], ins.ZERO
            elif action == _NOT:
                test = ins.opposite(test)
            elif action == _OR:
                size = ins.emit(code, size, test, 0, left, right, if_true)
                if_true = size - 1
            elif action == _AND:
                size = ins.emit(code, size, ins.opposite(test), 0, left, right, if_false)
                if_false = size - 1

            # Branches.
            elif action == _IF:
                top += _RECORD
                if top == len(blocks):
                    return -1
                blocks[top + _EXITS], blocks[top + _UNSET] = size, unset
                size = ins.emit(code, size, ins.opposite(test), 0, left, right, if_false)
                _patch(code, if_true, size)
                if_true, if_false = _END, _END
            elif action == _ELSE:
                size = ins.emit(code, size, ins.JUMP, 0, 0, 0, _END)
                _patch(code, blocks[top + _EXITS], size)
                blocks[top + _EXITS] = size - 1
                unset = blocks[top + _UNSET]
            elif action == _END_IF:
                _patch(code, blocks[top + _EXITS], size)
                unset = blocks[top + _UNSET]
                top -= _RECORD
            elif action in (_BREAK, _CONTINUE):
                chain = loop + (_EXITS if action == _BREAK else _STEPS)
                size = ins.emit(code, size, ins.JUMP, 0, 0, 0, blocks[chain])
                blocks[chain] = size - 1

            # Declarations and loops. Only these touch the context.
            elif action == _NO_INIT:
                size = ins.emit(code, size, ins.CLEAR, lv_address, 0, 0, 0)
                unset |= 1 << lv_address
            elif action == _DECLARE:
                lv_kind, lv_address = _FIXED, name
                apply_action(context, action, name)
            elif action in (_FOR_VAR, _FOR_DECLARE):
                top += _RECORD
                if top == len(blocks) or not apply_action(context, action, name):
                    return -1
                lv_kind, lv_address = _FIXED, name
                blocks[top + _VARIABLE] = name
                blocks[top + _EXITS], blocks[top + _STEPS], blocks[top + _OUTER] = _END, _END, loop
                if action == _FOR_DECLARE:
                    fresh = name
            elif action in (_FOR_LT, _FOR_LE, _FOR_GT, _FOR_GE):
                depth -= 1
                bound = values[depth]
                if ins.TEMPS <= bound < ins.BOUNDS:
                    bound = ins.BOUNDS + context[1] - 1  # this keeps its value while the loop runs
                    _redirect(code, size, bound)
                blocks[top + _TEST], blocks[top + _BOUND] = action, bound
            elif action == _FOR_BODY:
                variable, bound = blocks[top + _VARIABLE], blocks[top + _BOUND]
                op = ins.TEST_LT
                if blocks[top + _TEST] in (_FOR_LE, _FOR_GE):
                    op = ins.TEST_LE
                if blocks[top + _TEST] in (_FOR_GT, _FOR_GE):
                    variable, bound = bound, variable
                blocks[top + _EXITS] = size
                size = ins.emit(code, size, op, 0, variable, bound, _END)
                blocks[top + _BODY], blocks[top + _UNSET] = size, unset
                loop = top
            elif action == _END_FOR:
                apply_action(context, action, name)
                _patch(code, blocks[top + _STEPS], size)
                op = ins.NEXT_LT + blocks[top + _TEST] - _FOR_LT
                body = blocks[top + _BODY]
                size = ins.emit(code, size, op, blocks[top + _VARIABLE], 0, blocks[top + _BOUND], body)
                _patch(code, blocks[top + _EXITS], size)
                unset, loop = blocks[top + _UNSET], blocks[top + _OUTER]
                top -= _RECORD

        if used == 0:
            code[size] = ins.HALT
            return size + 1
    return -1
