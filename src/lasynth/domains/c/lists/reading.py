"""Reads inputs and outputs of `lists` from what users give, and says all that is wrong with one at once."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, SupportsIndex, TypeGuard

import numpy as np

from lasynth.domains.c.lexer import KEYWORDS
from lasynth.domains.c.lists.inputs import Inputs, Value, kind_words, parts_of
from lasynth.domains.c.lists.layout import MAX_CELLS, MAX_LISTS, MAX_NUMBERS
from lasynth.errors import InputError
from lasynth.examples import Example, is_int, kind, short

__all__ = ["described", "obstacle", "read_input", "read_output", "uniform"]

_MIN_INT: Final = -(2**31)
_MAX_INT: Final = 2**31 - 1
_MOST_READ: Final = 1000  # cells of a list that are looked at to say what is wrong
_MOST_NAMED: Final = 6  # things that are named where more are wrong
_MOST_CHARS: Final = 63  # of a name: C compilers look at no more

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_RESERVED: Final = re.compile(r"__|_[A-Z]")
# Words of later editions of C: a program should compile with them, too.
_WORDS: Final = KEYWORDS | {
    *("alignas", "alignof", "asm", "bool", "constexpr", "false", "nullptr", "static_assert", "thread_local"),
    *("true", "typeof", "typeof_unqual"),
}

# One for each sort of what may be wrong: what asks for the same remedy is named once for a whole task.
_WHOLE_HINT: Final = "Values are whole numbers."
_QUOTES_HINT: Final = "Write numbers without quotes."
_NULL_HINT: Final = "Give the value, or leave the example out."
_RANGE_HINT: Final = f"Values are {_MIN_INT} to {_MAX_INT}."
_CELLS_HINT: Final = f"Lists have 0 to {MAX_CELLS} cells."
_NESTED_HINT: Final = "Lists hold numbers only."
_SEVERAL_HINT: Final = 'Give several lists names, as in {"xs": [1, 2], "ys": [3, 4]} or xs = 1 2, ys = 3 4.'
_INPUT_HINT: Final = 'Write a list [1, 2, 3], a number, or several of them as {"xs": [1, 2, 3], "k": 2}.'
_OUTPUT_HINT: Final = "An output is one list, such as [1, 2, 3], or one number."
_COUNT_HINT: Final = f"A program takes at most {MAX_LISTS} lists and {MAX_NUMBERS} numbers."
_NAMES_HINT: Final = "All examples of a task have inputs of the same names."
_KINDS_HINT: Final = "What is a list in one example is a list in all of them, and so for numbers."
_OUTPUTS_HINT: Final = "All outputs of a task are lists, or all are numbers."


class _Wrong:
    """Collects what is wrong with one input or output."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._found: list[str] = []
        self._hint = ""

    def add(self, what: str, hint: str) -> None:
        self._found.append(what)
        self._hint = self._hint or hint

    def check(self) -> None:
        """Raise one error for all that was found, with the remedy for the first."""
        more = len(self._found) - _MOST_NAMED
        if self._found:
            shown = self._found[:_MOST_NAMED] + ([f"and {more} more"] if more > 0 else [])
            raise InputError(", ".join(shown), self._where, self._hint)


def read_input(obj: object, where: str) -> Any:
    """An input: a list, a number, or several of them with names or in a row.

    Args:
        obj: an iterable, a number or a mapping. A row is a list that holds a list and a number at least.
        where: what it is, for messages.

    Returns:
        A tuple of integers, an integer, or `Inputs`.

    Raises:
        InputError: it is none of these; the message names everything that is wrong.
    """
    wrong = _Wrong(where)
    read: Any
    if isinstance(obj, Inputs):
        obj = obj.values if obj.names is None else dict(zip(obj.names, obj.values, strict=True))
    if isinstance(obj, Mapping):
        read = _named(obj, wrong)
    else:
        obj = _as_list(obj)
        if isinstance(obj, list) and _is_row(obj):
            read = Inputs(None, _several([f"input {n}" for n in range(1, len(obj) + 1)], obj, wrong))
        else:
            read = _value(obj, "", wrong, _INPUT_HINT)
    wrong.check()
    return read


