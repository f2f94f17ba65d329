"""Generation with Csmith as the source; where Csmith is not needed, a fake one returns saved programs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lasynth.config import read
from lasynth.data.dataset import Dataset
from lasynth.data.generate import generate, make_shard
from lasynth.data.shards import read_info
from lasynth.domains.base import Status
from lasynth.domains.c.csmith import csmith_version
from lasynth.domains.c.generator import CTaskGenerator
from lasynth.domains.c.machine import run_batch
from lasynth.errors import InputError, ShardError

SAVED = Path(__file__).resolve().parents[2] / "data" / "csmith"
CONFIG = CTaskGenerator(source="csmith", simplify=False)


@pytest.fixture(autouse=True)
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A fake Csmith with three programs, in the only folder of the PATH besides the system's."""
    folder = tmp_path / "bin"
    folder.mkdir()
    file = folder / "csmith"
    # $2 is the seed.
    cases = "\n".join(
        f"{number}) cat '{SAVED}/{name}.c';;"
        for number, name in enumerate(("seed_19", "seed_24", "unrestricted_11"))
    )
    version = "if [ $1 = --version ]; then echo csmith 9.9; exit; fi"
    file.write_text(f"#!/bin/sh\n{version}\ncase $(($2 % 3)) in\n{cases}\nesac\n")
    file.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    csmith_version.cache_clear()
    yield file
    csmith_version.cache_clear()


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.parquet"))}


def test_tasks_have_examples_that_hold(tmp_path: Path) -> None:
    statistics = generate(tmp_path / "data", CONFIG, num_tasks=60, seed=1)
    dataset = Dataset.open(tmp_path / "data")
    assert len(dataset) == statistics.num_tasks == 60
    outputs_PKN, statuses_PK = run_batch(dataset.tokens_PT.astype("int32"), dataset.inputs_PKN)
    assert (statuses_PK == Status.OK).all()
    assert (outputs_PKN == dataset.outputs_PKN).all()
    assert statistics.kinds["Mixture"] > 0


def test_a_shard_says_where_it_is_from_and_goes_on_where_it_was(tmp_path: Path, stand_in: Path) -> None:
    folder = tmp_path / "data"
    generate(folder, CONFIG, num_tasks=40, seed=1, num_shards=2)
    whole = contents(folder)
    (path, _) = sorted(folder.glob("*.parquet"))
    info = read_info(path)
    assert info.config["source"] == "csmith"
    assert info.config["csmith_version"] == "9.9"
    lost = {name: number for name, number in info.counts.items() if name.startswith("csmith_")}
    programs = lost.pop("csmith_pieces")
    assert lost.pop("csmith_runs") > 0
    assert programs == info.counts["drawn"] + sum(lost.values())
    assert read(CTaskGenerator, {k: v for k, v in info.config.items() if k != "csmith_version"}) == CONFIG
    path.unlink()
    generate(folder, CONFIG, num_tasks=40, seed=1, num_shards=2)
    assert contents(folder) == whole
    # Another version of Csmith makes other programs, so its shards must not be mixed with these.
    stand_in.write_text(stand_in.read_text().replace("9.9", "9.10"))
    csmith_version.cache_clear()
    with pytest.raises(ShardError, match="made with other settings"):
        generate(folder, CONFIG, num_tasks=40, seed=1, num_shards=2)
    with pytest.raises(ShardError, match="made with other settings"):
        generate(folder, dataclasses.replace(CONFIG, source="sampler"), num_tasks=40, seed=1, num_shards=2)


def test_the_seed_and_the_number_of_the_shard_decide() -> None:
    def tokens(seed: int, shard: int) -> Any:
        return make_shard(CONFIG, split="train", num_tasks=20, seed=seed, shard=shard)[0].tokens_PT

    assert (tokens(1, 0) == tokens(1, 0)).all()
    for seed, shard in ((2, 0), (1, 1)):
        assert tokens(seed, shard).tobytes() != tokens(1, 0).tobytes()


def test_references_are_simplified_unless_told_otherwise() -> None:
    config = dataclasses.replace(CONFIG, simplify=True)
    table, _ = make_shard(config, split="valid", num_tasks=10, seed=1, shard=0)
    assert ((table.tokens_PT != 0).sum(axis=1) <= (table.raw_PT != 0).sum(axis=1)).all()
    assert (table.tokens_PT != 0).sum() < (table.raw_PT != 0).sum()


def test_the_setting_of_the_sampler_is_written_as_it_always_was(tmp_path: Path) -> None:
    values = CTaskGenerator.named("small").to_dict()
    assert "source" not in values
    assert read(CTaskGenerator, values).source == "sampler"
    assert read(CTaskGenerator, {"source": "csmith"}).to_dict()["source"] == "csmith"
    generate(tmp_path / "data", CTaskGenerator.named("small"), num_tasks=5)
    (path,) = (tmp_path / "data").glob("*.parquet")
    info = read_info(path)
    assert info.config == values
    assert not any("csmith" in name for name in info.counts)


def test_an_unknown_source_is_refused() -> None:
    with pytest.raises(InputError, match=r"source: 'gcc' does not fit. Give 'sampler' or 'csmith'."):
        CTaskGenerator().with_source("gcc")


def test_the_command_says_what_is_missing(
    tmp_path: Path, stand_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from lasynth.cli import app

    out = tmp_path / "data"
    options = ["generate", "--source", "csmith", "--config", "paper", "--out", str(out), "--num", "8"]
    result = CliRunner().invoke(app, options)
    assert result.exit_code == 0, result.stderr
    assert read_info(next(out.glob("*.parquet"))).config["source"] == "csmith"
    stand_in.unlink()
    csmith_version.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    result = CliRunner().invoke(app, [*options[:-1], "9"])
    assert result.exit_code == 2
    assert "csmith is not installed" in result.stderr
    assert "apt install csmith" in result.stderr
    assert result.stdout == ""
    assert len(list(out.iterdir())) == 1
