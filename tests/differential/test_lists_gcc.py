"""The machine of `lists` against a real compiler: the same programs and inputs, outputs and statuses.

Runs that read what is not set, or that end without the value they should return, are left out: no compiler
detects them. Everything else is compared; the sanitized build gives the exact statuses.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from compilers import compiler as found
from list_programs import random_inputs, random_programs

from lasynth.domains.base import Status
from lasynth.domains.c.compiler import Compiler
from lasynth.domains.c.lists.harness import LISTS
from lasynth.domains.c.lists.machine import run_batch
from lasynth.domains.c.lists.printer import format_program
from lasynth.domains.c.lists.tokens import from_tokens
from lasynth.grammar import IntArray

BATCH = 250  # programs in one translation unit
NUM_INPUTS = 10
FUEL = 1500  # more than two loops over the longest lists, one in the other, need not; endless ones cost time
# Lists and numbers of the inputs; the last ones are for many programs.
SHAPES = [(4, 4), (3, 2), (2, 2), (4, 3), (4, 2), (3, 3), (2, 4), (1, 3), (0, 3), (4, 0), (1, 1)]
SKIPPED = (Status.UNSET, Status.NO_VALUE, Status.INVALID)


def batch(seed: int) -> tuple[IntArray, IntArray]:
    """`[BATCH, T]` programs, and `[10, L]` inputs for all of them."""
    num_lists, num_numbers = SHAPES[seed % len(SHAPES)]
    inputs_KL = random_inputs(seed, NUM_INPUTS, num_lists=num_lists, num_numbers=num_numbers)
    return random_programs(seed, BATCH), inputs_KL


@pytest.mark.parametrize(
    "num_programs", [2000, pytest.param(100_000, marks=pytest.mark.long)], ids="{:,} programs".format
)
def test_machine_and_sanitized_gcc_agree(num_programs: int) -> None:
    compiler = found(sanitize=True, harness=LISTS)
    counts = np.zeros(len(Status), dtype=int)
    for number in range(num_programs // BATCH):
        programs_PT, inputs_KL = batch(number)
        trees = [from_tokens(tokens) for tokens in programs_PT]
        outputs, statuses = run_batch(programs_PT, inputs_KL, fuel=FUEL)
        expected, said = compiler.run_many(trees, inputs_KL, timeout_s=600.0, max_steps=FUEL)
        compared = ~np.isin(statuses, SKIPPED)
        differs = (statuses != said) | (outputs != expected).any(axis=2)
        for program, example in np.argwhere(differs & compared)[:1]:
            cell = (program, example)
            pytest.fail(
                f"{format_program(trees[program])}on {inputs_KL[example].tolist()}\n"
                f"the machine: {Status(statuses[cell]).name} {outputs[cell].tolist()}\n"
                f"{compiler.name}: {Status(said[cell]).name} {expected[cell].tolist()}"
            )
        counts += np.bincount(statuses.ravel(), minlength=len(Status))
    print(f"{compiler.name}:", {status.name: int(counts[status]) for status in Status})
    # Check that the comparison is meaningful: it includes most runs and every status.
    total = num_programs * NUM_INPUTS
    assert counts.sum() == total
    assert counts[Status.CRASH] == 0
    assert sum(counts[status] for status in SKIPPED) < 0.4 * total
    assert counts[Status.OK] > 0.35 * total
    for status in (Status.OUT_OF_RANGE, Status.OVERFLOW, Status.OUT_OF_FUEL, Status.DIVISION):
        assert counts[status] > 0.005 * total, status.name


@pytest.mark.parametrize("name", ["gcc", "tcc"])
def test_machine_and_programs_as_they_stand_agree(name: str) -> None:
    """Without sanitizers: what the machine runs to the end comes out the same."""
    compiler = found(harness=LISTS) if name == "gcc" else Compiler("/usr/bin/tcc", "tcc", harness=LISTS)
    if not Path(compiler.path).exists():
        pytest.skip(f"{name} is not installed")
    programs_PT, inputs_KL = batch(5)
    endless_P = (run_batch(programs_PT, inputs_KL, fuel=FUEL)[1] == Status.OUT_OF_FUEL).any(axis=1)
    programs_PT = programs_PT[~endless_P]
    outputs, statuses = run_batch(programs_PT, inputs_KL)
    trees = [from_tokens(tokens) for tokens in programs_PT]
    expected, said = compiler.run_many(trees, inputs_KL, timeout_s=600.0)
    fine = statuses == Status.OK
    assert fine.mean() > 0.35
    assert (said[fine] == Status.OK).all()
    assert np.array_equal(outputs[fine], expected[fine])
    # A bad index is detected here too, unless it is that of a list that the function declares.
    bad = statuses == Status.OUT_OF_RANGE
    assert (said[bad] == Status.OUT_OF_RANGE).mean() > 0.8


def test_no_compiler_warns_of_missing_parentheses(tmp_path: Path) -> None:
    gcc = shutil.which("gcc")
    if gcc is None:
        pytest.skip("gcc is not installed")
    trees = [from_tokens(tokens) for tokens in random_programs(3, 500)]
    source = tmp_path / "programs.c"
    source.write_text("".join(format_program(replace(one, function=f"f{n}")) for n, one in enumerate(trees)))
    warnings = ("-Wparentheses", "-Wlogical-not-parentheses", "-Wdangling-else", "-Werror")
    command = [gcc, "-std=c99", "-fsyntax-only", *warnings, "-Wno-div-by-zero", str(source)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert (done.returncode, done.stderr) == (0, "")
