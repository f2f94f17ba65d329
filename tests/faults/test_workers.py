"""Workers that are killed, and disks that are full, while there are several workers.

What a run leaves that met a fault and was started again is compared with what an undisturbed run leaves.
"""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from small_retraining import CONFIG, SHIPPED, contents, make_data

from lasynth.data.dataset import Dataset
from lasynth.data.generate import generate
from lasynth.domains.c.generator import CTaskGenerator
from lasynth.errors import ShardError
from lasynth.evaluation import evaluate
from lasynth.models import load
from lasynth.runner import ProcessRunner, Runner
from lasynth.search import SearchConfig
from lasynth.training.retraining import Retraining

Work = Callable[[Path, Runner | None, Callable[[], None]], dict[str, object]]


def generation(folder: Path, runner: Runner | None, step: Callable[[], None]) -> dict[str, object]:
    options = {"num_tasks": 60, "seed": 5, "num_shards": 6}
    generate(folder, CTaskGenerator.named("small"), **options, runner=runner, progress=lambda _: step())
    return contents(folder)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    make_data(folder)
    return folder


@pytest.fixture
def works(data: Path) -> dict[str, Work]:
    tasks = Dataset.open(data, split="train").tasks()[:16]

    def evaluation(folder: Path, runner: Runner | None, step: Callable[[], None]) -> dict[str, object]:
        limits = SearchConfig(max_tokens=24, max_rows=16)
        found = evaluate(load(SHIPPED), tasks, limits, beam=4, runner=runner, progress=lambda _: step())
        return {"records": [dataclasses.replace(record, seconds=0.0) for record in found.records]}

    def retraining(folder: Path, runner: Runner | None, step: Callable[[], None]) -> dict[str, object]:
        def told(number: int, what: str, done: int, total: int, text: str) -> None:
            if what == "decoding" and done < total:
                step()

        Retraining(CONFIG, data, tasks[:4], folder, model=SHIPPED, runner=runner, step=told).run(1)
        return contents(folder)

    return {"generate": generation, "evaluate": evaluation, "retrain": retraining}


@pytest.mark.parametrize("name", ["generate", "evaluate", "retrain"])
def test_a_worker_that_is_killed_changes_nothing(name: str, works: dict[str, Work], tmp_path: Path) -> None:
    kills: list[int] = []

    def kill() -> None:
        """Kill a worker when the first item is done: it is at work on another one."""
        if not kills:
            worker = multiprocessing.active_children()[0]
            kills.append(worker.pid or 0)
            worker.kill()
            worker.join()

    undisturbed = works[name](tmp_path / "undisturbed", None, lambda: None)
    assert works[name](tmp_path / "killed", ProcessRunner(2), kill) == undisturbed
    assert kills


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk takes the rights of root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("name", ["generate", "retrain"])
def test_a_full_disk_is_said_and_the_run_goes_on(
    name: str, works: dict[str, Work], tmp_path: Path, data: Path, small_disk: Path
) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(bytes(252 * 1024))
    with pytest.raises(ShardError, match="cannot be written: No space left on device") as raised:
        run_on(small_disk, name, works, tmp_path, data)
    assert str(small_disk) in str(raised.value)
    assert list(small_disk.rglob("*.tmp")) == []
    filler.unlink()
    found = run_on(small_disk, name, works, tmp_path, data)
    wanted = works[name](tmp_path / "undisturbed", None, lambda: None)
    shards = {Path(place).name: content for place, content in found.items() if place.endswith(".parquet")}
    assert shards == {Path(p).name: content for p, content in wanted.items() if p.endswith(".parquet")}


def run_on(disk: Path, name: str, works: dict[str, Work], folder: Path, data: Path) -> dict[str, object]:
    """Write shards on a disk with two workers; of a retraining only these, its models are too large."""
    if name == "generate":
        works[name](disk / "out", ProcessRunner(2), lambda: None)
    else:
        tasks, runner = Dataset.open(data, split="valid").tasks(), ProcessRunner(2)
        Retraining(
            CONFIG, data, tasks, folder / "run", shards=disk / "out", model=SHIPPED, runner=runner
        ).run(1)
    return contents(disk / "out")
