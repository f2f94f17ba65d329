"""Functions that Numba compiles, and how their compiled forms are kept on disk.

`njit` is Numba's, with a cache of our own in the folder of `lasynth._cache`. A file holds one compiled form
and a digest of it. A file that is missing, damaged, of another version or not of this user is a miss: the
function is compiled, and the file is written anew. Where it cannot be written, only time is lost.
"""

from __future__ import annotations

import hashlib
import os
import pickle  # only for files of this user with the right digest
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from lasynth._cache import cache_folder, only_ours, private_folder

_FOLDER = cache_folder()  # before Numba is imported: it reads NUMBA_CACHE_DIR then

import numba  # noqa: E402
from numba.core.caching import (  # noqa: E402
    CompileResultCacheImpl,
    FunctionCache,
    _CacheLocator,
    _SourceFileBackedLocatorMixin,
)
from numba.core.dispatcher import Dispatcher  # noqa: E402
from numba.core.serialize import dumps  # noqa: E402

__all__ = ["njit"]

F = TypeVar("F", bound=Callable[..., Any])

_DIGEST_BYTES = 16


def njit(signature: str | None = None, *, cache: bool = False, **options: Any) -> Callable[[F], F]:
    """Compile a function, as `numba.njit` does.

    Args:
        signature: compile for these types at once.
        cache: keep what is compiled on disk.
        options: see `numba.njit`.
    """

    def made(function: F) -> F:
        dispatcher = numba.njit(**options)(function)
        if not isinstance(dispatcher, Dispatcher):  # NUMBA_DISABLE_JIT
            return function
        if cache and _FOLDER is not None:
            dispatcher._cache = _Cache(function)  # type: ignore[attr-defined]
        if signature is not None:
            dispatcher.compile(signature)
            dispatcher.disable_compile()
        return cast(F, dispatcher)

    return made


class _Files:
    """The compiled forms of one function, a file each.

    A file is named by what the form is for, and not by a number, so that two runs that begin at once never
    give one name to two forms.
    """

    def __init__(self, folder: Path, base: str, stamp: object) -> None:
        self._folder = folder
        self._base = base
        self._made_from = (numba.__version__, stamp)

    def load(self, key: Any) -> Any | None:
        """What was saved with a key; None where that is not there, or not whole."""
        try:
            handle = os.open(self._path(key), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with open(handle, "rb") as file:
                content = file.read() if only_ours(os.fstat(handle)) else b""
        except OSError:
            return None
        digest, payload = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        if digest != _digest(payload):
            return None
        made_from, saved_key, data = pickle.loads(payload)  # noqa: S301 - written below, by this user
        return data if (made_from, saved_key) == (self._made_from, key) else None

    def save(self, key: Any, data: Any) -> None:
        """Keep data; what the file held before is replaced at once.

        Raises:
            OSError: it cannot be written.
        """
        payload = dumps((self._made_from, key, data))
        handle, name = tempfile.mkstemp(dir=self._folder, suffix=".tmp")
        try:
            with open(handle, "wb") as file:
                file.write(_digest(payload) + payload)
            Path(name).replace(self._path(key))
        finally:
            Path(name).unlink(missing_ok=True)

    def flush(self) -> None:
        """Forget everything."""
        for path in self._folder.glob(f"{self._base}-*.nbc"):
            path.unlink(missing_ok=True)

    def _path(self, key: Any) -> Path:
        types, target, _ = key  # the last part is the function's code: what is kept of old code is replaced
        return self._folder / f"{self._base}-{_digest(repr((types, target)).encode()).hex()}.nbc"


def _digest(payload: bytes) -> bytes:
    return hashlib.blake2b(payload, digest_size=_DIGEST_BYTES).digest()


class _Locator(_SourceFileBackedLocatorMixin, _CacheLocator):
    """Tells Numba the folder for the functions of one source file."""

    def __init__(self, function: Callable[..., Any], source: str) -> None:
        assert _FOLDER is not None
        self._py_file = source
        self._lineno = function.__code__.co_firstlineno
        self._folder = _FOLDER / self.get_suitable_cache_subpath(source)

    @classmethod
    def from_function(cls, py_func: Callable[..., Any], py_file: str) -> _Locator:
        """Numba asks here whether the folder can be used; that is seen when something is saved."""
        return cls(py_func, py_file)

    def get_cache_path(self) -> str:
        return str(self._folder)

    def ensure_cache_path(self) -> None:
        private_folder(self._folder)


class _Implementation(CompileResultCacheImpl):
    _locator_classes = [_Locator]  # type: ignore[assignment]  # noqa: RUF012 - as in Numba


class _Cache(FunctionCache):
    """Numba's cache of one function, over `_Files`."""

    _impl_class = _Implementation

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        stamp = self._impl.locator.get_source_stamp()
        self._cache_file = _Files(  # type: ignore[assignment]
            Path(self._cache_path), self._impl.filename_base, stamp
        )

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            super().save_overload(sig, data)
        except OSError:
            return  # a full disk, a folder that is gone: the next run compiles again
