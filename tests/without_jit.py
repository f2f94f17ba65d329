"""A differential test's own file, run as a script without the JIT: the reference of compiled code.

`NUMBA_DISABLE_JIT=1` has to be set before Numba is imported, so the reference runs in another process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

__all__ = ["Results", "as_script", "reference_of"]

Results = dict[str, np.ndarray]


def reference_of(file: str, given: Results, folder: Path) -> Results:
    """What the script `file` makes of some arrays when it runs without the JIT."""
    np.savez(folder / "given.npz", **given)
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    # Overflow that wraps around in compiled code is a warning in plain Python: make it an error.
    command = [sys.executable, "-W", "error", file, str(folder)]
    subprocess.run(command, env=environment, check=True, timeout=300)
    with np.load(folder / "reference.npz") as found:
        return dict(found)


def as_script(results: Callable[[Results], Results], compiled: object) -> None:
    """The run as a script; `compiled` is a function that is compiled where there is a JIT."""
    folder = Path(sys.argv[1])
    assert os.environ["NUMBA_DISABLE_JIT"] == "1"
    assert not hasattr(compiled, "py_func"), "this must run without the JIT"
    with np.load(folder / "given.npz") as given:
        np.savez(folder / "reference.npz", **results(dict(given)))
