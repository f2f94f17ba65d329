"""Training: a run that is stopped and resumed equals an uninterrupted one."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from lasynth.data.batches import Batch
from lasynth.data.dataset import Dataset
from lasynth.data.generate import generate
from lasynth.domains.c.generator import CTaskGenerator
from lasynth.domains.c.grammar import FIRST_INT
from lasynth.errors import CheckpointError, InputError
from lasynth.models import LaSynthConfig
from lasynth.training.config import TrainConfig, default_preset, read_config
from lasynth.training.loop import Trainer

MODEL = LaSynthConfig(FIRST_INT + 17, embedding=8, hidden=16, decoder=12, heads=1)
CONFIG = TrainConfig(
    MODEL,
    batch_size=8,
    num_programs=200,
    warmup=5,
    curriculum=((0.4, 40),),
    replay=0.25,
    exec_targets="statements",
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("shards")
    generate(folder, CTaskGenerator.named("small"), num_tasks=150, seed=1)
    return Dataset.open(folder)


def train(trainer: Trainer, num_updates: int) -> list[float]:
    return [float(trainer.update(trainer._next_batch())["loss"]) for _ in range(num_updates)]


def test_resume_equals_uninterrupted(data: Dataset, tmp_path: Path) -> None:
    straight = train(Trainer(CONFIG, data, tmp_path / "straight"), 16)
    first = Trainer(CONFIG, data, tmp_path / "halves")
    begun = train(first, 7)
    first.save()
    second = Trainer(CONFIG, data, tmp_path / "halves")
    second.resume()
    # The curriculum changes at update 10, after the run is resumed.
    assert begun + train(second, 9) == straight


def test_run_reaches_its_end_and_writes_metrics(data: Dataset, tmp_path: Path) -> None:
    trainer = Trainer(CONFIG, data, tmp_path, validate=lambda model: {"solved": 0.25})
    trainer.config = replace(CONFIG, validate_every=10)
    list(trainer.run())
    assert trainer.programs >= CONFIG.num_programs
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert any("valid_solved" in line for line in lines)
    assert (tmp_path / "last.pt").is_file()
    assert (tmp_path / "best.pt").is_file()
    assert not list(tmp_path.glob("*.partial"))


def test_denormal_numbers_are_flushed_in_updates_alone(
    data: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The processor's mode belongs to the caller, because other libraries in the process rely on it."""
    trainer, flushed, update = Trainer(CONFIG, data, tmp_path), [], Trainer.update

    def recorded(trainer: Trainer, batch: Batch) -> dict[str, torch.Tensor]:
        flushed.append(sys.float_info.min / 2 == 0.0)
        return update(trainer, batch)

    monkeypatch.setattr(Trainer, "update", recorded)
    can_flush = torch.set_flush_denormal(True)
    torch.set_flush_denormal(False)
    list(trainer.run())
    assert set(flushed) == {can_flush}
    assert sys.float_info.min / 2 > 0.0


def test_stopped_run_is_saved(data: Dataset, tmp_path: Path) -> None:
    trainer = Trainer(CONFIG, data, tmp_path)
    trainer.stop()
    list(trainer.run())
    assert (tmp_path / "last.pt").is_file()
    assert trainer.programs == 0


def test_last_phase_shows_fresh_programs_and_some_again(data: Dataset, tmp_path: Path) -> None:
    trainer = Trainer(CONFIG, data, tmp_path)
    while trainer.programs < 0.4 * CONFIG.num_programs:
        train(trainer, 1)
        assert trainer.phase == 0
    first = trainer.seen.copy()
    assert trainer.num_distinct == first.sum() <= trainer.programs
    train(trainer, 1)
    assert trainer.phase == 1
    again = first[trainer.rows]
    assert 0 < again.sum() == (~again).sum() // 3
    assert set(trainer.rows[~again]) == set((~first).nonzero()[0])


@pytest.mark.parametrize("exec_targets", ["end", "statements"])
@pytest.mark.parametrize("parts", [{}, {"executor": "never", "operations": "none", "history": False}])
def test_losses_fall(data: Dataset, tmp_path: Path, exec_targets: str, parts: dict[str, object]) -> None:
    model = replace(MODEL, **parts)
    config = replace(CONFIG, model=model, exec_targets=exec_targets, num_programs=10**6, learning_rate=5e-3)
    losses = train(Trainer(config, data, tmp_path), 40)
    assert sum(losses[-5:]) < 0.8 * sum(losses[:5])


