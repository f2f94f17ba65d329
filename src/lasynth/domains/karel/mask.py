"""Which tokens may come next: what a search is held to, so that every sequence it ends is a program.

The mask follows the automaton of the grammar. It is a little narrower than the language: a search is offered
blocks up to a depth of its own, far below the `MAX_DEPTH` of the language.

Shapes: R rows, B rows of a batch, T tokens, V size of the vocabulary, always `NUM_TOKENS`.
"""

from __future__ import annotations

from typing import Final, Self

import numpy as np
import numpy.typing as npt
from numba import njit

from lasynth.automaton import MAX_ACTIONS, peek, shift
from lasynth.domains.karel.compile import STACK_SIZE
from lasynth.domains.karel.grammar import (
    ACTIONS,
    EOS,
    GRAMMAR,
    MAX_DEPTH,
    NUM_TOKENS,
    TERMINAL_OF_TOKEN,
)
from lasynth.grammar import IntArray

__all__ = ["OFFERED_DEPTH", "TokenMask", "allowed_along"]

BoolArray = npt.NDArray[np.bool_]

# One more than the deepest program of the benchmark's test set.
OFFERED_DEPTH: Final = 6

_RHS, _RHS_START, _PREDICT = GRAMMAR.tables.rhs, GRAMMAR.tables.rhs_start, GRAMMAR.tables.predict
_START = GRAMMAR.tables.start
_NUM_TERMINALS = len(GRAMMAR.terminals)
_OPEN, _CLOSE = ACTIONS.index("open"), ACTIONS.index("close")
# The terminals that begin a statement with a block.
_OPENS = np.array([name in ("WHILE", "REPEAT", "IF", "IFELSE") for name in GRAMMAR.terminals])

# A row's state: the parser's stack, its size, how many blocks are open.
_AT_SIZE, _AT_DEPTH = STACK_SIZE, STACK_SIZE + 1
_STATE_SIZE = STACK_SIZE + 2


@njit(cache=True, nogil=True)
def _reset(state: IntArray) -> None:
    state[0] = _START
    state[_AT_SIZE] = 1
    state[_AT_DEPTH] = 0


@njit(cache=True, nogil=True)
def _allow(state: IntArray, max_depth: int, fits: BoolArray, allowed_V: BoolArray) -> None:
    """Mark the tokens that may come next; `fits` is scratch, one a terminal."""
    allowed_V[:] = False
    size = state[_AT_SIZE]
    if size == 0:
        allowed_V[EOS] = True
        return
    for terminal in range(_NUM_TERMINALS):
        fits[terminal] = peek(_RHS, _RHS_START, _PREDICT, state[:STACK_SIZE], size, terminal) >= 0
        if _OPENS[terminal] and state[_AT_DEPTH] >= max_depth:
            fits[terminal] = False
    for token in range(NUM_TOKENS):
        terminal = TERMINAL_OF_TOKEN[token]
        allowed_V[token] = terminal >= 0 and fits[terminal]


@njit(cache=True, nogil=True)
def _take(state: IntArray, token: int, actions: IntArray) -> bool:
    """Advance by one token; False where it is no continuation (the state is then of no further use)."""
    size = state[_AT_SIZE]
    if size == 0:
        return token == EOS
    if token < 0 or token >= NUM_TOKENS or TERMINAL_OF_TOKEN[token] < 0:
        return False
    stack = state[:STACK_SIZE]
    size, _, _, total = shift(_RHS, _RHS_START, _PREDICT, stack, size, TERMINAL_OF_TOKEN[token], actions)
    if size < 0:
        return False
    for position in range(total):
        if actions[position] == _OPEN:
            state[_AT_DEPTH] += 1
        elif actions[position] == _CLOSE:
            state[_AT_DEPTH] -= 1
    state[_AT_SIZE] = size
    return state[_AT_DEPTH] <= MAX_DEPTH


@njit(cache=True, nogil=True)
def _reset_rows(states_RS: IntArray) -> None:
    for row in range(len(states_RS)):
        _reset(states_RS[row])


@njit(cache=True, nogil=True)
def _allow_rows(states_RS: IntArray, max_depth: int, allowed_RV: BoolArray) -> None:
    fits = np.empty(_NUM_TERMINALS, dtype=np.bool_)
    for row in range(len(states_RS)):
        _allow(states_RS[row], max_depth, fits, allowed_RV[row])


@njit(cache=True, nogil=True)
def _take_rows(states_RS: IntArray, tokens_R: IntArray) -> int:
    actions = np.empty(MAX_ACTIONS, dtype=np.int32)
    for row in range(len(states_RS)):
        if not _take(states_RS[row], tokens_R[row], actions):
            return row
    return -1


