"""Inferred traces of a data set: what the second stage of Shin et al. (2018) is trained on, kept in a file.

`experiments/infer_traces.py` writes `traces.parquet` into the folder of a run of the first stage. A row is a
program with its examples: `task`, the hash by which it is found; `lengths`, the actions of each example;
`right`, whether the trace leads to the output; `actions`, one example after the other.

Shapes: P programs, K examples, A actions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from lasynth.data.dataset import Dataset
from lasynth.data.parquet import read_parquet_bytes, to_parquet
from lasynth.errors import InputError
from lasynth.files import write_whole

__all__ = ["TRACES", "TraceTable", "task_keys"]

TRACES: Final = "traces.parquet"


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
        write_whole(path, to_parquet(pa.table(columns)))

    @classmethod
    def read(cls, path: Path) -> TraceTable:
        """Read what `write` wrote.

        Raises:
            InputError: not such a file.
        """
        try:
            table = pq.read_table(read_parquet_bytes(path)).combine_chunks()
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
    tasks = (data.hashes_P[row].tobytes() + data.inputs_PKN[row].tobytes() for row in rows_B)
    digests = b"".join(hashlib.blake2b(task, digest_size=8).digest() for task in tasks)
    return np.frombuffer(digests, dtype="<i8").astype(np.int64)
