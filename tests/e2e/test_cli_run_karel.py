"""`lasynth run` of Karel programs: worlds as text and JSON, the verdict on a task, the picture."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Write = Callable[..., Path]

PROGRAM = "while frontIsClear:\n    putMarker\n    move\n"
WORLD = ">..#\n....\n"
AFTER = "11>#\n...."


def test_a_world_is_run_and_printed(lasynth: Any, write: Write) -> None:
    result = lasynth("run", write("p.txt", PROGRAM), "--world", write("w.txt", WORLD))
    assert (result.exit_code, result.stdout, result.stderr) == (0, AFTER + "\n", "")


def test_a_world_may_be_json_and_the_program_tokens(lasynth: Any, write: Write) -> None:
    program = write("p.txt", "DEF run m( WHILE c( frontIsClear c) w( putMarker move w) m)")
    world = write("w.json", {"rows": 2, "cols": 4, "hero": "1:0:east", "blocked": "1:3", "markers": ""})
    result = lasynth("run", program, "-w", world, "--json")
    (run,) = json.loads(result.stdout)["runs"]
    assert run["status"] == "ok"
    assert run["output"]["hero"] == "1:2:east"
    rows = write("rows.json", WORLD.splitlines())
    assert lasynth("run", program, "-w", rows).stdout == AFTER + "\n"


def test_a_crash_is_said(lasynth: Any, write: Write) -> None:
    result = lasynth("run", write("p.txt", "repeat 3:\n    move\n"), "-w", write("w.txt", WORLD))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "the program gives no output" in result.stderr


def test_a_task_of_worlds_compares(lasynth: Any, write: Write) -> None:
    task = {"domain": "karel", "examples": [{"input": WORLD.split(), "output": AFTER.split()}]}
    result = lasynth("run", write("p.txt", PROGRAM), "--task", write("t.json", task))
    assert (result.exit_code, result.stdout) == (0, AFTER + "\nright\n")
    result = lasynth("run", write("p.txt", "putMarker\n"), "--task", write("t.json", task))
    assert result.exit_code == 1
    assert result.stdout.endswith("wrong\n")


def test_the_run_is_drawn(lasynth: Any, write: Write, tmp_path: Path) -> None:
    out = tmp_path / "run.svg"
    result = lasynth("run", write("p.txt", PROGRAM), "-w", write("w.txt", WORLD), "--svg", out)
    assert result.exit_code == 0
    assert str(out) in result.stderr
    root = ElementTree.parse(out).getroot()
    assert root.tag.endswith("svg")
    assert any("animate" in element.tag for element in root.iter())


@pytest.mark.parametrize(
    ("world", "arguments", "message"),
    [
        (">#\n.", (), "row"),
        ("..\n..", (), "robot"),
        (WORLD, ("--domain", "c"), "a world is not an input of c"),
        (WORLD, ("--svg", "x.svg", "-i", "1"), "it draws one run only"),
        ("{", (), "not JSON"),
    ],
)
def test_bad_input_is_one_message(
    lasynth: Any, write: Write, world: str, arguments: tuple[str, ...], message: str
) -> None:
    result = lasynth("run", write("p.txt", PROGRAM), "-w", write("w.txt", world), *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") <= 3