def read_output(obj: object, where: str) -> Value:
    """An output: a list or a number.

    Raises:
        InputError: it is none; the message names everything that is wrong.
    """
    wrong = _Wrong(where)
    if isinstance(obj, Inputs | Mapping):
        raise InputError(f"{short(obj)} is {kind(obj)}, not a list or a number", where, _OUTPUT_HINT)
    read = _value(_as_list(obj), "", wrong, _OUTPUT_HINT)
    wrong.check()
    return read


def _named(obj: Mapping[Any, Any], wrong: _Wrong) -> Inputs:
    """Inputs with names."""
    if not obj:
        wrong.add("there are no inputs", _INPUT_HINT)
    names = [key if isinstance(key, str) else short(key) for key in obj]
    for name in names[:_MOST_READ]:
        _check_name(name, wrong)
    return Inputs(tuple(names), _several(names, list(obj.values()), wrong))


def _check_name(name: str, wrong: _Wrong) -> None:
    """Names become parameters of a C function."""
    hint = "Use letters, digits and _, such as xs or max_size."
    if not _NAME.fullmatch(name):
        wrong.add(f"{short(name)} is no name of C", hint)
    elif name in _WORDS or name == "main":
        wrong.add(f"the name {name} is a word of C", "Give the input another name.")
    elif _RESERVED.match(name):
        what = f"the name {name} is reserved for compilers"
        wrong.add(what, "Give the input a name that does not begin with __, or with _ and a capital letter.")
    elif len(name) > _MOST_CHARS:
        wrong.add(f"the name {short(name)} has {len(name):,} characters", "Give the input a shorter name.")


def _several(names: Sequence[str], objects: Sequence[object], wrong: _Wrong) -> tuple[Value, ...]:
    """The values of several inputs."""
    objects = [_as_list(obj) for obj in objects[:_MOST_READ]]
    num_lists = sum(isinstance(obj, list) for obj in objects)
    for count, most, noun in (
        (num_lists, MAX_LISTS, "lists"),
        (len(objects) - num_lists, MAX_NUMBERS, "numbers"),
    ):
        if count > most:
            wrong.add(f"there are {count} {noun}", _COUNT_HINT)
    pairs = zip(names, objects, strict=False)
    return tuple(_value(obj, f"{name}: ", wrong, _INPUT_HINT) for name, obj in pairs)


def _value(obj: object, name: str, wrong: _Wrong, hint: str) -> Value:
    """A list or a number; what is wrong with it is added with its name before it."""
    if isinstance(obj, list):
        return _cells(obj, name, wrong, hint)
    if _is_number(obj):
        number = int(obj)
        if not _MIN_INT <= number <= _MAX_INT:
            wrong.add(f"{name}{short(number)} does not fit in 32 bits", _RANGE_HINT)
        return number
    if isinstance(obj, float):
        wrong.add(f"{name}{short(obj)} is not an integer", _WHOLE_HINT)
    elif obj is None:
        wrong.add(f"{name}null is given, not a list or a number", _NULL_HINT)
    elif isinstance(obj, str):
        wrong.add(f"{name}{short(obj)} is a text, not a list or a number", _QUOTES_HINT)
    else:
        wrong.add(f"{name}{short(obj)} is {kind(obj)}, not a list or a number", hint)
    return 0


