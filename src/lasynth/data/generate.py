"""Generating tasks: draw, filter, simplify, drop repeats, write shards (section 4.1 of the paper).

A program is drawn by the sampler, then ten distinct inputs for it by rejection: lists with values in
`[-max_value, max_value]` on which it runs well and stays in that range. Constant and identity
mappings are dropped, and every behaviour but the first of its kind. Shard `shard` is a function of
(seed, shard, config, split, number of tasks) alone.

A second source is Csmith, whose programs are mapped to the subset (`domains.c.csmith`). There an item is
a run of Csmith, which gives several programs, and a shard goes by the version of Csmith as well.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from lasynth.data.filters import Split, hash_fraction, new_rows, splits_of
from lasynth.data.shards import ShardInfo, TaskTable, read_info, shard_path, write_shard
from lasynth.data.statistics import Statistics
from lasynth.domains.c.behaviour import behaviours
from lasynth.domains.c.csmith import csmith_programs, csmith_version
from lasynth.domains.c.csmith_import import load_pycparser
from lasynth.domains.c.kinds import kinds_of
from lasynth.domains.c.machine import run_batch
from lasynth.domains.c.sampler import SamplerConfig
from lasynth.domains.c.simplify import simplify
from lasynth.domains.c.tasks import DrawnTasks, Verdict, draw_examples, draw_tasks
from lasynth.errors import InputError, ShardError
from lasynth.runner import InlineRunner, Runner

__all__ = ["GenerateConfig", "generate", "make_shard"]

_BLOCK: Final = 2048  # programs drawn at a time, at most
_SHARE: Final = {
    Split.TRAIN: 1 / 2,
    Split.VALID: 1 / 32,
    Split.TEST: 1 / 32,
}  # of them that are kept, roughly
_ITEMS_PER_SHARD: Final = 1 << 40
_MAX_DRAWN: Final = 2000  # drawn programs for each task asked for, before giving up
_THIN_SALT: Final = 1
_SOURCES: Final = ("sampler", "csmith")
_PER_RUN: Final = 4  # programs of one run of Csmith that make tasks, roughly


@dataclass(frozen=True, slots=True)
class GenerateConfig:
    """What tasks are like.

    Attributes:
        sampler: what the programs are like, and the length of the lists.
        simplify: whether the reference program is the simplified one, or the one that was drawn.
        num_examples: distinct inputs a task, half of them shown and half held out.
        max_value: inputs and outputs are in `[-max_value, max_value]`, 1 to 127.
        max_tries: lists drawn for one program before it is given up.
        keep_affine: share of the affine tasks that is kept; the choice goes by behaviour.
        source: where programs come from, `"sampler"` or `"csmith"`. For Csmith only the `num_cells`,
            `max_constant` and `max_tokens` of the sampler count.
    """

    sampler: SamplerConfig = field(default_factory=SamplerConfig)
    simplify: bool = True
    num_examples: int = 10
    max_value: int = 4
    max_tries: int = 400
    keep_affine: float = 1.0
    source: str = "sampler"

    def __post_init__(self) -> None:
        if not isinstance(self.sampler, SamplerConfig) or not isinstance(self.simplify, bool):
            raise InputError(
                f"sampler is {self.sampler!r}, simplify is {self.simplify!r}",
                hint="Give the sampler a name or settings, and simplify true or false.",
            )
        if self.source not in _SOURCES:
            raise InputError(
                f"no source of programs is called {self.source!r}",
                hint=f"Known are: {', '.join(_SOURCES)}.",
            )
        for key, low, high in (
            ("num_examples", 2, 100),
            ("max_value", 1, 127),
            ("max_tries", 1, 10**6),
            ("keep_affine", 0, 1),
        ):
            value = getattr(self, key)
            numeric = isinstance(value, float | int if key == "keep_affine" else int)
            if not numeric or isinstance(value, bool) or not low <= value <= high:
                raise InputError(f"{key} is {value!r}", hint=f"Give a number from {low} to {high}.")

    @classmethod
    def named(cls, name: str) -> Self:
        """`"small"` (simplified references) or `"paper"` (programs as they are drawn).

        Raises:
            InputError: no such setting.
        """
        return cls(sampler=SamplerConfig.named(name), simplify=name != "paper")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The setting of a mapping, as TOML or JSON give it; `sampler` is a name or a mapping.

        Raises:
            InputError: an unknown key, or a value that does not fit.
        """
        fields = dict(values)
        sampler = fields.pop("sampler", "small")
        if isinstance(sampler, str):
            sampler = SamplerConfig.named(sampler)
        elif isinstance(sampler, Mapping):
            sampler = dict(sampler)
            sampler = SamplerConfig.named(sampler.pop("name", "small"), **sampler)
        known = {f.name for f in dataclasses.fields(cls)}
        for key in fields:
            if key not in known:
                raise InputError(
                    f"generation has no setting {key!r}", hint=f"Known: {', '.join(sorted(known))}."
                )
        return cls(sampler=sampler, **fields)

    def to_dict(self) -> dict[str, Any]:
        """All fields as JSON values; `from_dict` reads them back equal."""
        values = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        if self.source == "sampler":
            del values["source"]  # as it was before there was another: shards of then are still the same
        return {**values, "sampler": self.sampler.to_dict()}


