"""What the commands share: errors to exit statuses, JSON output, progress."""

from __future__ import annotations

import functools
import io
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, Self

from lasynth.errors import LasynthError

if TYPE_CHECKING:
    from rich.progress import TaskID

__all__ = [
    "BAD_INPUT",
    "INTERRUPTED",
    "NOT_SOLVED",
    "Progress",
    "command",
    "note",
    "preparing",
    "print_json",
    "print_table",
]

NOT_SOLVED = 1
BAD_INPUT = 2
INTERRUPTED = 130

P = ParamSpec("P")


def command(function: Callable[P, int | None]) -> Callable[P, None]:
    """Make a function a command: its result is the exit status, and an error of the user is one message."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            with _terminable():
                status = function(*args, **kwargs)
            sys.stdout.flush()
        except LasynthError as error:
            note(f"lasynth: {error}")
            _exit(BAD_INPUT)
        except KeyboardInterrupt:
            note("lasynth: interrupted")
            _exit(INTERRUPTED)
        except BrokenPipeError:
            # The reader (`| head`) is gone. Without this, Python would complain again when it closes stdout.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            _exit(INTERRUPTED)
        _exit(status or 0)

    return wrapped


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl-C does: worker processes and half-written files go too."""

    def terminate(number: int, frame: object) -> NoReturn:
        signal.signal(number, signal.SIG_DFL)  # a second one ends the process at once
        _exit(128 + number)

    try:
        before = signal.signal(signal.SIGTERM, terminate)
    except ValueError:  # not in the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _exit(status: int) -> NoReturn:
    raise SystemExit(status)


def note(message: str) -> None:
    """Print a line for the user on standard error."""
    print(message, file=sys.stderr, flush=True)


def print_json(document: object) -> None:
    """Print the one document of a command with `--json` on standard output."""
    print(json.dumps(document, ensure_ascii=False))


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table on standard output; without colour, and as wide as needed, if that is not a terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for heading in headings:
        table.add_column(heading, no_wrap=True)
    for row in rows:
        table.add_row(*map(Text, row))
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
        self._start_s = time.monotonic()
        self._line_s = self._start_s
        self._first: int | None = None
        self._done = 0
        self._text = ""
        self._bar: _Bar | None = _Bar(what, total) if sys.stderr.isatty() else None

    def __call__(self, done: int, total: int | None = None, text: str = "") -> None:
        """Report that `done` of `total` items are done; `text` is shown beside them."""
        self._total = self._total if total is None else total
        self._text = text or self._text
        if self._first is None:
            self._first = done  # a resumed run does not start at 0; the rate counts only its own items
        self._done = done
        if self._bar is not None:
            self._bar.show(done, self._total, self._text)
        elif time.monotonic() - self._line_s >= self._every_s:
            self._line_s = time.monotonic()
            note(self._line())

    def _line(self) -> str:
        seconds = time.monotonic() - self._start_s
        rate = (self._done - (self._first or 0)) / max(seconds, 1e-9)
        parts = [f"{self._done:,}" if self._total is None else f"{self._done:,} of {self._total:,}"]
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
