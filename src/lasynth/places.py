"""Where data is kept: a path of this machine, or a URL that `fsspec` opens (`s3://`, `gs://`, `memory://`).

A `Remote` has the methods of `pathlib.Path` that shards are read and written with, so the same code works on
both. `fsspec` is loaded for URLs alone. A URL `file://` is a path.
"""

from __future__ import annotations

import fnmatch
import importlib
import posixpath
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import unquote, urlsplit

from lasynth.errors import InputError

__all__ = ["Place", "Remote", "place_of"]

_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


class Remote:
    """A file or a folder at a URL.

    What goes wrong while a file is read or written is an `OSError`, as with a path. Nothing is cached:
    another machine may have written meanwhile.

    Args:
        url: such as `s3://bucket/folder`.

    Raises:
        InputError: there is no such kind of URL, or `fsspec` or what it needs for this kind is not installed.
    """

    def __init__(self, url: str) -> None:
        self._url = url if url.endswith("://") else url.rstrip("/")
        self._store, self._path = _opened(self._url)

    def __str__(self) -> str:
        return self._url

    def __repr__(self) -> str:
        return f"Remote({self._url!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Remote) and self._url == other._url

    def __lt__(self, other: Remote) -> bool:
        return self._url < other._url

    def __hash__(self) -> int:
        return hash(self._url)

    def __reduce__(self) -> tuple[type[Remote], tuple[str]]:
        return Remote, (self._url,)

    def __truediv__(self, name: str) -> Remote:
        return Remote(self._url + name if self._url.endswith("/") else f"{self._url}/{name}")

    @property
    def name(self) -> str:
        """The last part."""
        return posixpath.basename(self._url)

    def exists(self) -> bool:
        """Whether there is a file or a folder; a folder without files is none in an object store."""
        return bool(self._asked(self._store.exists))

    def is_file(self) -> bool:
        """Whether there is a file."""
        return bool(self._asked(self._store.isfile))

    def is_dir(self) -> bool:
        """Whether there is a folder."""
        return bool(self._asked(self._store.isdir))

    def glob(self, pattern: str) -> Iterator[Remote]:
        """What is in the folder and has such a name."""
        try:
            found = self._asked(partial(self._store.ls, detail=False))
        except FileNotFoundError:
            return iter(())
        return iter([self / name for name in fnmatch.filter(map(posixpath.basename, found), pattern)])

    def _asked(self, question: Callable[[str], Any]) -> Any:
        """What the store answers.

        Raises:
            InputError: it cannot be reached.
            FileNotFoundError: there is no such place.
        """
        try:
            with _failing():
                return question(self._path)
        except FileNotFoundError:
            raise
        except OSError as error:
            hint = "Check the URL, and whether you may read there."
            raise InputError(f"cannot be reached: {error.strerror}", self._url, hint) from None

    def mkdir(self, *, parents: bool = False, exist_ok: bool = False) -> None:
        """Make the folder, where the store has folders; with those above it in any case."""
        with _failing():
            self._store.makedirs(self._path, exist_ok=True)

    def read_bytes(self) -> bytes:
        """The content of the file."""
        with _failing():
            return bytes(self._store.cat_file(self._path))

    def write_bytes(self, content: bytes | memoryview) -> None:
        """Write the file as one object, which an object store shows whole or not at all."""
        with _failing():
            self._store.pipe_file(self._path, bytes(content))

    def create(self, content: bytes) -> None:
        """Write a file that is not there yet.

        Raises:
            FileExistsError: it is there. Of two that create it at once one gets this error in a store that
                writes on condition, as S3, GCS and file systems do.
        """
        with _failing():
            if self._store.exists(self._path):
                raise FileExistsError(0, "it is there", self._url)
            self._store.pipe_file(self._path, content, mode="create")

    def unlink(self) -> None:
        """Remove the file."""
        with _failing():
            self._store.rm_file(self._path)

    def absolute(self) -> Self:
        """Itself, as every URL is."""
        return self

    def is_absolute(self) -> bool:
        """Yes."""
        return True


Place = Path | Remote


def place_of(place: str | Place) -> Place:
    """The place that a text names.

    Raises:
        InputError: a URL that cannot be opened on this machine; says what is missing.
    """
    if isinstance(place, Path | Remote):
        return place
    if not _URL.match(place):
        return Path(place)
    if place.lower().startswith("file://"):
        parts = urlsplit(place)
        if parts.netloc not in ("", "localhost"):
            raise InputError("a file URL of another machine", place, "Give a path, or file:///PATH.")
        return Path(unquote(parts.path))
    return Remote(place)


def _opened(url: str) -> tuple[Any, str]:
    """The store of a URL, and the path within it."""
    try:
        fsspec = importlib.import_module("fsspec.core")
    except ImportError:
        raise InputError("fsspec is not installed", url, "Install `lasynth[cluster]`.") from None
    try:
        store, path = fsspec.url_to_fs(url, use_listings_cache=False)
    except ImportError as error:
        raise InputError(f"cannot be opened: {error}", url, "Install what fsspec needs for it.") from None
    except Exception as error:  # noqa: BLE001 - stores raise errors of their own
        raise InputError(f"cannot be opened: {error}", url, "Give a path, or another URL.") from None
    return store, str(path)


@contextmanager
def _failing() -> Iterator[None]:
    """Make an `OSError` of whatever a store raises."""
    try:
        yield
    except OSError as error:
        if error.strerror is None:
            error.strerror = str(error) or type(error).__name__
        raise
    except Exception as error:  # stores raise errors of their own
        raise OSError(0, f"{type(error).__name__}: {error}") from error
