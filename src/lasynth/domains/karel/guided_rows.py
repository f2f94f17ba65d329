"""The compiled core of `lasynth.domains.karel.guided`: rows of partial programs with their worlds.

A row is a parser's stack, the instructions so far (as in `lasynth.domains.karel.compile`, so that loops can
be run) and, for each open statement, what each example does in it.

Shapes: R rows, K examples, W `WORLD_SIZE`, C instructions.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lasynth.automaton import MAX_ACTIONS, shift
from lasynth.compiled import njit
from lasynth.domains.base import Status
from lasynth.domains.karel import compile as ins
from lasynth.domains.karel.compile import STACK_SIZE
from lasynth.domains.karel.grammar import (
    ACTIONS,
    EOS,
    FIRST_ACTION,
    FIRST_CONDITION,
    FIRST_TIMES,
    GRAMMAR,
    MAX_DEPTH,
    NUM_TOKENS,
    TERMINAL_OF_TOKEN,
)
from lasynth.domains.karel.machine import MAX_TICKS, holds, new_counters, perform, run_code
from lasynth.domains.karel.world import CRASHED, MAX_MARKERS, WORLD_SIZE, WorldArray
from lasynth.grammar import IntArray

__all__ = ["Rows", "Work", "new_rows", "new_work", "reset", "room_for_more", "see", "take", "with_room"]

BoolArray = npt.NDArray[np.bool_]

_RHS, _RHS_START, _PREDICT = GRAMMAR.tables.rhs, GRAMMAR.tables.rhs_start, GRAMMAR.tables.predict
_START = GRAMMAR.tables.start
_ACT, _TEST, _NEGATED = (ACTIONS.index(name) for name in ("act", "test", "negated"))
_WHILE, _REPEAT, _IF, _ELSE = (ACTIONS.index(name) for name in ("while", "repeat", "if", "else"))
_END_IF, _END_WHILE, _END_REPEAT = (ACTIONS.index(name) for name in ("end_if", "end_while", "end_repeat"))
_OK = int(Status.OK)
# The numbers of a row: size of the parser's stack, instructions, open statements, current condition.
_SIZE, _CODE, _DEPTH, _CONDITION = range(4)
# What an example does in an open statement: it does not reach it, enters it, or skips it or takes the `ELSE`.
_ABSENT, _INSIDE, _OUTSIDE = range(3)


class Rows(NamedTuple):
    """The arrays of the rows; index r of each belongs to row r."""

    stacks: IntArray  # [R, STACK_SIZE] of the parser
    numbers: IntArray  # [R, 4]
    codes: IntArray  # [R, 2, C] instructions, as `compile_tokens` writes them; the first is a jump
    opened: IntArray  # [R, MAX_DEPTH, 2] the first instruction of an open statement, its condition or count
    branches: npt.NDArray[np.uint8]  # [R, MAX_DEPTH, K] `_ABSENT`, `_INSIDE` or `_OUTSIDE`
    worlds: WorldArray  # [R, K, W]
    ticks: IntArray  # [R, K] ticks left
    active: BoolArray  # [R, K] the examples that the next token is executed on
    changed: BoolArray  # [R, K] whether the last token changed the world


class Work(NamedTuple):
    """Work arrays of the compiled functions."""

    actions: IntArray
    counters: IntArray
    before: WorldArray


def new_rows(num_rows: int, num_examples: int, room: int) -> Rows:
    """Room for rows of up to `room` instructions; `reset` begins a row."""
    return Rows(
        np.zeros((num_rows, STACK_SIZE), dtype=np.int32),
        np.zeros((num_rows, 4), dtype=np.int32),
        np.zeros((num_rows, 2, room), dtype=np.int32),
        np.zeros((num_rows, MAX_DEPTH, 2), dtype=np.int32),
        np.zeros((num_rows, MAX_DEPTH, num_examples), dtype=np.uint8),
        np.zeros((num_rows, num_examples, WORLD_SIZE), dtype=np.uint8),
        np.zeros((num_rows, num_examples), dtype=np.int32),
        np.zeros((num_rows, num_examples), dtype=np.bool_),
        np.zeros((num_rows, num_examples), dtype=np.bool_),
    )


def room_for_more(s: Rows) -> int:
    """The room needed by one more token: two instructions, and a HALT after the last one."""
    room = s.codes.shape[2]
    needed = int(s.numbers[:, _CODE].max(initial=0)) + 3
    return room if needed <= room else 2 * room


def with_room(s: Rows, room: int) -> Rows:
    """The rows with room for so many instructions, at least as many as now."""
    before = s.codes.shape[2]
    if room == before:
        return s
    codes = np.zeros((len(s.codes), 2, room), dtype=np.int32)
    codes[:, :, :before] = s.codes
    return s._replace(codes=codes)


def new_work() -> Work:
    """Work arrays for `take`; their content between calls does not matter."""
    return Work(
        np.zeros(MAX_ACTIONS, dtype=np.int32),
        new_counters(),
        np.zeros(WORLD_SIZE, dtype=np.uint8),
    )


@njit(cache=True, nogil=True)
def reset(s: Rows, row: int, worlds_KW: WorldArray) -> None:
    """Begin a program in given worlds."""
    s.stacks[row, 0] = _START
    s.numbers[row, _SIZE] = 1
    s.numbers[row, _CODE] = 1  # runs start at instruction 0, a jump to the loop to continue
    s.numbers[row, _DEPTH] = 0
    s.numbers[row, _CONDITION] = 0
    s.worlds[row] = worlds_KW
    s.ticks[row] = MAX_TICKS
    for example in range(len(worlds_KW)):
        s.active[row, example] = worlds_KW[example, CRASHED] == 0
    s.changed[row] = False


@njit(cache=True, nogil=True)
def _write(s: Rows, row: int, word: int) -> None:
    s.codes[row, 0, s.numbers[row, _CODE]] = word
    s.numbers[row, _CODE] += 1


@njit(cache=True, nogil=True)
def _spend(s: Rows, row: int, example: int) -> bool:
    """Use a tick; False where none was left, which counts as a crash."""
    s.ticks[row, example] -= 1
    if s.ticks[row, example] >= 0:
        return True
    s.worlds[row, example, CRASHED] = 1
    s.changed[row, example] = True
    s.active[row, example] = False
    return False


@njit(cache=True, nogil=True)
def _act(s: Rows, row: int, action: int) -> None:
    for example in range(s.active.shape[1]):
        if s.active[row, example] and _spend(s, row, example):
            s.changed[row, example] = True
            if not perform(s.worlds[row, example], action, MAX_MARKERS):
                s.worlds[row, example, CRASHED] = 1
                s.active[row, example] = False


@njit(cache=True, nogil=True)
def _enter(s: Rows, row: int, kind: int, argument: int) -> bool:
    """Begin a block: only the examples that enter it stay active. False where the nesting is too deep."""
    depth = s.numbers[row, _DEPTH]
    if depth == MAX_DEPTH:
        return False
    s.numbers[row, _DEPTH] += 1
    s.opened[row, depth, 0] = s.numbers[row, _CODE]
    s.opened[row, depth, 1] = argument
    if kind == _IF:
        _write(s, row, ins.SKIP | argument << 4)
    elif kind == _WHILE:
        _write(s, row, ins.JUMP)
    else:
        _write(s, row, ins.COUNT | argument << 4 | depth << ins.COUNTER_SHIFT)
    for example in range(s.active.shape[1]):
        s.branches[row, depth, example] = _ABSENT
        if not s.active[row, example]:
            continue
        if kind == _REPEAT:
            inside = argument > 0
            if inside and not _spend(s, row, example):
                continue
        else:
            if not _spend(s, row, example):
                continue
            world = s.worlds[row, example]
            inside = holds(world, argument & 7) != (argument & ins.NEGATED != 0)
        s.branches[row, depth, example] = _INSIDE if inside else _OUTSIDE
        s.active[row, example] = inside
    return True


@njit(cache=True, nogil=True)
def _otherwise(s: Rows, row: int) -> None:
    """Begin the `ELSE` block: the examples that did not enter the first block become active."""
    depth = s.numbers[row, _DEPTH] - 1
    size = s.numbers[row, _CODE]
    s.codes[row, 0, s.opened[row, depth, 0]] |= (size + 1) << ins.TARGET_SHIFT
    s.opened[row, depth, 0] = size
    _write(s, row, ins.JUMP)
    for example in range(s.active.shape[1]):
        s.active[row, example] = s.branches[row, depth, example] == _OUTSIDE


@njit(cache=True, nogil=True)
def _go_on(s: Rows, work: Work, row: int, example: int, start: int) -> None:
    """Run the code from `start` to its end, with the world and the ticks of an example."""
    code, world = s.codes[row], s.worlds[row, example]
    code[0, 0] = ins.JUMP | start << ins.TARGET_SHIFT
    code[0, s.numbers[row, _CODE]] = ins.HALT
    work.before[:] = world
    status = run_code(code, world, work.counters, s.ticks[row, example], MAX_MARKERS, True, None)
    s.ticks[row, example] = work.counters[MAX_DEPTH]
    s.active[row, example] = status == _OK
    for place in range(len(world)):
        if world[place] != work.before[place]:
            s.changed[row, example] = True
            break


@njit(cache=True, nogil=True)
def _leave(s: Rows, work: Work, row: int, kind: int) -> None:
    """End a statement with blocks: a loop runs to its end; the examples active before it are active again."""
    depth = s.numbers[row, _DEPTH] - 1
    s.numbers[row, _DEPTH] = depth
    start, argument = s.opened[row, depth, 0], s.opened[row, depth, 1]
    again = s.numbers[row, _CODE]
    if kind == _END_WHILE:
        _write(s, row, ins.LOOP | argument << 4 | (start + 1) << ins.TARGET_SHIFT)
    elif kind == _END_REPEAT:
        _write(s, row, ins.NEXT | depth << ins.COUNTER_SHIFT | (start + 1) << ins.TARGET_SHIFT)
    # A branch jumps past its block, a loop to its condition.
    s.codes[row, 0, start] |= again << ins.TARGET_SHIFT
    for example in range(s.active.shape[1]):
        if kind != _END_IF and s.active[row, example]:
            work.counters[depth] = argument - 1
            _go_on(s, work, row, example, again)
        was_there = s.branches[row, depth, example] != _ABSENT
        s.active[row, example] = was_there and s.worlds[row, example, CRASHED] == 0


@njit(cache=True, nogil=True)
def take(s: Rows, work: Work, row: int, token: int) -> bool:
    """Append a token to a row; False where it does not fit (the row is unusable afterwards)."""
    numbers = s.numbers[row]
    s.changed[row] = False
    if numbers[_SIZE] == 0:
        return token == EOS
    if token < 0 or token >= NUM_TOKENS or TERMINAL_OF_TOKEN[token] < 0:
        return False
    terminal = TERMINAL_OF_TOKEN[token]
    actions = work.actions
    size, _, _, total = shift(_RHS, _RHS_START, _PREDICT, s.stacks[row], numbers[_SIZE], terminal, actions)
    if size < 0:
        return False
    numbers[_SIZE] = size
    for number in range(total):
        action = actions[number]
        if action == _ACT:
            _write(s, row, ins.ACT | (token - FIRST_ACTION) << 4)
            _act(s, row, token - FIRST_ACTION)
        elif action == _TEST:
            numbers[_CONDITION] = token - FIRST_CONDITION
        elif action == _NEGATED:
            numbers[_CONDITION] += ins.NEGATED
        elif action == _IF or action == _WHILE or action == _REPEAT:
            argument = token - FIRST_TIMES if action == _REPEAT else numbers[_CONDITION]
            if not _enter(s, row, action, argument):
                return False
        elif action == _ELSE:
            _otherwise(s, row)
        elif action == _END_IF or action == _END_WHILE or action == _END_REPEAT:
            _leave(s, work, row, action)
    return True


@njit(cache=True, nogil=True)
def see(s: Rows, row: int, seen_K: BoolArray) -> None:
    """Fill in the examples to show: the active ones, else those that have not crashed, else all."""
    seen_K[:] = s.active[row]
    if not seen_K.any():
        seen_K[:] = s.worlds[row, :, CRASHED] == 0
        if not seen_K.any():
            seen_K[:] = True
