"""Which tokens may come next: what a search is held to, so that every sequence it ends is a program.

The mask follows the automaton and the context, like the machine, and is a little narrower to keep a
search small: of the names that could be new it offers the first free one of each family (`p_` for
loop variables, `l_` for others), since programs that differ in names only are the same program.

Shapes: R rows, B rows of a batch, T tokens, V size of the model's vocabulary.
"""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
from numba import njit

from lasynth.automaton import MAX_ACTIONS, peek, shift
from lasynth.domains.c.compile import STACK_SIZE
from lasynth.domains.c.context import CONTEXT_SIZE, MAX_LOOPS, apply_action, name_fits
from lasynth.domains.c.grammar import (
    ACTIONS,
    CONTEXT_ACTIONS,
    EOS,
    FIRST_INT,
    FIRST_NAME,
    FIRST_OTHER_NAME,
    GRAMMAR,
    INT_TERMINAL,
    NAME_TERMINAL,
    NUM_NAMES,
    ROLES,
    TERMINAL_OF_TOKEN,
    token_of,
)
from lasynth.grammar import INDEX_MASK, KIND_ACTION, KIND_NONTERMINAL, KIND_SHIFT, KIND_TERMINAL, IntArray

__all__ = ["TokenMask", "allowed_along"]

BoolArray = npt.NDArray[np.bool_]

_RHS, _RHS_START, _PREDICT = GRAMMAR.tables.rhs, GRAMMAR.tables.rhs_start, GRAMMAR.tables.predict
_START = GRAMMAR.tables.start
_NUM_CONTEXT_ACTIONS = len(CONTEXT_ACTIONS)  # they are numbered first
_NEW = ROLES.index("new") + 1
_INT, _FOR, _IF = token_of("int"), token_of("for"), token_of("if")
_HEAD = KIND_NONTERMINAL << KIND_SHIFT | GRAMMAR.nonterminals.index("for_var")
_DECLARED_IN_HEAD = KIND_ACTION << KIND_SHIFT | ACTIONS.index("for_declare")
# A statement opened with this much room left on the stack can be completed.
_ROOM = 64

# A row's state: the parser's stack, then its size, the names used so far (as bits), then the context.
_AT_SIZE, _AT_USED, _AT_CONTEXT = STACK_SIZE, STACK_SIZE + 1, STACK_SIZE + 2
_STATE_SIZE = _AT_CONTEXT + CONTEXT_SIZE


@njit(cache=True, nogil=True)
def _reset(state: IntArray) -> None:
    state[_AT_SIZE:] = 0
    state[0] = _START
    state[_AT_SIZE] = 1


@njit(cache=True, nogil=True)
def _offered(state: IntArray, in_head: bool) -> int:
    """New names worth trying, as bits: of each family the first invisible one and the first unused one.

    A loop's head declares loop variables only.
    """
    offered = 0
    half = FIRST_OTHER_NAME - FIRST_NAME
    taken = int(state[_AT_CONTEXT])  # the visible names
    for _ in range(2):
        for name in range(half):
            if not (taken >> name) & 1:
                offered |= 1 << name
                break
        if not in_head:
            for name in range(half, NUM_NAMES):
                if not (taken >> name) & 1:
                    offered |= 1 << name
                    break
        taken |= state[_AT_USED]
    return offered


@njit(cache=True, nogil=True)
def _allow(state: IntArray, allowed_V: BoolArray) -> None:
    """Mark the tokens that may come next."""
    allowed_V[:] = False
    size = state[_AT_SIZE]
    if size == 0:
        allowed_V[EOS] = True
        return
    stack = state[:STACK_SIZE]
    context = state[_AT_CONTEXT:]
    below = size - 1
    while stack[below] >> KIND_SHIFT == KIND_ACTION:
        below -= 1
    top = stack[below]
    for token in range(FIRST_NAME):
        terminal = TERMINAL_OF_TOKEN[token]
        # The topmost symbol alone rules most out.
        if terminal < 0 or (top >> KIND_SHIFT != KIND_TERMINAL and _PREDICT[top & INDEX_MASK, terminal] < 0):
            continue
        if peek(_RHS, _RHS_START, _PREDICT, stack, size, terminal) < 0:
            continue
        # Do not begin what cannot be completed: no name left, too many loops or blocks.
        if token == _INT:
            allowed_V[token] = _offered(state, top == _HEAD) != 0
        elif token == _FOR:
            allowed_V[token] = context[1] < MAX_LOOPS and size <= STACK_SIZE - _ROOM
        elif token == _IF:
            allowed_V[token] = size <= STACK_SIZE - _ROOM
        else:
            allowed_V[token] = True
    if peek(_RHS, _RHS_START, _PREDICT, stack, size, INT_TERMINAL) >= 0:
        allowed_V[FIRST_INT:] = True
    role = peek(_RHS, _RHS_START, _PREDICT, stack, size, NAME_TERMINAL)
    if role == _NEW:
        offered = _offered(state, stack[below - 1] == _DECLARED_IN_HEAD)
        for name in range(NUM_NAMES):
            allowed_V[FIRST_NAME + name] = (offered >> name) & 1
    elif role >= 0:
        for name in range(NUM_NAMES):
            allowed_V[FIRST_NAME + name] = name_fits(context, role, name)


