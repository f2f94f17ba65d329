"""Ends of programs that lead to the outputs: nothing, a line, an `if` with a line a branch, a loop.

On K examples a condition is the set of those where it holds. For this set and for the others a line is
computed each, the shortest one (`lasynth.domains.karel.action_search`). Few states have one: the same line
moves all robots alike, and puts and picks as many markers everywhere. So the worlds are compared first, which
rejects nearly all states, and gives a lower bound for the rest. The body of a `while` is such a line, too
(`lasynth.domains.karel.loops`).

Costs are in nats, read off the beginnings of random programs: the logarithm of how many fewer begin so if it
is put behind. A line costs the sum of its actions.

Shapes: S states, K examples, W `WORLD_SIZE`, A actions, Q questions and then loops, L actions of a line.
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
    search_actions,
)
from lasynth.domains.karel.grammar import ACTION_NAMES, CONDITION_NAMES
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
def _least(robots_K2: Longs, markers_K2: Longs, moves_K: Longs, which_K: Bools, actions_A: Floats) -> float:
    """A lower bound on the cost of a line for the examples chosen; infinite where there is none for sure."""
    if not _agree(markers_K2, which_K):
        return np.inf
    num_moves, some = 0, 0
    for k in range(len(which_K)):
        if which_K[k]:
            some = k
            num_moves = max(num_moves, moves_K[k])
    num_turns = least_turns(robots_K2[some, 0], robots_K2[some, 1])
    turning = num_turns * min(actions_A[TURN_RIGHT], actions_A[TURN_LEFT])
    markers = markers_K2[some, 0] * actions_A[PUT_MARKER] + markers_K2[some, 1] * actions_A[PICK_MARKER]
    return float(num_moves * actions_A[MOVE] + turning + markers)


@njit(cache=True, nogil=True)
def _least_costs(
    states_SKW: WorldArray,
    outputs_KW: WorldArray,
    start_S: Floats,
    limit: float,
    slack: float,
    actions_A: Floats,
    questions_Q: Floats,
    loops_C: Floats,
    max_states: int,
    all_states: int,
    lines_Q2L: npt.NDArray[np.int8],
    lengths_Q2: Longs,
    costs_Q: Floats,
    costs_S: Floats,
) -> None:
    """Write what the cheapest end of each state costs, and for the last state all ends.

    Infinite is what there is not, or what is of no interest.
    """
    num_examples, size = outputs_KW.shape
    max_length = lines_Q2L.shape[2] - 1
    room = 1
    while room <= 2 * max_states:
        room *= 2
    table = np.empty(room, dtype=np.int64)
    reached, parents = np.empty(max_states, dtype=np.int64), np.empty(max_states, dtype=np.int32)
    robots_K2, markers_K2 = np.empty((num_examples, 2), np.int64), np.empty((num_examples, 2), np.int64)
    moves_K = np.empty(num_examples, dtype=np.int64)
    begins_KW, goals_KW = np.empty((num_examples, size), np.int64), np.empty((num_examples, size), np.int64)
    which_2K, least_2 = np.empty((2, num_examples), dtype=np.bool_), np.zeros(2)
    num_conditions = len(loops_C) // 2
    costs_S[:] = np.inf
    for s in range(len(states_SKW)):
        costs_Q[:] = np.inf
        for k in range(num_examples):
            robots_K2[k] = robot_change(states_SKW[s, k], outputs_KW[k])
        compared = False
        for question in range(len(questions_Q)):
            left = limit + slack - start_S[s] - questions_Q[question]
            if left < 0 or all_states <= 0:
                continue
            for k in range(num_examples):
                which_2K[0, k] = question == 0 or holds(states_SKW[s, k], question - 1)
                which_2K[1, k] = not which_2K[0, k]
            num_holds = which_2K[0].sum()
            if (num_holds == 0 or num_holds == num_examples) != (question == 0):
                continue
            if not (_agree(robots_K2, which_2K[0]) and _agree(robots_K2, which_2K[1])):
                continue
            if not compared:
                compared = True
                _compare(states_SKW[s], outputs_KW, robots_K2, markers_K2, moves_K)
            for side in range(2 if question > 0 else 1):
                least_2[side] = _least(robots_K2, markers_K2, moves_K, which_2K[side], actions_A)
            if question == 0:
                least_2[1] = 0.0
            least = least_2.sum()
            if least == np.inf or least > left:
                continue
            cost = questions_Q[question]
            for side in range(2 if question > 0 else 1):
                count = 0
                for k in range(num_examples):
                    if which_2K[side, k]:
                        begins_KW[count], goals_KW[count] = states_SKW[s, k], outputs_KW[k]
                        count += 1
                most = max_length
                others = left - least_2[1 - side]
                if others < most * actions_A.min():
                    most = int(others / actions_A.min())
                reached[:] = -1
                line = lines_Q2L[question, side]
                length = search_actions(
                    begins_KW[:count], goals_KW[:count], most, max_states, table, reached, parents, line
                )
                all_states -= 1 + (reached >= 0).sum()
                lengths_Q2[question, side] = length
                if length < 0:
                    cost = np.inf
                    break
                least_2[side] = 0.0
                for action in line[:length]:
                    least_2[side] += actions_A[action]
            if cost == np.inf or (question > 0 and lengths_Q2[question].sum() == 0):
                continue
            cost += least_2.sum()
            if question > 0 and lengths_Q2[question, 0] == 0:
                cost += _NEGATED
            if start_S[s] + cost <= limit + slack:
                costs_Q[question] = cost
                costs_S[s] = min(costs_S[s], cost)
                limit = min(limit, start_S[s] + cost)
        for loop in range(len(loops_C)):
            left = limit + slack - start_S[s] - loops_C[loop]
            condition, value = loop % num_conditions, loop < num_conditions
            which_K = which_2K[0]
            if left < 0 or all_states <= 0:
                continue
            if not goes_round(states_SKW[s], outputs_KW, condition, value, which_K):
                continue
            if not compared:
                compared = True
                _compare(states_SKW[s], outputs_KW, robots_K2, markers_K2, moves_K)
            most = max_length
            if left < most * actions_A.min():
                most = int(left / actions_A.min())
            end = len(questions_Q) + loop
            line = lines_Q2L[end, 0]
            reached[:] = -1
            length = search_loop(
                states_SKW[s],
                outputs_KW,
                robots_K2,
                markers_K2,
                condition,
                value,
                which_K,
                most,
                max_states,
                table,
                reached,
                parents,
                line,
            )
            all_states -= (reached >= 0).sum()
            if length < 0:
                continue
            cost = loops_C[loop]
            for action in line[:length]:
                cost += actions_A[action]
            if start_S[s] + cost <= limit + slack:
                costs_Q[end], lengths_Q2[end, 0] = cost, length
                costs_S[s] = min(costs_S[s], cost)
                limit = min(limit, start_S[s] + cost)


@njit(cache=True, nogil=True)
def _compare(
    states_KW: WorldArray, outputs_KW: WorldArray, robots_K2: Longs, markers_K2: Longs, moves_K: Longs
) -> None:
    """Write what has to be done with the markers of all examples."""
    for k in range(len(states_KW)):
        change = marker_change(states_KW[k], outputs_KW[k], robots_K2[k, 0])
        markers_K2[k, 0], markers_K2[k, 1], moves_K[k] = change


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
        _, costs_Q, lines_Q2L, lengths_Q2 = _ends(state_KW[None], outputs_KW, np.zeros(1), limit, slack)
        ends = []
        for question in np.flatnonzero(np.isfinite(costs_Q)).tolist():
            lines = [lines_Q2L[question, side, : lengths_Q2[question, side]] for side in range(2)]
            if question >= len(_QUESTIONS):
                ends.append(End(_loop(question - len(_QUESTIONS), lines[0]), float(costs_Q[question])))
            elif question > 0:
                ends.append(End(_branches(question, lines), float(costs_Q[question])))
            elif lengths_Q2[0, 0] > 0:
                ends.append(End(action_program(lines[0]), float(costs_Q[0])))
            else:
                # No program is empty: one that stands alone turns left and back.
                turns = np.array([TURN_LEFT, TURN_RIGHT])
                ends.append(End(np.zeros(0, dtype=np.int32), 0.0))
                ends.append(End(action_program(turns), float(_ACTIONS[turns].sum())))
        ends = [end for end in ends if end.cost <= limit]
        return sorted(ends, key=lambda end: end.cost)[:most]


def _ends(
    states_SKW: WorldArray, outputs_KW: WorldArray, start_S: Floats, limit: float, slack: float
) -> tuple[Floats, Floats, npt.NDArray[np.int8], Longs]:
    """What the cheapest ends cost, and for the last state costs, lines and their lengths of all ends."""
    num_states = len(states_SKW)
    states, outputs = (np.require(worlds, np.uint8, ["C", "W"]) for worlds in (states_SKW, outputs_KW))
    start_S = np.require(start_S, np.float64, ["C", "W"])
    # The inputs themselves, or one state whose end is known to exist, may take longer.
    max_states = _MAX_STATES if num_states > 1 else _MAX_STATES_ALL // 8
    num_ends = len(_QUESTIONS) + len(_LOOPS)
    lines_Q2L = np.empty((num_ends, 2, _MAX_LENGTH + 1), dtype=np.int8)
    lengths_Q2 = np.zeros((num_ends, 2), dtype=np.int64)
    costs_Q, costs_S = np.full(num_ends, np.inf), np.empty(num_states)
    limits = float(limit), float(slack), _ACTIONS, _QUESTIONS, _LOOPS, max_states, _MAX_STATES_ALL
    _least_costs(states, outputs, start_S, *limits, lines_Q2L, lengths_Q2, costs_Q, costs_S)
    return costs_S, costs_Q, lines_Q2L, lengths_Q2


def _loop(loop: int, line: npt.NDArray[np.int8]) -> Tokens:
    condition = Condition(CONDITION_NAMES[loop % (len(_LOOPS) // 2)])
    body = tuple(Action(ACTION_NAMES[action]) for action in line)
    return to_tokens(Program((While(condition if loop < len(_LOOPS) // 2 else negated(condition), body),)))


def _branches(question: int, lines: list[npt.NDArray[np.int8]]) -> Tokens:
    condition = Condition(CONDITION_NAMES[question - 1])
    then, otherwise = (tuple(Action(ACTION_NAMES[action]) for action in line) for line in lines)
    if then and otherwise:
        return to_tokens(Program((IfElse(condition, then, otherwise),)))
    return to_tokens(Program((If(condition, then) if then else If(negated(condition), otherwise),)))
