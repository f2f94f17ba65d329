from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Write = Callable[..., Path]

CELLS = [1, 2, 3, 4, 0]
# The model of these tests is untrained, but the shortest program is among its first proposals.
SAME = {"examples": [{"input": CELLS, "output": CELLS}], "held_out": [{"input": [0] * 5, "output": [0] * 5}]}
HARD = {
    "id": "hard",
    "examples": [
        {"input": CELLS, "output": [4, -4, 4, -4, 4]},
        {"input": [0, 1, 2, 3, 4], "output": [-3, 1, 4, -1, 3]},
    ],
}


@pytest.fixture
def solve(lasynth: Any, tiny_model: Path) -> Any:
    def call(*arguments: object, stdin: str | None = None) -> Any:
        options = ("--model", tiny_model, "--beam", 4, "--max-tokens", 12, "--time-limit", 60)
        return lasynth("solve", *options, *arguments, stdin=stdin)

    return call


def test_a_solved_task_shows_program_examples_and_check(solve: Any, write: Write) -> None:
    result = solve(write("t.json", SAME))
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[:2] == ["int * func_1(int a[])", "{"]
    assert "[1, 2, 3, 4, 0]   [1, 2, 3, 4, 0]   right" in [line.strip() for line in lines]
    checker = "gcc" if shutil.which("gcc") else "the built-in machine"
    assert f"Checked by {checker}" in result.stdout
    assert "Held-out examples, not shown to the search: 1 of 1 right." in result.stdout


