"""Training: a run that is stopped and resumed equals an uninterrupted one."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from lasynth.data.batches import Batches
from lasynth.data.dataset import Dataset
from lasynth.data.generate import generate
from lasynth.domains.c.generator import CTaskGenerator
from lasynth.domains.c.grammar import FIRST_INT
from lasynth.errors import CheckpointError, InputError, TrainingError
from lasynth.models import LaSynthConfig
from lasynth.training import loop
from lasynth.training.ahead import Prepared
from lasynth.training.checkpoint import load_checkpoint
from lasynth.training.config import TrainConfig, default_preset, read_config
from lasynth.training.loop import Trainer
from lasynth.training.validation import validator

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


def metrics(folder: Path) -> list[dict[str, float]]:
    """The lines of metrics without the fields that measure time."""
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [
        {name: value for name, value in line.items() if name not in ("seconds", "rate")} for line in lines
    ]


def state(folder: Path) -> bytes:
    """All numbers of a checkpoint, as bytes, in the order of their names."""
    found = load_checkpoint(folder / "last.pt")
    found["seconds"] = found["metrics"] = None

    def flat(value: object) -> Iterator[object]:
        if isinstance(value, dict):
            for name in sorted(value, key=str):
                yield from (name, *flat(value[name]))
        elif isinstance(value, list | tuple):
            for part in value:
                yield from flat(part)
        else:
            yield value.numpy().tobytes() if isinstance(value, torch.Tensor) else value

    return repr(list(flat(found))).encode()


def measured(model: torch.nn.Module) -> dict[str, float]:
    """A validation that grows with the weights."""
    return {"solved": abs(sum(float(p.sum()) for p in model.parameters())) % 1}


SHORT = replace(CONFIG, batch_size=4, num_programs=56)
DROPPING = replace(SHORT, model=replace(MODEL, dropout=0.2), validate_every=5)


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of metrics every four updates."""
    monkeypatch.setattr(loop, "_LOG_EVERY", 4)


