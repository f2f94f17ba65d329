"""A run that a signal, a kill or a full disk ended, and that was started again, is the run that none ended.

Each draw is a work (training, generation, export), a fault and a moment. What is compared: checkpoints with
the weights and the state of the optimizer, metrics without their times, shards, the exported model, and the
names of all files. 10 draws are in `make test`, always the same; `make check-long` draws 200 others. Repeat
one with `LASYNTH_FAULT_SEED=SEED pytest -m "long or not long" tests/faults -k "DRAW"`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from lasynth.errors import CheckpointError
from lasynth.models import load
from lasynth.training.checkpoint import load_checkpoint

CONFIG = """
batch_size = 4
num_programs = 60
warmup = 3
validate_every = 6
num_validate = 3
max_tokens = 60
curriculum = [[0.5, 40]]
replay = 0.25
checkpoint_minutes = 0.3
[model]
embedding = 8
hidden = 16
decoder = 12
heads = 1
refinements = 1
dropout = 0.1
"""
SEED = int(os.environ.get("LASYNTH_FAULT_SEED", 0))
LONG_SEED = int(os.environ.get("LASYNTH_FAULT_SEED", int.from_bytes(os.urandom(4))))
WAIT_S = 600  # for an answer; a hang fails the test
KINDS = ("kill", "term", "int", "int2", "int2", "full")
TIMES = ("seconds", "rate")
STATUSES = {"kill": {-9}, "term": {143}, "int": {130}, "int2": {130}, "full": {2}}

Child = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def child(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    """Runs a command in a process in which a fault happens; see `zygote.py`."""
    folder = tmp_path_factory.mktemp("zygote")
    (folder / "tiny.toml").write_text(CONFIG)
    command = [sys.executable, str(Path(__file__).with_name("zygote.py")), str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    requests, answers = process.stdin, process.stdout

    def call(*arguments: object, fault: dict[str, Any] | None = None) -> dict[str, Any]:
        request = {"arguments": [str(argument) for argument in arguments], "fault": fault}
        requests.write(json.dumps(request) + "\n")
        requests.flush()
        return json.loads(answers.readline())

    call.folder = folder  # type: ignore[attr-defined]
    assert json.loads(answers.readline()) == {"ready": True}
    yield call
    requests.close()
    process.wait(WAIT_S)


class Training:
    """`lasynth train`, which goes on with --resume where there is a checkpoint."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def command(self, out: Path) -> tuple[object, ...]:
        begun = (out / "last.pt").is_file()
        config = ("--resume",) if begun else ("--config", self.data / "tiny.toml")
        return ("train", "--data", self.data / "data", "--out", out, *config)

    def check(self, out: Path) -> None:
        """Whatever is there can be read at any time."""
        for name in ("last.pt", "best.pt"):
            if (out / name).is_file():
                load_checkpoint(out / name)
        loads(out / "model.safetensors")

    def content(self, out: Path) -> dict[str, Any]:
        found: dict[str, Any] = {path.name: path.read_bytes() for path in out.iterdir()}
        for name in ("last.pt", "best.pt"):
            if name in found:
                found[name] = load_checkpoint(out / name)
                found[name].pop("seconds", None)
        found["last.pt"]["metrics"] = [timeless(line) for line in found["last.pt"]["metrics"]]
        found["metrics.jsonl"] = [timeless(line) for line in found["metrics.jsonl"].splitlines()]
        return found


class Generation:
    """`lasynth generate`, in this process."""

    def command(self, out: Path) -> tuple[object, ...]:
        return ("generate", "--out", out, "--num", 30, "--shards", 3, "--seed", 5)

    def check(self, out: Path) -> None:
        """Nothing: shards are checked when the run goes on."""

    def content(self, out: Path) -> dict[str, Any]:
        return {path.name: path.read_bytes() for path in out.iterdir()}


class Export(Generation):
    """A model that replaces another."""

    def command(self, out: Path) -> tuple[object, ...]:
        return ("export", out / "tiny.safetensors", 1)

    def check(self, out: Path) -> None:
        loads(out / "tiny.safetensors")


def loads(path: Path) -> None:
    """A model is read, or refused where only one of its two files was replaced."""
    if path.is_file():
        try:
            load(path)
        except CheckpointError as error:
            assert "belong to another card" in str(error) or "card is missing" in str(error)