def test_json_is_one_document_as_designed(solve: Any, write: Write) -> None:
    result = solve(write("t.json", SAME), "--json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert document["outcome"] == "solved"
    first = document["programs"][0]
    keys = ["text", "consistent", "num_right", "verified_by", "score", "num_tokens", "engine"]
    keys += ["completed", "confidence"]
    assert [key for key in first if key != "check"] == keys  # which is there without a compiler only
    assert first["engine"] == "beam"
    assert first["consistent"] is True
    assert first["num_right"] == 1
    assert document["num_proposed"] >= 1
    assert document["seconds"] >= 0


def test_engines_are_named_and_need_no_model(lasynth: Any, write: Write) -> None:
    path = write("t.json", SAME)
    result = lasynth("solve", path, "--engine", "floor", "--json")
    assert result.exit_code == 0, result.stderr
    (program,) = json.loads(result.stdout)["programs"]
    assert (program["engine"], program["consistent"]) == ("floor", True)
    result = lasynth("solve", path, "--engine", "magic")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no engine is called 'magic'. Known for c: beam, sampling" in result.stderr
    assert result.stderr.count("\n") == 1


def test_an_unsolved_task_says_so(solve: Any, write: Write) -> None:
    path = write("t.json", HARD)
    result = solve(path)
    assert result.exit_code == 1
    assert result.stdout.startswith("Not solved: no program found reproduces all 2 examples.\n")
    result = solve(path, "--json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert document["outcome"] == "not_solved"
    assert not any(program["consistent"] for program in document["programs"])


FIRST = [-3, 1, 4, -1, 3]
NEAR = {
    "examples": [{"input": [n, 0, 0, 0, 1], "output": [n, 0, 0, 0, 1]} for n in range(3)]
    + [{"input": CELLS, "output": FIRST}],
    "held_out": SAME["held_out"],
}
FAR = {
    "examples": NEAR["examples"][:1]
    + [{"input": [4, n, 0, 0, 0], "output": [-4, 3, n, 4, -n]} for n in range(4)]
    + NEAR["examples"][-1:]
}


def test_the_nearest_program_is_shown_with_what_it_misses(solve: Any, write: Write) -> None:
    options = ("--engine", "beam", "--beam", 64, "--max-tokens", 24)
    result = solve(write("t.json", NEAR), *options)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == (
        "Not solved: no program found reproduces all 4 examples. The nearest reproduces 3 of them; "
        f"example 4 gives {CELLS}, not {FIRST}."
    )
    assert lines[1:4] == ["", "int * func_1(int a[])", "{"]
    assert "Held-out examples, not shown to the search: 1 of 1 right." in lines
    assert "other program" in result.stderr
    document = json.loads(solve(write("t.json", NEAR), *options, "--json").stdout)
    found = [program["num_right"] for program in document["programs"]]
    assert found[0] == 3
    assert found == sorted(found, reverse=True)


def test_three_missed_examples_are_named(solve: Any, write: Write) -> None:
    result = solve(write("t.json", FAR), "--engine", "beam", "--beam", 64, "--max-tokens", 24, "--all")
    assert result.exit_code == 1
    assert result.stdout.startswith(
        "Not solved: no program found reproduces all 6 examples. The nearest reproduces 1 of them:\n"
        "  example 2 gives [4, 0, 0, 0, 0], not [-4, 3, 0, 4, 0]\n"
        "  example 3 gives [4, 1, 0, 0, 0], not [-4, 3, 1, 4, -1]\n"
        "  example 4 gives [4, 2, 0, 0, 0], not [-4, 3, 2, 4, -2]\n"
        "  and 2 more\n"
        "\nint * func_1(int a[])\n"
    )
    assert "\n#2: " in result.stdout
    assert "\n#1: " not in result.stdout


def test_all_shows_the_others_too(solve: Any, write: Write) -> None:
    result = solve(write("t.json", HARD), "--all")
    assert "#1: 0 of 2 examples" in result.stdout
    assert result.stdout.count("func_1") == result.stdout.count("\n#")


def test_trace_shows_the_beliefs(solve: Any, write: Write) -> None:
    path = write("t.json", SAME)
    shown = solve(path, "--trace").stdout
    assert "What the model believes each list to be:" in shown
    first = json.loads(solve(path, "--trace", "--json").stdout)["programs"][0]
    assert first["trace"][0] == {"code": "", "lists": [CELLS], "chances": [[1.0] * 5], "really": [CELLS]}


def test_many_tasks(solve: Any, write: Write) -> None:
    path = write("t.jsonl", [SAME, HARD])
    result = solve(path)
    assert result.exit_code == 1
    assert "== task 1\n" in result.stdout
    assert "\n== hard\n" in result.stdout
    assert result.stdout.endswith("1 of 2 tasks solved\n")
    document = json.loads(solve(path, "--json").stdout)
    assert (document["outcome"], document["num_tasks"], document["num_solved"]) == ("not_solved", 2, 1)
    assert [task["outcome"] for task in document["tasks"]] == ["solved", "not_solved"]
    assert [task["id"] for task in document["tasks"]] == [None, "hard"]


def test_a_task_from_standard_input(solve: Any) -> None:
    result = solve("-", "--json", stdin=json.dumps(SAME))
    assert json.loads(result.stdout)["outcome"] == "solved"


@pytest.mark.parametrize(
    "text", ["1 2 3 4 0 -> 1 2 3 4 0", "[1,2,3,4,0]→1, 2, 3, 4, 0", "1,2,3,4,0 => 1 2 3 4 0"]
)
def test_examples_in_place_of_a_file(solve: Any, text: str) -> None:
    result = solve("-e", text, "--example", "-1 0 0 0 0 -> -1 0 0 0 0", "--json", "--all", "--trace")
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["outcome"] == "solved"
    assert document["programs"][0]["trace"][0]["lists"] == [CELLS, [-1, 0, 0, 0, 0]]


def test_worlds_in_place_of_a_file(lasynth: Any) -> None:
    worlds = (".>. -> ..>", "....\n>...\n->\n....\n.>..\n")
    options = [word for world in worlds for word in ("-e", world)]
    result = lasynth("solve", "--domain", "karel", "--engine", "floor", *options)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("def run():\n    move\n")


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["1 2"], '-e 1: there is no arrow between an input and an output. Write it in quotes as "INPUT'),
        (["1 2 -> 1 2", "1 -> 2 -> 3"], "-e 2: there are 2 arrows between an input and an output."),
        (["1 2 -> 1 2", "2 x -> 1 2"], '-e 2, input: cell 2 is "x", not an integer. Write whole numbers'),
        (["1 2 ->"], "-e 1, output: the list is empty"),
        (["1 2 -> 1 2", "[1] -> [1]"], "-e 2: the input has 1 cell, the input of example 1 has 2 cells."),
        (["1 2 -> 1 2", "1 2 -> 2 1"], "-e 2: the input is that of -e 1, the output is another."),
        (["9 0 0 0 0 -> 0 0 0 0 0"], "-e, example 1, input: cell 1 is 9, the model tiny knows values"),
        (["a", "b -> 1 2"], "2 things are wrong with the task:\n  -e 1: there is no arrow"),
    ],
)
@pytest.mark.usefixtures("narrow_c")
def test_messages_name_the_number_of_an_example(solve: Any, texts: list[str], message: str) -> None:
    result = solve(*(word for text in texts for word in ("-e", text)))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"lasynth: {message}")


