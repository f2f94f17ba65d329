"""The simplifier of `lists`: cuts out of a program what does not matter.

A part is cut, a program without it is run, and where it does the same on all inputs it takes the place of the
one before: statements, branches, operands; what stands around a block; constants become 0 or 1. What makes a
program shorter but no clearer stays, such as `> 0` in `while (x > 0)`. Two programs count as the same if they
end with the same status and output on the given inputs, on the probes of their signature, and on further
inputs like the given ones, some of them with values that are constants of the program.

Shapes: P programs, T tokens, K given inputs, S inputs in all, L numbers of an input, M of an output.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.base import Status
from lasynth.domains.c.instructions import CodeArray
from lasynth.domains.c.lists.behaviour import probe_inputs
from lasynth.domains.c.lists.compile import compile_tokens, new_code, new_work
from lasynth.domains.c.lists.emit import emit_list
from lasynth.domains.c.lists.further import further_inputs
from lasynth.domains.c.lists.grammar import (
    EOS,
    FIRST_INT,
    RESULTS,
    token_of,
)
from lasynth.domains.c.lists.instructions import new_memory
from lasynth.domains.c.lists.layout import (
    LIST_WIDTH,
    LISTS_AT,
    MAX_CELLS,
    NUM_LISTS_AT,
    NUM_NUMBERS_AT,
    NUMBERS_AT,
    OUTPUT_WIDTH,
)
from lasynth.domains.c.lists.machine import MAX_STEPS, new_cells, run_batch, run_code
from lasynth.domains.c.lists.tokens import from_tokens
from lasynth.grammar import IntArray

__all__ = ["NUM_FURTHER", "NUM_PROBES", "simplify"]

NUM_PROBES: Final = 192
NUM_FURTHER: Final = 128  # like the given inputs, and as many with constants of the program in them
_P_MET: Final = 0.2
_SEED: Final = 0
_INVALID: Final = int(Status.INVALID)
_STEPS: Final = (300, 3000, MAX_STEPS)  # limits for runs; a program that stays well below one gets that

# What a token is, as bits: whether a part may begin with it, or end with it.
_OPERATOR, _OPENS, _CLOSES, _BEGINS, _ENDS, _BOUND = (1 << bit for bit in range(6))


def _traits() -> IntArray:
    traits = np.zeros(FIRST_INT, dtype=np.int32)
    for bit, texts in {
        _OPERATOR: ("+", "-", "*", "/", "%", "&&", "||"),
        _OPENS: ("(", "[", "{"),
        _CLOSES: (")", "]", "}"),
        _BEGINS: ("else", ",", "!"),
        _ENDS: (";", "}", "else"),
        _BOUND: (";", "{", "}", *RESULTS),
    }.items():
        for text in texts:
            traits[token_of(text)] |= bit
    return traits


_TRAITS = _traits()
_OPEN, _CLOSE = token_of("{"), token_of("}")
_IF, _FOR, _WHILE, _ELSE = (token_of(text) for text in ("if", "for", "while", "else"))
_BREAK = token_of("break")
_ZERO = FIRST_INT


@njit(cache=True, nogil=True)
def _trait(token: int) -> int:
    return int(_TRAITS[token]) if token < FIRST_INT else 0


@njit(cache=True, nogil=True)
def _does_the_same(
    tokens: IntArray,
    inputs_SL: IntArray,
    outputs_SM: IntArray,
    statuses_S: npt.NDArray[np.uint8],
    order_S: npt.NDArray[np.int64],
    fuel: int,
    code_2C: CodeArray,
    work: IntArray,
    memory: npt.NDArray[np.int64],
    cells: npt.NDArray[np.int64],
) -> bool:
    """Whether a program does the same; an input on which one did not comes earlier the next time."""
    num_lists, num_numbers = inputs_SL[0, NUM_LISTS_AT], inputs_SL[0, NUM_NUMBERS_AT]
    if compile_tokens(tokens, num_lists, num_numbers, code_2C, work) < 0:
        return False
    output_M = np.empty(OUTPUT_WIDTH, dtype=np.int32)
    for place in range(len(order_S)):
        number = order_S[place]
        same = run_code(code_2C[0], inputs_SL[number], output_M, memory, cells, fuel) == statuses_S[number]
        for cell in range(OUTPUT_WIDTH):
            same = same and output_M[cell] == outputs_SM[number, cell]
        if not same:
            order_S[1 : place + 1] = order_S[:place].copy()
            order_S[0] = number
            return False
    return True


@njit(cache=True, nogil=True)
def _may_go(tokens: IntArray, start: int, end: int) -> bool:
    """Whether the tokens from `start` to `end` are a part by the looks of where they begin and end."""
    first, last = _trait(tokens[start]), _trait(tokens[end - 1])
    if first & _OPERATOR or first & _BEGINS or last & _OPERATOR:
        return True
    if not last & _ENDS or not _trait(tokens[start - 1]) & _BOUND:
        return False
    # A `break` spares steps, and an empty block is no statement.
    return tokens[start] != _BREAK and not (tokens[start - 1] == _OPEN and tokens[end] == _CLOSE)


@njit(cache=True, nogil=True)
def _closing(tokens: IntArray, start: int) -> int:
    """Where the bracket that opens at `start` is closed."""
    depth, end = 0, start
    while True:
        kind = _trait(tokens[end])
        depth += int(kind & _OPENS != 0) - int(kind & _CLOSES != 0)
        if depth == 0:
            return end
        end += 1


@njit(cache=True, nogil=True)
def _without(
    tokens: IntArray, size: int, first: int, behind: int, second: int, after: int, near: IntArray
) -> int:
    """Write a program without two parts, `first` to `behind` and `second` to `after`; returns its size."""
    near[:] = EOS
    length = 0
    for place in range(size):
        if not (first <= place < behind or second <= place < after):
            near[length] = tokens[place]
            length += 1
    return length


@njit(cache=True, nogil=True)
def _proposal(tokens: IntArray, size: int, place: int, which: int, near: IntArray) -> int:
    """Write the proposal of a number for a place that is more than a cut; returns its size, 0 without one.

    What stands around a block goes, or the block that is not needed; a constant becomes 0 or 1.
    """
    token = tokens[place]
    if token == _IF or token == _FOR or token == _WHILE:
        head = _closing(tokens, place + 1)
        end = _closing(tokens, head + 1)
        has_else = token == _IF and tokens[end + 1] == _ELSE and tokens[end + 2] == _OPEN
        if which == 0:
            last = _closing(tokens, end + 2) if has_else else end
            return int(_without(tokens, size, place, head + 2, end, last + 1, near))
        if which == 1 and has_else:
            return int(
                _without(
                    tokens,
                    size,
                    place,
                    end + 3,
                    _closing(tokens, end + 2),
                    _closing(tokens, end + 2) + 1,
                    near,
                )
            )
        return 0
    if token <= _ZERO + 1:
        return 0
    near[:] = tokens
    near[place] = _ZERO + which
    return size


@njit(cache=True, nogil=True)
def _simplify_one(
    tokens: IntArray,
    inputs_SL: IntArray,
    outputs_SM: IntArray,
    statuses_S: npt.NDArray[np.uint8],
    fuel: int,
    code_2C: CodeArray,
    work: IntArray,
    memory: npt.NDArray[np.int64],
    cells: npt.NDArray[np.int64],
) -> None:
    """Simplify a program in place until nothing can go."""
    size = 0
    while tokens[size] != EOS:
        size += 1
    size += 1
    near = np.empty_like(tokens)
    order_S = np.arange(len(inputs_SL))
    ends = np.empty(size, dtype=np.int64)
    again = True
    while again:
        again = False
        place = 1
        while place < size - 1:
            # Heads of loops stay as they are: what is shorter there is not simpler, only luckier.
            if tokens[place - 1] == _FOR or tokens[place - 1] == _WHILE:
                place = _closing(tokens, place) + 1
            # Cuts that begin here, the longest first.
            depth, num_ends, end = 0, 0, place
            while end < size - 1:
                kind = _trait(tokens[end])
                depth += int(kind & _OPENS != 0) - int(kind & _CLOSES != 0)
                if depth < 0:
                    break
                end += 1
                if depth == 0 and _may_go(tokens, place, end):
                    ends[num_ends] = end
                    num_ends += 1
            taken = 0
            while num_ends > 0 and taken == 0:
                num_ends -= 1
                length = _without(tokens, size, place, ends[num_ends], size, size, near)
                if _does_the_same(
                    near, inputs_SL, outputs_SM, statuses_S, order_S, fuel, code_2C, work, memory, cells
                ):
                    taken = length
            for which in range(2):
                if taken > 0:
                    break
                length = _proposal(tokens, size, place, which, near)
                if length > 0 and _does_the_same(
                    near, inputs_SL, outputs_SM, statuses_S, order_S, fuel, code_2C, work, memory, cells
                ):
                    taken = length
            if taken > 0:
                tokens[:] = near
                size = taken
                again = True
            else:
                place += 1


def simplify(tokens_PT: npt.ArrayLike, inputs_PKL: npt.ArrayLike) -> IntArray:
    """Reduce programs to shorter ones that do the same.

    Args:
        tokens_PT: `[P, T]` programs, every row ended and padded by EOS.
        inputs_PKL: `[P, K, L]` inputs of each, or `[K, L]` the same for all.

    Returns:
        `[P, T]`: each program is no longer than the given one, and ends with the same status and output on
        its inputs, on the probes of its signature and on further inputs. A row that is not a program is
        unchanged.
    """
    found_PT = np.array(tokens_PT, dtype=np.int32)
    inputs = np.asarray(inputs_PKL, dtype=np.int32)
    room = new_code(found_PT.shape[1]), new_work(), new_memory(), new_cells()
    for row, tokens in enumerate(found_PT):
        given_KL = inputs[row] if inputs.ndim == 3 else inputs
        inputs_SL = _compared(given_KL, tokens)
        outputs, statuses, fuel = _runs(tokens, inputs_SL)
        if (statuses == _INVALID).all():
            continue
        before = tokens.copy()
        _simplify_one(tokens, inputs_SL, outputs, statuses, fuel, *room)
        if (tokens == before).all():
            continue
        found_PT[row] = _canonical(tokens)
    return found_PT


def _canonical(tokens: IntArray) -> IntArray:
    """The same with the names and parentheses that the parser would give its text."""
    written = emit_list(from_tokens(tokens))
    found = np.full_like(tokens, EOS)
    found[: len(written)] = written
    return found


def _compared(given_KL: IntArray, tokens: IntArray) -> IntArray:
    """The inputs on which programs are compared: those given, the probes, and further ones."""
    num_lists, num_numbers = int(given_KL[0, NUM_LISTS_AT]), int(given_KL[0, NUM_NUMBERS_AT])
    probes_SL = probe_inputs(num_lists, num_numbers, NUM_PROBES)
    width = max(given_KL.shape[1], probes_SL.shape[1])
    further_SL = further_inputs(given_KL, 2 * NUM_FURTHER, _SEED)
    _meet(further_SL[NUM_FURTHER:], tokens)
    parts = (given_KL, probes_SL, further_SL)
    return np.concatenate([np.pad(part, ((0, 0), (0, width - part.shape[1]))) for part in parts])


def _meet(inputs_SL: IntArray, tokens: IntArray) -> None:
    """Put constants of a program, and numbers next to them, in place of some values of inputs."""
    constants = np.unique(tokens[tokens >= FIRST_INT]).astype(np.int64) - FIRST_INT
    near = np.unique(np.concatenate([constants - 1, constants, constants + 1, -constants, [0]]))
    near = near[np.abs(near) < 2**31 - 1]
    rng = np.random.default_rng(_SEED)
    chosen = rng.random(inputs_SL.shape) < _P_MET
    chosen[:, :NUMBERS_AT] = False
    chosen[:, NUMBERS_AT + int(inputs_SL[0, NUM_NUMBERS_AT]) : LISTS_AT] = False
    for number in range(int(inputs_SL[0, NUM_LISTS_AT])):
        place = LISTS_AT + LIST_WIDTH * number
        chosen[:, place] = False
        chosen[:, place + 1 : place + LIST_WIDTH] &= np.arange(MAX_CELLS) < inputs_SL[:, place, None]
    chosen[:, LISTS_AT + LIST_WIDTH * int(inputs_SL[0, NUM_LISTS_AT]) :] = False
    inputs_SL[chosen] = rng.choice(near, size=int(chosen.sum()))


def _runs(tokens: IntArray, inputs_SL: IntArray) -> tuple[IntArray, npt.NDArray[np.uint8], int]:
    """What a program does, and how many steps one that does the same may take."""
    outputs, statuses = run_batch(tokens[None], inputs_SL)
    for steps in _STEPS[:-1]:
        _, limited = run_batch(tokens[None], inputs_SL, fuel=steps // 2)
        if (limited == statuses).all():
            return outputs[0], statuses[0], steps
    return outputs[0], statuses[0], MAX_STEPS
