"""The time of a whole training update at the release's shape, side by side with another checkout of lasynth.

An update is what `lasynth train` does with a batch: mask, forward pass, losses, backward pass, clipping,
optimizer and running average. Batches are of real tasks of the language whose programs have 7/8 of `--tokens`
to `--tokens` tokens. With `--against`, the same batches and the same initial weights are given to a second
process that imports lasynth from there, and both take turns; the ratios are of rounds that follow each other.

Times are CPU time of the process, so other load on the machine matters little; with several threads a thread
that waits may count too, so the wall time stands next to it. FLOPs are those of products of matrices in one
update (2 for a multiplication and an addition), counted by torch on the first batch. Their rate is compared
with that of one product of two 1024 x 1024 matrices in the same run.

    python benchmarks/paper_step.py [--preset c-paper] [--threads 1] [--rounds 5] [--against ../before/src]
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

SOURCES = {"c": "mixed", "karel": "real"}


def worker(folder: Path) -> None:
    """Answer each line of standard input, a number of updates, with their CPU time and wall time."""
    import torch

    from lasynth.data.dataset import Dataset
    from lasynth.training.config import TrainConfig
    from lasynth.training.loop import Trainer
    from lasynth.training.modes import denormals_flushed

    task = json.loads((folder / "task.json").read_text())
    torch.set_num_threads(task["threads"])
    data = Dataset.open(folder / "data")
    long = (data.lengths_P > task["tokens"] * 7 // 8) & (data.lengths_P <= task["tokens"])
    rows = long.nonzero()[0]
    size = task["config"]["batch_size"]
    data = data.rows(rows[: len(rows) // size * size])  # whole batches only
    with tempfile.TemporaryDirectory() as run, denormals_flushed():
        trainer = Trainer(TrainConfig.from_json(task["config"]), data, Path(run))
        about = {"flops": flops(trainer, trainer._next_batch()), "parameters": num_parameters(trainer)}
        print(json.dumps(about), flush=True)
        for line in sys.stdin:
            wall, cpu, loss = time.perf_counter(), time.process_time(), 0.0
            for _ in range(int(line)):
                loss = float(trainer.update(trainer._next_batch())["loss"])
            times = (time.process_time() - cpu, time.perf_counter() - wall)
            print(json.dumps({"times": times, "peak": peak(), "loss": loss}), flush=True)


def num_parameters(trainer) -> int:
    """The number of parameters."""
    return sum(parameter.numel() for parameter in trainer.model.parameters())


def peak() -> float:
    """FLOP a second of CPU time of a product of two square matrices."""
    import torch

    left, right = torch.randn(2, 1024, 1024)
    torch.mm(left, right)
    begun = time.process_time()
    for _ in range(3):
        torch.mm(left, right)
    return 3 * 2 * 1024**3 / (time.process_time() - begun)


def flops(trainer, batch) -> int:
    """FLOPs of the products of matrices in an update, the first one."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    # A layer of an LSTM is one call: its inputs, states and gates are all that is multiplied.
    def layer(read, weights_in, weights_state, *rest, out_shape=None, **more) -> int:
        steps = read[0] * read[1]
        return 2 * steps * (weights_in[0] * weights_in[1] + weights_state[0] * weights_state[1])

    def layer_backward(*shapes, out_shape=None, **more) -> int:
        return 2 * layer(*shapes)

    aten = torch.ops.aten
    known = {aten.mkldnn_rnn_layer: layer, aten.mkldnn_rnn_layer_backward: layer_backward}
    counter = FlopCounterMode(display=False, custom_mapping=known)
    with counter:
        trainer.update(batch)
    return int(counter.get_total_flops())


class Side:
    """A process that makes updates with one checkout."""

    def __init__(self, folder: Path, source: Path, threads: int) -> None:
        environment = {**os.environ, "PYTHONPATH": str(source), "OMP_NUM_THREADS": str(threads)}
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--worker", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.about = self._answer()
        self.cpu: list[float] = []
        self.wall: list[float] = []
        self.peaks: list[float] = []
        self.loss = 0.0

    def round(self, updates: int) -> None:
        """Make updates, and keep their times."""
        stdin: IO[str] = self.process.stdin
        stdin.write(f"{updates}\n")
        stdin.flush()
        found = self._answer()
        self.cpu.append(found["times"][0] / updates)
        self.wall.append(found["times"][1] / updates)
        self.peaks.append(found["peak"])
        self.loss = found["loss"]

    def close(self) -> None:
        """End the process."""
        self.process.stdin.close()
        self.process.wait()

    def _answer(self) -> dict:
        line = self.process.stdout.readline()
        if not line:
            sys.exit("a worker ended early; its message is above")
        return json.loads(line)

    def report(self, name: str) -> None:
        """Print what was measured."""
        cpu, wall, peak = map(statistics.median, (self.cpu, self.wall, self.peaks))
        flops = self.about["flops"]
        print(
            f"{name:8} {self.about['parameters'] / 1e6:6.1f} M parameters, {1000 * cpu:7.0f} ms an update "
            f"(wall {1000 * wall:.0f}); {flops / 1e9:.0f} GFLOP in products, {flops / cpu / 1e9:.1f} GFLOP/s,"
            f" {flops / cpu / peak:.0%} of one product's {peak / 1e9:.0f}; last loss {self.loss:.6f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--preset", default="c-paper")
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--tasks", type=int, default=1500, help="drawn, before the choice by length")
    parser.add_argument("--data", type=Path, help="tasks to use instead of drawing some")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--updates", type=int, default=2, help="a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--against", type=Path, help="the src folder of another checkout")
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        worker(options.worker)
        return
    from lasynth import domains
    from lasynth.data.generate import generate
    from lasynth.training.config import read_config

    config = dataclasses.replace(read_config(options.preset), curriculum=(), replay=None, start=None, anew=())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        task = {"config": config.to_json(), "threads": options.threads, "tokens": options.tokens}
        (folder / "task.json").write_text(json.dumps(task))
        if options.data:
            (folder / "data").symlink_to(options.data.resolve())
        else:
            source = domains.get(config.model.domain).generator().named(SOURCES[config.model.domain])
            generate(folder / "data", source, num_tasks=options.tasks, seed=1)
        sides = {"this": Side(folder, Path(__file__).parents[1] / "src", options.threads)}
        if options.against:
            sides["against"] = Side(folder, options.against.resolve(), options.threads)
        for number in range(options.rounds):
            for side in list(sides.values())[:: 1 if number % 2 else -1]:
                side.round(options.updates)
        for side in sides.values():
            side.close()
    print(f"{options.preset}, batch {config.batch_size}, {options.threads} threads, {options.rounds} rounds")
    for name, side in sides.items():
        side.report(name)
    if options.against:
        this, other = sides.values()
        for what in ("cpu", "wall"):
            ratios = sorted(b / a for a, b in zip(getattr(this, what), getattr(other, what), strict=True))
            print(
                f"{what}: {statistics.median(ratios):.2f} times as fast ({ratios[0]:.2f} to {ratios[-1]:.2f})"
            )


if __name__ == "__main__":
    main()