def with_example(given: Any, wanted: Any) -> dict[str, Any]:
    return {"examples": [SAME["examples"][0], {"input": given, "output": wanted}]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty"),
        ('{"examples": [', "line 1, column 15: not JSON"),
        ({"examples": []}, "there are no examples"),
        ({"domain": "lisp", "examples": [SAME]}, 'unknown domain "lisp"'),
        (with_example([1, 2], [1, 2]), "example 2: the input has 2 cells, the input of example 1 has 5"),
        (with_example(CELLS[:4] + [0.5], CELLS), "example 2, input: cell 5 is 0.5, not an integer"),
        (with_example(CELLS, [0] * 5), "example 2: the input is that of example 1, the output is another"),
        (with_example([9, 0, 0, 0, 0], [0] * 5), "cell 1 is 9, the model tiny knows values from -4 to 4"),
        ({"examples": [{"input": [1] * 9, "output": [1] * 9}]}, "the list has 9 cells, the model tiny knows"),
    ],
)
@pytest.mark.usefixtures("narrow_c")
def test_bad_input_is_one_message_and_status_2(solve: Any, write: Write, content: Any, message: str) -> None:
    path = write("t.json", content)
    for options in ((), ("--json",)):
        result = solve(path, *options)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert message in result.stderr
        assert str(path) in result.stderr
        assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--beam", 0), "--beam"),
        (("--time-limit", 0), "the time limit is 0"),
        (("--time-limit", "nan"), "--time-limit"),
        (("--time-limit", "soon"), "--time-limit"),
        (("--model", "no-such-model"), "no-such-model"),
        (("--model", "none.safetensors"), "none.safetensors"),
        (("--no-such-option",), "--no-such-option"),
    ],
)
def test_bad_options_are_status_2(
    solve: Any, write: Write, options: tuple[object, ...], message: str
) -> None:
    result = solve(write("t.json", SAME), *options)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert message in result.stderr


def test_a_missing_task_file(solve: Any, tmp_path: Path) -> None:
    result = solve(tmp_path / "none.json")
    assert result.exit_code == 2
    hint = "Give the path of a task file."
    assert result.stderr == f"lasynth: {tmp_path / 'none.json'}: no such file or directory. {hint}\n"


def test_a_truncated_checkpoint(lasynth: Any, write: Write, tiny_model: Path, tmp_path: Path) -> None:
    copy = tmp_path / "cut.safetensors"
    weights = tiny_model.read_bytes()
    card = tiny_model.with_suffix(".json").read_text()
    task = write("t.json", SAME)
    cases: list[tuple[bytes, str | None, str]] = [
        (weights[: len(weights) // 2], card, "cut short"),
        (b"", card, "cut short"),
        (weights, card[: len(card) // 2], "not JSON"),
        (weights, None, "card is missing"),
        (weights, card.replace('"format": 1', '"format": 99'), "format 99"),
    ]
    for data, text, message in cases:
        copy.write_bytes(data)
        copy.with_suffix(".json").unlink(missing_ok=True)
        if text is not None:
            copy.with_suffix(".json").write_text(text)
        result = lasynth("solve", task, "--model", copy)
        assert result.exit_code == 2, result.stderr
        assert message in result.stderr
        assert str(tmp_path) in result.stderr
