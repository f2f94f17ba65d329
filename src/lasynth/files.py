"""Files that are written whole or not at all, and folders that one run at a time works in.

Everything that lasynth keeps is written by `write_all`, except logs, which are appended to. It writes into
temporary files beside the targets, which take their names only when all of them are on the disk. A process
that is killed leaves the old files, or the new ones, and perhaps temporary ones, which the next write of the
same file removes.

A temporary file and a claimed folder are locked with `flock`, which the system releases when a process ends
in whatever way. So what a running process still needs is never taken for a leftover. On a file system
without locks, leftovers stay and a second run is not refused.

At a URL (`lasynth.places`) a file is one object, which an object store itself shows whole or not at all. A
claim there is an object that names its owner.
"""

from __future__ import annotations

import fcntl
import glob
import os
import secrets
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from lasynth.errors import CheckpointError, InputError, InUseError, ShardError
from lasynth.places import Place, Remote

__all__ = ["append", "check_writable", "claimed", "remove_leftovers", "write_all", "write_whole"]

WriteError = type[InputError] | type[CheckpointError] | type[ShardError]

_HINT: Final = "Make room, or give a place that can be written to."
_NAME: Final = 50  # characters of a temporary name that are the target's: a name has at most 255 bytes


def write_whole(path: Place, content: bytes | memoryview, *, error: WriteError = InputError) -> None:
    """Write a file so that it is complete, or not there at all, whatever happens; see `write_all`.

    At a URL this holds as far as the store keeps it: an object store does.
    """
    if isinstance(path, Path):
        write_all({path: content}, error=error)
        return
    try:
        path.write_bytes(content)
    except OSError as reason:
        raise _refused(path, reason, error) from None


def write_all(contents: Mapping[Path, bytes | memoryview], *, error: WriteError = InputError) -> None:
    """Write files that belong together: none is replaced before all of them are on the disk.

    Args:
        contents: of each file; the folders must exist. What is not a regular file (a device, a pipe) is
            written to directly. A symbolic link is followed.
        error: what a failed write raises.

    Raises:
        error: a file cannot be written. No file has changed, unless the system fails between two of the
            renames.
    """
    staged: list[_Temporary] = []
    path = Path()
    try:
        for path, content in contents.items():
            if path.exists() and not path.is_file() and not path.is_dir():
                with path.open("wb", buffering=0) as stream:
                    _write(stream.fileno(), content)
                continue
            temporary = _Temporary(path)
            staged.append(temporary)
            _write(temporary.descriptor, content)
            os.fsync(temporary.descriptor)
        for temporary in staged:
            path = temporary.target
            os.replace(temporary.path, path)
        for folder in {temporary.target.parent for temporary in staged}:
            _sync(folder)
    except OSError as reason:
        raise _refused(path, reason, error) from None
    finally:
        for temporary in staged:
            temporary.close()


def append(path: Path, line: str, *, error: WriteError = InputError) -> None:
    """Add a line to a file.

    Raises:
        error: it cannot be written; a part of it may have been.
    """
    try:
        with path.open("ab", buffering=0) as stream:
            _write(stream.fileno(), line.encode())
    except OSError as reason:
        raise _refused(path, reason, error) from None


def check_writable(path: Path, *, error: WriteError = InputError) -> None:
    """Say before a long work that its result could not be written.

    Raises:
        error: the folder is missing or cannot be written to, or the file is a folder.
    """
    try:
        if path.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        if not path.exists() or path.is_file():
            _Temporary(path).close()
    except OSError as reason:
        raise _refused(path, reason, error) from None


def remove_leftovers(folder: Place, names: str = "*") -> None:
    """Remove the temporary files of killed processes.

    Args:
        folder: where to look; not in the folders within. A URL has no temporary files.
        names: a pattern for the names of the files that were to be written.
    """
    if not isinstance(folder, Path):
        return
    for path in folder.glob(f".{names}.*.tmp"):
        with suppress(OSError):  # still being written, or removed by another process meanwhile
            descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
            finally:
                os.close(descriptor)


