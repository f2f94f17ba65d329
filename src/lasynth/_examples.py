"""Examples as users write them, checked and made uniform, and the messages for what is wrong in them.

Only `lasynth.task` and the languages use this; the names meant for others are re-exported there.
"""

from __future__ import annotations

import difflib
import json
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from lasynth.errors import InputError

__all__ = [
    "MAX_CELLS",
    "Example",
    "Reader",
    "check_keys",
    "check_together",
    "is_benchmark_record",
    "is_int",
    "join",
    "kind",
    "read_benchmark_record",
    "read_examples",
    "read_value",
    "reader_of",
]

MAX_CELLS: Final = 16
_MIN_INT, _MAX_INT = -(2**31), 2**31 - 1
_EXAMPLE_KEYS = ("input", "output")
_EXAMPLE_HINT = 'Write it as {"input": [1, 2], "output": [2, 1]}.'

# From a value of JSON and its place (for messages) to an input or output as `Example` holds it.
Reader = Callable[[object, str], Any]


@dataclass(frozen=True, slots=True)
class Example:
    """One example: what a program is given, and what it should return.

    Attributes:
        input: for C the cells of a list, a tuple of integers; for Karel a
            `lasynth.domains.karel.world.World`.
        output: likewise.
    """

    input: Any
    output: Any


def check_keys(obj: Mapping[Any, Any], known: Sequence[str], where: str | None) -> None:
    """Users may keep notes of their own beside the known keys, but a misspelt key is an error."""
    for key in obj:
        close = difflib.get_close_matches(str(key).lower().replace("-", "_"), known, n=1, cutoff=0.75)
        if key not in known and close:
            raise InputError(f'unknown key "{key}"', where, f'Did you mean "{close[0]}"?')


def reader_of(domain: object, where: str | None) -> Reader:
    """The reader of a domain's inputs and outputs; an `InputError` for an unknown domain."""
    if not isinstance(domain, str) or domain not in _READERS:
        known = ", ".join(f'"{name}"' for name in _READERS)
        raise InputError(f"unknown domain {_short(domain)}", where, f"Known: {known}.")
    return _READERS[domain]


def read_value(value: object, *, domain: str = "c", where: str = "input") -> Any:
    """One input or output of a domain, checked and made uniform: for C a tuple of integers.

    Args:
        value: what the user gave: for C any sequence of integers.
        domain: the language.
        where: what the value is, for messages.

    Raises:
        InputError: it is not one.
    """
    return reader_of(domain, None)(value, where)


def read_examples(obj: object, key: str, read: Reader, where: str | None) -> tuple[Example, ...]:
    """The examples of a list; `key` is its key in the task, `"examples"` or `"held_out"`."""
    if not isinstance(obj, list | tuple):
        raise InputError(f'"{key}" is {kind(obj)}, not a list', where, _EXAMPLE_HINT)
    if not obj:
        raise InputError("there are no examples", where, f"Give one or more. {_EXAMPLE_HINT}")
    noun = "example" if key == "examples" else "held-out example"
    return tuple(
        _read_example(item, read, join(where, f"{noun} {number}")) for number, item in enumerate(obj, 1)
    )


def _read_example(obj: object, read: Reader, where: str) -> Example:
    if isinstance(obj, Example):
        values: Sequence[object] = (obj.input, obj.output)
    elif isinstance(obj, Mapping):
        check_keys(obj, _EXAMPLE_KEYS, where)
        for key in _EXAMPLE_KEYS:
            if key not in obj:
                raise InputError(f'the {key} is missing (no "{key}")', where, _EXAMPLE_HINT)
        values = (obj["input"], obj["output"])
    elif isinstance(obj, list | tuple) and len(obj) == 2:
        values = obj
    else:
        raise InputError(f"an example is {kind(obj)}, not an input and an output", where, _EXAMPLE_HINT)
    given, wanted = (read(value, f"{where}, {key}") for key, value in zip(_EXAMPLE_KEYS, values, strict=True))
    return Example(given, wanted)


