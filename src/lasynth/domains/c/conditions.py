"""Edits on conditions: drop tests, reorder them, write them in their usual form, swap branches.

A test is read as the comparison of a sum with zero (`linear`), so `!(1 >= a[0])` and `a[0] - 1 > 0`
are the same test and can be written in the same few forms.
"""

from __future__ import annotations

from typing import Final

from lasynth.compiled import njit
from lasynth.domains.c import bench
from lasynth.domains.c.bench import Draft, copy_part, propose, sibling, span
from lasynth.domains.c.grammar import token_of
from lasynth.domains.c.linear import (
    CONSTANT,
    NEGATIVE,
    POSITIVE,
    SumArray,
    add_term,
    read_expression,
    remove_term,
    write_expression,
)
from lasynth.grammar import IntArray

_NUM_FORMS: Final = 8
_OPEN, _CLOSE, _ELSE = token_of("("), token_of(")"), token_of("else")
_AND, _OR, _NOT = token_of("&&"), token_of("||"), token_of("!")
_LESS, _LESS_EQ, _MORE, _MORE_EQ = token_of("<"), token_of("<="), token_of(">"), token_of(">=")
_EQUAL, _UNEQUAL = token_of("=="), token_of("!=")
_CONTINUE, _BEGIN, _END = token_of("continue"), token_of("{"), token_of("}")
_RELATIONS = (_LESS, _LESS_EQ, _MORE, _MORE_EQ, _EQUAL, _UNEQUAL)


@njit(cache=True, nogil=True)
def _test_end(program: IntArray, position: int, end: int) -> int:
    """Where the test that begins at a position ends: at `&&`, `||` or the end of the condition."""
    while position < end and program[position] != _AND and program[position] != _OR:
        position += 1
    return position


@njit(cache=True, nogil=True)
def fold_condition(draft: Draft, statement: int) -> None:
    """Drop, swap and rewrite the tests of an `if`, and negate it."""
    if draft.statements[statement, bench.KIND] != bench.IF:
        return
    program, part = draft.program, draft.part
    start, end, _ = span(draft, statement)
    opened, closed = start + 1, draft.match[start + 1]
    position = opened + 1
    while position < closed:
        stop = _test_end(program, position, closed)
        if stop < closed:
            propose(draft, position, stop + 1, part, 0)
        if position > opened + 1:
            propose(draft, position - 1, stop, part, 0)
        _fold_test(draft, position, stop)
        other = stop + 1
        while other < closed:  # swapped with a later one
            other_stop = _test_end(program, other, closed)
            size = copy_part(program, other, other_stop, part, 0)
            size = copy_part(program, stop, other, part, size)
            size = copy_part(program, position, stop, part, size)
            propose(draft, position, other_stop, part, size)
            other = other_stop + 1
        position = stop + 1
    _turn_round(draft, statement, start, end, closed)


@njit(cache=True, nogil=True)
def _turn_round(draft: Draft, statement: int, start: int, end: int, closed: int) -> None:
    """Negate the condition: with the branches swapped, or with the second branch alone."""
    program, part = draft.program, draft.part
    then = closed + 1
    then_end = draft.match[then] + 1
    has_else = then_end < end
    following = sibling(draft, statement)
    if not has_else and following < 0:
        return
    skips = program[then + 1] == _CONTINUE
    for form in range(_NUM_FORMS):
        size = 0
        position = start + 2
        while position < closed and size >= 0:
            stop = _test_end(program, position, closed)
            relation = _read_test(draft, position, stop, draft.sums[0])
            size = _write_test(draft.sums[0], _opposite(relation), form, draft.sums[1], part, size)
            if size >= 0 and stop < closed:
                part[size] = _OR if program[stop] == _AND else _AND
                size += 1
            position = stop + 1
        if size < 0:
            continue
        part[size] = _CLOSE
        size += 1
        if has_else:
            size = copy_part(program, then_end + 1, end, part, size)
            propose(draft, start + 2, end, part, size)
            part[size] = _ELSE
            size = copy_part(program, then, then_end, part, size + 1)
            propose(draft, start + 2, end, part, size)
        else:  # if (c) { continue; } S is if (!c) { S }; the same for if (c) { x--; } x++;
            last = following
            while skips and sibling(draft, last) >= 0:
                last = sibling(draft, last)
            part[size] = _BEGIN
            size = copy_part(program, end, draft.statements[last, bench.END], part, size + 1)
            part[size] = _END
            propose(draft, start + 2, draft.statements[last, bench.END], part, size + 1)


