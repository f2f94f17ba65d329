"""The other Karel systems learn their objectives, and their runs can be resumed like any other."""

from __future__ import annotations

import importlib.util
import itertools
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from lasynth import models
from lasynth.data.dataset import Dataset
from lasynth.data.generate import generate
from lasynth.domains.c.generator import CTaskGenerator
from lasynth.domains.karel.generator import KarelTaskGenerator
from lasynth.domains.karel.language import LANGUAGE
from lasynth.domains.karel.steps import LEAP
from lasynth.errors import InputError
from lasynth.models.baselines.shin_trace import TraceModel
from lasynth.models.baselines.shin_world import Steps
from lasynth.search import Beam, Problem, SearchConfig, search
from lasynth.training.config import TrainConfig, read_config
from lasynth.training.loop import Trainer
from lasynth.training.objectives import InferredTraces
from lasynth.training.reinforce import expected_best, log_probs
from lasynth.training.traces import TRACES, TraceTable, task_keys
from lasynth.training.validation import validator

SCRIPT = Path(__file__).parents[3] / "experiments" / "infer_traces.py"
SIZES: dict[str, Any] = {"hidden": 16, "example": 16, "embedding": 8, "decoder": 12}
SHIN: dict[str, Any] = {**SIZES, "grid": 8, "max_actions": 20, "beam": 6}
RUN = {"batch_size": 8, "num_programs": 200, "warmup": 5, "max_tokens": 60}


def config_of(kind: str, sizes: dict[str, Any] = SIZES, **run: Any) -> TrainConfig:
    return TrainConfig.from_json({**RUN, **run, "model": {"kind": kind, **sizes}})