def _cells(cells: list[object], name: str, wrong: _Wrong, hint: str) -> tuple[int, ...]:
    """The cells of a list; each sort of what is wrong is named once."""
    if len(cells) > MAX_CELLS:
        at_least = " or more" if len(cells) == _MOST_READ else ""
        wrong.add(f"{name}the list has {len(cells):,}{at_least} cells", _CELLS_HINT)
    numbered = list(enumerate(cells, 1))
    lists = [number for number, cell in numbered if isinstance(cell, list)]
    odd = [(number, cell) for number, cell in numbered if not (_is_number(cell) or isinstance(cell, list))]
    integers = [(number, int(cell)) for number, cell in numbered if _is_number(cell)]
    large = [number for number, cell in integers if not _MIN_INT <= cell <= _MAX_INT]
    if lists:
        are_inputs = len(lists) == len(cells) and not name and hint == _INPUT_HINT
        what = f"{name}{_numbered(lists)} {'is a list' if len(lists) == 1 else 'are lists'}"
        wrong.add(what, _SEVERAL_HINT if are_inputs else _NESTED_HINT)
    by_kind = {kind(cell): (number, cell) for number, cell in reversed(odd)}
    for number, cell in sorted(by_kind.values(), key=lambda one: one[0]):
        more = sum(kind(other) == kind(cell) for _, other in odd) - 1
        again = f" ({more} more like it)" if more else ""
        remedy = _QUOTES_HINT if isinstance(cell, str) else _NULL_HINT if cell is None else _WHOLE_HINT
        wrong.add(f"{name}cell {number} is {short(cell)}, not an integer{again}", remedy)
    if large:
        verb = "does not fit" if len(large) == 1 else "do not fit"
        wrong.add(f"{name}{_numbered(large)} {verb} in 32 bits", _RANGE_HINT)
    return tuple(cell for _, cell in integers)


def _numbered(numbers: Sequence[int]) -> str:
    """Numbers of cells, such as "cells 1, 2, 3"."""
    shown = ", ".join(map(str, numbers[:3]))
    more = f" and {len(numbers) - 3} more" if len(numbers) > 3 else ""
    return f"cell{'s' if len(numbers) > 1 else ''} {shown}{more}"


def _is_row(cells: list[object]) -> bool:
    """Whether a list is several inputs in a row: some are lists, and some are not."""
    return {isinstance(cell, list) for cell in cells} == {True, False}


def _is_number(obj: object) -> TypeGuard[SupportsIndex]:
    """Whether a value is a whole number, or one of true and false."""
    return isinstance(obj, bool | np.bool_) or is_int(obj)


def _as_list(obj: object, depth: int = 3) -> object:
    """What can be walked along as a list no longer than is of use, and so are its cells; else unchanged."""
    if depth == 0 or isinstance(obj, str | bytes | Mapping) or not isinstance(obj, Iterable) or is_int(obj):
        return obj
    return [_as_list(cell, depth - 1) for cell in itertools.islice(obj, _MOST_READ)]


def uniform(example: Example, first: Example) -> Example:
    """The example with its inputs in the order of the names of the first one."""
    given, wanted = example.input, first.input
    if not (isinstance(given, Inputs) and isinstance(wanted, Inputs)):
        return example
    if given.names is None or wanted.names is None or set(given.names) != set(wanted.names):
        return example
    return Example(given.in_order(wanted.names), example.output)


def obstacle(example: Example, first: Example) -> tuple[str, str] | None:
    """Why an example is of another task than the first one: see `Values`."""
    wrong: list[tuple[str, str]] = []
    names, kinds = zip(_shape(example.input), _shape(first.input), strict=True)
    if names[0] != names[1] or kinds[0] != kinds[1]:
        what = f"the input is {described(example.input)}, that of example 1 {described(first.input)}"
        wrong.append((what, _NAMES_HINT if names[0] != names[1] else _KINDS_HINT))
    if isinstance(example.output, int) != isinstance(first.output, int):
        what = f"the output is {kind_words(example.output)}, that of example 1 {kind_words(first.output)}"
        wrong.append((what, _OUTPUTS_HINT))
    return (", ".join(what for what, _ in wrong), wrong[0][1]) if wrong else None


def _shape(given: Any) -> tuple[object, object]:
    """The names of an input, and the kinds of its parts."""
    names = given.names if isinstance(given, Inputs) else None
    return names, [isinstance(given, Inputs), *(isinstance(value, int) for value in parts_of(given))]


def described(given: Any) -> str:
    """An input in words: "a list xs and a number k"."""
    words = [kind_words(value) for value in parts_of(given)]
    if isinstance(given, Inputs) and given.names is not None:
        words = [f"{word} {name}" for word, name in zip(words, given.names, strict=True)]
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last
