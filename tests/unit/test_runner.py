from __future__ import annotations

import fcntl
import functools
import importlib.util
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lasynth.errors import InputError, WorkerError
from lasynth.places import place_of
from lasynth.runner import InlineRunner, ProcessRunner, Runner


def square(number: int) -> int:
    time.sleep(0.02 * (5 - number))  # later items are done sooner
    return number * number


def fail_on_two(number: int) -> int:
    if number == 2:
        raise InputError("two is wrong", "item 2", "Leave it out.")
    return number


def process(number: int) -> int:
    return os.getpid()


@pytest.mark.parametrize("runner", [InlineRunner(), ProcessRunner(2)])
def test_results_come_in_the_order_of_the_items(runner: Runner) -> None:
    assert list(runner.map(square, range(5))) == [0, 1, 4, 9, 16]
    assert list(runner.map(square, [])) == []


def test_processes_are_others() -> None:
    assert os.getpid() not in list(ProcessRunner(2).map(process, range(2)))


@pytest.mark.parametrize("runner", [InlineRunner(), ProcessRunner(1)])
def test_an_error_arrives_as_it_was_raised(runner: Runner) -> None:
    results = runner.map(fail_on_two, range(5))
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(InputError) as raised:
        next(results)
    assert str(raised.value) == "item 2: two is wrong. Leave it out."


def killed_once(number: int, marks: Path) -> int:
    """Ends the worker that has item 1, the first time."""
    if number == 1 and not (marks / "killed").exists():
        (marks / "killed").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return square(number)


def killed(number: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_work_of_a_worker_that_is_killed_is_done_again(tmp_path: Path) -> None:
    function = functools.partial(killed_once, marks=tmp_path)
    assert list(ProcessRunner(2).map(function, range(5))) == [0, 1, 4, 9, 16]
    assert (tmp_path / "killed").exists()


def test_work_that_always_ends_its_worker_ends_the_run() -> None:
    with pytest.raises(WorkerError) as raised:
        list(ProcessRunner(2).map(killed, range(3)))
    assert str(raised.value).startswith(
        "workers: workers that had item 1 of 3 ended 4 times before they were"
    )
    assert multiprocessing.active_children() == []


def test_what_workers_are_told_of_a_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runner = InlineRunner()
    monkeypatch.chdir(tmp_path)
    assert runner.sent(Path("data")) == str(tmp_path / "data")
    runner.remote = True
    assert runner.sent(tmp_path) == str(tmp_path)
    assert runner.sent(place_of("memory://data")) == "memory://data"
    with pytest.raises(InputError, match=r"^data: is a relative path.*Give a URL"):
        runner.sent(Path("data"))


def test_results_not_asked_for_are_given_up() -> None:
    results = ProcessRunner(1).map(sleep, [0.0, 60.0, 60.0])
    assert next(results) == 0.0
    start = time.monotonic()
    results.close()  # type: ignore[attr-defined]
    assert time.monotonic() - start < 30


def sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


PARENT = """
import fcntl, sys, time
from functools import partial
from pathlib import Path
from lasynth.runner import ProcessRunner

def work(number, folder):
    with (Path(folder) / f"alive-{number}").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        (Path(folder) / f"begun-{number}").touch()
        time.sleep(600)

if __name__ == "__main__":
    list(ProcessRunner(2).map(partial(work, folder=sys.argv[1]), [1, 2]))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_with_a_parent_that_is_killed(number: signal.Signals, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    parent = subprocess.Popen([sys.executable, str(script), str(tmp_path)])
    try:
        while len(list(tmp_path.glob("begun-*"))) < 2:
            assert parent.poll() is None
            time.sleep(0.05)
    finally:
        parent.send_signal(number)
        assert parent.wait() == -number
    for name in ("alive-1", "alive-2"):
        with (tmp_path / name).open("w") as file:
            end_s = time.monotonic() + 120
            while True:  # a worker that lives has the lock; it would sleep for ten minutes
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    assert time.monotonic() < end_s, "a worker outlives its parent"
                    time.sleep(0.05)
                else:
                    break


def test_a_runner_by_its_name() -> None:
    assert isinstance(Runner.of("inline"), InlineRunner)
    runner = Runner.of("processes:3")
    assert isinstance(runner, ProcessRunner)
    assert runner.num_workers == 3
    assert Runner.of("processes").num_workers >= 1  # type: ignore[attr-defined]
    for text in ("threads", "processes:many", "inline:2", ""):
        with pytest.raises(InputError, match="no runner is called"):
            Runner.of(text)
    with pytest.raises(InputError, match="an address is of a Ray cluster"):
        Runner.of("processes:2", address="127.0.0.1:6379")
    with pytest.raises(InputError, match=r"0 processes\. Give at least one"):
        Runner.of("processes:0")


@pytest.mark.skipif(importlib.util.find_spec("ray") is not None, reason="Ray is installed here")
def test_ray_is_an_extra() -> None:
    with pytest.raises(InputError, match=r"Ray is not installed. Install `lasynth\[cluster\]`"):
        Runner.of("ray")
