"""The text, JSON and TOML of files that others wrote: whatever is wrong with them is one message."""

from __future__ import annotations

import itertools
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, AnyStr, Final

from lasynth.errors import CheckpointError, InputError, ShardError
from lasynth.limits import MAX_FILE_BYTES, MAX_JSON_DEPTH, MAX_TASK_BYTES
from lasynth.quoting import cut

__all__ = [
    "UnfitError",
    "check_size",
    "decode_json",
    "lines_of",
    "parse_json",
    "parse_toml",
    "read_text",
    "reason_of",
    "utf8",
]

_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))


class UnfitError(Exception):
    """JSON that is not for us; its text says why."""


Raised = type[InputError] | type[CheckpointError] | type[ShardError]


def read_text(
    path: str | Path, hint: str | None = None, *, most: int = MAX_FILE_BYTES, error: Raised = InputError
) -> str:
    """The text of a file in UTF-8; a byte order mark at its beginning is no part of it.

    Args:
        path: of the file.
        hint: what to do where there is none.
        most: the largest size, in bytes; no more is read.
        error: what to raise.

    Raises:
        InputError: no such file, a folder, too large, or not UTF-8; `error` where that is given.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(most + 1)
    except (OSError, ValueError) as found:
        raise error(reason_of(found, path), str(path), hint) from None
    check_size(len(data), most, str(path), error=error)
    return utf8(data, str(path), error=error)


def check_size(size: int, most: int, where: str | None = None, *, error: Raised = InputError) -> None:
    """Check the size of what was read; a reader stops one byte behind the limit.

    Raises:
        InputError: more than `most` bytes; `error` where that is given.
    """
    if size > most:
        limit = f"{most / 2**20:g} MiB" if most >= 2**20 else f"{most:,} bytes"
        raise error(f"larger than {limit}, the limit for it", where, "Is it the right file?")


def lines_of(file: IO[AnyStr], where: str, *, most: int = MAX_TASK_BYTES) -> Iterator[tuple[int, AnyStr]]:
    """The lines of an open file with their numbers, from 1.

    Raises:
        InputError: a line is longer than `most`; no more of it is read.
    """
    number = 0
    while line := file.readline(most + 1):
        number += 1
        check_size(len(line), most, f"{where}, line {number}")
        yield number, line


def reason_of(error: OSError | ValueError, path: str | Path) -> str:
    """Why a file cannot be read or written, in the words of a message."""
    if isinstance(error, OSError):
        return "is a folder" if Path(path).is_dir() else (error.strerror or str(error)).lower()
    return "not the path of a file"  # with a zero in it


def utf8(data: bytes, where: str, *, error: Raised = InputError) -> str:
    r"""The text of some bytes, ends of lines as `\n`, without a byte order mark.

    Raises:
        InputError: not UTF-8; `error` where that is given.
    """
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        raise error("not a text file in UTF-8", where) from None


def parse_json(
    text: str, where: str | None = None, *, first_line: int | None = None, error: Raised = InputError
) -> Any:
    """The value of a JSON text.

    Args:
        text: of a file, or of one of its lines.
        where: the file, for messages.
        first_line: the number of that line.
        error: what to raise.

    Raises:
        InputError: not JSON, a key that is twice in one object, brackets nested deeper than
            `MAX_JSON_DEPTH`, a number with thousands of digits, or a text with half of a surrogate pair;
            `error` where that is given.
    """
    try:
        return decode_json(text)
    except json.JSONDecodeError as found:
        at = _join(where, f"line {(first_line or 1) + found.lineno - 1}, column {found.colno}")
        raise error(f"not JSON: {found.msg[0].lower()}{found.msg[1:]}", at) from None
    except UnfitError as found:
        place = where if first_line is None else _join(where, f"line {first_line}")
        raise error(str(found), place) from None


def decode_json(text: str) -> Any:
    """The value of a JSON text.

    Raises:
        json.JSONDecodeError: not JSON; knows the place.
        UnfitError: JSON that is refused all the same; says why.
    """
    if _depth(text) > MAX_JSON_DEPTH:
        raise UnfitError(f"brackets are nested too deeply, more than {MAX_JSON_DEPTH}")
    try:
        value = json.loads(text, object_pairs_hook=_no_repeated_keys)
        if "\\ud" in text or "\\uD" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except (json.JSONDecodeError, UnfitError):
        raise
    except UnicodeEncodeError:
        raise UnfitError("a text holds half of a surrogate pair, which is no character") from None
    except ValueError:  # Python's own limit on the digits of a number
        raise UnfitError("a number has thousands of digits") from None
    return value


def parse_toml(text: str, where: str) -> dict[str, Any]:
    """The tables of a TOML text.

    Raises:
        InputError: not TOML.
    """
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise InputError("not TOML: brackets are nested too deeply", where) from None
    except ValueError as error:  # a date that there is not is no TOMLDecodeError
        raise InputError(f"not TOML: {error}", where) from None


def _join(where: str | None, part: str) -> str:
    return part if where is None else f"{where}, {part}"


def _depth(text: str) -> int:
    """How deep the brackets of a JSON text are nested, or less than `MAX_JSON_DEPTH`."""
    if text.count("[") + text.count("{") <= MAX_JSON_DEPTH:
        return 0
    brackets = _STRING.sub("", text).encode(errors="replace").translate(None, _NO_BRACKETS)
    # The opening ones, 0x5b and 0x7b, have the bit that the closing ones, 0x5d and 0x7d, lack.
    return max(itertools.accumulate((code & 2) - 1 for code in brackets), default=0)


def _no_repeated_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    obj = dict(pairs)
    if len(obj) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise UnfitError(f'"{cut(key)}" is given twice in one object')
            seen.add(key)
    return obj
