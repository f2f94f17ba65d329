"""How fast the machine runs Karel programs, compiled and with the same source interpreted by Python.

The programs are about as long, as branching and as deep as those of the public benchmark: 20 tokens on
average (benchmark: 18), a third without control flow (a quarter), one in seven deeper than two blocks (one
in ten). Each runs in its own six worlds. As in the benchmark, only programs that end normally in all six
are kept. Both sides do everything from token ids to the worlds after the runs, on one core. The compiled
machine's time is the best of five, without Numba's compilation. The interpreted one then runs a part of the
programs in another process.

    python benchmarks/karel.py --programs 20000 --seed 0
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numba
import numpy as np

from lasynth.domains.karel.grammar import ACTION_NAMES, CONDITION_NAMES, EOS
from lasynth.domains.karel.machine import run_batch
from lasynth.domains.karel.parser import to_tokens
from lasynth.domains.karel.syntax import (
    Action,
    Block,
    Condition,
    If,
    IfElse,
    Program,
    Repeat,
    Statement,
    While,
)
from lasynth.domains.karel.trace import run_traced
from lasynth.domains.karel.world import Facing, Hero, World, WorldArray
from lasynth.grammar import IntArray

NUM_EXAMPLES = 6
TARGET = 200_000  # runs a second
_SIZES = np.array([0.05, 0.19, 0.26, 0.22, 0.15, 0.08, 0.05])
_INNER = np.array([0.63, 0.23, 0.09, 0.05])
_ACTIONS = np.array([0.36, 0.12, 0.15, 0.15, 0.22])  # in the order of `ACTION_NAMES`
_TIMES = np.array([2, 3, 4, 5, 6, 7, 8, 9, 10])


def random_block(rng: np.random.Generator, weights: np.ndarray, depth: int) -> Block:
    size = 1 + rng.choice(len(weights), p=weights)
    return tuple(random_statement(rng, depth) for _ in range(size))


def random_statement(rng: np.random.Generator, depth: int) -> Statement:
    if rng.random() > (0.38, 0.30, 0.22, 0.10, 0.05, 0)[depth]:
        return Action(ACTION_NAMES[rng.choice(5, p=_ACTIONS)])
    name = CONDITION_NAMES[rng.choice(5, p=[0.20, 0.25, 0.25, 0.15, 0.15])]
    condition = Condition(name, name.endswith("Clear") and bool(rng.random() < 0.2))
    body = random_block(rng, _INNER, depth + 1)
    kind = rng.choice(4, p=[0.31, 0.26, 0.20, 0.23])
    if kind == 0:
        return Repeat(int(rng.choice(_TIMES)), body)
    if kind == 1:
        return While(condition, body)
    return If(condition, body) if kind == 2 else IfElse(condition, body, random_block(rng, _INNER, depth + 1))


def random_world(rng: np.random.Generator) -> World:
    rows, cols = (int(side) for side in rng.integers(2, 17, 2))
    wall_share, marker_share = rng.choice([0, 0.07, 0.11]), rng.choice([0.07, 0.1, 0.14, 0.4])
    places = [(row, col) for row in range(rows) for col in range(cols)]
    walls = tuple(place for place in places[1:] if rng.random() < wall_share)
    free = [place for place in places if place not in set(walls)]
    count = rng.choice([1, 1, 1, 2, 3, 4, 5, 9], len(free))
    markers = tuple(
        (*place, int(n)) for place, n in zip(free, count, strict=True) if rng.random() < marker_share
    )
    row, col = free[rng.integers(len(free))]
    return World(rows, cols, Hero(row, col, Facing(rng.integers(4))), walls, markers)


def draw(num: int, seed: int) -> tuple[IntArray, WorldArray]:
    """`[P, T]` programs and `[P, 6, W]` worlds in which they run to their end."""
    rng = np.random.default_rng(seed)
    pool = np.array([random_world(rng).to_array() for _ in range(1000)])
    programs: list[IntArray] = []
    worlds: list[WorldArray] = []
    while len(programs) < num:
        rows = [to_tokens(Program(random_block(rng, _SIZES, 0))) for _ in range(1000)]
        tokens_PT = np.full((len(rows), max(map(len, rows))), EOS, dtype=np.int32)
        for row, tokens in zip(tokens_PT, rows, strict=True):
            row[: len(tokens)] = tokens
        tried_PKW = pool[rng.integers(len(pool), size=(len(rows), 60))]
        _, statuses_PK = run_batch(tokens_PT, tried_PKW)
        for tokens, tried_KW, fine in zip(rows, tried_PKW, statuses_PK == 0, strict=True):
            if fine.sum() >= NUM_EXAMPLES and len(tokens) <= 66:
                programs.append(tokens)
                worlds.append(tried_KW[np.flatnonzero(fine)[:NUM_EXAMPLES]])
    tokens_PT = np.full((num, max(map(len, programs[:num]))), EOS, dtype=np.int32)
    for row, tokens in zip(tokens_PT, programs, strict=False):
        row[: len(tokens)] = tokens
    return tokens_PT, np.array(worlds[:num])


def best_of(times: int, tokens_PT: IntArray, worlds_PKW: WorldArray) -> tuple[float, WorldArray]:
    """Seconds, and the worlds after the runs."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        after_PKW, _ = run_batch(tokens_PT, worlds_PKW)
        seconds.append(time.perf_counter() - start)
    return min(seconds), after_PKW


