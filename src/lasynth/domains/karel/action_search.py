"""The straight-line floor: the shortest action sequence that takes every shown input to its output.

Relative to its start, every robot moves the same way under the same actions. So the worlds are overlaid on a
common grid, each shifted and rotated so that its robot starts in the same cell and faces up. A sequence that
solves all of them exists only if all changes are then equal: the robots' final cells and facings, and the
change of the markers in each cell. In that case a single search, on the cells that are free in every world,
solves all of them.

A shortest sequence never puts and picks markers in the same cell. It may put or pick them whenever the robot
is in the cell, because every world has enough markers, or enough room, there. So each changed marker costs
one action. What remains is a shortest path, turns included, through the cells whose markers change: a
breadth-first search over cell, facing and the set of these cells visited so far. It is exact, no heuristic.

Shapes: K examples, W `WORLD_SIZE`.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.karel.grammar import ACTION_NAMES, EOS, FIRST_ACTION, token_of
from lasynth.domains.karel.world import (
    CRASHED,
    FACING,
    FRAME,
    HERO_COL,
    HERO_ROW,
    MAX_MARKERS,
    MAX_SIDE,
    NUM_CELLS,
    WALL,
    WORLD_SIZE,
    WorldArray,
)
from lasynth.grammar import IntArray

__all__ = [
    *("action_program", "action_sequence", "least_turns", "marker_change", "moved", "robot_change"),
    *("search_actions", "straight_program"),
]

Longs = npt.NDArray[np.int64]

# The common grid: the robots start in its middle and face up.
_REACH: Final = MAX_SIDE - 1
_SIDE: Final = 2 * _REACH + 1
_AREA: Final = _SIDE * _SIDE
_MIDDLE: Final = _REACH * _SIDE + _REACH
_MAX_PLACES: Final = 20  # cells whose markers change; a set of them must fit in a number
_NONE: Final = -1
_FULL: Final = -2  # the search ran out of room for states

_MOVE, _RIGHT, _LEFT, _PICK, _PUT = range(len(ACTION_NAMES))


@njit(cache=True, nogil=True)
def _signed(world: npt.NDArray[Any], place: int) -> Any:
    """A number of a world, such that it can be subtracted: those of worlds have no sign."""
    return np.int64(world[place])


@njit(cache=True, nogil=True)
def _common_cell(start: npt.NDArray[Any], row: int, col: int) -> int:
    """The cell of the common grid for a row and column of a world."""
    north, east = row - _signed(start, HERO_ROW), col - _signed(start, HERO_COL)
    facing = start[FACING]
    up, right = north, east
    if facing == 1:
        up, right = east, -north
    elif facing == 2:
        up, right = -north, -east
    elif facing == 3:
        up, right = -east, north
    return (_REACH + up) * _SIDE + _REACH + right


@njit(cache=True, nogil=True)
def _lay_together(inputs_KW: Longs, outputs_KW: Longs, free: IntArray, change: IntArray) -> tuple[int, int]:
    """Overlay the worlds on the common grid.

    Args:
        inputs_KW, outputs_KW: the examples.
        free: receives for each cell the number of worlds in which it is free.
        change: receives for each cell the change of its number of markers.

    Returns:
        `(cell, facing)` of the robots at the end; -1, -1 where the worlds do not agree.
    """
    free[:] = 0
    change[:] = 0
    end, end_facing, num_changed = -1, -1, 0
    for example in range(len(inputs_KW)):
        start, goal = inputs_KW[example], outputs_KW[example]
        if start[CRASHED] or goal[CRASHED]:
            return -1, -1
        cell = _common_cell(start, goal[HERO_ROW], goal[HERO_COL])
        facing = (goal[FACING] - start[FACING]) & 3
        if example == 0:
            end, end_facing = cell, facing
        elif cell != end or facing != end_facing:
            return -1, -1
        changed = 0
        for row in range(MAX_SIDE):
            for col in range(MAX_SIDE):
                place = (row + 1) * FRAME + col + 1
                before, after = start[place], goal[place]
                if (before >= WALL) != (after >= WALL):
                    return -1, -1
                if before >= WALL:
                    continue
                cell = _common_cell(start, row, col)
                free[cell] += 1
                if before == after:
                    continue
                if example == 0:
                    change[cell] = after - before
                elif change[cell] != after - before:
                    return -1, -1
                if before > MAX_MARKERS or after > MAX_MARKERS:
                    return -1, -1
                changed += 1
        if example == 0:
            num_changed = changed
        elif changed != num_changed:
            return -1, -1
    return end, end_facing


@njit(cache=True, nogil=True)
def _distance(cell: int, other: int) -> int:
    return abs(cell // _SIDE - other // _SIDE) + abs(cell % _SIDE - other % _SIDE)


@njit(cache=True, nogil=True)
def _is_new(table: Longs, key: int) -> bool:
    """Add a state to the table; whether it is new. The table's size is a power of two; it is never full."""
    slot = (((key ^ key >> 20) & 0x3FFFFFFF) * 0x9E3779B1 >> 11) & (len(table) - 1)
    while table[slot] != _NONE:
        if table[slot] == key:
            return False
        slot = (slot + 1) & (len(table) - 1)
    table[slot] = key
    return True


