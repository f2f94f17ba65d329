"""Examples as users write them, and the messages for what is wrong in them.

Only `lasynth.task` and the languages use this. What an input or an output may be is the language's own
(`lasynth.domains.base.Values`).
"""

from __future__ import annotations

import difflib
import functools
import json
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lasynth.errors import InputError
from lasynth.limits import MAX_EXAMPLES

__all__ = [
    "Example",
    "Obstacles",
    "Reader",
    "TextReader",
    "TextReaders",
    "check_keys",
    "is_int",
    "join",
    "kind",
    "read_example_texts",
    "read_examples",
    "short",
]

_EXAMPLE_KEYS = ("input", "output")
_EXAMPLE_HINT = 'Write it as {"input": [1, 2], "output": [2, 1]}.'
_TEXT_HINT: Final = 'Write it in quotes as "INPUT -> OUTPUT".'
_ARROW: Final = re.compile("->|=>|→")
_MAX_SHOWN: Final = 6  # sorts of obstacles in one message

# From a value of JSON and its place (for messages) to an input or output as `Example` holds it.
Reader = Callable[[object, str], Any]
# The same from a text.
TextReader = Callable[[str, str], Any]
# From all texts of inputs (False) or of outputs (True) to what reads each of them.
TextReaders = Callable[[Sequence[str], bool], TextReader]


@dataclass(frozen=True, slots=True)
class Example:
    """One example: what a program is given, and what it should return.

    Attributes:
        input: for lists a tuple of integers, for other values what `Values.read` of the language returns.
        output: likewise.
    """

    input: Any
    output: Any


class Obstacles:
    """Collects what is wrong with a task, so that all of it is said at once.

    Args:
        where: the file (and line), for messages.
    """

    def __init__(self, where: str | None) -> None:
        self._where = where
        self._errors: list[InputError] = []

    def __bool__(self) -> bool:
        return bool(self._errors)

    def add(self, what: str, place: str, hint: str | None) -> None:
        """One obstacle at a place of the task."""
        self._errors.append(InputError(what, place, hint))

    def catch(self, read: Callable[[], Any]) -> Any:
        """What a reader gives; None where it raises an `InputError`, which is kept."""
        try:
            return read()
        except InputError as error:
            self._errors.append(error)
            return None

    def check(self) -> None:
        """Raise one error with everything collected; what asks for the same remedy is shown once.

        Raises:
            InputError: there is at least one obstacle.
        """
        by_remedy: dict[str | None, list[InputError]] = {}
        for error in self._errors:
            by_remedy.setdefault(error.hint, []).append(error)
        if not by_remedy:
            return
        firsts = [errors[0] for errors in by_remedy.values()]
        if len(firsts) == 1 and len(self._errors) == 1:
            raise InputError(firsts[0].what, _within(self._where, firsts[0].where), firsts[0].hint)
        lines = []
        for hint, errors in list(by_remedy.items())[:_MAX_SHOWN]:
            more = len(errors) - 1
            again = f" ({more} more like it)" if more else ""
            line = f"{errors[0].where}: {errors[0].what}{again}"
            lines.append(line if hint is None else f"{line}. {hint}")
        if len(firsts) == 1:
            raise InputError(
                f"{firsts[0].what}{again}", _within(self._where, firsts[0].where), firsts[0].hint
            )
        rest = len(by_remedy) - _MAX_SHOWN
        lines += [f"and {rest} more"] if rest > 0 else []
        text = "".join(f"\n  {line}" for line in lines)
        raise InputError(f"{len(by_remedy)} things are wrong with the task:{text}", self._where)


def _within(where: str | None, place: str | None) -> str | None:
    return where if place is None else join(where, place)


def check_keys(obj: Mapping[Any, Any], known: Sequence[str], where: str | None) -> None:
    """Users may keep notes of their own beside the known keys, but a misspelt key is an error."""
    for key in obj:
        close = difflib.get_close_matches(str(key).lower().replace("-", "_"), known, n=1, cutoff=0.75)
        if key not in known and close:
            raise InputError(f'unknown key "{key}"', where, f'Did you mean "{close[0]}"?')


