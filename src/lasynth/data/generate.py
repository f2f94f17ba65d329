"""Generating tasks: draw, filter, simplify, drop repeats, write shards (section 4.1 of the paper).

A language's task generator (`lasynth.domains.generator`) draws programs with their examples and rejects those
that make no task. Here those of another split are dropped, and repeated behaviours, unless the generator
allows them in training. A shard is a function of (seed, shard, config, split, number of tasks) alone, and of
the version of Csmith if that makes the programs.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any, Final

import numpy as np

from lasynth import domains
from lasynth.data.filters import Split, hash_fraction, new_rows, splits_of
from lasynth.data.shards import ShardInfo, TaskTable, check_arrived, read_info, shard_path, write_shard
from lasynth.data.statistics import Statistics
from lasynth.domains.generator import TaskGenerator
from lasynth.errors import InputError, ShardError
from lasynth.files import claimed, remove_leftovers
from lasynth.places import Place, place_of
from lasynth.quoting import quoted
from lasynth.runner import InlineRunner, Runner

__all__ = ["generate", "make_shard"]

_BLOCK: Final = 2048  # programs drawn at a time, at most
_SHARE: Final = {Split.TRAIN: 1 / 2, Split.VALID: 1 / 32, Split.TEST: 1 / 32}  # roughly, of them kept
_ITEMS_PER_SHARD: Final = 1 << 40
_MAX_DRAWN: Final = 2000  # drawn programs for each task asked for, before giving up
_THIN_SALT: Final = 1
_SIMPLIFY_SALT: Final = 2


def make_shard(
    config: TaskGenerator, *, split: str, num_tasks: int, seed: int, shard: int
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
        InputError: the settings reject almost every program.
    """
    tables: list[TaskTable] = []
    counts: Counter[str] = Counter()
    seen: set[int] = set()
    texts: set[bytes] = set()
    found = 0
    first = shard * _ITEMS_PER_SHARD
    while found < num_tasks:
        # Items are independent, so the size of a block does not change the result.
        block = min(max(round((num_tasks - found) / _SHARE[Split(split)]), 64), _BLOCK)
        block = config.items(block)
        table = _draw_block(config, split, seed, first, block, seen, texts, counts)
        tables.append(table)
        found += len(table)
        first += block
        if max(counts["drawn"], counts["csmith_runs"]) > 100 * _BLOCK + _MAX_DRAWN * num_tasks:
            raise InputError("almost every sampled program was rejected", hint="Check the sampler's weights.")
    eos = domains.get(config.DOMAIN).grammar.eos
    table = TaskTable.concatenate(tables, eos).rows(slice(num_tasks))
    widths = [int((part != eos).sum(axis=1).max()) + 1 for part in (table.tokens_PT, table.raw_PT)]
    tokens_PT, raw_PT = table.tokens_PT[:, : widths[0]], table.raw_PT[:, : widths[1]]
    return dataclasses.replace(table, tokens_PT=tokens_PT, raw_PT=raw_PT), dict(counts)


def _repeats(config: TaskGenerator, split: str) -> bool:
    """Whether tasks of a split may share a behaviour."""
    # One behaviour in sixteen is for tests: a frequent one would be sixteen times as frequent there.
    return config.repeats and (split == Split.TRAIN or not config.disjoint)


def _draw_block(
    config: TaskGenerator,
    split: str,
    seed: int,
    first: int,
    block: int,
    seen: set[int],
    texts: set[bytes],
    counts: Counter[str],
) -> TaskTable:
    """The tasks among the next drawn programs; updates what was seen, and the counts."""
    drawn = config.draw(seed, first, block, counts)
    counts["drawn"] += len(drawn.verdicts_P)
    for verdict, number in zip(*np.unique(drawn.verdicts_P, return_counts=True), strict=True):
        counts[config.VERDICTS(verdict).name.lower()] += int(number)
    rows = np.flatnonzero(drawn.verdicts_P == 0)

    def keep(which: Any, reason: str) -> None:
        nonlocal rows
        counts[reason] += len(rows) - int(which.sum())
        rows = rows[which]

    if config.disjoint:
        keep(splits_of(drawn.hashes_P[rows]) == split, "other_split")
    kept_share = hash_fraction(drawn.hashes_P[rows], _THIN_SALT)
    keep(~drawn.plain_P[rows] | (kept_share < config.keep_plain), "thinned")
    if not _repeats(config, split):
        keep(
            _new_texts(drawn.tokens_PT[rows], texts, domains.get(config.DOMAIN).grammar.eos), "repeated_text"
        )
        keep(new_rows(drawn.hashes_P[rows], seen), "repeated_behaviour")
    references = drawn.tokens_PT[rows]
    if config.simplify:
        chosen = np.flatnonzero(hash_fraction(drawn.hashes_P[rows], _SIMPLIFY_SALT) < config.simplify)
        simplified, right = config.references(drawn.rows(rows[chosen]))
        references[chosen] = domains.get(config.DOMAIN).grammar.eos
        references[chosen, : simplified.shape[1]] = simplified
        same = np.ones(len(rows), dtype=np.bool_)
        same[chosen] = right
        references = references[same]
        keep(same, "simplified_wrongly")
    counts["kept"] += len(rows)
    return TaskTable(
        tokens_PT=references.astype(np.int16),
        raw_PT=drawn.tokens_PT[rows].astype(np.int16),
        inputs_PKN=drawn.inputs_PKN[rows].astype(config.VALUES),
        outputs_PKN=drawn.outputs_PKN[rows].astype(config.VALUES),
        kinds_P=config.kinds_of(references),
        plain_P=drawn.plain_P[rows],
        hashes_P=drawn.hashes_P[rows],
    )


