"""The compiled machine and mask against the same source run as plain Python.

The reference is this file as a script (`without_jit`).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))  # for the run as a script; pytest does this itself
from programs import random_inputs, random_programs, text_of
from without_jit import Results, as_script, reference_of

from lasynth.domains.base import Status
from lasynth.domains.c.grammar import FIRST_INT
from lasynth.domains.c.machine import run_batch
from lasynth.domains.c.mask import MASKING

FUEL = 100
MAX_INT = 2**31 - 1


def programs_and_inputs() -> Results:
    """1000 programs, a quarter of them with one wrong token, and lists with extreme values."""
    programs_PT = random_programs(21, 1000)
    rng = np.random.default_rng(21)
    spoilt = np.arange(0, 1000, 4)
    lengths = (programs_PT[spoilt] != 0).sum(axis=1)
    programs_PT[spoilt, rng.integers(0, lengths + 1)] = rng.integers(0, FIRST_INT + 3, len(spoilt))
    inputs_KN = random_inputs(21, (4, 5))
    inputs_KN[3] = [MAX_INT, -MAX_INT - 1, 0, MAX_INT - 1, -MAX_INT]
    prefixes_PT = random_programs(22, 40, max_tokens=60, huge=False)
    return {"programs": programs_PT, "inputs": inputs_KN, "prefixes": prefixes_PT}


def results(given: Results) -> Results:
    outputs_PKN, statuses_PK = run_batch(given["programs"], given["inputs"], fuel=FUEL)
    allowed_PTV = MASKING.allowed_along(given["prefixes"], FIRST_INT + 6)
    return {"outputs": outputs_PKN, "statuses": statuses_PK, "allowed": allowed_PTV}


@pytest.fixture(scope="module")
def given() -> Results:
    return programs_and_inputs()


@pytest.fixture(scope="module")
def reference(given: Results, tmp_path_factory: pytest.TempPathFactory) -> Results:
    return reference_of(__file__, given, tmp_path_factory.mktemp("jit"))


def test_runs_agree(given: Results, reference: Results) -> None:
    found = results(given)
    differ_P = (found["statuses"] != reference["statuses"]).any(axis=1)
    differ_P |= (found["outputs"] != reference["outputs"]).any(axis=(1, 2))
    assert [text_of(tokens) for tokens in given["programs"][differ_P]] == []


def test_masks_agree(given: Results, reference: Results) -> None:
    assert np.array_equal(results(given)["allowed"], reference["allowed"])


def test_every_status_was_met(reference: Results) -> None:
    met = {Status(int(status)) for status in np.unique(reference["statuses"])}
    assert met == set(Status) - {Status.CRASH, Status.DIVISION, Status.NO_VALUE}


if __name__ == "__main__":
    as_script(results, run_batch.__globals__["run_code"])
