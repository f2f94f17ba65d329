"""Compiles tokens of `lists` to code for its machine: one pass along the LL(1) automaton, without a tree.

`instructions` describes the code; its first word says what the function gives back and which lists it writes.
A comparison that a jump follows is one instruction with it. Jumps whose target is not known yet are chained
through their `imm`. The steps of a `for` stand before its body in the text, and behind it in the code.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from lasynth.automaton import MAX_ACTIONS, shift
from lasynth.compiled import njit
from lasynth.domains.base import Status
from lasynth.domains.c.instructions import CodeArray, emit
from lasynth.domains.c.lists import instructions as ins
from lasynth.domains.c.lists.grammar import (
    ACTIONS,
    FIRST_INT,
    FIRST_LIST,
    FIRST_NAME,
    FIRST_PARAMETER,
    GRAMMAR,
    INT_TERMINAL,
    LENGTHS,
    MAX_NESTING,
    NAME_TERMINAL,
    NUM_NAMES,
    TERMINAL_OF_TOKEN,
)
from lasynth.domains.kit import scope
from lasynth.domains.kit.scope import Effect, NameKind, numbered, scope_size
from lasynth.domains.kit.tables import Names
from lasynth.grammar import IntArray

__all__ = [
    "EFFECTS",
    "IN_PLACE",
    "LIST_RESULT",
    "NAMES",
    "NUMBER_RESULT",
    "STACK_SIZE",
    "compile_tokens",
    "new_code",
    "new_work",
]

STACK_SIZE: Final = 256  # of the parser
NUMBER_RESULT, LIST_RESULT, IN_PLACE = range(3)  # the low bits of the first word

EFFECTS: Final = {"declare": Effect.DECLARE, "enter": Effect.OPEN_SCOPE, "leave": Effect.CLOSE}
NAMES: Final = Names(first=FIRST_NAME, families=(NUM_NAMES,), kinds={"new": NameKind.NEW})
_EFFECTS, _KINDS = numbered(ACTIONS, EFFECTS), numbered(GRAMMAR.roles, NAMES.kinds)
_SCOPE_SIZE = scope_size(NUM_NAMES, MAX_NESTING)

_MAX_BLOCKS = 256  # branches and loops that are open; each `else if` is one
_MAX_PENDING = 192  # jumps of expressions that wait for their target, and lists for their index
_MAX_PER_TOKEN = 8  # more instructions than one token emits, closings of expressions aside
_END = -1  # of a chain of jumps
_LOW_HALF = 0xFFFFFFFF
_X_MASK = 0xFF << 8
_OF_NAME, _OF_CELL = 0, 1  # the target of an assignment

# Records of open blocks. A branch uses the first field only.
_EXITS, _CONTINUES, _START, _STEPS, _SAVED, _OUTER = range(6)
_RECORD = 6

# Offsets of the parts of the work array.
_AT_ACTIONS = STACK_SIZE
_AT_SCOPE = _AT_ACTIONS + MAX_ACTIONS
_AT_VALUES = _AT_SCOPE + _SCOPE_SIZE
_AT_JUMPS = _AT_VALUES + ins.MAX_VALUES
_AT_LISTS = _AT_JUMPS + _MAX_PENDING
_AT_BLOCKS = _AT_LISTS + _MAX_PENDING
_WORK_SIZE = _AT_BLOCKS + _MAX_BLOCKS * _RECORD

_RHS, _RHS_START, _PREDICT = GRAMMAR.tables.rhs, GRAMMAR.tables.rhs_start, GRAMMAR.tables.predict
_START_SYMBOL = GRAMMAR.tables.start
_IS_UNSET, _HAS_NO_VALUE = int(Status.UNSET), int(Status.NO_VALUE)


def _numbers(*names: str) -> tuple[int, ...]:
    return tuple(ACTIONS.index(name) for name in names)


_NUMBER, _LIST, _IN_PLACE, _END_BODY = _numbers("number", "list", "in_place", "end")
_DECLARE, _ENTER, _LEAVE, _INIT, _NO_INIT = _numbers("declare", "enter", "leave", "init", "no_init")
_TO_NAME, _TO_PARAMETER, _TO_CELL = _numbers("to_name", "to_parameter", "to_cell")
_TO_CELL_UP, _TO_CELL_DOWN, _LIST_WRITTEN = _numbers("to_cell_up", "to_cell_down", "list_written")
_STORE, _OLD, _INC, _DEC = _numbers("store", "old", "inc", "dec")
_CONST, _LOAD_NAME, _LOAD_PARAMETER, _LIST_READ = _numbers(
    "const", "load_name", "load_parameter", "list_read"
)
_LOAD_CELL, _LOAD_CELL_UP, _LOAD_CELL_DOWN = _numbers("load_cell", "load_cell_up", "load_cell_down")
_NEG, _NOT, _ADD, _MOD = _numbers("neg", "not", "add", "mod")
_LESS, _LESS_EQ, _MORE, _MORE_EQ, _EQUAL, _UNEQUAL = _numbers("lt", "le", "gt", "ge", "eq", "ne")
_AND, _AND_END, _OR, _OR_END = _numbers("and", "and_end", "or", "or_end")
_CHOOSE, _OTHERWISE, _CHOICE_END = _numbers("choose", "otherwise", "choice_end")
_IF, _ELSE, _END_IF = _numbers("if", "else", "end_if")
_LOOP, _TEST, _STEPS_BEGIN, _BODY, _END_FOR = _numbers("loop", "test", "steps", "body", "end_for")
_WHILE_BODY, _END_WHILE = _numbers("while_body", "end_while")
_BREAK, _CONTINUE, _RETURN, _RETURN_NOTHING = _numbers("break", "continue", "return", "return_nothing")


def new_code(num_tokens: int) -> CodeArray:
    """Room for the code of any program of up to `num_tokens` tokens, and for steps that are moved."""
    return np.zeros((2, _MAX_PER_TOKEN * (num_tokens + 16)), dtype=np.int64)


def new_work() -> IntArray:
    """A work array for `compile_tokens`; its content between calls does not matter."""
    return np.zeros(_WORK_SIZE, dtype=np.int32)


@njit(cache=True, nogil=True)
def _patch(code: CodeArray, jump: int, target: int) -> None:
    """Set the target of every jump in a chain."""
    while jump != _END:
        word = code[jump]
        code[jump] = (word & _LOW_HALF) | int(target) << 32
        jump = word >> 32


@njit(cache=True, nogil=True)
def _compares(code: CodeArray, size: int, barrier: int, address: int) -> bool:
    """Whether the last instruction is a comparison with its result there, and nothing jumps behind it.

    There is an intermediate result: a variable that has just got one is read again.
    """
    if size == barrier or address < ins.TEMPS:
        return False
    word = code[size - 1]
    op = word & 0xFF
    return op >= ins.LESS and op <= ins.UNEQUAL and (word >> 8) & 0xFF == address


@njit(cache=True, nogil=True)
def _jump_unless(code: CodeArray, size: int, barrier: int, address: int, chain: int) -> int:
    """Append a jump that is taken where a value is 0, and chain it; returns the new size."""
    if not _compares(code, size, barrier, address):
        return int(emit(code, size, ins.JUMP_EQ, 0, address, ins.ZERO, chain))
    word = code[size - 1]
    op = word & 0xFF
    if op == ins.LESS:
        op = ins.JUMP_GE
    elif op == ins.LESS_EQ:
        op = ins.JUMP_GT
    elif op == ins.EQUAL:
        op = ins.JUMP_NE
    else:
        op = ins.JUMP_EQ
    code[size - 1] = (word & (_LOW_HALF ^ 0xFFFF)) | op | int(chain) << 32
    return size


@njit(cache=True, nogil=True)
def _as_truth(code: CodeArray, size: int, barrier: int, address: int, to: int) -> int:
    """Let an address hold 1 where a value is not 0, else 0; returns the new size."""
    if not _compares(code, size, barrier, address):
        return int(emit(code, size, ins.UNEQUAL, to, address, ins.ZERO, 0))
    code[size - 1] = (code[size - 1] & ~_X_MASK) | int(to) << 8
    return size


@njit(cache=True, nogil=True)
def compile_tokens(
    tokens: IntArray, num_lists: int, num_numbers: int, code_2C: CodeArray, work: IntArray
) -> int:
    """Compile one program.

    Args:
        tokens: `[T]`, ended by EOS; what follows it is not read.
        num_lists, num_numbers: of the inputs that the code will run on.
        code_2C: receives the code in its first row; `new_code(T)` is large enough.
        work: of `new_work`.

    Returns:
        The number of instructions; -1 where the tokens are not a program: a syntax error, a name
        that does not fit, no EOS, blocks or expressions nested too deep.
    """
    stack = work[:STACK_SIZE]
    actions = work[_AT_ACTIONS:_AT_SCOPE]
    visible = work[_AT_SCOPE:_AT_VALUES]
    values = work[_AT_VALUES:_AT_JUMPS]
    jumps = work[_AT_JUMPS:_AT_LISTS]
    lists = work[_AT_LISTS:_AT_BLOCKS]
    blocks = work[_AT_BLOCKS:]
    code, saved = code_2C[0], code_2C[1]
    visible[:] = 0
    stack[0] = _START_SYMBOL
    used = 1
    size = 1  # instructions; the first word is the head
    kind, written = 0, 0
    depth = 0  # of `values`, the addresses of the operands of an expression
    num_jumps, num_reads, num_saved = 0, 0, 0
    barrier = 1  # where a jump leads, so that the instruction before it stays as it is
    top = -_RECORD  # the innermost open block
    loop = -1  # the innermost open loop
    unset = 0  # variables declared without a value, as bits
    fresh = -1  # the variable that is being declared
    name = 0
    to_kind, to_address, to_list = 0, 0, 0
    step_0, step_1, by_0, by_1, num_steps = 0, 0, 0, 0, 0

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
        if used < 0 or size + _MAX_PER_TOKEN + 2 * total >= len(code) or depth + 2 >= len(values):
            return -1
        if num_jumps + 2 >= len(jumps) or num_reads + 2 >= len(lists):
            return -1
        if terminal == NAME_TERMINAL:
            name = token - FIRST_NAME
            if not scope.name_fits(visible, _KINDS[role], name, NUM_NAMES):
                return -1

        for position in range(total):
            action = actions[position]
            temp = ins.TEMPS + depth

            # Operands.
            if action == _LOAD_NAME or action == _LOAD_CELL_UP or action == _LOAD_CELL_DOWN:
                if name == fresh:
                    size = emit(code, size, ins.FAIL, 0, 0, 0, _IS_UNSET)
                elif (unset >> name) & 1:
                    size = emit(code, size, ins.CHECK, name, 0, 0, 0)
                if action == _LOAD_NAME:
                    values[depth] = name
                else:
                    num_reads -= 1
                    size = emit(code, size, ins.LOAD, temp, name, lists[num_reads], 0)
                    values[depth] = temp
                    step_1, by_1 = step_0, by_0
                    step_0, by_0 = name, 1 if action == _LOAD_CELL_UP else -1
                    num_steps += 1
                depth += 1
            elif action == _LIST_READ:
                lists[num_reads] = token - FIRST_LIST
                num_reads += 1
            elif action == _LOAD_CELL:
                num_reads -= 1
                size = emit(code, size, ins.LOAD, temp - 1, values[depth - 1], lists[num_reads], 0)
                values[depth - 1] = temp - 1
            elif action == _LOAD_PARAMETER or action == _TO_PARAMETER:
                number = token - FIRST_PARAMETER
                if number >= (num_lists if number < len(LENGTHS) else len(LENGTHS) + num_numbers):
                    size = emit(code, size, ins.FAIL, 0, 0, 0, _IS_UNSET)
                if action == _LOAD_PARAMETER:
                    values[depth] = ins.PARAMETERS + number
                    depth += 1
                else:
                    to_kind, to_address = _OF_NAME, ins.PARAMETERS + number
            elif action == _CONST:
                literal = token - FIRST_INT
                values[depth] = ins.ZERO + literal
                if literal > ins.MAX_SMALL:
                    size = emit(code, size, ins.SET, temp, 0, 0, literal)
                    values[depth] = temp
                depth += 1

            # Operations.
            elif _ADD <= action <= _MOD:
                depth -= 1
                op = ins.ADD + (action - _ADD)
                size = emit(code, size, op, temp - 2, values[depth - 1], values[depth], 0)
                values[depth - 1] = temp - 2
            elif _LESS <= action <= _UNEQUAL:
                depth -= 1
                left, right = values[depth - 1], values[depth]
                if action == _MORE or action == _MORE_EQ:
                    left, right = right, left
                if action == _LESS or action == _MORE:
                    op = ins.LESS
                elif action == _LESS_EQ or action == _MORE_EQ:
                    op = ins.LESS_EQ
                else:
                    op = ins.EQUAL if action == _EQUAL else ins.UNEQUAL
                size = emit(code, size, op, temp - 2, left, right, 0)
                values[depth - 1] = temp - 2
            elif action == _NEG:
                value = values[depth - 1]
                if value >= ins.ZERO:
                    values[depth - 1] = ins.ZERO - (value - ins.ZERO)
                else:
                    size = emit(code, size, ins.SUB, temp - 1, ins.ZERO, value, 0)
                    values[depth - 1] = temp - 1
            elif action == _NOT:
                size = emit(code, size, ins.EQUAL, temp - 1, values[depth - 1], ins.ZERO, 0)
                values[depth - 1] = temp - 1
            elif action == _AND or action == _OR:
                size = _as_truth(code, size, barrier, values[depth - 1], temp - 1)
                values[depth - 1] = temp - 1
                op = ins.JUMP_EQ if action == _AND else ins.JUMP_NE
                size = emit(code, size, op, 0, temp - 1, ins.ZERO, _END)
                jumps[num_jumps] = size - 1
                num_jumps += 1
            elif action == _AND_END or action == _OR_END:
                depth -= 1
                size = _as_truth(code, size, barrier, values[depth], temp - 2)
                num_jumps -= 1
                _patch(code, jumps[num_jumps], size)
                barrier = size
            elif action == _CHOOSE:
                depth -= 1
                size = _jump_unless(code, size, barrier, values[depth], _END)
                jumps[num_jumps] = size - 1
                num_jumps += 1
            elif action == _OTHERWISE or action == _CHOICE_END:
                if values[depth - 1] != temp - 1:
                    size = emit(code, size, ins.COPY, temp - 1, values[depth - 1], 0, 0)
                    values[depth - 1] = temp - 1
                if action == _OTHERWISE:
                    depth -= 1
                    size = emit(code, size, ins.JUMP, 0, 0, 0, _END)
                    _patch(code, jumps[num_jumps - 1], size)
                    jumps[num_jumps - 1] = size - 1
                else:
                    num_jumps -= 1
                    _patch(code, jumps[num_jumps], size)
                barrier = size

            # Assignments.
            elif action == _TO_NAME:
                to_kind, to_address = _OF_NAME, name
            elif action == _LIST_WRITTEN:
                to_kind, to_list = _OF_CELL, token - FIRST_LIST
                written |= 1 << to_list
            elif action == _TO_CELL_UP or action == _TO_CELL_DOWN:
                if name == fresh:
                    size = emit(code, size, ins.FAIL, 0, 0, 0, _IS_UNSET)
                elif (unset >> name) & 1:
                    size = emit(code, size, ins.CHECK, name, 0, 0, 0)
                values[depth] = name
                depth += 1
                step_1, by_1 = step_0, by_0
                step_0, by_0 = name, 1 if action == _TO_CELL_UP else -1
                num_steps += 1
            elif action == _OLD:
                if to_kind == _OF_CELL:
                    size = emit(code, size, ins.LOAD, temp, values[depth - 1], to_list, 0)
                    values[depth] = temp
                else:
                    if to_address < NUM_NAMES and (unset >> to_address) & 1:
                        size = emit(code, size, ins.CHECK, to_address, 0, 0, 0)
                    values[depth] = to_address
                depth += 1
            elif action == _STORE or action == _INIT or action == _INC or action == _DEC:
                if action == _INC or action == _DEC:
                    op = ins.ADD if action == _INC else ins.SUB
                    if to_kind == _OF_CELL:
                        size = emit(code, size, ins.LOAD, temp, values[depth - 1], to_list, 0)
                        size = emit(code, size, op, temp, temp, ins.ZERO + 1, 0)
                        values[depth] = temp
                        depth += 1
                    else:
                        if to_address < NUM_NAMES and (unset >> to_address) & 1:
                            size = emit(code, size, ins.CHECK, to_address, 0, 0, 0)
                        size = emit(code, size, op, to_address, to_address, ins.ZERO + 1, 0)
                if to_kind == _OF_CELL:
                    depth -= 2
                    size = emit(code, size, ins.STORE, values[depth + 1], values[depth], to_list, 0)
                elif action == _STORE or action == _INIT:
                    depth -= 1
                    value = values[depth]
                    computed = ins.TEMPS <= value < ins.ZERO - ins.MAX_SMALL and size != barrier
                    if computed and (code[size - 1] >> 8) & 0xFF == value:
                        code[size - 1] = (code[size - 1] & ~_X_MASK) | int(to_address) << 8
                    else:
                        size = emit(code, size, ins.COPY, to_address, value, 0, 0)
                    if action == _INIT:
                        unset &= ~(1 << to_address)
                        fresh = -1
                for number in range(num_steps):
                    step, by = (step_0, by_0) if number == 0 else (step_1, by_1)
                    op = ins.ADD if by == 1 else ins.SUB
                    size = emit(code, size, op, step, step, ins.ZERO + 1, 0)
                num_steps = 0
            elif action == _DECLARE:
                scope.enact(visible, _EFFECTS[action], name, MAX_NESTING)
                to_kind, to_address, fresh = _OF_NAME, name, name
            elif action == _NO_INIT:
                size = emit(code, size, ins.CLEAR, to_address, 0, 0, 0)
                unset |= 1 << to_address
                fresh = -1
            elif action == _ENTER or action == _LEAVE:
                if not scope.enact(visible, _EFFECTS[action], name, MAX_NESTING):
                    return -1

            # Branches and loops.
            elif action == _IF:
                top += _RECORD
                if top == len(blocks):
                    return -1
                depth -= 1
                size = _jump_unless(code, size, barrier, values[depth], _END)
                blocks[top + _EXITS] = size - 1
            elif action == _ELSE:
                size = emit(code, size, ins.JUMP, 0, 0, 0, _END)
                _patch(code, blocks[top + _EXITS], size)
                blocks[top + _EXITS] = size - 1
                barrier = size
            elif action == _END_IF:
                _patch(code, blocks[top + _EXITS], size)
                barrier = size
                top -= _RECORD
            elif action == _LOOP:
                top += _RECORD
                if top == len(blocks):
                    return -1
                blocks[top + _EXITS], blocks[top + _CONTINUES], blocks[top + _OUTER] = _END, _END, loop
                blocks[top + _START] = barrier = size
                loop = top
            elif action == _TEST:
                depth -= 1
                size = _jump_unless(code, size, barrier, values[depth], blocks[top + _EXITS])
                blocks[top + _EXITS] = size - 1
            elif action == _STEPS_BEGIN:
                blocks[top + _STEPS] = barrier = size
            elif action == _BODY:
                begin = int(blocks[top + _STEPS])
                blocks[top + _SAVED] = num_saved
                for place in range(begin, size):
                    saved[num_saved] = code[place]
                    num_saved += 1
                size = barrier = begin
            elif action == _END_FOR:
                _patch(code, blocks[top + _CONTINUES], size)
                barrier = size
                moved = size - blocks[top + _STEPS]
                for place in range(blocks[top + _SAVED], num_saved):
                    word = saved[place]
                    if ins.JUMP <= word & 0xFF <= ins.JUMP_GE:
                        word += int(moved) << 32
                    code[size] = word
                    size += 1
                num_saved = blocks[top + _SAVED]
                size = emit(code, size, ins.LOOP, 0, 0, 0, blocks[top + _START])
                _patch(code, blocks[top + _EXITS], size)
                barrier = size
                loop = blocks[top + _OUTER]
                top -= _RECORD
            elif action == _END_WHILE:
                _patch(code, blocks[top + _CONTINUES], size)
                size = emit(code, size, ins.LOOP, 0, 0, 0, blocks[top + _START])
                _patch(code, blocks[top + _EXITS], size)
                barrier = size
                loop = blocks[top + _OUTER]
                top -= _RECORD
            elif action == _BREAK or action == _CONTINUE:
                chain = loop + (_EXITS if action == _BREAK else _CONTINUES)
                size = emit(code, size, ins.JUMP, 0, 0, 0, blocks[chain])
                blocks[chain] = size - 1

            # Beginning and end.
            elif action == _NUMBER or action == _LIST or action == _IN_PLACE:
                kind = action - _NUMBER
            elif action == _RETURN:
                depth -= 1
                size = emit(code, size, ins.RETURN, values[depth], 0, 0, 0)
            elif action == _RETURN_NOTHING:
                size = emit(code, size, ins.END, 0, 0, 0, 0)
            elif action == _END_BODY:
                if kind == IN_PLACE:
                    size = emit(code, size, ins.END, 0, 0, 0, 0)
                else:
                    size = emit(code, size, ins.FAIL, 0, 0, 0, _HAS_NO_VALUE)

        if used == 0:
            code[0] = kind | written << 2
            return size
    return -1