@pytest.fixture(scope="module")
def script() -> Any:
    """`experiments/infer_traces.py` as a module."""
    spec = importlib.util.spec_from_file_location("infer_traces", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shards")
    generate(path, KarelTaskGenerator.named("real"), num_tasks=120, seed=1)
    return path


@pytest.fixture(scope="module")
def data(folder: Path) -> Dataset:
    return Dataset.open(folder)


@pytest.fixture(scope="module")
def easy(data: Dataset) -> Dataset:
    """Tasks of the shortest programs."""
    return data.rows(np.argsort(data.lengths_P, kind="stable")[:12])


@pytest.fixture(scope="module")
def first_stage(easy: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of a first stage of Shin et al. that writes some easy traces."""
    path = tmp_path_factory.mktemp("first")
    config = config_of("shin-trace", SHIN, num_programs=1200, learning_rate=1e-2)
    trainer = Trainer(config, easy, path)
    list(trainer.run())
    models.save(trainer.model, config.model, path / "model.safetensors", {})
    return path


@pytest.fixture(scope="module")
def supervised(easy: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of a model of Bunel et al. that solves some easy tasks."""
    path = tmp_path_factory.mktemp("bunel")
    config = config_of("bunel", num_programs=800, learning_rate=1e-2)
    trainer = Trainer(config, easy, path)
    list(trainer.run())
    models.save(trainer.model, config.model, path / "model.safetensors", {})
    return path


def train(trainer: Trainer, num_updates: int) -> list[dict[str, float]]:
    found = []
    for _ in range(num_updates):
        metrics = trainer.update(trainer._next_batch())
        found.append({name: float(value) for name, value in metrics.items()})
    return found


def stages(name: str, first_stage: Path, supervised: Path) -> TrainConfig:
    return {
        "bunel": config_of("bunel"),
        "syntax": config_of("bunel", {**SIZES, "syntax": "learned"}, op_weight=1e-3),
        "exec": config_of("exec"),
        "trace": config_of("shin-trace", SHIN),
        "code": config_of("shin-code", {**SHIN, "writer": 12}, traces=str(first_stage)),
        "reinforce": config_of("bunel", start=str(supervised), reinforce={"beam": 4}),
    }[name]


@pytest.mark.parametrize("name", ["bunel", "syntax", "exec", "trace", "code", "reinforce"])
def test_resume_equals_uninterrupted(
    name: str, data: Dataset, first_stage: Path, supervised: Path, tmp_path: Path
) -> None:
    config = stages(name, first_stage, supervised)
    assert TrainConfig.from_json(json.loads(json.dumps(config.to_json()))) == config
    straight = train(Trainer(config, data, tmp_path / "straight"), 5)
    first = Trainer(config, data, tmp_path / "halves")
    begun = train(first, 2)
    first.save()
    second = Trainer(config, data, tmp_path / "halves")
    second.resume()
    assert begun + train(second, 3) == straight


@pytest.mark.parametrize("name", ["bunel", "syntax", "exec", "trace", "code"])
def test_losses_fall(name: str, data: Dataset, first_stage: Path, supervised: Path, tmp_path: Path) -> None:
    config = replace(stages(name, first_stage, supervised), learning_rate=1e-2, num_programs=10**6)
    few = data.rows(slice(16))
    losses = [metrics["prog"] for metrics in train(Trainer(config, few, tmp_path), 30)]
    assert sum(losses[-5:]) < 0.85 * sum(losses[:5])


@pytest.mark.parametrize("name", ["syntax", "exec", "trace", "code"])
def test_models_are_saved_loaded_and_measured(
    name: str, data: Dataset, first_stage: Path, supervised: Path, tmp_path: Path
) -> None:
    config = stages(name, first_stage, supervised)
    trainer = Trainer(config, data, tmp_path)
    path = tmp_path / "model.safetensors"
    models.save(trainer.model, config.model, path, {})
    loaded = models.load(path)
    assert loaded.config == config.model
    for key, weight in trainer.model.state_dict().items():
        assert torch.equal(loaded.model.state_dict()[key], weight)
    tasks = data.tasks()[:3]
    assert 0 <= validator(tasks, config.model, beam=2)(loaded.model)["solved"] <= 1
    if name == "trace":
        with pytest.raises(InputError, match="writes traces"):
            loaded.start(*(array[None] for array in LANGUAGE.encode(tasks[0].examples)))
    else:
        limits = SearchConfig(max_tokens=20, enough=None)
        found = search([Beam(scorer=loaded, width=2)], [Problem.of(task) for task in tasks], limits)
        assert len(found) == 3


def test_presets_build() -> None:
    for name in ("bunel", "bunel-syntax", "bunel-rl", "bunel-paper", "exec", "shin-trace", "shin-code"):
        config = read_config(f"karel-{name}")
        assert TrainConfig.from_json(config.to_json()) == config
        torch.manual_seed(0)
        assert sum(p.numel() for p in models.build(config.model).parameters()) < 13_000_000
    torch.manual_seed(0)
    bunel = models.build(read_config("karel-bunel").model).state_dict()
    torch.manual_seed(0)
    execed = models.build(read_config("karel-exec").model).state_dict()
    assert all(torch.equal(execed[key], weight) for key, weight in bunel.items())


# Traces -----------------------------------------------------------------------------------------


def test_stored_traces_replay(data: Dataset, first_stage: Path, folder: Path, script: Any) -> None:
    for _ in range(2):  # the second time all traces exist
        assert script.main(["--run", str(first_stage), "--data", str(folder), "--max-tasks", "110"]) == 0
    table = TraceTable.read(first_stage / TRACES)
    assert len(table) == 110
    rows = np.arange(110)
    assert table.places(task_keys(data, rows)).tolist() == rows.tolist()
    assert table.places(task_keys(data, np.array([115]))).tolist() == [-1]
    assert 0 < table.right_PK.sum() < table.right_PK.size
    for row, example in itertools.product(range(110), range(6)):
        actions = table.traces(row, 64)[example]
        inputs, outputs = (
            torch.from_numpy(array[row, example][None]) for array in (data.inputs_PKN, data.outputs_PKN)
        )
        steps = Steps.of(inputs, outputs, torch.from_numpy(actions[None]))
        assert (actions[0] == LEAP) == (not table.right_PK[row, example])
        assert np.array_equal(steps.worlds_Q[-1], outputs[0])  # by actions or by a leap


def test_batches_find_the_traces_of_their_examples(data: Dataset, first_stage: Path, script: Any) -> None:
    config = config_of("shin-code", {**SHIN, "writer": 12}, traces=str(first_stage))
    model = models.load(first_stage / "model.safetensors").model
    assert isinstance(model, TraceModel)
    tables = list(script.infer_traces(model, data.rows(slice(60)), together=16))
    objective = InferredTraces(config, data)
    objective.table = TraceTable.concatenate(tables)  # only the first half: the rest is inferred
    trainer = Trainer(config, data, first_stage / "second")
    batch = trainer._next_batch().batch
    rows = trainer.rows[batch.items_B]
    assert 0 < (rows < 60).sum() < len(rows)
    actions = objective.traces_of(batch, rows)
    inputs, outputs = (
        torch.from_numpy(array.reshape(-1, array.shape[-1]))
        for array in (batch.inputs_BKN, batch.outputs_BKN)
    )
    steps = Steps.of(inputs, outputs, torch.from_numpy(actions.reshape(-1, actions.shape[-1])))
    last = steps.lengths_N.cumsum(0) - 1
    assert np.array_equal(steps.worlds_Q[last], outputs)


def test_a_missing_or_other_first_stage_is_said(data: Dataset, first_stage: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="`traces` is missing"):
        Trainer(config_of("shin-code", SHIN), data, tmp_path)
    with pytest.raises(InputError, match="no trained shin-trace model in this folder"):
        Trainer(config_of("shin-code", SHIN, traces=str(tmp_path)), data, tmp_path)
    with pytest.raises(InputError, match="of these sizes"):
        Trainer(config_of("shin-code", {**SHIN, "grid": 12}, traces=str(first_stage)), data, tmp_path)
    damaged = tmp_path / TRACES
    damaged.write_bytes(b"PAR1 and no more")
    with pytest.raises(InputError, match="damaged"):
        TraceTable.read(damaged)


# Reinforcement ----------------------------------------------------------------------------------


def test_the_closed_form_is_the_mean_of_bags() -> None:
    rng = np.random.default_rng(0)
    scores = torch.from_numpy(rng.normal(size=(3, 6)))
    scores[1, 4:] = -torch.inf
    rewards = torch.from_numpy(rng.integers(0, 2, (3, 6)).astype(float))
    rewards[2] = torch.tensor([0.0, 0.5, 0.5, 1.0, 0.2, 0.0])
    for bag in (1, 5):
        found = expected_best(scores, rewards, bag)
        for row in range(3):
            chances = scores[row].softmax(0).numpy()
            drawn = rng.choice(6, size=(40_000, bag), p=chances)
            assert abs(rewards[row].numpy()[drawn].max(axis=1).mean() - float(found[row])) < 0.01
    wrong = (scores.softmax(1) * (rewards == 0)).sum(1)
    torch.testing.assert_close(expected_best(scores, (rewards > 0).double(), 5), 1 - wrong**5)


def test_its_gradient_asks_for_the_right_program() -> None:
    scores = torch.tensor([[0.0, -1.0, -2.0]], requires_grad=True)
    expected_best(scores, torch.tensor([[0.0, 1.0, 0.0]]), 5).sum().backward()
    assert scores.grad is not None
    signs = scores.grad[0].sign().tolist()
    assert signs == [-1.0, 1.0, -1.0]


def test_programs_are_scored_as_in_the_search(data: Dataset, supervised: Path) -> None:
    loaded = models.load(supervised / "model.safetensors")
    tasks = data.tasks()[:4]
    problems, limits = [Problem.of(task) for task in tasks], SearchConfig(max_tokens=40, enough=None)
    results = search([Beam(scorer=loaded, width=3)], problems, limits)
    for task, result in zip(tasks, results, strict=True):
        inputs, outputs = (torch.from_numpy(array) for array in LANGUAGE.encode(task.examples))
        for proposal in result.proposals:
            tokens = torch.from_numpy(proposal.tokens.astype(np.int64))[None]
            score = log_probs(loaded.model, tokens, inputs[None], outputs[None])
            assert abs(float(score) - proposal.score) < 1e-3


def test_reinforcement_raises_the_reward(easy: Dataset, supervised: Path, tmp_path: Path) -> None:
    stage = {"start": str(supervised), "reinforce": {"beam": 8}}
    config = config_of("bunel", **stage, num_programs=10**6, learning_rate=1e-3)
    trainer = Trainer(config, easy, tmp_path)
    weights = models.load(supervised / "model.safetensors").model.state_dict()
    assert all(torch.equal(weight, weights[key]) for key, weight in trainer.model.state_dict().items())
    batches = [trainer._next_batch() for _ in range(2)]  # all tasks
    batch = max(batches, key=lambda batch: -trainer.losses_of(batch).total.item())
    rewards = [-float(trainer.update(batch)["loss"]) for _ in range(10)]
    assert 0 < rewards[0] < 1
    assert max(rewards) > rewards[0] + 0.005


def test_a_model_of_lists_can_be_reinforced(tmp_path: Path) -> None:
    generate(tmp_path / "lists", CTaskGenerator.named("small"), num_tasks=40, seed=1)
    lists = Dataset.open(tmp_path / "lists")
    lists = lists.rows(np.argsort(lists.lengths_P, kind="stable")[:4])
    sizes = {"embedding": 8, "hidden": 16, "decoder": 16, "heads": 1}
    first = config_of("lasynth", sizes, num_programs=1600, learning_rate=1e-2)
    trainer = Trainer(first, lists, tmp_path / "first")
    list(trainer.run())
    models.save(trainer.model, first.model, tmp_path / "first" / "model.safetensors", {})
    stage = {"start": str(tmp_path / "first"), "reinforce": {"beam": 8}}
    config = config_of("lasynth", sizes, **stage, num_programs=10**6, learning_rate=1e-3)
    rewards = [-m["loss"] for m in train(Trainer(config, lists, tmp_path / "second"), 3)]
    assert all(0 < reward <= 1 for reward in rewards)


def test_a_stage_without_its_model_is_said(data: Dataset, supervised: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no trained model in this folder"):
        Trainer(config_of("bunel", start=str(tmp_path)), data, tmp_path)
    with pytest.raises(InputError, match="another configuration"):
        Trainer(config_of("exec", start=str(supervised)), data, tmp_path)
    with pytest.raises(InputError, match="no `start`"):
        config_of("bunel", reinforce={})
    with pytest.raises(InputError, match="unknown entry 'beans'"):
        config_of("bunel", start="x", reinforce={"beans": 3})
