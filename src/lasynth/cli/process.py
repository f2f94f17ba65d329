"""The process of a command: its signals, its streams, and the one way out.

`__init__` loads this module first, so it imports nothing that takes time.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING, Any, Final, TextIO

from lasynth.errors import InputError, LasynthError
from lasynth.quoting import cut, printable

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "BAD_INPUT",
    "INTERNAL_ERROR",
    "INTERRUPTED",
    "NOT_SOLVED",
    "PIPE_CLOSED",
    "TERMINATED",
    "ending",
    "guard_streams",
    "handle_signals",
    "note",
    "release_signals",
]

NOT_SOLVED: Final = 1
BAD_INPUT: Final = 2
INTERNAL_ERROR: Final = 3
INTERRUPTED: Final = 128 + signal.SIGINT
PIPE_CLOSED: Final = 128 + signal.SIGPIPE
TERMINATED: Final = 128 + signal.SIGTERM

_STDOUT, _STDERR = 1, 2  # file descriptors
_MAX_SHOWN: Final = 300  # characters of the text of an internal error


def note(message: str) -> None:
    """Print a line for the user on standard error; control characters are shown as escapes."""
    print(printable(message, keep="\n"), file=sys.stderr, flush=True)


# Signals ------------------------------------------------------------------------------------------

_working = False  # outside of `ending` there is nothing that an exception could end in good order


def handle_signals() -> None:
    """End in an orderly way on Ctrl-C and on termination; signals that the parent ignores stay ignored."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _terminate)


def release_signals() -> None:
    """A further signal ends the process at once, and without a word: there is nothing left to be saved."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) in (_interrupt, _terminate):
            signal.signal(number, signal.SIG_DFL)


def _interrupt(number: int, frame: FrameType | None) -> None:
    if not _working or _importing(frame):
        _end_now("lasynth: interrupted\n", INTERRUPTED)
    raise KeyboardInterrupt


def _terminate(number: int, frame: FrameType | None) -> None:
    if not _working or _importing(frame):
        _end_now("", TERMINATED)
    raise SystemExit(TERMINATED)


def _importing(frame: FrameType | None) -> bool:
    """Whether a module is being loaded: libraries lose an interrupt there, or make another error of it."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _end_now(message: str, status: int) -> None:
    try:
        os.write(_STDERR, message.encode())
    finally:
        os._exit(status)


# Streams ------------------------------------------------------------------------------------------


class _Output(io.TextIOWrapper):
    """Standard output: what cannot be written is an error of the user's, and not a traceback at the end."""

    # Raised by each write from then on: a library may hide it once.
    _failure: Exception | None = None

    def write(self, text: str) -> int:
        with self._failing():
            return super().write(text)
        return 0

    def flush(self) -> None:
        with self._failing():
            super().flush()

    def give_up(self) -> None:
        """Write what can be written. Python flushes once more when it ends, and must not fail then."""
        with suppress(Exception):
            self.flush()
        self._failure = None

    @contextmanager
    def _failing(self) -> Iterator[None]:
        if self._failure is not None:
            raise self._failure
        try:
            yield
        except OSError as error:
            self._failure = _output_error(error)
            raise self._failure from None


class _NoOutput(io.TextIOBase):
    """Standard output that was closed before the process began."""

    encoding = "utf-8"

    def write(self, text: str) -> int:
        if text:
            raise InputError("is closed", "standard output", "Send it to a file or a pipe.")
        return 0


class _Messages(io.TextIOWrapper):
    """Standard error: a message that cannot be written is lost, and changes nothing else."""

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError:
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError:
            return


class _PipeClosed(Exception):  # noqa: N818 - it is the end that shells expect, and no error
    """Nobody reads standard output any more."""


def _output_error(error: OSError) -> Exception:
    # Python flushes once more when it ends, and must not fail there.
    os.dup2(os.open(os.devnull, os.O_WRONLY), _STDOUT)
    if isinstance(error, BrokenPipeError):
        return _PipeClosed()
    reason = (error.strerror or str(error)).lower()
    return InputError(f"cannot be written to: {reason}", "standard output", "Send it elsewhere.")


