"""Lists of integers: what programs of C read and return.

Shapes: K examples, N cells.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence, Sized
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import Values
from lasynth.domains.c.instructions import MAX_CELLS
from lasynth.errors import InputError
from lasynth.examples import Example, TextReader, is_int, kind, short
from lasynth.limits import MAX_VALUE_CHARS
from lasynth.reading import check_size, parse_json

__all__ = ["MAX_CELLS", "VALUES", "largest_value", "read_cells"]


_MIN_INT, _MAX_INT = -(2**31), 2**31 - 1
_LEAST_RANGE: Final = 4  # further lists hold values up to this at least
_MOST_READ: Final = 1000  # cells of a list that are looked at to say what is wrong
_SINGLE: Final = re.compile(r"\s*[-+]?\d+\s*")
_SHOWN: Final = 3  # cells that are named where several are wrong


def read_cells(obj: object, where: str) -> tuple[int, ...]:
    """The cells of a list: 1 to `MAX_CELLS` integers of 32 bits.

    Raises:
        InputError: it is not such a list; the message names everything that is wrong.
    """
    if is_int(obj) or isinstance(obj, bool | float):
        what = f"{short(obj)} is {kind(obj)}, not a list"
        raise InputError(what, where, "Inputs and outputs are lists of whole numbers, such as [1, 2, 3].")
    if isinstance(obj, Mapping):
        what = f"{short(obj)} is an object of several inputs, not a list"
        raise InputError(what, where, "A program takes one list, such as [1, 2, 3].")
    if isinstance(obj, str | bytes) or not isinstance(obj, Iterable):
        raise InputError(f"{short(obj)} is {kind(obj)}, not a list", where, "Write [1, 2, 3].")
    if isinstance(obj, Sized) and len(obj) > _MOST_READ:
        raise InputError(f"the list has {len(obj):,} cells", where, f"Lists have 1 to {MAX_CELLS} cells.")
    cells = list(itertools.islice(obj, _MOST_READ))
    wrong = []
    hint = ""
    if not 0 < len(cells) <= MAX_CELLS:
        wrong.append(f"the list has {len(cells)} cells" if cells else "the list is empty")
        hint = f"Lists have 1 to {MAX_CELLS} cells."
    nested = [number for number, cell in enumerate(cells, 1) if isinstance(cell, list | tuple)]
    if nested:
        wrong.append(f"{_cells(nested)} {'is a list' if len(nested) == 1 else 'are lists'}")
        hint = hint or "A program takes one list of whole numbers, such as [1, 2, 3]."
    for number, cell in enumerate(cells, 1):
        if not is_int(cell) and number not in nested:
            wrong.append(f"cell {number} is {short(cell)}, not an integer")
            hint = hint or "Write whole numbers without quotes or points."
        elif is_int(cell) and not _MIN_INT <= cell <= _MAX_INT:
            wrong.append(f"cell {number} does not fit in 32 bits")
            hint = hint or f"Values are {_MIN_INT} to {_MAX_INT}."
    if wrong:
        more = len(wrong) - _SHOWN
        shown = wrong[:_SHOWN] + ([f"and {more} more"] if more > 0 else [])
        raise InputError(", ".join(shown), where, hint)
    return tuple(int(cell) for cell in cells)


def _cells(numbers: Sequence[int]) -> str:
    noun = "cell" if len(numbers) == 1 else "cells"
    return f"{noun} {', '.join(map(str, numbers[:_SHOWN]))}"


def _obstacle(example: Example, first: Example) -> tuple[str, str] | None:
    length = len(first.input)
    for key, cells in (("input", example.input), ("output", example.output)):
        if len(cells) != length:
            has, wanted = (f"{count} cell{'s' if count > 1 else ''}" for count in (len(cells), length))
            what = f"the {key} has {has}, the input of example 1 has {wanted}"
            return what, "All lists of a task have the same length."
    return None


def _encode(values: Sequence[Any]) -> npt.NDArray[np.int32]:
    return np.array(values, dtype=np.int32)


def _decode(cells_N: npt.NDArray[Any]) -> tuple[int, ...]:
    return tuple(cells_N.tolist())


def largest_value(inputs_KN: npt.NDArray[Any]) -> int:
    """The largest |value| of some lists, but at least `_LEAST_RANGE`."""
    return max(_LEAST_RANGE, int(np.abs(inputs_KN).max(initial=0)))


def _more(inputs_KN: npt.NDArray[Any], num: int, seed: int) -> npt.NDArray[np.int32]:
    """Further lists of the same length, with values up to the largest |value| of the given ones."""
    largest = largest_value(inputs_KN)
    shape = (num, inputs_KN.shape[1])
    generator = np.random.default_rng(seed)
    return generator.integers(-largest, largest, shape, dtype=np.int32, endpoint=True)


def _read_text(text: str, where: str) -> tuple[int, ...]:
    """A list as JSON, or as numbers with commas or blanks between them."""
    value: object
    check_size(len(text), MAX_VALUE_CHARS, where)
    if text.lstrip().startswith(("[", "{")):
        value = parse_json(text, where)
    elif "," in text and any(len(part.split()) > 1 for part in text.split(",")):
        # A dialect with several inputs takes it for such.
        what = "there are commas between some of the numbers only"
        raise InputError(what, where, "A program takes one list, such as 1 2 3 or 1, 2, 3.")
    else:
        value = [_number(part) for part in text.replace(",", " ").split()]
    return read_cells([value] if isinstance(value, int) else value, where)


def _read_texts(texts: Sequence[str], outputs: bool) -> TextReader:
    """Where a task has single numbers in all examples, they are numbers, which only another dialect has."""
    return _no_list if texts and all(map(_SINGLE.fullmatch, texts)) else _read_text


def _no_list(text: str, where: str) -> tuple[int, ...]:
    raise InputError(f"{text.strip()} is a number, not a list", where, f"Write [{text.strip()}] for a list.")


def _number(text: str) -> object:
    try:
        return int(text)
    except ValueError:
        return text


VALUES: Final = Values(
    read=read_cells,
    obstacle=_obstacle,
    encode=_encode,
    decode=_decode,
    more=_more,
    dtype=np.int64,  # models compute with them
    noun="list",
    read_text=_read_text,
    to_text=lambda cells: str(list(cells)),
    to_json=list,
    read_texts=_read_texts,
)
