"""One map over shards: in this process, in several, or on a Ray cluster.

The single door to parallelism outside a training step. Results come in the order of the items
whatever the order of their completion. Work of a worker that is lost is done again. No process is left
behind, also where this one is killed outright: a worker watches its parent and ends with it.
"""

from __future__ import annotations

import functools
import importlib
import logging
import multiprocessing
import os
import pickle
import re
import signal
import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import Any, Final, TypeVar

from lasynth.errors import InputError, WorkerError
from lasynth.places import Place

__all__ = ["InlineRunner", "ProcessRunner", "RayRunner", "Runner"]

Item = TypeVar("Item")
Result = TypeVar("Result")

# How often an item is begun again when its worker is lost. What always ends its worker, by lack of memory
# perhaps, must end the run at some time.
_MAX_AGAIN: Final = 3
_LOST_HINT: Final = (
    "The system may have no memory left: use fewer workers. The same command continues the run."
)
_ADDRESS: Final = "RAY_ADDRESS"  # where Ray itself looks for a running cluster
_LOCAL: Final = "local"  # what Ray calls a new cluster of this machine
_ANSWER_S: Final = 10.0  # for a cluster to answer
_ENDING_S: Final = 10.0  # for workers of Ray that are told to end


class Runner(ABC):
    """Where the items of a map are worked on.

    Attributes:
        remote: whether workers may be on other machines.
    """

    remote: bool = False

    @abstractmethod
    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result, None, None]:
        """The results of a function for each item, in the order of the items.

        Closing the generator, or an exception where it is used, ends the work.

        Args:
            function: of a module, or a `functools.partial` of one, so that it can be sent elsewhere. Each
                worker gets it once, so it may hold much: a model.
            items: likewise things that can be pickled. An item may be worked on twice, if a worker is lost.

        Raises:
            Exception: whatever `function` raises; work not yet begun is given up.
            WorkerError: workers were lost with the same item several times.
        """

    def sent(self, place: Place) -> str:
        """What workers are told of a place.

        Raises:
            InputError: it is a relative path, and workers are on other machines.
        """
        if self.remote and not place.is_absolute():
            what = "is a relative path, which the machines of the cluster would each find somewhere else"
            hint = (
                "Give a URL such as s3://bucket/folder, or the absolute path of a folder that they all share."
            )
            raise InputError(what, str(place), hint)
        return str(place.absolute())

    @staticmethod
    def of(text: str, *, address: str | None = None) -> Runner:
        """The runner that a setting names: `"inline"`, `"processes"`, `"processes:4"` or `"ray"`.

        Args:
            text: the name.
            address: of a running Ray cluster.

        Raises:
            InputError: no such runner, Ray is not installed, or an address is given to another runner.
        """
        name, _, count = text.partition(":")
        if name == "ray" and not count:
            return RayRunner(address)
        if address is not None:
            raise InputError(
                "an address is of a Ray cluster", address, 'Give "ray" as the workers, or no number.'
            )
        if name == "inline" and not count:
            return InlineRunner()
        if name == "processes" and (not count or count.isdecimal()):
            return ProcessRunner(int(count) if count else None)
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
        todo = list(items)
        again = [0] * len(todo)
        position = 0
        pool = _Pool(self.num_workers, function)
        try:
            futures = pool.submit(todo)
            while position < len(todo):
                try:
                    result = futures[position].result()
                except BrokenProcessPool:
                    pool.close(at_once=True)
                    # Items are begun in their order. So those that were worked on, and perhaps ended their
                    # worker, are the first ones that have no result.
                    left = [
                        number for number in range(position, len(todo)) if not _has_result(futures[number])
                    ]
                    for number in left[: self.num_workers]:
                        again[number] += 1
                        if again[number] > _MAX_AGAIN:
                            raise _lost(number, len(todo)) from None
                    pool = _Pool(self.num_workers, function)
                    new = pool.submit([todo[number] for number in left])
                    futures = futures | dict(zip(left, new.values(), strict=True))
                    continue
                del futures[position]
                position += 1
                yield result
        finally:
            pool.close(at_once=position < len(todo))


class _Pool:
    """Processes that share one function."""

    def __init__(self, num_workers: int, function: Callable[[Any], Any]) -> None:
        # Spawned, not forked: a fork of a process with threads (torch, Numba) can hang.
        self._pool = ProcessPoolExecutor(
            num_workers,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin_worker,
            initargs=(pickle.dumps(function),),
        )
        self._others = multiprocessing.active_children()

    def submit(self, items: Sequence[Item]) -> dict[int, Future[Any]]:
        """Begin the work; the result of each item by its position."""
        return {number: self._submit(item) for number, item in enumerate(items)}

    def _submit(self, item: Item) -> Future[Any]:
        try:
            return self._pool.submit(_work, item)
        except BrokenProcessPool as error:  # a worker was lost meanwhile
            lost: Future[Any] = Future()
            lost.set_exception(error)
            return lost

    def close(self, *, at_once: bool) -> None:
        """End the processes, and wait for their ends; at once: also what they are working on."""
        workers = [child for child in multiprocessing.active_children() if child not in self._others]
        self._pool.shutdown(wait=not at_once, cancel_futures=True)
        if at_once:
            for worker in workers:
                worker.terminate()
            # Afterwards nobody writes any more, and what they were writing can be removed.
            for worker in workers:
                # Where the pool's own thread learns of its end at this moment, `join` returns before that.
                while worker.exitcode is None:
                    worker.join()


