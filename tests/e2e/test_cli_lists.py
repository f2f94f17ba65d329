"""Tasks of the dialect `lists` of C on the command line: which dialect they are of, names, messages."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lasynth.task import Task

Write = Callable[..., Path]

PICK = "int f(const int xs[], int n, int k) {\n    return xs[k] + n;\n}\n"
INCREMENT = "int * func_1(int a[])\n{\n    a[0]++;\n    return a;\n}\n"
ADD = ["-e", "xs = 3 1, k = 2 -> 5 3", "-e", "k = 5, xs = 4 4 4 -> 9 9 9", "-e", "xs = 1, k = 1 -> 2"]


@pytest.mark.parametrize(
    ("texts", "domain"),
    [
        (["1 2 -> 2 1"], "c"),
        (["[5] -> [6]"], "c"),
        (["5 -> 6"], "c-lists"),
        (["1 2 -> 3"], "c-lists"),
        (["1 2 -> 1 2", "1 2 3 -> 1 2 3"], "c-lists"),
        (["3 1, 1 -> 3 1 1"], "c-lists"),
        (["xs = 3 1 -> 3 1"], "c-lists"),
        (["[] -> []"], "c-lists"),
        (["1 0 -> true"], "c-lists"),
    ],
)
def test_a_task_is_of_the_narrowest_dialect(texts: list[str], domain: str) -> None:
    assert Task.of_texts(texts).domain == domain


def test_an_answer_has_the_names_of_the_task(lasynth: Any) -> None:
    result = lasynth("solve", *ADD, "--engine", "floor")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("void f(int xs[], int n, int k) {\n")
    assert "xs = [4, 4, 4], k = 5   [9, 9, 9]   right" in result.stdout
    result = lasynth("solve", *ADD, "--engine", "floor", "--json")
    document = json.loads(result.stdout)
    assert document["domain"] == "c-lists"
    assert document["programs"][0]["text"].startswith("void f(int xs[], int n, int k) {")


def test_a_number_of_a_number(lasynth: Any) -> None:
    result = lasynth("solve", "-e", "5 -> 6", "-e", "7 -> 8", "--engine", "floor")
    assert result.stdout.startswith("int f(int n) {\n    return n + 1;\n}\n")


def test_the_answer_runs(lasynth: Any, write: Write) -> None:
    program = write("p.c", PICK)
    inputs = ("xs = 3 1, k = 1", "k = 0, xs = 9", "3 1, 1", '{"k": 1, "xs": [3, 1]}')
    options = [word for text in inputs for word in ("-i", text)]
    result = lasynth("run", program, *options)
    assert (result.exit_code, result.stdout) == (0, "3\n10\n3\n3\n")
    result = lasynth("run", program, "-i", "k = 5, xs = 3 1", "--json")
    (run,) = json.loads(result.stdout)["runs"]
    assert (run["input"], run["output"], run["status"]) == ({"k": 5, "xs": [3, 1]}, None, "out_of_range")


def test_a_program_runs_on_a_task(lasynth: Any, write: Write) -> None:
    task = {
        "examples": [
            {"input": {"k": 1, "xs": [3, 1]}, "output": 3},
            {"input": {"xs": [2], "k": 0}, "output": 9},
        ]
    }
    result = lasynth("run", write("p.c", PICK), "--task", write("t.json", task))
    assert result.exit_code == 1
    assert result.stdout == "k = 1, xs = [3, 1] -> 3  right\nk = 0, xs = [2] -> 3  wrong, wanted 9\n"
    # A program of the dialect runs on a task that the other one has, too.
    same = write("s.json", {"examples": [{"input": [1, 2], "output": [1, 2]}]})
    result = lasynth("run", write("q.c", "void f(int a[], int n) {\n}\n"), "--task", same)
    assert (result.exit_code, result.stdout) == (0, "[1, 2] -> [1, 2]  right\n")


@pytest.mark.parametrize(
    ("program", "given", "message"),
    [
        (PICK, "3 1", "input: the program takes a list xs and a number k, the input is a list. Give it such"),
        (PICK, "2.5", '--input "2.5": 2.5 is not an integer'),
        (PICK.replace("+", "+*"), "3 1", "p.c: line 2, column 19: found '*'"),
        # What is written as a program of the other dialect gets the messages of that.
        (INCREMENT, "[]", '--input "[]": the list is empty. Lists have 1 to 16 cells.'),
        (INCREMENT.replace("++", "+*"), "3 1", "p.c: line 3, column 9: "),
    ],
)
def test_messages_are_of_the_dialect_that_is_meant(
    lasynth: Any, write: Write, program: str, given: str, message: str
) -> None:
    result = lasynth("run", write("p.c", program), "-i", given)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"lasynth: {message}") or message in result.stderr


def test_every_obstacle_is_named_before_anything_is_loaded(lasynth: Any, write: Write) -> None:
    task = {
        "examples": [
            {"input": [5.75], "output": {"y": 5}},
            {"input": [[1], [2]], "output": 3},
            {"input": {"int": "x"}, "output": None},
            {"input": [0] * 65, "output": 2**31},
        ]
    }
    result = lasynth("solve", write("t.json", task))
    assert (result.exit_code, result.stdout) == (2, "")
    head, *lines = result.stderr.rstrip().split("\n  ")
    assert head.endswith("t.json: 7 things are wrong with the task:")
    assert [line.partition(". ")[0] for line in lines[:-1]] == [
        "example 1, input: cell 1 is 5.75, not an integer",
        'example 1, output: {"y": 5} is an object, not a list or a number',
        "example 2, input: cells 1, 2 are lists",
        'example 3, input: the name int is a word of C, int: "x" is a text, not a list or a number',
        "example 3, output: null is given, not a list or a number",
        "example 4, input: the list has 65 cells",
    ]
    assert lines[-1] == "and 1 more"
    assert result.stderr.count("lasynth: ") == 1


def test_no_model_is_loaded_for_a_task_that_cannot_be_read(write: Write) -> None:
    import subprocess

    code = "import sys; from lasynth.cli import main\ntry: main()\nfinally: print('torch' in sys.modules)"
    task = write("t.json", {"examples": [{"input": [5.75], "output": 1}]})
    command = [sys.executable, "-c", code, "solve", str(task)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "cell 1 is 5.75, not an integer" in done.stderr
    assert done.stdout.strip() == "False"


def test_tasks_of_both_dialects_are_evaluated_together(lasynth: Any, tmp_path: Path) -> None:
    tasks = [
        {
            "examples": [{"input": [1, 2], "output": [2, 3]}],
            "held_out": [{"input": [4, 2], "output": [5, 3]}],
        },
        {"examples": [{"input": [1, 2, 3], "output": 3}, {"input": [4], "output": 1}]},
    ]
    file = tmp_path / "t.jsonl"
    file.write_text("".join(json.dumps(task) + "\n" for task in tasks))
    result = lasynth("evaluate", "--tasks", file, "--engine", "floor", "--json")
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["domain"] == "c-lists"
    assert document["totals"]["consistent"]["num_right"] == 2
    result = lasynth("solve", file, "--engine", "floor")
    assert "2 of 2 tasks solved" in result.stdout


def test_a_solve_without_a_model_does_not_load_torch() -> None:
    source = (
        "import sys, lasynth\n"
        "assert lasynth.solve([([3, 1], [3]), ([5, 4, 2], [5])], time_limit=1).solved\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", source], check=True)
