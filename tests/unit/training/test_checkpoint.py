"""Checkpoints on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from lasynth.errors import CheckpointError
from lasynth.training.checkpoint import load_checkpoint, save_checkpoint

STATE: dict[str, Any] = {
    "weights": {"a": torch.arange(300.0), "b": torch.ones(7, dtype=torch.bool)},
    "config": {"name": "tiny", "rate": 0.1},
    "updates": 12,
}


def test_a_checkpoint_is_read_by_us_and_by_torch(tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    save_checkpoint(path, STATE)
    for found in (load_checkpoint(path), torch.load(path, weights_only=True)):
        assert found["format"] == 2
        assert found["config"] == STATE["config"]
        assert all(torch.equal(found["weights"][name], value) for name, value in STATE["weights"].items())
    assert [file.name for file in tmp_path.iterdir()] == ["last.pt"]


def test_numbers_of_numpy_are_saved_as_plain_ones(tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    save_checkpoint(path, {"best": np.float64(0.5), "deep": {"counts": [np.int64(3), np.bool_(True)]}})
    found = torch.load(path, weights_only=True)
    assert (found["best"], type(found["best"])) == (0.5, float)
    assert found["deep"] == {"counts": [3, True]}
    assert [type(one) for one in found["deep"]["counts"]] == [int, bool]


def test_numbers_of_numpy_in_earlier_checkpoints_are_read(tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    torch.save({"format": 1, "best": np.float64(0.5), "num": np.int64(3)}, path)
    found = load_checkpoint(path)
    assert (found["best"], found["num"]) == (0.5, 3)


def test_a_flipped_bit_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    save_checkpoint(path, STATE)
    whole = path.read_bytes()
    drawn = np.random.default_rng(0).integers(8 * len(whole), size=400).tolist()
    for place in {*drawn, *range(8 * (len(whole) - 90), 8 * len(whole))}:
        flipped = bytearray(whole)
        flipped[place // 8] ^= 1 << (place % 8)
        path.write_bytes(flipped)
        with pytest.raises(CheckpointError) as raised:
            load_checkpoint(path)
        assert str(raised.value).startswith(f"{path}: ")


def test_a_truncated_checkpoint_is_said(tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    save_checkpoint(path, STATE)
    whole = path.read_bytes()
    for length in (0, 1, 63, 64, 1000, len(whole) - 64, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(CheckpointError, match="cut short"):
            load_checkpoint(path)


def test_the_first_format_is_read_and_later_ones_are_not(tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    torch.save({"format": 1, **STATE}, path)
    assert load_checkpoint(path)["updates"] == 12
    torch.save({"format": 3, **STATE}, path)
    with pytest.raises(CheckpointError, match="checkpoint format 3, this version reads 2"):
        load_checkpoint(path)
    torch.save([1], path)
    with pytest.raises(CheckpointError, match="cannot be read as a checkpoint"):
        load_checkpoint(path)
