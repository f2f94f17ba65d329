"""How inputs and outputs of the dialect `lists` are laid out as arrays of `int32`.

An input is its number of lists, its number of numbers, two zeros; four numbers, zero where there are fewer;
then each list as its length and 64 cells, zero behind the length. An output is a list alone; a number is a
list of length `NUMBER` with the number in its first cell. Names are no part of it: lists and numbers are in
the order of the task, each kind for itself.
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

MAX_LISTS: Final = 4
MAX_NUMBERS: Final = 4
MAX_CELLS: Final = 64
NUM_LISTS_AT: Final = 0
NUM_NUMBERS_AT: Final = 1
NUMBERS_AT: Final = 4
LISTS_AT: Final = NUMBERS_AT + MAX_NUMBERS
LIST_WIDTH: Final = 1 + MAX_CELLS
OUTPUT_WIDTH: Final = LIST_WIDTH
NUMBER: Final = -1  # the length of an output that is a number


def input_width(num_lists: int) -> int:
    """The numbers that an input with so many lists takes."""
    return LISTS_AT + LIST_WIDTH * num_lists
