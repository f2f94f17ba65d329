"""A language of another package: installed beside lasynth, found by its entry point, used by the commands."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "strings-language"
TASKS = sorted((EXAMPLE / "tasks").glob("*.json"))

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as after an installation: the modules, and the metadata from `pyproject.toml`.

    A real installer would download the build backend first; tests must work without a network.
    """
    folder = tmp_path_factory.mktemp("site")
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    shutil.copytree(EXAMPLE / "src" / "lasynth_strings", folder / "lasynth_strings")
    info = folder / f"lasynth_strings-{project['version']}.dist-info"
    info.mkdir()
    head = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (info / "METADATA").write_text(head)
    lines = []
    for group, points in project["entry-points"].items():
        lines += [f"[{group}]", *(f"{name} = {value}" for name, value in points.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    return folder


def command(*folders: Path) -> Run:
    def run(*arguments: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "lasynth", *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def lasynth(site: Path) -> Run:
    """The command line with the package installed."""
    return command(ROOT / "src", site)


def test_lasynth_does_not_know_the_language() -> None:
    naming = re.compile(r"lasynth_strings|[\"'`]strings[\"'`]")
    assert [file for file in (ROOT / "src").rglob("*.py") if naming.search(file.read_text())] == []
    result = command(ROOT / "src")("solve", TASKS[0])
    assert result.returncode == 2
    assert re.search(r'unknown domain "strings"\. Known: "c", .*"karel"\.', result.stderr)


def test_a_task_is_solved_without_a_model(lasynth: Run) -> None:
    result = lasynth("solve", EXAMPLE / "tasks" / "initials.json")
    assert result.returncode == 0, result.stderr
    assert 'out += s[0].upper()\nout += ". "\nout += s.split(" ")[1]\n' in result.stdout
    assert "Held-out examples, not shown to the search: 2 of 2 right." in result.stdout
    assert "without the model" not in result.stderr


def test_all_tasks_of_the_example_are_solved(lasynth: Run, tmp_path: Path) -> None:
    file = tmp_path / "tasks.jsonl"
    file.write_text("".join(json.dumps(json.loads(task.read_text())) + "\n" for task in TASKS))
    result = lasynth("solve", file, "--engine", "enumeration", "--time-limit", 60)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{len(TASKS)} of {len(TASKS)} tasks solved" in result.stdout
    held_out = re.findall(r"not shown to the search: (\d) of (\d) right", result.stdout)
    assert len(held_out) == len(TASKS) >= 4
    assert all(right == num for right, num in held_out)


def test_a_program_runs(lasynth: Run) -> None:
    program = 'out += s.split(", ")[1].title()\nout += " "\nout += s.split(", ")[0].title()\n'
    options = ("run", "-", "--domain", "strings", "--input")
    result = lasynth(*options, "lovelace, ada", stdin=program)
    assert (result.returncode, result.stdout) == (0, "Ada Lovelace\n")
    result = lasynth(*options, "lovelace", stdin=program)
    assert (result.returncode, result.stdout) == (1, "")
    assert "an index is outside the list" in result.stderr
    result = lasynth(*options, "lovelace", stdin="out += s\nout += t\n")
    assert result.returncode == 2
    assert "line 2, column 8: unexpected t, expected" in result.stderr


def test_data_is_generated_and_evaluated_on(lasynth: Run, tmp_path: Path) -> None:
    options = ("generate", "--domain", "strings", "--out", tmp_path / "data")
    result = lasynth(*options, "--num", 60, "--stats")
    assert result.returncode == 0, result.stderr
    assert re.search(r"2 statements +\d+\.\d%$", result.stdout, re.MULTILINE)  # without a line on plain tasks
    assert lasynth(*options, "--num", 4, "--split", "test").returncode == 0
    evaluate = ("evaluate", "--data", tmp_path / "data", "--engine", "enumeration", "--json")
    result = lasynth(*evaluate)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["totals"]["consistent"]["num_right"] >= 3
    result = lasynth("train", "--data", tmp_path / "data", "--out", tmp_path / "run")
    assert result.returncode == 2
    assert result.stderr == "lasynth: no preset trains a model of strings. Give --preset or --config.\n"


def test_programs_do_what_python_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs of this language are Python: compare with Python on random programs and inputs."""
    monkeypatch.syspath_prepend(EXAMPLE / "src")
    from lasynth_strings.language import LANGUAGE  # type: ignore[import-not-found]
    from lasynth_strings.tasks import StringTaskGenerator  # type: ignore[import-not-found]

    from lasynth.domains.base import Status

    drawn = StringTaskGenerator().draw(1, 0, 300, Counter())
    outputs, statuses = LANGUAGE.machine.run_batch(drawn.tokens_PT, drawn.inputs_PKN)
    seen = set()
    for tokens, inputs, row, ends in zip(drawn.tokens_PT, drawn.inputs_PKN, outputs, statuses, strict=True):
        text = LANGUAGE.text.of_tokens(tokens)
        assert LANGUAGE.text.tokens_of(text).tolist() == tokens[: list(tokens).index(0) + 1].tolist()
        for given, got, status in zip(inputs, row, ends, strict=True):
            names = {"s": LANGUAGE.values.decode(given), "out": ""}
            try:
                exec(text, names)
            except IndexError:
                names["out"] = None
            seen.add(Status(status))
            expected = Status.OUT_OF_RANGE if names["out"] is None else Status.OK
            if expected == Status.OK and len(names["out"]) > 32:
                expected = Status.OVERFLOW
            assert status == expected
            assert status != Status.OK or LANGUAGE.values.decode(got) == names["out"]
    assert seen == {Status.OK, Status.OUT_OF_RANGE, Status.OVERFLOW}


def test_what_is_not_a_program_is_a_status(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(EXAMPLE / "src")
    from lasynth_strings.language import LANGUAGE

    from lasynth.domains.base import Status

    rng = np.random.default_rng(0)
    tokens = rng.integers(0, LANGUAGE.grammar.num_tokens, (200, 6), dtype=np.int32)
    _, statuses = LANGUAGE.machine.run_batch(tokens, LANGUAGE.values.encode(["a b", ""]))
    assert (statuses == Status.INVALID).all()
