"""Edits on statements: drop, unwrap, join and move them, or inline their values.

Every function proposes edits of one statement of the draft. `bench.settle` decides which of them keep the
program's behaviour.
"""

from __future__ import annotations

from lasynth.compiled import njit
from lasynth.domains.c import bench
from lasynth.domains.c.bench import Draft, copy_part, propose, sibling, span
from lasynth.domains.c.grammar import token_of
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

_SEMICOLON, _AND, _IF = token_of(";"), token_of("&&"), token_of("if")
_SET, _INC, _DEC = token_of("="), token_of("++"), token_of("--")
_ASSIGNING = (_SET, token_of("+="), token_of("-="), _INC, _DEC)


@njit(cache=True, nogil=True)
def drop(draft: Draft, statement: int) -> None:
    """Leave out a statement, or two neighbours, or the initial value of a variable."""
    start, end, kind = span(draft, statement)
    propose(draft, start, end, draft.part, 0)
    following = sibling(draft, statement)
    if following >= 0:
        propose(draft, start, draft.statements[following, bench.END], draft.part, 0)
    if kind == bench.DECLARE:
        propose(draft, start + 2, end - 1, draft.part, 0)


@njit(cache=True, nogil=True)
def open_block(draft: Draft, statement: int) -> None:
    """Replace an `if` by one of its branches, or a loop by its passes."""
    program, match, part = draft.program, draft.match, draft.part
    start, end, kind = span(draft, statement)
    if kind != bench.IF and kind != bench.FOR:
        return
    opened = match[start + 1] + 1
    closed = match[opened]
    propose(draft, start, end, program[opened + 1 :], closed - opened - 1)
    if kind == bench.FOR:
        open_loop(draft, start, end, opened)
    elif closed + 1 < end:
        propose(draft, start, end, program[closed + 3 :], end - closed - 4)
        propose(draft, closed + 1, end, part, 0)
        # After a jump `else` is not needed.
        size = copy_part(program, closed + 3, end - 1, part, 0)
        propose(draft, closed + 1, end, part, size)


@njit(cache=True, nogil=True)
def join(draft: Draft, statement: int) -> None:
    """Merge two `if`s, nested or adjacent, or two adjacent loops."""
    program, match, part = draft.program, draft.match, draft.part
    start, end, kind = span(draft, statement)
    if kind != bench.IF and kind != bench.FOR:
        return
    opened = match[start + 1] + 1
    closed = match[opened]
    if closed + 1 < end:
        return
    following = sibling(draft, statement)
    if following >= 0 and draft.statements[following, bench.KIND] == kind:
        # Drop `} for (...) {` between the two; the second's variable becomes the first's.
        other, other_end, _ = span(draft, following)
        variable, by = 0, 0
        if kind == bench.FOR:
            variable, by = program[loop_variable(program, other)], program[loop_variable(program, start)]
        body = match[other + 1] + 2
        size = copy_renamed(program, body, other_end, variable, by, part, 0)
        propose(draft, closed, other_end, part, size)
    inner = opened + 1
    if kind == bench.IF and program[inner] == _IF and draft.statements[statement + 1, bench.END] == closed:
        # if (c) { if (d) { S } } is if (c && d) { S }
        inner_opened = match[inner + 1] + 1
        if match[inner_opened] + 1 == closed:
            part[0] = _AND
            size = copy_part(program, inner + 2, closed, part, 1)
            propose(draft, opened - 1, end, part, size)


@njit(cache=True, nogil=True)
def set_initial_value(draft: Draft, statement: int) -> None:
    """Give a variable the number first assigned to it as its initial value."""
    if draft.statements[statement, bench.KIND] != bench.DECLARE:
        return
    program, part = draft.program, draft.part
    start, end, _ = span(draft, statement)
    name = program[start + 1]
    for other in range(statement + 1, draft.info[bench.NUM_STATEMENTS]):
        from_, to, kind = span(draft, other)
        if kind == bench.ASSIGN and program[from_] == name and program[from_ + 1] == _SET:
            size = copy_part(program, from_, to, part, 0)
            size = copy_part(program, end, from_, part, size)
            propose(draft, start + 1, to, part, size)
            return


@njit(cache=True, nogil=True)
def inline(draft: Draft, statement: int) -> None:
    """Drop an assignment and use its value where its target is read later."""
    if draft.statements[statement, bench.KIND] != bench.ASSIGN:
        return
    program, part = draft.program, draft.part
    start, end, _ = span(draft, statement)
    value, reader = draft.sums[0], draft.sums[1]
    if not read_assignment(program, start, end, value):
        return
    target = value[TARGET]
    for other in range(statement + 1, draft.info[bench.NUM_STATEMENTS]):
        other_start, other_end, kind = span(draft, other)
        if kind != bench.ASSIGN or not read_assignment(program, other_start, other_end, reader):
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
    """Drop `x = operand;` and read the operand instead of x after it: everywhere, or once."""
    program, part, length, target = draft.program, draft.part, draft.info[bench.LENGTH], value[TARGET]
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
    """Whether the operand at `[start, end)` is assigned, incremented or decremented."""
    before = program[start - 1]
    return before == _INC or before == _DEC or program[end] in _ASSIGNING


@njit(cache=True, nogil=True)
def move(draft: Draft, statement: int) -> None:
    """Move a later statement of the same block before this one, and use its result here."""
    program, part = draft.program, draft.part
    start, end, kind = span(draft, statement)
    if kind == bench.DECLARE:
        return
    following = sibling(draft, statement)
    while following >= 0:
        from_, to, other_kind = span(draft, following)
        size = copy_part(program, from_, to, part, 0)
        propose(draft, start, to, part, copy_part(program, start, from_, part, size))
        if kind == bench.ASSIGN and other_kind == bench.ASSIGN:
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
