"""Random programs: the grammar's automaton, driven by weights.

At a non-terminal `sampler_choices.choose` queues the tokens to write next, and the LL(1) table selects the
production. At a terminal the queued token, or the only one that fits, is written. So the sampler can write
only programs of the grammar.

Program i is a function of (seed, settings, i) alone: each program has its own random stream.

Shapes: P programs, T tokens.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from lasynth.compiled import njit
from lasynth.domains.c.context import CONTEXT_SIZE, apply_action
from lasynth.domains.c.grammar import (
    EOS,
    FIRST_INT,
    FIRST_NAME,
    GRAMMAR,
    INT_TERMINAL,
    NAME_TERMINAL,
    TERMINAL_OF_TOKEN,
)
from lasynth.domains.c.sampler_choices import begin, choose, took
from lasynth.domains.c.sampler_config import CSamplerSettings, Weights
from lasynth.domains.c.sampler_state import QUEUE, QUEUE_AT, QUEUE_END, STATE_SIZE
from lasynth.domains.random import Stream, program_keys
from lasynth.grammar import INDEX_MASK, KIND_ACTION, KIND_SHIFT, KIND_TERMINAL, IntArray

__all__ = ["CSamplerSettings", "new_sampler_work", "sample_into", "sample_programs"]

_MAX_STACK: Final = 512
_AT_CONTEXT: Final = STATE_SIZE
_AT_STACK: Final = STATE_SIZE + CONTEXT_SIZE
_MAX_TRIES: Final = 1000  # programs in a row that may be longer than allowed

_RHS, _RHS_START, _PREDICT = GRAMMAR.tables.rhs, GRAMMAR.tables.rhs_start, GRAMMAR.tables.predict
_START = GRAMMAR.tables.start


def _only_productions() -> IntArray:
    """The production of each non-terminal that has only one, else -1."""
    lhs = GRAMMAR.tables.lhs
    only = [np.flatnonzero(lhs == index) for index in range(len(GRAMMAR.nonterminals))]
    return np.array([found[0] if len(found) == 1 else -1 for found in only], dtype=np.int32)


def _empty_productions() -> IntArray:
    """The empty production of each non-terminal that has one, else -1."""
    empty = np.full(len(GRAMMAR.nonterminals), -1, dtype=np.int32)
    for number, (lhs, symbols) in enumerate(GRAMMAR.productions):
        if all(symbol.kind == KIND_ACTION for symbol in symbols):
            empty[lhs] = number
    return empty


def _spellings() -> IntArray:
    """The token of each terminal that has only one, else -1."""
    tokens = np.full(len(GRAMMAR.terminals), -1, dtype=np.int32)
    for token, terminal in enumerate(TERMINAL_OF_TOKEN[:FIRST_NAME]):
        if terminal >= 0:
            tokens[terminal] = token
    return tokens


_ONLY, _EMPTY, _SPELLING = _only_productions(), _empty_productions(), _spellings()


def new_sampler_work() -> IntArray:
    """A work array for `sample_into`; its content between calls does not matter."""
    return np.zeros(_AT_STACK + _MAX_STACK, dtype=np.int32)


@njit(cache=True, nogil=True)
def _terminal_of(token: int) -> int:
    return INT_TERMINAL if token >= FIRST_INT else TERMINAL_OF_TOKEN[token]


@njit(cache=True, nogil=True)
def _sample_once(stream: Stream, w: Weights, tokens: IntArray, work: IntArray) -> int:
    """Write one program; returns its size, or -1 where there is no room for it."""
    state, context, stack = work[:_AT_CONTEXT], work[_AT_CONTEXT:_AT_STACK], work[_AT_STACK:]
    context[:] = 0
    stack[0] = _START
    size = 1
    length = 0
    name = 0
    begin(state, stream, w)
    while size > 0:
        size -= 1
        symbol = stack[size]
        kind, index = symbol >> KIND_SHIFT, symbol & INDEX_MASK
        if kind == KIND_ACTION:
            apply_action(context, index, name)
        elif kind == KIND_TERMINAL:
            token = _SPELLING[index]
            if state[QUEUE_AT] < state[QUEUE_END]:
                token = state[QUEUE + state[QUEUE_AT]]
                state[QUEUE_AT] += 1
            if length == len(tokens) or length == w.max_tokens or token < 0 or _terminal_of(token) != index:
                return -1
            tokens[length] = token
            length += 1
            if index == NAME_TERMINAL:
                name = token - FIRST_NAME
            took(state, stream, w, token)
        else:
            production = _ONLY[index]
            if production < 0:
                if state[QUEUE_AT] >= state[QUEUE_END]:
                    choose(state, context, stream, w, index)
                if state[QUEUE_AT] < state[QUEUE_END]:
                    production = _PREDICT[index, _terminal_of(state[QUEUE + state[QUEUE_AT]])]
                else:
                    production = _EMPTY[index]
            if production < 0 or size + 16 > len(stack):
                return -1
            for position in range(_RHS_START[production + 1] - 1, _RHS_START[production] - 1, -1):
                stack[size] = _RHS[position]
                size += 1
    return length


@njit(cache=True, nogil=True)
def sample_into(stream: Stream, w: Weights, tokens: IntArray, work: IntArray) -> int:
    """Write one random program.

    Args:
        stream: `[1]`, the program's random stream; changed in place.
        w: from `CSamplerSettings.weights`.
        tokens: `[T]`, receives the program, ended and padded by EOS.
        work: from `new_sampler_work`.

    Returns:
        The number of tokens, EOS included; 0 where none of 1000 programs fitted into `tokens`.
    """
    for _ in range(_MAX_TRIES):
        length = _sample_once(stream, w, tokens, work)
        if length > 0:
            tokens[length:] = EOS
            return length
    return 0


@njit(cache=True, nogil=True)
def _sample_all(keys: Stream, w: Weights, tokens_PT: IntArray, work: IntArray) -> None:
    for program in range(len(keys)):
        sample_into(keys[program : program + 1], w, tokens_PT[program], work)


def sample_programs(config: CSamplerSettings, seed: int, first: int, count: int) -> IntArray:
    """Programs `first` to `first + count - 1` of a seed.

    Args:
        config: the distribution of programs.
        seed: any integer from 0.
        first: the number of the first program.
        count: the number of programs, P.

    Returns:
        `[P, config.max_tokens]` tokens, every row ended and padded by EOS.

    Raises:
        RuntimeError: almost all programs of this configuration are longer than `max_tokens`.
    """
    tokens_PT = np.zeros((count, config.max_tokens), dtype=np.int32)
    _sample_all(program_keys(seed, first, count), config.weights(), tokens_PT, new_sampler_work())
    if count and not tokens_PT[:, 0].all():
        raise RuntimeError(f"no program has room in {config.max_tokens} tokens")
    return tokens_PT
