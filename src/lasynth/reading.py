"""The text, JSON and TOML of files that others wrote: whatever is wrong with them is one message."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from lasynth.errors import CheckpointError, InputError, ShardError
from lasynth.quoting import cut

__all__ = ["parse_json", "parse_toml", "read_text", "reason_of", "utf8"]

Raised = type[InputError] | type[CheckpointError] | type[ShardError]


def read_text(path: str | Path, hint: str | None = None, *, error: Raised = InputError) -> str:
    """The text of a file in UTF-8; a byte order mark at its beginning is no part of it.

    Args:
        path: of the file.
        hint: what to do where there is none.
        error: what to raise.

    Raises:
        InputError: no such file, a folder, or not UTF-8; `error` where that is given.
    """
    try:
        data = Path(path).read_bytes()
    except (OSError, ValueError) as found:
        raise error(reason_of(found), str(path), hint) from None
    return utf8(data, str(path), error=error)


def reason_of(error: OSError | ValueError) -> str:
    """Why a file cannot be read or written, in the words of a message."""
    if isinstance(error, IsADirectoryError):
        return "is a folder"
    if isinstance(error, OSError):
        return (error.strerror or str(error)).lower()
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
        InputError: not JSON, a key that is twice in one object, brackets nested too deeply for Python, a
            number with thousands of digits, or a text with half of a surrogate pair; `error` where that is
            given.
    """
    try:
        value = json.loads(text, object_pairs_hook=_no_repeated_keys)
        if "\\ud" in text or "\\uD" in text:
            json.dumps(value, ensure_ascii=False).encode()
        return value
    except json.JSONDecodeError as found:
        at = _join(where, f"line {(first_line or 1) + found.lineno - 1}, column {found.colno}")
        raise error(f"not JSON: {found.msg[0].lower()}{found.msg[1:]}", at) from None
    except RecursionError:
        what = "brackets are nested too deeply"
    except _RepeatedKeyError as found:
        what = f'"{cut(found.key)}" is given twice in one object'
    except UnicodeEncodeError:
        what = "a text holds half of a surrogate pair, which is no character"
    except ValueError:  # Python's own limit on the digits of a number
        what = "a number has thousands of digits"
    raise error(what, where if first_line is None else _join(where, f"line {first_line}"))


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


class _RepeatedKeyError(Exception):
    def __init__(self, key: str) -> None:
        self.key = key


def _no_repeated_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    obj = dict(pairs)
    if len(obj) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _RepeatedKeyError(key)
            seen.add(key)
    return obj
