"""Batches prepared ahead are those of the iteration, wherever it is set back."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from lasynth.data.batches import Batch, Batches
from lasynth.data.dataset import Dataset
from lasynth.data.generate import generate
from lasynth.domains.c.generator import CTaskGenerator
from lasynth.training.ahead import Ahead, Prepared

WAIT_S = 60


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("shards")
    generate(folder, CTaskGenerator.named("small"), num_tasks=20, seed=1)
    return Dataset.open(folder)


def plain(batch: Batch) -> Prepared:
    return Prepared(batch.items_B, batch, None)


def test_the_batches_are_those_of_the_iteration(data: Dataset) -> None:
    ahead, batches, straight = Ahead(plain), Batches(data, 8), Batches(data, 8)
    for number in range(8):  # two epochs and more
        prepared, batches = ahead.take(batches)
        expected = next(straight)
        np.testing.assert_array_equal(prepared.items_B, expected.items_B)
        np.testing.assert_array_equal(prepared.batch.inputs_BKN, expected.inputs_BKN)
        assert batches.state() == straight.state()
        if number != 4:
            ahead.begin(batches)
        if number in (2, 5):  # an update that is undone: the batch is drawn again
            batches.seek(straight.epoch, straight.position - 1)
            again, batches = ahead.take(batches)
            np.testing.assert_array_equal(again.items_B, expected.items_B)


def test_a_batch_is_prepared_before_it_is_taken(data: Dataset) -> None:
    done, threads = threading.Event(), []

    def prepare(batch: Batch) -> Prepared:
        threads.append(threading.current_thread())
        done.set()
        return plain(batch)

    ahead, batches = Ahead(prepare), Batches(data, 8)
    ahead.begin(batches)
    assert done.wait(WAIT_S)
    ahead.take(batches)
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()
    assert batches.position == 0


def test_what_goes_wrong_is_raised_where_the_batch_is_taken(data: Dataset) -> None:
    def prepare(batch: Batch) -> Prepared:
        raise MemoryError("no room")

    ahead, batches = Ahead(prepare), Batches(data, 8)
    ahead.begin(batches)
    with pytest.raises(MemoryError, match="no room"):
        ahead.take(batches)
    with pytest.raises(MemoryError, match="no room"):  # not begun: prepared here
        ahead.take(batches)
    assert (batches.epoch, batches.position) == (0, 0)
