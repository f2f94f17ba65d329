"""`solve` with few examples: how sure it is, `--ask`, `--min-confidence`; and `bench solve`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lasynth import api
from lasynth.evaluation.solving import Solved

ENGINES = ("--engine", "floor", "--engine", "composition")
# The first cell everywhere, or the first cell in cells that the examples do not tell apart from others.
FEW = ("-e", "1 1 3 -> 1 1 1", "-e", "0 0 -1 -> 0 0 0")


def test_an_answer_says_how_sure_it_is_and_what_would_decide(lasynth: Any) -> None:
    result = lasynth("solve", *FEW, *ENGINES)
    assert result.exit_code == 0, result.stderr
    assert "different functions fit: the examples do not determine the function." in result.stdout
    assert "They disagree on [" in result.stdout
    assert "--ask asks for this output and goes on." in result.stderr
    document = json.loads(lasynth("solve", *FEW, *ENGINES, "--json").stdout)
    assert document["domain"] == "c"
    assert document["num_functions"] > 1
    assert 0 < document["confidence"] < 0.9
    assert document["confidence"] == document["programs"][0]["confidence"]
    outputs = [answer["output"] for answer in document["question"]["answers"]]
    assert len(outputs) > 1
    assert len({tuple(output) for output in outputs}) == len(outputs)


def test_ask_goes_on_with_letters_and_with_values(lasynth: Any) -> None:
    result = lasynth("solve", *FEW, *ENGINES, "--ask", stdin="x\na\n")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.count("Which is right?") >= 2
    assert (
        'answer: cell 1 is "x", not an integer.' in result.stderr
    )  # what is no list is said, and asked again
    assert "Checked by" in result.stdout
    assert "on all 3 examples" in result.stdout or "on all 4 examples" in result.stdout


def test_ask_ends_with_an_empty_line(lasynth: Any) -> None:
    result = lasynth("solve", *FEW, *ENGINES, "--ask", stdin="\n")
    assert result.exit_code == 0
    assert result.stdout.count("Which is right?") == 1
    assert "on all 2 examples" in result.stdout


def test_ask_needs_a_person(lasynth: Any) -> None:
    result = lasynth("solve", *FEW, *ENGINES, "--ask", "--json")
    assert result.exit_code == 2
    assert "--ask: it needs one task, a person at standard input, and no --json" in result.stderr


def test_an_unsure_answer_ends_with_1_if_wished(lasynth: Any) -> None:
    result = lasynth("solve", *FEW, *ENGINES, "--min-confidence", "0.95")
    assert result.exit_code == 1
    assert "The answer has a confidence below 0.95." in result.stderr
    assert "Checked by" in result.stdout


def test_what_the_shipped_model_does_not_know_is_solved_in_the_wider_dialect(lasynth: Any) -> None:
    result = lasynth("solve", "-e", "1 2 3 -> 3 2 1", "-e", "0 4 1 -> 1 4 0")
    assert result.exit_code == 0, result.stderr
    assert "without the model" not in result.stderr
    assert result.stdout.startswith("void f(int a[], int n) {\n")


@pytest.mark.usefixtures("narrow_c")
def test_without_a_wider_dialect_it_is_solved_without_the_model(lasynth: Any) -> None:
    result = lasynth("solve", "-e", "1 2 3 -> 3 2 1", "-e", "0 4 1 -> 1 4 0")
    assert result.exit_code == 0, result.stderr
    assert "searched without the model, as the list has 3 cells" in result.stderr


@pytest.mark.usefixtures("narrow_c")
def test_many_tasks_without_the_model_are_one_note(lasynth: Any, tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text(3 * (json.dumps({"examples": [{"input": [1, 2], "output": [2, 1]}]}) + "\n"))
    result = lasynth("solve", path)
    assert result.exit_code == 0, result.stderr
    assert result.stderr.count("searched without the model") == 1
    assert "task 1, and 2 more tasks: searched" in result.stderr


def test_several_tasks_in_several_processes(lasynth: Any, tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    pairs = [[{"input": [1, 2, n], "output": [n, 2, 1]} for n in (3, 4, m)] for m in (5, 6, 7)]
    path.write_text(
        "".join(json.dumps({"id": f"t{n}", "examples": one}) + "\n" for n, one in enumerate(pairs))
    )
    found = []
    for workers in ((), ("--workers", 1), ("--workers", 2)):
        result = lasynth("solve", path, "--engine", "floor", "--json", *workers)
        assert result.exit_code == 0, result.stderr
        whole = json.loads(result.stdout)
        found.append([one | {"seconds": 0} for one in whole["tasks"]])
    assert found[0] == found[1] == found[2]
    assert [one["id"] for one in found[0]] == ["t0", "t1", "t2"]
    assert "many" in lasynth("solve", path, "--workers", "many").stderr


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    program = "int * func_1(int a[])\n{\n    a[0] = a[1];\n    return a;\n}\n"
    inputs = [[1, 2, 3], [0, 2, -1], [4, -3, 1], [2, 2, 0]]
    pairs = [{"input": x, "output": api.run(program, x)} for x in inputs]
    task = {"id": "t", "examples": pairs[:2], "held_out": pairs[2:], "program": program}
    path = tmp_path / "tasks.jsonl"
    path.write_text(json.dumps(task) + "\n")
    return path


def test_bench_solve_measures_answers(lasynth: Any, tasks: Path, tmp_path: Path) -> None:
    details = tmp_path / "details.jsonl"
    methods = ("--method", "floor+composition", "--method", "floor", "--time-limit", "2", "--asked", "2")
    result = lasynth("bench", "solve", "--tasks", tasks, *methods, "--details", details)
    assert result.exit_code == 0, result.stderr
    assert "floor+composition" in result.stdout
    assert "asked@2" in result.stdout
    (line,) = details.read_text().splitlines()
    solved = Solved.from_line(line, "details")
    assert [attempt.method for attempt in solved.attempts] == ["floor+composition", "floor"]
    assert solved.to_line() == line
    assert solved.floor is solved.attempts[1].right
    assert solved.attempts[0].asked[1] is True


def test_bench_solve_needs_held_out_examples(lasynth: Any, tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(json.dumps({"examples": [{"input": [1], "output": [2]}]}) + "\n")
    result = lasynth("bench", "solve", "--tasks", path)
    assert result.exit_code == 2
    assert "task 1 has no held-out examples" in result.stderr


def test_bench_ceiling_draws_as_a_shard_was_drawn(lasynth: Any, tmp_path: Path) -> None:
    (tmp_path / "short.toml").write_text("[sampler]\nnum_cells = 3\n")
    drawn = lasynth("generate", "--config", tmp_path / "short.toml", "--num", 6, "--out", tmp_path / "data")
    assert drawn.exit_code == 0, drawn.stderr
    (shard,) = (tmp_path / "data").glob("*.parquet")
    # Other settings draw programs for five cells.
    result = lasynth("bench", "ceiling", "--tasks", shard, "--programs", 500)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("6 tasks, ")
    result = lasynth("bench", "ceiling", "--tasks", shard, "--programs", 500, "--config", "small")
    assert result.exit_code == 2
    assert "random programs of these settings are for other inputs" in result.stderr


def test_no_engine_sees_held_out_examples(tasks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Withheld or wrong, they change nothing but the line about them."""
    from lasynth.task import Example, Task

    (task,) = Task.read(tasks)
    lies = tuple(Example(one.input, (9, 9, 9)) for one in task.held_out)
    outcomes = [
        api.solve(each, engines=["floor", "composition"], time_limit=20.0).to_json() | {"seconds": 0}
        for each in (
            task,
            Task(task.domain, task.examples),
            Task(task.domain, task.examples, lies),
        )
    ]
    assert outcomes[0] == outcomes[1] == outcomes[2]
