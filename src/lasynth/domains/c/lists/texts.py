"""Inputs and outputs of `lists` as people type them.

`3 1 2` and `3, 1, 2` are a list, `[3]` is one of one cell and `[]` the empty one; `3 1 2, 2` is a list and a
number, `xs = 3 1 2, k = 2` are inputs with names. JSON is read as such. Some texts mean what others of the
task say: a single `5` is a number if there is a single number at that place in all of them, else a list of
one cell; `1, 2` is a list, unless others have two inputs in a row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from lasynth.domains.c.lists.reading import read_input, read_output
from lasynth.errors import InputError
from lasynth.examples import TextReader
from lasynth.limits import MAX_VALUE_CHARS
from lasynth.reading import check_size, parse_json

__all__ = ["read_text", "read_texts"]

_NAMED: Final = re.compile(r"\s*([^\W\d]\w*)\s*=(.*)", re.DOTALL)
_WORDS: Final = {"true": 1, "false": 0}
_HINT: Final = "Write it as 3 1 2, as 3 1 2, 2 or as xs = 3 1 2, k = 2."


@dataclass(frozen=True, slots=True)
class _Text:
    """The parts of a text that is no JSON, without a decision on what single numbers are.

    Attributes:
        names: of the inputs; None where they have none.
        parts: the numbers of each, or the texts that are in their place.
        bracketed: whether each stands in brackets.
    """

    names: tuple[str, ...] | None
    parts: tuple[tuple[object, ...], ...]
    bracketed: tuple[bool, ...]

    def is_single(self, part: int) -> bool:
        """Whether a part is one number without brackets."""
        return len(self.parts[part]) == 1 and not self.bracketed[part]

    @property
    def all_single(self) -> bool:
        """Whether it is numbers with a comma between each two of them."""
        return self.names is None and all(map(self.is_single, range(len(self.parts))))


def read_text(text: str, where: str) -> Any:
    """An input of a text.

    Raises:
        InputError: it is none.
    """
    return read_texts([text], False)(text, where)


def read_texts(texts: Sequence[str], outputs: bool) -> TextReader:
    """What reads each of the inputs, or of the outputs, of a task.

    Args:
        texts: all of them.
        outputs: whether they are outputs.
    """
    read = read_output if outputs else read_input
    split = [one for one in map(_split_or_none, texts) if one is not None]
    # Two parts of which one is a list are inputs in a row, so elsewhere two single numbers are, too.
    in_row = {len(one.parts) for one in split if not one.all_single and len(one.parts) > 1}
    lists: set[object] = set()  # the places at which some text has a list
    for one in split:
        if _is_one_list(one, in_row):
            lists.add(0)
        else:
            places = range(len(one.parts))
            lists |= {_key(one, place) for place in places if not one.is_single(place)}
    lists |= {place for text in texts if _is_json(text) for place in _lists_of_json(text)}

    def reader(text: str, where: str) -> Any:
        check_size(len(text), MAX_VALUE_CHARS, where)
        if _is_json(text):
            return read(parse_json(text, where), where)
        one = _split(text, where)
        if _is_one_list(one, in_row):
            return read([part[0] for part in one.parts], where)
        values: list[object] = [
            part[0] if one.is_single(place) and _key(one, place) not in lists else list(part)
            for place, part in enumerate(one.parts)
        ]
        if one.names is not None:
            return read(dict(zip(one.names, values, strict=True)), where)
        return read(values if len(values) > 1 else values[0], where)

    return reader


def _is_one_list(one: _Text, in_row: set[int]) -> bool:
    return one.all_single and len(one.parts) > 1 and len(one.parts) not in in_row


def _key(one: _Text, place: int) -> object:
    return place if one.names is None else one.names[place]


def _is_json(text: str) -> bool:
    """Whether a text is meant as JSON: an object, or one list from its first character to its last."""
    text = text.strip()
    if not text.startswith("["):
        return text.startswith("{")
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "[") - (character == "]")
        if depth == 0:
            return place == len(text) - 1
    return True  # no bracket closes it; JSON says so


def _lists_of_json(text: str) -> set[object]:
    """The places at which a text of JSON has lists."""
    try:
        value = parse_json(text)
    except InputError:
        return set()
    if isinstance(value, dict):
        return {name for name, each in value.items() if isinstance(each, list)}
    nested = {place for place, each in enumerate(value) if isinstance(each, list)}
    return {*nested} if 0 < len(nested) < len(value) else {0}


def _split_or_none(text: str) -> _Text | None:
    """The parts of a text; None for JSON, and for what is wrong, which its reader says."""
    if _is_json(text) or len(text) > MAX_VALUE_CHARS:
        return None
    try:
        return _split(text, "")
    except InputError:
        return None


def _split(text: str, where: str) -> _Text:
    """The parts of a text between its commas; those behind a name belong to it up to the next name."""
    names: list[str] = []
    parts: list[tuple[object, ...]] = []
    bracketed: list[bool] = []
    pieces = _between_commas(text)
    if len(pieces) > 1 and not pieces[-1].strip():
        pieces.pop()  # a comma at the end
    for number, piece in enumerate(pieces, 1):
        found = _NAMED.fullmatch(piece)
        if found and len(names) == len(parts):
            names.append(found[1])
            piece = found[2]
        elif found:
            raise InputError("some inputs have a name and some have none", where, _HINT)
        numbers, in_brackets = _numbers(piece, where)
        if not piece.strip():
            what = f"there is nothing behind {names[-1]} =" if found else f"part {number} is empty"
            raise InputError(
                what if text.strip() else "nothing is given", where, f"{_HINT} An empty list is []."
            )
        if found or not names:
            parts.append(numbers)
            bracketed.append(in_brackets)
        elif in_brackets or bracketed[-1]:
            raise InputError("some inputs have a name and some have none", where, _HINT)
        else:
            parts[-1] = (*parts[-1], *numbers)  # xs = 3, 1, 2
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"the name {twice} is given twice", where, "Give each input a name of its own.")
    return _Text(tuple(names) or None, tuple(parts), tuple(bracketed))


def _between_commas(text: str) -> list[str]:
    """The pieces of a text between the commas that are not in brackets."""
    pieces, depth = [""], 0
    for character in text:
        depth += (character == "[") - (character == "]")
        if character == "," and depth <= 0:
            pieces.append("")
        else:
            pieces[-1] += character
    return pieces


def _numbers(piece: str, where: str) -> tuple[tuple[object, ...], bool]:
    """The numbers of a piece, and whether it is in brackets."""
    if piece.strip().startswith("["):
        return tuple(parse_json(piece, where)), True
    return tuple(map(_number, piece.split())), False


def _number(text: str) -> object:
    """A number, whole or not, which the reader of values then says; a text where it is none."""
    for number in (int, float) if text[-1:].isdigit() else ():
        try:
            return number(text)
        except ValueError:
            continue
    return _WORDS.get(text, text)
