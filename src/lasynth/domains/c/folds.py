"""Edits on expressions: replace and drop operands, write sums in their shortest form.

As in `edits`, every function proposes edits of one statement.
"""

from __future__ import annotations

from lasynth.compiled import njit
from lasynth.domains.c import bench
from lasynth.domains.c.bench import Draft, propose, span
from lasynth.domains.c.grammar import FIRST_INT, FIRST_NAME, token_of
from lasynth.domains.c.linear import (
    CONSTANT,
    NAME_TERM,
    NEGATIVE,
    POSITIVE,
    TARGET,
    SumArray,
    add_term,
    count_of,
    read_assignment,
    remove_term,
    write_assignment,
    write_number,
)

_INT, _OPEN_INDEX, _A, _MINUS = token_of("int"), token_of("["), token_of("a"), token_of("-")
_BEFORE_OPERAND = (
    *(token_of("="), token_of("+="), token_of("-="), token_of("+"), _MINUS, token_of("(")),
    *(token_of("!"), token_of("&&"), token_of("||")),
    *(token_of("<"), token_of("<="), token_of(">"), token_of(">="), token_of("=="), token_of("!=")),
)


@njit(cache=True, nogil=True)
def _propose_assignment(draft: Draft, statement: int, total: SumArray) -> None:
    start, end, _ = span(draft, statement)
    propose(draft, start, end, draft.part, write_assignment(total, draft.part, 0))


@njit(cache=True, nogil=True)
def fold_assignment(draft: Draft, statement: int, max_constant: int) -> None:
    """Write an assignment in its shortest form, with fewer or simpler operands."""
    if draft.statements[statement, bench.KIND] != bench.ASSIGN:
        return
    total, edited = draft.sums[0], draft.sums[1]
    start, end, _ = span(draft, statement)
    if not read_assignment(draft.program, start, end, total):
        return
    edited[:] = total
    _propose_assignment(draft, statement, edited)
    target, num_terms, number = total[TARGET], total[1] + total[2], total[CONSTANT]
    # Replace the whole value: a number, the old value plus or minus one, a cell.
    edited[:] = 0
    edited[TARGET] = target
    for constant in range(-max_constant, max_constant + 1):
        edited[CONSTANT] = constant
        _propose_assignment(draft, statement, edited)
    add_term(edited, 1, target)
    for constant in range(-1, 2, 2):
        edited[CONSTANT] = constant
        _propose_assignment(draft, statement, edited)
    if num_terms > 1 or number != 0:
        for cell in range(draft.info[bench.NUM_CELLS]):
            edited[:] = 0
            edited[TARGET] = target
            add_term(edited, 1, cell)
            _propose_assignment(draft, statement, edited)
    # The old value and one of the operands.
    if num_terms + (number != 0) == 2 and count_of(total, 1, target) == 0:
        for position in range(total[1] + total[2]):
            for sign in range(1, -2, -2):
                edited[:] = 0
                edited[TARGET] = target
                add_term(edited, 1, target)
                from_negative = position >= total[1]
                add_term(edited, sign, total[(NEGATIVE - total[1] if from_negative else POSITIVE) + position])
                _propose_assignment(draft, statement, edited)
    # Move its number towards zero.
    for size in range(min(abs(number), 2 * max_constant + 1)):
        for sign in range(-1, 2, 2):
            edited[:] = total
            edited[CONSTANT] = sign * size
            _propose_assignment(draft, statement, edited)
    # A number, a cell or a variable in place of one operand.
    for side in range(2):
        sign = 1 - 2 * side
        for position in range(total[1 + side]):
            term = total[(POSITIVE if side == 0 else NEGATIVE) + position]
            for constant in range(-max_constant, max_constant + 1):
                edited[:] = total
                remove_term(edited, sign, term)
                edited[CONSTANT] += constant
                _propose_assignment(draft, statement, edited)
            for cell in range(min(term, draft.info[bench.NUM_CELLS])):
                edited[:] = total
                remove_term(edited, sign, term)
                add_term(edited, sign, cell)
                _propose_assignment(draft, statement, edited)
            for other in range(draft.info[bench.NUM_STATEMENTS]):
                if draft.statements[other, bench.KIND] != bench.DECLARE:
                    break
                edited[:] = total
                remove_term(edited, sign, term)
                name = draft.program[draft.statements[other, bench.START] + 1]
                add_term(edited, sign, NAME_TERM + name - FIRST_NAME)
                _propose_assignment(draft, statement, edited)


@njit(cache=True, nogil=True)
def _head_end(draft: Draft, statement: int) -> int:
    """The end of a statement without its blocks."""
    kind = draft.statements[statement, bench.KIND]
    if kind == bench.IF or kind == bench.FOR:
        return draft.match[draft.statements[statement, bench.START] + 1] + 1
    return draft.statements[statement, bench.END]


@njit(cache=True, nogil=True)
def fold_operands(draft: Draft, statement: int, max_constant: int) -> None:
    """Replace indices, limits and operands of conditions by numbers, lower cells and other names."""
    program, spare = draft.program, draft.spare
    kind = draft.statements[statement, bench.KIND]
    if kind == bench.DECLARE:
        return
    for position in range(draft.statements[statement, bench.START] + 1, _head_end(draft, statement)):
        token, before = program[position], program[position - 1]
        is_index = before == _OPEN_INDEX
        if kind == bench.ASSIGN and not is_index:
            continue  # `fold_assignment` covers it
        if FIRST_NAME <= token < FIRST_INT:
            if before == _INT:
                continue
            for constant in range(
                min(max_constant + 1, draft.info[bench.NUM_CELLS]) if is_index else max_constant + 1
            ):
                spare[0] = FIRST_INT + constant
                propose(draft, position, position + 1, spare, 1)
            _propose_names(draft, position, position + 1)
        elif token >= FIRST_INT:
            for constant in range(min(token - FIRST_INT, max_constant + 1)):
                spare[0] = FIRST_INT + constant
                propose(draft, position, position + 1, spare, 1)
        elif token == _MINUS and before in _BEFORE_OPERAND:  # a negative number
            for constant in range(max_constant + 1):
                propose(draft, position, position + 2, spare, write_number(constant, spare, 0))
                propose(draft, position, position + 2, spare, write_number(-constant, spare, 0))
        elif token == _A and before in _BEFORE_OPERAND:
            for constant in range(max_constant + 1):
                propose(draft, position, position + 4, spare, write_number(constant, spare, 0))
                propose(draft, position, position + 4, spare, write_number(-constant, spare, 0))
            _propose_names(draft, position, position + 4)


@njit(cache=True, nogil=True)
def _propose_names(draft: Draft, start: int, end: int) -> None:
    for other in range(draft.info[bench.NUM_STATEMENTS]):
        if draft.statements[other, bench.KIND] != bench.DECLARE:
            break
        draft.spare[0] = draft.program[draft.statements[other, bench.START] + 1]
        if draft.spare[0] != draft.program[start]:
            propose(draft, start, end, draft.spare, 1)
