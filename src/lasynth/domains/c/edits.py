"""Edits on statements: what is left out, opened, joined, moved, or put in place of a variable.

Every function proposes edits of one statement of the draft; which of them keep what the program
does is not its business (`bench.settle`).
"""

from __future__ import annotations

from typing import Final

from numba import njit

from lasynth.domains.c.bench import (
    ASSIGN,
    DECLARE,
    END,
    FOR,
    IF,
    KIND,
    LENGTH,
    NUM_CELLS,
    NUM_STATEMENTS,
    START,
    Draft,
    copy_part,
    propose,
    sibling,
)
from lasynth.domains.c.grammar import FIRST_INT, FIRST_NAME, token_of
from lasynth.domains.c.linear import (
    CONSTANT,
    TARGET,
    SumArray,
    add_sum,
    count_of,
    read_assignment,
    read_operand,
    remove_term,
    single_term,
    write_assignment,
    write_number,
    write_operand,
)
from lasynth.domains.c.loops import copy_renamed, loop_variable, open_loop
from lasynth.grammar import IntArray

__all__ = [
    "drop",
    "drop_two",
    "exchange",
    "inline",
    "join",
    "move",
    "open_block",
    "replace_local",
    "set_initial_value",
    "take_out",
]

_MAX_EXCHANGED: Final = 3
_SEMICOLON, _SET, _OPEN_INDEX = token_of(";"), token_of("="), token_of("[")
_INC, _DEC, _AND, _IF = token_of("++"), token_of("--"), token_of("&&"), token_of("if")
_ASSIGNING = (_SET, token_of("+="), token_of("-="), _INC, _DEC)


@njit(cache=True, nogil=True)
def drop(draft: Draft, statement: int) -> None:
    """Leave out a statement, or two neighbours, or the initial value of a variable."""
    start, end = draft.statements[statement, START], draft.statements[statement, END]
    propose(draft, start, end, draft.part, 0)
    following = sibling(draft, statement)
    if following >= 0:
        propose(draft, start, draft.statements[following, END], draft.part, 0)
    if draft.statements[statement, KIND] == DECLARE:
        propose(draft, start + 2, end - 1, draft.part, 0)


@njit(cache=True, nogil=True)
def drop_two(draft: Draft, statement: int) -> None:
    """Leave out two statements that are not neighbours."""
    start, end = draft.statements[statement, START], draft.statements[statement, END]
    for other in range(statement + 1, draft.info[NUM_STATEMENTS]):
        if draft.statements[other, START] > end:
            size = copy_part(draft.program, end, draft.statements[other, START], draft.part, 0)
            propose(draft, start, draft.statements[other, END], draft.part, size)


@njit(cache=True, nogil=True)
def open_block(draft: Draft, statement: int) -> None:
    """Put a branch in place of its `if`, or the passes of a loop in place of the loop."""
    program, match, part = draft.program, draft.match, draft.part
    start, end = draft.statements[statement, START], draft.statements[statement, END]
    kind = draft.statements[statement, KIND]
    if kind != IF and kind != FOR:
        return
    opened = match[start + 1] + 1
    closed = match[opened]
    propose(draft, start, end, program[opened + 1 :], closed - opened - 1)
    if kind == FOR:
        open_loop(draft, start, end, opened)
    elif closed + 1 < end:
        propose(draft, start, end, program[closed + 3 :], end - closed - 4)
        propose(draft, closed + 1, end, part, 0)
        # Behind a jump there is no need for `else`.
        size = copy_part(program, closed + 3, end - 1, part, 0)
        propose(draft, closed + 1, end, part, size)


@njit(cache=True, nogil=True)
def join(draft: Draft, statement: int) -> None:
    """One `if` for two, nested or neighbours; one loop for two neighbours."""
    program, match, part = draft.program, draft.match, draft.part
    start, end = draft.statements[statement, START], draft.statements[statement, END]
    kind = draft.statements[statement, KIND]
    if kind != IF and kind != FOR:
        return
    opened = match[start + 1] + 1
    closed = match[opened]
    if closed + 1 < end:
        return
    following = sibling(draft, statement)
    if following >= 0 and draft.statements[following, KIND] == kind:
        # Drop `} for (...) {` between the two; the second's variable becomes the first's.
        other, other_end = draft.statements[following, START], draft.statements[following, END]
        variable, by = 0, 0
        if kind == FOR:
            variable, by = program[loop_variable(program, other)], program[loop_variable(program, start)]
        body = match[other + 1] + 2
        size = copy_renamed(program, body, other_end, variable, by, part, 0)
        propose(draft, closed, other_end, part, size)
    inner = opened + 1
    if kind == IF and program[inner] == _IF and draft.statements[statement + 1, END] == closed:
        # if (c) { if (d) { S } } is if (c && d) { S }
        inner_opened = match[inner + 1] + 1
        if match[inner_opened] + 1 == closed:
            part[0] = _AND
            size = copy_part(program, inner + 2, closed, part, 1)
            propose(draft, opened - 1, end, part, size)