@njit(cache=True, nogil=True)
def search_actions(
    inputs_KW: Longs,
    outputs_KW: Longs,
    max_length: int,
    max_states: int,
    table: Longs,
    states: Longs,
    parents: npt.NDArray[np.int32],
    actions: npt.NDArray[np.int8],
) -> int:
    """Find the shortest sequence, in compiled code; see `action_sequence`.

    Args:
        inputs_KW, outputs_KW: the examples, signed integers.
        max_length: the largest number of actions.
        max_states: the largest number of states.
        table: as long as a power of two above `max_states`.
        states, parents: `max_states` long each.
        actions: receives the sequence; one longer than `max_length`.

    Returns:
        Its length, -1 where there is none, -2 where the search ran out of states.
    """
    num_worlds = len(inputs_KW)
    free, change = np.empty(_AREA, dtype=np.int32), np.empty(_AREA, dtype=np.int32)
    end, end_facing = _lay_together(inputs_KW, outputs_KW, free, change)
    if end < 0:
        return -1
    # The cost of the markers, and a number for each cell whose markers change.
    number_of = np.full(_AREA, _NONE, dtype=np.int32)
    cells = np.empty(_MAX_PLACES, dtype=np.int32)
    count, cost = 0, 0
    for cell in range(_AREA):
        if change[cell] != 0:
            if count == _MAX_PLACES or free[cell] < num_worlds:
                return -1
            number_of[cell] = count
            cells[count] = cell
            count += 1
            cost += abs(change[cell])
    max_steps = max_length - cost
    if max_steps < 0:
        return -1
    everything = (1 << count) - 1

    # A state is one number made of the visited cells, the cell and the facing.
    table[:] = _NONE
    visited = 1 << number_of[_MIDDLE] if number_of[_MIDDLE] >= 0 else 0
    states[0] = (visited * _AREA + _MIDDLE) * 4
    parents[0] = _NONE
    _is_new(table, states[0])
    goal = (everything * _AREA + end) * 4 + end_facing
    found = 0 if states[0] == goal else -1
    first, size, steps = 0, 1, 0
    while found < 0 and first < size and steps < max_steps:
        layer_end = size
        steps += 1
        for current in range(first, layer_end):
            facing = states[current] & 3
            cell = (states[current] >> 2) % _AREA
            visited = (states[current] >> 2) // _AREA
            for action in range(3):
                next_cell, next_facing, next_visited = cell, facing, visited
                if action == _RIGHT:
                    next_facing = (facing + 1) & 3
                elif action == _LEFT:
                    next_facing = (facing + 3) & 3
                else:
                    row, col = cell // _SIDE, cell % _SIDE
                    if facing & 1:
                        col += 2 - facing
                    else:
                        row += 1 - facing
                    if row < 0 or row >= _SIDE or col < 0 or col >= _SIDE:
                        continue
                    next_cell = row * _SIDE + col
                    if free[next_cell] < num_worlds:
                        continue
                    if number_of[next_cell] >= 0:
                        next_visited |= 1 << number_of[next_cell]
                # A lower bound on the remaining steps: via any one unvisited cell to the end.
                least = _distance(next_cell, end)
                for number in range(count):
                    if not next_visited >> number & 1:
                        detour = _distance(next_cell, cells[number]) + _distance(cells[number], end)
                        least = max(least, detour)
                if steps + least > max_steps:
                    continue
                state = (next_visited * _AREA + next_cell) * 4 + next_facing
                if not _is_new(table, state):
                    continue
                if size == max_states:
                    return _FULL
                states[size] = state
                parents[size] = current
                if state == goal:
                    found = size
                    break
                size += 1
            if found >= 0:
                break
        first = layer_end
    if found < 0:
        return -1
    return _write(states, parents, found, change, actions)


@njit(cache=True, nogil=True)
def _write(
    states: Longs,
    parents: npt.NDArray[np.int32],
    found: int,
    change: IntArray,
    actions: npt.NDArray[np.int8],
) -> int:
    """Write the actions on the path to a state in reverse order, then reverse them; returns their number."""
    length = 0
    current = found
    while True:
        cell = (states[current] >> 2) % _AREA
        visited = (states[current] >> 2) // _AREA
        parent = parents[current]
        before = 0 if parent < 0 else (states[parent] >> 2) // _AREA
        if visited != before:
            for _ in range(abs(change[cell])):
                actions[length] = _PUT if change[cell] > 0 else _PICK
                length += 1
        if parent < 0:
            break
        turn = ((states[current] & 3) - (states[parent] & 3)) & 3
        actions[length] = _MOVE if turn == 0 else _RIGHT if turn == 1 else _LEFT
        length += 1
        current = parent
    actions[:length] = actions[:length][::-1].copy()
    return length


