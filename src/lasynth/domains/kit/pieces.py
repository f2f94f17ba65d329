"""All pieces of programs up to a length: what an enumerating search puts together.

Shapes: P pieces, S a state of the mask, V size of the vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.automaton import MAX_ACTIONS
from lasynth.compiled import njit
from lasynth.domains.kit.mask import AT_SIZE, Masking, allow, reset, state_size, take
from lasynth.domains.kit.tables import Tables, unpacked
from lasynth.grammar import INDEX_MASK, KIND_NONTERMINAL, KIND_SHIFT, KIND_TERMINAL, IntArray, Symbol

__all__ = ["pieces"]

_MAX_BLOCK: Final = 2**14
_NEVER: Final = 2**20  # the tokens of a non-terminal that never ends


@cache
def _least(tables: Tables) -> IntArray:
    """How many tokens each non-terminal takes at least."""
    grammar = tables.grammar
    least = np.full(len(grammar.nonterminals), _NEVER, dtype=np.int32)
    changed = True
    while changed:
        changed = False
        for lhs, symbols in grammar.productions:
            parts = [
                int(least[symbol.index]) if symbol.kind == KIND_NONTERMINAL else symbol.kind == KIND_TERMINAL
                for symbol in symbols
            ]
            if sum(parts) < least[lhs]:
                least[lhs] = sum(parts)
                changed = True
    return least


@njit(cache=True, nogil=True)
def _fill(
    tables: IntArray,
    max_nesting: int,
    symbol: int,
    visible: int,
    least_N: IntArray,
    states_TS: IntArray,
    allowed_TV: npt.NDArray[np.bool_],
    next_T: IntArray,
    pieces_PT: IntArray,
) -> int:
    """Write the next pieces of one length; returns how many.

    Args:
        tables, max_nesting: of the mask.
        symbol, visible: what to write, packed, and which names there are, as bits.
        least_N: of `_least`.
        states_TS, allowed_TV: of what is written so far, and what may follow.
        next_T: the token to be tried next at each place, and at last the place where the search stands, -1
            where it is over.
        pieces_PT: receives the pieces; P at most.
    """
    t = unpacked(tables)
    actions = np.empty(MAX_ACTIONS, dtype=np.int32)
    num_pieces, length = pieces_PT.shape
    num_tokens = allowed_TV.shape[1]
    filled = 0
    place = next_T[length]
    if place == 0 and next_T[0] == 0:
        reset(t, states_TS[0], symbol, visible)
        allow(t, max_nesting, states_TS[0], allowed_TV[0])
    while place >= 0 and filled < num_pieces:
        token = int(next_T[place])
        if token == num_tokens:
            place -= 1
            continue
        next_T[place] += 1
        if not allowed_TV[place, token]:
            continue
        state = states_TS[place + 1]
        state[:] = states_TS[place]
        if not take(t, state, token, actions):
            continue
        written = place + 1
        size = state[AT_SIZE]
        for entry in state[len(state) - t.stack_size :][:size]:
            if entry >> KIND_SHIFT == KIND_NONTERMINAL:
                written += least_N[entry & INDEX_MASK]
            elif entry >> KIND_SHIFT == KIND_TERMINAL:
                written += 1
        if written > length:
            continue
        if place + 1 == length:
            for position in range(length):
                pieces_PT[filled, position] = next_T[position] - 1
            filled += 1
        elif size > 0:
            place += 1
            next_T[place] = 0
            allow(t, max_nesting, state, allowed_TV[place])
    next_T[length] = place
    return filled


def pieces(
    masking: Masking, nonterminal: str, max_tokens: int, num_tokens: int, *, visible: Sequence[int] = ()
) -> Iterator[IntArray]:
    """Every sequence of tokens that a non-terminal can become, as the mask offers them, shortest first.

    Args:
        masking: of the language.
        nonterminal: its name in the grammar.
        max_tokens: the most tokens of a piece.
        num_tokens: V, size of the vocabulary.
        visible: tokens of the names that are declared before.

    Yields:
        `[P, length]` pieces of one length, in the order of their tokens; one length may come in several
        arrays. Nothing is computed before it is asked for.

    Raises:
        ValueError: the grammar has no such non-terminal.
    """
    tables = masking.tables
    symbol = Symbol(KIND_NONTERMINAL, tables.grammar.nonterminals.index(nonterminal)).packed
    names = sum(1 << (name - tables.parts.first_name) for name in visible)
    states_TS = np.zeros((max_tokens + 1, state_size(tables)), dtype=np.int32)
    allowed_TV = np.zeros((max_tokens, num_tokens), dtype=np.bool_)
    for length in range(1, max_tokens + 1):
        next_T = np.zeros(length + 1, dtype=np.int32)
        while next_T[length] >= 0:
            block_PT = np.empty((_MAX_BLOCK, length), dtype=np.int32)
            filled = _fill(
                tables.packed,
                masking.max_nesting,
                symbol,
                names,
                _least(tables),
                states_TS,
                allowed_TV,
                next_T,
                block_PT,
            )
            if filled:
                yield block_PT[:filled]
