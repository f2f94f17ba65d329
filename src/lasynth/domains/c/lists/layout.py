"""Where the parts of an input and of an output stand in their arrays.

An input is `[L]`, L = `input_width(num_lists)`: the number of lists, the number of numbers, two cells that
are 0, the numbers (0 where absent), and for each list its length and its cells (0 behind the length). An
output is `[OUTPUT_WIDTH]`: a list likewise, or the length `NUMBER` and the number in the first cell. Lists
and numbers are in the order of the task, each within its kind.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "LISTS_AT",
    "LIST_WIDTH",
    "MAX_CELLS",
    "MAX_LISTS",
    "MAX_NUMBERS",
    "NUMBER",
    "NUMBERS_AT",
    "NUM_LISTS_AT",
    "NUM_NUMBERS_AT",
    "OUTPUT_WIDTH",
    "input_width",
]

NUM_LISTS_AT: Final = 0
NUM_NUMBERS_AT: Final = 1
NUMBERS_AT: Final = 4
LISTS_AT: Final = 8

MAX_LISTS: Final = 4
MAX_NUMBERS: Final = 4
MAX_CELLS: Final = 64  # of one list

LIST_WIDTH: Final = 1 + MAX_CELLS
OUTPUT_WIDTH: Final = LIST_WIDTH
NUMBER: Final = -1  # the length of an output that is a number


def input_width(num_lists: int) -> int:
    """The width of the inputs of a task with so many lists."""
    return LISTS_AT + LIST_WIDTH * num_lists
