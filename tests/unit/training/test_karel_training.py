"""Training of Karel models: losses fall, a resumed run equals an uninterrupted one, beliefs are compared."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from karel_batch import batch

from lasynth import models
from lasynth.data.dataset import Dataset
from lasynth.data.generate import generate
from lasynth.domains.karel.generator import KarelTaskGenerator
from lasynth.domains.karel.grammar import NUM_TOKENS
from lasynth.domains.karel.language import LANGUAGE
from lasynth.domains.karel.world import CRASHED, FACING
from lasynth.errors import InputError
from lasynth.models import Forward, KarelConfig, LaSynthConfig
from lasynth.models.karel.beliefs import WorldBeliefs
from lasynth.models.karel.planes import to_planes
from lasynth.training.config import TrainConfig, read_config
from lasynth.training.loop import Trainer
from lasynth.training.validation import validator

MODEL = KarelConfig(NUM_TOKENS, embedding=8, hidden=16, pair=16, reading=16, decoder=12, heads=1)
CONFIG = TrainConfig(
    MODEL,
    batch_size=8,
    num_programs=200,
    warmup=5,
    curriculum=((0.4, 14),),
    replay=0.25,
    exec_targets="statements",
)
PRESETS = ("karel-small", "karel-lasynth", "karel-no-executor", "karel-paper")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("shards")
    generate(folder, KarelTaskGenerator.named("real"), num_tasks=150, seed=1)
    return Dataset.open(folder)


def train(trainer: Trainer, num_updates: int) -> list[dict[str, float]]:
    found = []
    for _ in range(num_updates):
        metrics = trainer.update(trainer._next_batch())
        found.append({name: float(value) for name, value in metrics.items()})
    return found


def test_resume_equals_uninterrupted(data: Dataset, tmp_path: Path) -> None:
    straight = train(Trainer(CONFIG, data, tmp_path / "straight"), 16)
    first = Trainer(CONFIG, data, tmp_path / "halves")
    begun = train(first, 7)
    first.save()
    second = Trainer(CONFIG, data, tmp_path / "halves")
    second.resume()
    # The curriculum changes at update 10, after the run is resumed.
    assert begun + train(second, 9) == straight


@pytest.mark.parametrize("exec_targets", ["end", "statements"])
def test_losses_fall(data: Dataset, tmp_path: Path, exec_targets: str) -> None:
    config = replace(CONFIG, exec_targets=exec_targets, num_programs=10**6, learning_rate=5e-3)
    found = train(Trainer(config, data, tmp_path), 40)
    for name in ("prog", "exec"):
        assert sum(m[name] for m in found[-5:]) < 0.8 * sum(m[name] for m in found[:5])


def test_a_model_without_executor_has_no_loss_of_it(data: Dataset, tmp_path: Path) -> None:
    config = replace(CONFIG, model=replace(MODEL, executor="never"), num_programs=10**6, learning_rate=5e-3)
    found = train(Trainer(config, data, tmp_path), 40)
    assert {m["exec"] for m in found} == {0.0}
    assert sum(m["prog"] for m in found[-5:]) < 0.8 * sum(m["prog"] for m in found[:5])


def test_trained_model_is_saved_searched_and_traced(data: Dataset, tmp_path: Path) -> None:
    trainer = Trainer(CONFIG, data, tmp_path)
    train(trainer, 3)
    tasks = data.rows(slice(2)).tasks()
    found = validator(tasks, MODEL, beam=4)(trainer.average)
    assert set(found) == {"top1", "solved", "oracle"}
    models.save(trainer.average, MODEL, tmp_path / "model.safetensors", {})
    loaded = models.load(tmp_path / "model.safetensors")
    assert (loaded.domain, loaded.config) == ("karel", MODEL)
    tokens = LANGUAGE.text.to_tokens(LANGUAGE.text.parse("DEF run m( move turnLeft m)"))
    inputs, _ = LANGUAGE.encode(tasks[0].examples)
    trace = loaded.trace(tasks[0], tokens)
    assert [belief.num_tokens for belief in trace] == [0, 4, 5]
    np.testing.assert_array_equal(trace[0].likeliest_K, inputs)
    for belief in trace:
        assert belief.likeliest_K.shape == belief.chances_K.shape == inputs.shape
        assert 0 <= belief.chances_K.min() <= belief.chances_K.max() <= 1.0
        for world in belief.likeliest_K:
            assert LANGUAGE.values.decode(world).to_array().shape == world.shape


def made_up(beliefs: torch.Tensor, final: list[bool]) -> Forward:
    rows = torch.arange(len(beliefs))
    none = torch.zeros(0)
    return Forward(none, rows, rows, beliefs, rows, rows, torch.tensor(final), none)


def test_beliefs_are_compared_with_the_right_worlds() -> None:
    _, _, inputs, outputs = batch()
    inputs, outputs = inputs[:2], outputs[:2]
    final = [False, True]
    wanted = torch.stack([inputs[0], outputs[1]])
    beliefs = WorldBeliefs()
    right = made_up(to_planes(wanted), final)
    partial = inputs.clone()
    loss, accuracy, num_compared = beliefs.compare(right, inputs, outputs, partial)
    assert float(loss) == pytest.approx(0.0, abs=1e-5)
    assert float(accuracy) == 1.0
    assert int(num_compared) == 2 * inputs.shape[1]
    # Without targets at statements only the end counts. With them both count, except without a target.
    turned = wanted.clone()
    turned[0, :, FACING] = (turned[0, :, FACING] + 1) % 4
    wrong = made_up(to_planes(turned), final)
    assert float(beliefs.compare(wrong, inputs, outputs, None)[0]) == pytest.approx(0.0, abs=1e-5)
    assert float(beliefs.compare(wrong, inputs, outputs, partial)[0]) > 1.0
    partial[..., CRASHED] = 1
    assert float(beliefs.compare(wrong, inputs, outputs, partial)[0]) == pytest.approx(0.0, abs=1e-5)
    ends = made_up(to_planes(turned.flip(0)), final)
    assert float(beliefs.compare(ends, inputs, outputs, None)[1]) < 1.0


def test_data_of_another_language(data: Dataset, tmp_path: Path) -> None:
    lists = replace(CONFIG, model=LaSynthConfig(65))
    with pytest.raises(InputError, match="the tasks are of karel, the model is one of c"):
        Trainer(lists, data, tmp_path)


def test_config_round_trip_and_mistakes() -> None:
    assert TrainConfig.from_json(json.loads(json.dumps(CONFIG.to_json()))) == CONFIG
    with pytest.raises(InputError, match="executor: 'period' does not fit"):
        KarelConfig(NUM_TOKENS, executor="period")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="not a multiple of heads"):
        KarelConfig(NUM_TOKENS, hidden=15)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_build(name: str) -> None:
    config = read_config(name)
    assert isinstance(config.model, KarelConfig)
    torch.manual_seed(0)
    num_bytes = 4 * sum(p.numel() for p in models.build(config.model).parameters())
    if name != "karel-paper":
        assert num_bytes < 10 * 2**20


def test_ablation_differs_from_the_study_in_its_part_only() -> None:
    study, ablated = read_config("karel-lasynth"), read_config("karel-no-executor")
    assert isinstance(study.model, KarelConfig)
    assert replace(study, model=replace(study.model, executor="never")) == ablated
