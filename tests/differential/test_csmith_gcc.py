"""Imported programs with a real compiler: no relevant warnings, and the same outputs as the machine."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from compilers import compiler as found

from lasynth.domains.base import Status
from lasynth.domains.c.csmith_import import Reason, import_programs
from lasynth.domains.c.language import LANGUAGE
from lasynth.domains.c.machine import run_batch
from lasynth.domains.random import program_keys
from lasynth.grammar import IntArray

SAVED = sorted((Path(__file__).resolve().parents[1] / "data" / "csmith").glob("*.c"))
# These programs assign unused values and compare equal ones; they are meant to be redundant.
WARNINGS = ("-Wall", "-Wextra", "-Wno-unused-but-set-variable", "-Wno-tautological-compare", "-Werror")


@pytest.fixture(scope="module")
def programs_PT() -> IntArray:
    rows = []
    for file in SAVED:
        for seed in range(15):
            found = import_programs(file.read_text(), program_keys(seed, 0, 1))
            rows += [piece for piece in found if not isinstance(piece, Reason)]
    tokens_PT = np.zeros((len(rows), 256), dtype=np.int32)
    for row, tokens in zip(tokens_PT, rows, strict=True):
        row[: len(tokens)] = tokens
    return tokens_PT


def test_the_machine_and_a_compiler_agree(programs_PT: IntArray) -> None:
    compiler = found()
    assert len(programs_PT) > 100
    inputs_KN = np.random.default_rng(0).integers(-4, 4, (8, 5), dtype=np.int32, endpoint=True)
    outputs_PKN, statuses_PK = run_batch(programs_PT, inputs_KN)
    ran = statuses_PK == Status.OK
    assert ran.mean() > 0.6
    trees = [LANGUAGE.text.from_tokens(row) for row in programs_PT]
    compiled_PKN, compiled_PK = compiler.run_many(trees, inputs_KN)
    assert (compiled_PK[ran] == Status.OK).all()
    assert (compiled_PKN[ran] == outputs_PKN[ran]).all()


def test_gcc_has_nothing_to_say(programs_PT: IntArray, tmp_path: Path) -> None:
    compiler = found()
    if compiler.name != "gcc":
        pytest.skip("gcc is not installed")
    text = "\n".join(
        LANGUAGE.text.format(LANGUAGE.text.from_tokens(row)).replace("func_1", f"func_{number}")
        for number, row in enumerate(programs_PT)
    )
    source = tmp_path / "programs.c"
    source.write_text(text)
    command = [compiler.path, "-std=c99", *WARNINGS, "-c", "-o", str(tmp_path / "programs.o"), str(source)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[:3000]
