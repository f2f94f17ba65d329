"""Checkpoints: everything that a run needs to go on as if it had never stopped.

A checkpoint is a file of `torch.save`, a zip archive, whose comment is the SHA-256 of all bytes before it.
So damage is seen, and `torch.load` still reads the file. Format 1 had no digest and is read unchecked.
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch.serialization import safe_globals

from lasynth.errors import CheckpointError
from lasynth.files import write_whole

__all__ = ["load_checkpoint", "save_checkpoint"]

FORMAT: Final = 2
_READ: Final = (1, FORMAT)
_LENGTH: Final = 64  # of a digest, in characters
# Earlier versions could write a number of NumPy, which torch does not read unless it is told to.
_NUMBERS: Final[list[Any]] = [
    np.float64(0).__reduce__()[0],
    np.dtype,
    *map(type, map(np.dtype, (np.float64, np.int64))),
]
_HINT: Final = "It may be cut short or damaged: remove it and start again, or take an older one."


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint so that a killed run leaves the old one or the new one, never a half.

    Raises:
        CheckpointError: it cannot be written; the old one is still there.
    """
    stream = io.BytesIO()
    torch.save({"format": FORMAT, **_plain(state)}, stream)
    # An archive ends with the length of its comment, and the comment.
    stream.seek(-2, io.SEEK_END)
    stream.write(_LENGTH.to_bytes(2, "little"))
    stream.write(hashlib.sha256(stream.getbuffer()).hexdigest().encode())
    write_whole(path, stream.getbuffer(), error=CheckpointError)


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint.

    Raises:
        CheckpointError: missing, damaged, or of another format.
    """
    if not path.is_file():
        raise CheckpointError(
            "there is no checkpoint", where=str(path), hint="Start the run without --resume."
        )
    try:
        content = path.read_bytes()
        whole = hashlib.sha256(memoryview(content)[:-_LENGTH]).hexdigest().encode() == content[-_LENGTH:]
        with safe_globals(_NUMBERS):
            state: dict[str, Any] = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
        version = state.get("format")
    except Exception as error:
        raise CheckpointError(
            f"cannot be read as a checkpoint ({type(error).__name__})", str(path), _HINT
        ) from error
    if version not in _READ:
        what = f"checkpoint format {version}, this version reads {FORMAT}"
        raise CheckpointError(what, where=str(path))
    if version != 1 and not whole:
        raise CheckpointError("damaged: its checksum does not match", str(path), _HINT)
    return state


def _plain(value: Any) -> Any:
    """A value without numbers of NumPy, which could not be read again."""
    if isinstance(value, np.generic):
        return value.item()
    if type(value) is dict:
        return {key: _plain(one) for key, one in value.items()}
    if type(value) is list:
        return [_plain(one) for one in value]
    return value
