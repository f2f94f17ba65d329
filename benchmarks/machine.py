"""How fast the machine runs C programs from token ids, compared with a C compiler.

Both sides run the same random programs on 10 lists of 5 cells each and do everything from token ids to
outputs. The machine compiles each program and runs it. For gcc all programs are in one C file, which is
compiled once (without optimisation, which is slower here) and run once. Programs that fail on some list are
left out, because their behaviour in C is undefined. Both use one core. The machine's time is the best of
five, without Numba's compilation; gcc runs once.

    python benchmarks/machine.py --programs 4000 --seed 0
"""

from __future__ import annotations

import argparse
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numba
import numpy as np

from lasynth.domains.c.grammar import EOS, lexeme, token_of
from lasynth.domains.c.machine import run_batch
from lasynth.domains.c.sampler import CSamplerSettings, sample_programs
from lasynth.grammar import IntArray

NUM_EXAMPLES, NUM_CELLS, MAX_VALUE = 10, 5, 4


def time_machine(tokens_PT: IntArray, inputs_PKN: IntArray) -> tuple[float, IntArray]:
    """Seconds, and the outputs."""
    outputs_PKN, _ = run_batch(tokens_PT, inputs_PKN)  # Numba's compilation
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        run_batch(tokens_PT, inputs_PKN)
        seconds.append(time.perf_counter() - start)
    return min(seconds), outputs_PKN


def time_compiler(compiler: str, tokens_PT: IntArray, inputs_PKN: IntArray) -> tuple[float, float, IntArray]:
    """Seconds to write and compile, seconds to run, and the outputs."""
    start = time.perf_counter()
    functions = []
    for number, tokens in enumerate(tokens_PT):
        body = " ".join(lexeme(int(token)) for token in tokens[tokens != EOS])
        functions.append(f"static void program_{number}(int a[]) {{ {body} }}")
    names = ", ".join(f"program_{number}" for number in range(len(tokens_PT)))
    source = f"""
#include <stdio.h>
{chr(10).join(functions)}
static void (*programs[])(int[]) = {{{names}}};
int main(void) {{
    int a[{NUM_CELLS}];
    for (int program = 0; program < {len(tokens_PT)}; program++)
        for (int example = 0; example < {NUM_EXAMPLES}; example++) {{
            if (fread(a, sizeof a, 1, stdin) != 1) return 1;
            programs[program](a);
            fwrite(a, sizeof a, 1, stdout);
        }}
    return 0;
}}
"""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "programs.c")
        file.write_text(source)
        binary = str(file.with_suffix(""))
        subprocess.run([compiler, "-w", "-O0", "-o", binary, str(file)], check=True)
        compiled = time.perf_counter()
        done = subprocess.run([binary], input=inputs_PKN.tobytes(), capture_output=True, check=True)
        outputs_PKN = np.frombuffer(done.stdout, dtype=np.int32).reshape(inputs_PKN.shape)
        return compiled - start, time.perf_counter() - compiled, outputs_PKN


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    tokens_PT = sample_programs(CSamplerSettings(), arguments.seed, 0, arguments.programs)
    inputs_PKN = np.random.default_rng(arguments.seed).integers(
        -MAX_VALUE, MAX_VALUE, (len(tokens_PT), NUM_EXAMPLES, NUM_CELLS), dtype=np.int32, endpoint=True
    )
    _, statuses_PK = run_batch(tokens_PT, inputs_PKN)
    fine = (statuses_PK == 0).all(axis=1)
    tokens_PT, inputs_PKN = tokens_PT[fine], inputs_PKN[fine]
    num_runs = len(tokens_PT) * NUM_EXAMPLES
    num_tokens = (tokens_PT != EOS).sum(axis=1).mean()
    looping = (tokens_PT == token_of("for")).any(axis=1).mean()
    print(f"{len(tokens_PT)} programs of {num_tokens:.0f} tokens on average, {looping:.0%} with loops,")
    print(f"each run on {NUM_EXAMPLES} lists of {NUM_CELLS}; Python {platform.python_version()}, ", end="")
    print(f"Numba {numba.__version__}, {platform.machine()}")

    seconds, outputs_PKN = time_machine(tokens_PT, inputs_PKN)
    print(f"machine: {num_runs / seconds:12,.0f} example-runs/s")
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        sys.exit("no C compiler found: nothing to compare with")
    build_s, run_s, compiled_PKN = time_compiler(compiler, tokens_PT, inputs_PKN)
    if not np.array_equal(outputs_PKN, compiled_PKN):
        sys.exit(f"the machine and {compiler} disagree")
    total_s = build_s + run_s
    print(f"gcc:     {num_runs / total_s:12,.0f} example-runs/s", end=" ")
    print(f"({build_s:.2f} s to compile, {run_s:.2f} s to run)")
    print(f"ratio:   {total_s / seconds:12,.0f}")


if __name__ == "__main__":
    main()
