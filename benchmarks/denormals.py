"""The time of training updates with denormal numbers flushed to zero, as in `Trainer.run`, and kept.

Both sides start from the shipped C model and take turns on the same batches in one run, because the number
of denormal numbers depends on how well the weights fit the programs.

    python benchmarks/denormals.py [--rounds 5]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import torch

from lasynth import models
from lasynth.data import generate
from lasynth.data.dataset import Dataset
from lasynth.domains.c.generator import CTaskGenerator
from lasynth.models import LaSynthConfig
from lasynth.training.config import TrainConfig
from lasynth.training.loop import Trainer

BATCHES = 10  # updates per round


def seconds(trainer: Trainer, *, flush: bool) -> float:
    """The time of `BATCHES` updates."""
    torch.set_flush_denormal(flush)
    batches = [trainer._next_batch() for _ in range(BATCHES)]
    begun = time.perf_counter()
    for batch in batches:
        trainer.update(batch)
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    torch.set_num_threads(1)
    shipped = models.load("c")
    assert isinstance(shipped.config, LaSynthConfig)
    config = TrainConfig(
        model=shipped.config, num_programs=10**6, learning_rate=1e-5, exec_targets="statements", max_tokens=80
    )
    with tempfile.TemporaryDirectory() as folder:
        generate.generate(Path(folder) / "data", CTaskGenerator.named("mixed"), num_tasks=2000, seed=1)
        programs = Dataset.open(Path(folder) / "data", max_tokens=80)
        sides = {flush: Trainer(config, programs, Path(folder) / str(flush)) for flush in (False, True)}
        for trainer in sides.values():
            trainer.model.load_state_dict(shipped.model.state_dict())
            seconds(trainer, flush=True)
        times: dict[bool, list[float]] = {flush: [] for flush in sides}
        for _ in range(rounds):
            for flush, trainer in sides.items():
                times[flush].append(seconds(trainer, flush=flush))
    kept, flushed = (statistics.median(times[flush]) / BATCHES for flush in (False, True))
    print(f"kept: {1000 * kept:.0f} ms an update of {config.batch_size} programs")
    print(f"flushed: {1000 * flushed:.0f} ms, {kept / flushed:.2f} times as fast")


if __name__ == "__main__":
    main()
