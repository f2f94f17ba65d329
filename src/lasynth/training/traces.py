"""Inferred traces of a data set: what the second stage of Shin et al. (2018) is trained on, kept in a file.

    python -m lasynth.training.traces --run FOLDER --data FOLDER

infers the traces of all examples of all programs by the first stage whose run is in the one folder, and
writes `traces.parquet` there. A row is a program with its examples: `task`, the hash by which it is found;
`lengths`, the actions of each example; `right`, whether the trace leads to the output; `actions`, one
example after the other. What is there already is kept, so the work can be stopped and go on.

Shapes: P programs, K examples, N = P K, W numbers of a world, A actions.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from lasynth.data.dataset import Dataset
from lasynth.domains.karel.world import WORLD_SIZE
from lasynth.errors import InputError, LasynthError
from lasynth.models.baselines.shin_trace import TraceModel
from lasynth.models.model import Model
from lasynth.models.zoo import load
from lasynth.task import Task

__all__ = ["TRACES", "TraceTable", "infer_traces", "task_keys", "trace_validator"]

TRACES: Final = "traces.parquet"
_TOGETHER: Final = 64  # programs whose examples are searched side by side
_SAVE_EVERY: Final = 100  # such batches


class TraceTable:
    """Traces of programs, each with the same number of examples.

    Args:
        keys_P: of the tasks (`task_keys`), none twice.
        lengths_PK: actions of each trace.
        right_PK: whether each leads to the output.
        actions: all of them, one trace after the other.
    """

    def __init__(
        self,
        keys_P: npt.NDArray[np.int64],
        lengths_PK: npt.NDArray[np.int16],
        right_PK: npt.NDArray[np.bool_],
        actions: npt.NDArray[np.int8],
    ) -> None:
        self.keys_P, self.lengths_PK, self.right_PK, self.actions = keys_P, lengths_PK, right_PK, actions
        ends = np.cumsum(lengths_PK, dtype=np.int64)
        self._starts_PK = (ends - lengths_PK.reshape(-1)).reshape(lengths_PK.shape)
        self._order = np.argsort(keys_P)
        self._sorted_P = keys_P[self._order]

    def __len__(self) -> int:
        return len(self.keys_P)

    def places(self, keys_B: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Where the programs of these tasks are, -1 where they are not."""
        if not len(self):
            return np.full(len(keys_B), -1)
        found = np.searchsorted(self._sorted_P, keys_B).clip(max=len(self) - 1)
        return np.where(self._sorted_P[found] == keys_B, self._order[found], -1)

    def traces(self, place: int, room: int) -> npt.NDArray[np.int8]:
        """`[K, room]` the traces of a program, -1 behind the last action."""
        actions_KA = np.full((self.lengths_PK.shape[1], room), -1, dtype=np.int8)
        for example, (start, length) in enumerate(
            zip(self._starts_PK[place], self.lengths_PK[place], strict=True)
        ):
            actions_KA[example, :length] = self.actions[start : start + length]
        return actions_KA

    @classmethod
    def of(
        cls,
        keys_P: npt.NDArray[np.int64],
        actions_PKA: npt.NDArray[np.int8],
        right_PK: npt.NDArray[np.bool_],
    ) -> TraceTable:
        """The table of padded traces."""
        lengths_PK = (actions_PKA >= 0).sum(axis=2).astype(np.int16)
        return cls(keys_P, lengths_PK, right_PK, actions_PKA[actions_PKA >= 0])

    @staticmethod
    def concatenate(tables: Sequence[TraceTable]) -> TraceTable:
        """One table of several."""
        columns = ("keys_P", "lengths_PK", "right_PK", "actions")
        return TraceTable(*(np.concatenate([getattr(table, name) for table in tables]) for name in columns))

    def write(self, path: Path) -> None:
        """Write a file; it appears complete, or not at all."""
        num_examples = self.lengths_PK.shape[1]
        ends = np.cumsum(self.lengths_PK.sum(axis=1, dtype=np.int64))
        offsets = np.concatenate([[0], ends]).astype(np.int64)
        columns = {
            "task": pa.array(self.keys_P),
            "lengths": pa.FixedSizeListArray.from_arrays(pa.array(self.lengths_PK.reshape(-1)), num_examples),
            "right": pa.FixedSizeListArray.from_arrays(pa.array(self.right_PK.reshape(-1)), num_examples),
            "actions": pa.LargeListArray.from_arrays(pa.array(offsets), pa.array(self.actions)),
        }
        partial = path.with_name(path.name + ".partial")
        pq.write_table(pa.table(columns), partial, compression="zstd")
        os.replace(partial, path)

    @classmethod
    def read(cls, path: Path) -> TraceTable:
        """Read what `write` wrote.

        Raises:
            InputError: not such a file.
        """
        try:
            table = pq.read_table(path).combine_chunks()
            keys_P = table["task"].to_numpy()
            shape = (len(keys_P), -1) if len(keys_P) else (0, 0)
            lists = [table[name].combine_chunks() for name in ("lengths", "right", "actions")]
            lengths, right, actions = (
                array.flatten().to_numpy(zero_copy_only=False)
                for array in (part.chunk(0) if isinstance(part, pa.ChunkedArray) else part for part in lists)
            )
            return cls(keys_P, lengths.reshape(shape), right.reshape(shape), actions)
        except (pa.ArrowException, OSError, ValueError, KeyError):
            raise InputError(
                "not a file of traces, or a damaged one", str(path), "Infer them again."
            ) from None


def task_keys(data: Dataset, rows_B: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """A number for each of some tasks, of its behaviour and its inputs: programs may come with several."""
    return np.array(
        [
            int.from_bytes(_digest(data.hashes_P[row].tobytes() + data.inputs_PKN[row].tobytes()), "little")
            for row in rows_B
        ],
        dtype=np.uint64,
    ).astype(np.int64)


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=8).digest()


def infer_traces(
    model: TraceModel,
    data: Dataset,
    *,
    seed: int = 0,
    known: TraceTable | None = None,
    together: int = _TOGETHER,
) -> Iterator[TraceTable]:
    """Infer the traces of a data set, some programs at a time.

    Args:
        model: the first stage.
        data: its programs.
        seed: chooses among right traces.
        known: of programs that are left out.
        together: programs a step.
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


def trace_validator(tasks: Sequence[Task]) -> Callable[[Model], dict[str, float]]:
    """A function that measures a first stage: `solved`, the share of examples with a right trace among those
    proposed, and `top1`, that of those whose likeliest is right.
    """  # noqa: D205
    encoded = [task.language.encode(task.examples) for task in tasks]
    inputs, outputs = (np.concatenate(arrays) for arrays in zip(*encoded, strict=True))

    def validate(model: Model) -> dict[str, float]:
        assert isinstance(model, TraceModel)
        right_NW = model.propose(inputs, outputs).right_NW
        return {"top1": float(right_NW[:, 0].mean()), "solved": float(right_NW.any(axis=1).mean())}

    return validate


def main(arguments: Sequence[str] | None = None) -> int:
    """Infer the traces of a data set for a run; see the module."""
    parser = argparse.ArgumentParser(prog="python -m lasynth.training.traces")
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
        if number % _SAVE_EVERY == 0:
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