def plain_python(tokens_PT: IntArray, worlds_PKW: WorldArray) -> tuple[float, WorldArray]:
    """The same in a process without Numba's compilation."""
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder, "given.npz"), tokens=tokens_PT, worlds=worlds_PKW)
        environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
        subprocess.run([sys.executable, __file__, "--plain", folder], env=environment, check=True)
        with np.load(Path(folder, "found.npz")) as found:
            return float(found["seconds"]), found["after"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plain", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.plain:
        with np.load(Path(arguments.plain, "given.npz")) as given:
            seconds, after = best_of(1, given["tokens"], given["worlds"])
        np.savez(Path(arguments.plain, "found.npz"), seconds=seconds, after=after)
        return

    tokens_PT, worlds_PKW = draw(arguments.programs, arguments.seed)
    traces = run_traced(tokens_PT[:2000], worlds_PKW[:2000])
    lengths = (tokens_PT != EOS).sum(axis=1)
    print(f"{len(tokens_PT)} programs of {lengths.mean():.1f} tokens on average, 90 % up to ", end="")
    print(f"{np.percentile(lengths, 90):.0f}, each run in {NUM_EXAMPLES} worlds; a run has ", end="")
    print(f"{traces.num_actions_PK.mean():.1f} actions and {traces.num_events_PK.mean():.1f} other ticks")
    print(f"Python {platform.python_version()}, Numba {numba.__version__}, {platform.machine()}")

    seconds, after_PKW = best_of(5, tokens_PT, worlds_PKW)
    rate = len(tokens_PT) * NUM_EXAMPLES / seconds
    print(f"machine:      {rate:12,.0f} program-world runs/s (wanted: {TARGET:,})")
    part = min(len(tokens_PT), 500)
    plain_s, plain_PKW = plain_python(tokens_PT[:part], worlds_PKW[:part])
    plain_rate = part * NUM_EXAMPLES / plain_s
    print(f"plain Python: {plain_rate:12,.0f} program-world runs/s")
    print(f"ratio:        {rate / plain_rate:12,.0f}")
    if not np.array_equal(after_PKW[:part], plain_PKW):
        sys.exit("the compiled machine and plain Python disagree")
    if rate < TARGET:
        sys.exit(f"the machine makes {rate:,.0f} runs a second, fewer than {TARGET:,}")


if __name__ == "__main__":
    main()
