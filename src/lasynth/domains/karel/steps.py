"""Single actions in many worlds, for models that write traces.

An impossible action leaves its world unchanged, as in the interpreter of Shin et al. (2018).

Shapes: N worlds, W `WORLD_SIZE`, A actions, Q worlds along all traces.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.karel.grammar import ACTION_NAMES, CONDITION_NAMES
from lasynth.domains.karel.machine import holds, perform
from lasynth.domains.karel.world import MAX_MARKERS, WORLD_SIZE, WorldArray
from lasynth.grammar import IntArray

__all__ = ["ASKED", "LEAP", "act", "ask", "unroll"]

# An entry of a trace besides actions: a jump from the input to the output, where the actions are unknown.
LEAP: Final = len(ACTION_NAMES)
# The number of conditions that `ask` returns; the fifth is the negation of the fourth.
ASKED: Final = len(CONDITION_NAMES) - 1


@njit(cache=True, nogil=True)
def _act(worlds_NW: WorldArray, actions_N: IntArray) -> None:
    for number in range(len(worlds_NW)):
        perform(worlds_NW[number], actions_N[number], MAX_MARKERS)


@njit(cache=True, nogil=True)
def _ask(worlds_NW: WorldArray, answers_NC: npt.NDArray[np.bool_]) -> None:
    for number in range(len(worlds_NW)):
        for condition in range(answers_NC.shape[1]):
            answers_NC[number, condition] = holds(worlds_NW[number], condition)


@njit(cache=True, nogil=True)
def _unroll(
    inputs_NW: WorldArray,
    outputs_NW: WorldArray,
    actions_NA: IntArray,
    lengths_N: IntArray,
    worlds_QW: WorldArray,
) -> None:
    place = 0
    for number in range(len(inputs_NW)):
        worlds_QW[place] = inputs_NW[number]
        for turn in range(lengths_N[number]):
            worlds_QW[place + 1] = worlds_QW[place]
            action = actions_NA[number, turn]
            if action == LEAP:
                worlds_QW[place + 1] = outputs_NW[number]
            else:
                perform(worlds_QW[place + 1], action, MAX_MARKERS)
            place += 1
        place += 1


def act(worlds_NW: WorldArray, actions_N: IntArray) -> WorldArray:
    """A copy of the worlds, each after one action, given by the machine's number."""
    after_NW = np.require(worlds_NW, np.uint8, ["C"]).copy()
    _act(after_NW, np.require(actions_N, np.int64, ["C", "W"]))
    return after_NW


def ask(worlds_NW: WorldArray) -> npt.NDArray[np.bool_]:
    """`[N, 4]` whether it is clear in front, to the left, to the right, and whether markers are present."""
    answers_NC = np.empty((len(worlds_NW), ASKED), dtype=np.bool_)
    _ask(np.require(worlds_NW, np.uint8, ["C", "W"]), answers_NC)
    return answers_NC


def unroll(
    inputs_NW: WorldArray, outputs_NW: WorldArray, actions_NA: IntArray, lengths_N: IntArray
) -> WorldArray:
    """The worlds before each action of the traces and after the last.

    Args:
        inputs_NW, outputs_NW: the first worlds, and the results of a `LEAP`.
        actions_NA: machine numbers of actions, or `LEAP`.
        lengths_N: the number of actions in each trace.

    Returns:
        `[Q, W]` trace after trace, `lengths_N + 1` worlds each.
    """
    worlds_QW = np.empty((int((lengths_N + 1).sum()), WORLD_SIZE), dtype=np.uint8)
    _unroll(
        np.require(inputs_NW, np.uint8, ["C", "W"]),
        np.require(outputs_NW, np.uint8, ["C", "W"]),
        np.require(actions_NA, np.int64, ["C", "W"]),
        np.require(lengths_N, np.int64, ["C", "W"]),
        worlds_QW,
    )
    return worlds_QW
