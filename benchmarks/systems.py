"""The cost of a training update for each system of the studies: the same batches, taking turns in one run.

Times are the process's CPU time on one thread, so that other load on the machine matters little. Weights are
random. The second stages (Shin et al. to code, reinforcement) need a first stage and are left out.

    python benchmarks/systems.py [--domain c] [--rounds 5]
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

BATCHES = 10  # updates per round
MAX_TOKENS = 45
SYSTEMS = {
    "c": (
        "c-study",
        "no-attention-in-decoding",
        "no-op-predictor",
        "no-partial-executor",
        "no-executor",
        "robustfill",
        "robustfill-large",
        "property-signatures",
        "end-supervision",
        "paper-parts",
    ),
    "karel": (
        "karel-lasynth",
        "karel-no-executor",
        "karel-exec",
        "karel-bunel",
        "karel-bunel-syntax",
        "karel-shin-trace",
    ),
}
CONFIGS = {"c": "mixed", "karel": "real"}


def seconds(trainer: Trainer) -> float:
    """The time of `BATCHES` updates."""
    batches = [trainer._next_batch() for _ in range(BATCHES)]
    begun = time.process_time()
    for batch in batches:
        trainer.update(batch)
    return time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--domain", choices=sorted(SYSTEMS), default="c")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    source = domains.get(options.domain).generator().named(CONFIGS[options.domain])
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder) / "data", source, num_tasks=2000, seed=1)
        programs = Dataset.open(Path(folder) / "data", max_tokens=MAX_TOKENS)
        trainers = {}
        for name in SYSTEMS[options.domain]:
            config = dataclasses.replace(read_config(name), curriculum=(), max_tokens=MAX_TOKENS)
            trainers[name] = Trainer(config, programs, Path(folder) / name)
            seconds(trainers[name])
        times: dict[str, list[float]] = {name: [] for name in trainers}
        for _ in range(options.rounds):
            for name, trainer in trainers.items():
                times[name].append(seconds(trainer))
    first = statistics.median(next(iter(times.values())))
    for name, trainer in trainers.items():
        median = statistics.median(times[name])
        size = trainer.config.batch_size
        millions = sum(parameter.numel() for parameter in trainer.model.parameters()) / 1e6
        print(
            f"{name:26} {millions:5.2f} M parameters {1000 * median / BATCHES:6.0f} ms an update of {size}"
            f" {size * BATCHES / median:6.0f} programs/s, {median / first:.2f} of {next(iter(times))}"
        )


if __name__ == "__main__":
    main()
