from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

CONFIG = """
batch_size = 4
num_programs = {num_programs}
warmup = 5
validate_every = {validate_every}
num_validate = 2
{more}
[model]
embedding = 8
hidden = 16
decoder = 16
heads = 1
refinements = 1
{model}
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from lasynth.data.generate import generate
    from lasynth.domains.c.generator import CTaskGenerator

    folder = tmp_path_factory.mktemp("data")
    generate(folder, CTaskGenerator(), split="train", num_tasks=80, num_shards=2)
    generate(folder, CTaskGenerator(), split="valid", num_tasks=10)
    return folder


def config(folder: Path, num_programs: int, validate_every: int, more: str = "", model: str = "") -> Path:
    path = folder / "tiny.toml"
    sizes = {"num_programs": num_programs, "validate_every": validate_every}
    path.write_text(CONFIG.format(**sizes, more=more, model=model))
    return path


def test_a_run_leaves_a_model_that_solve_and_evaluate_take(lasynth: Any, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    settings = config(tmp_path, 120, 20, "max_tokens = 40")
    result = lasynth("train", "--data", data, "--out", out, "--config", settings)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    assert {"config.json", "last.pt", "metrics.jsonl", "model.json", "model.safetensors"} <= {
        file.name for file in out.iterdir()
    }
    assert any("valid_solved" in line for line in (out / "metrics.jsonl").read_text().splitlines())
    assert json.loads((out / "model.json").read_text())["num_programs"] >= 120
    options = ("--model", out, "--beam", 2, "--max-tokens", 24)
    source = ("--data", data, "--split", "valid", "--num", 2)
    assert lasynth("evaluate", *options, *source).exit_code == 0


def test_an_interrupted_run_is_resumed(lasynth: Any, interrupted: Any, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    settings = config(tmp_path, 100_000_000, 1_000_000)
    options = ("train", "--data", data, "--out", out)
    status, messages = interrupted(*options, "--config", settings, once=(out, "metrics.jsonl"))
    assert status == 130
    assert "--resume continues" in messages

    again = lasynth(*options)
    assert again.exit_code == 2
    assert "there is a run in the folder" in again.stderr
    other = lasynth(*options, "--resume", "--preset", "c-small")
    assert other.exit_code == 2
    assert "another configuration" in other.stderr
    before = json.loads((out / "model.json").read_text())["num_updates"]
    resumed = lasynth(*options, "--resume", "--minutes", 0.02)
    assert resumed.exit_code == 0, resumed.stderr
    assert json.loads((out / "model.json").read_text())["num_updates"] > before


def test_a_second_run_in_the_folder_is_refused(lasynth: Any, data: Path, tmp_path: Path) -> None:
    from lasynth.files import claimed

    settings = config(tmp_path, 20, 20)
    with claimed(tmp_path / "run"):
        result = lasynth("train", "--data", data, "--out", tmp_path / "run", "--config", settings)
    assert result.exit_code == 2
    assert f"is in use by process {os.getpid()}. Wait until it ends" in result.stderr
    assert list((tmp_path / "run").iterdir()) == []


def test_a_terminated_run_is_resumed_with_its_own_data_only(
    lasynth: Any, interrupted: Any, data: Path, tmp_path: Path
) -> None:
    out, settings = tmp_path / "run", config(tmp_path, 100_000_000, 1_000_000)
    options = ("train", "--data", data, "--out", out)
    status, messages = interrupted(
        *options, "--config", settings, once=(out, "metrics.jsonl"), by=signal.SIGTERM
    )
    assert status == 128 + signal.SIGTERM
    assert "--resume continues" in messages
    fewer = tmp_path / "fewer"
    shutil.copytree(data, fewer)
    (fewer / "train-00001-of-00002.parquet").unlink()
    result = lasynth("train", "--data", fewer, "--out", out, "--resume")
    assert result.exit_code == 2
    assert "the run was started with 78 programs, now there are 40" in result.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--preset", "c-huge"), "c-huge"),
        (("--preset", "c-small", "--config", "x.toml"), "both --preset and --config are given"),
        (("--config", "none.toml"), "none.toml"),
        (("--minutes", 0), "--minutes must be above 0"),
        (("--resume",), "there is no checkpoint"),
        ((), "--data"),
    ],
)
def test_bad_options_are_status_2(
    lasynth: Any, data: Path, tmp_path: Path, options: tuple[object, ...], message: str
) -> None:
    where = ("--data", data) if options else ()
    result = lasynth("train", "--out", tmp_path / "run", *where, *options)
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.parametrize(
    ("more", "model", "message"),
    [
        ("batch_sise = 3", "", "batch_sise"),
        ("batch_size = [", "", "not TOML"),
        ("", "widht = 3", "widht"),
        ("", 'executor = "sometimes"', "sometimes"),
        ("", "max_value = 2", "values up to 2"),
        ("max_tokens = 1", "", "no program has at most 1 tokens"),
    ],
)
def test_bad_configurations_are_status_2(
    lasynth: Any, data: Path, tmp_path: Path, more: str, model: str, message: str
) -> None:
    settings = config(tmp_path, 10, 10, more, model)
    result = lasynth("train", "--data", data, "--out", tmp_path / "run", "--config", settings)
    assert result.exit_code == 2
    assert message in result.stderr


def test_data_that_cannot_be_read(lasynth: Any, tmp_path: Path) -> None:
    empty = tmp_path / "data"
    empty.mkdir()
    result = lasynth("train", "--data", empty, "--out", tmp_path / "run")
    assert result.exit_code == 2
    assert "no shards" in result.stderr
    (empty / "train-00000-of-00001.parquet").write_bytes(b"PAR1 and no more")
    result = lasynth("train", "--data", empty, "--out", tmp_path / "run")
    assert result.exit_code == 2
    assert "train-00000-of-00001.parquet" in result.stderr
