"""Shards: tasks in Parquet files that are written completely or not at all and record how they were made.

A shard's columns are `tokens` (the reference program, without EOS), `raw_tokens` (as it was drawn),
`inputs` and `outputs` (K examples of N numbers, one after the other; worlds as bytes), `num_cells`, `kind`,
`num_tokens`, `affine` (a language with another floor has its own word) and `behaviour`; its
metadata is a `ShardInfo` as JSON under the key `lasynth`.

Shapes: P programs, T tokens, K examples, N numbers of an input or output (cells of a list, of a world).
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import Meta

from lasynth import domains
from lasynth.config import Config, Count, Size, read
from lasynth.data.parquet import read_parquet_bytes, to_parquet
from lasynth.domains.kit.vocabulary import token_map
from lasynth.errors import InputError, ShardError
from lasynth.files import write_whole
from lasynth.places import Place, place_of
from lasynth.quoting import quoted
from lasynth.reading import parse_json, utf8

__all__ = [
    "SCHEMA_VERSION",
    "ShardInfo",
    "TaskTable",
    "check_arrived",
    "read_info",
    "read_shard",
    "shard_path",
    "shards_of",
    "write_shard",
]

SCHEMA_VERSION: Final = 1
_KEY: Final = b"lasynth"
_AGAIN: Final = "Generate the data again with `lasynth generate`."


@dataclass(frozen=True, slots=True)
class ShardInfo(Config):
    """How a shard was made; equal infos mean equal content.

    Attributes:
        config: of the generation, as JSON values.
        split: which split its tasks belong to.
        seed, shard, of: shard number `shard` of `of` of a seed.
        num_tasks: tasks asked for, which is how many it holds.
        num_cells, num_examples: N of its inputs, and K, of every task.
        counts: how many programs were sampled, and how many were rejected for each reason.
        domain: the language.
        num_shown: how many examples a solver is shown, the first ones; None for half of them.
        repeats: whether tasks may share a behaviour.
        dialect, lexemes: of the language when the shard was written; today's if it does not record them.
    """

    WHERE: ClassVar[str] = "metadata"

    config: dict[str, Any]
    split: Annotated[str, Meta(pattern="^(train|valid|test)$", description="train, valid or test")]
    seed: Count
    shard: Count
    of: Size
    num_tasks: Count
    num_cells: Size
    num_examples: Size
    counts: dict[str, Count] = field(default_factory=dict, compare=False)
    domain: str = domains.DEFAULT
    num_shown: Size | None = None
    repeats: bool = False
    dialect: str = ""
    lexemes: tuple[str, ...] = field(default=(), compare=False)

    def misfit(self) -> tuple[str, str] | None:
        """See `Config`."""
        if self.shard >= self.of:
            return f"it is shard {self.shard} of {self.of}", _AGAIN
        if self.num_shown is not None and self.num_shown > self.num_examples:
            return f"{self.num_shown} of {self.num_examples} examples are shown", _AGAIN
        if len(set(self.lexemes)) < len(self.lexemes):
            return "a lexeme is given twice", _AGAIN
        return None


@dataclass(frozen=True, slots=True, eq=False)
class TaskTable:
    """Tasks as arrays.

    Attributes:
        tokens_PT: int16, the reference programs, ended and padded by EOS.
        raw_PT: int16, the programs as they were drawn.
        inputs_PKN, outputs_PKN: int8 for lists, int32 where their values are any, uint8 for worlds; each of
            one size, which may differ.
        kinds_P: uint8, the kind of the reference.
        plain_P: bool, whether the task is plain: an affine function of its input (C), solved by the same
            actions in every world (Karel).
        hashes_P: int64, of the behaviour.
    """

    tokens_PT: npt.NDArray[np.int16]
    raw_PT: npt.NDArray[np.int16]
    inputs_PKN: npt.NDArray[Any]
    outputs_PKN: npt.NDArray[Any]
    kinds_P: npt.NDArray[np.uint8]
    plain_P: npt.NDArray[np.bool_]
    hashes_P: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.hashes_P)

    def rows(self, which: Any) -> TaskTable:
        """The tasks that an index array, a mask or a slice selects."""
        return TaskTable(*(getattr(self, f.name)[which] for f in dataclasses.fields(self)))

    @staticmethod
    def concatenate(tables: list[TaskTable], eos: int) -> TaskTable:
        """One table of several, their tokens padded by EOS to one width."""
        columns = []
        for f in dataclasses.fields(TaskTable):
            parts = [getattr(table, f.name) for table in tables]
            if f.name in ("tokens_PT", "raw_PT"):
                width = max(part.shape[1] for part in parts)
                parts = [_widened(part, width, eos) for part in parts]
            columns.append(np.concatenate(parts))
        return TaskTable(*columns)


def shard_path(folder: str | Place, split: str, shard: int, of: int) -> Place:
    """Where a shard is kept: `train-00003-of-00016.parquet`."""
    return place_of(folder) / f"{split}-{shard:05d}-of-{of:05d}.parquet"


def shards_of(place: Place, prefix: str = "") -> list[Place]:
    """The shards of a folder, in order of name; what is no folder stands for itself.

    Args:
        place: the folder, or a shard.
        prefix: what names in the folder begin with.

    Raises:
        ShardError: the folder cannot be read.
    """
    try:
        return sorted(place.glob(f"{prefix}*.parquet"), key=str) if place.is_dir() else [place]
    except OSError as error:
        raise ShardError(f"cannot be read: {error.strerror or error}", str(place)) from None


def write_shard(path: str | Place, table: TaskTable, info: ShardInfo) -> None:
    """Write a shard; the file appears complete, or not at all if the process is killed.

    Args:
        path: the file, or its URL.
        table: the tasks.
        info: how they were made.

    Raises:
        ShardError: the file cannot be written.
    """
    path = place_of(path)
    num_tasks = len(table)
    language = domains.get(info.domain)
    eos, word = language.grammar.eos, language.generator().PLAIN
    longest = 1 + max(int(table.tokens_PT.max(initial=0)), int(table.raw_PT.max(initial=0)))
    lexemes = language.grammar.lexemes(max(longest, language.grammar.num_tokens))
    info = dataclasses.replace(info, dialect=language.dialect, lexemes=lexemes)
    columns = {
        "tokens": _ragged(table.tokens_PT, eos),
        "raw_tokens": _ragged(table.raw_PT, eos),
        "inputs": _fixed(table.inputs_PKN),
        "outputs": _fixed(table.outputs_PKN),
        # The smallest signed type that fits: int8 for lists.
        "num_cells": pa.array(np.full(num_tasks, info.num_cells, dtype=np.min_scalar_type(-info.num_cells))),
        "kind": pa.array(table.kinds_P),
        "num_tokens": pa.array((table.tokens_PT != eos).sum(axis=1).astype(np.int16)),
        **({} if word is None else {word: pa.array(table.plain_P)}),
        "behaviour": pa.array(table.hashes_P),
    }
    head = {"schema": SCHEMA_VERSION, **_head(info)}
    arrow = pa.table(columns).replace_schema_metadata({_KEY: json.dumps(head, sort_keys=True).encode()})
    if isinstance(path, Path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ShardError(f"cannot be written: {error.strerror or error}", str(path)) from None
    write_whole(path, to_parquet(arrow), error=ShardError)


def check_arrived(path: Place) -> None:
    """See that this process finds a shard that a worker has written.

    Raises:
        ShardError: it does not.
    """
    if not path.exists():
        what = "a worker has written it, but it is not here: the worker has another disk or memory"
        raise ShardError(what, str(path), "Give a URL, or a folder that all machines share.")


def read_info(path: str | Place) -> ShardInfo:
    """How a shard was made; its tasks are checked for damage, and not decoded.

    Raises:
        ShardError: no such file, not a shard, damaged, or of another schema version.
    """
    return _open(place_of(path))[0]


def _open(path: Place) -> tuple[ShardInfo, pq.ParquetFile]:
    try:
        if not path.is_file():
            raise ShardError("no such shard", str(path), "Give the folder that `lasynth generate` wrote to.")
        content = read_parquet_bytes(path)
    except OSError as error:
        raise ShardError(f"cannot be read: {error.strerror or error}", str(path)) from None
    except ValueError:
        raise ShardError("damaged: its checksum does not match", str(path), _AGAIN) from None
    try:
        file = pq.ParquetFile(content)
        metadata = file.schema_arrow.metadata or {}
    except (pa.ArrowException, OSError, ValueError):
        raise ShardError("not a Parquet file, or a truncated one", str(path), _AGAIN) from None
    try:
        head = dict(parse_json(utf8(metadata[_KEY], str(path)), str(path)))
        version = head.pop("schema")
    except (InputError, KeyError, ValueError, TypeError):
        raise ShardError("a Parquet file, but not a shard of lasynth", str(path), _AGAIN) from None
    if version != SCHEMA_VERSION:
        raise ShardError(
            f"written in schema version {quoted(version)}, this lasynth reads version {SCHEMA_VERSION}",
            str(path),
            f"{_AGAIN[:-1]}, or use the lasynth that wrote it.",
        )
    try:
        info = read(ShardInfo, head)
        language = domains.get(info.domain)
        language.generator()
    except InputError as error:
        raise ShardError(f"its metadata is damaged: {error}", str(path), _AGAIN) from None
    if not info.dialect:
        return dataclasses.replace(info, dialect=language.dialect), file
    if info.dialect != language.dialect:
        what = f"written in dialect {info.dialect}, this lasynth has {language.dialect}"
        raise ShardError(what, str(path), "Use the lasynth that wrote it, or generate the data again.")
    return info, file


def read_shard(path: str | Place) -> tuple[TaskTable, ShardInfo]:
    """The tasks of a shard, and how it was made.

    Raises:
        ShardError: no such file, not a shard, damaged, or of another schema version.
    """
    info, file = _open(place_of(path))
    language = domains.get(info.domain)
    eos, word = language.grammar.eos, language.generator().PLAIN
    try:
        tokens = token_map(info.lexemes, language)
    except KeyError as error:
        what = f"has the lexeme {error}, which {info.domain} no longer has"
        raise ShardError(
            what, str(path), "Use the lasynth that wrote it, or generate the data again."
        ) from None
    try:
        arrow = file.read()
        shape = (arrow.num_rows, info.num_examples)
        outputs = _flat(arrow["outputs"])
        table = TaskTable(
            tokens_PT=_padded(arrow["tokens"], tokens, eos),
            raw_PT=_padded(arrow["raw_tokens"], tokens, eos),
            inputs_PKN=_flat(arrow["inputs"]).reshape(*shape, info.num_cells),
            # Outputs may be of another size than inputs.
            outputs_PKN=outputs.reshape(*shape, len(outputs) // max(shape[0] * shape[1], 1)),
            kinds_P=arrow["kind"].to_numpy(),
            plain_P=np.zeros(arrow.num_rows, dtype=np.bool_) if word is None else arrow[word].to_numpy(),
            hashes_P=arrow["behaviour"].to_numpy(),
        )
    except (pa.ArrowException, OSError, ValueError, KeyError, IndexError, TypeError, AttributeError):
        raise ShardError("truncated or damaged", str(path), _AGAIN) from None
    if len(table) != info.num_tasks:
        what = f"it holds {len(table)} tasks, its metadata says {info.num_tasks}"
        raise ShardError(what, str(path), _AGAIN)
    return table, info


def _head(info: ShardInfo) -> dict[str, Any]:
    """An info as JSON values, without the defaults that the first shards did not record."""
    values = dataclasses.asdict(info)
    defaults = {"domain": domains.DEFAULT, "num_shown": None, "repeats": False}
    return {key: value for key, value in values.items() if key not in defaults or value != defaults[key]}


def _widened(tokens_PT: npt.NDArray[np.int16], width: int, eos: int) -> npt.NDArray[np.int16]:
    return np.pad(tokens_PT, ((0, 0), (0, width - tokens_PT.shape[1])), constant_values=eos)


def _ragged(tokens_PT: npt.NDArray[np.int16], eos: int) -> pa.Array:
    """Rows without their padding, as one Arrow list each."""
    inside = tokens_PT != eos
    offsets = np.concatenate([[0], np.cumsum(inside.sum(axis=1))]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(tokens_PT[inside]))


def _fixed(values_PKN: npt.NDArray[Any]) -> pa.Array:
    """One entry per task: a list of numbers, or a byte string for uint8 (worlds).

    Parquet has no one-byte numbers: a list of them takes 28 times as long to read as a byte string.
    """
    size = values_PKN.shape[1] * values_PKN.shape[2]
    flat = pa.array(np.ascontiguousarray(values_PKN).reshape(-1))
    if values_PKN.dtype != np.uint8:
        return pa.FixedSizeListArray.from_arrays(flat, size)
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(size), len(values_PKN), [None, flat.buffers()[1]])


def _whole(column: pa.ChunkedArray) -> Any:
    values = column.combine_chunks()
    return pa.concat_arrays(values.chunks) if isinstance(values, pa.ChunkedArray) else values


def _flat(column: pa.ChunkedArray) -> Any:
    values = _whole(column)
    if not pa.types.is_fixed_size_binary(values.type):
        return values.flatten().to_numpy()
    size = values.type.byte_width
    numbers = np.frombuffer(values.buffers()[1], dtype=np.uint8)
    return numbers[values.offset * size : (values.offset + len(values)) * size]


def _padded(column: pa.ChunkedArray, tokens: npt.NDArray[np.int64], eos: int) -> npt.NDArray[np.int16]:
    """The rows of a list column, mapped to today's tokens where there is a map, ended and padded by EOS."""
    lists = _whole(column)
    lengths = np.diff(lists.offsets.to_numpy())
    width = int(lengths.max(initial=0)) + 1
    written = lists.flatten().to_numpy()
    padded = np.full((len(lengths), width), eos, dtype=np.int16)
    padded[np.arange(width) < lengths[:, None]] = tokens[written] if len(tokens) else written
    return padded
