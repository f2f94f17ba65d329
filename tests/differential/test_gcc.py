"""The machine against a real compiler: the same programs, the same lists, the same outputs and statuses.

Runs that read an unset variable are left out, because no compiler detects them. Everything else is compared;
the sanitized build gives the exact statuses (`lasynth.domains.c.compiler` says how).
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from compilers import compiler as found
from programs import random_programs

from lasynth.domains.base import Status
from lasynth.domains.c.compiler import Compiler
from lasynth.domains.c.machine import MAX_STEPS, run_batch
from lasynth.domains.c.parser import from_tokens
from lasynth.domains.c.printer import format_program
from lasynth.domains.c.sampler import sample_programs
from lasynth.domains.c.sampler_config import CSamplerSettings
from lasynth.domains.c.simplify import simplify_one
from lasynth.grammar import IntArray

BATCH = 250  # programs in one translation unit
NUM_INPUTS = 10
EXTREMES = np.array([-(2**31), -(2**31) + 1, -1, 0, 1, 5, 2**31 - 2, 2**31 - 1])


def batch(seed: int, num_cells: int) -> tuple[IntArray, IntArray]:
    """`[BATCH, T]` programs, half of them random walks along the grammar, half from the sampler.

    Also `[BATCH, 10, N]` lists: eight of small values, two with values up to the limits of 32 bits.
    """
    half = BATCH // 2
    walked_PT = random_programs(seed, half)
    config = CSamplerSettings.named("paper" if seed % 2 else "small", num_cells=max(2, num_cells))
    sampled_PT = sample_programs(config, seed, 0, BATCH - half)
    width = max(walked_PT.shape[1], sampled_PT.shape[1])
    programs_PT = np.concatenate(
        [np.pad(rows, ((0, 0), (0, width - rows.shape[1]))) for rows in (walked_PT, sampled_PT)]
    )
    rng = np.random.default_rng(seed)
    lists_PKN = rng.integers(-4, 4, (BATCH, NUM_INPUTS, num_cells), dtype=np.int32, endpoint=True)
    lists_PKN[:, 8:] = rng.choice(EXTREMES, (BATCH, 2, num_cells))
    return programs_PT, lists_PKN


@pytest.mark.parametrize(
    "num_programs", [1000, pytest.param(100_000, marks=pytest.mark.long)], ids="{:,} programs".format
)
def test_machine_and_sanitized_gcc_agree(num_programs: int) -> None:
    compiler = found(sanitize=True)
    counts = np.zeros(len(Status), dtype=int)
    for number in range(num_programs // BATCH):
        # In `make test` the lists have 1, 3, 5 and 7 cells.
        num_cells = 1 + (2 * number + number // 8) % 16
        programs_PT, lists_PKN = batch(number, num_cells)
        trees = [from_tokens(tokens) for tokens in programs_PT]
        outputs, statuses = run_batch(programs_PT, lists_PKN)
        expected, said = compiler.run_many(trees, lists_PKN, timeout_s=600.0, max_steps=MAX_STEPS)
        compared = statuses != Status.UNSET
        differs = (statuses != said) | (outputs != expected).any(axis=2)
        for program, example in np.argwhere(differs & compared)[:1]:
            cell = (program, example)
            pytest.fail(
                f"{format_program(trees[program])}on {lists_PKN[cell].tolist()}\n"
                f"the machine: {Status(statuses[cell]).name} {outputs[cell].tolist()}\n"
                f"{compiler.name}: {Status(said[cell]).name} {expected[cell].tolist()}"
            )
        counts += np.bincount(statuses.ravel(), minlength=len(Status))
    print(f"{compiler.name}:", {status.name: int(counts[status]) for status in Status})
    # Check that the comparison is meaningful: it includes most runs and every status.
    total = num_programs * NUM_INPUTS
    assert counts.sum() == total
    assert counts[Status.INVALID] == counts[Status.CRASH] == 0
    assert counts[Status.UNSET] < 0.25 * total
    assert counts[Status.OK] > 0.4 * total
    for status in (Status.OUT_OF_RANGE, Status.OVERFLOW, Status.OUT_OF_FUEL):
        assert counts[status] > 0.01 * total, status.name


@pytest.mark.parametrize("name", ["gcc", "tcc"])
def test_machine_and_programs_as_they_stand_agree(name: str) -> None:
    """Without sanitizers: what the machine runs to the end comes out the same."""
    compiler = found() if name == "gcc" else Compiler("/usr/bin/tcc", "tcc")
    if not Path(compiler.path).exists():
        pytest.skip(f"{name} is not installed")
    programs_PT, lists_PKN = batch(seed=77, num_cells=5)
    outputs, statuses = run_batch(programs_PT, lists_PKN)
    expected, said = compiler.run_many(
        [from_tokens(tokens) for tokens in programs_PT], lists_PKN, timeout_s=600.0
    )
    fine = statuses == Status.OK
    assert fine.mean() > 0.4
    assert (said[fine] == Status.OK).all()
    assert np.array_equal(outputs[fine], expected[fine])
    # A bad index is detected here too, unless the compiler optimised the read away.
    bad = statuses == Status.OUT_OF_RANGE
    assert (said[bad] == Status.OUT_OF_RANGE).mean() > 0.9


def test_simplified_programs_compile_without_a_warning(tmp_path: Path) -> None:
    gcc = shutil.which("gcc")
    if gcc is None:
        pytest.skip("gcc is not installed")
    programs_PT = sample_programs(CSamplerSettings.named("paper"), 3, 0, 50)
    lists_KN = np.random.default_rng(3).integers(-4, 4, (50, 5), dtype=np.int32, endpoint=True)
    fine = (run_batch(programs_PT, lists_KN)[1] == Status.OK).mean(axis=1) > 0.5
    assert fine.sum() > 25
    source = tmp_path / "programs.c"
    with source.open("w") as file:
        for number, tokens in enumerate(programs_PT[fine]):
            program = from_tokens(simplify_one(tokens, num_cells=5, max_value=4))
            file.write(f"int * func_{number}(int a[]);\n")
            file.write(format_program(replace(program, function=f"func_{number}")))
    command = [
        gcc,
        "-std=c99",
        "-O1",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-c",
        "-o",
        str(tmp_path / "o"),
        str(source),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert (done.returncode, done.stderr) == (0, "")
