"""Training by several processes: the updates are those of one, and whatever ends one process ends all."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import together
import torch

from lasynth.data.dataset import Dataset
from lasynth.data.generate import generate
from lasynth.domains.c.generator import CTaskGenerator
from lasynth.domains.c.grammar import FIRST_INT
from lasynth.domains.karel.generator import KarelTaskGenerator
from lasynth.domains.karel.grammar import NUM_TOKENS
from lasynth.models import KarelConfig, LaSynthConfig
from lasynth.models.build import model_config
from lasynth.training.checkpoint import load_checkpoint
from lasynth.training.config import TrainConfig
from lasynth.training.loop import Trainer

LISTS = LaSynthConfig(FIRST_INT + 17, embedding=8, hidden=16, decoder=12, heads=1)
WORLDS = KarelConfig(NUM_TOKENS, embedding=8, hidden=16, pair=16, reading=16, decoder=12, heads=1)
PEER = {"num_tokens": NUM_TOKENS, "embedding": 8, "hidden": 8, "example": 12, "decoder": 12}
# The last batch of an epoch is smaller, and the curriculum changes within the updates.
LESSON = {"batch_size": 7, "num_programs": 7 * 40, "warmup": 5, "curriculum": ((0.3, 45),), "replay": 0.25}


def peer(kind: str, **more: object) -> TrainConfig:
    return TrainConfig(model_config({"kind": kind, **PEER, **more}), **{**LESSON, "curriculum": ()})


CONFIGS = {
    "lists": TrainConfig(LISTS, **LESSON, exec_targets="statements"),
    "lists, at the end": TrainConfig(LISTS, **LESSON, exec_targets="end"),
    "worlds": TrainConfig(WORLDS, **{**LESSON, "curriculum": ((0.3, 14),)}, exec_targets="statements"),
    "exec": peer("exec"),
    "learned syntax": dataclasses.replace(peer("bunel", syntax="learned"), op_weight=0.1),
}
# Three processes for two programs: one of them is idle, in a batch of one program two.
FEW = dataclasses.replace(CONFIGS["lists"], batch_size=2, num_programs=48)
DROPPING = dataclasses.replace(CONFIGS["lists"], model=dataclasses.replace(LISTS, dropout=0.2))
NUM_UPDATES = 24


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Callable[[TrainConfig], Path]:
    folder = tmp_path_factory.mktemp("shards")
    generate(folder / "c", CTaskGenerator.named("small"), num_tasks=79, seed=1)
    generate(folder / "karel", KarelTaskGenerator.named("real"), num_tasks=79, seed=1)
    return lambda config: folder / config.model.domain


Jobs = Callable[..., dict[str, Any]]


@pytest.fixture
def shared(tmp_path: Path, data: Callable[[TrainConfig], Path]) -> Jobs:
    """Jobs done by several processes: the metrics by name, which are those of all processes."""

    def call(count: int, configs: dict[str, TrainConfig], **more: Any) -> dict[str, Any]:
        jobs = [
            {
                "config": config.to_json(),
                "data": str(data(config)),
                "folder": str(tmp_path / name),
                "resume": False,
                "updates": NUM_UPDATES,
                **more,
            }
            for name, config in configs.items()
        ]
        path = tmp_path / "jobs.json"
        path.write_text(json.dumps(jobs))
        statuses, messages = together.ended(together.start(count, "train", path))
        assert statuses == [0] * count, messages
        found = [json.loads(Path(f"{path}.{rank}").read_text()) for rank in range(count)]
        assert all(other == found[0] for other in found)
        for name in configs:
            weights = [torch.load(tmp_path / f"{name}.{rank}.pt") for rank in range(count)]
            assert all(torch.equal(other, weights[0]) for other in weights)
        return dict(zip(configs, found[0], strict=True))

    return call


def alone(config: TrainConfig, data: Path, folder: Path, *, resume: bool = False) -> Trainer:
    trainer = Trainer(config, Dataset.open(data), folder)
    if resume:
        trainer.resume()
    return trainer


def same(one: list[dict[str, float]], other: list[dict[str, float]]) -> None:
    """Metrics are equal to rounding, which updates enlarge."""
    assert len(one) == len(other)
    print(max(abs(h[k] - t[k]) / max(abs(t[k]), 1e-3) for h, t in zip(one, other) for k in t))
    for number, (here, there) in enumerate(zip(one, other, strict=True)):
        assert here == pytest.approx(there, rel=2e-4, abs=1e-5), number


def test_two_processes_learn_as_one(
    shared: Jobs, data: Callable[[TrainConfig], Path], tmp_path: Path
) -> None:
    found = shared(2, CONFIGS)
    for name, config in CONFIGS.items():
        trainer = alone(config, data(config), tmp_path / "alone" / name)
        same(found[name], together.updates(trainer, NUM_UPDATES))
        # Adam makes whole steps of gradients that are rounding alone: single weights may differ.
        weights = torch.cat([p.detach().flatten() for p in trainer.parameters])
        assert float((torch.load(tmp_path / f"{name}.0.pt") - weights).norm() / weights.norm()) < 1e-3
        trainer.save()
        mine, theirs = (load_checkpoint(tmp_path / folder / name / "last.pt") for folder in ("alone", "."))
        assert mine.keys() == theirs.keys()
        for part in ("seen", "rows"):
            assert torch.equal(mine[part], theirs[part])
        for part in ("batches", "updates", "programs", "data", "config"):
            assert mine[part] == theirs[part]


def test_more_processes_than_programs(
    shared: Jobs, data: Callable[[TrainConfig], Path], tmp_path: Path
) -> None:
    found = shared(3, {"few": FEW})
    same(found["few"], together.updates(alone(FEW, data(FEW), tmp_path / "alone"), NUM_UPDATES))


def test_a_run_is_resumed_by_another_number_of_processes(
    shared: Jobs, data: Callable[[TrainConfig], Path], tmp_path: Path
) -> None:
    config = CONFIGS["lists"]
    straight = together.updates(alone(config, data(config), tmp_path / "alone"), NUM_UPDATES)
    first = alone(config, data(config), tmp_path / "run")
    begun = together.updates(first, 8)
    first.save()
    second = shared(2, {"run": config}, resume=True, updates=8)["run"]
    third = together.updates(alone(config, data(config), tmp_path / "run", resume=True), 8)
    same([*begun, *second, *third], straight)


def test_dropout_differs_by_process_and_is_resumed_exactly(
    shared: Jobs, data: Callable[[TrainConfig], Path], tmp_path: Path
) -> None:
    straight = shared(2, {"straight": DROPPING}, updates=10)["straight"]
    assert straight[0]["prog"] != pytest.approx(
        together.updates(alone(DROPPING, data(DROPPING), tmp_path / "alone"), 1)[0]["prog"], rel=1e-5
    )
    begun = shared(2, {"halves": DROPPING}, updates=5)["halves"]
    assert begun + shared(2, {"halves": DROPPING}, updates=5, resume=True)["halves"] == straight
