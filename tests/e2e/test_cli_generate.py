from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest


def shards(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.parquet"))}


def test_shards_are_a_function_of_the_seed(lasynth: Any, tmp_path: Path) -> None:
    options = ("--num", 60, "--shards", 2, "--seed", 3)
    for folder in ("a", "b"):
        result = lasynth("generate", "--out", tmp_path / folder, *options)
        assert result.exit_code == 0, result.stderr
        assert result.stdout == ""
    first = shards(tmp_path / "a")
    assert list(first) == ["train-00000-of-00002.parquet", "train-00001-of-00002.parquet"]
    assert first == shards(tmp_path / "b")
    lasynth("generate", "--out", tmp_path / "c", *options[:-1], 4)
    assert first != shards(tmp_path / "c")


def test_a_run_goes_on_where_it_was(lasynth: Any, tmp_path: Path) -> None:
    options = ("generate", "--out", tmp_path, "--num", 60, "--shards", 3)
    lasynth(*options)
    whole = shards(tmp_path)
    (tmp_path / "train-00001-of-00003.parquet").unlink()
    (tmp_path / ".train-00001-of-00003.parquet.1.tmp").write_bytes(b"half")
    assert lasynth(*options).exit_code == 0
    assert shards(tmp_path) == whole
    assert [file.name for file in tmp_path.iterdir() if not file.name.endswith(".parquet")] == []


def test_statistics(lasynth: Any, tmp_path: Path) -> None:
    made = lasynth("generate", "--out", tmp_path, "--num", 200, "--split", "valid", "--stats")
    assert made.exit_code == 0, made.stderr
    assert "affine" in made.stdout
    assert "For-only" in made.stdout
    shown = lasynth("generate", "--out", tmp_path, "--split", "valid", "--stats")
    assert shown.stdout == made.stdout
    document = json.loads(lasynth("generate", "--out", tmp_path, "--split", "valid", "--json").stdout)
    assert document["num_tasks"] == 200


def test_shards_at_a_url(lasynth: Any, tmp_path: Path) -> None:
    from lasynth.places import place_of

    options = ("--num", 30, "--shards", 2)
    made = lasynth("generate", "--out", "memory://cli", *options, "--stats")
    assert made.exit_code == 0, made.stderr
    lasynth("generate", "--out", tmp_path, *options)
    found = {place.name: place.read_bytes() for place in place_of("memory://cli").glob("*")}
    assert found == shards(tmp_path)
    assert lasynth("generate", "--out", "memory://cli", "--stats").stdout == made.stdout
    assert lasynth("generate", "--verify", "memory://cli").stdout.startswith("30 tasks in 2 shards")


def test_a_configuration_of_ones_own(lasynth: Any, tmp_path: Path) -> None:
    from lasynth.data.dataset import Dataset

    config = tmp_path / "mine.toml"
    config.write_text('max_value = 9\n[sampler]\nname = "small"\nnum_cells = 3\n')
    result = lasynth("generate", "--out", tmp_path / "data", "--num", 50, "--config", config)
    assert result.exit_code == 0, result.stderr
    dataset = Dataset.open(tmp_path / "data")
    assert dataset.num_cells == 3
    assert abs(dataset.inputs_PKN).max() > 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "the number of tasks is missing. Give --num, or --stats."),
        (("--stats",), "no shards of split train"),
        (("--num", 0), "--num"),
        (("--num", 5, "--split", "training"), "unknown split 'training'"),
        (("--num", 5, "--shards", 9), "5 tasks in 9 shards"),
        (("--num", 5, "--config", "huge"), "huge"),
        (("--num", 5, "--config", "none.toml"), "none.toml: no such file"),
        (("--num", 5, "--workers", "many"), "--workers"),
    ],
)
def test_bad_options_are_status_2(
    lasynth: Any, tmp_path: Path, options: tuple[object, ...], message: str
) -> None:
    result = lasynth("generate", "--out", tmp_path, *options)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert message in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_shards_made_otherwise_are_not_overwritten(lasynth: Any, tmp_path: Path) -> None:
    lasynth("generate", "--out", tmp_path, "--num", 30)
    before = shards(tmp_path)
    result = lasynth("generate", "--out", tmp_path, "--num", 30, "--seed", 1)
    assert result.exit_code == 2
    assert "made with other settings" in result.stderr
    assert shards(tmp_path) == before


def test_an_interrupted_run_leaves_whole_files_only(interrupted: Any, tmp_path: Path) -> None:
    from lasynth.data.dataset import Dataset

    options = ("--out", tmp_path, "--num", 40_000, "--shards", 400)
    status, messages = interrupted("generate", *options, once=(tmp_path, "*.parquet"))
    assert status == 130
    assert messages.splitlines()[-1] == "lasynth: interrupted"
    made = list(tmp_path.glob("*.parquet"))
    assert 0 < len(made) < 400
    assert len(Dataset.open(made)) > 0


def test_a_terminated_run_leaves_no_worker_and_no_leftover(interrupted: Any, tmp_path: Path) -> None:
    options = ("generate", "--out", tmp_path, "--num", 400_000, "--shards", 4000, "--workers", 2)
    status, messages = interrupted(*options, once=(tmp_path, "*.parquet"), by=signal.SIGTERM)
    assert status == 128 + signal.SIGTERM
    assert "Traceback" not in messages
    assert [file.name for file in tmp_path.iterdir() if file.suffix != ".parquet"] == []


def test_a_second_run_in_the_folder_is_refused(lasynth: Any, tmp_path: Path) -> None:
    from lasynth.files import claimed

    options = ("generate", "--out", tmp_path, "--num", 20)
    with claimed(tmp_path, "train", leftovers=None):
        result = lasynth(*options)
        assert result.exit_code == 2
        hint = "Wait until it ends, or give another folder."
        assert result.stderr == f"lasynth: {tmp_path}: is in use by process {os.getpid()}. {hint}\n"
        assert lasynth(*options, "--split", "valid").exit_code == 0
    assert lasynth(*options).exit_code == 0
