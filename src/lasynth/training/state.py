"""What a checkpoint of a run holds, and a run that goes on from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import torch

from lasynth.errors import CheckpointError
from lasynth.models.vocabulary import check, made_with
from lasynth.training.modes import random_state, set_random_state

if TYPE_CHECKING:
    from lasynth.training.loop import Trainer

__all__ = ["content", "identity", "restore"]

_OTHER: Final = {
    "training": "other training data",
    "num_programs": "other training data",
    "validation": "other validation tasks",
    "first stage": "another first stage or other traces",
}


def content(trainer: Trainer) -> dict[str, Any]:
    """Everything that a run needs to go on as if it had never stopped."""
    names = trainer.pending[0] if trainer.pending else ()
    return {
        "config": trainer.config.to_json(),
        **made_with(trainer.config.model),
        "model": trainer.model.state_dict(),
        "average": trainer.average.state_dict(),
        "optimizer": trainer.optimizer.state_dict(),
        "phase": trainer.phase,
        "rows": torch.from_numpy(trainer.rows),
        "seen": torch.from_numpy(trainer.seen),
        "batches": trainer.batches.state(),
        "random": random_state(trainer.device),
        "data": trainer.identity,
        "updates": trainer.updates,
        "programs": trainer.programs,
        "seconds": trainer.seconds,
        "best": trainer.best,
        "validated": trainer.validated,
        "metrics": trainer.lines,
        "pending": {name: torch.stack([m[name] for m in trainer.pending]) for name in names},
    }


def restore(trainer: Trainer, state: Mapping[str, Any]) -> None:
    """Take the state of a checkpoint; see `Trainer.resume`.

    Raises:
        CheckpointError: it is of another configuration, vocabulary or data.
    """
    if state["config"] != trainer.config.to_json():
        raise CheckpointError(
            "the checkpoint belongs to another configuration",
            where=str(trainer.folder),
            hint="Give the run a folder of its own, or the configuration it was started with.",
        )
    check(trainer.config.model, state, str(trainer.folder))
    _check_data(trainer, state)
    trainer.model.load_state_dict(state["model"])
    trainer.average.load_state_dict(state["average"])
    trainer.optimizer.load_state_dict(state["optimizer"])
    trainer.seen = state["seen"].numpy()
    trainer.take(state["phase"], state["rows"].numpy())
    trainer.batches.restore(state["batches"])
    trainer.updates = trainer.saved = state["updates"]
    trainer.programs = state["programs"]
    trainer.seconds, trainer.best = state["seconds"], state["best"]
    if state["format"] == 1:
        trainer.validated = trainer.updates
        lines = _lines(trainer.metrics_path)
        trainer.lines = [line for line in lines if json.loads(line)["updates"] <= trainer.updates]
        return
    trainer.validated, trainer.lines = state["validated"], state["metrics"]
    metrics = {name: values.to(trainer.device).unbind() for name, values in state["pending"].items()}
    trainer.pending = [
        dict(zip(metrics, values, strict=True)) for values in zip(*metrics.values(), strict=True)
    ]
    set_random_state(state["random"], trainer.device)


def identity(trainer: Trainer) -> dict[str, Any]:
    """What a run learns from and is measured on: digests of the tasks and of files."""
    sources = hashlib.sha256()
    for path in trainer.objective.sources:
        sources.update(path.read_bytes())
    return {
        "training": trainer.data.digest,
        "num_programs": len(trainer.data),
        "validation": getattr(trainer.validate, "digest", None),
        "first stage": sources.hexdigest() if trainer.objective.sources else None,
    }


def _check_data(trainer: Trainer, state: Mapping[str, Any]) -> None:
    before, now = state.get("data", {"num_programs": len(state["seen"])}), trainer.identity
    for name in before:
        if before[name] == now[name]:
            continue
        what = f"the run was started with {_OTHER[name]}"
        if before["num_programs"] != len(trainer.data):
            what = f"the run was started with {before['num_programs']:,} programs, now there are "
            what += f"{len(trainer.data):,}"
        hint = "Resume with the data of the start, or begin another run in a folder of its own."
        raise CheckpointError(what, str(trainer.folder), hint)


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines(keepends=True) if path.is_file() else []
