"""Training by several processes: the updates are those of one, and whatever ends one process ends all."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
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
from lasynth.errors import InputError
from lasynth.models import KarelConfig, LaSynthConfig
from lasynth.models.kinds import model_config
from lasynth.training.checkpoint import load_checkpoint
from lasynth.training.config import TrainConfig
from lasynth.training.loop import Trainer
from lasynth.training.processes import SeveralProcesses

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


# A run by the command line ----------------------------------------------------------------------

TINY = """
batch_size = 4
num_programs = 120
warmup = 3
validate_every = 12
num_validate = 2
max_tokens = 60
[model]
embedding = 8
hidden = 16
decoder = 12
heads = 1
refinements = 1
"""


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> tuple[object, ...]:
    """The arguments of a run, but for its folder."""
    folder = tmp_path_factory.mktemp("command")
    for split, num_tasks in (("train", 60), ("valid", 4)):
        generate(folder / "data", CTaskGenerator.named("small"), split=split, num_tasks=num_tasks, seed=1)
    (folder / "tiny.toml").write_text(TINY)
    return ("train", "--data", folder / "data", "--config", folder / "tiny.toml", "--out")


def lasynth(*arguments: object, **environment: str) -> tuple[list[int], list[str]]:
    """Two processes of a command: their statuses, and all lines that they say."""
    statuses, messages = together.ended(together.start(2, "lasynth", *arguments, **environment))
    return statuses, [line for text in messages for line in text.splitlines()]


@pytest.mark.parametrize(
    ("how", "rank", "statuses", "message"),
    [
        ("error", "0", [2, 2], "there is not enough memory"),
        ("error", "1", [2, 2], "there is not enough memory"),
        ("diverge", "1", [2, 2], "training diverged: the loss of update 6 is not finite"),
        ("kill", "0", [-9, 2], "another process of the training has ended"),
        ("kill", "1", [2, -9], "another process of the training has ended"),
        ("term", "1", [143, 143], "Stopped after 24 of 120 programs"),
    ],
)
def test_whatever_ends_one_process_ends_all(
    how: str, rank: str, statuses: list[int], message: str, command: tuple[object, ...], tmp_path: Path
) -> None:
    found, lines = lasynth(*command, tmp_path / "run", BREAK=how, BREAK_RANK=rank)
    assert found == statuses
    said = [line for line in lines if not line.startswith("training: ")]
    assert len(said) == 1, said
    assert message in said[0]
    # What the first process had is saved, unless it was killed or holds no numbers.
    if how == "diverge" or (how, rank) == ("kill", "0"):
        assert not (tmp_path / "run" / "last.pt").exists()
    else:
        assert load_checkpoint(tmp_path / "run" / "last.pt")["updates"] == (6 if how == "term" else 5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--preset", "c-small"), "both --preset and --config are given"),
        (("--device", "cuda:0"), "cuda:0 is one GPU, and there are 2 processes"),
    ],
)
def test_a_mistake_is_said_once(
    options: tuple[object, ...], message: str, command: tuple[object, ...], tmp_path: Path
) -> None:
    statuses, lines = lasynth(*command, tmp_path / "run", *options)
    assert statuses == [2, 2]
    assert len(lines) == 1, lines
    assert message in lines[0]


def test_torchrun(command: tuple[object, ...], tmp_path: Path) -> None:
    """The documented command, stopped and resumed; the lines of metrics are those of one process."""
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    for more in (("--minutes", "0.0001"), ("--resume",)):
        arguments = [*torchrun, "-m", "lasynth", *map(str, command), str(tmp_path / "two"), *more]
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=together.WAIT_S)
        assert done.returncode == 0, done.stderr
    assert "Done. Try it" in done.stderr
    one = [sys.executable, "-m", "lasynth", *map(str, command), str(tmp_path / "one")]
    subprocess.run(one, check=True, timeout=together.WAIT_S)
    names, metrics = [], []
    for folder in (tmp_path / "one", tmp_path / "two"):
        names.append(sorted(path.name for path in folder.iterdir()))
        metrics.append([json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()])
    assert names[0] == names[1]
    assert [line["updates"] for line in metrics[0]] == [line["updates"] for line in metrics[1]] == [12, 24]


def test_what_cannot_be_shared_is_refused(data: Callable[[TrainConfig], Path], tmp_path: Path) -> None:
    several = SeveralProcesses(0, 2, None, local=0)
    config = peer("shin-trace")
    with pytest.raises(InputError, match="a model of kind shin-trace is trained by one process only"):
        Trainer(config, Dataset.open(data(config)), tmp_path, processes=several)


def test_processes_with_other_data_are_refused(
    data: Callable[[TrainConfig], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    several = SeveralProcesses(0, 2, None, local=0)
    config = CONFIGS["lists"]
    trainer = Trainer(config, Dataset.open(data(config)), tmp_path, processes=several)
    monkeypatch.setattr(several, "most", lambda *numbers: [numbers[0] + 1, *numbers[1:]])
    with pytest.raises(InputError, match="the processes have other configurations, data, weights"):
        list(trainer.run())
    assert list(tmp_path.iterdir()) == []
