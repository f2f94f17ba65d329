"""Infer the traces of a data set by a trained first stage of Shin et al. (2018), and keep them beside it.

    python experiments/infer_traces.py --run FOLDER --data FOLDER

reads the run of a model of kind shin-trace and the shards, and writes `traces.parquet` into the run's folder
(`lasynth.training.traces`). Training of the second stage reads this file; without it, traces are inferred
when they are needed. Existing traces are kept, so the work can be interrupted and resumed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from lasynth.data.dataset import Dataset
from lasynth.domains.karel.world import WORLD_SIZE
from lasynth.errors import InputError, LasynthError
from lasynth.files import claimed
from lasynth.models import load
from lasynth.models.baselines.shin_trace import TraceModel
from lasynth.training.traces import TRACES, TraceTable, task_keys

TOGETHER = 64  # programs whose examples are searched together
SAVE_EVERY = 100  # batches between two saves


def infer_traces(
    model: TraceModel,
    data: Dataset,
    *,
    seed: int = 0,
    known: TraceTable | None = None,
    together: int = TOGETHER,
) -> Iterator[TraceTable]:
    """Infer the traces of a data set in batches of programs.

    Args:
        model: the first stage.
        data: the programs.
        seed: seed for the choice among right traces.
        known: traces of programs to skip.
        together: programs per batch.
    """
    todo = np.arange(len(data))
    if known is not None:
        todo = np.flatnonzero(known.places(task_keys(data, todo)) < 0)
    for first in range(0, len(todo), together):
        rows = todo[first : first + together]
        num_examples = data.inputs_PKN.shape[1]
        inputs, outputs = (
            array[rows].astype(np.uint8).reshape(-1, WORLD_SIZE)
            for array in (data.inputs_PKN, data.outputs_PKN)
        )
        proposed = model.propose(inputs, outputs)
        actions = proposed.chosen(np.random.default_rng([seed, int(rows[0])]))
        right_PK = proposed.right_NW.any(axis=1).reshape(len(rows), num_examples)
        yield TraceTable.of(task_keys(data, rows), actions.reshape(*right_PK.shape, -1), right_PK)


def main(arguments: Sequence[str] | None = None) -> int:
    """Infer the traces of a data set for a run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, required=True, help="folder of the trained first stage")
    parser.add_argument("--data", type=Path, required=True, help="shards; those of split train are read")
    parser.add_argument("--max-tasks", type=int, help="only so many programs, the first ones")
    parser.add_argument("--seed", type=int, default=0, help="chooses among right traces")
    given = parser.parse_args(arguments)
    try:
        _infer(given.run, given.data, given.max_tasks, given.seed)
    except LasynthError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _infer(run: Path, folder: Path, max_tasks: int | None, seed: int) -> None:
    with claimed(run, "traces", leftovers=TRACES):
        _infer_claimed(run, folder, max_tasks, seed)


def _infer_claimed(run: Path, folder: Path, max_tasks: int | None, seed: int) -> None:
    model = load(run / "model.safetensors").model
    if not isinstance(model, TraceModel):
        raise InputError("no trained shin-trace model in this folder", str(run), "Train one first.")
    data = Dataset.open(folder, split="train", max_tasks=max_tasks)
    path = run / TRACES
    tables = [TraceTable.read(path)] if path.is_file() else []
    begun_s, done = time.monotonic(), 0
    for number, table in enumerate(
        infer_traces(model, data, seed=seed, known=tables[0] if tables else None), 1
    ):
        tables.append(table)
        done += len(table)
        if number % SAVE_EVERY == 0:
            _save(tables, path, len(data), done / (time.monotonic() - begun_s))
    _save(tables, path, len(data), done / (time.monotonic() - begun_s))


def _save(tables: list[TraceTable], path: Path, num_programs: int, rate: float) -> None:
    if not tables:
        return
    whole = TraceTable.concatenate(tables)
    tables[:] = [whole]
    whole.write(path)
    share = whole.right_PK.mean()
    sys.stderr.write(f"{len(whole):,}/{num_programs:,} programs, {rate:.0f}/s, {share:.1%} of traces right\n")


if __name__ == "__main__":
    sys.exit(main())
