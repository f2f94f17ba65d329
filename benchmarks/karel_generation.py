"""How fast Karel tasks are generated on one core, and how long the straight-line floor takes per task.

A drawn task is a random program, six worlds in which it runs normally, its runs, and the hash of its
behaviour. Times are CPU time of the process, without Numba's compilation. The floor is measured on accepted
tasks, with five worlds shown and one held out.

    python benchmarks/karel_generation.py --programs 20000 --floor 500 --seed 0
"""

from __future__ import annotations

import argparse
import platform
import time

import numba
import numpy as np

from lasynth.domains.base import Status
from lasynth.domains.karel.action_search import action_sequence, straight_program
from lasynth.domains.karel.kinds import Kind, kinds_of
from lasynth.domains.karel.machine import run_batch
from lasynth.domains.karel.sampler import KarelSamplerSettings, sample_programs
from lasynth.domains.karel.tasks import Verdict, draw_tasks
from lasynth.domains.karel.world import same_worlds

TARGET = 300  # accepted tasks a second
NUM_SHOWN = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=int, default=20_000)
    parser.add_argument("--floor", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    num, seed = arguments.programs, arguments.seed
    print(
        f"{num} programs; Python {platform.python_version()}, Numba {numba.__version__}, {platform.machine()}"
    )

    config = KarelSamplerSettings()
    draw_tasks(config, seed, 0, 2)  # Numba's compilation
    sample_programs(config, seed, 0, 1)
    start = time.process_time()
    sample_programs(config, seed, 0, num)
    sampling_s = time.process_time() - start
    start = time.process_time()
    drawn = draw_tasks(config, seed, 0, num)
    drawing_s = time.process_time() - start
    accepted = drawn.verdicts_P == Verdict.ACCEPTED
    rate = accepted.sum() / drawing_s
    num_new = len(np.unique(drawn.hashes_P[accepted]))
    print(f"sampled programs/s   {num / sampling_s:10,.0f}")
    print(f"accepted tasks/s     {rate:10,.0f}  (wanted: {TARGET}; {'met' if rate >= TARGET else 'MISSED'})")
    print(f"of a new behaviour/s {num_new / drawing_s:10,.0f}")
    for verdict in Verdict:
        print(f"  {verdict.name:12} {(drawn.verdicts_P == verdict).mean():7.2%}")
    kinds_P = kinds_of(drawn.tokens_PT)
    for kind in Kind:
        print(f"  {kind.label:12} {accepted[kinds_P == kind].mean():7.2%} accepted")

    rows = np.flatnonzero(accepted)[: arguments.floor]
    action_sequence(drawn.inputs_PKN[0, :1], drawn.outputs_PKN[0, :1])
    seconds, found, right = [], 0, []
    for row in rows:
        inputs_KW, outputs_KW = drawn.inputs_PKN[row], drawn.outputs_PKN[row]
        start = time.process_time()
        tokens = straight_program(
            inputs_KW[:NUM_SHOWN], outputs_KW[:NUM_SHOWN], max_length=20, max_states=200_000
        )
        seconds.append(time.process_time() - start)
        right.append(False)
        if tokens is not None:
            found += 1
            worlds_PKW, statuses_PK = run_batch(tokens[None], inputs_KW)
            right[-1] = bool(
                (statuses_PK == Status.OK).all() and same_worlds(worlds_PKW[0], outputs_KW).all()
            )
    print(f"straight-line floor, {len(rows)} tasks: fits the shown {found / len(rows):.1%}")
    print(f"  right on the held-out one, too {np.mean(right):.1%}")
    for kind in Kind:
        of_kind = np.array(right)[kinds_P[rows] == kind]
        print(f"  {kind.label:12} {of_kind.mean():7.1%} of {len(of_kind)}")
    median, p99 = np.percentile(seconds, [50, 99]) * 1000
    print(f"  a task: median {median:.2f} ms, 99 % {p99:.2f} ms, longest {max(seconds) * 1000:.1f} ms")


if __name__ == "__main__":
    main()
