"""Loops whose body is computed: `while` some condition holds, a line of actions.

The example that changes least is taken to go round once, so its own shortest line
(`lasynth.domains.karel.action_search`) is the body, and the loop is run on all examples. Few states come to
that: the condition must hold no longer at any output, an example where it does not hold at first is already
at its output, and what one round does to the robot and to the number of markers must fit the others a whole
number of times.

Shapes: K examples, W `WORLD_SIZE`, L actions of a line.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.karel.action_search import moved
from lasynth.domains.karel.lines import Changes, Line, Room, search_line
from lasynth.domains.karel.machine import MAX_TICKS, holds, perform
from lasynth.domains.karel.world import WorldArray

__all__ = ["goes_round", "search_loop"]

Bools = npt.NDArray[np.bool_]

_UNKNOWN: Final = 0  # rounds


@njit(cache=True, nogil=True)
def _rounds(change: int, once: int) -> int:
    """How many rounds make this change, where one makes `once`; -1 where no number does."""
    if once == 0:
        return _UNKNOWN if change == 0 else -1
    return change // once if change % once == 0 and change // once > 0 else -1


@njit(cache=True, nogil=True)
def _fits(changes: Changes, goes_K: Bools, first: int) -> bool:
    """Whether rounds of what the example `first` does may do what the others do; never wrongly no."""
    robots_K2, markers_K2 = changes.robots_K2, changes.markers_K2
    num_once = markers_K2[first, 0] - markers_K2[first, 1]
    up_once, right_once = moved(robots_K2[first, 0])
    turn_once = robots_K2[first, 1]
    for k in range(len(goes_K)):
        if not goes_K[k]:
            continue
        rounds = _rounds(markers_K2[k, 0] - markers_K2[k, 1], num_once)
        if rounds < 0:
            return False
        if rounds != _UNKNOWN and (rounds * turn_once - robots_K2[k, 1]) & 3:
            return False
        if turn_once == 0:
            # The robot faces the same way in each round, so it moves the same way.
            up, right = moved(robots_K2[k, 0])
            up_rounds, right_rounds = _rounds(up, up_once), _rounds(right, right_once)
            if robots_K2[k, 1] != 0 or up_rounds < 0 or right_rounds < 0:
                return False
            for other in (up_rounds, right_rounds):
                if other != _UNKNOWN and rounds != _UNKNOWN and other != rounds:
                    return False
    return True


@njit(cache=True, nogil=True)
def _rounds_of(state: WorldArray, output: WorldArray, condition: int, value: bool, line: Line) -> int:
    """How many rounds the loop takes from a state to an output; -1 where it does not lead there."""
    world = state.copy()
    rounds, ticks = 0, MAX_TICKS - 1
    while holds(world, condition) == value:
        rounds += 1
        ticks -= len(line) + 1
        if ticks < 0:
            return -1
        for action in line:
            if not perform(world, action):
                return -1
    return rounds if (world == output).all() else -1


@njit(cache=True, nogil=True)
def _size(changes: Changes, k: int) -> int:
    """How much an example changes."""
    up, right = moved(changes.robots_K2[k, 0])
    return int(changes.markers_K2[k].sum() + abs(up) + abs(right))


@njit(cache=True, nogil=True)
def goes_round(
    states_KW: WorldArray, outputs_KW: WorldArray, condition: int, value: bool, goes_K: Bools
) -> bool:
    """Whether a loop with this condition may lead from the states to the outputs; at which it goes round."""
    some = False
    for k in range(len(states_KW)):
        if holds(outputs_KW[k], condition) == value:
            return False
        goes_K[k] = holds(states_KW[k], condition) == value
        some |= goes_K[k]
        if not goes_K[k] and not (states_KW[k] == outputs_KW[k]).all():
            return False
    return some


@njit(cache=True, nogil=True)
def search_loop(
    states_KW: WorldArray,
    outputs_KW: WorldArray,
    condition: int,
    value: bool,
    changes: Changes,
    most: int,
    room: Room,
) -> int:
    """Find the body of a loop.

    Args:
        states_KW, outputs_KW: the examples.
        condition, value: the loop goes on as long as the condition, by its number, has this value.
        changes: what becomes of the examples.
        most: the largest number of actions of the body.
        room: receives the body; `which_2K[0]` says where the loop goes round (`goes_round`).

    Returns:
        Its length; -1 where there is none, or where an `if` does the same, as no example goes round twice.
    """
    goes_K, first = room.which_2K[0], -1
    for k in range(len(goes_K)):
        if not goes_K[k]:
            continue
        if changes.markers_K2[k, 0] < 0 or changes.robots_K2[k, 0] < 0:
            return -1
        if first < 0 or _size(changes, k) < _size(changes, first):
            first = k
    if not _fits(changes, goes_K, first):
        return -1
    room.begins_KW[0], room.goals_KW[0] = states_KW[first], outputs_KW[first]
    length = search_line(room.begins_KW[:1], room.goals_KW[:1], most, room)
    if length <= 0:
        return -1
    most_rounds = 0
    for k in range(len(goes_K)):
        if goes_K[k]:
            rounds = _rounds_of(states_KW[k], outputs_KW[k], condition, value, room.line_L[:length])
            if rounds < 0:
                return -1
            most_rounds = max(most_rounds, rounds)
    return length if most_rounds > 1 else -1
