"""The state of a simplification: the current form of the program, proposed edits, and their judge.

Edits (`edits`, `folds`) only propose: a record in a queue says which tokens replace which.
`settle` tries the proposals in order and takes the first that makes the program simpler
(`canonical.is_simpler`) and keeps its results on the probes on which the given program runs without an error.
So an edit need not know what is safe, and the machine is called from one place.

A few probes are enough to distinguish most programs, so `settle` runs only the active ones. At the end
`agrees` runs all of them and activates those that find a difference.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.c.canonical import NAMES_SIZE, is_simpler, normalise
from lasynth.domains.c.compile import CodeArray, compile_tokens, new_code, new_memory, new_work
from lasynth.domains.c.grammar import EOS, token_of
from lasynth.domains.c.linear import SUM_SIZE, SumArray
from lasynth.domains.c.machine import MAX_STEPS, run_code
from lasynth.grammar import IntArray

IndexArray = npt.NDArray[np.int64]

DECLARE, ASSIGN, FOR, IF, JUMP = range(5)  # kinds of statement
START, END, KIND = range(3)  # columns of `Draft.statements`
LENGTH, NUM_STATEMENTS, QUEUED, NUM_CELLS, NUM_ACTIVE = range(5)  # places in `Draft.info`
NUM_ACTIVE_FIRST: Final = 96  # probes that may be active from the beginning
_NUM_REJECTED = 4096  # a power of two
_MAX_FOUND = 8  # probes activated at a time
_GROWTH: Final = 5  # a piece under construction is at most this many times as long as the program

_HASH_START, _HASH_FACTOR = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_HASH_SHIFT, _HASH_ONE, _REJECTED_MASK = np.uint64(29), np.uint64(1), np.uint64(2 * (_NUM_REJECTED - 1))
_T_INT, _T_FOR, _T_IF, _T_ELSE = token_of("int"), token_of("for"), token_of("if"), token_of("else")
_T_BREAK, _T_CONTINUE, _T_SEMICOLON = token_of("break"), token_of("continue"), token_of(";")
_OPENING = (token_of("("), token_of("["), token_of("{"))
_CLOSING = (token_of(")"), token_of("]"), token_of("}"))
_T_END = token_of("}")


class Draft(NamedTuple):
    """A program that is being simplified; T is the room for it.

    Attributes:
        program: `[T]` the current form, with canonical names, ended by EOS.
        match: `[T]` the position of the closing bracket of each opening one.
        statements: `[S, 3]` start, end and kind of each, in order of their first token; nested ones
            included.
        info: length of the program, number of statements, used part of the queue, length of the lists,
            number of active probes.
        queue: proposals, each `start, end, size, tokens ...`.
        part: `[5 T]` room for a piece of program.
        spare: `[16]` room for an operand.
        sums: `[3, ...]` room for sums.
    """

    program: IntArray
    match: IndexArray
    statements: IndexArray
    info: IndexArray
    queue: IntArray
    part: IntArray
    spare: IntArray
    sums: SumArray


class Judge(NamedTuple):
    """Decides whether a proposal is good; holds the probes and the arrays for running candidates.

    Attributes:
        given: `[5 T]` the program before the edits, with canonical names.
        candidate, normal: `[5 T]` the edited program, as it is and with canonical names.
        names: work array of `normalise`.
        probes, expected: `[K, N]` inputs, and the outputs of the given program.
        counts: `[K]` whether the given program runs on a probe without an error.
        active: `[K]` numbers of the active probes; those that found a difference most recently come first.
        rejected: `[...]` hashes of candidates that gave other results; they are not run again.
        cells, code, work, memory: for the machine.
    """

    given: IntArray
    candidate: IntArray
    normal: IntArray
    names: IntArray
    probes: IntArray
    expected: IntArray
    counts: npt.NDArray[np.bool_]
    active: IndexArray
    rejected: npt.NDArray[np.uint64]
    cells: IntArray
    code: CodeArray
    work: IntArray
    memory: npt.NDArray[np.int64]


def new_draft(num_tokens: int, num_cells: int) -> Draft:
    """Room for programs of up to `num_tokens` tokens, EOS included."""
    room = num_tokens + 16
    info = np.zeros(5, dtype=np.int64)
    info[NUM_CELLS] = num_cells
    return Draft(
        program=np.zeros(room, dtype=np.int32),
        match=np.zeros(room, dtype=np.int64),
        statements=np.zeros((room, 3), dtype=np.int64),
        info=info,
        queue=np.zeros(64 * room + 4096, dtype=np.int32),
        part=np.zeros(_GROWTH * room, dtype=np.int32),
        spare=np.zeros(16, dtype=np.int32),
        sums=np.zeros((3, SUM_SIZE), dtype=np.int64),
    )


def new_judge(num_tokens: int, probes_KN: IntArray) -> Judge:
    """A judge for programs of up to `num_tokens` tokens, with these probes."""
    wide = _GROWTH * (num_tokens + 16)
    return Judge(
        given=np.zeros(wide, dtype=np.int32),
        candidate=np.zeros(wide, dtype=np.int32),
        normal=np.zeros(wide, dtype=np.int32),
        names=np.zeros(NAMES_SIZE, dtype=np.int32),
        probes=probes_KN,
        expected=np.zeros_like(probes_KN),
        counts=np.zeros(len(probes_KN), dtype=np.bool_),
        active=np.zeros(len(probes_KN), dtype=np.int64),
        rejected=np.zeros(_NUM_REJECTED, dtype=np.uint64),
        cells=np.zeros(probes_KN.shape[1], dtype=np.int32),
        code=new_code(wide),
        work=new_work(),
        memory=new_memory(),
    )


@njit(cache=True, nogil=True)
def load(draft: Draft, judge: Judge, tokens: IntArray) -> bool:
    """Load a program and run it on the probes; False where it is invalid or fails on all of them."""
    size = 0
    while size < len(tokens) and tokens[size] != EOS:
        judge.candidate[size] = tokens[size]
        size += 1
    judge.candidate[size] = EOS
    num_cells = len(judge.cells)
    if compile_tokens(judge.candidate[: size + 1], num_cells, judge.code, judge.work) < 0:
        return False
    judge.rejected[:] = 0
    num_active, runs = 0, False
    for probe in range(len(judge.probes)):
        for cell in range(num_cells):
            judge.expected[probe, cell] = judge.probes[probe, cell]
        counts = run_code(judge.code, judge.expected[probe], judge.memory, MAX_STEPS) == 0
        judge.counts[probe] = counts
        if counts:
            runs = True
            if probe < NUM_ACTIVE_FIRST:
                judge.active[num_active] = probe
                num_active += 1
    draft.info[NUM_ACTIVE] = num_active
    if not runs or not normalise(judge.candidate, size, judge.normal, judge.names):
        return False
    _take(draft, judge.normal, size)
    return True


@njit(cache=True, nogil=True)
def reload(draft: Draft, judge: Judge, tokens: IntArray, size: int) -> None:
    """Go back to a program, given with canonical names, after `agrees` has found a difference."""
    copy_part(tokens, 0, size, judge.normal, 0)
    _take(draft, judge.normal, size)


@njit(cache=True, nogil=True)
def agrees(draft: Draft, judge: Judge) -> bool:
    """Whether the program gives the expected results on all probes; activates probes on which it does not."""
    size, num_cells = draft.info[LENGTH], len(judge.cells)
    compile_tokens(draft.program[: size + 1], num_cells, judge.code, judge.work)
    found = 0
    for probe in range(len(judge.probes)):
        if judge.counts[probe] and not _same_on(judge, probe):
            judge.active[draft.info[NUM_ACTIVE]] = probe
            draft.info[NUM_ACTIVE] += 1
            found += 1
            if found == _MAX_FOUND:
                break
    return found == 0


@njit(cache=True, nogil=True)
def _same_on(judge: Judge, probe: int) -> bool:
    """Whether the compiled program gives the expected result on a probe."""
    cells = judge.cells
    for cell in range(len(cells)):
        cells[cell] = judge.probes[probe, cell]
    if run_code(judge.code, cells, judge.memory, MAX_STEPS) != 0:
        return False
    for cell in range(len(cells)):
        if cells[cell] != judge.expected[probe, cell]:
            return False
    return True


@njit(cache=True, nogil=True)
def _take(draft: Draft, tokens: IntArray, size: int) -> None:
    """Make these tokens the current program, and find its brackets and statements."""
    program, match, statements = draft.program, draft.match, draft.statements
    draft.info[LENGTH] = size
    stack = draft.part
    depth = 0
    for position in range(size):
        token = tokens[position]
        program[position] = token
        if token in _OPENING:
            stack[depth] = position
            depth += 1
        elif token in _CLOSING:
            depth -= 1
            match[stack[depth]] = position
    program[size] = EOS
    count = 0
    position = 0
    while position < size:
        token = program[position]
        if token == _T_END:
            position += 1
            continue
        if token == _T_ELSE:
            position += 2
            continue
        statements[count, START] = position
        if token == _T_FOR or token == _T_IF:
            statements[count, KIND] = FOR if token == _T_FOR else IF
            opened = match[position + 1] + 1
            end = match[opened] + 1
            if token == _T_IF and program[end] == _T_ELSE:
                end = match[end + 1] + 1
            position = opened + 1
        else:
            if token == _T_INT:
                statements[count, KIND] = DECLARE
            else:
                statements[count, KIND] = JUMP if token == _T_BREAK or token == _T_CONTINUE else ASSIGN
            while program[position] != _T_SEMICOLON:
                position += 1
            position += 1
            end = position
        statements[count, END] = end
        count += 1
    draft.info[NUM_STATEMENTS] = count


@njit(cache=True, nogil=True)
def span(draft: Draft, statement: int) -> tuple[int, int, int]:
    """Start, end and kind of a statement."""
    row = draft.statements[statement]
    return row[START], row[END], row[KIND]


@njit(cache=True, nogil=True)
def sibling(draft: Draft, statement: int) -> int:
    """The next statement in the same block, or -1 where there is none."""
    end = draft.statements[statement, END]
    following = statement + 1
    while following < draft.info[NUM_STATEMENTS] and draft.statements[following, START] < end:
        following += 1
    if following < draft.info[NUM_STATEMENTS] and draft.statements[following, START] == end:
        return following
    return -1


@njit(cache=True, nogil=True)
def copy_part(source: IntArray, start: int, end: int, out: IntArray, size: int) -> int:
    """Append `source[start:end]` to `out`; returns the new size."""
    for position in range(start, end):
        out[size] = source[position]
        size += 1
    return size


@njit(cache=True, nogil=True)
def propose(draft: Draft, start: int, end: int, part: IntArray, size: int) -> None:
    """Propose `part[:size]` in place of the tokens `[start, end)`.

    A longer replacement cannot be simpler and is not queued; neither is a `size` of -1.
    """
    queue, used = draft.queue, draft.info[QUEUED]
    if size < 0 or size > end - start or used + size + 3 > len(queue):
        return
    queue[used], queue[used + 1], queue[used + 2] = start, end, size
    draft.info[QUEUED] = copy_part(part, 0, size, queue, used + 3)


@njit(cache=True, nogil=True)
def settle(draft: Draft, judge: Judge) -> bool:
    """Take the first good proposal and empty the queue; returns whether there was one."""
    queue, program, length = draft.queue, draft.program, draft.info[LENGTH]
    used = draft.info[QUEUED]
    draft.info[QUEUED] = 0
    record = 0
    while record < used:
        start, end, size = queue[record], queue[record + 1], queue[record + 2]
        record += 3
        total = length - (end - start) + size
        candidate = judge.candidate
        copy_part(program, 0, start, candidate, 0)
        copy_part(queue, record, record + size, candidate, start)
        copy_part(program, end, length, candidate, start + size)
        record += size
        if _is_good(draft, judge, total):
            _take(draft, judge.normal, total)
            return True
    return False


@njit(cache=True, nogil=True)
def _is_good(draft: Draft, judge: Judge, size: int) -> bool:
    """Whether the candidate is simpler and gives the same results; if so, it is in `normal`."""
    length = draft.info[LENGTH]
    candidate = judge.candidate
    candidate[size] = EOS
    if size == length:
        if not normalise(candidate, size, judge.normal, judge.names):
            return False
        if not is_simpler(judge.normal, draft.program, size):
            return False
    mark = _hash(candidate, size)
    place = (mark & _REJECTED_MASK) >> _HASH_ONE
    if judge.rejected[place] == mark:
        return False
    if not _does_the_same(draft, judge, size):
        judge.rejected[place] = mark
        return False
    return size == length or normalise(candidate, size, judge.normal, judge.names)


@njit(cache=True, nogil=True)
def _hash(tokens: IntArray, size: int) -> np.uint64:
    """A hash of a program, not 0 (FNV-1a on whole tokens)."""
    mark = _HASH_START
    for position in range(size):
        mark = (mark ^ np.uint64(tokens[position])) * _HASH_FACTOR
    return (mark ^ (mark >> _HASH_SHIFT)) | _HASH_ONE


@njit(cache=True, nogil=True)
def _does_the_same(draft: Draft, judge: Judge, size: int) -> bool:
    """Whether the candidate is a program and gives the expected results on the active probes."""
    if compile_tokens(judge.candidate[: size + 1], len(judge.cells), judge.code, judge.work) < 0:
        return False
    active = judge.active
    for place in range(draft.info[NUM_ACTIVE]):
        probe = active[place]
        if not _same_on(judge, probe):  # a probe that finds one difference is likely to find others
            for above in range(place, 0, -1):
                active[above] = active[above - 1]
            active[0] = probe
            return False
    return True
