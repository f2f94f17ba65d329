from __future__ import annotations

from pathlib import Path

import pytest

from lasynth.data.dataset import Dataset
from lasynth.data.generate import generate
from lasynth.domains.c.generator import CTaskGenerator


@pytest.fixture(scope="session")
def config() -> CTaskGenerator:
    return CTaskGenerator.named("small")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory, config: CTaskGenerator) -> Path:
    """Shards of every split: 600 training tasks in three shards, 100 tasks for each other split."""
    path = tmp_path_factory.mktemp("data")
    generate(path, config, split="train", num_tasks=600, seed=1, num_shards=3)
    generate(path, config, split="valid", num_tasks=100, seed=2)
    generate(path, config, split="test", num_tasks=100, seed=2)
    return path


@pytest.fixture(scope="session")
def dataset(folder: Path) -> Dataset:
    return Dataset.open(folder, split="train")
