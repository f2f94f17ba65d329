"""What workers of a cluster do in tests."""

from __future__ import annotations

import fcntl
import os
import signal
import time
from pathlib import Path

from lasynth.errors import InputError


def node_of(seconds: float) -> str:
    """The node that works on it."""
    import ray

    time.sleep(seconds)
    return str(ray.get_runtime_context().get_node_id())


def fail_on_two(number: int) -> int:
    if number == 2:
        raise InputError("two is wrong", "item 2", "Leave it out.")
    return number


def killed_once(number: int, marks: Path) -> int:
    """Ends the worker that has item 1, the first time."""
    if number == 1 and not (marks / "killed").exists():
        (marks / "killed").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def killed(number: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hold(number: int, folder: Path) -> None:
    """Hold a lock for as long as the worker lives."""
    with (folder / f"alive-{number}").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        (folder / f"begun-{number}").touch()
        time.sleep(600)
