"""How fast tasks are generated on one core, from drawing a program to writing its shard.

A drawn task is what the paper's data consists of: a random program that passes the filters, its ten
examples, the hash of its behaviour, and whether it is affine. A task is kept if its behaviour is new. The
parts are also timed: sampling programs alone, and simplifying them, as for the shipped model's data. Times
are the best of three, without Numba's compilation.

    python benchmarks/generation.py --programs 20000 --seed 0
"""

from __future__ import annotations

import argparse
import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numba

from lasynth.data.batches import Batches
from lasynth.data.dataset import Dataset
from lasynth.data.filters import new_rows
from lasynth.data.generate import generate
from lasynth.domains.c.generator import CTaskGenerator
from lasynth.domains.c.sampler import sample_programs
from lasynth.domains.c.simplify import simplify
from lasynth.domains.c.tasks import Verdict, draw_tasks


def best_s(function: Callable[[], object], times: int = 3) -> float:
    """The shortest time of a call."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=int, default=20_000)
    parser.add_argument("--simplified", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    num, seed = arguments.programs, arguments.seed
    print(
        f"{num} programs; Python {platform.python_version()}, Numba {numba.__version__}, {platform.machine()}"
    )

    for name in ("small", "paper"):
        config = CTaskGenerator.named(name)
        sampler = config.sampler
        drawn = draw_tasks(sampler, seed, 0, num)  # includes Numba's compilation
        sample_programs(sampler, seed, 0, 1)
        accepted = drawn.verdicts_P == Verdict.ACCEPTED
        new = new_rows(drawn.hashes_P[accepted], set())
        references_PT = drawn.tokens_PT[accepted][new][: arguments.simplified]
        simplify(references_PT[:1])
        sampling_s = best_s(lambda sampler=sampler: sample_programs(sampler, seed, 0, num))
        drawing_s = best_s(lambda sampler=sampler: draw_tasks(sampler, seed, 0, num))
        simplifying_s = best_s(lambda rows=references_PT: simplify(rows), times=1)
        num_tokens = (drawn.tokens_PT[accepted] != 0).sum(axis=1).mean()
        print(f"{name} ({num_tokens:.0f} tokens on average)")
        print(f"  sampled programs/s   {num / sampling_s:10,.0f}")
        accepted_rate, new_rate = accepted.sum() / drawing_s, new.sum() / drawing_s
        print(f"  accepted tasks/s     {accepted_rate:10,.0f}  ({accepted.mean():.0%} of the drawn)")
        print(f"  of a new behaviour/s {new_rate:10,.0f}  ({new.mean():.0%} of the accepted)")
        print(f"  simplified/s         {len(references_PT) / simplifying_s:10,.0f}")

    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        generate(Path(folder), CTaskGenerator.named("small"), num_tasks=arguments.simplified, seed=seed)
        rate = arguments.simplified / (time.perf_counter() - start)
        print(f"small, simplified and written: {rate:,.0f} tasks/s")
        dataset = Dataset.open(folder)
    batches = Batches(dataset, 16, seed=seed)
    seconds = best_s(lambda: [next(batches) for _ in range(batches.num_batches)])
    print(f"batches of 16: {len(dataset) / seconds:,.0f} programs/s")


if __name__ == "__main__":
    main()