def _read_cells(obj: object, where: str) -> tuple[int, ...]:
    """The cells of a list of the C domain: 1 to `MAX_CELLS` integers of 32 bits."""
    if isinstance(obj, str | bytes | Mapping) or not isinstance(obj, Iterable):
        raise InputError(f"{_short(obj)} is {kind(obj)}, not a list", where, "Write [1, 2, 3].")
    cells = list(obj)
    if not 0 < len(cells) <= MAX_CELLS:
        size = f"has {len(cells)} cells" if cells else "is empty"
        raise InputError(f"the list {size}", where, f"Lists have 1 to {MAX_CELLS} cells.")
    for number, cell in enumerate(cells, 1):
        if not is_int(cell):
            what = f"cell {number} is {_short(cell)}, not an integer"
            raise InputError(what, where, "Write whole numbers without quotes or points.")
        if not _MIN_INT <= cell <= _MAX_INT:
            what = f"cell {number} does not fit in 32 bits"
            raise InputError(what, where, f"Values are {_MIN_INT} to {_MAX_INT}.")
    return tuple(int(cell) for cell in cells)


def _read_world(obj: object, where: str) -> Any:
    """A world of the Karel domain, of a grid object of the benchmark or of rows of text."""
    # The notation of worlds belongs to its language, which is found by its name when it is asked for, as
    # `lasynth.domains.get` finds it: nothing here depends on it.
    return import_module("lasynth.domains.karel.world").read_world(obj, where)


# How the inputs and outputs of each domain are written in JSON.
_READERS: Final[Mapping[str, Reader]] = {"c": _read_cells, "karel": _read_world}


def is_benchmark_record(obj: object) -> bool:
    """Whether a JSON object is a record of the public Karel benchmark: a task in a form of its own."""
    examples = obj.get("examples") if isinstance(obj, Mapping) else None
    first = examples[0] if isinstance(examples, list) and examples else None
    return isinstance(first, Mapping) and "inpgrid_json" in first


def read_benchmark_record(obj: object, where: str | None) -> Any:
    """The task of a record of the benchmark.

    Raises:
        InputError: anything wrong with it.
    """
    msr = import_module("lasynth.domains.karel.msr")
    return msr.to_task(msr.record_of(obj, where=where))


def check_together(examples: tuple[Example, ...], held_out: tuple[Example, ...], where: str | None) -> None:
    """Check what concerns examples together: equal lengths or equal walls, and one output for one input."""
    first_of: dict[object, tuple[str, object]] = {}
    for noun, group in (("example", examples), ("held-out example", held_out)):
        for number, example in enumerate(group, 1):
            name = f"{noun} {number}"
            if isinstance(example.input, tuple):
                _check_lengths(example, len(examples[0].input), join(where, name))
            elif obstacle := example.input.obstacle_to(example.output):
                raise InputError(
                    obstacle, join(where, name), "No program can make this output of this input."
                )
            earlier, output = first_of.setdefault(example.input, (name, example.output))
            if output != example.output:
                what = f"the input is that of {earlier}, the output is another"
                raise InputError(what, join(where, name), "No program can do both: remove one of the two.")


def _check_lengths(example: Example, length: int, where: str) -> None:
    for key, cells in (("input", example.input), ("output", example.output)):
        if len(cells) != length:
            what = f"the {key} has {_cells(len(cells))}, the input of example 1 has {_cells(length)}"
            raise InputError(what, where, "All lists of a task have the same length.")


def is_int(value: Any) -> bool:
    """Whether a value is a whole number (of Python or NumPy); True and False are not."""
    if isinstance(value, bool):
        return False
    try:
        operator.index(value)
    except TypeError:
        return False
    return True


def join(where: str | None, part: str) -> str:
    """A place within a place, as messages name it: "file, example 2"."""
    return part if where is None else f"{where}, {part}"


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"


def _short(value: object) -> str:
    try:
        text = json.dumps(value)
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


def kind(value: object) -> str:
    """What a value of JSON or Python is, in the words of a user."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str | bytes):
        return "a text"
    if isinstance(value, Mapping):
        return "an object"
    return "a list" if isinstance(value, list | tuple) else f"a {type(value).__name__}"
