"""Edits on loops: unroll them, write the usual head, merge neighbouring statements into them.

As in `edits`, every function proposes edits of one statement.
"""

from __future__ import annotations

from typing import Final

from lasynth.compiled import njit
from lasynth.domains.c import bench
from lasynth.domains.c.bench import Draft, copy_part, propose, sibling, span
from lasynth.domains.c.grammar import FIRST_INT, FIRST_NAME, NUM_NAMES, token_of
from lasynth.domains.c.linear import CONSTANT, TARGET, count_of, read_assignment, write_assignment
from lasynth.grammar import IntArray

_MAX_PASSES: Final = 6  # the most passes of a loop that are unrolled
_INT, _FOR, _SEMICOLON, _SET = token_of("int"), token_of("for"), token_of(";"), token_of("=")
_INC, _DEC, _A, _OPEN_INDEX = token_of("++"), token_of("--"), token_of("a"), token_of("[")
_OPEN, _CLOSE, _BEGIN, _END = token_of("("), token_of(")"), token_of("{"), token_of("}")
_LESS_EQ, _MORE_EQ = token_of("<="), token_of(">=")


@njit(cache=True, nogil=True)
def copy_renamed(source: IntArray, start: int, end: int, name: int, by: int, out: IntArray, size: int) -> int:
    """Append `source[start:end]` with a name replaced by a token; returns the new size."""
    for position in range(start, end):
        out[size] = by if source[position] == name else source[position]
        size += 1
    return size


@njit(cache=True, nogil=True)
def loop_variable(program: IntArray, start: int) -> int:
    """The first position of the variable of the loop that begins at `start`."""
    return start + 3 if program[start + 2] == _INT else start + 2


@njit(cache=True, nogil=True)
def open_loop(draft: Draft, start: int, end: int, opened: int) -> None:
    """Replace a loop by its passes: one or a few of them, or their sum."""
    program, part = draft.program, draft.part
    at = loop_variable(program, start)
    variable, low = program[at], program[at + 2]
    if program[start + 2] != _INT:  # replace it by `v = low;` and the body
        size = at
        while program[size] != _SEMICOLON:
            size += 1
        size = copy_part(program, at, size + 1, part, 0)
        size = copy_part(program, opened + 1, end - 1, part, size)
        propose(draft, start, end, part, size)
    if FIRST_NAME <= low < FIRST_INT:  # the first value is a variable
        propose(draft, start, end, part, copy_renamed(program, opened + 1, end - 1, variable, low, part, 0))
    first, last, step = _constant_range(program, start, opened - 1)
    if step == 0 or first < 0 or last < 0:
        return
    num_passes = min((last - first) * step + 1, _MAX_PASSES)
    for skipped in range(num_passes):
        size = 0
        for turn in range(skipped, num_passes):
            if size + end - opened - 2 > end - start:
                break
            value = FIRST_INT + first + step * turn
            size = copy_renamed(program, opened + 1, end - 1, variable, value, part, size)
            propose(draft, start, end, part, size)
    # Replace a number added in every pass by its multiple.
    total = draft.sums[0]
    if not _is_single_assignment(draft, opened) or not read_assignment(program, opened + 1, end - 1, total):
        return
    if total[1] == 1 and total[2] == 0 and count_of(total, 1, total[TARGET]) == 1:
        number = total[CONSTANT]
        for turns in range(2, num_passes + 1):
            total[CONSTANT] = turns * number
            propose(draft, start, end, part, write_assignment(total, part, 0))


@njit(cache=True, nogil=True)
def _is_single_assignment(draft: Draft, opened: int) -> bool:
    """Whether the block that opens at `opened` contains one assignment and nothing else."""
    for statement in range(draft.info[bench.NUM_STATEMENTS]):
        start, end, kind = span(draft, statement)
        if start == opened + 1:
            return end == draft.match[opened] and kind == bench.ASSIGN
    return False


@njit(cache=True, nogil=True)
def _constant_range(program: IntArray, start: int, closing: int) -> tuple[int, int, int]:
    """First and last value of a loop's variable, and the step; 0 where a limit is not a number."""
    at = loop_variable(program, start) + 2
    first, last = int(program[at]) - FIRST_INT, int(program[at + 4]) - FIRST_INT
    if first < 0 or last < 0:
        return 0, 0, 0
    relation = program[at + 3]
    step = -1 if program[closing - 1] == _DEC or program[closing - 2] == _DEC else 1
    if relation != _LESS_EQ and relation != _MORE_EQ:
        last -= step
    return (first, last, step) if (last - first) * step >= 0 else (0, 0, 0)


