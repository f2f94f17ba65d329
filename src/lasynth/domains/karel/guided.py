"""Executes partial programs while they are written, token by token (Chen, Liu and Song 2019, "Exec").

After every token a program has a state: the worlds after the statements so far, and the active examples,
which are those whose runs reach the current position.

- An action is performed at once on the active examples. An example whose action is not possible, or whose
  ticks are used up, has crashed: its world stays as the machine would leave it, and it is never active again.
- After the condition of an `IF` or `IFELSE` only the examples where it holds are active, after `ELSE` the
  other ones, and after the statement all of them again, each with its own world.
- The body of a `WHILE` is executed once while it is written, on the examples where the condition holds; that
  of a `REPEAT` on all examples (on none for `R=0`). This is the first round. Where the body ends, the loop
  continues from there to its end. So the result is that of the whole loop.

So after every statement of the outermost block the worlds equal the result of `run_batch` for the program so
far, ticks included. In a block that no example enters, nothing is executed. What the authors do there is not
known. Here a model then sees all examples that have not crashed (or all, if every one has crashed) in their
current state, because it needs some input.

`GuidedWorlds` advances the rows of a search; `along` gives the states at all positions of whole programs.

Shapes: R rows, B programs, K examples, W `WORLD_SIZE`, T tokens, S distinct states, Q distinct worlds of an
example.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.karel.grammar import BOS, EOS
from lasynth.domains.karel.guided_rows import (
    Rows,
    Work,
    new_rows,
    new_work,
    reset,
    room_for_more,
    see,
    take,
    with_room,
)
from lasynth.domains.karel.machine import check_batch
from lasynth.domains.karel.world import CRASHED, WORLD_SIZE, WorldArray
from lasynth.grammar import IntArray

__all__ = ["GuidedWorlds", "States", "along"]

BoolArray = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@njit(cache=True, nogil=True)
def _reset_rows(s: Rows, worlds_RKW: WorldArray) -> None:
    for row in range(len(worlds_RKW)):
        reset(s, row, worlds_RKW[row])


@njit(cache=True, nogil=True)
def _take_rows(s: Rows, work: Work, tokens_R: IntArray) -> int:
    for row in range(len(tokens_R)):
        if tokens_R[row] == BOS:
            s.changed[row] = False
        elif not take(s, work, row, tokens_R[row]):
            return row
    return -1


@njit(cache=True, nogil=True)
def _see_rows(s: Rows, seen_RK: BoolArray) -> None:
    for row in range(len(seen_RK)):
        see(s, row, seen_RK[row])


class GuidedWorlds:
    """The states of several partial programs, each on its own worlds.

    Args:
        inputs_RKW: `[R, K, W]` the input worlds of each row.

    Raises:
        ValueError: the arrays are not worlds.
    """

    __slots__ = ("_rows", "_work")

    def __init__(self, inputs_RKW: WorldArray) -> None:
        num_rows, num_examples = inputs_RKW.shape[:2]
        _, worlds_RKW = check_batch(np.zeros((num_rows, 1), dtype=np.int32), inputs_RKW)
        self._rows = new_rows(num_rows, num_examples, 16)
        self._work = new_work()
        _reset_rows(self._rows, worlds_RKW)

    def __len__(self) -> int:
        return len(self._rows.numbers)

    @property
    def worlds(self) -> WorldArray:
        """`[R, K, W]` the current worlds; do not change them."""
        return self._rows.worlds

    @property
    def changed(self) -> BoolArray:
        """`[R, K]` the worlds that the last token may have changed; the others are the same as before."""
        return self._rows.changed

    @property
    def crashed(self) -> BoolArray:
        """`[R, K]` the examples that have crashed; no continuation of such a program is right."""
        crashed_RK: BoolArray = self._rows.worlds[:, :, CRASHED] != 0
        return crashed_RK

    def seen(self) -> BoolArray:
        """`[R, K]` the examples that the next token depends on; at least one per row."""
        seen_RK = np.empty(self._rows.active.shape, dtype=np.bool_)
        _see_rows(self._rows, seen_RK)
        return seen_RK

    def advance(self, tokens: npt.ArrayLike) -> None:
        """Append a token to every row; EOS does not change a finished row, nor BOS any row.

        Args:
            tokens: `[R]`.

        Raises:
            ValueError: a token cannot come next; the rows are unusable afterwards.
        """
        tokens_R = np.ascontiguousarray(tokens, dtype=np.int32)
        if tokens_R.shape != (len(self),):
            raise ValueError(f"{len(self)} rows, but tokens of shape {tokens_R.shape}")
        self._rows = with_room(self._rows, room_for_more(self._rows))
        row = _take_rows(self._rows, self._work, tokens_R)
        if row >= 0:
            raise ValueError(f"token {tokens_R[row]} cannot come next in row {row}")

    def reorder(self, parents: npt.ArrayLike) -> Self:
        """New rows, where row i continues row `parents[i]`; rows may be repeated or left out."""
        parents_R = np.asarray(parents, dtype=np.int64)
        selected = object.__new__(type(self))
        columns: list[Any] = [array[parents_R] for array in self._rows]
        selected._rows = Rows(*columns)
        selected._work = self._work
        return selected

    def join(self, other: Self) -> Self:
        """New rows: these, then others with as many examples."""
        room = max(self._rows.codes.shape[2], other._rows.codes.shape[2])
        both: tuple[Any, Any] = with_room(self._rows, room), with_room(other._rows, room)
        joined = object.__new__(type(self))
        columns: list[Any] = [np.concatenate(pair) for pair in zip(*both, strict=True)]
        joined._rows = Rows(*columns)
        joined._work = self._work
        return joined


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """The distinct states along whole programs.

    Attributes:
        state_BT: the state after the tokens before position t, one of S. The first B are the states at the
            beginning of each program; the numbers in a program never fall.
        seen_SK: the examples that the next token depends on.
        world_SK: the world of each example, one of Q. The first B K are the inputs.
        worlds_QW: the distinct worlds of each example in its program.
        example_Q: `program * K + example` for each world.
    """

    state_BT: Ints
    seen_SK: BoolArray
    world_SK: Ints
    worlds_QW: WorldArray
    example_Q: Ints


@njit(cache=True, nogil=True)
def _along(
    tokens_BT: IntArray,
    inputs_BKW: WorldArray,
    s: Rows,
    work: Work,
    state_BT: Ints,
    seen_SK: BoolArray,
    world_SK: Ints,
    worlds_QW: WorldArray,
    example_Q: Ints,
) -> tuple[int, int, int]:
    """Fill in the states; returns their number, that of worlds, and the index of an invalid token or -1."""
    num_rows, num_positions = tokens_BT.shape
    num_examples = inputs_BKW.shape[1]
    num_states, num_worlds = num_rows, num_rows * num_examples
    seen_K = np.empty(num_examples, dtype=np.bool_)
    for row in range(num_rows):
        reset(s, 0, inputs_BKW[row])
        see(s, 0, seen_SK[row])
        for example in range(num_examples):
            world = row * num_examples + example
            world_SK[row, example] = world
            worlds_QW[world] = inputs_BKW[row, example]
            example_Q[world] = world
        now = row
        for position in range(num_positions):
            state_BT[row, position] = now
            if not take(s, work, 0, tokens_BT[row, position]):
                return num_states, num_worlds, row * num_positions + position
            see(s, 0, seen_K)
            if not s.changed[0].any() and np.array_equal(seen_K, seen_SK[now]):
                continue
            seen_SK[num_states] = seen_K
            for example in range(num_examples):
                world_SK[num_states, example] = world_SK[now, example]
                if s.changed[0, example]:
                    world_SK[num_states, example] = num_worlds
                    worlds_QW[num_worlds] = s.worlds[0, example]
                    example_Q[num_worlds] = row * num_examples + example
                    num_worlds += 1
            now = num_states
            num_states += 1
    return num_states, num_worlds, -1


def along(tokens_BT: IntArray, inputs_BKW: WorldArray) -> States:
    """The states at all positions of given programs (teacher forcing).

    Args:
        tokens_BT: `[B, T]` programs ended and padded by EOS, or cut off before their end.
        inputs_BKW: `[B, K, W]` their input worlds.

    Raises:
        ValueError: a row is not the beginning of a program, or the arrays are not worlds.
    """
    tokens, worlds_BKW = check_batch(tokens_BT, inputs_BKW)
    (num_rows, num_positions), num_examples = tokens.shape, worlds_BKW.shape[1]
    # At most one new state per token: not every token changes a world or the active examples.
    most = num_rows + int((tokens != EOS).sum())
    state_BT = np.zeros(tokens.shape, dtype=np.int64)
    seen_SK = np.zeros((most, num_examples), dtype=np.bool_)
    world_SK = np.zeros((most, num_examples), dtype=np.int64)
    worlds_QW = np.empty((most * num_examples, WORLD_SIZE), dtype=np.uint8)
    example_Q = np.zeros(most * num_examples, dtype=np.int64)
    rows = new_rows(1, num_examples, 2 * num_positions + 4)
    states = state_BT, seen_SK, world_SK, worlds_QW, example_Q
    num_states, num_worlds, failed = _along(tokens, worlds_BKW, rows, new_work(), *states)
    if failed >= 0:
        row, position = divmod(failed, num_positions)
        raise ValueError(
            f"row {row} is not a program: token {tokens[row, position]} at {position} does not fit"
        )
    seen_SK, world_SK = seen_SK[:num_states], world_SK[:num_states]
    return States(state_BT, seen_SK, world_SK, worlds_QW[:num_worlds], example_Q[:num_worlds])
