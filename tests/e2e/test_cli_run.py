from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Write = Callable[..., Path]

INCREMENT = "int * func_1(int a[])\n{\n    a[0]++;\n    return a;\n}\n"
TASK = {"examples": [{"input": [1, 2], "output": [2, 2]}], "held_out": [{"input": [4, 0], "output": [5, 0]}]}


@pytest.mark.parametrize("text", ["1,2,3", "[1, 2, 3]", " 1 2  3 ", "1, 2, 3"])
def test_an_input_is_json_or_numbers(lasynth: Any, write: Write, text: str) -> None:
    result = lasynth("run", write("p.c", INCREMENT), "--input", text)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "[2, 2, 3]\n", "")


def test_several_inputs_and_a_program_from_standard_input(lasynth: Any) -> None:
    result = lasynth("run", "-", "-i", "-1", "-i", "[2147483646, 7]", stdin=INCREMENT)
    assert (result.exit_code, result.stdout) == (0, "[0]\n[2147483647, 7]\n")


def test_a_failed_run_is_said_on_standard_error(lasynth: Any, write: Write) -> None:
    result = lasynth("run", write("p.c", INCREMENT), "-i", "2147483647", "-i", "5")
    assert result.exit_code == 1
    assert result.stdout == "[6]\n"
    assert result.stderr == (
        "lasynth: on [2147483647], the program gives no output: a value does not fit in 32 bits\n"
    )


def test_a_task_compares(lasynth: Any, write: Write) -> None:
    program = write("p.c", INCREMENT)
    result = lasynth("run", program, "--task", write("t.json", TASK))
    assert (result.exit_code, result.stdout) == (0, "[1, 2] -> [2, 2]  right\n[4, 0] -> [5, 0]  right\n")
    wrong = TASK | {"examples": [{"input": [1, 2], "output": [3, 2]}]}
    result = lasynth("run", program, "--task", write("t.json", wrong))
    assert result.exit_code == 1
    assert "[1, 2] -> [2, 2]  wrong, wanted [3, 2]" in result.stdout


def test_json_is_one_document(lasynth: Any, write: Write) -> None:
    task = write("t.json", TASK)
    result = lasynth("run", write("p.c", INCREMENT), "-i", "2147483647", "--task", task, "--json")
    assert result.exit_code == 1
    first, second, third = json.loads(result.stdout)["runs"]
    assert first["status"] == "overflow"
    assert first["output"] is None
    assert second == {"input": [1, 2], "output": [2, 2], "status": "ok", "wanted": [2, 2], "right": True}
    assert third["right"] is True


@pytest.mark.parametrize(
    ("program", "arguments", "message"),
    [
        (INCREMENT, (), 'lasynth run: no input is given. Give --input "1,2,3"'),
        (INCREMENT, ("-i", "1,x"), '--input "1,x": cell 2 is "x", not an integer'),
        (INCREMENT, ("-i", "1.5"), '--input "1.5"'),
        (INCREMENT, ("-i", ""), "the list is empty"),
        (INCREMENT, ("-i", "[true]"), "cell 1 is true, not an integer"),
        (INCREMENT, ("-i", "4294967296"), "does not fit in 32 bits"),
        (INCREMENT, ("-i", "1", "--domain", "lisp"), 'unknown domain "lisp"'),
        (INCREMENT, ("--task", "none.json"), "none.json: no such file"),
        ("int * func_1(int a[])\n{\n    a[0] = ;\n    return a;\n}\n", ("-i", "1"), "p.c: line 3, column 12"),
        ("\n", ("-i", "1"), "the program is empty"),
        (b"\xff\xfe", ("-i", "1"), "not a text file"),
    ],
)
def test_bad_input_is_one_message_and_status_2(
    lasynth: Any, write: Write, program: str, arguments: tuple[str, ...], message: str
) -> None:
    result = lasynth("run", write("p.c", program), *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert message in result.stderr
    assert result.stderr.count("lasynth: ") == 1


def test_a_missing_program(lasynth: Any, tmp_path: Path) -> None:
    for path, message in ((tmp_path / "none.c", "no such file"), (tmp_path, "is a folder")):
        result = lasynth("run", path, "-i", "1")
        assert result.exit_code == 2
        assert f"lasynth: {path}: {message}" in result.stderr
