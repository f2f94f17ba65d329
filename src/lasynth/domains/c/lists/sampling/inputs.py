"""Inputs that suit a program: lists of different lengths, values of one range with some structure, numbers.

What a task's inputs have in common is drawn once: how long lists get, and with few or many negative numbers.
Each example then has lengths, a shape and values of its own.

Shapes: L numbers of an input, R of a recipe (`lasynth.domains.c.lists.sampling.recipe`).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.c.lists.layout import (
    LIST_WIDTH,
    LISTS_AT,
    NUM_LISTS_AT,
    NUM_NUMBERS_AT,
    NUMBERS_AT,
    input_width,
)
from lasynth.domains.c.lists.sampling import recipe as of
from lasynth.domains.c.lists.sampling.recipe import Role
from lasynth.domains.c.lists.sampling.settings import RANGES
from lasynth.domains.random import Stream, chance, draw_below, pick
from lasynth.grammar import IntArray

__all__ = ["INPUT_WIDTH", "NUM_LONGEST", "draw_input", "draw_longest"]

INPUT_WIDTH: Final = input_width(2)
_LOWS = np.array([low for low, _ in RANGES], dtype=np.int64)
_HIGHS = np.array([high for _, high in RANGES], dtype=np.int64)
_LONGEST = np.array([5, 8, 12, 20], dtype=np.int64)
NUM_LONGEST: Final = len(_LONGEST)
_ANY, _INDEX, _COUNT, _SMALL = int(Role.ANY), int(Role.INDEX), int(Role.COUNT), int(Role.SMALL)
_DIVISOR, _STEPS, _NUMBER = int(Role.DIVISOR), int(Role.STEPS), int(Role.NUMBER)
# How values of a list are to each other, in the order of `ListsSamplerSettings.shapes`.
_MANY, _FEW, _RISING, _FALLING, _EQUAL, _MIRRORED = range(6)
_P_NEAR = 0.15  # that a value is one which the program compares with, or next to it
_P_SHORT = 0.08  # that a list is shorter than it had to be: empty, one cell
_P_LIKE_FIRST = 0.3  # that a second list has cells of the first one


@njit(cache=True, nogil=True)
def draw_longest(stream: Stream, recipe_R: IntArray, longest: npt.NDArray[np.float64]) -> int:
    """How long lists of a task get."""
    number = _LONGEST[pick(stream, longest)]
    return int(min(max(number, recipe_R[of.LEAST] + 3), recipe_R[of.LONGEST]))


@njit(cache=True, nogil=True)
def _value(stream: Stream, recipe_R: IntArray) -> int:
    low, high = _LOWS[recipe_R[of.RANGE]], _HIGHS[recipe_R[of.RANGE]]
    if recipe_R[of.NOT_NEGATIVE] and low < 0:
        low = 0
    num_constants = recipe_R[of.CONSTANTS]
    if num_constants and chance(stream, _P_NEAR):
        constant = recipe_R[of.CONSTANTS + 1 + draw_below(stream, num_constants)]
        constant += draw_below(stream, 3) - 1 if chance(stream, 0.5) else 0
        if low <= constant <= high:
            return int(constant)
    return int(low + draw_below(stream, high - low + 1))


@njit(cache=True, nogil=True)
def _fill(
    stream: Stream,
    recipe_R: IntArray,
    shapes: npt.NDArray[np.float64],
    cells: IntArray,
    other: IntArray,
) -> None:
    """Values for the cells of a list; some of those of the `other`, if that is not empty."""
    length = len(cells)
    shape = pick(stream, shapes)
    if recipe_R[of.HAS_REPEATS] and shape == _MANY and chance(stream, 0.6):
        shape = _FEW
    few = 2 + draw_below(stream, 3)
    for cell in range(length):
        cells[cell] = _value(stream, recipe_R)
        if shape == _FEW and cell >= few:
            cells[cell] = cells[draw_below(stream, few)]
        elif shape == _EQUAL and cell > 0:
            cells[cell] = cells[0]
        elif shape == _MIRRORED and 2 * cell >= length:
            cells[cell] = cells[length - 1 - cell]
    if len(other) and shape != _EQUAL:
        kind = draw_below(stream, 4)
        for cell in range(length):
            # The same cells at first, or some of them anywhere.
            if kind == 0:
                if cell < len(other):
                    cells[cell] = other[cell]
            elif kind < 3 and chance(stream, 0.5):
                cells[cell] = other[draw_below(stream, len(other))]
        if kind == 0 and length and chance(stream, 0.6):
            cells[draw_below(stream, length)] = _value(stream, recipe_R)
    if recipe_R[of.IS_SORTED] or shape == _RISING or shape == _FALLING:
        cells.sort()
        if shape == _FALLING and not recipe_R[of.IS_SORTED]:
            cells[:] = cells[::-1].copy()


@njit(cache=True, nogil=True)
def _number(stream: Stream, recipe_R: IntArray, role: int, input_L: IntArray) -> int:
    """A number of a role; the lists are there already."""
    length = 10
    if recipe_R[of.NUM_LISTS]:
        length = input_L[LISTS_AT]
    if role == _INDEX:
        return draw_below(stream, max(length, 1))
    if role == _COUNT:
        return draw_below(stream, length + 1)
    if role == _SMALL:
        return 1 + draw_below(stream, 4 + draw_below(stream, 2))
    if role == _DIVISOR:
        return 2 + draw_below(stream, 9) if chance(stream, 0.5) else 2 + draw_below(stream, 3)
    if role == _STEPS:
        return draw_below(stream, 21) if chance(stream, 0.7) else draw_below(stream, 8)
    if role == _NUMBER:
        kind = draw_below(stream, 8)
        if kind < 2:
            return draw_below(stream, 20)
        if kind < 5:
            return draw_below(stream, 100)
        return draw_below(stream, 1000) if kind < 7 else draw_below(stream, 10000)
    if recipe_R[of.NUM_LISTS] and length and chance(stream, 0.5):
        return int(input_L[LISTS_AT + 1 + draw_below(stream, length)])
    return _value(stream, recipe_R)


@njit(cache=True, nogil=True)
def draw_input(
    stream: Stream, recipe_R: IntArray, longest: int, shapes: npt.NDArray[np.float64], input_L: IntArray
) -> None:
    """Write one input.

    Args:
        stream: `[1]`, changed in place.
        recipe_R: what inputs the program is for.
        longest: from `draw_longest`.
        shapes: running sums of weights.
        input_L: `[L]`, receives the input.
    """
    input_L[:] = 0
    num_lists, num_numbers = recipe_R[of.NUM_LISTS], recipe_R[of.NUM_NUMBERS]
    input_L[NUM_LISTS_AT], input_L[NUM_NUMBERS_AT] = num_lists, num_numbers
    length, before = 0, 0
    for number in range(num_lists):
        place = LISTS_AT + LIST_WIDTH * number
        if number == 0 or not recipe_R[of.SAME_LENGTH]:
            usual = max(int(recipe_R[of.LEAST]), min(2, longest))
            length = usual + draw_below(stream, longest - usual + 1) if longest > usual else longest
            if chance(stream, _P_SHORT):
                length = int(recipe_R[of.LEAST]) + draw_below(stream, 2)
            if number and chance(stream, 0.15):
                length = before
        input_L[place] = length
        before = length
        other = input_L[:0]
        if number and chance(stream, _P_LIKE_FIRST + 0.4 * recipe_R[of.HAS_REPEATS]):
            other = input_L[LISTS_AT + 1 : LISTS_AT + 1 + input_L[LISTS_AT]]
        _fill(stream, recipe_R, shapes, input_L[place + 1 : place + 1 + length], other)
    for number in range(num_numbers):
        role = recipe_R[of.ROLES + number]
        input_L[NUMBERS_AT + number] = _number(stream, recipe_R, role, input_L)