def _has_result(future: Future[Any]) -> bool:
    """Whether an item was done before a worker was lost: with a result, or with an error of its own."""
    if not future.done() or future.cancelled():
        return False
    return not isinstance(future.exception(), BrokenProcessPool)


def _lost(number: int, num_items: int) -> WorkerError:
    times = f"{1 + _MAX_AGAIN} times"
    what = f"workers that had item {number + 1} of {num_items} ended {times} before they were done"
    return WorkerError(what, "workers", _LOST_HINT)


# In a worker process -------------------------------------------------------------------------------

_sent = b""  # the function that a worker was begun with


def _work(item: Any) -> Any:
    return _function(_sent)(item)


@functools.lru_cache(maxsize=1)
def _function(sent: bytes) -> Callable[[Any], Any]:
    """What the parent has pickled; read when it is needed, so that an error of this is one of the item."""
    function: Callable[[Any], Any] = pickle.loads(sent)  # noqa: S301 - by our own parent
    return function


def _begin_worker(sent: bytes) -> None:
    """Leave Ctrl-C to the parent, which ends its workers, and end when the parent has ended."""
    global _sent
    _sent = sent
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


# Ray ------------------------------------------------------------------------------------------------


_joined: str | None = None  # the cluster that this process has joined


class RayRunner(Runner):
    """Works on the items on a Ray cluster.

    Ray begins an item again if its worker or its machine is lost. Its workers end with this process.

    Args:
        address: of a running cluster, as `ray.init` takes it. Without one, the cluster that the environment
            names in `RAY_ADDRESS`; without that, one of this machine alone, which ends with this process.

    Raises:
        InputError: Ray is not installed.
    """

    def __init__(self, address: str | None = None) -> None:
        # What Ray has to say of lost workers it prints on standard output, where results go. Read on import.
        os.environ.setdefault("RAY_DEDUP_LOGS_SKIP_REGEX", ".")
        try:
            self._ray = importlib.import_module("ray")
        except ImportError:
            raise InputError("Ray is not installed", hint="Install `lasynth[cluster]`.") from None
        self.address = address or os.environ.get(_ADDRESS) or _LOCAL
        self.remote = self.address != _LOCAL

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result, None, None]:
        """See `Runner.map`.

        Raises:
            InputError: no cluster answers at the address.
        """
        ray, errors = self._connected(), self._ray.exceptions
        sent = ray.put(ray.cloudpickle.dumps(function))
        work = ray.remote(max_retries=_MAX_AGAIN)(_work_of)
        pending = [work.remote(sent, item) for item in items]
        num_items = len(pending)
        try:
            while pending:
                try:
                    result = ray.get(pending[0])
                except errors.RayTaskError as error:
                    raise error.cause from None  # as it was raised, without Ray's traceback
                except errors.RayError as error:
                    raise _lost(num_items - len(pending), num_items) from error
                del pending[0]
                yield result
        finally:
            for left in pending:
                ray.cancel(left, force=True)
            if pending:
                ray.wait(pending, num_returns=len(pending), timeout=_ENDING_S)

    def _connected(self) -> Any:
        """Ray, connected to the cluster; a connection that the caller made is used as it is."""
        global _joined
        ray = self._ray
        if ray.is_initialized():
            if _joined in (None, self.address):
                return ray
            ray.shutdown()
        self._check_answers()
        handler = signal.getsignal(signal.SIGTERM)
        quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
        if not self.remote:
            quiet |= {"include_dashboard": False, "num_cpus": len(os.sched_getaffinity(0))}
        try:
            ray.init(address=self.address, **quiet)
        except (OSError, RuntimeError, ValueError) as error:
            raise self._silent(str(error).partition("\n")[0]) from None
        finally:
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGTERM, handler)  # Ray sets one of its own
        _joined = self.address
        return ray

    def _check_answers(self) -> None:
        """See that there is something at an address; Ray itself would try for minutes."""
        found = re.fullmatch(r"(?:ray://)?\[?(.+?)\]?:([0-9]{1,5})", self.address)
        if found is None:
            return  # "local", "auto", or a name that Ray will judge
        try:
            socket.create_connection((found[1], int(found[2])), timeout=_ANSWER_S).close()
        except (OSError, OverflowError, UnicodeError) as error:
            raise self._silent(getattr(error, "strerror", None) or str(error)) from None

    def _silent(self, reason: str) -> InputError:
        hint = "Start a cluster with `ray start --head`, or leave the address out."
        return InputError(f"no Ray cluster answers: {reason}", self.address, hint)


def _work_of(sent: bytes, item: Any) -> Any:
    return _function(sent)(item)
