"""The simplifier: reduces a program to a minimal one with the same behaviour.

Random programs are mostly redundant. Training on minimal equivalents, and showing them to people, needs a
form that many equivalent programs share. The simplifier tries edits (`edits`, `folds`) until none makes the
program simpler. Two programs count as the same if they give the same results on the probes, so equality
is certain only for the probes.

Shapes: P programs, T tokens, K probes or examples, N cells.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.c import conditions, edits, folds, loops
from lasynth.domains.c.bench import (
    LENGTH,
    NUM_STATEMENTS,
    Draft,
    Judge,
    agrees,
    copy_part,
    load,
    new_draft,
    new_judge,
    reload,
    settle,
)
from lasynth.domains.c.grammar import EOS
from lasynth.grammar import IntArray

__all__ = ["EDITS", "NUM_PROBES", "probes", "simplify", "simplify_counted", "simplify_one"]

BoolArray = npt.NDArray[np.bool_]

NUM_PROBES: Final = 1024
EDITS: Final = (
    *("drop", "open_block", "fold_assignment", "fold_operands", "fold_condition"),
    *("fold_head", "set_initial_value", "inline", "join", "absorb", "roll", "move"),
)
_GROUPS = (0, 2, 3, 5, 7, 11, 12)  # the first edit of each group, and the end; strong, cheap groups first
_NUM_GROUPS = len(_GROUPS) - 1
MAX_CONSTANT: Final = 4  # the largest number tried in place of an operand


def probes(num_cells: int, max_value: int, num_probes: int = NUM_PROBES) -> IntArray:
    """The lists on which programs are compared: `[K, N]`, the same for every call.

    Lists of random values in `[-max_value, max_value]`; after the first of them come some with structure:
    constant lists, ascending and descending ones, single spikes, the extremes.
    """
    rng = np.random.default_rng([num_cells, max_value])
    random = rng.integers(-max_value, max_value + 1, size=(num_probes, num_cells))
    if max_value > MAX_CONSTANT:  # in a wide range two values would almost never be equal
        random[::2] = rng.integers(-MAX_CONSTANT, MAX_CONSTANT + 1, size=random[::2].shape)
    steps = np.arange(num_cells) % (2 * max_value + 1) - max_value
    values = sorted({0, 1, -1, max_value, -max_value})
    structured = [np.full(num_cells, value) for value in values]
    structured += [steps, steps[::-1], np.abs(steps), -np.abs(steps)]
    spikes = np.eye(num_cells, dtype=np.int64)
    structured += [*spikes, *(-max_value * spikes)]
    first = min(24, num_probes)
    rows = [*random[:first], *structured, *random[first:]]
    return np.ascontiguousarray(rows[: max(num_probes, 1)], dtype=np.int32)


@njit(cache=True, nogil=True)
def _propose(draft: Draft, edit: int, statement: int) -> None:
    """Queue the proposals of one of `EDITS` for a statement."""
    if edit == 0:
        edits.drop(draft, statement)
    elif edit == 1:
        edits.open_block(draft, statement)
    elif edit == 2:
        folds.fold_assignment(draft, statement, MAX_CONSTANT)
    elif edit == 3:
        folds.fold_operands(draft, statement, MAX_CONSTANT)
    elif edit == 4:
        conditions.fold_condition(draft, statement)
    elif edit == 5:
        loops.fold_head(draft, statement)
    elif edit == 6:
        edits.set_initial_value(draft, statement)
    elif edit == 7:
        edits.inline(draft, statement)
    elif edit == 8:
        edits.join(draft, statement)
    elif edit == 9:
        loops.absorb(draft, statement)
    elif edit == 10:
        loops.roll(draft, statement)
    elif edit == 11:
        edits.move(draft, statement)


@njit(cache=True, nogil=True)
def _try_group(
    draft: Draft, judge: Judge, group: int, statement: int, allowed: BoolArray, tally: IntArray
) -> bool:
    """Take a group's first good proposal for a statement; returns whether there was one."""
    for edit in range(_GROUPS[group], _GROUPS[group + 1]):
        if allowed[edit]:
            length = draft.info[LENGTH]
            _propose(draft, edit, statement)
            if settle(draft, judge):
                tally[edit, 0] += 1
                tally[edit, 1] += length - draft.info[LENGTH]
                return True
    return False


@njit(cache=True, nogil=True)
def _cut_down(draft: Draft, judge: Judge, allowed: BoolArray, tally: IntArray) -> None:
    """Apply the groups of edits in turn until none of them has a good proposal."""
    # `np.int64(0)`: with a bare 0 Numba would compile every callee once more, for the literal.
    group, num_idle = np.int64(0), 0
    while num_idle < _NUM_GROUPS:
        num_idle += 1
        statement = np.int64(0)
        while statement < draft.info[NUM_STATEMENTS]:
            if _try_group(draft, judge, group, statement, allowed, tally):  # type: ignore[arg-type]  # see above
                num_idle = 0
            else:
                statement += 1
        group = (group + 1) % _NUM_GROUPS


