"""Tasks decoded a second, one task at a time and many together, and where the time goes.

The ways take turns in one run. Times are the process's CPU time on one thread, so that other load on the
machine matters little.

    python benchmarks/decoding.py [--model c-small] [--beam 64] [--tasks 16] [--rounds 3] [--grounded]
    python benchmarks/decoding.py --regenerate  # for a program shorter than each reference, as a retraining

The ways: `one` decodes one task at a time (as many rows as the beam is wide), `together` as many as fit into
`--rows` rows, each that is done making room for the next, `blocks` waits for all of a block before the next.
With `--regenerate`, `whole` searches every task up to the longest reference and to the end, `limits` gives
each task its own limit and ends with its first right program.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import time
from collections import Counter
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import torch

from lasynth.data.shards import read_shard
from lasynth.domains.karel.guided import GuidedWorlds
from lasynth.domains.kit.mask import TokenMask
from lasynth.models import Grounded, Synthesizer, load
from lasynth.models.baselines.bunel import Bunel, ExampleDecoder
from lasynth.models.decoder import ExampleReader, HistoryAttention, TokenDecoder
from lasynth.models.karel.lasynth import PairReader
from lasynth.models.lasynth import LaSynth
from lasynth.search import Beam, Problem, Scorer, SearchConfig, SearchResult, beam, search
from lasynth.search.frontier import Frontier
from lasynth.search.verify import Verifier
from lasynth.training.regeneration import problems_of

MODELS = ("c-small", "karel-small", "karel-exec")
TASKS = {name: Path(f"experiments/{name}-small/test.parquet") for name in ("c", "karel")}
# The parts of a search; a part does not count what another part inside it takes.
PARTS: dict[str, list[tuple[Any, str]]] = {
    "encoder": [(Synthesizer, "start")],
    "token decoder": [(TokenDecoder, "forward"), (ExampleDecoder, "forward")],
    "reading of the examples": [(one, "forward") for one in (ExampleReader, PairReader)],
    "history": [(HistoryAttention, "step")],
    "latent execution": [(LaSynth, "_renew")],
    "encoding of executed worlds": [(Bunel, "_encode")],
    "partial programs on worlds": [(GuidedWorlds, name) for name in ("advance", "reorder", "seen")],
    "rest of the model's step": [(Synthesizer, "step"), (Grounded, "step")],
    "reorder and join": [(one, name) for one in (Synthesizer, Grounded) for name in ("reorder", "join")],
    "mask": [(TokenMask, name) for name in ("allowed", "advance", "reorder", "join")],
    "probabilities and ranking": [(Frontier, "log_probs"), (Frontier, "expansions"), (beam, "_select")],
    "machine": [(Verifier, "__init__"), (Verifier, "check")],
}


class Stopwatch:
    """CPU time by part, each moment counted for the innermost part."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._open: list[str] = []
        self._since = time.process_time()

    def measure(self) -> None:
        """Replace the functions of all parts by ones that are timed."""
        for part, places in PARTS.items():
            for owner, name in places:
                setattr(owner, name, self._timed(part, getattr(owner, name)))

    def _turn(self) -> None:
        now = time.process_time()
        if self._open:
            self.seconds[self._open[-1]] += now - self._since
        self._since = now

    def _timed(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def timed(*args: Any, **options: Any) -> Any:
            self._turn()
            self._open.append(part)
            try:
                return function(*args, **options)
            finally:
                self._turn()
                self._open.pop()

        return timed


def decode(scorer: Scorer, problems: list[Problem], width: int, config: SearchConfig) -> list[SearchResult]:
    """Search all problems."""
    return search([Beam(scorer=scorer, width=width)], problems, config)


def in_blocks(
    scorer: Scorer, problems: list[Problem], width: int, config: SearchConfig
) -> list[SearchResult]:
    """Search all problems, block after block."""
    size = max(1, config.max_rows // width)
    blocks = [problems[first : first + size] for first in range(0, len(problems), size)]
    return [result for block in blocks for result in decode(scorer, block, width, config)]


def ways_of(
    scorer: Scorer, problems: list[Problem], options: argparse.Namespace
) -> dict[str, Callable[[], list[SearchResult]]]:
    """The ways to decode tasks."""
    width = options.beam
    rows = SearchConfig(enough=None, max_rows=options.rows)
    if options.regenerate:
        rows = dataclasses.replace(rows, num_probes=0)
        longest = max(problem.longest(10**6) for problem in problems)
        whole = [dataclasses.replace(problem, max_tokens=longest) for problem in problems]
        ending = dataclasses.replace(rows, enough=1, with_held_out=True)
        return {
            "whole": lambda: in_blocks(scorer, whole, width, rows),
            "limits": lambda: decode(scorer, problems, width, ending),
        }
    return {
        "one": lambda: decode(scorer, problems, width, dataclasses.replace(rows, max_rows=width)),
        "blocks": lambda: in_blocks(scorer, problems, width, rows),
        "together": lambda: decode(scorer, problems, width, rows),
    }


def shortest(problems: list[Problem], results: list[SearchResult]) -> list[int]:
    """The length of the shortest program that is right on all examples and within each task's limit."""
    found = []
    for problem, result in zip(problems, results, strict=True):
        most = problem.longest(10**6)
        programs = [one.tokens for one in result.proposals if one.consistent and len(one.tokens) <= most]
        right = problem.right_on_held_out(programs)
        found.append(min((len(one) for one, fine in zip(programs, right, strict=True) if fine), default=0))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", choices=MODELS, action="append")
    parser.add_argument("--beam", type=int, default=64)
    parser.add_argument("--rows", type=int, default=256)
    parser.add_argument("--tasks", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--grounded", action="store_true")
    parser.add_argument("--regenerate", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    watch = Stopwatch()
    watch.measure()
    for name in options.model or MODELS:
        synthesizer = load(name)
        grounded = options.grounded and synthesizer.model.can_be_grounded
        scorer: Scorer = Grounded(synthesizer) if grounded else synthesizer
        problems = problems_of(*read_shard(TASKS[synthesizer.domain]))[: options.tasks]
        if not options.regenerate:
            problems = [dataclasses.replace(problem, max_tokens=None) for problem in problems]
        ways = ways_of(scorer, problems, options)
        decode(scorer, problems[:2], options.beam, SearchConfig(max_tokens=12, enough=None))
        times: dict[str, list[float]] = {way: [] for way in ways}
        parts: dict[str, Counter[str]] = {way: Counter() for way in ways}
        lengths = {}
        for _ in range(options.rounds):
            for way, run in ways.items():
                watch.seconds.clear()
                begun = time.process_time()
                results = run()
                times[way].append(time.process_time() - begun)
                parts[way].update(watch.seconds)
                lengths[way] = shortest(problems, results)
        first = statistics.median(next(iter(times.values())))
        found = list(lengths.values())
        same = sum(len(set(each)) == 1 for each in zip(*found, strict=True))
        what = f"{name}{', grounded' if grounded else ''}, beam {options.beam}, {len(problems)} tasks"
        print(f"{what}: the shortest right program is as long in all ways in {same}", flush=True)
        for way, seconds in times.items():
            median = statistics.median(seconds)
            each_ms, ratio = 1000 * median / len(problems), first / median
            speed = f"{1000 / each_ms:6.2f} tasks/s, {each_ms:5.0f} ms a task"
            print(f"  {way:9} {speed}, {ratio:5.2f} times as fast as {next(iter(times))}")
            total = sum(seconds)
            shares = {part: each / total for part, each in parts[way].most_common()}
            shares["the rest, in Python"] = 1 - sum(shares.values())
            print("           " + ", ".join(f"{part} {share:.0%}" for part, share in shares.items()))


if __name__ == "__main__":
    main()
