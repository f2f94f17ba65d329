"""What the ends of programs share that are lines of actions, or are made of such: arrays, and their search.

Shapes: K examples, W `WORLD_SIZE`, A actions, L actions of a line.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.karel.action_search import search_actions

__all__ = ["Changes", "Line", "Lines", "Room", "search_line"]

Line = npt.NDArray[np.int8]
Lines = npt.NDArray[np.int8]
Longs = npt.NDArray[np.int64]


class Changes(NamedTuple):
    """What becomes of the examples between a state and the outputs.

    `compared_1` says whether all but the robots' part has been written.
    """

    robots_K2: Longs  # `robot_change`
    markers_K2: Longs  # the numbers put and picked, then the moves that takes: `marker_change`
    moves_K: Longs
    compared_1: npt.NDArray[np.bool_]


class Room(NamedTuple):
    """The arrays of searches for lines; what they hold before does not matter but for the last two."""

    table: Longs
    reached: Longs
    parents: npt.NDArray[np.int32]
    begins_KW: Longs
    goals_KW: Longs
    which_2K: npt.NDArray[np.bool_]
    line_L: Line
    actions_A: npt.NDArray[np.float64]  # the cost of each action
    left_1: Longs  # the states that further searches may have, all together

    @staticmethod
    def of(
        shape: tuple[int, ...],
        max_states: int,
        all_states: int,
        max_length: int,
        actions_A: npt.NDArray[np.float64],
    ) -> Room:
        """Room for worlds `[K, W]` of this shape, for so many states of one search and of all."""
        return Room(
            table=np.empty(1 << (2 * max_states).bit_length(), dtype=np.int64),
            reached=np.empty(max_states, dtype=np.int64),
            parents=np.empty(max_states, dtype=np.int32),
            begins_KW=np.empty(shape, dtype=np.int64),
            goals_KW=np.empty(shape, dtype=np.int64),
            which_2K=np.empty((2, shape[0]), dtype=np.bool_),
            line_L=np.empty(max_length + 1, dtype=np.int8),
            actions_A=actions_A,
            left_1=np.array([all_states], dtype=np.int64),
        )


@njit(cache=True, nogil=True)
def search_line(begins_KW: Longs, goals_KW: Longs, most: int, room: Room) -> int:
    """Write the shortest line of up to `most` actions for some examples; its length, negative without one."""
    room.reached[:] = -1
    given = begins_KW, goals_KW, most, len(room.reached)
    length = search_actions(*given, room.table, room.reached, room.parents, room.line_L)
    room.left_1[0] -= 1 + (room.reached >= 0).sum()
    return length