def timeless(line: str | bytes) -> dict[str, Any]:
    return {name: value for name, value in json.loads(line).items() if name not in TIMES}


def differences(one: Any, other: Any, where: str = "") -> list[str]:
    """The places at which two contents differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        found = [f"{where}/{name}: in one only" for name in sorted(one.keys() ^ other.keys(), key=str)]
        for name in one.keys() & other.keys():
            found += differences(one[name], other[name], f"{where}/{name}")
        return found
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [
            place
            for number, pair in enumerate(zip(one, other, strict=True))
            for place in differences(*pair, f"{where}/{number}")
        ]
    if isinstance(one, torch.Tensor):
        return [] if torch.equal(one, other) else [f"{where}: other numbers"]
    return [] if one == other else [f"{where}: {str(one)[:80]} and {str(other)[:80]}"]


@dataclass(frozen=True)
class Undisturbed:
    """What a run leaves that nothing disturbs, and which points it passes in how many seconds."""

    content: dict[str, Any]
    points: list[str]
    seconds: float


@pytest.fixture(scope="module")
def works(child: Child) -> dict[str, Any]:
    return {"training": Training(child.folder), "generation": Generation(), "export": Export()}  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def undisturbed(
    child: Child, works: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    found = {}
    for name, work in works.items():
        out = tmp_path_factory.mktemp(name) / "out"
        begin(child, name, out)
        ran = child(*work.command(out))
        assert ran["status"] == 0, ran["messages"]
        found[name] = Undisturbed(work.content(out), ran["points"], ran["seconds"])
    return found


def begin(child: Child, name: str, out: Path) -> None:
    """An export replaces a model."""
    if name == "export":
        out.mkdir()
        assert child("export", out / "tiny.safetensors", 0)["status"] == 0


def drawn_fault(rng: np.random.Generator, run: Undisturbed) -> dict[str, Any]:
    kind = KINDS[rng.integers(len(KINDS))]
    if kind != "full" and rng.random() < 0.25:
        again_s = rng.uniform(0, 0.05)
        return {"kind": kind, "after_s": rng.uniform(0, run.seconds), "again_s": again_s}
    # First what, then when: there are more system calls than anything else.
    names = sorted(set(run.points))
    name = names[rng.integers(len(names))]
    places = [number for number, other in enumerate(run.points, 1) if other == name]
    return {"kind": kind, "at": places[rng.integers(len(places))], "again": int(rng.integers(4))}


def disturb(seed: int, draw: int, child: Child, works: Any, undisturbed: Any, out: Path) -> None:
    rng = np.random.default_rng([seed, draw])
    name = ("training", "training", "generation", "export")[rng.integers(4)]
    work, wanted = works[name], undisturbed[name]
    faults = [drawn_fault(rng, wanted) for _ in range(rng.integers(1, 3))]
    story = f"LASYNTH_FAULT_SEED={seed}, draw {draw}: {name}, {faults}"
    print(story)  # shown if the draw fails
    begin(child, name, out)
    for fault in faults:
        ran = child(*work.command(out), fault=fault)
        # A run may be at its end before the moment comes.
        assert ran["status"] in {0, *STATUSES[fault["kind"]]} | (
            {-2, -15} if "after_s" in fault else set()
        ), (story, ran)
        assert "Traceback" not in ran["messages"], (story, ran["messages"])
        if ran["status"] == 2:
            assert "cannot be written: No space left on device" in ran["messages"], (story, ran)
        if out.is_dir():
            work.check(out)
    ran = child(*work.command(out))
    assert ran["status"] == 0, (story, ran)
    assert differences(work.content(out), wanted.content) == [], story


@pytest.mark.parametrize("draw", range(10))
def test_a_disturbed_run_ends_as_an_undisturbed_one(
    draw: int, child: Child, works: Any, undisturbed: Any, tmp_path: Path
) -> None:
    disturb(SEED, draw, child, works, undisturbed, tmp_path / "out")


@pytest.mark.long
@pytest.mark.parametrize("draw", range(200))
def test_many_disturbed_runs_end_as_undisturbed_ones(
    draw: int, child: Child, works: Any, undisturbed: Any, tmp_path: Path
) -> None:
    disturb(LONG_SEED, draw, child, works, undisturbed, tmp_path / "out")
