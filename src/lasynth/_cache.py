"""Where compiled functions are kept between runs.

Numba looks at a function's own file to decide whether its compiled form is current, not at the files of
the functions it calls; after an upgrade or an edit elsewhere it would run stale code. So the cache
folder is named by the state of all sources: whatever changes, the next run compiles afresh.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

__all__ = ["use_own_cache"]

_MAX_AGE_S = 14 * 24 * 3600


def use_own_cache() -> None:
    """Point Numba to the cache of this state of the package, unless `NUMBA_CACHE_DIR` says otherwise."""
    if "NUMBA_CACHE_DIR" in os.environ or "numba" in sys.modules:
        return
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lasynth" / "numba"
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not os.access(home, os.W_OK):
            raise PermissionError(home)
    except OSError:
        home = Path(tempfile.gettempdir()) / f"lasynth-numba-{os.getuid()}"
    folder = home / _state()
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
    if not folder.is_dir():
        _forget_old(home)


def _state() -> str:
    package = Path(__file__).parent
    digest = hashlib.sha256(str(package).encode())
    for path in sorted(package.rglob("*.py")):
        found = path.stat()
        digest.update(f"{path}:{found.st_mtime_ns}:{found.st_size};".encode())
    return digest.hexdigest()[:16]


def _forget_old(home: Path) -> None:
    """Drop caches of states that nobody has run for a while."""
    if not home.is_dir():
        return
    for folder in home.iterdir():
        if folder.is_dir() and time.time() - folder.stat().st_mtime > _MAX_AGE_S:
            shutil.rmtree(folder, ignore_errors=True)
