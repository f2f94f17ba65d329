"""The training loop: batches in, checkpoints and metrics out; stops and resumes without loss.

A checkpoint is of a moment between two updates. An update that is interrupted before the optimizer's step is
undone: the batch is drawn again. If the step itself fails, the earlier checkpoint stays. The checkpoint also
holds all that the run logged, and `metrics.jsonl` is written from it when the run goes on. What is due after
an update (a line of metrics, a validation) follows from the state, so a run may stop before that is done.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from lasynth.data.batches import Batch, Batches
from lasynth.data.dataset import Dataset
from lasynth.errors import CheckpointError, InputError, TrainingError
from lasynth.files import append, write_whole
from lasynth.models.kinds import build
from lasynth.models.model import Model
from lasynth.models.vocabulary import made_with
from lasynth.training.ahead import Ahead, Prepared
from lasynth.training.checkpoint import load_checkpoint, save_checkpoint
from lasynth.training.config import TrainConfig
from lasynth.training.losses import Losses, Objective
from lasynth.training.modes import denormals_flushed, memory_kept, random_state, set_random_state
from lasynth.training.objectives import objective_of
from lasynth.training.processes import OneProcess, Processes
from lasynth.training.signals import Stop
from lasynth.training.start import begin_with
from lasynth.training.state import content, identity, restore
from lasynth.training.validation import Validate

__all__ = ["Progress", "Trainer"]

_LOG_EVERY = 100
_MEANS = ("loss", "prog", "exec", "op", "accuracy", "exec_accuracy")
_WORDS = {"loss": "loss", "norm": "norm of the gradient"}


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

    The folder should be claimed (`lasynth.files.claimed`), as `lasynth train` does it.

    Args:
        config: of the run.
        data: training programs.
        folder: of the run; created if need be.
        validate: measures a model (the running average of the weights); its `solved` picks `best.pt`.
        device: where the model lives.
        processes: that share the run. The first of them writes and validates.

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
        processes: Processes | None = None,
    ) -> None:
        self.config = config
        self.folder = folder
        self.validate = validate
        self.device = torch.device(device)
        self.processes = processes or OneProcess()
        if data.domain != config.model.domain:
            raise InputError(
                f"the tasks are of {data.domain}, the model is one of {config.model.domain}",
                where="training data",
                hint="Give shards of the model's language, or another preset.",
            )
        memory_kept()
        torch.manual_seed(config.seed)
        self.model = build(config.model).to(self.device)
        self.model.check_data(data.inputs_PKN, data.outputs_PKN)
        if config.start is not None:
            begin_with(self.model, config)
        self.parameters: list[Tensor] = list(self.model.parameters())
        self.objective = objective_of(self.model, config, data)
        if self.processes.count > 1 and not self.objective.can_be_shared:
            how = "by reinforcement" if config.reinforce else f"of kind {config.model.kind}"
            what = f"a model {how} is trained by one process only"
            raise InputError(what, "training", "Start lasynth train without torchrun.")
        self.objective.prepare(self.model)
        self._ahead = Ahead(partial(_prepared, self.processes, self.objective, self.model))
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
        self.validated = 0  # the update of the last validation
        self.lines: list[str] = []  # of metrics.jsonl
        self.pending: list[dict[str, Tensor]] = []  # metrics of the updates since the last line
        self.saved: int | None = None  # the update of the last checkpoint
        self._stop = Stop()
        self._whole = True  # the state is that between two updates
        folder.mkdir(parents=True, exist_ok=True)

    def _enter(self, phase: int) -> None:
        config = self.config
        _, limit = self.limits[phase]
        chosen = self.fits & (self.data.lengths_P <= limit)
        if config.replay is not None and phase == len(self.limits) - 1:
            fresh = chosen & ~self.seen
            num_again = int(fresh.sum() * config.replay / (1 - config.replay))
            again = np.random.default_rng(config.seed).permutation(np.flatnonzero(chosen & self.seen))
            chosen = fresh
            chosen[again[:num_again]] = True
        self.take(phase, np.flatnonzero(chosen))

    def take(self, phase: int, rows: npt.NDArray[np.int64]) -> None:
        """Begin a phase of the curriculum with these rows of the data."""
        if not len(rows):
            limit = self.limits[phase][1]
            raise InputError(f"no program has at most {limit} tokens", where="training data")
        # Worlds are large: no copy of a data set that is wanted whole.
        data = self.data if len(rows) == len(self.data) else self.data.rows(rows)
        batches = Batches(data, self.config.batch_size, seed=self.config.seed + phase)
        self.phase, self.rows, self.batches = phase, rows, batches

    def _enter_phase(self) -> None:
        """Begin the phase of the curriculum that is due."""
        while self.programs >= self.limits[self.phase][0] * self.config.num_programs:
            self._enter(self.phase + 1)

    def _next_batch(self) -> Prepared:
        self._enter_phase()
        found, self.batches = self._ahead.take(self.batches)
        if self.programs + len(found) < min(self.limits[self.phase][0], 1) * self.config.num_programs:
            self._ahead.begin(self.batches)
        return found

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

    def losses_of(self, prepared: Prepared) -> Losses:
        """Forward pass and losses of a batch, or of the part of this process."""
        batch = prepared.batch
        return self.objective.losses(self.model, batch, self.rows[batch.items_B], prepared.targets)

    def step(self) -> None:
        """Draw a batch and update; an exception before the optimizer's step leaves all as it was."""
        self._enter_phase()
        updates, epoch, position = self.updates, self.batches.epoch, self.batches.position
        random = random_state(self.device)
        try:
            self._stop.exposed = True
            metrics = self.update(self._next_batch())
        except BaseException:
            self._stop.exposed = False
            if self._whole and self.updates == updates:
                self.batches.seek(epoch, position)
                set_random_state(random, self.device)
            raise
        if self.processes.first:
            self.pending.append(metrics)

    def update(self, prepared: Prepared) -> dict[str, Tensor]:
        """One step of the optimizer."""
        rate = self.learning_rate()
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.processes.seed(self.config.seed, self.updates)
        found = self.processes.weigh(self.losses_of(prepared), len(prepared))
        total = found.total
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()
        parts = (total, found.prog, found.exec, found.op, found.accuracy, found.exec_accuracy)
        means = self.processes.add_up(self.parameters, torch.stack([part.detach().float() for part in parts]))
        norm = nn.utils.clip_grad_norm_(self.parameters, self.config.clip)
        self._stop.exposed = self._whole = False
        self.optimizer.step()
        self.updates += 1
        self.programs += len(prepared)
        self._update_average()
        self.seen[self.rows[prepared.items_B]] = True
        self._whole = True
        return {**dict(zip(_MEANS, means, strict=True)), "norm": norm}

    @torch.no_grad()
    def _update_average(self) -> None:
        # A short memory at first: the average must not remember the initial weights.
        decay = min(self.config.average, (self.updates + 1) / (self.updates + 10))
        averages: list[Tensor] = list(self.average.parameters())
        torch._foreach_lerp_(averages, self.parameters, 1 - decay)

    # The run ----------------------------------------------------------------------------------

    def run(self, *, minutes: float | None = None) -> Iterator[Progress]:
        """Train to the end of the schedule, reporting now and then; saves on every way out.

        Of several processes, the first reports and saves.

        Args:
            minutes: stop (resumably) after this long.

        Raises:
            TrainingError: losses, gradients or weights are no longer numbers; the last checkpoint is good.
            CheckpointError: a file cannot be written.
            InputError: several processes do not train the same.
        """
        # Nothing is written before: a run that cannot be resumed must not overwrite what is there.
        self._check_same()
        first = self.processes.first
        if first:
            self._begin_files()
        begun = last_saved = lately = time.monotonic()
        programs_then = self.programs
        with self._stop.on_signals():
            try:
                while True:
                    finished = self.programs >= self.config.num_programs
                    now = time.monotonic()
                    over = minutes is not None and now - begun > 60 * minutes
                    # After an update, all processes agree whether there is another one.
                    asked, by, late = self.processes.most(self._stop.asked, self._stop.by or 0, over)
                    if asked:
                        self._stop.asked, self._stop.by = True, int(by) or None
                    if asked and not finished:
                        break
                    if self.pending and self.updates % _LOG_EVERY == 0:
                        self._check_finite()
                        metrics = {
                            name: float(torch.stack([m[name] for m in self.pending]).mean())
                            for name in self.pending[0]
                        }
                        rate = (self.programs - programs_then) / (now - lately)
                        self.seconds += now - lately
                        lately, programs_then = now, self.programs
                        self._log({"rate": rate, **metrics})
                        self.pending.clear()
                        yield Progress(self.updates, self.programs, self.config.num_programs, rate, metrics)
                    if first and self.validate and self.validated < self.updates and self._validation_due:
                        self._validate()
                        lately += time.monotonic() - now
                    if finished or late:
                        break
                    if first and now - last_saved > 60 * self.config.checkpoint_minutes:
                        self.save()
                        last_saved = now
                    with denormals_flushed():
                        self.step()
            finally:
                if first and self._whole:
                    self.save()

    def _begin_files(self) -> None:
        config = json.dumps(self.config.to_json(), indent=2) + "\n"
        write_whole(self.folder / "config.json", config.encode(), error=CheckpointError)
        if self.lines:
            write_whole(self.metrics_path, "".join(self.lines).encode(), error=CheckpointError)
        else:
            self.metrics_path.unlink(missing_ok=True)
        if self.best < 0:  # there may be one of a run that was killed before its first checkpoint
            (self.folder / "best.pt").unlink(missing_ok=True)

    def _check_same(self) -> None:
        """Refuse processes that would not make the same updates."""
        if self.processes.count == 1:
            return
        here = hashlib.sha256(repr((self.config, self.identity, self.updates)).encode())
        for parameter in self.parameters:
            here.update(parameter.detach().cpu().numpy().tobytes())
        number = int.from_bytes(here.digest()[:6])
        most, negated = self.processes.most(number, -number)
        if most != -negated:
            what = "the processes have other configurations, data, weights or checkpoints than one another"
            raise InputError(what, "training", "Give all of them the same command and the same folders.")

    @property
    def metrics_path(self) -> Path:
        """The file of the metrics."""
        return self.folder / "metrics.jsonl"

    @property
    def _validation_due(self) -> bool:
        return self.updates % self.config.validate_every == 0

    def _log(self, metrics: dict[str, Any]) -> None:
        line = {
            "updates": self.updates,
            "programs": self.programs,
            "seconds": round(self.seconds, 1),
            "learning_rate": self.learning_rate(),
            **{name: round(value, 5) for name, value in metrics.items()},
        }
        text = json.dumps(line) + "\n"
        append(self.metrics_path, text, error=CheckpointError)
        self.lines.append(text)

    def _validate(self) -> None:
        assert self.validate is not None
        self._check_finite()
        try:
            self._stop.exposed = True
            with torch.no_grad():
                found = self.validate(self.average)
        finally:
            self._stop.exposed = False
        best = max(self.best, found.get("solved", 0.0))
        if best > self.best:
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
        self._log({f"valid_{name}": value for name, value in found.items()})
        # Last: a validation that failed before is due again, and finds the same.
        self.best, self.validated = best, self.updates

    @torch.no_grad()
    def _check_finite(self) -> None:
        """Refuse to go on, or to save, where the losses of the last updates or the weights are no numbers.

        Not after each update: it would wait for the device.
        """
        first = self.updates - len(self.pending) + 1
        for name in ("loss", "norm"):
            if self.pending:
                values = torch.stack([m[name] for m in self.pending])
                if not values.isfinite().all():
                    self._diverged(first + int((~values.isfinite()).nonzero()[0]), f"the {_WORDS[name]}")
        norms = torch._foreach_norm(self.parameters, math.inf)
        if not torch.stack(norms).isfinite().all():
            self._diverged(self.updates, "a weight")

    def _diverged(self, update: int, what: str) -> NoReturn:
        self._whole = False
        last = self.folder / "last.pt"
        kept = "" if self.saved is None else f"{last} of update {self.saved} is kept. "
        hint = f"{kept}Start another run with a lower learning_rate or clip, or a longer warmup."
        raise TrainingError(f"training diverged: {what} of update {update} is not finite", None, hint)

    def save(self) -> None:
        """Write `last.pt`.

        Raises:
            TrainingError: losses or weights are no longer numbers; nothing was written.
            CheckpointError: it cannot be written; the old one is still there.
        """
        self._check_finite()
        save_checkpoint(self.folder / "last.pt", content(self))
        self.saved = self.updates

    @cached_property
    def identity(self) -> dict[str, Any]:
        """What the run learns from and is measured on: digests of the tasks and of files."""
        return identity(self)

    def resume(self) -> None:
        """Go on from `last.pt`.

        A checkpoint of format 1 has neither the metrics nor the digest of the data: lines of metrics of later
        updates are dropped, the running means begin anew, and of the data only its size is compared.

        Raises:
            CheckpointError: no readable checkpoint, or one of another configuration, vocabulary or data.
        """
        restore(self, load_checkpoint(self.folder / "last.pt"))

    @property
    def stopped_by(self) -> int | None:
        """The number of the signal that asked the run to end."""
        return self._stop.by

    def stop(self) -> None:
        """Ask the run to end after the present update."""
        self._stop.asked = True


def _prepared(processes: Processes, objective: Objective, model: Model, batch: Batch) -> Prepared:
    share = processes.share(batch)
    return Prepared(batch.items_B, share, objective.targets(model, share))


def _parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    matrices = [p for p in model.parameters() if p.dim() >= 2]
    vectors = [p for p in model.parameters() if p.dim() < 2]
    return [
        {"params": matrices, "weight_decay": weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