@njit(cache=True, nogil=True)
def take_out(draft: Draft, statement: int) -> None:
    """Take the first statement of a block out to its front, or the last one out to its end."""
    program, match, part, statements = draft.program, draft.match, draft.part, draft.statements
    start, end, kind = statements[statement, START], statements[statement, END], statements[statement, KIND]
    if kind != IF and kind != FOR:
        return
    opened = match[start + 1] + 1
    closed = match[opened]
    first = statement + 1
    last = first
    following = sibling(draft, last)
    while following >= 0:
        last = following
        following = sibling(draft, last)
    first_end = statements[first, END]
    last_start, last_end = statements[last, START], statements[last, END]
    if first != last:
        if not FIRST_NAME <= program[opened + 1] < FIRST_INT:  # `t = x;` stays with what it is for
            size = copy_part(program, opened + 1, first_end, part, 0)
            size = copy_part(program, start, opened + 1, part, size)
            propose(draft, start, first_end, part, size)
        size = copy_part(program, last_end, end, part, 0)
        size = copy_part(program, last_start, last_end, part, size)
        propose(draft, last_start, end, part, size)
    if closed + 1 == end:
        return
    # Both branches begin, or end, with the same.
    other = last + 1
    while statements[other, START] < closed + 3:
        other += 1
    other_end = statements[other, END]
    size = copy_part(program, opened + 1, first_end, part, 0)
    size = copy_part(program, start, opened + 1, part, size)
    size = copy_part(program, first_end, closed + 3, part, size)
    size = copy_part(program, other_end, end, part, size)
    propose(draft, start, end, part, size)
    other_last = other
    following = sibling(draft, other_last)
    while following >= 0:
        other_last = following
        following = sibling(draft, other_last)
    size = copy_part(program, last_end, statements[other_last, START], part, 0)
    size = copy_part(program, statements[other_last, END], end, part, size)
    size = copy_part(program, last_start, last_end, part, size)
    propose(draft, last_start, end, part, size)
    if other == other_last:  # the second branch was nothing else
        size = copy_part(program, opened + 1, first_end, part, 0)
        size = copy_part(program, start, opened + 1, part, size)
        size = copy_part(program, first_end, closed + 1, part, size)
        propose(draft, start, end, part, size)
        size = copy_part(program, last_end, closed + 1, part, 0)
        size = copy_part(program, last_start, last_end, part, size)
        propose(draft, last_start, end, part, size)


@njit(cache=True, nogil=True)
def set_initial_value(draft: Draft, statement: int) -> None:
    """Give a variable the number first assigned to it as its initial value."""
    if draft.statements[statement, KIND] != DECLARE:
        return
    program, part = draft.program, draft.part
    start, end = draft.statements[statement, START], draft.statements[statement, END]
    name = program[start + 1]
    for other in range(statement + 1, draft.info[NUM_STATEMENTS]):
        from_, to = draft.statements[other, START], draft.statements[other, END]
        if draft.statements[other, KIND] == ASSIGN and program[from_] == name and program[from_ + 1] == _SET:
            size = copy_part(program, from_, to, part, 0)
            size = copy_part(program, end, from_, part, size)
            propose(draft, start + 1, to, part, size)
            return


@njit(cache=True, nogil=True)
def replace_local(draft: Draft, statement: int, max_constant: int) -> None:
    """Do without a variable: a number, a cell or another variable for it, its assignments dropped."""
    if draft.statements[statement, KIND] != DECLARE:
        return
    start, spare = draft.statements[statement, START], draft.spare
    name = int(draft.program[start + 1])
    for number in range(max_constant + 1):
        for sign in range(1, -2, -2):
            size = write_number(sign * number, spare, 0)
            propose(draft, start, draft.info[LENGTH], draft.part, _copy_without(draft, start, name, size))
    for cell in range(draft.info[NUM_CELLS]):
        size = write_operand(cell, spare, 0)
        propose(draft, start, draft.info[LENGTH], draft.part, _copy_without(draft, start, name, size))
    for other in range(draft.info[NUM_STATEMENTS]):
        if draft.statements[other, KIND] != DECLARE:
            break
        if other != statement:
            spare[0] = draft.program[draft.statements[other, START] + 1]
            propose(draft, start, draft.info[LENGTH], draft.part, _copy_without(draft, start, name, 1))


@njit(cache=True, nogil=True)
def _copy_without(draft: Draft, start: int, name: int, by_size: int) -> int:
    """Write the program from `start` to `part`, with `spare` for a name that is no longer assigned to."""
    program, statements, part = draft.program, draft.statements, draft.part
    size, statement = 0, 0
    position = start
    while position < draft.info[LENGTH]:
        while statement < draft.info[NUM_STATEMENTS] and statements[statement, START] < position:
            statement += 1
        if statement < draft.info[NUM_STATEMENTS] and statements[statement, START] == position:
            kind = statements[statement, KIND]
            named = program[position]
            if kind == DECLARE or named == _INC or named == _DEC:
                named = program[position + 1]
            if (kind == DECLARE or kind == ASSIGN) and named == name:
                position = statements[statement, END]
                continue
        if program[position] == name:
            size = copy_part(draft.spare, 0, by_size, part, size)
        else:
            part[size] = program[position]
            size += 1
        position += 1
    return size