@njit(cache=True, nogil=True)
def _allow_along(tokens_BT: IntArray, max_depth: int, allowed_BTV: BoolArray) -> int:
    state = np.empty(_STATE_SIZE, dtype=np.int32)
    actions = np.empty(MAX_ACTIONS, dtype=np.int32)
    fits = np.empty(_NUM_TERMINALS, dtype=np.bool_)
    num_rows, num_positions = tokens_BT.shape
    for row in range(num_rows):
        _reset(state)
        for position in range(num_positions):
            token = tokens_BT[row, position]
            _allow(state, max_depth, fits, allowed_BTV[row, position])
            if not _take(state, token, actions):
                return int(row * num_positions + position)
            # A block that is deeper than what is offered is right all the same.
            allowed_BTV[row, position, token] = True
    return -1


class TokenMask:
    """The tokens that may come next in each of several programs being written.

    Attributes:
        num_tokens: V.
        max_depth: how deep the blocks are that are offered.
    """

    __slots__ = ("_states_RS", "max_depth", "num_tokens")

    def __init__(
        self, num_rows: int, num_tokens: int = NUM_TOKENS, *, max_depth: int = OFFERED_DEPTH
    ) -> None:
        """Programs that have not begun.

        Args:
            num_rows: R.
            num_tokens: V.
            max_depth: how deep blocks are nested at most, 0 (straight programs) to `MAX_DEPTH`.

        Raises:
            ValueError: another vocabulary, or a depth outside that range.
        """
        _check(num_tokens, max_depth)
        self.num_tokens = num_tokens
        self.max_depth = max_depth
        self._states_RS = np.zeros((num_rows, _STATE_SIZE), dtype=np.int32)
        _reset_rows(self._states_RS)

    @property
    def finished(self) -> BoolArray:
        """`[R]` the rows that have ended with EOS."""
        finished_R: BoolArray = self._states_RS[:, _AT_SIZE] == 0
        return finished_R

    def allowed(self) -> BoolArray:
        """`[R, V]` True where a token may come next; in a finished row that is EOS alone."""
        allowed_RV = np.empty((len(self._states_RS), self.num_tokens), dtype=np.bool_)
        _allow_rows(self._states_RS, self.max_depth, allowed_RV)
        return allowed_RV

    def advance(self, tokens: npt.ArrayLike) -> None:
        """Append a token to every row; EOS leaves a finished row as it is.

        Args:
            tokens: `[R]`. A block deeper than what was offered is accepted, up to `MAX_DEPTH`.

        Raises:
            ValueError: a token that cannot come next; the mask is then of no further use.
        """
        tokens_R = np.ascontiguousarray(tokens, dtype=np.int32)
        if tokens_R.shape != (len(self._states_RS),):
            raise ValueError(f"{len(self._states_RS)} rows, but tokens of shape {tokens_R.shape}")
        row = _take_rows(self._states_RS, tokens_R)
        if row >= 0:
            raise ValueError(f"token {tokens_R[row]} cannot come next in row {row}")

    def reorder(self, parents: npt.ArrayLike) -> Self:
        """A new mask whose row i continues row `parents[i]` of this one.

        Args:
            parents: `[R']` rows, repeated or left out as wished.
        """
        selected = type(self)(0, self.num_tokens, max_depth=self.max_depth)
        selected._states_RS = self._states_RS[np.asarray(parents, dtype=np.int64)]
        return selected


def allowed_along(
    tokens_BT: IntArray, num_tokens: int = NUM_TOKENS, *, max_depth: int = OFFERED_DEPTH
) -> BoolArray:
    """The tokens allowed at each position of given programs (teacher forcing).

    Args:
        tokens_BT: `[B, T]` programs ended and padded by EOS, or cut off before their end.
        num_tokens: V.
        max_depth: as in `TokenMask`.

    Returns:
        `[B, T, V]`; entry `[b, t]` are the tokens that may follow `tokens_BT[b, :t]`, among them
        always `tokens_BT[b, t]`. Behind the end only EOS.

    Raises:
        ValueError: a row that is not the beginning of a program, or another vocabulary.
    """
    _check(num_tokens, max_depth)
    tokens = np.ascontiguousarray(tokens_BT, dtype=np.int32)
    allowed_BTV = np.empty((*tokens.shape, num_tokens), dtype=np.bool_)
    failed = _allow_along(tokens, max_depth, allowed_BTV)
    if failed >= 0:
        row, position = divmod(failed, tokens.shape[1])
        raise ValueError(
            f"row {row} is not a program: token {tokens[row, position]} at {position} does not fit"
        )
    return allowed_BTV


def _check(num_tokens: int, max_depth: int) -> None:
    if num_tokens != NUM_TOKENS:
        raise ValueError(f"the vocabulary of Karel has {NUM_TOKENS} tokens, not {num_tokens}")
    if not 0 <= max_depth <= MAX_DEPTH:
        raise ValueError(f"max_depth is 0 to {MAX_DEPTH}, not {max_depth}")
