"""The presets for a GPU: each is built and makes one update, here on a CPU with two short programs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from lasynth import domains
from lasynth.data.dataset import Dataset
from lasynth.data.generate import generate
from lasynth.training.config import read_config
from lasynth.training.loop import Trainer

# The name, and millions of parameters from and to.
PRESETS = {"c-paper": (120, 140), "c-base": (4, 12), "karel-base": (1, 8)}
SOURCES = {"c": "small", "karel": "real"}


@pytest.fixture(scope="module")
def data_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Dataset]:
    def make(domain: str) -> Dataset:
        folder = tmp_path_factory.mktemp(domain)
        generate(folder, domains.get(domain).generator().named(SOURCES[domain]), num_tasks=20, seed=1)
        return Dataset.open(folder)

    return make


@pytest.mark.parametrize("name", PRESETS)
def test_is_built_and_stepped(name: str, data_of: Callable[[str], Dataset], tmp_path: Path) -> None:
    config = replace(read_config(name), batch_size=2, curriculum=(), max_tokens=40)
    trainer = Trainer(config, data_of(config.model.domain), tmp_path)
    least, most = PRESETS[name]
    assert least < sum(p.numel() for p in trainer.model.parameters()) / 1e6 < most
    before = {key: weight[:1].clone() for key, weight in trainer.model.named_parameters()}
    metrics = trainer.update(trainer._next_batch())
    assert all(torch.isfinite(value) for value in metrics.values())
    assert metrics["exec"] > 0
    changed = {key for key, weight in trainer.model.named_parameters() if (weight[:1] != before[key]).any()}
    for part in ("decoder.lstm", "executor", "reader", "history", "output"):
        assert any(key.startswith(part) for key in changed), part


def test_the_largest_has_the_sizes_of_the_release() -> None:
    config = read_config("c-paper")
    model = config.model.to_json()
    sizes = {"embedding": 1024, "hidden": 1024, "decoder": 1024, "decoder_layers": 2, "list_layers": 2}
    assert sizes.items() <= model.items()
    assert (config.batch_size, model["period"], model["refinements"]) == (8, 16, 2)
