"""The model that a training leaves."""

from __future__ import annotations

from pathlib import Path

from lasynth.models import save
from lasynth.training.loop import Trainer

__all__ = ["export"]


def export(trainer: Trainer, path: Path) -> None:
    """Write the running average of the weights, and a card that says how they were trained.

    Args:
        trainer: of the run.
        path: of the weights.

    Raises:
        CheckpointError: a file cannot be written.
    """
    card = {
        "training": trainer.config.to_json(),
        "num_programs": trainer.programs,
        "num_updates": trainer.updates,
        "num_distinct_programs": trainer.num_distinct,
    }
    save(trainer.average, trainer.config.model, path, card)
