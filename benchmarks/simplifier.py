"""What each edit of C's simplifier earns: on drawn programs, and on what the shipped model answers.

The drawn programs are accepted programs of `mixed` and `small`, and the test tasks of idioms as drawn. The
answers are the programs that c-small proposes with a beam of 64 for the first tasks of both test sets: those
that reproduce the shown examples, before they are simplified.

The table shows for each edit the programs that it changes and its share of the removed tokens. It also shows
the effect of leaving the edit out: how many programs get another form, how many more forms there are, how
much longer all programs are in total, and the time relative to that of all edits (CPU time, best of three, on
the first programs). `--without` leaves out several edits at once, and may be repeated.

    python benchmarks/simplifier.py --programs 5000 --tasks 100 --seed 0
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numba
import numpy as np
import torch

from lasynth import models
from lasynth.data.dataset import Dataset
from lasynth.domains.c.generator import CTaskGenerator
from lasynth.domains.c.grammar import EOS
from lasynth.domains.c.simplify import EDITS, simplify_counted
from lasynth.domains.c.tasks import Verdict, draw_tasks
from lasynth.domains.kit.rows import padded
from lasynth.grammar import IntArray
from lasynth.search import Beam, Completion, Problem, search

TEST_SETS = Path(__file__).parents[1] / "experiments" / "c-small"
BEAM = 64
TIMED = 500  # number of programs timed


def drawn(name: str, num: int, seed: int) -> IntArray:
    """The first accepted programs of a named setting, `[P, T]`."""
    tasks = draw_tasks(CTaskGenerator.named(name).sampler, seed, 0, 2 * num)
    return tasks.tokens_PT[tasks.verdicts_P == Verdict.ACCEPTED][:num]


def answers(num_tasks: int) -> IntArray:
    """The consistent programs that the shipped model proposes for the first tasks of each set, `[P, T]`."""
    scorer, found = models.load("c"), []
    for name in ("idioms", "test"):
        tasks = Dataset.open(TEST_SETS / f"{name}.parquet").tasks()[:num_tasks]
        engines = [Beam(scorer=scorer, width=BEAM), Completion()]
        for result in search(engines, [Problem.of(task) for task in tasks]):
            found += [proposal.tokens for proposal in result.proposals if proposal.consistent]
    return padded(found, EOS)


def best_s(tokens_PT: IntArray, left_out: Sequence[str] = ()) -> float:
    """The shortest CPU time of simplifying the first programs."""
    seconds = []
    for _ in range(3):
        begun = time.process_time()
        simplify_counted(tokens_PT[:TIMED], left_out=left_out)
        seconds.append(time.process_time() - begun)
    return min(seconds)


def report(title: str, tokens_PT: IntArray, groups: list[list[str]]) -> None:
    """Simplify programs with all edits, and without each of the given groups of edits."""
    full_PT, tally_PE = simplify_counted(tokens_PT)
    full_s, given, kept = best_s(tokens_PT), np.count_nonzero(tokens_PT), np.count_nonzero(full_PT)
    num_forms = len(np.unique(full_PT, axis=0))
    print(f"{title}: {len(tokens_PT):,} programs of {given / len(tokens_PT):.1f} tokens")
    print(f"  {kept / given:.2%} of the tokens are left, in {num_forms:,} different programs")
    print(f"  {len(tokens_PT[:TIMED]) / full_s:,.0f} programs/s")
    print(f"  {'edit':18} {'changes':>8} {'takes':>7} | {'other':>7} {'forms':>7} {'longer':>7} {'time':>5}")
    for group in groups:
        without_PT, _ = simplify_counted(tokens_PT, left_out=group)
        edits = [EDITS.index(edit) for edit in group]
        changed = (tally_PE[:, edits, 0].sum(axis=1) > 0).mean()
        share = tally_PE[:, edits, 1].sum() / max(given - kept, 1)
        other = (without_PT != full_PT).any(axis=1).mean()
        forms = len(np.unique(without_PT, axis=0)) / num_forms - 1
        longer = np.count_nonzero(without_PT) / kept - 1
        name = group[0] if len(group) == 1 else f"these {len(group)}"
        figures = f"{changed:8.2%} {share:7.2%} | {other:7.2%} {forms:7.2%} {longer:7.2%}"
        print(f"  {name:18} {figures} {best_s(tokens_PT, group) / full_s:5.2f}", flush=True)


def populations(num: int, num_tasks: int, seed: int) -> Iterator[tuple[str, IntArray]]:
    """Programs of each kind, with a title."""
    for name in ("mixed", "small"):
        yield name, drawn(name, num, seed)
    yield "idioms", Dataset.open(TEST_SETS / "idioms.parquet").raw_PT
    yield "answers of c-small", answers(num_tasks)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=int, default=1000)
    parser.add_argument("--tasks", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--without", nargs="+", action="append", choices=EDITS, default=[], metavar="EDIT")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    print(f"Python {platform.python_version()}, Numba {numba.__version__}, {platform.machine()}, one core")
    simplify_counted(np.zeros((1, 256), dtype=np.int32))  # Numba's compilation
    groups = [[edit] for edit in EDITS] + arguments.without
    for title, tokens_PT in populations(arguments.programs, arguments.tasks, arguments.seed):
        report(title, tokens_PT, groups)


if __name__ == "__main__":
    main()
