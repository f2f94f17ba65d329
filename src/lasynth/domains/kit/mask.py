"""Which tokens may come next: what a search is held to, so that every sequence it ends is a program.

The mask follows the automaton and the scope, like a machine, and is a little narrower to keep a search small.
Programs that differ in names only are the same program, so of the names that could be new it offers the first
free one of each family. Nestings are offered up to a depth of its own.

Shapes: R rows, B rows of a batch, T tokens, S a row's state, V size of the model's vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from lasynth.automaton import MAX_ACTIONS, peek, shift
from lasynth.compiled import njit
from lasynth.domains.kit.scope import Effect, NameKind, enact, name_fits, scope_size
from lasynth.domains.kit.tables import NEEDS_NESTING, NEEDS_ROOM, Tables, Unpacked, unpacked
from lasynth.grammar import (
    INDEX_MASK,
    KIND_ACTION,
    KIND_SHIFT,
    KIND_TERMINAL,
    ROLE_MASK,
    ROLE_SHIFT,
    IntArray,
)

__all__ = ["AT_SIZE", "Masking", "TokenMask", "allow", "reset", "state_size", "take"]

BoolArray = npt.NDArray[np.bool_]

_NEW, _OPEN_DECLARED = int(NameKind.NEW), int(Effect.OPEN_DECLARED)
# A row's state: the stack's size, the names used so far (as bits), the scope, the parser's stack.
AT_SIZE, AT_USED, AT_SCOPE = 0, 1, 2


def state_size(tables: Tables) -> int:
    """S."""
    t = tables.parts
    return AT_SCOPE + scope_size(int(t.families[-1]), t.max_nesting) + t.stack_size


@njit(cache=True, nogil=True, inline="always")
def reset(t: Unpacked, state: IntArray, symbol: int, visible: int) -> None:
    """Begin with a symbol, packed (`t.start` for a program), where names (as bits) are visible."""
    at_stack = len(state) - t.stack_size
    state[:at_stack] = 0
    state[AT_SIZE] = 1
    state[AT_USED] = visible
    state[AT_SCOPE] = visible
    state[at_stack] = symbol


@njit(cache=True, nogil=True, inline="always")
def _offered(t: Unpacked, state: IntArray, behind: int) -> int:
    """New names worth trying, as bits: of each family the first invisible one and the first unused one.

    A nesting (the action behind the name says so) declares names of the first family only.
    """
    num_families = len(t.families) - 1
    if behind >> KIND_SHIFT == KIND_ACTION and t.effects[behind & INDEX_MASK] == _OPEN_DECLARED:
        num_families = 1
    offered = 0
    taken = int(state[AT_SCOPE])  # the visible names
    for _ in range(2):
        for family in range(num_families):
            for name in range(t.families[family], t.families[family + 1]):
                if not (taken >> name) & 1:
                    offered |= 1 << name
                    break
        taken |= state[AT_USED]
    return offered


@njit(cache=True, nogil=True, inline="always")
def allow(t: Unpacked, max_nesting: int, state: IntArray, allowed_V: BoolArray) -> None:
    """Mark the tokens that may come next."""
    allowed_V[:] = False
    size = state[AT_SIZE]
    if size == 0:
        allowed_V[t.eos] = True
        return
    at_stack = len(state) - t.stack_size
    stack = state[at_stack:]
    scope = state[AT_SCOPE:at_stack]
    # What is topmost is no action: those are taken with the token before them. It rules most out.
    top = stack[size - 1]
    index = top & INDEX_MASK
    fixed = top >> KIND_SHIFT == KIND_TERMINAL
    for terminal in range(t.predict.shape[1]):
        if (fixed and terminal != index) or (not fixed and t.predict[index, terminal] < 0):
            continue
        role, behind, second = peek(t.rhs, t.rhs_start, t.predict, stack, size, terminal)
        if role < 0:
            continue
        # Do not begin what cannot be completed: no nesting, stack or name left.
        needs = t.needs[terminal]
        if needs & NEEDS_NESTING and scope[1] >= max_nesting:
            continue
        if needs & NEEDS_ROOM and size > t.stack_size - t.room:
            continue
        if behind & ~(ROLE_MASK << ROLE_SHIFT) == t.name_terminal:
            new = t.kinds[(behind >> ROLE_SHIFT) & ROLE_MASK] == _NEW
            if new and _offered(t, state, second) == 0:
                continue
        if terminal == t.name_terminal:
            kind = t.kinds[role]
            offered = _offered(t, state, behind) if kind == _NEW else 0
            for name in range(t.families[-1]):
                fits = (offered >> name) & 1 if kind == _NEW else name_fits(scope, kind, name, 0)
                allowed_V[t.first_name + name] = fits
        elif terminal == t.int_terminal:
            allowed_V[t.first_int :] = True
        else:
            for place in range(t.tokens_start[terminal], t.tokens_start[terminal + 1]):
                allowed_V[t.tokens[place]] = True


@njit(cache=True, nogil=True, inline="always")
def take(t: Unpacked, state: IntArray, token: int, actions: IntArray) -> bool:
    """Advance by one token; False where it is no continuation (the state is then of no further use)."""
    size = state[AT_SIZE]
    if size == 0:
        return token == t.eos
    if token < 0:
        return False
    terminal = t.terminal_of_token[token] if token < t.first_int else t.int_terminal
    if terminal < 0:
        return False
    at_stack = len(state) - t.stack_size
    scope = state[AT_SCOPE:at_stack]
    size, role, _, total = shift(t.rhs, t.rhs_start, t.predict, state[at_stack:], size, terminal, actions)
    if size < 0:
        return False
    name = token - t.first_name
    if terminal == t.name_terminal:
        if not name_fits(scope, t.kinds[role], name, t.families[-1]):
            return False
        state[AT_USED] |= 1 << name
    for position in range(total):
        effect = t.effects[actions[position]]
        if effect > 0 and not enact(scope, effect, name, t.max_nesting):
            return False
    state[AT_SIZE] = size
    return True


@njit(cache=True, nogil=True)
def _reset_rows(tables: IntArray, states_RS: IntArray) -> None:
    t = unpacked(tables)
    for row in range(len(states_RS)):
        reset(t, states_RS[row], t.start, 0)


@njit(cache=True, nogil=True)
def _allow_rows(tables: IntArray, max_nesting: int, states_RS: IntArray, allowed_RV: BoolArray) -> None:
    t = unpacked(tables)
    for row in range(len(states_RS)):
        allow(t, max_nesting, states_RS[row], allowed_RV[row])


@njit(cache=True, nogil=True)
def _take_rows(tables: IntArray, states_RS: IntArray, tokens_R: IntArray) -> int:
    t = unpacked(tables)
    actions = np.empty(MAX_ACTIONS, dtype=np.int32)
    for row in range(len(states_RS)):
        if not take(t, states_RS[row], tokens_R[row], actions):
            return row
    return -1


@njit(cache=True, nogil=True)
def _allow_along(
    tables: IntArray, max_nesting: int, state: IntArray, tokens_BT: IntArray, allowed_BTV: BoolArray
) -> int:
    t = unpacked(tables)
    num_rows, num_positions, num_tokens = allowed_BTV.shape
    actions = np.empty(MAX_ACTIONS, dtype=np.int32)
    for row in range(num_rows):
        reset(t, state, t.start, 0)
        for position in range(num_positions):
            token = tokens_BT[row, position]
            allow(t, max_nesting, state, allowed_BTV[row, position])
            if token >= num_tokens or not take(t, state, token, actions):
                return int(row * num_positions + position)
            # What fits but would not have been offered is right all the same.
            allowed_BTV[row, position, token] = True
    return -1


class TokenMask:
    """The tokens that may come next in each of several programs being written; `Masking.mask` makes it.

    Attributes:
        num_tokens: V.
    """

    __slots__ = ("_masking", "_states_RS", "num_tokens")

    def __init__(self, masking: Masking, num_tokens: int, states_RS: IntArray) -> None:
        self._masking = masking
        self._states_RS = states_RS
        self.num_tokens = num_tokens

    @property
    def finished(self) -> BoolArray:
        """`[R]` the rows that have ended with EOS."""
        finished_R: BoolArray = self._states_RS[:, AT_SIZE] == 0
        return finished_R

    def allowed(self) -> BoolArray:
        """`[R, V]` True where a token may come next; in a finished row that is EOS alone."""
        allowed_RV = np.empty((len(self._states_RS), self.num_tokens), dtype=np.bool_)
        _allow_rows(self._masking.tables.packed, self._masking.max_nesting, self._states_RS, allowed_RV)
        return allowed_RV

    def advance(self, tokens: npt.ArrayLike) -> None:
        """Append a token to every row; EOS leaves a finished row as it is.

        Args:
            tokens: `[R]`. A name or a nesting that the language allows but was not offered is accepted.

        Raises:
            ValueError: a token that cannot come next; the mask is then of no further use.
        """
        tokens_R = np.ascontiguousarray(tokens, dtype=np.int32)
        if tokens_R.shape != (len(self._states_RS),):
            raise ValueError(f"{len(self._states_RS)} rows, but tokens of shape {tokens_R.shape}")
        row = _take_rows(self._masking.tables.packed, self._states_RS, tokens_R)
        if row >= 0:
            raise ValueError(f"token {tokens_R[row]} cannot come next in row {row}")

    def reorder(self, parents: npt.ArrayLike) -> Self:
        """A new mask whose row i continues row `parents[i]` of this one.

        Args:
            parents: `[R']` rows, repeated or left out as wished.
        """
        states_RS = self._states_RS[np.asarray(parents, dtype=np.int64)]
        return type(self)(self._masking, self.num_tokens, states_RS)

    def join(self, other: Self) -> Self:
        """A new mask of the rows of this one, then those of the other, of the same vocabulary."""
        states_RS = np.concatenate([self._states_RS, other._states_RS])
        return type(self)(self._masking, self.num_tokens, states_RS)


@dataclass(frozen=True, slots=True, eq=False)
class Masking:
    """What the masks of a language offer.

    Attributes:
        tables: of the language.
        max_nesting: how deep the nestings are that are offered, at most those that the language allows.

    Raises:
        ValueError: `max_nesting` is outside that range.
    """

    tables: Tables
    max_nesting: int

    def __post_init__(self) -> None:
        if not 0 <= self.max_nesting <= self.tables.parts.max_nesting:
            raise ValueError(f"max_nesting is 0 to {self.tables.parts.max_nesting}, not {self.max_nesting}")

    def mask(self, num_rows: int, num_tokens: int) -> TokenMask:
        """The mask of programs that have not begun.

        Args:
            num_rows: R.
            num_tokens: V; integer literals up to the last of these tokens are offered.

        Raises:
            ValueError: a vocabulary that is not the language's, or without a single integer.
        """
        self._check(num_tokens, least=self.tables.parts.first_int + 1)
        states_RS = np.zeros((num_rows, state_size(self.tables)), dtype=np.int32)
        _reset_rows(self.tables.packed, states_RS)
        return TokenMask(self, num_tokens, states_RS)

    def allowed_along(self, tokens_BT: IntArray, num_tokens: int) -> BoolArray:
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
        self._check(num_tokens, least=self.tables.parts.first_int)
        tokens = np.ascontiguousarray(tokens_BT, dtype=np.int32)
        allowed_BTV = np.empty((*tokens.shape, num_tokens), dtype=np.bool_)
        state = np.empty(state_size(self.tables), dtype=np.int32)
        failed = _allow_along(self.tables.packed, self.max_nesting, state, tokens, allowed_BTV)
        if failed >= 0:
            row, position = divmod(failed, tokens.shape[1])
            raise ValueError(
                f"row {row} is not a program: token {tokens[row, position]} at {position} does not fit"
            )
        return allowed_BTV

    def _check(self, num_tokens: int, least: int) -> None:
        fixed = self.tables.parts.first_int
        if self.tables.parts.int_terminal < 0 and num_tokens != fixed:
            raise ValueError(f"the vocabulary has {fixed} tokens, not {num_tokens}")
        if self.tables.parts.int_terminal >= 0 and num_tokens < least:
            raise ValueError(f"a vocabulary has more than {least - 1} tokens, not {num_tokens}")