@njit(cache=True, nogil=True)
def _settled(draft: Draft, judge: Judge, allowed: BoolArray, tally: IntArray) -> int:
    """Simplify the loaded program until no edit applies; returns its new size.

    If the first call of `agrees` finds no difference, a second round would change nothing. If probes were
    activated, a changed result is loaded as a new program, and another round follows.
    """
    again = True
    while again:
        size = draft.info[LENGTH]
        copy_part(draft.program, 0, size, judge.given, 0)
        again = False
        _cut_down(draft, judge, allowed, tally)
        while not agrees(draft, judge):
            again = True
            reload(draft, judge, judge.given, size)
            _cut_down(draft, judge, allowed, tally)
        if again:
            same = draft.info[LENGTH] == size
            for position in range(size):
                same = same and draft.program[position] == judge.given[position]
            again = not same and load(draft, judge, draft.program)
    return draft.info[LENGTH]


@njit(cache=True, nogil=True)
def _simplify_all(
    tokens_PT: IntArray,
    draft: Draft,
    judge: Judge,
    allowed: BoolArray,
    out_PT: IntArray,
    tally_PE: IntArray,
) -> None:
    for program in range(len(tokens_PT)):
        row = tokens_PT[program]
        if load(draft, judge, row):
            size = _settled(draft, judge, allowed, tally_PE[program])
            out_PT[program, :size] = draft.program[:size]
            out_PT[program, size:] = EOS
        else:
            out_PT[program] = row


def _simplify(
    tokens_PT: IntArray, probes_KN: IntArray, left_out: Collection[str] = ()
) -> tuple[IntArray, IntArray]:
    out_PT = np.empty_like(tokens_PT)
    num_programs, num_tokens = tokens_PT.shape
    tally_PE = np.zeros((num_programs, len(EDITS), 2), dtype=np.int32)
    allowed = np.array([edit not in left_out for edit in EDITS])
    draft, judge = new_draft(num_tokens, probes_KN.shape[1]), new_judge(num_tokens, probes_KN)
    _simplify_all(tokens_PT, draft, judge, allowed, out_PT, tally_PE)
    return out_PT, tally_PE


def simplify(tokens_PT: npt.ArrayLike, *, num_cells: int = 5, max_value: int = 4) -> IntArray:
    """Reduce programs to minimal ones with the same behaviour.

    Args:
        tokens_PT: `[P, T]` programs, every row ended and padded by EOS.
        num_cells: length of the lists that the programs are for.
        max_value: largest absolute value in those lists.

    Returns:
        `[P, T]`: each program is no longer than the given one, and gives the same results on all probes on
        which that one runs without an error. A row that is not a program, or that fails on every probe, is
        unchanged.
    """
    return simplify_counted(tokens_PT, num_cells=num_cells, max_value=max_value)[0]


def simplify_counted(
    tokens_PT: npt.ArrayLike, *, num_cells: int = 5, max_value: int = 4, left_out: Collection[str] = ()
) -> tuple[IntArray, IntArray]:
    """Simplify programs without some of the edits, and count the effect of each of the others.

    Args:
        tokens_PT, num_cells, max_value: as for `simplify`.
        left_out: names from `EDITS`.

    Returns:
        `[P, T]` as from `simplify`, and `[P, E, 2]`: how often each edit was taken, and the tokens it saved.
    """
    tokens = np.ascontiguousarray(tokens_PT, dtype=np.int32)
    return _simplify(tokens, probes(num_cells, max_value), left_out)


def simplify_one(
    tokens: npt.ArrayLike, num_cells: int, max_value: int, examples: npt.ArrayLike | None = None
) -> IntArray:
    """Simplify one program, and keep its results on further inputs exactly.

    Args:
        tokens: `[T]`, ended by EOS.
        num_cells: length of the lists.
        max_value: scale of the probes.
        examples: `[K, N]` further inputs on which no result may change; any 32-bit values.

    Returns:
        `[T']`, ended by EOS.
    """
    row = np.ascontiguousarray(tokens, dtype=np.int32)
    lists = probes(num_cells, max_value)
    if examples is not None:
        given = np.asarray(examples, dtype=np.int32).reshape(-1, num_cells)
        lists = np.ascontiguousarray(np.concatenate([given, lists]))
    simplified = _simplify(row[None], lists)[0][0]
    return simplified[: int(np.argmax(simplified == EOS)) + 1]