def guard_streams() -> None:
    """Make the three standard streams safe to use, whether they are closed, full, or of another encoding."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # Otherwise the next file that is opened would become standard output.
            os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(number, True)
    output: Any = _wrapped(sys.stdout, _Output) or _NoOutput()
    # `print` to a standard error that is None would go to standard output.
    messages: Any = _wrapped(sys.stderr, _Messages) or open(os.devnull, "w")  # noqa: SIM115
    for name, stream in (("stdout", output), ("stderr", messages)):
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)  # the one before is detached


def _wrapped(stream: TextIO | None, kind: type[io.TextIOWrapper]) -> TextIO | None:
    """The stream as one of a kind; characters that its encoding lacks are written as escapes."""
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    how: dict[str, Any] = {"encoding": stream.encoding, "errors": "backslashreplace"}
    how |= {"line_buffering": stream.line_buffering, "write_through": stream.write_through}
    return kind(stream.detach(), **how)


# The way out --------------------------------------------------------------------------------------


def ending(work: Callable[[], int | None], *, debug: bool) -> int:
    """Do the work of a process; whatever becomes of it is an exit status, and at most one message.

    Args:
        work: returns the status, None for 0.
        debug: show the traceback of an error that nobody foresaw.

    Returns:
        The exit status of the process.
    """
    global _working  # a signal finds a process, not an object
    try:
        _working = True
        status = work() or 0
        sys.stdout.flush()
        _working = False
        return status
    except BaseException as error:  # noqa: BLE001 - this is the one place where nothing may be missed
        _working = False
        if isinstance(sys.stdout, _Output):
            sys.stdout.give_up()
        return _status_of(error, debug)


def _status_of(error: BaseException, debug: bool) -> int:
    """Say what ended the work, if it is worth a message; the exit status that stands for it."""
    match error:
        case SystemExit(code=int(status)):
            return status
        case SystemExit(code=None):
            return 0
        case KeyboardInterrupt():
            note("lasynth: interrupted")
            return INTERRUPTED
        case _PipeClosed():
            return PIPE_CLOSED
        case LasynthError():
            return _refused(str(error))
        case MemoryError():
            return _refused("there is not enough memory. Give a smaller input, --beam or batch.")
        # With a name it is a file that is not ours to foresee: no room, no permission, gone meanwhile.
        case OSError(filename=str(name)) if not debug:
            return _refused(str(InputError((error.strerror or str(error)).lower(), name)))
    return _internal(error, debug)


def _refused(message: str) -> int:
    note(f"lasynth: {message}")
    return BAD_INPUT


def _internal(error: BaseException, debug: bool) -> int:
    import traceback

    lines = "".join(traceback.format_exception(error))
    what = type(error).__name__ + (f": {error}" if str(error) else "")
    shown = f"lasynth: internal error: {cut(printable(what), _MAX_SHOWN)}. Please report it."
    if debug:
        note(f"{lines}{shown}")
    else:
        log = _write_log(lines)
        note(f"{shown} Run with --debug for the traceback{'' if log is None else f', or see {log}'}.")
    return INTERNAL_ERROR


def _write_log(lines: str) -> Path | None:
    """Keep the traceback of the last error where only this user can read it; None where that fails."""
    import platform
    import stat
    import tempfile
    import time
    from pathlib import Path

    from lasynth import __version__

    versions = f"lasynth {__version__}, Python {platform.python_version()}"
    head = f"{time.strftime('%F %T')}, {versions}\n{sys.argv}\n\n"
    try:
        state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
        folder = Path(state) / "lasynth"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
            return None  # of another user, or open to others
        number, written = tempfile.mkstemp(dir=folder)
        with open(number, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(head + lines)
        return Path(written).replace(folder / "error.log")
    except (OSError, RuntimeError, ValueError):  # no home, no room, no path
        return None
