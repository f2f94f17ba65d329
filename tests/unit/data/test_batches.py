from __future__ import annotations

import itertools
import json

import numpy as np
import pytest

from lasynth.data.batches import Batch, Batches
from lasynth.data.dataset import Dataset
from lasynth.errors import InputError

ARRAYS = ("tokens_BT", "lengths_B", "inputs_BKN", "outputs_BKN", "items_B")


def same(one: Batch, other: Batch) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ARRAYS)


def epoch(batches: Batches) -> list[Batch]:
    return [next(batches) for _ in range(batches.num_batches)]


def test_a_batch_holds_its_tasks(dataset: Dataset) -> None:
    for batch in epoch(Batches(dataset, 16, seed=1)):
        assert all(getattr(batch, name).dtype == np.int64 for name in ARRAYS)
        assert batch.tokens_BT.shape == (len(batch), batch.lengths_B.max())
        for row, item in enumerate(batch.items_B):
            length = dataset.lengths_P[item]
            assert batch.lengths_B[row] == length
            assert (batch.tokens_BT[row, :length] == dataset.tokens_PT[item, :length]).all()
            assert (batch.tokens_BT[row, length - 1 :] == 0).all()
            assert batch.inputs_BKN[row].shape == (5, 5)
            pairs = np.concatenate([batch.inputs_BKN[row], batch.outputs_BKN[row]], axis=1).tolist()
            known = np.concatenate([dataset.inputs_PKN[item], dataset.outputs_PKN[item]], axis=1).tolist()
            assert all(pair in known for pair in pairs)
            assert len({tuple(pair) for pair in pairs}) == 5


def test_an_epoch_takes_every_task_once(dataset: Dataset) -> None:
    batches = Batches(dataset, 16, seed=1)
    orders = []
    for _ in range(2):
        items = np.concatenate([batch.items_B for batch in epoch(batches)])
        assert (np.sort(items) == np.arange(len(dataset))).all()
        orders.append(items)
    assert (orders[0] != orders[1]).any()


def test_batches_are_of_similar_length_in_random_order(dataset: Dataset) -> None:
    batches = epoch(Batches(dataset, 16, seed=1))
    padding = sum(batch.tokens_BT.size for batch in batches) / dataset.lengths_P.sum() - 1
    assert padding < 0.1
    means = [batch.lengths_B.mean() for batch in batches]
    assert abs(np.corrcoef(means, np.arange(len(means)))[0, 1]) < 0.5


def test_a_resumed_iteration_is_the_uninterrupted_one(dataset: Dataset) -> None:
    whole = Batches(dataset, 32, seed=4)
    wanted = list(itertools.islice(whole, 3 * whole.num_batches))
    for stop in (0, 1, whole.num_batches, whole.num_batches + 3):
        before = Batches(dataset, 32, seed=4)
        for _ in range(stop):
            next(before)
        state = json.loads(json.dumps(before.state()))
        after = Batches(dataset, 32, seed=4)
        next(after)
        after.restore(state)
        assert all(same(next(after), batch) for batch in wanted[stop : stop + whole.num_batches + 1])


def test_a_state_of_something_else_is_refused(dataset: Dataset) -> None:
    state = Batches(dataset, 32, seed=4).state()
    others = (
        Batches(dataset, 16, seed=4),
        Batches(dataset, 32, seed=5),
        Batches(dataset.rows(slice(100)), 32, seed=4),
        Batches(dataset.rows(np.arange(1, len(dataset))), 32, seed=4),
    )
    for other in others:
        with pytest.raises(InputError, match="Resume with the same data and settings"):
            other.restore(state)


def test_shown_examples_are_a_function_of_seed_epoch_and_item(dataset: Dataset) -> None:
    def shown(batch_size: int, seed: int, num_epochs: int) -> dict[tuple[int, int], list[list[int]]]:
        batches = Batches(dataset, batch_size, seed=seed, num_epochs=num_epochs)
        found = {}
        for _ in range(num_epochs * batches.num_batches):
            batch = next(batches)
            for row, item in enumerate(batch.items_B):
                found[batches.epoch, int(item)] = batch.inputs_BKN[row].tolist()
        return found

    one = shown(16, 3, 2)
    assert one == shown(7, 3, 2)  # whatever the batch size
    assert sum(one[0, item] == one[1, item] for item in range(len(dataset))) < 0.05 * len(dataset)
    other = shown(16, 4, 1)
    assert sum(one[0, item] == other[0, item] for item in range(len(dataset))) < 0.05 * len(dataset)


def test_every_example_is_shown_as_often(dataset: Dataset) -> None:
    batches = Batches(dataset, 64)
    counts = np.zeros((10, 5))
    for epoch_number in range(4):
        batches.epoch = epoch_number
        shown = batches._shown(np.arange(len(dataset)))
        for place in range(5):
            counts[:, place] += np.bincount(shown[:, place], minlength=10)
    share = counts / counts.sum(axis=0)
    assert abs(share - 0.1).max() < 0.03


def test_fixed_examples_in_the_order_of_the_data(dataset: Dataset) -> None:
    batches = Batches(dataset, 50, random_examples=False, shuffle=False, num_epochs=1, num_shown=3)
    whole = list(batches)
    assert (np.concatenate([batch.items_B for batch in whole]) == np.arange(len(dataset))).all()
    inputs_PKN = np.concatenate([batch.inputs_BKN for batch in whole])
    assert (inputs_PKN == dataset.inputs_PKN[:, :3]).all()


def test_it_ends_after_the_epochs_asked_for(dataset: Dataset) -> None:
    batches = Batches(dataset, 100, num_epochs=2)
    assert len(list(batches)) == 2 * batches.num_batches
    with pytest.raises(StopIteration):
        next(batches)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_size": 0}, "batch_size is 0. Give at least 1."),
        ({"num_shown": 11}, "num_shown is 11. Give 1 to 10."),
        ({"num_shown": 0}, "num_shown is 0"),
    ],
)
def test_bad_arguments_are_said(dataset: Dataset, options: dict[str, int], message: str) -> None:
    with pytest.raises(InputError) as raised:
        Batches(dataset, **{"batch_size": 4, **options})  # type: ignore[arg-type]
    assert message in str(raised.value)


def test_an_empty_data_set_is_said(dataset: Dataset) -> None:
    with pytest.raises(InputError, match="the data set is empty"):
        Batches(dataset.rows(slice(0)), 4)
