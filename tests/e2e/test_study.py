"""A small study from scratch: its systems are trained and evaluated, and its table is written."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import made_up
import numpy as np
import pytest
from toy_language import TOY, toy_problem

from lasynth.data.generate import generate
from lasynth.domains.karel.generator import KarelTaskGenerator
from lasynth.domains.kit.rows import padded
from lasynth.outcome import StopReason
from lasynth.search import Budget, Problem, Proposals, search

ROOT = Path(__file__).parents[2]
PRESET = """
batch_size = 8
num_programs = {num}
warmup = 2
max_tokens = 30
num_validate = 4
validate_every = 5
{more}
[model]
kind = "{kind}"
hidden = 16
{sizes}
"""
STUDY = """
name = "tiny"
title = "A tiny study"
reference = "bunel"
reports = ["table"]
tasks = "test"
evaluate = { name = "tiny", num_tasks = 12, beam = 4, max_tokens = 30 }
runs = [
    { system = "exec-both", members = ["bunel-s0", "bunel-s1"], choice = "shortest" },
    { system = "exec-again", members = ["bunel-s0", "bunel-s1"], choice = "shortest" },
    { system = "rl", preset = "rl.toml", start = "bunel-s0" },
    { system = "bunel", preset = "bunel.toml" },
    { system = "bunel", preset = "bunel.toml", seed = 1 },
    { system = "traces", preset = "traces.toml", stage = true },
    { system = "shin", preset = "shin.toml", traces = "traces-s0" },
    { system = "small", preset = "bunel.toml", data = "small" },
    { system = "straight", floor = true },
]
"""
ROWS = {
    "bunel": "paper_exact = 30",
    "exec-both": "",
    "exec-again": "",
    "rl": "",
    "shin": "",
    "small": "optional = true",
    "straight": "peer = true",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    real = KarelTaskGenerator.named("real")
    generate(folder / "data", real, num_tasks=40, seed=1)
    generate(folder / "data", real, num_tasks=8, seed=1, split="valid")
    generate(folder / "data-small", real, num_tasks=10, seed=2)
    generate(folder / "test", real, num_tasks=12, seed=1, split="test")
    sizes = "example = 16\nembedding = 8\ndecoder = 12"
    (folder / "bunel.toml").write_text(PRESET.format(num=80, more="", kind="bunel", sizes=sizes))
    reinforced = PRESET.format(num=16, more="start = 'x'", kind="bunel", sizes=sizes)
    (folder / "rl.toml").write_text(reinforced + "\n[reinforce]\nbeam = 4\nbag = 2\n")
    staged = sizes + "\ngrid = 8"
    (folder / "traces.toml").write_text(PRESET.format(num=16, more="", kind="shin-trace", sizes=staged))
    staged += "\nwriter = 8"
    traced = PRESET.format(num=16, more="traces = 'x'", kind="shin-code", sizes=staged)
    (folder / "shin.toml").write_text(traced)
    rows = [f'[[rows]]\nsystem = "{name}"\ntitle = "{name.upper()}"\n{more}' for name, more in ROWS.items()]
    (folder / "study.toml").write_text(STUDY + "\n".join(rows) + "\n")
    return folder


def study(folder: Path) -> list[str]:
    """Run the script in the folder of the study; returns the printed lines."""
    command = [
        sys.executable,
        str(ROOT / "experiments" / "study.py"),
        ".",
        "--data",
        "data",
        "--runs",
        "runs",
    ]
    path = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [line for line in done.stdout.splitlines() if line.startswith("results/")]


def test_a_study_is_trained_evaluated_and_reported(folder: Path, lasynth: Any) -> None:
    # A run that needs another one is left to the next call.
    written = study(folder)
    assert "results/exec-both-s0.json" in written
    assert "results/rl-s0.json" not in written
    assert study(folder) == ["results/rl-s0.json"]
    results = {path.stem: json.loads(path.read_text()) for path in (folder / "results").glob("*.json")}
    once = ("exec-both", "exec-again", "rl", "shin", "small", "straight")
    assert set(results) == {f"{name}-s0" for name in once} | {"bunel-s0", "bunel-s1"}
    programs = {name: result["programs"] for name, result in results.items()}
    assert programs["exec-both-s0"] == programs["bunel-s0"] + programs["bunel-s1"] >= 160
    assert programs["rl-s0"] >= programs["bunel-s0"] + 16
    assert programs["shin-s0"] >= 32  # of both stages
    assert results["rl-s0"]["training"]["start"] == "runs/bunel-s0"
    assert results["small-s0"]["distinct_programs"] <= 10
    # The second ensemble chooses among the proposals kept from the first.
    both, again = (results[name]["evaluation"]["records"] for name in ("exec-both-s0", "exec-again-s0"))
    assert [record | {"seconds": 0} for record in again] == [record | {"seconds": 0} for record in both]
    floor = [record["floor"] for record in results["bunel-s0"]["evaluation"]["records"]]
    assert [record["consistent"] for record in results["straight-s0"]["evaluation"]["records"]] == floor

    done = lasynth("report", folder, "--out", folder / "out")
    assert done.exit_code == 0, done.stderr
    page = (folder / "out" / "tiny.md").read_text()
    assert "| system | runs | greedy | top-1 of 4 | consistent@4 | oracle@4 | exact |" in page
    assert "| BUNEL | 2 |" in page
    assert (folder / "out" / "tiny.json").exists()
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["tiny.json", "tiny.md"]


def test_what_is_kept_is_searched_once_and_its_time_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location("study", ROOT / "experiments" / "study.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "study", module)
    spec.loader.exec_module(module)
    searched: list[str] = []

    @dataclass
    class Slow:
        """An engine that takes six seconds per search."""

        name: str
        width: int = 4

        def propose(self, problems: Sequence[Problem], budget: Budget) -> Iterator[Proposals]:
            searched.append(self.name)
            tokens = padded([TOY.text.tokens_of("inc")] * len(problems), TOY.grammar.eos)
            yield Proposals(np.arange(len(problems)), tokens, np.zeros(len(problems)))
            budget.end_all(StopReason.MAX_LENGTH)

    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: 6.0 * len(searched)))
    found = made_up.result("lasynth", [True, True]).evaluation
    problems = [toy_problem("inc", seed=n, id=record.id) for n, record in enumerate(found.records)]
    kept = module.KeptSearches()

    def seconds_spared(name: str, *, timed: bool = True) -> list[float]:
        engine = kept.engine(Slow(name, 4 if timed else 1), shared=name == "a", timed=timed)
        results = search([engine], problems)
        assert [result.candidates[0].consistent for result in results] == [True, True]
        assert {result.stop_reason for result in results} == {StopReason.MAX_LENGTH}
        records = kept.with_time_spared(found).records
        return [now.seconds - then.seconds for now, then in zip(records, found.records, strict=True)]

    for name in "ab":
        for timed in (True, False):
            assert seconds_spared(name, timed=timed) == [0, 0]
    assert searched == ["a", "a", "b", "b"]
    assert seconds_spared("a") == pytest.approx([3, 3])
    assert seconds_spared("a", timed=False) == [0, 0]  # greedy search, which records do not count
    assert seconds_spared("b") == [0, 0]  # not in an ensemble, so searched again
    assert searched == ["a", "a", "b", "b", "b"]
