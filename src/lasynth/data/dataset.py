"""A data set in memory: the tasks of some shards as arrays. Repeated behaviours are dropped unless allowed.

Shapes: P tasks, T tokens, K examples (the first ones shown, the rest held out), N numbers of an input or
output.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import fields
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lasynth import domains
from lasynth.data.filters import new_rows
from lasynth.data.shards import ShardInfo, TaskTable, read_shard, shards_of
from lasynth.domains.base import Language
from lasynth.errors import ProgramError, ShardError
from lasynth.places import Place, Remote, place_of
from lasynth.quoting import quoted
from lasynth.task import Example, Task

__all__ = ["Dataset"]


class Dataset:
    """Tasks as arrays.

    Args:
        table: the tasks.
        infos: the settings of its shards; if empty, there are no shards and the language is the default.

    Attributes:
        tokens_PT: `[P, T]` int16, reference programs, ended and padded by EOS.
        raw_PT: the same programs as drawn, before simplification.
        lengths_P: int32, number of tokens of each reference, EOS included.
        inputs_PKN, outputs_PKN: `[P, K, N]`, int8 for lists, uint8 for worlds.
        kinds_P: uint8, the kinds of the references.
        plain_P: bool, affine (C) or straight (Karel).
        hashes_P: int64, hashes of the behaviours.
        infos: the settings of the shards.
    """

    def __init__(self, table: TaskTable, infos: tuple[ShardInfo, ...] = ()) -> None:
        self.table = table
        self.infos = infos
        self.tokens_PT = table.tokens_PT
        self.raw_PT = table.raw_PT
        eos = self.language.grammar.eos
        self.lengths_P: npt.NDArray[np.int32] = (table.tokens_PT != eos).sum(axis=1).astype(np.int32) + 1
        self.inputs_PKN = table.inputs_PKN
        self.outputs_PKN = table.outputs_PKN
        self.kinds_P = table.kinds_P
        self.plain_P = table.plain_P
        self.hashes_P = table.hashes_P

    @classmethod
    def open(
        cls,
        paths: str | Place | Iterable[str | Place],
        *,
        split: str | None = None,
        max_tasks: int | None = None,
        max_tokens: int | None = None,
    ) -> Dataset:
        """Read shards.

        Args:
            paths: files, or folders, or URLs of them; all shards of a folder are read, in order of name.
            split: only shards of this split; by default all shards must have the same one.
            max_tasks: only this many tasks, the first ones.
            max_tokens: only tasks whose reference has at most this many tokens, EOS included.

        Raises:
            ShardError: there are no shards, a shard is damaged or has another schema version, or the shards
                are of different kinds.
        """
        given = [paths] if isinstance(paths, str | Path | Remote) else list(paths)
        files: list[Place] = []
        for path in map(place_of, given):
            files += shards_of(path, split or "")
        if not files:
            where = ", ".join(map(str, given)) or None
            what = f"no shards of split {quoted(split)}" if split else "no shards"
            raise ShardError(what, where, "Run `lasynth generate`.")
        tables: list[TaskTable] = []
        infos: list[ShardInfo] = []
        seen: set[int] = set()
        num_tasks = 0
        for file in files:
            table, info = read_shard(file)
            if split is not None and info.split != split:
                continue
            for key in ("domain", "split", "num_cells", "num_examples", "num_shown", "repeats"):
                if infos and getattr(infos[0], key) != getattr(info, key):
                    what = f"{key} is {getattr(info, key)}, but {getattr(infos[0], key)} in {files[0].name}"
                    raise ShardError(what, str(file), "Read shards of one kind at a time.")
            infos.append(info)
            eos = domains.get(info.domain).grammar.eos
            rows = np.ones(len(table), dtype=np.bool_) if info.repeats else new_rows(table.hashes_P, seen)
            if max_tokens is not None:
                rows &= (table.tokens_PT != eos).sum(axis=1) < max_tokens
            tables.append(table if rows.all() else table.rows(rows))
            num_tasks += len(tables[-1])
            if max_tasks is not None and num_tasks >= max_tasks:
                break
        table = TaskTable.concatenate(tables, eos) if tables else table
        return cls(table.rows(slice(max_tasks)), tuple(infos))

    def __len__(self) -> int:
        return len(self.table)

    @property
    def domain(self) -> str:
        """The language."""
        return self.infos[0].domain if self.infos else domains.DEFAULT

    @property
    def language(self) -> Language:
        """The language itself."""
        return domains.get(self.domain)

    @property
    def num_cells(self) -> int:
        """N, the length of the lists, or the number of values of a world."""
        return int(self.inputs_PKN.shape[2])

    @property
    def num_shown(self) -> int:
        """The number of a task's examples that are shown, the first ones; the others are held out."""
        num_shown = self.infos[0].num_shown if self.infos else None
        return int(self.inputs_PKN.shape[1]) // 2 if num_shown is None else num_shown

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the tasks in their order; some 1.5 GB a second."""
        digest = hashlib.sha256(self.domain.encode())
        for field in fields(self.table):
            array = np.ascontiguousarray(getattr(self.table, field.name))
            digest.update(f"{field.name} {array.dtype} {array.shape}\n".encode())
            digest.update(array.data)
        return digest.hexdigest()

    def rows(self, which: npt.NDArray[np.int64] | npt.NDArray[np.bool_] | slice) -> Dataset:
        """The data set of some of the tasks."""
        return Dataset(self.table.rows(which), self.infos)

    def tasks(self) -> list[Task]:
        """The tasks as objects, with the text of their references.

        The id of a task is the hash of its behaviour; repeats of a behaviour, in other worlds, are numbered
        `-2`, `-3` and so on.
        """
        language, shown = self.language, self.num_shown
        input_of, decode = language.values.input_of, language.values.decode
        tasks = []
        times: Counter[int] = Counter()
        for row in range(len(self)):
            pairs = zip(self.inputs_PKN[row], self.outputs_PKN[row], strict=True)
            examples = tuple(Example(input_of(given), decode(wanted)) for given, wanted in pairs)
            try:
                program = language.text.of_tokens(self.tokens_PT[row].astype(np.int32), examples[0])
            except ProgramError as error:
                what = f"the reference of task {row + 1} is no program of {language.name}: {error.what}"
                raise ShardError(what, "shards", "Generate the data again.") from None
            behaviour = int(self.hashes_P[row])
            times[behaviour] += 1
            name = f"{behaviour:016x}" + (f"-{times[behaviour]}" if times[behaviour] > 1 else "")
            tasks.append(Task(language.name, examples[:shown], examples[shown:], name, program))
        return tasks
