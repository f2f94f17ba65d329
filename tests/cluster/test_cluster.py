"""Ray for real: two nodes of a cluster on this machine, and a cluster of its own."""

from __future__ import annotations

import dataclasses
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import work
from small_retraining import CONFIG, SHIPPED, contents

from lasynth.data.dataset import Dataset
from lasynth.data.generate import generate
from lasynth.domains.c.generator import CTaskGenerator
from lasynth.errors import InputError, WorkerError
from lasynth.evaluation import evaluate
from lasynth.models import load
from lasynth.places import place_of
from lasynth.runner import ProcessRunner, RayRunner, Runner
from lasynth.search import SearchConfig
from lasynth.training.retraining import Retraining

pytest.importorskip("ray", reason="Ray is not installed here; make test-cluster has it in a venv of its own")

HERE = Path(__file__).parent


@pytest.fixture
def runner(nodes: Any) -> RayRunner:
    found = RayRunner(nodes.address)
    assert found.remote
    return found


@pytest.fixture
def runners(runner: RayRunner) -> dict[str, Runner | None]:
    return {"inline": None, "processes": ProcessRunner(2), "cluster": runner}


def test_both_nodes_work_and_errors_arrive_as_they_were_raised(runner: RayRunner) -> None:
    assert len(set(runner.map(work.node_of, [0.5] * 8))) == 2
    results = runner.map(work.fail_on_two, range(5))
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(InputError) as raised:
        next(results)
    assert str(raised.value) == "item 2: two is wrong. Leave it out."


def test_generate_is_the_same_everywhere(runners: dict[str, Runner | None], tmp_path: Path) -> None:
    found = {}
    for name, one in runners.items():
        # A folder that the nodes share, and a URL of one.
        place = place_of(f"local://{tmp_path}/url" if name == "cluster" else str(tmp_path / name))
        generate(place, CTaskGenerator.named("small"), num_tasks=40, seed=5, num_shards=4, runner=one)
        found[name] = {path.name: path.read_bytes() for path in place.glob("*")}
    assert len(found["inline"]) == 4
    assert found["inline"] == found["processes"] == found["cluster"]


def test_evaluate_is_the_same_everywhere(runners: dict[str, Runner | None], data: Path) -> None:
    tasks = Dataset.open(data, split="train").tasks()[:16]
    limits = SearchConfig(max_tokens=30, max_rows=16)
    found = {}
    for name, one in runners.items():
        result = evaluate(load(SHIPPED), tasks, limits, beam=4, runner=one)
        found[name] = [dataclasses.replace(record, seconds=0.0) for record in result.records]
    lines = {name: [json.dumps(dataclasses.asdict(record)) for record in found[name]] for name in found}
    assert lines["inline"] == lines["processes"] == lines["cluster"]
    assert any(record.num_candidates for record in found["inline"])


def test_retrain_is_the_same_everywhere(
    runners: dict[str, Runner | None], data: Path, tmp_path: Path
) -> None:
    tasks = Dataset.open(data, split="valid").tasks()
    for name, one in runners.items():
        Retraining(CONFIG, data, tasks, tmp_path / name, model=SHIPPED, runner=one).run(1)
    wanted = contents(tmp_path / "inline")
    assert "round-1/evaluation.json" in wanted
    assert contents(tmp_path / "processes") == wanted
    assert contents(tmp_path / "cluster") == wanted


def test_work_of_a_lost_worker_is_done_again(runner: RayRunner, tmp_path: Path) -> None:
    function = partial(work.killed_once, marks=tmp_path)
    assert list(runner.map(function, range(4))) == [0, 1, 4, 9]
    assert (tmp_path / "killed").exists()
    with pytest.raises(WorkerError, match="item 1 of 1 ended 4 times before they were done"):
        list(runner.map(work.killed, [0]))


def test_work_of_a_node_that_goes_away_is_done_again(nodes: Any, runner: RayRunner, tmp_path: Path) -> None:
    node = nodes.add_node(num_cpus=2)
    nodes.wait_for_nodes()
    removed: list[Any] = []

    def remove(_: int) -> None:
        if not removed:
            removed.append(node)
            nodes.remove_node(node, allow_graceful=False)

    options = {"num_tasks": 80, "seed": 6, "num_shards": 8}
    config = CTaskGenerator.named("small")
    generate(tmp_path / "cluster", config, **options, runner=runner, progress=remove)
    assert removed
    generate(tmp_path / "inline", config, **options)
    assert contents(tmp_path / "cluster") == contents(tmp_path / "inline")


def command(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "lasynth", *map(str, arguments)]
    return subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)


def test_commands_on_a_cluster(nodes: Any, data: Path, tmp_path: Path) -> None:
    address = ("--address", nodes.address)
    for words in (
        ("generate", "--num", 4, "--out", "data"),
        ("retrain", "--data", data, "--out", "run"),
        ("retrain", "--data", data, "--out", tmp_path / "run", "--shards", "shards"),
    ):
        ran = command(*words, *address, folder=tmp_path)
        assert ran.returncode == 2, ran.stderr
        assert "is a relative path" in ran.stderr
        assert ran.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
    shard = data / "valid-00000-of-00001.parquet"
    ran = command("evaluate", "--data", shard, "--beam", 4, "--json", *address, folder=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["num_tasks"] == 6
    ran = command("generate", "--num", 4, "--out", "data", "--address", "127.0.0.1:1", folder=tmp_path)
    assert "is a relative path" in ran.stderr
    ran = command("generate", "--num", 4, "--out", tmp_path, "--address", "127.0.0.1:1", folder=tmp_path)
    assert ran.returncode == 2
    assert "127.0.0.1:1: no Ray cluster answers: Connection refused. Start a cluster" in ran.stderr


DRIVER = """
import sys
from functools import partial
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import work
from lasynth.runner import RayRunner
list(RayRunner().map(partial(work.hold, folder=Path(sys.argv[2])), [1]))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_with_their_driver(number: signal.Signals, tmp_path: Path) -> None:
    """A cluster of this machine alone, which a driver that is killed takes with it."""
    environment = {name: value for name, value in os.environ.items() if name != "RAY_ADDRESS"}
    driver = subprocess.Popen([sys.executable, "-c", DRIVER, str(HERE), str(tmp_path)], env=environment)
    try:
        while not (tmp_path / "begun-1").exists():
            assert driver.poll() is None
            time.sleep(0.1)
    finally:
        driver.send_signal(number)
        assert driver.wait() == -number
    with (tmp_path / "alive-1").open("w") as file:
        end_s = time.monotonic() + 120
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                assert time.monotonic() < end_s, "a worker outlives its driver"
                time.sleep(0.1)
            else:
                break
