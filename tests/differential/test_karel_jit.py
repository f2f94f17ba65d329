"""The compiled machine, traces and mask against the same source run as plain Python.

`NUMBA_DISABLE_JIT=1` has to be set before Numba is imported, so the reference runs in another process:
this file, as a script.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))  # for the run as a script; pytest does this itself
from karel_worlds import random_programs, random_worlds

from lasynth.domains.base import Status
from lasynth.domains.karel.codec import to_tensor
from lasynth.domains.karel.grammar import NUM_TOKENS
from lasynth.domains.karel.machine import Semantics, run_batch
from lasynth.domains.karel.mask import TABLES
from lasynth.domains.karel.trace import run_traced
from lasynth.domains.kit.mask import Masking

Results = dict[str, np.ndarray]


def programs_and_worlds() -> Results:
    """600 programs, a quarter of them with one wrong token, and worlds, some of them full of markers."""
    programs_PT = random_programs(31, 600)
    rng = np.random.default_rng(31)
    spoilt = np.arange(0, 600, 4)
    lengths = (programs_PT[spoilt] != 0).sum(axis=1)
    programs_PT[spoilt, rng.integers(0, lengths + 1)] = rng.integers(-1, NUM_TOKENS + 2, len(spoilt))
    worlds_KW = np.concatenate([random_worlds(31, 4), random_worlds(32, 2, max_count=101)])
    return {"programs": programs_PT, "worlds": worlds_KW, "whole": programs_PT[1::4][:40]}


def results(given: Results) -> Results:
    found = {}
    found["after"], found["statuses"] = run_batch(given["programs"], given["worlds"])
    lenient = Semantics(max_ticks=90, max_markers=9, crash=False)
    found["lenient"], found["lenient_statuses"] = run_batch(
        given["programs"], given["worlds"], semantics=lenient
    )
    traces = run_traced(given["programs"][:150], given["worlds"], fuel=60, snapshots=True)
    found |= {name: getattr(traces, name) for name in traces.__slots__}
    found["allowed"] = Masking(TABLES, max_nesting=2).allowed_along(given["whole"], NUM_TOKENS)
    found["tensors"] = to_tensor(given["worlds"])
    return found


@pytest.fixture(scope="module")
def given() -> Results:
    return programs_and_worlds()


@pytest.fixture(scope="module")
def reference(given: Results, tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder = tmp_path_factory.mktemp("jit")
    np.savez(folder / "given.npz", **given)
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    # Overflow that wraps around in compiled code is a warning in plain Python: make it an error.
    command = [sys.executable, "-W", "error", __file__, str(folder)]
    subprocess.run(command, env=environment, check=True, timeout=300)
    with np.load(folder / "reference.npz") as file:
        return dict(file)


def test_everything_agrees(given: Results, reference: Results) -> None:
    found = results(given)
    assert found.keys() == reference.keys()
    assert [name for name in found if not np.array_equal(found[name], reference[name])] == []


def test_every_status_was_met(reference: Results) -> None:
    met = {Status(int(status)) for status in np.unique(reference["statuses"])}
    assert met == {Status.OK, Status.CRASH, Status.OUT_OF_FUEL, Status.INVALID}


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    assert os.environ["NUMBA_DISABLE_JIT"] == "1"
    assert not hasattr(run_batch.__globals__["run_code"], "py_func"), "this must run without the JIT"
    with np.load(folder / "given.npz") as file:
        np.savez(folder / "reference.npz", **results(dict(file)))
