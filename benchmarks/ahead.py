"""What a step no longer waits for: batches prepared beside the step before, and within the step.

The two take turns on the same model in one run. Times are CPU times of the thread that trains, so that other
load on the machine matters little. What this thread no longer does, another core does; a GPU would have
waited for it. `waits` is the time until the batch is there: wall time, which includes other load.

    python benchmarks/ahead.py [--rounds 5] [--presets c-small karel-lasynth ...]
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import tempfile
import time
from pathlib import Path

import torch

from lasynth import domains
from lasynth.data.dataset import Dataset
from lasynth.data.generate import generate
from lasynth.training.config import read_config
from lasynth.training.loop import Trainer

UPDATES = 10  # per round
MAX_TOKENS = 60
CONFIGS = {"c": "mixed", "karel": "real"}
PRESETS = ("c-small", "c-study", "karel-lasynth", "karel-bunel", "karel-exec")


def times(trainer: Trainer, *, beside: bool) -> tuple[float, float, float]:
    """CPU seconds of an update and of its batch, and the seconds that it waits for this."""
    begin = trainer._ahead.begin
    if not beside:
        trainer._ahead.begin = lambda batches: None  # type: ignore[method-assign]
    trainer._next_batch()
    batch = waited = 0.0
    begun = time.thread_time()
    for _ in range(UPDATES):
        before, wall = time.thread_time(), time.perf_counter()
        prepared = trainer._next_batch()
        batch += time.thread_time() - before
        waited += time.perf_counter() - wall
        trainer.update(prepared)
    whole = time.thread_time() - begun
    trainer._ahead.begin = begin  # type: ignore[method-assign]
    return whole / UPDATES, batch / UPDATES, waited / UPDATES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--presets", nargs="+", default=list(PRESETS))
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    with tempfile.TemporaryDirectory() as folder:
        for preset in options.presets:
            config = dataclasses.replace(read_config(preset), curriculum=(), max_tokens=MAX_TOKENS)
            domain = config.model.domain
            data = Path(folder) / domain
            if not data.is_dir():
                generate(data, domains.get(domain).generator().named(CONFIGS[domain]), num_tasks=1000, seed=1)
            trainer = Trainer(config, Dataset.open(data, max_tokens=MAX_TOKENS), Path(folder) / preset)
            times(trainer, beside=True)
            pairs = [
                [times(trainer, beside=beside) for beside in (False, True)] for _ in range(options.rounds)
            ]
            found = [
                [statistics.median(pair[side][k] for pair in pairs) * 1e3 for k in range(3)]
                for side in (0, 1)
            ]
            ratio = statistics.median(within[0] / beside[0] for within, beside in pairs)
            print(
                f"{preset:14} within: {found[0][0]:4.0f} ms an update of {config.batch_size},"
                f" its batch {found[0][1]:.2f} ms ({100 * found[0][1] / found[0][0]:.1f} %);"
                f" beside: {found[1][0]:4.0f} ms, its batch {found[1][1]:.2f} ms,"
                f" waits {found[1][2]:.2f} ms; ratio {ratio:.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