def test_average_follows_the_weights(data: Dataset, tmp_path: Path) -> None:
    trainer = Trainer(CONFIG, data, tmp_path)
    before = [p.clone() for p in trainer.average.parameters()]
    train(trainer, 3)
    pairs = zip(before, trainer.average.parameters(), strict=True)
    assert any((old != new).any() for old, new in pairs)


def test_other_configuration_cannot_resume(data: Dataset, tmp_path: Path) -> None:
    trainer = Trainer(CONFIG, data, tmp_path)
    trainer.save()
    list(trainer.run(minutes=0))
    before = (tmp_path / "config.json").read_text()
    other = Trainer(replace(CONFIG, learning_rate=1.0), data, tmp_path)
    with pytest.raises(CheckpointError, match="another configuration"):
        other.resume()
    assert (tmp_path / "config.json").read_text() == before


def test_truncated_checkpoint(data: Dataset, tmp_path: Path) -> None:
    trainer = Trainer(CONFIG, data, tmp_path)
    trainer.save()
    path = tmp_path / "last.pt"
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(CheckpointError, match="cut short"):
        trainer.resume()


def test_data_outside_the_model(data: Dataset, tmp_path: Path) -> None:
    small = replace(CONFIG, model=replace(MODEL, max_value=2))
    with pytest.raises(InputError, match="do not fit a model"):
        Trainer(small, data, tmp_path)


def test_config_round_trip_and_mistakes(tmp_path: Path) -> None:
    assert TrainConfig.from_json(json.loads(json.dumps(CONFIG.to_json()))) == CONFIG
    with pytest.raises(InputError, match="unknown entry 'lerning_rate'"):
        TrainConfig.from_json({"lerning_rate": 1})
    with pytest.raises(InputError, match="presets: "):
        read_config("nonesuch")
    assert read_config("c-small").model.num_tokens == FIRST_INT + 17


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"learning_rate": "x"}, "learning_rate: 'x' does not fit. Give a number, above 0."),
        ({"batch_size": 2.5}, "batch_size: 2.5 does not fit. Give a whole number, at least 1."),
        ({"batch_size": 0}, "batch_size: 0 does not fit. Give a whole number, at least 1."),
        (
            {"model": {"embedding": "64"}},
            "model.embedding: '64' does not fit. Give a whole number, at least 1.",
        ),
        ({"model": {"heads": 0}}, "model.heads: 0 does not fit. Give a whole number, at least 1."),
        ({"model": {"heads": 3}}, "model: hidden = 128 is not a multiple of 2 x heads = 6."),
        ({"model": {"widht": 3}}, "model: unknown entry 'widht'."),
        (
            {"model": {"kind": "lasinth"}},
            "model.kind: no model is of kind 'lasinth'. Did you mean 'lasynth'?",
        ),
        ({"model": {"min_cells": 6}}, "model: min_cells = 6 is more than max_cells = 5."),
        ({"exec_targets": "nonsense"}, "exec_targets: 'nonsense' does not fit. Give 'end' or 'statements'."),
        ({"precision": "fp8"}, "precision: 'fp8' does not fit. Give 'float32' or 'bfloat16'."),
        ({"validate_every": 0}, "validate_every: 0 does not fit. Give a whole number, at least 1."),
        ({"average": 2}, "average: 2 does not fit. Give a number, at least 0 and below 1."),
        ({"clip": 0}, "clip: 0 does not fit. Give a number, above 0."),
        ({"replay": 1.0}, "replay: 1.0 does not fit. Give a number, at least 0 and below 1."),
        ({"curriculum": [[0.5, 9], [0.2, 12]]}, ": the shares of `curriculum` do not rise."),
        ({"lerning_rate": 1}, ": unknown entry 'lerning_rate'. Did you mean 'learning_rate'?"),
    ],
)
def test_what_does_not_fit_is_refused(entries: dict[str, object], message: str) -> None:
    with pytest.raises(InputError) as raised:
        TrainConfig.from_json(entries)
    assert message in str(raised.value)
    assert str(raised.value).startswith("training configuration")


def test_every_language_has_a_default_preset() -> None:
    assert [default_preset(domain) for domain in ("c", "karel")] == ["c-small", "karel-small"]
    with pytest.raises(InputError, match="no preset trains a model of strings"):
        default_preset("strings")


def test_shipped_presets_build() -> None:
    from lasynth.models import build

    torch.manual_seed(0)
    assert sum(p.numel() for p in build(read_config("c-small").model).parameters()) < 4_000_000