@njit(cache=True, nogil=True)
def _read_test(draft: Draft, start: int, end: int, total: SumArray) -> int:
    """A test as the comparison of a sum with zero: its relation (a token), or -1; `!` is resolved."""
    program = draft.program
    total[:] = 0
    negated = program[start] == _NOT
    if negated:
        start += 1
        if program[start] == _OPEN and draft.match[start] == end - 1:
            start += 1
            end -= 1
    at = start
    while at < end and program[at] not in _RELATIONS:
        at += 1
    relation = _UNEQUAL
    if not read_expression(program, start, at, 1, total):
        return -1
    if at < end:
        relation = int(program[at])
        if not read_expression(program, at + 1, end, -1, total):
            return -1
    return _opposite(relation) if negated else relation


@njit(cache=True, nogil=True)
def _opposite(relation: int) -> int:
    """The negation of a relation; -1 stays -1."""
    if relation == _LESS:
        return _MORE_EQ
    if relation == _LESS_EQ:
        return _MORE
    if relation == _MORE:
        return _LESS_EQ
    if relation == _MORE_EQ:
        return _LESS
    if relation == _EQUAL:
        return _UNEQUAL
    return _EQUAL if relation == _UNEQUAL else -1


@njit(cache=True, nogil=True)
def _mirrored(relation: int) -> int:
    """The relation after the two sides are exchanged."""
    if relation == _LESS:
        return _MORE
    if relation == _LESS_EQ:
        return _MORE_EQ
    if relation == _MORE:
        return _LESS
    return _LESS_EQ if relation == _MORE_EQ else relation


@njit(cache=True, nogil=True)
def _write_test(total: SumArray, relation: int, form: int, side: SumArray, out: IntArray, size: int) -> int:
    """Append a test in one of its forms; returns the new size, or -1 where it has no such form.

    Bit 0 of the form: the negative terms are on the left. Bit 1: the number is on the left, else on the
    right. Bit 2: the other of the strict and non-strict relations; for (in)equality the bare or `!` form.
    """
    if total[1] + total[2] == 0 or relation < 0:
        return -1
    sign = -1 if form & 1 else 1
    if sign < 0:
        relation = _mirrored(relation)
    constant = sign * total[CONSTANT]
    num_left, num_right = (total[1], total[2]) if sign > 0 else (total[2], total[1])
    left, right = (POSITIVE, NEGATIVE) if sign > 0 else (NEGATIVE, POSITIVE)
    if form & 4:
        if relation == _MORE_EQ:
            relation, constant = _MORE, constant + 1
        elif relation == _LESS_EQ:
            relation, constant = _LESS, constant - 1
        elif relation == _MORE:
            relation, constant = _MORE_EQ, constant - 1
        elif relation == _LESS:
            relation, constant = _LESS_EQ, constant + 1
        else:
            if num_left != 1 or num_right != 0 or constant != 0:
                return -1
            if relation == _EQUAL:
                out[size] = _NOT
                size += 1
            side[:] = 0
            add_term(side, 1, total[left])
            return write_expression(side, 1, out, size)
    on_left = form & 2
    side[:] = 0
    for position in range(num_left):
        add_term(side, 1, total[left + position])
    side[CONSTANT] = constant if on_left else 0
    size = write_expression(side, 1, out, size)
    if size < 0:
        return -1
    out[size] = relation
    side[:] = 0
    for position in range(num_right):
        add_term(side, 1, total[right + position])
    side[CONSTANT] = 0 if on_left else -constant
    return write_expression(side, 1, out, size + 1)


@njit(cache=True, nogil=True)
def _propose_forms(draft: Draft, start: int, end: int, total: SumArray, relation: int) -> None:
    for form in range(_NUM_FORMS):
        size = _write_test(total, relation, form, draft.sums[1], draft.part, 0)
        propose(draft, start, end, draft.part, size)


@njit(cache=True, nogil=True)
def _fold_test(draft: Draft, start: int, end: int) -> None:
    """Propose the forms of a test, of the test without `!` or without an operand, and other relations."""
    total, edited = draft.sums[0], draft.sums[2]
    relation = _read_test(draft, start, end, total)
    _propose_forms(draft, start, end, total, relation)
    if draft.program[start] == _NOT:
        _propose_forms(draft, start, end, total, _opposite(relation))
    for position in range(start + 1, end):
        if draft.program[position] in _RELATIONS:
            for other in _RELATIONS:
                draft.spare[0] = other
                propose(draft, position, position + 1, draft.spare, 1)
    for side in range(2):
        sign = 1 - 2 * side
        for position in range(total[1 + side]):
            edited[:] = total
            remove_term(edited, sign, total[(POSITIVE if side == 0 else NEGATIVE) + position])
            _propose_forms(draft, start, end, edited, relation)
