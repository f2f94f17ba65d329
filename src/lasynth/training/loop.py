"""The training loop: batches in, checkpoints and metrics out; stops and resumes without loss."""

from __future__ import annotations

import json
import math
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from lasynth.data.batches import Batch, Batches
from lasynth.data.dataset import Dataset
from lasynth.errors import CheckpointError, InputError
from lasynth.models.build import build
from lasynth.models.vocabulary import check, made_with
from lasynth.training.checkpoint import load_checkpoint, save_checkpoint
from lasynth.training.config import TrainConfig
from lasynth.training.losses import Losses
from lasynth.training.objectives import objective_of
from lasynth.training.start import begin_with
from lasynth.training.validation import Validate

__all__ = ["Progress", "Trainer"]

_LOG_EVERY = 100


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands.

    Attributes:
        updates: updates done.
        programs, num_programs: programs seen, and to be seen.
        rate: programs a second, lately.
        metrics: means over the last updates: losses and accuracies.
    """

    updates: int
    programs: int
    num_programs: int
    rate: float
    metrics: dict[str, float]

    @property
    def seconds_left(self) -> float:
        """Time left at the present rate."""
        return (self.num_programs - self.programs) / max(self.rate, 1e-9)


class Trainer:
    """One run, in one folder: `config.json`, `metrics.jsonl`, `last.pt` and `best.pt`.

    Args:
        config: of the run.
        data: training programs.
        folder: of the run; created if need be.
        validate: measures a model (the running average of the weights); its `solved` picks `best.pt`.
        device: where the model lives.

    Raises:
        InputError: no programs left after the filter by length, values outside the model's range, or no
            finished run to start with.
    """

    def __init__(
        self,
        config: TrainConfig,
        data: Dataset,
        folder: Path,
        *,
        validate: Validate | None = None,
        device: str = "cpu",
    ) -> None:
        self.config = config
        self.folder = folder
        self.validate = validate
        self.device = torch.device(device)
        if data.domain != config.model.domain:
            raise InputError(
                f"the tasks are of {data.domain}, the model is one of {config.model.domain}",
                where="training data",
                hint="Give shards of the model's language, or another preset.",
            )
        torch.manual_seed(config.seed)
        self.model = build(config.model).to(self.device)
        self.model.check_data(data.inputs_PKN, data.outputs_PKN)
        if config.start is not None:
            begin_with(self.model, config)
        self.objective = objective_of(self.model, config, data)
        self.objective.prepare(self.model)
        self.average = build(config.model).to(self.device)
        self.average.load_state_dict(self.model.state_dict())
        self.average.eval()
        self.optimizer = torch.optim.AdamW(
            _parameter_groups(self.model, config.weight_decay),
            lr=config.learning_rate,
            betas=(0.9, 0.98),
            fused=True,
        )
        self.data = data
        self.limits = [*config.curriculum, (math.inf, config.max_tokens)]
        self.fits = (data.tokens_PT < config.model.num_tokens).all(axis=1)
        self.seen = np.zeros(len(data), dtype=bool)
        self._enter(0)
        self.updates = 0
        self.programs = 0
        self.seconds = 0.0
        self.best = -1.0
        self._stop = False
        folder.mkdir(parents=True, exist_ok=True)

    def _enter(self, phase: int) -> None:
        """Begin a phase of the curriculum."""
        config = self.config
        _, limit = self.limits[phase]
        chosen = self.fits & (self.data.lengths_P <= limit)
        if config.replay is not None and phase == len(self.limits) - 1:
            fresh = chosen & ~self.seen
            num_again = int(fresh.sum() * config.replay / (1 - config.replay))
            again = np.random.default_rng(config.seed).permutation(np.flatnonzero(chosen & self.seen))
            chosen = fresh
            chosen[again[:num_again]] = True
        self._take(phase, np.flatnonzero(chosen))

    def _take(self, phase: int, rows: npt.NDArray[np.int64]) -> None:
        if not len(rows):
            limit = self.limits[phase][1]
            raise InputError(f"no program has at most {limit} tokens", where="training data")
        self.phase, self.rows = phase, rows
        # Worlds are large: no copy of a data set that is wanted whole.
        data = self.data if len(rows) == len(self.data) else self.data.rows(rows)
        self.batches = Batches(data, self.config.batch_size, seed=self.config.seed + phase)

    def _next_batch(self) -> Batch:
        while self.programs >= self.limits[self.phase][0] * self.config.num_programs:
            self._enter(self.phase + 1)
        batch = next(self.batches)
        self.seen[self.rows[batch.items_B]] = True
        return batch

    @property
    def num_distinct(self) -> int:
        """How many different programs the run has shown the model."""
        return int(self.seen.sum())

    # One update -------------------------------------------------------------------------------

    def learning_rate(self) -> float:
        """Warm-up, then a cosine from the highest rate to its final share."""
        config = self.config
        warm = min(1.0, (self.updates + 1) / max(1, config.warmup))
        done = min(1.0, self.programs / config.num_programs)
        cosine = 0.5 * (1 + math.cos(math.pi * done))
        return config.learning_rate * warm * (config.final_rate + (1 - config.final_rate) * cosine)

    def losses_of(self, batch: Batch) -> Losses:
        """Forward pass and losses of a batch."""
        return self.objective.losses(self.model, batch, self.rows[batch.items_B])

    def update(self, batch: Batch) -> dict[str, Tensor]:
        """One step of the optimizer."""
        rate = self.learning_rate()
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        found = self.losses_of(batch)
        self.optimizer.zero_grad(set_to_none=True)
        found.total.backward()
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip)
        self.optimizer.step()
        self.updates += 1
        self.programs += len(batch.tokens_BT)
        self._update_average()
        return {
            "loss": found.total.detach(),
            "prog": found.prog,
            "exec": found.exec,
            "op": found.op,
            "accuracy": found.accuracy.detach(),
            "exec_accuracy": found.exec_accuracy.detach(),
            "norm": norm,
        }

    @torch.no_grad()
    def _update_average(self) -> None:
        # A short memory at first: the average must not remember the initial weights.
        decay = min(self.config.average, (self.updates + 1) / (self.updates + 10))
        averages: list[Tensor] = list(self.average.parameters())
        weights: list[Tensor] = list(self.model.parameters())
        torch._foreach_lerp_(averages, weights, 1 - decay)

    # The run ----------------------------------------------------------------------------------

    def run(self, *, minutes: float | None = None) -> Iterator[Progress]:
        """Train to the end of the schedule, reporting now and then; saves on every way out.

        Args:
            minutes: stop (resumably) after this long.
        """
        # Only now: a run that cannot be resumed must not overwrite the configuration that is there.
        (self.folder / "config.json").write_text(json.dumps(self.config.to_json(), indent=2) + "\n")
        begun = last_saved = lately = time.monotonic()
        programs_then = self.programs
        pending: list[dict[str, Tensor]] = []
        with _stopping_on_signals(self):
            try:
                while self.programs < self.config.num_programs and not self._stop:
                    with _denormals_flushed():
                        pending.append(self.update(self._next_batch()))
                    now = time.monotonic()
                    if self.updates % _LOG_EVERY == 0:
                        metrics = {
                            name: float(torch.stack([m[name] for m in pending]).mean()) for name in pending[0]
                        }
                        pending.clear()
                        rate = (self.programs - programs_then) / (now - lately)
                        self.seconds += now - lately
                        lately, programs_then = now, self.programs
                        self._log({"rate": rate, **metrics})
                        yield Progress(self.updates, self.programs, self.config.num_programs, rate, metrics)
                    if self.validate and self.updates % self.config.validate_every == 0:
                        self._validate()
                        lately += time.monotonic() - now
                    if now - last_saved > 60 * self.config.checkpoint_minutes:
                        self.save()
                        last_saved = now
                    if minutes is not None and now - begun > 60 * minutes:
                        break
            finally:
                self.save()

    def _log(self, metrics: dict[str, Any]) -> None:
        line = {
            "updates": self.updates,
            "programs": self.programs,
            "seconds": round(self.seconds, 1),
            "learning_rate": self.learning_rate(),
            **{name: round(value, 5) for name, value in metrics.items()},
        }
        with (self.folder / "metrics.jsonl").open("a") as stream:
            stream.write(json.dumps(line) + "\n")

    def _validate(self) -> None:
        assert self.validate is not None
        with torch.no_grad():
            found = self.validate(self.average)
        self._log({f"valid_{name}": value for name, value in found.items()})
        if found.get("solved", 0.0) > self.best:
            self.best = found["solved"]
            save_checkpoint(
                self.folder / "best.pt",
                {
                    "config": self.config.to_json(),
                    **made_with(self.config.model),
                    "average": self.average.state_dict(),
                    "updates": self.updates,
                    "programs": self.programs,
                },
            )

    def save(self) -> None:
        """Write `last.pt`."""
        save_checkpoint(
            self.folder / "last.pt",
            {
                "config": self.config.to_json(),
                **made_with(self.config.model),
                "model": self.model.state_dict(),
                "average": self.average.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "phase": self.phase,
                "rows": torch.from_numpy(self.rows),
                "seen": torch.from_numpy(self.seen),
                "batches": self.batches.state(),
                "updates": self.updates,
                "programs": self.programs,
                "seconds": self.seconds,
                "best": self.best,
            },
        )

    def resume(self) -> None:
        """Go on from `last.pt`.

        Raises:
            CheckpointError: no readable checkpoint, or one of another configuration or vocabulary.
        """
        state = load_checkpoint(self.folder / "last.pt")
        if state["config"] != self.config.to_json():
            raise CheckpointError(
                "the checkpoint belongs to another configuration",
                where=str(self.folder),
                hint="Give the run a folder of its own, or the configuration it was started with.",
            )
        check(self.config.model, state, str(self.folder))
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.seen = state["seen"].numpy()
        self._take(state["phase"], state["rows"].numpy())
        self.batches.restore(state["batches"])
        self.updates, self.programs = state["updates"], state["programs"]
        self.seconds, self.best = state["seconds"], state["best"]

    def stop(self) -> None:
        """Ask the run to end after the present update."""
        self._stop = True


def _parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    matrices = [p for p in model.parameters() if p.dim() >= 2]
    vectors = [p for p in model.parameters() if p.dim() < 2]
    return [
        {"params": matrices, "weight_decay": weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]


@contextmanager
def _denormals_flushed() -> Iterator[None]:
    """Denormal numbers are zero meanwhile, and afterwards what they were to the caller.

    Gradients hold such numbers, with which products of matrices take many times as long.
    """
    before = sys.float_info.min / 2 == 0.0
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(before)


@contextmanager
def _stopping_on_signals(trainer: Trainer) -> Iterator[None]:
    """First interrupt or termination: finish the update and save. Second: at once."""

    def handle(number: int, frame: object) -> None:
        if trainer._stop:
            raise KeyboardInterrupt
        trainer.stop()

    try:
        before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    except ValueError:  # not in the main thread: the caller stops the run
        yield
        return
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