def _new_texts(tokens_PT: Any, texts: set[bytes], eos: int) -> Any:
    new = np.zeros(len(tokens_PT), dtype=np.bool_)
    for row, tokens in enumerate(tokens_PT):
        text = tokens[: int((tokens != eos).sum())].tobytes()
        new[row] = text not in texts
        texts.add(text)
    return new


def _write(info: ShardInfo, folder: str, config: TaskGenerator) -> int:
    """Make and write the shard that `info` describes, unless it exists; return its number of tasks."""
    path = shard_path(folder, info.split, info.shard, info.of)
    if not path.exists():
        table, counts = make_shard(
            config, split=info.split, num_tasks=info.num_tasks, seed=info.seed, shard=info.shard
        )
        write_shard(path, table, dataclasses.replace(info, counts=counts))
    return info.num_tasks


def generate(
    out_dir: str | Place,
    config: TaskGenerator,
    *,
    split: str = "train",
    num_tasks: int,
    seed: int = 0,
    num_shards: int = 1,
    runner: Runner | None = None,
    progress: Callable[[int], None] | None = None,
) -> Statistics:
    """Write a data set as shards; continues a run that was cut short.

    Args:
        out_dir: the folder for the shards, or its URL.
        config: what the tasks are like.
        split: `"train"`, `"valid"` or `"test"`.
        num_tasks: in all shards together; reading drops a few if shards share a behaviour.
        seed: of the data set.
        num_shards: how many files.
        runner: where shards are made; in this process by default.
        progress: called with the number of new tasks after each shard.

    Returns:
        The statistics of all shards.

    Raises:
        InputError: an argument that does not fit, Csmith is the source and is not installed, another process
            generates this split in the folder, or workers on other machines would not find it.
        ShardError: an existing shard is damaged, or was made with other settings; or a worker has written a
            shard where this process does not find it.
    """
    if split not in list(Split):
        raise InputError(f"unknown split {quoted(split)}", hint=f"Give one of {', '.join(Split)}.")
    if not 1 <= num_shards <= num_tasks:
        raise InputError(f"{num_tasks} tasks in {num_shards} shards", hint="Give each at least one task.")
    made_by = config.made_by()
    infos = []
    for shard in range(num_shards):
        info = ShardInfo(
            config=made_by,
            split=str(split),
            seed=seed,
            shard=shard,
            of=num_shards,
            num_tasks=num_tasks // num_shards + (shard < num_tasks % num_shards),
            num_cells=config.num_cells,
            num_examples=config.num_examples,
            domain=config.DOMAIN,
            dialect=domains.get(config.DOMAIN).dialect,
            num_shown=config.num_shown,
            repeats=_repeats(config, split),
        )
        infos.append(info)
    runner = runner or InlineRunner()
    folder, names = place_of(out_dir), f"{split}-*"
    work = partial(_write, folder=runner.sent(folder), config=config)
    with claimed(folder, split, leftovers=names):
        for info in infos:
            path = shard_path(folder, split, info.shard, num_shards)
            if path.exists() and read_info(path) != info:
                raise ShardError("made with other settings", str(path), "Delete it, or use another folder.")
        try:
            with closing(runner.map(work, infos)) as found:
                for info, number in zip(infos, found, strict=True):
                    check_arrived(shard_path(folder, split, info.shard, num_shards))
                    if progress is not None:
                        progress(number)
        finally:
            remove_leftovers(folder, names)  # of workers that were ended while they wrote
        return Statistics.of_shards(shard_path(folder, split, info.shard, num_shards) for info in infos)
