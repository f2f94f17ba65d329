"""Where compiled functions are kept between runs.

Numba looks at a function's own file to decide whether its compiled form is current, not at the files of
the functions it calls; after an upgrade or an edit elsewhere it would run stale code. So the cache
folder is named by the state of all sources: whatever changes, the next run compiles afresh.

Compiled functions are machine code in pickles, so who can write them can run code as this user. A folder
is used only if nobody else can write it, replace it or have made it; see `private_folder`. Where there is
no such folder, a fresh one serves this run alone.
"""

from __future__ import annotations

import atexit
import functools
import hashlib
import os
import shutil
import stat
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

__all__ = ["cache_folder", "only_ours", "private_folder"]

_MAX_AGE_S = 14 * 24 * 3600
_VARIABLE = "NUMBA_CACHE_DIR"


@functools.cache
def cache_folder() -> Path | None:
    """The folder of compiled functions; None where none can be made, and then nothing is kept.

    It is what `NUMBA_CACHE_DIR` says, else one of this state of the package among the user's caches, else one
    in the temporary directory. `NUMBA_CACHE_DIR` is set to it, so that the processes that this one starts
    share it.
    """
    obstacles = []
    for folder in _candidates():
        try:
            _check_above(folder[0].parent)
            for part in folder:
                private_folder(part)
        except OSError as error:
            obstacles.append(f"{folder[-1]}: {error.strerror}")
        else:
            os.environ[_VARIABLE] = str(folder[-1])
            return folder[-1]
    try:
        fresh = Path(tempfile.mkdtemp(prefix="lasynth-numba-"))
    except OSError as error:
        _warn("compiled functions are not kept", [*obstacles, str(error.strerror)])
        os.environ.pop(_VARIABLE, None)
        return None
    _warn("compiled functions are kept for this run only", obstacles)
    atexit.register(_remove, fresh, os.getpid())
    os.environ[_VARIABLE] = str(fresh)
    return fresh


def private_folder(folder: Path) -> None:
    """Make a folder that this user alone can write, or see that one is.

    Raises:
        OSError: it cannot be made; or it is there and is a link, belongs to another user, or others can
            write it.
    """
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode):
            raise NotADirectoryError(0, "it is a link or a file, not a folder") from None
        if found.st_uid != os.geteuid():
            raise PermissionError(0, "it belongs to another user") from None
        if not only_ours(found):
            raise PermissionError(0, "other users can write to it") from None
        if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError(0, "it cannot be written") from None


def only_ours(found: os.stat_result) -> bool:
    """Whether what is there belongs to this user, and no other can write it."""
    return found.st_uid == os.geteuid() and not _others_write(found)


def _candidates() -> Iterator[tuple[Path, ...]]:
    """Folders to try, each with those above it that are ours to make, from the top down."""
    if given := os.environ.get(_VARIABLE):
        yield (_resolved(Path(given)),)
    state = _state()
    if (caches := _user_caches()) is not None:
        home = _resolved(caches) / "lasynth"
        _forget_old(home / "numba", keep=state)
        yield home, home / "numba", home / "numba" / state
    try:
        home = _resolved(Path(tempfile.gettempdir())) / f"lasynth-numba-{os.geteuid()}"
    except OSError:  # no temporary directory can be written
        return
    _forget_old(home, keep=state)
    yield home, home / state


def _user_caches() -> Path | None:
    given = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if given.is_absolute():
        return given
    try:
        return Path.home() / ".cache"
    except RuntimeError:  # neither HOME nor an entry in the table of users
        return None


def _resolved(folder: Path) -> Path:
    """A folder without links on the way to it: what is checked is then what is used."""
    return Path(os.path.realpath(folder))


def _check_above(folder: Path) -> None:
    """See that no other user can put another folder in the place of one that is in this folder.

    Folders that are missing are made.

    Raises:
        OSError: another user can, or a folder cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for each in (folder, *folder.parents):
        found = each.stat()
        # In a sticky folder, such as /tmp, only its owner and that of an entry can replace the entry.
        if _others_write(found) and not found.st_mode & stat.S_ISVTX:
            raise PermissionError(0, f"other users can write to {each}")
        if found.st_uid not in (0, os.geteuid()):
            raise PermissionError(0, f"{each} belongs to another user")


def _others_write(found: os.stat_result) -> bool:
    if found.st_mode & stat.S_IWOTH:
        return True
    return bool(found.st_mode & stat.S_IWGRP) and not _is_group_of_one(found.st_gid)


@functools.cache
def _is_group_of_one(gid: int) -> bool:
    """Whether a group is the one that many systems make for a user alone, named like the user."""
    import grp
    import pwd

    try:
        user, group = pwd.getpwuid(os.geteuid()), grp.getgrgid(gid)
    except KeyError:
        return False
    return gid == user.pw_gid and group.gr_name == user.pw_name and set(group.gr_mem) <= {user.pw_name}


def _state() -> str:
    package = Path(__file__).parent
    digest = hashlib.sha256(str(package).encode())
    for path in sorted(package.rglob("*.py")):
        found = path.stat()
        digest.update(f"{path}:{found.st_mtime_ns}:{found.st_size};".encode())
    return digest.hexdigest()[:16]


def _forget_old(home: Path, *, keep: str) -> None:
    """Drop caches of states that nobody has run for a while, where a new state begins."""
    try:
        if (home / keep).exists() or not only_ours(home.lstat()):
            return
        for folder in home.iterdir():
            if folder.is_dir() and time.time() - folder.lstat().st_mtime > _MAX_AGE_S:
                shutil.rmtree(folder, ignore_errors=True)
    except OSError:
        return  # it is not there, or is not ours to tidy up


def _remove(folder: Path, process: int) -> None:
    if os.getpid() == process:  # a forked process may end before this one
        shutil.rmtree(folder, ignore_errors=True)


def _warn(what: str, obstacles: list[str]) -> None:
    hint = "Set NUMBA_CACHE_DIR to a folder that only you can write"
    warnings.warn(f"lasynth: {what} ({'; '.join(obstacles)}). {hint}.", RuntimeWarning, stacklevel=2)
