"""Runs programs, one Python function a token.

A state is the input and, behind it, what is built so far; a program that runs on the state of another goes on
where that ended.

Shapes: P programs, T tokens, K examples, N `MAX_LENGTH` characters; a state has 2N.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, reduce
from itertools import cycle, pairwise
from operator import itemgetter, methodcaller
from typing import Any, Final

import numpy as np

from lasynth.domains.base import Array, Bools, States, Status, Statuses, Tokens
from lasynth.domains.kit.parts import beginnings
from lasynth.domains.kit.rows import ended
from lasynth_strings.grammar import EOS, LEXEMES, TABLES, TERMINALS
from lasynth_strings.values import MAX_LENGTH, decode, encode

__all__ = ["STATES", "run_batch"]

Operation = Callable[[Any], Any]


def _operation(token: int) -> Operation:
    """What a token does to a value: a text, or a list of texts behind a `split`."""
    lexeme, terminal = LEXEMES[token], TERMINALS[token]
    if terminal == "CASE":
        return methodcaller(lexeme[1:-2])
    if terminal == "SPLIT":
        return methodcaller("split", lexeme[len('.split("') : -len('")')])
    if terminal == "INDEX":
        return itemgetter(int(lexeme[1:-1]))
    if terminal == "SLICE":
        return itemgetter(slice(*(int(bound) if bound else None for bound in lexeme[1:-1].split(":"))))
    if terminal == "CHAR":
        return lambda value: lexeme[1:-1]
    return lambda value: value


_OPERATIONS: Final = tuple(map(_operation, range(len(LEXEMES))))


@lru_cache(maxsize=2**16)
def _statements(program: bytes) -> list[list[Operation]] | None:
    """The operations of each statement; None for what is not a program."""
    tokens = ended(np.frombuffer(program, dtype=np.int32), EOS)
    programs = beginnings(TABLES, tokens)
    if not programs or not np.array_equal(programs[-1], tokens):
        return None
    starts = [0, *(len(program) - 1 for program in programs)]
    return [[_OPERATIONS[token] for token in tokens[start:stop]] for start, stop in pairwise(starts)]


def _run(program: bytes, source: str, built: str) -> tuple[str, Status]:
    """What is built once a program has run."""
    statements = _statements(program)
    if statements is None:
        return "", Status.INVALID
    try:
        for operations in statements:
            built += reduce(lambda value, operation: operation(value), operations, source)
    except IndexError:
        return "", Status.OUT_OF_RANGE
    return (built, Status.OK) if len(built) <= MAX_LENGTH else ("", Status.OVERFLOW)


def _run_states(tokens_PT: Tokens, states: Array, *, fuel: int = 0) -> tuple[Array, Statuses]:
    """See `States`; there is no loop that could use up its fuel."""
    shape = len(tokens_PT), states.shape[-2], 2 * MAX_LENGTH
    rows = states if states.ndim == 3 else states[None]  # one for each program, or one for all
    begun = [[(decode(state[:MAX_LENGTH]), decode(state[MAX_LENGTH:])) for state in row] for row in rows]
    programs = zip(tokens_PT, cycle(begun), strict=False)
    ends = [_run(tokens.tobytes(), *state) for tokens, row in programs for state in row]
    states_PKN = np.broadcast_to(states, shape).copy()
    states_PKN[..., MAX_LENGTH:] = encode([built for built, _ in ends]).reshape(*shape[:2], MAX_LENGTH)
    return states_PKN, np.array([status for _, status in ends], dtype=np.uint8).reshape(shape[:2])


def _near(states_PKN: Array, outputs_KN: Array) -> Bools:
    """Statements only append: what is built must be the beginning of what is wanted."""
    built_PKN = STATES.output(states_PKN)
    return np.asarray(((built_PKN == 0) | (built_PKN == outputs_KN)).all(axis=(1, 2)))


STATES: Final = States(
    start=lambda inputs: np.concatenate([inputs, np.zeros_like(inputs)], axis=-1),
    run=_run_states,
    output=lambda states: states[..., MAX_LENGTH:],
    near=_near,
)


def run_batch(tokens_PT: Tokens, inputs: Array, *, fuel: int = 0) -> tuple[Array, Statuses]:
    """See `lasynth.domains.base.Machine`."""
    states, statuses = STATES.run(tokens_PT, STATES.start(inputs))
    return STATES.output(states), statuses
