from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from lasynth.data.dataset import Dataset
from lasynth.data.shards import read_shard
from lasynth.data.statistics import Lengths, Statistics
from lasynth.domains.c.kinds import Kind


def test_counts_add_up(folder: Path, dataset: Dataset) -> None:
    files = sorted(folder.glob("train-*.parquet"))
    found = Statistics.of_shards(files)
    drawn = sum(read_shard(path)[1].counts["drawn"] for path in files)
    kept = sum(read_shard(path)[1].counts["kept"] for path in files)
    assert found.num_tasks == len(dataset)
    assert found.num_tasks + found.num_repeated == 600
    assert found.num_drawn == drawn == kept + sum(found.rejected.values())
    assert 0.7 < found.acceptance < 1
    assert found.rejected["invalid"] == 0
    assert min(found.rejected[reason] for reason in ("constant", "identity", "repeated_behaviour")) > 0


def test_shares_are_those_of_the_tasks(dataset: Dataset) -> None:
    found = Statistics.of(dataset)
    assert found.plain == pytest.approx(dataset.plain_P.mean())
    loops = np.isin(dataset.kinds_P, (Kind.FOR_ONLY, Kind.MIXTURE))
    assert found.with_loop == pytest.approx(loops.mean())
    assert found.constructs["for"] == pytest.approx(found.with_loop)
    assert sum(found.kinds.values()) == pytest.approx(1)
    assert sum(found.loop_depths) == pytest.approx(1)
    assert sum(found.block_depths) == pytest.approx(1)
    weighted = sum(found.kinds[kind] * share for kind, share in found.plain_by_kind.items())
    assert weighted == pytest.approx(found.plain)
    assert found.lengths.mean == pytest.approx(dataset.lengths_P.mean() - 1)
    assert found.lengths.mean < found.raw_lengths.mean


def test_lengths() -> None:
    tokens_PT = np.tril(np.ones((5, 5), dtype=np.int16))
    assert Lengths.of(tokens_PT, 0) == Lengths(3.0, (1.2, 2.0, 3.0, 4.0, 4.8), 5)


def test_the_page_shows_it(dataset: Dataset) -> None:
    found = Statistics.of(dataset)
    text = found.to_text()
    for words in (
        f"tasks  {' ' * 17}{len(dataset)}",
        "For-only",
        "same behaviour as another",
        "nested for",
        "loops, 1 deep",
    ):
        assert words in text
    console = Console(width=120, record=True, file=None)
    with console.capture() as capture:
        console.print(found)
    assert "same behaviour as another" in capture.get()


def test_json_holds_it_all(dataset: Dataset) -> None:
    found = Statistics.of(dataset)
    document = json.loads(json.dumps(found.to_json()))
    assert document["num_tasks"] == len(dataset)
    assert document["lengths"]["mean"] == found.lengths.mean
    assert document["acceptance"] == found.acceptance
    assert document["kinds"]["Mixture"] == found.kinds["Mixture"]
