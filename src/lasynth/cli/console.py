"""What the commands share: reading standard input, JSON output, tables, progress."""

from __future__ import annotations

import io
import json
import os
import re
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from lasynth.cli.process import note
from lasynth.errors import InputError
from lasynth.limits import MAX_FILE_BYTES
from lasynth.quoting import printable
from lasynth.reading import check_size, reason_of, utf8

if TYPE_CHECKING:
    from rich.progress import TaskID

    from lasynth.places import Place

__all__ = [
    "MAX_BEAM",
    "MAX_NUMBER",
    "MAX_SEED",
    "MAX_TOKENS",
    "Progress",
    "check_folder",
    "check_output",
    "note",
    "preparing",
    "print_json",
    "print_table",
    "read_input",
]

# What options take at most; beyond it memory or 64 bits end.
MAX_BEAM: Final = 4096
MAX_TOKENS: Final = 4096
MAX_NUMBER: Final = 10**9
MAX_SEED: Final = 2**53


def check_folder(path: Place) -> None:
    """Check that a folder is there, or can be made there, before any work is done for it.

    A URL is not looked at: a store says what it allows when it is written to.

    Raises:
        InputError: a file is in the way, or the folder may not be written to.
    """
    if not isinstance(path, Path):
        return
    for above in (path, *path.parents):
        if _there(above):
            if not above.is_dir():
                raise InputError("is a file, not a folder", str(above), "Give a folder.")
            if not os.access(above, os.W_OK | os.X_OK):
                raise InputError("permission denied", str(above), "Give a folder that you may write to.")
            return


def check_output(path: Path) -> None:
    """Check that a file can be written, before any work is done for it.

    Raises:
        InputError: it is a folder, its folder is missing, or it may not be written.
    """
    if path.is_dir():
        raise InputError("is a folder", str(path), "Give the path of a file.")
    if not path.parent.is_dir():
        raise InputError("no such folder", str(path.parent), "Make it first.")
    if not os.access(path if _there(path) else path.parent, os.W_OK):
        raise InputError("permission denied", str(path), "Give another path.")


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:  # a name that is too long
        raise InputError(reason_of(error, path), str(path), "Give another path.") from None


# What a terminal may take for a command; JSON escapes the controls below a blank by itself.
_NOT_IN_JSON: Final = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def print_json(document: object) -> None:
    """Print the one document of a command with `--json` on standard output.

    It is in UTF-8; where standard output has another encoding, in ASCII, which is JSON all the same.
    """
    utf_8 = (sys.stdout.encoding or "utf-8").lower().replace("_", "-") in ("utf-8", "utf8")
    text = json.dumps(document, ensure_ascii=not utf_8)
    print(_NOT_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def read_input() -> str:
    """The text on standard input.

    Raises:
        InputError: it is closed, a folder, larger than `MAX_FILE_BYTES`, or not UTF-8.
    """
    where = "standard input"
    if sys.stdin is None:
        raise InputError("is closed", where, "Pipe the text in, or give a file.")
    try:
        data = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InputError((error.strerror or str(error)).lower(), where) from None
    check_size(len(data), MAX_FILE_BYTES, where)
    return utf8(data, where)


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table on standard output; without colour, and as wide as needed, if that is not a terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for heading in headings:
        table.add_column(heading, no_wrap=True)
    for row in rows:
        table.add_row(*(Text(printable(cell, keep="\n")) for cell in row))
    if sys.stdout.isatty():
        Console(highlight=False).print(table, soft_wrap=True)
        return
    stream = io.StringIO()
    Console(file=stream, width=10_000, color_system=None).print(table)
    for line in stream.getvalue().splitlines():
        print(line.rstrip())  # rich pads every line to the full width


@contextmanager
def preparing(after_s: float = 3.0) -> Iterator[None]:
    """Explain the wait if the block takes long: the first run on a machine compiles code."""
    message = "Compiling for this machine. Only the first run does this; it may take minutes."
    timer = threading.Timer(after_s, note, (message,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class Progress:
    """The progress of long work, on standard error: a bar on a terminal, otherwise a line now and then.

    Args:
        what: the name of the work, such as "generating".
        total: the number of items; None if it is unknown.
        every_s: seconds between two lines, if there is no terminal.
    """

    def __init__(self, what: str, total: int | None = None, *, every_s: float = 10.0) -> None:
        self._what = what
        self._total = total
        self._every_s = every_s
        self._line_s = time.monotonic()
        self._first: tuple[int, float] | None = None  # what the first report says, and when it came
        self._done = 0
        self._text = ""
        self._bar: _Bar | None = _Bar(what, total) if sys.stderr.isatty() else None

    def __call__(self, done: int, total: int | None = None, text: str = "") -> None:
        """Report that `done` of `total` items are done; `text` is shown beside them."""
        self._total = self._total if total is None else total
        self._text = text or self._text
        if self._first is None:
            # A resumed run does not start at 0; the rate counts what comes after the first report.
            self._first = (done, time.monotonic())
        self._done = done
        if self._bar is not None:
            self._bar.show(done, self._total, self._text)
        elif time.monotonic() - self._line_s >= self._every_s:
            self._line_s = time.monotonic()
            note(self._line())

    def _line(self) -> str:
        first, first_s = self._first or (0, 0.0)
        rate = (self._done - first) / max(time.monotonic() - first_s, 1e-9)
        parts = [f"{self._done:,}" if self._total is None else f"{self._done:,} of {self._total:,}"]
        if rate > 0:  # unknown before the second report
            parts.append(f"{rate:,.1f}/s" if rate < 100 else f"{rate:,.0f}/s")
        if self._total is not None and rate > 0 and self._done < self._total:
            parts.append(f"{_duration((self._total - self._done) / rate)} left")
        return f"{self._what}: {', '.join([*parts, self._text] if self._text else parts)}"

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.progress.stop()
        elif self._done:
            note(self._line())


class _Bar:
    """The bar, drawn by rich."""

    def __init__(self, what: str, total: int | None) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        columns: tuple[Any, ...] = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[text]}"),
        )
        self.progress = RichProgress(*columns, console=Console(stderr=True))
        self._task: TaskID = self.progress.add_task(what, total=total, text="")

    def show(self, done: int, total: int | None, text: str) -> None:
        self.progress.update(self._task, completed=done, total=total, text=text)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
