"""Lists and numbers: what programs of `lists` read and return, and their arrays.

Shapes: K examples, L numbers of an input, M of an output (`lasynth.domains.c.lists.layout`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import Values
from lasynth.domains.c.lists.further import further_inputs
from lasynth.domains.c.lists.inputs import Inputs, Value, lists_of, numbers_of
from lasynth.domains.c.lists.layout import (
    LIST_WIDTH,
    LISTS_AT,
    MAX_CELLS,
    NUM_LISTS_AT,
    NUM_NUMBERS_AT,
    NUMBER,
    NUMBERS_AT,
    OUTPUT_WIDTH,
    input_width,
)
from lasynth.domains.c.lists.reading import obstacle, read_input, read_output, uniform
from lasynth.domains.c.lists.texts import read_text, read_texts
from lasynth.errors import InputError

__all__ = ["VALUES", "Inputs"]


def _encode(inputs: Sequence[Any]) -> npt.NDArray[np.int32]:
    """Inputs `[K, L]`, all of the same kinds."""
    num_lists = len(lists_of(inputs[0])) if inputs else 0
    array_KL = np.zeros((len(inputs), input_width(num_lists)), dtype=np.int32)
    for row_L, given in zip(array_KL, inputs, strict=True):
        lists, numbers = lists_of(given), numbers_of(given)
        assert len(lists) == num_lists
        row_L[NUM_LISTS_AT], row_L[NUM_NUMBERS_AT] = len(lists), len(numbers)
        row_L[NUMBERS_AT : NUMBERS_AT + len(numbers)] = numbers
        for number, cells in enumerate(lists):
            _write(row_L[LISTS_AT + LIST_WIDTH * number :], cells)
    return array_KL


def _encode_outputs(outputs: Sequence[Any]) -> npt.NDArray[np.int32]:
    """Outputs `[K, M]`."""
    array_KM = np.zeros((len(outputs), OUTPUT_WIDTH), dtype=np.int32)
    for row_M, wanted in zip(array_KM, outputs, strict=True):
        if isinstance(wanted, int):
            row_M[:2] = NUMBER, wanted
        else:
            _write(row_M, wanted)
    return array_KM


def _write(room: npt.NDArray[np.int32], cells: Sequence[int]) -> None:
    room[0] = len(cells)
    room[1 : 1 + len(cells)] = cells


def _decode(array_M: npt.NDArray[Any]) -> Value:
    """An output."""
    length = int(array_M[0])
    return int(array_M[1]) if length == NUMBER else _list(array_M)


def _list(array: npt.NDArray[Any]) -> tuple[int, ...]:
    length = int(array[0])
    if not 0 <= length <= MAX_CELLS:
        raise InputError(f"a list has {length} cells", hint=f"Lists have 0 to {MAX_CELLS} cells.")
    return tuple(array[1 : 1 + length].tolist())


def _decode_input(array_L: npt.NDArray[Any], like: Any) -> Any:
    """An input, in the form of another one of its task; without that lists come first."""
    num_lists, num_numbers = int(array_L[NUM_LISTS_AT]), int(array_L[NUM_NUMBERS_AT])
    lists = [_list(array_L[LISTS_AT + LIST_WIDTH * number :]) for number in range(num_lists)]
    numbers: list[int] = array_L[NUMBERS_AT : NUMBERS_AT + num_numbers].tolist()
    if isinstance(like, Inputs):
        rest_of_lists, rest_of_numbers = iter(lists), iter(numbers)
        in_order: list[Value] = [
            next(rest_of_numbers) if isinstance(value, int) else next(rest_of_lists) for value in like.values
        ]
        return Inputs(like.names, tuple(in_order))
    values: tuple[Value, ...] = (*lists, *numbers)
    return values[0] if len(values) == 1 else Inputs(None, values)


def _to_text(value: Any) -> str:
    return str(list(value) if isinstance(value, tuple) else value)


def _to_json(value: Any) -> Any:
    return (
        value.to_json() if isinstance(value, Inputs) else list(value) if isinstance(value, tuple) else value
    )


VALUES: Final = Values(
    read=read_input,
    obstacle=obstacle,
    encode=_encode,
    decode=_decode,
    more=further_inputs,
    dtype=np.int64,  # models compute with them
    noun="value",
    read_text=read_text,
    to_text=_to_text,
    to_json=_to_json,
    read_output=read_output,
    encode_outputs=_encode_outputs,
    decode_input=_decode_input,
    read_texts=read_texts,
    uniform=uniform,
)
