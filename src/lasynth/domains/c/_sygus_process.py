"""The process in which cvc5 runs, and what peers that use it share.

It has a memory limit, and one process serves many problems. It is killed when the time is up, because cvc5's
own time limits are not reliable.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import select
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Generic, Self, TypeVar

from lasynth.errors import InputError

__all__ = ["OUT_OF_TIME", "SygusPeer", "SygusProcess", "SygusResult", "SygusStop"]

_WORKER = Path(__file__).with_name("_sygus_worker.py")
OUT_OF_TIME: Final = object()
_MAX_STRETCH = 100.0  # wall-clock limit as a multiple of the CPU time limit: the process may be stuck


class SygusProcess:
    """The process that runs cvc5, started when needed.

    Args:
        problems: the script whose `solve` turns a problem into a term (see `_sygus_worker`).
        max_memory: MiB that it may take.
        cpu_time: count the CPU time of the process, not the wall clock.
    """

    def __init__(self, problems: Path, max_memory: int, *, cpu_time: bool) -> None:
        self._problems = problems
        self._max_memory = max_memory
        self._cpu_time = cpu_time
        self._past_s = 0.0  # CPU time of processes that have ended
        self._process: subprocess.Popen[bytes] | None = None

    def clock(self) -> float:
        """Seconds of wall-clock time, or of CPU time of all the processes so far."""
        return self._past_s + self._now_s() if self._cpu_time else time.perf_counter()

    def ask(self, problem: dict[str, Any], limit: float) -> object:
        """The answer to a problem, `OUT_OF_TIME`, or None where the process ended by itself."""
        start_s = self.clock()
        last_s = time.perf_counter() + (_MAX_STRETCH if self._cpu_time else 1.0) * limit
        if self._process is None or self._process.poll() is not None:
            self.kill()
            self._process = self._start()
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        done = False
        answer = b""
        try:
            process.stdin.write(json.dumps(problem).encode() + b"\n")
            process.stdin.flush()
            while not answer.endswith(b"\n"):
                # One thread uses no more CPU time than wall-clock time, so it is safe to wait this long.
                left_s = min(start_s + limit - self.clock(), last_s - time.perf_counter())
                if left_s <= 0:
                    return OUT_OF_TIME
                if not select.select([process.stdout], [], [], left_s)[0]:
                    continue
                part = os.read(process.stdout.fileno(), 1 << 16)
                if not part:
                    return None
                answer += part
            done = True
        except BrokenPipeError:
            return None
        finally:
            if not done:  # including an interrupt by the user
                self.kill()
        return json.loads(answer)

    def _now_s(self) -> float:
        """CPU time of the current process."""
        if self._process is None:
            return 0.0
        try:
            # How Linux numbers the clock of another process (CPUCLOCK_SCHED).
            return time.clock_gettime((~self._process.pid << 3) | 2)
        except OSError:
            return 0.0  # it has ended

    def kill(self) -> None:
        """End the process and any processes that it has started."""
        process = self._process
        if process is None:
            return
        if self._cpu_time:
            self._past_s += self._now_s()
        self._process = None
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            with contextlib.suppress(BrokenPipeError):  # from a problem that it had not read
                stream.close()

    def _start(self) -> subprocess.Popen[bytes]:
        # -P: keeps the folder of the script, which holds our modules, out of its path.
        return subprocess.Popen(
            [sys.executable, "-P", str(_WORKER), str(self._max_memory), str(self._problems)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # its own process group, which is killed as a whole
        )


class SygusStop(StrEnum):
    """Why there is no program."""

    TIME_LIMIT = "time_limit"  # of the task
    CELL_LIMIT = "cell_limit"  # the time limit of one cell
    CONTRADICTION = "contradiction"  # one input is shown with two outputs
    WORKER_ENDED = "worker_ended"  # cvc5 ran out of memory, or crashed
    NO_TERM = "no_term"  # cvc5 gave up
    WRONG_TERM = "wrong_term"  # cvc5's term is not right on the shown examples


_Program = TypeVar("_Program")


@dataclass(frozen=True, slots=True)
class SygusResult(Generic[_Program]):
    """The result for a task.

    Attributes:
        program: a program that is right on all shown examples, or None.
        stopped: why there is none.
        seconds: the time taken, measured by the clock of the limits.
    """

    program: _Program | None
    stopped: SygusStop | None
    seconds: float


class SygusPeer:
    """Solves tasks with cvc5.

    The process that runs cvc5 starts when it is first needed. It is kept for further tasks until `close`, the
    end of a `with` block, or the end of the peer. Use a peer from one thread only.

    Args:
        problems: see `SygusProcess`.
        limits: seconds, by their names for messages.
        max_memory: MiB that cvc5 may take.
        cpu_time: the limits count the CPU time of cvc5, not the wall clock, so that measurements on a busy
            machine equal those on an idle one (Linux only).

    Raises:
        InputError: cvc5 is not installed, a limit is not positive, or this system has no such clock.
    """

    def __init__(self, problems: Path, limits: dict[str, float], *, max_memory: int, cpu_time: bool) -> None:
        where = type(self).__name__
        for name, value in {**limits, "max_memory": max_memory}.items():
            if not value > 0:
                raise InputError(f"{name} is {value}", where, "Give a number above 0.")
        if importlib.util.find_spec("cvc5") is None:
            raise InputError("cvc5 is not installed", where, "Run pip install 'lasynth[sygus]'.")
        if cpu_time and not sys.platform.startswith("linux"):
            raise InputError("cpu_time is for Linux only", where, "Leave it out.")
        self._worker = SygusProcess(problems, max_memory, cpu_time=cpu_time)
        self._end = weakref.finalize(self, self._worker.kill)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process that runs cvc5; a later task starts another."""
        self._worker.kill()

    def _timed(self, search: Callable[[], _Program | SygusStop]) -> SygusResult[_Program]:
        """What a search found, and how long it took."""
        start_s = self._worker.clock()
        found = search()
        seconds = self._worker.clock() - start_s
        if isinstance(found, SygusStop):
            return SygusResult(None, found, seconds)
        return SygusResult(found, None, seconds)