def make_shard(
    config: GenerateConfig, *, split: str, num_tasks: int, seed: int, shard: int
) -> tuple[TaskTable, dict[str, int]]:
    """The tasks of one shard, and the counts of what was drawn and dropped.

    Args:
        config: what they are like.
        split: only tasks of this split.
        num_tasks: how many.
        seed: any integer from 0.
        shard: shards of one seed draw different programs.

    Returns:
        `(table, counts)`; the counts are named as in `Statistics`.

    Raises:
        InputError: the setting yields next to no tasks.
    """
    tables: list[TaskTable] = []
    counts: Counter[str] = Counter()
    seen: set[int] = set()
    texts: set[bytes] = set()
    found = 0
    first = shard * _ITEMS_PER_SHARD
    while found < num_tasks:
        # Items do not depend on one another, so the size of a block does not matter to the result.
        block = min(max(round((num_tasks - found) / _SHARE[Split(split)]), 64), _BLOCK)
        if config.source == "csmith":
            block = -(-block // _PER_RUN)
        table = _draw_block(config, split, seed, first, block, seen, texts, counts)
        tables.append(table)
        found += len(table)
        first += block
        if max(counts["drawn"], counts["csmith_runs"]) > 100 * _BLOCK + _MAX_DRAWN * num_tasks:
            raise InputError("hardly any program drawn makes a task", hint="Check the sampler's weights.")
    table = TaskTable.concatenate(tables).rows(slice(num_tasks))
    width = int((table.tokens_PT != 0).sum(axis=1).max()) + 1
    raw_width = int((table.raw_PT != 0).sum(axis=1).max()) + 1
    return dataclasses.replace(
        table, tokens_PT=table.tokens_PT[:, :width], raw_PT=table.raw_PT[:, :raw_width]
    ), dict(counts)


def _draw(config: GenerateConfig, seed: int, first: int, count: int, counts: Counter[str]) -> DrawnTasks:
    """The programs of the next items, from the source of the setting, with their examples."""
    sampler = config.sampler
    limits = {
        "num_examples": config.num_examples,
        "max_value": config.max_value,
        "max_tries": config.max_tries,
    }
    if config.source == "sampler":
        return draw_tasks(sampler, seed, first, count, **limits)
    imported = csmith_programs(
        seed,
        first,
        count,
        num_cells=sampler.num_cells,
        max_constant=sampler.max_constant,
        max_tokens=sampler.max_tokens,
    )
    for name, number in imported.counts.items():
        counts[f"csmith_{name}"] += number
    return draw_examples(imported.tokens_PT, imported.keys_P, num_cells=sampler.num_cells, **limits)


def _draw_block(
    config: GenerateConfig,
    split: str,
    seed: int,
    first: int,
    block: int,
    seen: set[int],
    texts: set[bytes],
    counts: Counter[str],
) -> TaskTable:
    """The tasks among the next drawn programs; updates what was seen, and the counts."""
    num_cells = config.sampler.num_cells
    drawn = _draw(config, seed, first, block, counts)
    counts["drawn"] += len(drawn.verdicts_P)
    for verdict, number in zip(*np.unique(drawn.verdicts_P, return_counts=True), strict=True):
        counts[Verdict(verdict).name.lower()] += int(number)
    rows = np.flatnonzero(drawn.verdicts_P == Verdict.ACCEPTED)

    def keep(which: Any, reason: str) -> None:
        nonlocal rows
        counts[reason] += len(rows) - int(which.sum())
        rows = rows[which]

    keep(splits_of(drawn.hashes_P[rows]) == split, "other_split")
    kept_share = hash_fraction(drawn.hashes_P[rows], _THIN_SALT)
    keep(~drawn.affine_P[rows] | (kept_share < config.keep_affine), "thinned")
    keep(_new_texts(drawn.tokens_PT[rows], texts), "repeated_text")
    keep(new_rows(drawn.hashes_P[rows], seen), "repeated_behaviour")
    references = drawn.tokens_PT[rows]
    if config.simplify:
        references = simplify(references, num_cells=num_cells, max_value=config.max_value)
        hashes, _ = behaviours(references, num_cells=num_cells, max_value=config.max_value)
        outputs, _ = run_batch(references, drawn.inputs_PKN[rows])
        same = (hashes == drawn.hashes_P[rows]) & (outputs == drawn.outputs_PKN[rows]).all(axis=(1, 2))
        references = references[same]
        keep(same, "simplified_wrongly")
    counts["kept"] += len(rows)
    return TaskTable(
        tokens_PT=references.astype(np.int16),
        raw_PT=drawn.tokens_PT[rows].astype(np.int16),
        inputs_PKN=drawn.inputs_PKN[rows].astype(np.int8),
        outputs_PKN=drawn.outputs_PKN[rows].astype(np.int8),
        kinds_P=kinds_of(references),
        affine_P=drawn.affine_P[rows],
        hashes_P=drawn.hashes_P[rows],
    )


def _new_texts(tokens_PT: Any, texts: set[bytes]) -> Any:
    new = np.zeros(len(tokens_PT), dtype=np.bool_)
    for row, tokens in enumerate(tokens_PT):
        text = tokens[: int((tokens != 0).sum())].tobytes()
        new[row] = text not in texts
        texts.add(text)
    return new


def _write(info: ShardInfo, folder: str, config: GenerateConfig) -> int:
    """Make and write the shard that `info` describes, unless it is there; number of its tasks."""
    path = shard_path(folder, info.split, info.shard, info.of)
    if not path.exists():
        table, counts = make_shard(
            config, split=info.split, num_tasks=info.num_tasks, seed=info.seed, shard=info.shard
        )
        write_shard(path, table, dataclasses.replace(info, counts=counts))
    return info.num_tasks


def generate(
    out_dir: str | Path,
    config: GenerateConfig,
    *,
    split: str = "train",
    num_tasks: int,
    seed: int = 0,
    num_shards: int = 1,
    runner: Runner | None = None,
    progress: Callable[[int], None] | None = None,
) -> Statistics:
    """Write a data set as shards; a run that was cut short goes on where it was.

    Args:
        out_dir: the folder for the shards.
        config: what the tasks are like.
        split: `"train"`, `"valid"` or `"test"`.
        num_tasks: in all shards together; a few fewer remain where shards share a behaviour.
        seed: of the data set.
        num_shards: how many files.
        runner: where shards are made; in this process unless given.
        progress: called with the number of new tasks after each shard.

    Returns:
        The statistics of all shards.

    Raises:
        InputError: an argument that does not fit, or the source is Csmith and that is not installed.
        ShardError: a shard that is there was made otherwise, or is damaged.
    """
    if split not in list(Split):
        raise InputError(f"no split is called {split!r}", hint=f"Give one of {', '.join(Split)}.")
    if not 1 <= num_shards <= num_tasks:
        raise InputError(f"{num_tasks} tasks in {num_shards} shards", hint="Give each at least one task.")
    made_by = config.to_dict()
    if config.source == "csmith":
        load_pycparser()  # what is missing is said before anything is begun
        made_by["csmith_version"] = csmith_version()
    infos = []
    for shard in range(num_shards):
        info = ShardInfo(
            config=made_by,
            split=str(split),
            seed=seed,
            shard=shard,
            of=num_shards,
            num_tasks=num_tasks // num_shards + (shard < num_tasks % num_shards),
            num_cells=config.sampler.num_cells,
            num_examples=config.num_examples,
        )
        path = shard_path(out_dir, split, shard, num_shards)
        if path.exists() and read_info(path) != info:
            raise ShardError("made with other settings", str(path), "Delete it, or use another folder.")
        infos.append(info)
    Path(out_dir).mkdir(parents=True, exist_ok=True)
    for stale in Path(out_dir).glob(f".{split}-*.tmp"):  # of a run that was killed
        stale.unlink(missing_ok=True)
    for number in (runner or InlineRunner()).map(partial(_write, folder=str(out_dir), config=config), infos):
        if progress is not None:
            progress(number)
    return Statistics.of_shards(shard_path(out_dir, split, info.shard, num_shards) for info in infos)
