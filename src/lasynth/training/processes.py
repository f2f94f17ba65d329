"""The processes of a run: one, or several that share every batch and make the same update.

Each of several processes takes some rows of a batch. The losses are means over positions, cells and rows of
the whole batch, and the parts have different numbers of these. So a process weighs each of its means by its
part of the number, and the gradients of all are summed. (DistributedDataParallel would take the mean of the
means.)

Decisions and numbers go by gloo between the hosts, gradients by nccl where they are on GPUs. Before gradients
are summed, every process knows by gloo that all have theirs: a process that has ended is noticed there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor
from torch.distributed.distributed_c10d import PrefixStore, Store
from torch.distributed.rendezvous import rendezvous

from lasynth.data.batches import Batch
from lasynth.errors import InputError, TrainingError
from lasynth.training.losses import Losses

__all__ = ["OneProcess", "Processes", "SeveralProcesses", "joined"]

_ENVIRONMENT: Final = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")  # what torchrun says
_JOIN: Final = timedelta(minutes=5)
# The others wait while the first process validates or saves, however long that takes.
_WAIT: Final = timedelta(days=365)


class OneProcess:
    """A run in this process alone."""

    count = 1
    first = True

    def device(self, name: str) -> str:
        """The device that a name means to this process."""
        return name

    def speaks(self) -> bool:
        """Whether this process is the one that says why the run failed."""
        return True

    def most(self, *numbers: float) -> list[float]:
        """The largest of each number among all processes."""
        return list(numbers)

    def share(self, batch: Batch) -> Batch:
        """The rows of a batch that this process takes."""
        return batch

    def seed(self, seed: int, update: int) -> None:
        """Get the generators of dropout ready for an update."""

    def weigh(self, found: Losses, num_programs: int) -> Losses:
        """The part of this process in the losses of a whole batch."""
        return found

    def add_up(self, parameters: Sequence[Tensor], values: Tensor) -> Tensor:
        """Sum the gradients of all processes, and their parts of some values; returns these sums."""
        return values


class SeveralProcesses:
    """A run that this process shares with others.

    Args:
        rank: the number of this process; the first writes, measures and speaks for all.
        count: number of processes.
        store: where processes leave a word for one another.
        local: the number of this process on its machine.
    """

    def __init__(self, rank: int, count: int, store: Store, *, local: int) -> None:
        self.rank, self.count = rank, count
        self.first = rank == 0
        self._store, self._local = store, local

    def device(self, name: str) -> str:
        """See `OneProcess`: each process of a machine takes another GPU.

        Raises:
            InputError: one GPU is named for all.
        """
        if name.startswith("cuda:"):
            hint = 'Give "cuda": each process takes a GPU of its own.'
            raise InputError(f"{name} is one GPU, and there are {self.count} processes", "--device", hint)
        return f"cuda:{self._local}" if name == "cuda" else name

    def speaks(self) -> bool:
        """See `OneProcess`: the first one that asks."""
        try:
            return self._store.add("failed", 1) == 1
        except RuntimeError:  # the process that kept it has ended
            return True

    def most(self, *numbers: float) -> list[float]:
        """See `OneProcess`."""
        return self._reduced(numbers, dist.ReduceOp.MAX)

    def share(self, batch: Batch) -> Batch:
        """See `OneProcess`. Where rows are fewer than processes, some take the last row, with weight 0."""
        rows = np.arange(self.rank, len(batch), self.count)
        return batch.rows(rows if len(rows) else np.array([len(batch) - 1]))

    def seed(self, seed: int, update: int) -> None:
        """See `OneProcess`. The first goes on with the generators of the checkpoint, as one process does.

        The others have theirs by the number of the update, so that the checkpoint need not keep them.
        """
        if not self.first:
            torch.manual_seed(int(np.random.SeedSequence([seed, self.rank, update]).generate_state(1)[0]))

    def weigh(self, found: Losses, num_programs: int) -> Losses:
        """See `OneProcess`.

        Args:
            found: the losses of the share of this process.
            num_programs: of the whole batch.
        """
        assert found.counts is not None
        idle = self.rank >= num_programs
        counts = [0.0 if idle else float(count) for count in found.counts]
        totals = self._reduced(counts, dist.ReduceOp.SUM)
        return found.weighed([count / max(total, 1.0) for count, total in zip(counts, totals, strict=True)])

    def add_up(self, parameters: Sequence[Tensor], values: Tensor) -> Tensor:
        """See `OneProcess`. A parameter without a gradient in any process has none afterwards."""
        used = [parameter.grad is not None for parameter in parameters]
        if self.most(not all(used)) != [0.0]:
            used = [bool(any_of_them) for any_of_them in self.most(*used)]
        chosen = [parameter for parameter, is_used in zip(parameters, used, strict=True) if is_used]
        parts = [p.new_zeros(p.shape) if p.grad is None else p.grad for p in chosen]
        flat = torch.cat([values, *(part.flatten() for part in parts)])
        with _talking():
            dist.all_reduce(flat)
        summed, *gradients = flat.split([len(values), *(part.numel() for part in parts)])
        for parameter, gradient in zip(chosen, gradients, strict=True):
            parameter.grad = gradient.view_as(parameter)
        return summed

    def _reduced(self, numbers: Sequence[float], how: Any) -> list[float]:
        """Numbers of the hosts, reduced over all processes."""
        given = torch.tensor(numbers, dtype=torch.float64)
        with _talking():
            dist.all_reduce(given, how)
        return given.tolist()


Processes = OneProcess | SeveralProcesses


@contextmanager
def _talking() -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        hint = "Look for what it said. `--resume` continues from the last checkpoint."
        raise TrainingError("another process of the training has ended", None, hint) from error


@contextmanager
def joined(device: str) -> Iterator[Processes]:
    """The processes that torchrun started, as its environment says; without it, this one.

    Args:
        device: where the model will live.

    Raises:
        TrainingError: the other processes cannot be reached.
    """
    if any(name not in os.environ for name in _ENVIRONMENT) or os.environ["WORLD_SIZE"] == "1":
        yield OneProcess()
        return
    backend = "cpu:gloo,cuda:nccl" if device.startswith("cuda") and torch.cuda.is_available() else "gloo"
    with _talking():
        store, rank, count = next(rendezvous("env://", timeout=_JOIN))
        store = PrefixStore("lasynth", store)
        dist.init_process_group(backend, store=store, rank=rank, world_size=count, timeout=_WAIT)
    try:
        yield SeveralProcesses(rank, count, store, local=int(os.environ.get("LOCAL_RANK", rank)))
    finally:
        dist.destroy_process_group()