@contextmanager
def claimed(folder: Place, name: str = "lasynth", *, leftovers: str | None = "*") -> Iterator[None]:
    """Have a folder for oneself, and remove what killed runs left in it.

    Args:
        folder: made if need be. At a URL the claim of a killed run stays. The machine where that was takes it
            over, and elsewhere the message says what to delete.
        name: of the claim; those of other names do not matter to it.
        leftovers: names of the files whose leftovers are removed; None for none.

    Raises:
        InUseError: another process has the folder; says which.
        InputError: the folder cannot be made or written to.
    """
    if not isinstance(folder, Path):
        with _claimed_remotely(folder, name):
            yield
        return
    path = folder / f".{name}.lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = _lock(path)
    except OSError as reason:
        raise _refused(folder, reason, InputError) from None
    try:
        if leftovers is not None:
            remove_leftovers(folder, leftovers)
        yield
    finally:
        # Removed while it is locked: whoever opened it meanwhile sees that it is gone, and makes a new one.
        with suppress(OSError):
            path.unlink()
        os.close(descriptor)


@contextmanager
def _claimed_remotely(folder: Remote, name: str) -> Iterator[None]:
    """As `claimed`, by an object that is created where there is none."""
    path, ours = folder / f".{name}.lock", _owner()
    try:
        folder.mkdir()
        _create_claim(path, ours)
    except OSError as reason:
        raise _refused(folder, reason, InputError) from None
    try:
        yield
    finally:
        with suppress(OSError):
            if path.read_bytes() == ours:
                path.unlink()


def _create_claim(path: Remote, ours: bytes) -> None:
    for last in (False, True):
        try:
            path.create(ours)
            return
        except FileExistsError:
            try:
                owner = path.read_bytes()
            except FileNotFoundError:
                continue  # released meanwhile
            if last or not _has_ended(owner):
                process, host, *_ = [*owner.decode("utf-8", "replace").split("\n"), ""]
                who = f"process {process} of {host}" if process.isdecimal() else "another process"
                hint = f"Wait until it ends. If it was killed, delete {path}."
                folder = str(path).rpartition("/")[0]
                raise InUseError(f"is in use by {who}", folder, hint) from None
            path.unlink()


def _owner() -> bytes:
    """This process, its machine, and what tells processes with one number apart."""
    return f"{os.getpid()}\n{socket.gethostname()}\n{_numbering()}\n{secrets.token_hex(8)}\n".encode()


def _has_ended(owner: bytes) -> bool:
    """Whether an owner was a process of this machine that is no more."""
    process, _, numbering, *_ = [*owner.decode("utf-8", "replace").split("\n"), "", "", ""]
    if not process.isdecimal() or not numbering or numbering != _numbering():
        return False
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        return False
    return False


def _numbering() -> str:
    """What processes are numbered in: the system since its start, and its container. Empty if not known."""
    try:
        start = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{start} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _lock(path: Path) -> int:
    """A descriptor of the locked file, which holds the number of this process."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            os.close(descriptor)
            who = f"process {owner}" if owner.isdecimal() else "another process"
            hint = "Wait until it ends, or give another folder."
            raise InUseError(f"is in use by {who}", str(path.parent), hint) from None
        except OSError:
            return descriptor  # a file system without locks
        if _is_at(descriptor, path):
            break
        os.close(descriptor)
    with suppress(OSError):  # on a full disk the owner has no number
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


class _Temporary:
    """A locked file beside its target.

    Args:
        target: a symbolic link is followed.
    """

    def __init__(self, target: Path) -> None:
        self.target = Path(os.path.realpath(target))
        folder, name = self.target.parent, self.target.name[:_NAME]
        remove_leftovers(folder, glob.escape(name))
        while True:
            self.path = folder / f".{name}.{secrets.token_hex(4)}.tmp"
            # The rights of a new file: a temporary one of `tempfile` would be closed to other users.
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            self.descriptor = os.open(self.path, flags, 0o666)
            with suppress(OSError):  # a file system without locks
                fcntl.flock(self.descriptor, fcntl.LOCK_EX)
            if _is_at(self.descriptor, self.path):
                return
            os.close(self.descriptor)  # taken for a leftover before it was locked

    def close(self) -> None:
        """Remove the file if it did not become the target."""
        with suppress(OSError):
            if _is_at(self.descriptor, self.path):
                self.path.unlink()
        os.close(self.descriptor)


def _is_at(descriptor: int, path: Path) -> bool:
    """Whether a descriptor is of the file that is at a path now."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except FileNotFoundError:
        return False


def _write(descriptor: int, content: bytes | memoryview) -> None:
    left = memoryview(content).cast("B")
    while left:
        left = left[os.write(descriptor, left) :]


def _sync(folder: Path) -> None:
    """Put the names in a folder on the disk, where the file system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _refused(path: Place, reason: OSError, error: WriteError) -> Exception:
    return error(f"cannot be written: {reason.strerror or reason}", str(path), _HINT)
