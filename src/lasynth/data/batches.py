"""Batches for training: of similar length, in random order, reproducible after a resume.

All randomness is a function of the seed, the epoch and the number of the item or batch, so the state of an
iteration is two numbers.

Shapes: B tasks, T tokens, K shown examples, N numbers of an input or output (cells of a list, of a world).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lasynth.data.dataset import Dataset
from lasynth.domains.random import mix_words
from lasynth.errors import InputError

__all__ = ["Batch", "Batches"]

Ints = npt.NDArray[np.int64]
_POOL: Final = 50  # batches that are sorted by length together


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Some tasks.

    Attributes:
        tokens_BT: int64 reference programs, the final EOS included, padded by EOS.
        lengths_B: int64 tokens of each, that EOS counted.
        inputs_BKN, outputs_BKN: examples shown, of the type of the language (`Values.dtype`).
        items_B: int64 numbers of the tasks in the data set.
    """

    tokens_BT: Ints
    lengths_B: Ints
    inputs_BKN: npt.NDArray[Any]
    outputs_BKN: npt.NDArray[Any]
    items_B: Ints

    def __len__(self) -> int:
        return len(self.lengths_B)

    def rows(self, rows: Ints) -> Batch:
        """Some of the tasks, padded to the longest of these."""
        lengths = self.lengths_B[rows]
        return Batch(
            tokens_BT=self.tokens_BT[rows, : lengths.max()],
            lengths_B=lengths,
            inputs_BKN=self.inputs_BKN[rows],
            outputs_BKN=self.outputs_BKN[rows],
            items_B=self.items_B[rows],
        )


class Batches(Iterator[Batch]):
    """The batches of a data set, epoch after epoch.

    Args:
        dataset: the tasks.
        batch_size: B; the last batch of an epoch may be smaller.
        seed: of the order and the choice of examples.
        num_shown: K, the shown examples of a task; by default as the data set says.
        random_examples: draw the shown examples anew at every epoch; else show the first ones.
        shuffle: in random order; else in the order of the data set.
        num_epochs: passes over the data set; None for no end.

    Raises:
        InputError: an argument that does not fit.
    """

    def __init__(
        self,
        dataset: Dataset,
        batch_size: int,
        *,
        seed: int = 0,
        num_shown: int | None = None,
        random_examples: bool = True,
        shuffle: bool = True,
        num_epochs: int | None = None,
    ) -> None:
        num_examples = dataset.inputs_PKN.shape[1]
        self.num_shown = dataset.num_shown if num_shown is None else num_shown
        if not len(dataset):
            raise InputError("the data set is empty")
        if batch_size < 1:
            raise InputError(f"batch_size is {batch_size}", hint="Give at least 1.")
        if not 1 <= self.num_shown <= num_examples:
            raise InputError(f"num_shown is {self.num_shown}", hint=f"Give 1 to {num_examples}.")
        self.dataset = dataset
        self.batch_size = batch_size
        self.seed = seed
        self.random_examples = random_examples
        self.shuffle = shuffle
        self.num_epochs = num_epochs
        self.epoch = 0
        self.position = 0
        self._order = self._order_of(0)

    @property
    def num_batches(self) -> int:
        """Batches in an epoch."""
        return len(self._order)

    def __next__(self) -> Batch:
        if self.position == len(self._order):
            self.seek(self.epoch + 1, 0)
        if self.num_epochs is not None and self.epoch >= self.num_epochs:
            raise StopIteration
        items = self._order[self.position]
        self.position += 1
        return self._batch(items)

    def state(self) -> dict[str, int]:
        """Where the iteration stands, as JSON values."""
        return {"epoch": self.epoch, "position": self.position, **self._identity()}

    def restore(self, state: Mapping[str, int]) -> None:
        """Continue from a state, with the batches that would have followed.

        Raises:
            InputError: the state is of another data set, batch size or seed.
        """
        for key, value in self._identity().items():
            if state.get(key) != value:
                raise InputError(
                    f"the batches were made with {key} = {state.get(key)}, now it is {value}",
                    hint="Resume with the same data and settings.",
                )
        self.seek(state["epoch"], state["position"])

    def seek(self, epoch: int, position: int) -> None:
        """Go to a batch of an epoch; the next one is that."""
        if epoch != self.epoch:
            self._order = self._order_of(epoch)
        self.epoch, self.position = epoch, position

    def _identity(self) -> dict[str, int]:
        return {
            "seed": self.seed,
            "batch_size": self.batch_size,
            "num_tasks": len(self.dataset),
            "behaviours": int(np.bitwise_xor.reduce(self.dataset.hashes_P)),
        }

    def _order_of(self, epoch: int) -> list[Ints]:
        """The items of each batch of an epoch."""
        items = np.arange(len(self.dataset), dtype=np.int64)
        size = self.batch_size
        if not self.shuffle:
            return [items[start : start + size] for start in range(0, len(items), size)]
        rng = np.random.default_rng([self.seed, epoch])
        items = rng.permutation(items)
        lengths = self.dataset.lengths_P[items]
        # Sorted by length within a pool; items of one length stay in random order.
        pools = np.arange(len(items)) // (_POOL * size)
        items = items[np.lexsort((lengths, pools))]
        batches = [items[start : start + size] for start in range(0, len(items), size)]
        return [batches[index] for index in rng.permutation(len(batches))]

    def _batch(self, items: Ints) -> Batch:
        lengths = self.dataset.lengths_P[items].astype(np.int64)
        tokens = self.dataset.tokens_PT[items, : int(lengths.max())].astype(np.int64)
        shown = self._shown(items)
        rows = items[:, None]
        dtype = self.dataset.language.values.dtype
        return Batch(
            tokens_BT=tokens,
            lengths_B=lengths,
            inputs_BKN=self.dataset.inputs_PKN[rows, shown].astype(dtype, copy=False),
            outputs_BKN=self.dataset.outputs_PKN[rows, shown].astype(dtype, copy=False),
            items_B=items,
        )

    def _shown(self, items: Ints) -> Ints:
        """`[B, K]` which examples are shown: a function of (seed, epoch, item)."""
        num_examples = self.dataset.inputs_PKN.shape[1]
        if not self.random_examples:
            return np.broadcast_to(np.arange(self.num_shown), (len(items), self.num_shown))
        base = mix_words(np.array([self.seed, self.epoch], dtype=np.uint64))
        key = mix_words(base[:1] ^ (base[1:] << np.uint64(1)))
        numbers = items[:, None] * num_examples + np.arange(num_examples)
        words = mix_words(numbers.astype(np.uint64) ^ key)
        return np.argsort(words, axis=1, kind="stable")[:, : self.num_shown]
