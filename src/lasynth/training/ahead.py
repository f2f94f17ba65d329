"""Batches, prepared in a thread beside the step before.

What a step needs besides the network is made by the processor alone: the rows, the mask of the grammar, the
machine's runs of partial programs. A GPU would wait for it. Compiled functions release the interpreter.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lasynth.data.batches import Batch, Batches
from lasynth.training.losses import Targets

__all__ = ["Ahead", "Prepared"]


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A batch that is ready for a step.

    Attributes:
        items_B: numbers of the tasks of the whole batch.
        batch: the tasks of this process: all of them, or its share.
        targets: what their programs are compared with.
    """

    items_B: npt.NDArray[np.int64]
    batch: Batch
    targets: Targets | None

    def __len__(self) -> int:
        return len(self.items_B)


_Result = tuple[Prepared, Batches]


class Ahead:
    """Takes batches, each prepared while the one before is learned.

    Args:
        prepare: of a batch; called in a thread.
    """

    def __init__(self, prepare: Callable[[Batch], Prepared]) -> None:
        self._prepare = prepare
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="batches")
        self._begun: tuple[Batches, int, int, Future[_Result]] | None = None

    def take(self, batches: Batches) -> _Result:
        """The next batch, and the iteration behind it; the given one stays where it is.

        Raises:
            Exception: whatever the preparation raises.
        """
        begun, self._begun = self._begun, None
        # After an update that was undone, and in another phase of the curriculum, another batch is next.
        if begun is not None and begun[0] is batches and begun[1:3] == (batches.epoch, batches.position):
            return begun[3].result()
        return self._taken(copy.copy(batches))

    def begin(self, batches: Batches) -> None:
        """Begin to prepare the next batch of an iteration."""
        future = self._thread.submit(self._taken, copy.copy(batches))
        self._begun = batches, batches.epoch, batches.position, future

    def _taken(self, batches: Batches) -> _Result:
        return self._prepare(next(batches)), batches