@njit(cache=True, nogil=True)
def fold_head(draft: Draft, statement: int) -> None:
    """Propose the usual head of a loop, such as `int v = 0; v <= 4; v++`, the lowest limits first."""
    program, part, num_cells = draft.program, draft.part, draft.info[bench.NUM_CELLS]
    start = draft.statements[statement, bench.START]
    if draft.statements[statement, bench.KIND] == bench.DECLARE:  # declare it in its loops instead
        size, found = 0, False
        name = program[start + 1]
        for position in range(draft.statements[statement, bench.END], draft.info[bench.LENGTH]):
            if program[position] == name and program[position - 2] == _FOR:
                part[size] = _INT
                size += 1
                found = True
            part[size] = program[position]
            size += 1
        if found:
            propose(draft, start, draft.info[bench.LENGTH], part, size)
        return
    if draft.statements[statement, bench.KIND] != bench.FOR:
        return
    closing = draft.match[start + 1]
    at = loop_variable(program, start)
    variable = program[at]
    if program[closing - 1] == variable:  # `++v` is `v++`
        part[0], part[1] = variable, program[closing - 2]
        propose(draft, closing - 2, closing, part, 2)
    for high in range(num_cells):
        for low in range(high + 1):
            _propose_limits(draft, at, closing, low, _LESS_EQ, high)
    if program[closing - 1] == _DEC or program[closing - 2] == _DEC:
        for high in range(num_cells):
            for low in range(high + 1):
                _propose_limits(draft, at, closing, high, _MORE_EQ, low)


@njit(cache=True, nogil=True)
def _propose_limits(draft: Draft, at: int, closing: int, first: int, relation: int, last: int) -> None:
    size = _write_limits(draft.part, 0, draft.program[at], first, relation, last)
    propose(draft, at + 2, closing, draft.part, size)


@njit(cache=True, nogil=True)
def _write_limits(out: IntArray, size: int, variable: int, first: int, relation: int, last: int) -> int:
    """Append the head of a loop from its first value on, without `)`; returns the new size."""
    out[size], out[size + 1] = FIRST_INT + first, _SEMICOLON
    out[size + 2], out[size + 3], out[size + 4] = variable, relation, FIRST_INT + last
    out[size + 5], out[size + 6], out[size + 7] = _SEMICOLON, variable, _INC if relation == _LESS_EQ else _DEC
    return size + 8


@njit(cache=True, nogil=True)
def absorb(draft: Draft, statement: int) -> None:
    """Change the limits of a loop, and drop the statement before or after it, or the `if` around its body."""
    if draft.statements[statement, bench.KIND] != bench.FOR:
        return
    program, part, num_cells = draft.program, draft.part, draft.info[bench.NUM_CELLS]
    start, end, _ = span(draft, statement)
    at, closing = loop_variable(program, start), draft.match[start + 1]
    _, _, step = _constant_range(program, start, closing)
    if step == 0:
        return
    before, after, inner = start, end, -1
    for other in range(draft.info[bench.NUM_STATEMENTS]):
        from_, to, kind = span(draft, other)
        if to == start and kind == bench.ASSIGN:
            before = from_
        elif from_ == end:
            after = to
        elif from_ == closing + 2 and to == end - 1 and kind == bench.IF:
            inner = from_
    for high in range(num_cells):
        for low in range(high + 1):
            for way in range(3):
                from_, to = (before, end) if way == 0 else (start, after) if way == 1 else (start, end)
                if (way < 2 and to - from_ == end - start) or (way == 2 and inner < 0):
                    continue
                size = copy_part(program, start, at + 2, part, 0)
                if step > 0:
                    size = _write_limits(part, size, program[at], low, _LESS_EQ, high)
                else:
                    size = _write_limits(part, size, program[at], high, _MORE_EQ, low)
                if way < 2:
                    size = copy_part(program, closing, end, part, size)
                else:
                    size = copy_part(program, closing, closing + 2, part, size)
                    opened = draft.match[inner + 1] + 1
                    size = copy_part(program, opened + 1, draft.match[opened], part, size)
                    size = copy_part(program, end - 1, end, part, size)
                propose(draft, from_, to, part, size)


@njit(cache=True, nogil=True)
def roll(draft: Draft, statement: int) -> None:
    """Propose a loop in place of three or more statements that do the same to successive cells."""
    if draft.statements[statement, bench.KIND] != bench.ASSIGN:
        return
    program, part = draft.program, draft.part
    start, end, _ = span(draft, statement)
    opened = start + 2 if program[start] == _A else start + 3  # `a[k] ...` or `++a[k]`
    first = int(program[opened]) - FIRST_INT
    if program[opened - 1] != _OPEN_INDEX or first < 0:
        return
    variable = _unused_name(draft)
    last = statement
    for turn in range(1, draft.info[bench.NUM_CELLS] - first):
        last = sibling(draft, last)
        if last < 0 or variable < 0:
            return
        if turn < 2:
            continue
        part[0], part[1], part[2], part[3], part[4] = _FOR, _OPEN, _INT, variable, _SET
        size = _write_limits(part, 5, variable, first, _LESS_EQ, first + turn)
        part[size], part[size + 1] = _CLOSE, _BEGIN
        size += 2
        for position in range(start, end):
            is_index = program[position - 1] == _OPEN_INDEX and program[position] == program[opened]
            part[size] = variable if is_index else program[position]
            size += 1
        part[size] = _END
        propose(draft, start, draft.statements[last, bench.END], part, size + 1)


@njit(cache=True, nogil=True)
def _unused_name(draft: Draft) -> int:
    """The token of a name that the program does not use, or -1."""
    used = 0
    for position in range(draft.info[bench.LENGTH]):
        name = draft.program[position] - FIRST_NAME
        if 0 <= name < NUM_NAMES:
            used |= 1 << name
    for name in range(NUM_NAMES):
        if not (used >> name) & 1:
            return FIRST_NAME + name
    return -1
