"""Replaying a data set: every reference program on every example of its task.

Shapes: P programs, K examples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from lasynth import domains
from lasynth.data.shards import read_shard
from lasynth.domains.base import right_examples
from lasynth.errors import ShardError
from lasynth.places import Place

__all__ = ["verify_shard", "verify_shards"]


def verify_shard(path: Place) -> int:
    """Run the programs of a shard, references and sampled ones, on all examples, shown and held out.

    Args:
        path: the shard.

    Returns:
        The number of its tasks.

    Raises:
        ShardError: the shard cannot be read, or a program does not reproduce an example, or the kind of a
            reference is another than the shard says; says which task.
    """
    table, info = read_shard(path)
    language = domains.get(info.domain)
    for name, tokens_PT in (("reference", table.tokens_PT), ("sampled program", table.raw_PT)):
        results = language.machine.run_batch(tokens_PT.astype(np.int32), table.inputs_PKN)
        right_PK = right_examples(*results, table.outputs_PKN)
        if not right_PK.all():
            task, example = np.argwhere(~right_PK)[0]
            what = f"the {name} of task {task + 1} does not reproduce example {example + 1}"
            raise ShardError(what, str(path), "Generate the data again.")
    kinds_P = language.generator().kinds_of(table.tokens_PT.astype(np.int32))
    if (kinds_P != table.kinds_P).any():
        task = np.flatnonzero(kinds_P != table.kinds_P)[0]
        raise ShardError(
            f"task {task + 1} is of another kind than stated", str(path), "Generate the data again."
        )
    return len(table)


def verify_shards(paths: Iterable[Place], progress: Callable[[int], None] | None = None) -> int:
    """Verify shards one after the other; the number of their tasks.

    Args:
        paths: the shards.
        progress: called with the number of tasks verified so far.

    Raises:
        ShardError: as `verify_shard`.
    """
    num_tasks = 0
    for path in paths:
        num_tasks += verify_shard(path)
        if progress is not None:
            progress(num_tasks)
    return num_tasks
