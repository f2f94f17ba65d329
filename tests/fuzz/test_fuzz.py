"""Every reader, on inputs mutated at random: accepted, or refused with one documented error.

2,000 inputs in `make test`. In `make check-long` 100,000 of each reader; 5,000 to 20,000 of those that open a
binary file or build a model, of which one takes milliseconds.

An input has limits of time and memory. They are generous: a hang fails, a slow machine does not.
"""

from __future__ import annotations

import resource
import signal
import traceback
from collections import Counter
from contextlib import suppress
from pathlib import Path
from types import FrameType

import pytest
from readers import READERS, data_of

from lasynth.errors import LasynthError

MAX_S = 60  # of an input
MAX_GROWTH_KIB = 400 * 1024  # of the peak of resident memory, by one input
MAX_MESSAGE = 5000


class HangError(Exception):
    pass


def _hangs(number: int, frame: FrameType | None) -> None:
    raise HangError(f"more than {MAX_S} s")


def fuzz(name: str, count: int, folder: Path) -> Counter[str]:
    """Read `count` inputs; fails on the first fault, with what replays it."""
    one, outcomes = READERS[name], Counter[str]()
    before = signal.signal(signal.SIGALRM, _hangs)
    valid = 0
    for data in one.seeds():  # also to compile and import all that is needed before memory is looked at
        with suppress(LasynthError):
            one.read(data, folder)
            valid += 1
    assert valid > len(one.seeds()) / 2
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        for number in range(count):
            data = data_of(name, number)
            signal.setitimer(signal.ITIMER_REAL, MAX_S)
            try:
                one.read(data, folder)
                outcomes["accepted"] += 1
            except LasynthError as error:
                outcomes[type(error).__name__] += 1
                assert len(str(error)) <= MAX_MESSAGE, f"a message of {len(str(error))} characters"
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            last, peak = peak, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            grown = peak - last
            assert grown < MAX_GROWTH_KIB, f"{grown // 1024} MiB of memory"
    except Exception:  # noqa: BLE001 - whatever it is, it is a fault
        (folder / "input").write_bytes(data)
        pytest.fail(
            f"{name} {number}: {traceback.format_exc(limit=-6)}\n{data[:1000]!r} ({len(data)} bytes)\n"
            f"Replay with: python tests/fuzz/readers.py {name} {number}",
            pytrace=False,
        )
    finally:
        signal.signal(signal.SIGALRM, before)
    return outcomes


@pytest.mark.parametrize("name", READERS)
def test_any_input_is_read_or_refused(name: str, tmp_path: Path) -> None:
    print(name, dict(fuzz(name, READERS[name].short, tmp_path)))


@pytest.mark.long
@pytest.mark.parametrize("name", READERS)
def test_any_input_is_read_or_refused_long(name: str, tmp_path: Path) -> None:
    print(name, dict(fuzz(name, READERS[name].long, tmp_path)))


def test_the_numbers_are_as_stated() -> None:
    assert sum(one.short for one in READERS.values()) >= 2000
