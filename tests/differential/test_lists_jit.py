"""The compiled machine and mask of `lists` against the same source run as plain Python.

The reference is this file as a script (`without_jit`).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))  # for the run as a script; pytest does this itself
from list_programs import random_inputs, random_programs, text_of
from without_jit import Results, as_script, reference_of

from lasynth.domains.base import Status
from lasynth.domains.c.lists.grammar import FIRST_INT
from lasynth.domains.c.lists.machine import run_batch
from lasynth.domains.c.lists.mask import MASKING

FUEL = 100


def programs_and_inputs() -> Results:
    """1000 programs, a quarter of them with one wrong token, and inputs with extreme values."""
    programs_PT = random_programs(31, 1000)
    rng = np.random.default_rng(31)
    spoilt = np.arange(0, 1000, 4)
    lengths = (programs_PT[spoilt] != 0).sum(axis=1)
    programs_PT[spoilt, rng.integers(0, lengths + 1)] = rng.integers(0, FIRST_INT + 3, len(spoilt))
    inputs_KL = random_inputs(31, 5, num_lists=3, num_numbers=2)
    prefixes_PT = random_programs(32, 40, max_tokens=80, huge=False)
    return {"programs": programs_PT, "inputs": inputs_KL, "prefixes": prefixes_PT}


def results(given: Results) -> Results:
    outputs_PKM, statuses_PK = run_batch(given["programs"], given["inputs"], fuel=FUEL)
    allowed_PTV = MASKING.allowed_along(given["prefixes"], FIRST_INT + 8)
    return {"outputs": outputs_PKM, "statuses": statuses_PK, "allowed": allowed_PTV}


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
    assert met == set(Status) - {Status.CRASH}


if __name__ == "__main__":
    as_script(results, run_batch.__globals__["run_code"])
