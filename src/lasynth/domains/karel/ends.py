"""Ends of programs that lead to the outputs: nothing, a line, an `if` with a line a branch, a loop.

On K examples a condition is the set of those where it holds. For this set and for the others a line is
computed each, the shortest one (`lasynth.domains.karel.action_search`). Few states have one: the same line
moves all robots alike, and puts and picks as many markers everywhere. So the worlds are compared first, which
rejects nearly all states, and gives a lower bound for the rest. The body of a `while` is such a line, too
(`lasynth.domains.karel.loops`).

Costs are in nats, read off the beginnings of random programs: the logarithm of how many fewer begin so if it
is put behind. A line costs the sum of its actions.

Shapes: S states, K examples, W `WORLD_SIZE`, A actions, E questions and then loops, L actions of a line.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.base import Tokens
from lasynth.domains.karel.action_search import (
    action_program,
    least_turns,
    marker_change,
    robot_change,
)
from lasynth.domains.karel.grammar import ACTION_NAMES, CONDITION_NAMES
from lasynth.domains.karel.lines import Changes, Line, Lines, Room, search_line
from lasynth.domains.karel.loops import goes_round, search_loop
from lasynth.domains.karel.machine import (
    MOVE,
    PICK_MARKER,
    PUT_MARKER,
    TURN_LEFT,
    TURN_RIGHT,
    holds,
)
from lasynth.domains.karel.parser import to_tokens
from lasynth.domains.karel.simplify import negated
from lasynth.domains.karel.syntax import Action, Condition, If, IfElse, Program, While
from lasynth.domains.karel.world import World, WorldArray
from lasynth.domains.unlearned import End

__all__ = ["ComputedEnds"]

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Nats, in the order of `ACTION_NAMES`.
_ACTIONS: Final = np.array([1.5, 2.4, 2.3, 2.1, 1.8])
# The questions: none, then the first four of `CONDITION_NAMES`; the fifth is the opposite of the fourth.
_QUESTIONS: Final = np.array([0.0, 6.4, 5.2, 5.2, 5.5])
_NEGATED: Final = 1.0
# The loops: as long as each of the first four of `CONDITION_NAMES` holds, then as long as it does not.
_LOOPS: Final = np.array([5.5, 7.3, 7.1, 6.4, 7.6, 8.2, 8.0, 6.4])
_NUM_QUESTIONS: Final = len(_QUESTIONS)
_NUM_CONDITIONS: Final = len(_LOOPS) // 2
_MAX_LENGTH: Final = 20
_MAX_STATES: Final = 4000  # of one search
_MAX_STATES_ALL: Final = 400_000  # of all searches of one call: 50 ms or so


@njit(cache=True, nogil=True)
def _agree(values_K2: Longs, which_K: Bools) -> bool:
    """Whether rows of the examples chosen are equal, and those of a world that actions may lead to."""
    first = -1
    for k in range(len(which_K)):
        if not which_K[k]:
            continue
        if values_K2[k, 0] < 0:
            return False
        if first < 0:
            first = k
        elif values_K2[k, 0] != values_K2[first, 0] or values_K2[k, 1] != values_K2[first, 1]:
            return False
    return True


@njit(cache=True, nogil=True)
def _least(changes: Changes, which_K: Bools, actions_A: Floats) -> float:
    """A lower bound on the cost of a line for the examples chosen; infinite where there is none for sure."""
    robots_K2, markers_K2 = changes.robots_K2, changes.markers_K2
    if not _agree(markers_K2, which_K):
        return np.inf
    num_moves, some = 0, 0
    for k in range(len(which_K)):
        if which_K[k]:
            some = k
            num_moves = max(num_moves, changes.moves_K[k])
    num_turns = least_turns(robots_K2[some, 0], robots_K2[some, 1])
    turning = num_turns * min(actions_A[TURN_RIGHT], actions_A[TURN_LEFT])
    markers = markers_K2[some, 0] * actions_A[PUT_MARKER] + markers_K2[some, 1] * actions_A[PICK_MARKER]
    return float(num_moves * actions_A[MOVE] + turning + markers)


@njit(cache=True, nogil=True)
def _compare(state_KW: WorldArray, outputs_KW: WorldArray, changes: Changes) -> None:
    """Write what has to be done with the markers of all examples, unless it is known."""
    if not changes.compared_1[0]:
        changes.compared_1[0] = True
        for k in range(len(state_KW)):
            change = marker_change(state_KW[k], outputs_KW[k], changes.robots_K2[k, 0])
            changes.markers_K2[k, 0], changes.markers_K2[k, 1], changes.moves_K[k] = change


@njit(cache=True, nogil=True)
def _most(left: float, room: Room) -> int:
    """How many actions cost no more than what is left."""
    longest, least = len(room.line_L) - 1, room.actions_A.min()
    return longest if left >= longest * least else int(left / least)


@njit(cache=True, nogil=True)
def _price(line: Line, actions_A: Floats) -> float:
    price = 0.0
    for action in line:
        price += actions_A[action]
    return price


@njit(cache=True, nogil=True)
def _branches_cost(
    state_KW: WorldArray,
    outputs_KW: WorldArray,
    question: int,
    left: float,
    changes: Changes,
    room: Room,
    lines_2L: Lines,
    lengths_2: Longs,
) -> float:
    """Write the lines behind a question, or the one without; what they cost, infinite without any."""
    num_examples, num_sides = len(state_KW), 2 if question > 0 else 1
    which_2K, least_2 = room.which_2K, np.zeros(2)
    for k in range(num_examples):
        which_2K[0, k] = question == 0 or holds(state_KW[k], question - 1)
        which_2K[1, k] = not which_2K[0, k]
    num_holds = which_2K[0].sum()
    if (num_holds == 0 or num_holds == num_examples) != (question == 0):
        return np.inf
    if not (_agree(changes.robots_K2, which_2K[0]) and _agree(changes.robots_K2, which_2K[1])):
        return np.inf
    _compare(state_KW, outputs_KW, changes)
    for side in range(num_sides):
        least_2[side] = _least(changes, which_2K[side], room.actions_A)
    if least_2.sum() == np.inf or least_2.sum() > left:
        return np.inf
    for side in range(num_sides):
        count = 0
        for k in range(num_examples):
            if which_2K[side, k]:
                room.begins_KW[count], room.goals_KW[count] = state_KW[k], outputs_KW[k]
                count += 1
        most = _most(left - least_2[1 - side], room)
        length = search_line(room.begins_KW[:count], room.goals_KW[:count], most, room)
        if length < 0:
            return np.inf
        lines_2L[side, :length], lengths_2[side] = room.line_L[:length], length
        least_2[side] = _price(room.line_L[:length], room.actions_A)
    if question > 0 and lengths_2.sum() == 0:
        return np.inf
    return least_2.sum() + (_NEGATED if question > 0 and lengths_2[0] == 0 else 0.0)


@njit(cache=True, nogil=True)
def _loop_cost(
    state_KW: WorldArray,
    outputs_KW: WorldArray,
    loop: int,
    left: float,
    changes: Changes,
    room: Room,
    lines_2L: Lines,
    lengths_2: Longs,
) -> float:
    """Write the body of a loop; what it costs, infinite where there is none."""
    condition, value = loop % _NUM_CONDITIONS, loop < _NUM_CONDITIONS
    if not goes_round(state_KW, outputs_KW, condition, value, room.which_2K[0]):
        return np.inf
    _compare(state_KW, outputs_KW, changes)
    length = search_loop(state_KW, outputs_KW, condition, value, changes, _most(left, room), room)
    if length < 0:
        return np.inf
    lines_2L[0, :length], lengths_2[0] = room.line_L[:length], length
    return _price(room.line_L[:length], room.actions_A)


@njit(cache=True, nogil=True)
def _least_costs(
    states_SKW: WorldArray,
    outputs_KW: WorldArray,
    start_S: Floats,
    limit: float,
    slack: float,
    prices_E: Floats,
    room: Room,
    lines_E2L: Lines,
    lengths_E2: Longs,
    costs_E: Floats,
    costs_S: Floats,
) -> None:
    """Write what the cheapest end of each state costs, and for the last state all ends.

    Infinite is what there is not, or what is of no interest.
    """
    num_examples = len(outputs_KW)
    changes = Changes(
        np.empty((num_examples, 2), np.int64),
        np.empty((num_examples, 2), np.int64),
        np.empty(num_examples, np.int64),
        np.zeros(1, np.bool_),
    )
    costs_S[:] = np.inf
    for s in range(len(states_SKW)):
        costs_E[:] = np.inf
        for k in range(num_examples):
            changes.robots_K2[k] = robot_change(states_SKW[s, k], outputs_KW[k])
        changes.compared_1[0] = False
        for end in range(len(prices_E)):
            left = limit + slack - start_S[s] - prices_E[end]
            if left < 0 or room.left_1[0] <= 0:
                continue
            state_KW, lines_2L, lengths_2 = states_SKW[s], lines_E2L[end], lengths_E2[end]
            if end < _NUM_QUESTIONS:
                cost = _branches_cost(state_KW, outputs_KW, end, left, changes, room, lines_2L, lengths_2)
            else:
                loop = end - _NUM_QUESTIONS
                cost = _loop_cost(state_KW, outputs_KW, loop, left, changes, room, lines_2L, lengths_2)
            cost += prices_E[end]
            if start_S[s] + cost <= limit + slack:
                costs_E[end] = cost
                costs_S[s] = min(costs_S[s], cost)
                limit = min(limit, start_S[s] + cost)


class ComputedEnds:
    """The ends of Karel; see `lasynth.domains.unlearned.Ends`."""

    def prepare(self) -> None:
        """See `Ends`."""
        state, output = (World.from_text(text).to_array()[None] for text in ("^.", "^1"))
        self.costs(state[None], output, np.zeros(1), np.inf, 0.0)

    def costs(
        self, states_SKW: WorldArray, outputs_KW: WorldArray, start_S: Floats, limit: float, slack: float
    ) -> Floats:
        """See `Ends`."""
        return _ends(states_SKW, outputs_KW, start_S, limit, slack)[0]

    def programs(self, state_KW: WorldArray, outputs_KW: WorldArray, limit: float, most: int) -> list[End]:
        """See `Ends`: at most one of each question and loop."""
        # What costs more than the cheapest one is of interest too, up to the limit.
        slack = limit if np.isfinite(limit) else 0.0
        _, costs_E, lines_E2L, lengths_E2 = _ends(state_KW[None], outputs_KW, np.zeros(1), limit, slack)
        ends = []
        for end in np.flatnonzero(np.isfinite(costs_E)).tolist():
            lines = [lines_E2L[end, side, : lengths_E2[end, side]] for side in range(2)]
            if end >= _NUM_QUESTIONS:
                ends.append(End(_loop(end - _NUM_QUESTIONS, lines[0]), float(costs_E[end])))
            elif end > 0:
                ends.append(End(_branches(end, lines), float(costs_E[end])))
            elif lengths_E2[0, 0] > 0:
                ends.append(End(action_program(lines[0]), float(costs_E[0])))
            else:
                # No program is empty: one that stands alone turns left and back.
                turns = np.array([TURN_LEFT, TURN_RIGHT])
                ends.append(End(np.zeros(0, dtype=np.int32), 0.0))
                ends.append(End(action_program(turns), float(_ACTIONS[turns].sum())))
        ends = [end for end in ends if end.cost <= limit]
        return sorted(ends, key=lambda end: end.cost)[:most]

    def halfway(self, state_KW: WorldArray, outputs_KW: WorldArray) -> WorldArray:
        """See `Ends`: none, as a line passes through all states between."""
        return np.empty((0, *state_KW.shape), dtype=state_KW.dtype)


def _ends(
    states_SKW: WorldArray, outputs_KW: WorldArray, start_S: Floats, limit: float, slack: float
) -> tuple[Floats, Floats, Lines, Longs]:
    """What the cheapest ends cost, and for the last state costs, lines and their lengths of all ends."""
    num_states = len(states_SKW)
    states, outputs = (np.require(worlds, np.uint8, ["C", "W"]) for worlds in (states_SKW, outputs_KW))
    start_S = np.require(start_S, np.float64, ["C", "W"])
    # The inputs themselves, or one state whose end is known to exist, may take longer.
    max_states = _MAX_STATES if num_states > 1 else _MAX_STATES_ALL // 8
    room = Room.of(outputs.shape, max_states, _MAX_STATES_ALL, _MAX_LENGTH, _ACTIONS)
    prices_E = np.concatenate([_QUESTIONS, _LOOPS])
    lines_E2L = np.empty((len(prices_E), 2, _MAX_LENGTH + 1), dtype=np.int8)
    lengths_E2 = np.zeros((len(prices_E), 2), dtype=np.int64)
    costs_E, costs_S = np.full(len(prices_E), np.inf), np.empty(num_states)
    given = states, outputs, start_S, float(limit), float(slack), prices_E
    _least_costs(*given, room, lines_E2L, lengths_E2, costs_E, costs_S)
    return costs_S, costs_E, lines_E2L, lengths_E2


def _loop(loop: int, line: Line) -> Tokens:
    condition = Condition(CONDITION_NAMES[loop % _NUM_CONDITIONS])
    body = tuple(Action(ACTION_NAMES[action]) for action in line)
    return to_tokens(Program((While(condition if loop < _NUM_CONDITIONS else negated(condition), body),)))


def _branches(question: int, lines: list[Line]) -> Tokens:
    condition = Condition(CONDITION_NAMES[question - 1])
    then, otherwise = (tuple(Action(ACTION_NAMES[action]) for action in line) for line in lines)
    if then and otherwise:
        return to_tokens(Program((IfElse(condition, then, otherwise),)))
    return to_tokens(Program((If(condition, then) if then else If(negated(condition), otherwise),)))