@njit(cache=True, nogil=True)
def robot_change(start: WorldArray, goal: WorldArray) -> tuple[int, int]:
    """Where a robot ends, seen from its start.

    Returns:
        `(cell, turn)`, a cell of the common grid, and the quarters that it is turned to the right; -1, -1 for
        a robot that has crashed. One sequence of actions does the same in all worlds.
    """
    if start[CRASHED] or goal[CRASHED]:
        return -1, -1
    cell = _common_cell(start, _signed(goal, HERO_ROW), _signed(goal, HERO_COL))
    return cell, (_signed(goal, FACING) - _signed(start, FACING)) & 3


@njit(cache=True, nogil=True)
def marker_change(start: WorldArray, goal: WorldArray, end: int) -> tuple[int, int, int]:
    """What has to be done with the markers of a world.

    Returns:
        `(num_put, num_picked, num_moves)`, the last the least number of moves from the robot's cell to the
        cell `end` of the common grid by way of any one cell whose markers change; -1 each where no actions
        do it. The first two are the same in all worlds for one sequence of actions.
    """
    num_put = num_picked = 0
    num_moves = _distance(_MIDDLE, end)
    for place in range(FRAME, NUM_CELLS - FRAME):
        if start[place] == goal[place]:
            continue
        if start[place] > MAX_MARKERS or goal[place] > MAX_MARKERS:
            return -1, -1, -1
        change = _signed(goal, place) - _signed(start, place)
        num_put += max(change, 0)
        num_picked += max(-change, 0)
        cell = _common_cell(start, place // FRAME - 1, place % FRAME - 1)
        num_moves = max(num_moves, _distance(_MIDDLE, cell) + _distance(cell, end))
    return num_put, num_picked, num_moves


@njit(cache=True, nogil=True)
def moved(end: int) -> tuple[int, int]:
    """How many cells up and to the right of its start a robot is in this cell of the common grid."""
    return end // _SIDE - _REACH, end % _SIDE - _REACH


@njit(cache=True, nogil=True)
def least_turns(end: int, turn: int) -> int:
    """How often a robot turns at least that ends in this cell of the common grid, turned so."""
    if turn != 0:
        return min(turn, 4 - turn)
    # To another column or to the back it leaves its first facing, and comes back to it.
    return 2 if end % _SIDE != _REACH or end // _SIDE < _REACH else 0


def action_sequence(
    inputs_KW: WorldArray, outputs_KW: WorldArray, *, max_length: int = 20, max_states: int = 200_000
) -> npt.NDArray[np.int8] | None:
    """The shortest action sequence that takes every input to its output.

    Args:
        inputs_KW, outputs_KW: `[K, W]` the worlds before and after.
        max_length: the largest number of actions.
        max_states: the largest number of states before the search gives up.

    Returns:
        The numbers of the actions (`machine.MOVE`, ...), an empty array where every output equals its input.
        Among equally short sequences always the same one. None where there is none within the limits.

    Raises:
        ValueError: the arrays do not have the shape of worlds, `max_length` is negative, or `max_states` is
            below 1.
    """
    # Signed integers, so that they can be subtracted.
    inputs, outputs = (np.require(worlds, np.int64, ["C", "W"]) for worlds in (inputs_KW, outputs_KW))
    if inputs.ndim != 2 or inputs.shape != outputs.shape or inputs.shape[1] != WORLD_SIZE or not len(inputs):
        raise ValueError(f"worlds must be two arrays [K, {WORLD_SIZE}], not {inputs.shape}, {outputs.shape}")
    if max_length < 0 or max_states < 1:
        raise ValueError(f"max_length is 0 or more, max_states 1 or more, not {max_length}, {max_states}")
    max_states = min(max_states, 1 << 26)
    actions = np.empty(max_length + 1, dtype=np.int8)
    # A small search first: clearing the table of a large one takes longer than most tasks.
    for limit in sorted({min(4096, max_states), max_states}):
        table = np.empty(1 << (2 * limit).bit_length(), dtype=np.int64)
        states, parents = np.empty(limit, dtype=np.int64), np.empty(limit, dtype=np.int32)
        length = search_actions(inputs, outputs, max_length, limit, table, states, parents, actions)
        if length != _FULL:
            break
    return actions[:length].copy() if length >= 0 else None


def action_program(actions: npt.NDArray[np.int8]) -> IntArray:
    """`[T]` the tokens of the program that consists of an action sequence, EOS included.

    Raises:
        ValueError: there are no actions; a program has at least one.
    """
    if not len(actions):
        raise ValueError("a program has one action at least")
    head = [token_of(text) for text in ("DEF", "run", "m(")]
    body = [FIRST_ACTION + int(action) for action in actions]
    return np.array([*head, *body, token_of("m)"), EOS], dtype=np.int32)


def straight_program(
    inputs_KW: WorldArray, outputs_KW: WorldArray, *, max_length: int, max_states: int
) -> IntArray | None:
    """`[T]` the shortest program without blocks that takes every input to its output, or None.

    Where every output equals its input no action is needed, but a program has at least one: it turns left and
    back.

    Raises:
        ValueError: as `action_sequence`.
    """
    actions = action_sequence(inputs_KW, outputs_KW, max_length=max_length, max_states=max_states)
    if actions is None or (not len(actions) and max_length < 2):
        return None
    return action_program(actions if len(actions) else np.array([_LEFT, _RIGHT], dtype=np.int8))
