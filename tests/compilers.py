"""The C compiler of this machine, for tests; without one they are skipped."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

import pytest

from lasynth.domains.c.compiler import Compiler
from lasynth.domains.c.harness import RESTRICTED, Harness
from lasynth.errors import CheckerError

PATIENCE_S = 600.0  # for machines that do much else meanwhile


def compiler(*, sanitize: bool = False, harness: Harness = RESTRICTED) -> Compiler:
    """The first that works; skips the test, saying why, where none does."""
    try:
        return Compiler.find(sanitize=sanitize, harness=harness, timeout_s=PATIENCE_S)
    except CheckerError as error:
        pytest.skip(f"{error} (sanitizers: {sanitize})")


def ends(folder: Path) -> bool:
    """Whether the processes in a folder, or with it in their command, end; what is killed needs a moment."""
    for _ in range(600):
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # it has ended
                found += [os.fsencode((process / "cwd").readlink()), (process / "cmdline").read_bytes()]
        if not any(os.fsencode(folder) in each for each in found):
            return True
        time.sleep(0.1)
    return False