@pytest.fixture(scope="module")
def straight(data: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that nothing broke off."""
    folder = tmp_path_factory.mktemp("straight")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "_LOG_EVERY", 4)
        list(Trainer(DROPPING, data, folder, validate=measured).run())
    return folder


# Where an exception breaks a run off: before an update, within one, and at what follows it.
BREAKS = {
    "reading a batch": (Batches, "_batch"),
    "the losses": (Trainer, "losses_of"),
    "the gradients": (torch.Tensor, "backward"),
    "the optimizer": (torch.optim.AdamW, "step"),
    "the average": (Trainer, "_update_average"),
    "a line of metrics": (loop, "append"),
    "a validation": (Trainer, "_validate"),
    "a checkpoint": (loop, "save_checkpoint"),
}


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("place", BREAKS)
def test_a_run_that_is_broken_off_resumes_exactly(
    place: str, when: str, data: Dataset, straight: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, name = BREAKS[place]
    real, calls = getattr(owner, name), []
    last = {"a line of metrics": 3, "a validation": 2, "a checkpoint": 2}.get(place, 9)

    def broken(*arguments: Any, **options: Any) -> Any:
        calls.append(name)
        if len(calls) == last and when == "before":
            raise MemoryError(place)
        found = real(*arguments, **options)
        if len(calls) == last:
            raise MemoryError(place)
        return found

    list(Trainer(DROPPING, data, tmp_path, validate=measured).run(minutes=0))  # so that there is a checkpoint
    monkeypatch.setattr(owner, name, broken)
    again = Trainer(DROPPING, data, tmp_path, validate=measured)
    again.resume()
    with pytest.raises(MemoryError):
        list(again.run())
    monkeypatch.setattr(owner, name, real)
    updates = load_checkpoint(tmp_path / "last.pt")["updates"]
    # Where the step of the optimizer is broken off, the run goes back to the checkpoint before.
    whole = place not in ("the optimizer", "the average")
    assert updates == again.updates if whole and place != "a checkpoint" else updates <= again.updates
    third = Trainer(DROPPING, data, tmp_path, validate=measured)
    third.resume()
    list(third.run())
    assert metrics(tmp_path) == metrics(straight)
    assert state(tmp_path) == state(straight)
    assert (tmp_path / "best.pt").read_bytes() == (straight / "best.pt").read_bytes()


@pytest.mark.usefixtures("often")
def test_lines_behind_the_checkpoint_are_cut(data: Dataset, tmp_path: Path) -> None:
    straight = Trainer(SHORT, data, tmp_path / "straight")
    list(straight.run())
    trainer = Trainer(SHORT, data, tmp_path / "killed")
    run = trainer.run()
    next(run)
    trainer.save()
    checkpoint = (tmp_path / "killed" / "last.pt").read_bytes()
    list(run)
    (tmp_path / "killed" / "last.pt").write_bytes(checkpoint)  # as if it had been killed, late
    with (tmp_path / "killed" / "metrics.jsonl").open("a") as stream:
        stream.write('{"updates": 2')
    again = Trainer(SHORT, data, tmp_path / "killed")
    again.resume()
    list(again.run())
    assert metrics(tmp_path / "killed") == metrics(tmp_path / "straight")


def test_a_run_without_a_checkpoint_begins_its_metrics_anew(data: Dataset, tmp_path: Path) -> None:
    (tmp_path / "metrics.jsonl").write_text('{"updates": 100}\n')
    (tmp_path / "best.pt").write_bytes(b"of a run that was killed before its first checkpoint")
    list(Trainer(CONFIG, data, tmp_path).run())
    assert not (tmp_path / "metrics.jsonl").exists()
    assert not (tmp_path / "best.pt").exists()


@pytest.mark.parametrize("where", ["loss", "norm", "weight"])
def test_a_run_that_diverges_keeps_its_last_good_checkpoint(
    where: str, data: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = Trainer(CONFIG, data, tmp_path)
    list(trainer.run(minutes=0))
    before, bad = (tmp_path / "last.pt").read_bytes(), trainer.updates + 3
    update = trainer.update

    def diverging(batch: Prepared) -> dict[str, torch.Tensor]:
        found = update(batch)
        if trainer.updates == bad and where == "weight":
            next(trainer.model.parameters()).data.fill_(torch.inf)
            trainer.stop()
        elif trainer.updates == bad:
            found[where] = torch.tensor(torch.nan)
        return found

    monkeypatch.setattr(trainer, "update", diverging)
    words = {"loss": "the loss", "norm": "the norm of the gradient", "weight": "a weight"}[where]
    with pytest.raises(TrainingError) as raised:
        list(trainer.run())
    assert str(raised.value) == (
        f"training diverged: {words} of update {bad} is not finite. "
        f"{tmp_path / 'last.pt'} of update {bad - 3} is kept. "
        "Start another run with a lower learning_rate or clip, or a longer warmup."
    )
    assert (tmp_path / "last.pt").read_bytes() == before


@pytest.mark.parametrize(
    ("which", "words"),
    [
        (slice(0, 100), "was started with 150 programs, now there are 100"),
        (slice(None, None, -1), "was started with other training data"),
    ],
)
def test_other_data_is_said(which: slice, words: str, data: Dataset, tmp_path: Path) -> None:
    list(Trainer(CONFIG, data, tmp_path).run(minutes=0))
    with pytest.raises(CheckpointError, match=words):
        Trainer(CONFIG, data.rows(which), tmp_path).resume()
    path = tmp_path / "last.pt"
    old = load_checkpoint(path)
    if "100" in words:  # the first format, too, knows how many there were
        torch.save({**{name: old[name] for name in FORMAT_1}, "format": 1}, path)
        with pytest.raises(CheckpointError, match=words):
            Trainer(CONFIG, data.rows(which), tmp_path).resume()


def test_other_validation_tasks_are_said(data: Dataset, tmp_path: Path) -> None:
    tasks = data.rows(slice(6)).tasks()
    list(Trainer(CONFIG, data, tmp_path, validate=validator(tasks, MODEL)).run(minutes=0))
    Trainer(CONFIG, data, tmp_path, validate=validator(tasks, MODEL)).resume()
    for validate in (validator(tasks[:5], MODEL), None):
        with pytest.raises(CheckpointError, match="was started with other validation tasks"):
            Trainer(CONFIG, data, tmp_path, validate=validate).resume()


FORMAT_1 = (
    *("config", "dialect", "lexemes", "model", "average", "optimizer", "phase", "rows", "seen", "batches"),
    *("updates", "programs", "seconds", "best"),
)


@pytest.mark.usefixtures("often")
def test_a_checkpoint_of_the_first_format_is_resumed(data: Dataset, tmp_path: Path) -> None:
    straight = Trainer(SHORT, data, tmp_path / "straight")
    list(straight.run())
    trainer = Trainer(SHORT, data, tmp_path / "old")
    run = trainer.run()
    next(run)
    trainer.save()
    old = load_checkpoint(tmp_path / "old" / "last.pt")
    list(run)
    torch.save({**{name: old[name] for name in FORMAT_1}, "format": 1}, tmp_path / "old" / "last.pt")
    again = Trainer(SHORT, data, tmp_path / "old")
    again.resume()
    list(again.run())
    assert metrics(tmp_path / "old") == metrics(tmp_path / "straight")
    pairs = zip(again.model.parameters(), straight.model.parameters(), strict=True)
    assert all(torch.equal(*pair) for pair in pairs)


def test_denormal_numbers_are_flushed_in_updates_alone(
    data: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The processor's mode belongs to the caller, because other libraries in the process rely on it."""
    trainer, flushed, update = Trainer(CONFIG, data, tmp_path), [], Trainer.update

    def recorded(trainer: Trainer, batch: Prepared) -> dict[str, torch.Tensor]:
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
        ({"batch_size": 2.5}, "batch_size: 2.5 does not fit. Give a whole number, at least 1"),
        ({"batch_size": 0}, "batch_size: 0 does not fit. Give a whole number, at least 1"),
        (
            {"model": {"embedding": "64"}},
            "model.embedding: '64' does not fit. Give a whole number, at least 1",
        ),
        ({"model": {"heads": 0}}, "model.heads: 0 does not fit. Give a whole number, at least 1"),
        ({"model": {"heads": 3}}, "model: hidden = 128 is not a multiple of 2 x heads = 6."),
        ({"model": {"widht": 3}}, "model: unknown entry 'widht'."),
        (
            {"model": {"kind": "lasinth"}},
            "model.kind: no model is of kind 'lasinth'. Did you mean 'lasynth'?",
        ),
        ({"model": {"min_cells": 6}}, "model: min_cells = 6 is more than max_cells = 5."),
        ({"exec_targets": "nonsense"}, "exec_targets: 'nonsense' does not fit. Give 'end' or 'statements'."),
        ({"precision": "fp8"}, "precision: 'fp8' does not fit. Give 'float32' or 'bfloat16'."),
        ({"validate_every": 0}, "validate_every: 0 does not fit. Give a whole number, at least 1"),
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