@njit(cache=True, nogil=True)
def inline(draft: Draft, statement: int) -> None:
    """Drop an assignment and put its value where its target is read later."""
    if draft.statements[statement, KIND] != ASSIGN:
        return
    program, part = draft.program, draft.part
    start, end = draft.statements[statement, START], draft.statements[statement, END]
    value, reader = draft.sums[0], draft.sums[1]
    if not read_assignment(program, start, end, value):
        return
    target = value[TARGET]
    for other in range(statement + 1, draft.info[NUM_STATEMENTS]):
        other_start, other_end = draft.statements[other, START], draft.statements[other, END]
        if draft.statements[other, KIND] != ASSIGN:
            continue
        if not read_assignment(program, other_start, other_end, reader):
            continue
        plus, minus = count_of(reader, 1, target), count_of(reader, -1, target)
        fits = plus + minus > 0
        for _ in range(plus):
            fits = fits and remove_term(reader, 1, target) and add_sum(reader, 1, value)
        for _ in range(minus):
            fits = fits and remove_term(reader, -1, target) and add_sum(reader, -1, value)
        if fits:
            size = copy_part(program, end, other_start, part, 0)
            propose(draft, start, other_end, part, write_assignment(reader, part, size))
    _inline_operand(draft, start, end, value)


@njit(cache=True, nogil=True)
def _inline_operand(draft: Draft, start: int, end: int, value: SumArray) -> None:
    """Drop `x = operand;` and read the operand instead of x from there on: everywhere, or once."""
    program, part, length, target = draft.program, draft.part, draft.info[LENGTH], value[TARGET]
    term = single_term(value)
    if term >= 0:
        by_size = write_operand(term, draft.spare, 0)
    elif value[1] + value[2] == 0:
        by_size = write_number(value[CONSTANT], draft.spare, 0)
    else:
        return
    size = 0
    position = end
    while position < length:
        found, after = read_operand(program, position)
        if found == target and not _is_written(program, position, after):
            size = copy_part(draft.spare, 0, by_size, part, size)
            position = after
        else:
            part[size] = program[position]
            size += 1
            position += 1
    propose(draft, start, length, part, size)


@njit(cache=True, nogil=True)
def _is_written(program: IntArray, start: int, end: int) -> bool:
    """Whether the operand at `[start, end)` is assigned to or counted up or down."""
    before = program[start - 1]
    return before == _INC or before == _DEC or program[end] in _ASSIGNING


@njit(cache=True, nogil=True)
def move(draft: Draft, statement: int) -> None:
    """Move a later statement of the same block in front of this one, and use its result here."""
    program, part = draft.program, draft.part
    start, end = draft.statements[statement, START], draft.statements[statement, END]
    if draft.statements[statement, KIND] == DECLARE:
        return
    following = sibling(draft, statement)
    while following >= 0:
        from_, to = draft.statements[following, START], draft.statements[following, END]
        size = copy_part(program, from_, to, part, 0)
        propose(draft, start, to, part, copy_part(program, start, from_, part, size))
        if draft.statements[statement, KIND] == ASSIGN and draft.statements[following, KIND] == ASSIGN:
            term, _ = read_operand(program, from_)
            target, after = read_operand(program, start)
            if term >= 0 and target >= 0:
                size = copy_part(program, from_, to, part, 0)
                size = copy_part(program, start, after, part, size)
                part[size] = _SET
                size = write_operand(term, part, size + 1)
                part[size] = _SEMICOLON
                propose(draft, start, to, part, copy_part(program, end, from_, part, size + 1))
        following = sibling(draft, following)


@njit(cache=True, nogil=True)
def exchange(draft: Draft, statement: int) -> None:
    """Exchange two cells in one to three neighbouring statements."""
    program, part = draft.program, draft.part
    start = draft.statements[statement, START]
    last = statement
    for _ in range(_MAX_EXCHANGED):
        end = draft.statements[last, END]
        # The indices in there, each once.
        indices, count = draft.spare, 0
        for position in range(start + 1, end):
            if program[position - 1] == _OPEN_INDEX and count < len(indices):
                known = False
                for place in range(count):
                    known = known or indices[place] == program[position]
                if not known:
                    indices[count] = program[position]
                    count += 1
        for place in range(1, count):
            for other in range(place):
                for position in range(start, end):
                    token = program[position]
                    if position > start and program[position - 1] == _OPEN_INDEX:
                        if token == indices[place]:
                            token = indices[other]
                        elif token == indices[other]:
                            token = indices[place]
                    part[position - start] = token
                propose(draft, start, end, part, end - start)
        last = sibling(draft, last)
        if last < 0:
            return
