"""Every error that `lasynth` raises on purpose. `str()` of each is the one message a user sees.

A program that fails to run is a status, not an exception; only `lasynth.run`, which has nothing
else to return, turns that status into a `RunError`. Anything that is not a `LasynthError` is a bug
of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Final

from lasynth.quoting import MAX_MESSAGE, cut, printable

__all__ = [
    "CheckerError",
    "CheckpointError",
    "InUseError",
    "InputError",
    "LasynthError",
    "ProgramError",
    "RunError",
    "ShardError",
    "TrainingError",
    "WorkerError",
]

_MAX_PLACE: Final = 300  # characters of the place: a path and what is in the file
_SHOWN_COLUMNS: Final = 100  # of the line of a program that is wrong


class LasynthError(Exception):
    """The root of all errors raised on purpose; the command line shows its text and exits with 2."""


class _LocatedError(LasynthError):
    """An error of the form "where: what hint".

    The message holds no control character but ends of lines, and has a largest length, whatever it quotes.

    Args:
        what: what is wrong, without a full stop.
        where: the file, line, example or option that is wrong.
        hint: what to do about it, a sentence.
    """

    def __init__(self, what: str, where: str | None = None, hint: str | None = None) -> None:
        self.what = what
        self.where = where
        self.hint = hint
        message = printable(cut(what, MAX_MESSAGE), keep="\n")
        if where is not None:
            message = f"{cut(printable(where), _MAX_PLACE)}: {message}"
        super().__init__(message if hint is None else f"{message}. {printable(cut(hint, MAX_MESSAGE))}")

    def __reduce__(self) -> tuple[type[_LocatedError], tuple[str, str | None, str | None]]:
        # Without this, an error raised in a worker process would come back with its text as `what`.
        return type(self), (self.what, self.where, self.hint)


class InputError(_LocatedError):
    """Bad input of a user: a task, an option, a file. Says what, where, and what to do."""


class InUseError(InputError):
    """A folder that another process works in; says which process."""


class TrainingError(_LocatedError):
    """A training run that cannot go on: its losses are no longer numbers."""


class WorkerError(_LocatedError):
    """Work that no worker could finish: they were killed, or their machines went away, again and again."""


class CheckpointError(_LocatedError):
    """A checkpoint that is missing, truncated, or of another version."""


class ShardError(_LocatedError):
    """A data shard that is missing, truncated, or of another schema version."""


class CheckerError(LasynthError):
    """What checks programs besides the built-in machine has nothing to say about them, for this reason.

    Args:
        reason: what is wrong, without a full stop: "gcc took longer than 10 s".
        lasting: whether to ask again would only cost time.
    """

    def __init__(self, reason: str, *, lasting: bool = False) -> None:
        self.lasting = lasting
        super().__init__(reason)


class ProgramError(LasynthError):
    """Program text that is not of the language; shows the line, a caret and what was expected.

    Args:
        what: what is wrong, without a full stop: "unexpected '='".
        source: the whole program text, to show the line in question.
        line: number of the line, from 1.
        column: number of the character in that line, from 1.
        expected: what could have stood there, in the words of a user.
    """

    def __init__(
        self,
        what: str,
        *,
        source: str | None = None,
        line: int | None = None,
        column: int | None = None,
        expected: Sequence[str] = (),
    ) -> None:
        self.what = what
        self.source = source
        self.line = line
        self.column = column
        self.expected = tuple(expected)
        super().__init__(self._message())

    def _message(self) -> str:
        message = printable(cut(self.what, MAX_MESSAGE), keep="\n")
        if self.expected:
            *others, last = self.expected
            message += f", expected {', '.join(others)} or {last}" if others else f", expected {last}"
        if self.line is None:
            return message
        message = f"line {self.line}{'' if self.column is None else f', column {self.column}'}: {message}"
        lines = (self.source or "").splitlines()
        if not 0 < self.line <= len(lines):
            return message
        shown, column = _window(lines[self.line - 1], self.column or 1)
        message += f"\n  {shown}"
        return message if self.column is None else f"{message}\n  {' ' * (column - 1)}^"

    def __reduce__(self) -> tuple[object, ...]:
        return _program_error, (self.what, self.source, self.line, self.column, self.expected)


def _window(line: str, column: int) -> tuple[str, int]:
    """The part of a line that a message shows, each character one column wide, and the column in it."""
    first = 0 if len(line) <= _SHOWN_COLUMNS else max(0, column - 1 - _SHOWN_COLUMNS // 2)
    part = line[first : first + _SHOWN_COLUMNS]
    shown = "".join(c if printable(c) == c else " " if c == "\t" else "\ufffd" for c in part)
    before, after = "..." * (first > 0), "..." * (len(line) > first + _SHOWN_COLUMNS)
    return f"{before}{shown}{after}", column - first + len(before)


def _program_error(
    what: str, source: str | None, line: int | None, column: int | None, expected: tuple[str, ...]
) -> ProgramError:
    return ProgramError(what, source=source, line=line, column=column, expected=expected)


class RunError(LasynthError):
    """A run that gave no output.

    Args:
        status: how the run ended; its `words`, where it has them, are the message.
    """

    def __init__(self, status: IntEnum) -> None:
        self.status = status
        words = getattr(status, "words", status.name.lower().replace("_", " "))
        super().__init__(f"the program gives no output: {words}")

    def __reduce__(self) -> tuple[type[RunError], tuple[IntEnum]]:
        return type(self), (self.status,)