def read_examples(
    obj: object, key: str, readers: tuple[Reader, Reader], obstacles: Obstacles
) -> dict[int, Example]:
    """The examples of a list by their numbers, from 1; those that are wrong go to `obstacles`.

    Args:
        obj: the list.
        key: its key in the task, `"examples"` or `"held_out"`.
        readers: of an input, and of an output.
        obstacles: gets what is wrong.
    """
    if not isinstance(obj, list | tuple):
        obstacles.add(f"{kind(obj)} is given, not a list", f'"{key}"', _EXAMPLE_HINT)
        return {}
    if not obj:
        obstacles.add("there are no examples", f'"{key}"', f"Give one or more. {_EXAMPLE_HINT}")
    if _too_many(len(obj), f'"{key}"', obstacles):
        return {}
    noun = "example" if key == "examples" else "held-out example"
    found = {n: _read_example(item, readers, f"{noun} {n}", obstacles) for n, item in enumerate(obj, 1)}
    return {number: example for number, example in found.items() if example is not None}


def _read_example(
    obj: object, readers: tuple[Reader, Reader], where: str, obstacles: Obstacles
) -> Example | None:
    if isinstance(obj, Example):
        values: Sequence[object] = (obj.input, obj.output)
    elif isinstance(obj, Mapping):
        obstacles.catch(lambda: check_keys(obj, _EXAMPLE_KEYS, where))
        missing = [key for key in _EXAMPLE_KEYS if key not in obj]
        if missing:
            obstacles.add(f'the {missing[0]} is missing (no "{missing[0]}")', where, _EXAMPLE_HINT)
            return None
        values = (obj["input"], obj["output"])
    elif isinstance(obj, list | tuple) and len(obj) == 2:
        values = obj
    else:
        obstacles.add(f"an example is {kind(obj)}, not an input and an output", where, _EXAMPLE_HINT)
        return None
    return _pair(values, readers, where, obstacles)


def read_example_texts(
    texts: Sequence[object], noun: str, readers: TextReaders, obstacles: Obstacles
) -> dict[int, Example]:
    """The examples of texts such as `"1 2 3 -> 3 2 1"` by their numbers, from 1.

    Args:
        texts: one for each example: an input, one of the arrows `->`, `=>` and `→`, and an output.
        noun: what an example is called in messages, before its number.
        readers: what reads the inputs, and what reads the outputs.
        obstacles: gets what is wrong.
    """
    if _too_many(len(texts), noun, obstacles):
        return {}
    split = {n: _sides(text, f"{noun} {n}", obstacles) for n, text in enumerate(texts, 1)}
    sides = {number: both for number, both in split.items() if both is not None}
    both_readers = (
        readers([given for given, _ in sides.values()], False),
        readers([wanted for _, wanted in sides.values()], True),
    )
    found = {n: _pair(both, both_readers, f"{noun} {n}", obstacles) for n, both in sides.items()}
    return {number: example for number, example in found.items() if example is not None}


def _sides(text: object, where: str, obstacles: Obstacles) -> tuple[str, str] | None:
    """The texts of the input and of the output of an example."""
    if not isinstance(text, str):
        obstacles.add(f"an example is {kind(text)}, not a text", where, _TEXT_HINT)
        return None
    sides = [side.strip() for side in _ARROW.split(text)]
    if len(sides) != 2:
        arrows = f"there are {len(sides) - 1} arrows" if len(sides) > 2 else "there is no arrow"
        obstacles.add(f"{arrows} between an input and an output", where, _TEXT_HINT)
        return None
    return sides[0], sides[1]


def _pair(
    both: Sequence[Any],
    readers: tuple[Callable[[Any, str], Any], Callable[[Any, str], Any]],
    where: str,
    obstacles: Obstacles,
) -> Example | None:
    """An input and an output, read; None where one of them is wrong."""
    given, wanted = (
        obstacles.catch(functools.partial(read, value, f"{where}, {key}"))
        for key, value, read in zip(_EXAMPLE_KEYS, both, readers, strict=True)
    )
    return None if given is None or wanted is None else Example(given, wanted)


def _too_many(number: int, where: str, obstacles: Obstacles) -> bool:
    if number > MAX_EXAMPLES:
        hint = f"Give at most {MAX_EXAMPLES:,}: every program of a search runs on each of them."
        obstacles.add(f"there are {number:,} examples", where, hint)
    return number > MAX_EXAMPLES


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


def short(value: object) -> str:
    """A value as JSON, cut where it is long."""
    try:
        text = json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        text = kind(value)
    return text if len(text) <= 40 else text[:37] + "..."


def kind(value: object) -> str:
    """What a value of JSON or Python is, in the words of a user."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a Boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str | bytes):
        return "a text"
    if isinstance(value, Mapping):
        return "an object"
    return "a list" if isinstance(value, list | tuple) else f"a {type(value).__name__}"