@njit(cache=True, nogil=True)
def _take(state: IntArray, token: int, actions: IntArray) -> bool:
    """Advance by one token; False where it is no continuation (the state is then of no further use)."""
    size = state[_AT_SIZE]
    if size == 0:
        return token == EOS
    if token < 0:
        return False
    terminal = TERMINAL_OF_TOKEN[token] if token < FIRST_INT else INT_TERMINAL
    if terminal < 0:
        return False
    stack = state[:STACK_SIZE]
    context = state[_AT_CONTEXT:]
    size, role, _, total = shift(_RHS, _RHS_START, _PREDICT, stack, size, terminal, actions)
    if size < 0:
        return False
    name = token - FIRST_NAME
    if terminal == NAME_TERMINAL:
        if not name_fits(context, role, name):
            return False
        state[_AT_USED] |= 1 << name
    for position in range(total):
        if actions[position] < _NUM_CONTEXT_ACTIONS and not apply_action(context, actions[position], name):
            return False
    state[_AT_SIZE] = size
    return True


@njit(cache=True, nogil=True)
def _reset_rows(states_RS: IntArray) -> None:
    for row in range(len(states_RS)):
        _reset(states_RS[row])


@njit(cache=True, nogil=True)
def _allow_rows(states_RS: IntArray, allowed_RV: BoolArray) -> None:
    for row in range(len(states_RS)):
        _allow(states_RS[row], allowed_RV[row])


@njit(cache=True, nogil=True)
def _take_rows(states_RS: IntArray, tokens_R: IntArray) -> int:
    actions = np.empty(MAX_ACTIONS, dtype=np.int32)
    for row in range(len(states_RS)):
        if not _take(states_RS[row], tokens_R[row], actions):
            return row
    return -1


@njit(cache=True, nogil=True)
def _allow_along(tokens_BT: IntArray, allowed_BTV: BoolArray) -> int:
    num_rows, num_positions, num_tokens = allowed_BTV.shape
    state = np.empty(_STATE_SIZE, dtype=np.int32)
    actions = np.empty(MAX_ACTIONS, dtype=np.int32)
    for row in range(num_rows):
        _reset(state)
        for position in range(num_positions):
            token = tokens_BT[row, position]
            _allow(state, allowed_BTV[row, position])
            if token >= num_tokens or not _take(state, token, actions):
                return int(row * num_positions + position)
            # A name that fits but would not have been offered is right all the same.
            allowed_BTV[row, position, token] = True
    return -1


class TokenMask:
    """The tokens that may come next in each of several programs being written.

    Attributes:
        num_tokens: V, the size of the model's vocabulary.
    """

    __slots__ = ("_states_RS", "num_tokens")

    def __init__(self, num_rows: int, num_tokens: int) -> None:
        """Programs that have not begun.

        Args:
            num_rows: R.
            num_tokens: V; integer literals up to `num_tokens - FIRST_INT - 1` are offered.

        Raises:
            ValueError: a vocabulary without a single literal.
        """
        if num_tokens <= FIRST_INT:
            raise ValueError(f"a vocabulary of C has more than {FIRST_INT} tokens, not {num_tokens}")
        self.num_tokens = num_tokens
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
        _allow_rows(self._states_RS, allowed_RV)
        return allowed_RV

    def advance(self, tokens: npt.ArrayLike) -> None:
        """Append a token to every row; EOS leaves a finished row as it is.

        Args:
            tokens: `[R]`. A name that is allowed by C but was not offered is accepted.

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
        selected = type(self)(0, self.num_tokens)
        selected._states_RS = self._states_RS[np.asarray(parents, dtype=np.int64)]
        return selected


def allowed_along(tokens_BT: IntArray, num_tokens: int) -> BoolArray:
    """The tokens allowed at each position of given programs (teacher forcing).

    Args:
        tokens_BT: `[B, T]` programs ended and padded by EOS, or cut off before their end.
        num_tokens: V.

    Returns:
        `[B, T, V]`; entry `[b, t]` are the tokens that may follow `tokens_BT[b, :t]`, among them
        always `tokens_BT[b, t]`. Behind the end only EOS.

    Raises:
        ValueError: a row that is not the beginning of a program, or a token outside the vocabulary.
    """
    tokens = np.ascontiguousarray(tokens_BT, dtype=np.int32)
    allowed_BTV = np.empty((*tokens.shape, num_tokens), dtype=np.bool_)
    failed = _allow_along(tokens, allowed_BTV)
    if failed >= 0:
        row, position = divmod(failed, tokens.shape[1])
        raise ValueError(
            f"row {row} is not a program: token {tokens[row, position]} at {position} does not fit"
        )
    return allowed_BTV
