"""One map over shards: in this process, in several, or on a Ray cluster.

The single door to parallelism outside a training step. Results come in the order of the items
whatever the order of their completion. No process is left behind, also where this one is killed outright:
a worker watches its parent and ends with it.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing.connection import wait
from typing import TypeVar

from lasynth.errors import InputError

__all__ = ["InlineRunner", "ProcessRunner", "RayRunner", "Runner"]

Item = TypeVar("Item")
Result = TypeVar("Result")


class Runner(ABC):
    """Where the items of a map are worked on."""

    @abstractmethod
    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result, None, None]:
        """The results of a function for each item, in the order of the items.

        Closing the generator, or an exception where it is used, ends the work.

        Args:
            function: of a module, or a `functools.partial` of one, so that it can be sent elsewhere.
            items: likewise things that can be pickled.

        Raises:
            Exception: whatever `function` raises; work not yet begun is given up.
        """

    @staticmethod
    def of(text: str) -> Runner:
        """The runner that a setting names: `"inline"`, `"processes"`, `"processes:4"` or `"ray"`.

        Raises:
            InputError: no such runner, or Ray is not installed.
        """
        name, _, count = text.partition(":")
        if name == "inline" and not count:
            return InlineRunner()
        if name == "processes" and (not count or count.isdecimal()):
            return ProcessRunner(int(count) if count else None)
        if name == "ray" and not count:
            return RayRunner()
        raise InputError(f"no runner is called {text!r}", hint="Give inline, processes, processes:N or ray.")


class InlineRunner(Runner):
    """Works on one item after the other, in this process."""

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result, None, None]:
        """See `Runner.map`."""
        for item in items:
            yield function(item)


class ProcessRunner(Runner):
    """Works on several items at once, in processes of its own.

    Args:
        num_workers: how many; as many as there are processors unless given.

    Raises:
        InputError: fewer than one.
    """

    def __init__(self, num_workers: int | None = None) -> None:
        self.num_workers = len(os.sched_getaffinity(0)) if num_workers is None else num_workers
        if self.num_workers < 1:
            raise InputError(f"{self.num_workers} processes", hint="Give at least one.")

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result, None, None]:
        """See `Runner.map`."""
        # Spawned, not forked: a fork of a process with threads (torch, Numba) can hang.
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(self.num_workers, mp_context=context, initializer=_begin_worker)
        others = multiprocessing.active_children()
        finished = False
        try:
            futures: list[Future[Result]] = [pool.submit(function, item) for item in items]
            for future in futures:
                yield future.result()
            finished = True
        finally:
            workers = [child for child in multiprocessing.active_children() if child not in others]
            pool.shutdown(wait=finished, cancel_futures=True)
            if not finished:
                for worker in workers:
                    worker.terminate()
                # Afterwards nobody writes any more, and what they were writing can be removed.
                for worker in workers:
                    worker.join()


class RayRunner(Runner):
    """Works on the items on a Ray cluster, or on this machine where none is configured.

    Raises:
        InputError: Ray is not installed.
    """

    def __init__(self) -> None:
        try:
            self._ray = importlib.import_module("ray")
        except ImportError:
            raise InputError("Ray is not installed", hint="Install `lasynth[cluster]`.") from None

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result, None, None]:
        """See `Runner.map`."""
        if not self._ray.is_initialized():
            self._ray.init(log_to_driver=False)
        remote = self._ray.remote(_call)
        pending = [remote.remote(function, item) for item in items]
        try:
            while pending:
                yield self._ray.get(pending[0])
                pending.pop(0)
        finally:
            for left in pending:
                self._ray.cancel(left, force=True)


def _call(function: Callable[[Item], Result], item: Item) -> Result:
    return function(item)


def _begin_worker() -> None:
    """Leave Ctrl-C to the parent, which ends its workers, and end when the parent has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What this process is started with may hold other handlers: `terminate` must end it.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    # At once: the main thread may wait for work without end. A file being written stays a leftover.
    os._exit(1)
