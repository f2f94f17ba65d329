from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from lasynth.config import read
from lasynth.data.dataset import Dataset
from lasynth.data.generate import generate
from lasynth.data.shards import read_shard
from lasynth.domains.c.generator import CTaskGenerator
from lasynth.errors import ShardError
from lasynth.task import Task


def test_a_folder_and_its_files_are_the_same(folder: Path, dataset: Dataset) -> None:
    files = sorted(folder.glob("train-*.parquet"))
    assert len(files) == 3
    again = Dataset.open(files)
    assert (again.tokens_PT == dataset.tokens_PT).all()
    assert [info.shard for info in dataset.infos] == [0, 1, 2]
    assert len(Dataset.open(files[0])) == 200


def test_arrays(dataset: Dataset) -> None:
    num = len(dataset)
    assert 500 < num < 600  # shards share some behaviours
    assert dataset.inputs_PKN.shape == dataset.outputs_PKN.shape == (num, 10, 5)
    assert (dataset.num_cells, dataset.num_shown) == (5, 5)
    assert dataset.tokens_PT.dtype == np.int16
    assert dataset.inputs_PKN.dtype == np.int8
    assert dataset.tokens_PT.shape[1] == dataset.lengths_P.max()
    assert (dataset.tokens_PT[np.arange(num), dataset.lengths_P - 1] == 0).all()
    assert (dataset.tokens_PT[np.arange(num), dataset.lengths_P - 2] != 0).all()


def test_repeats_across_shards_are_dropped(folder: Path, dataset: Dataset) -> None:
    tables = [read_shard(path)[0] for path in sorted(folder.glob("train-*.parquet"))]
    hashes = np.concatenate([table.hashes_P for table in tables])
    _, first = np.unique(hashes, return_index=True)
    assert len(first) < len(hashes)  # there are some
    assert (dataset.hashes_P == hashes[np.sort(first)]).all()


def test_a_part_of_it(folder: Path, dataset: Dataset) -> None:
    few = Dataset.open(folder, split="train", max_tasks=30)
    assert (few.hashes_P == dataset.hashes_P[:30]).all()
    short = Dataset.open(folder, split="train", max_tokens=25)
    assert short.lengths_P.max() <= 25
    assert len(short) == (dataset.lengths_P <= 25).sum()
    assert (dataset.rows(dataset.plain_P).hashes_P == dataset.hashes_P[dataset.plain_P]).all()


def test_tasks_are_half_shown(dataset: Dataset) -> None:
    for row, task in enumerate(dataset.rows(slice(5)).tasks()):
        assert [len(task.examples), len(task.held_out)] == [5, 5]
        assert task.examples[0].input == tuple(dataset.inputs_PKN[row, 0])
        assert task.held_out[4].output == tuple(dataset.outputs_PKN[row, 9])
        assert task.program is not None
        assert task.program.startswith("int * func_1(int a[])")
        assert Task.from_json(task.to_json()) == task


def test_splits_are_not_mixed(folder: Path) -> None:
    with pytest.raises(ShardError, match="split is train, but test in test-00000"):
        Dataset.open(folder)


def test_lists_of_other_lengths_are_not_mixed(folder: Path, tmp_path: Path) -> None:
    config = read(CTaskGenerator, {"sampler": {"num_cells": 4}})
    generate(tmp_path, config, num_tasks=10, num_shards=2)
    shutil.copy(next(folder.glob("train-*.parquet")), tmp_path)
    with pytest.raises(ShardError, match="num_cells is"):
        Dataset.open(tmp_path)


def test_nothing_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ShardError, match=r"no shards. Run `lasynth generate`."):
        Dataset.open(tmp_path)
    with pytest.raises(ShardError, match="no shards of split 'test'"):
        Dataset.open(tmp_path, split="test")
    with pytest.raises(ShardError, match="no such shard"):
        Dataset.open(tmp_path / "none.parquet")
