"""Checkpoints: everything that a run needs to go on as if it had never stopped."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch

from lasynth.errors import CheckpointError

__all__ = ["load_checkpoint", "save_checkpoint"]

FORMAT = 1


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint so that a killed run leaves the old one or the new one, never a half."""
    partial = path.with_name(path.name + ".partial")
    torch.save({"format": FORMAT, **state}, partial)
    os.replace(partial, path)


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint.

    Raises:
        CheckpointError: missing, truncated, or of another format.
    """
    if not path.is_file():
        raise CheckpointError(
            "there is no checkpoint", where=str(path), hint="Start the run without --resume."
        )
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise CheckpointError(
            f"cannot be read as a checkpoint ({type(error).__name__})",
            where=str(path),
            hint="It may be cut short: remove it and start again, or take an older one.",
        ) from error
    if state.get("format") != FORMAT:
        raise CheckpointError(
            f"checkpoint format {state.get('format')}, this version reads {FORMAT}", where=str(path)
        )
    return state
