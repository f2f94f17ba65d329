from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lasynth.errors import InputError
from lasynth.task import Example, Task

ONE = {"input": [1, 2], "output": [2, 1]}


def task_json(**changes: Any) -> dict[str, Any]:
    return {"domain": "c", "examples": [ONE]} | changes


def example(given: Any, wanted: Any) -> dict[str, Any]:
    return task_json(examples=[ONE, {"input": given, "output": wanted}])


def test_a_task_is_read_back_equal() -> None:
    task = Task(
        "c",
        (Example((1, 2), (2, 1)), Example((0, -3), (-3, 0))),
        held_out=(Example((4, 4), (4, 4)),),
        id="swap",
        program="int * func_1(int a[]) { return a; }",
    )
    assert Task.from_json(json.loads(json.dumps(task.to_json()))) == task


def test_optional_keys_may_be_absent_null_or_empty() -> None:
    plain = Task("c", (Example((1, 2), (2, 1)),))
    assert Task.from_json({"examples": [ONE]}) == plain
    assert Task.from_json(task_json(held_out=None, id=None, program=None, source="my notes")) == plain
    assert Task.from_json(task_json(held_out=[])) == plain
    assert plain.to_json() == task_json()


def test_examples_of_python_may_be_pairs_and_arrays() -> None:
    wanted = (Example((1, 2), (2, 1)), Example((3, 4), (4, 3)))
    assert Task.of([((1, 2), (2, 1)), ([3, 4], [4, 3])]).examples == wanted
    assert Task.of([ONE, Example([3, 4], [4, 3])]).examples == wanted
    arrays = (np.array([1, 2]), np.array([2, 1])), (np.array([3, 4]), np.array([4, 3]))
    task = Task.of(arrays)
    assert task.examples == wanted
    assert type(task.examples[0].input[0]) is int


@pytest.mark.parametrize("arrow", ["->", " -> ", "=>", " → "])
@pytest.mark.parametrize("given", ["1 2", "1,2", "1, 2", "[1, 2]", "[1,2]"])
def test_examples_may_be_texts_with_an_arrow(given: str, arrow: str) -> None:
    task = Task.of_texts([f" {given}{arrow}-2 1 ", "3 4 -> 4 3"])
    assert task == Task("c", (Example((1, 2), (-2, 1)), Example((3, 4), (4, 3))))


def test_worlds_may_be_texts_with_an_arrow() -> None:
    worlds = (["....", ">..."], ["....", ".>.."])
    picture = "\n->\n".join("\n".join(rows) for rows in worlds)
    task = Task.of_texts([picture], domain="karel")
    assert task == Task.of([worlds], domain="karel")
    as_json = " -> ".join(
        json.dumps(world.to_json()) for world in (task.examples[0].input, task.examples[0].output)
    )
    assert Task.of_texts([as_json], domain="karel") == task


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ("1 -> 2", "examples are a text, not a list of texts. Give a list"),
        (3, "examples are a number, not a list of texts"),
        ([], '"examples": there are no examples'),
        ([([1], [2])], "example 1: an example is a list, not a text. Write it"),
        (["1 2 -> 2 1", "2 1"], "example 2: there is no arrow between an input and an output"),
        (["1 2 -> 2 1"] * 2 + ["1 2 -> 3 1"], "example 3: the input is that of example 1"),
        (["1 2 -> 2 1"] * 1001, "example: there are 1,001 examples. Give at most 1,000"),
    ],
)
def test_what_is_wrong_with_texts(texts: Any, message: str) -> None:
    with pytest.raises(InputError) as error:
        Task.of_texts(texts)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("obj", "message"),
    [
        ([], "t.json: a task is a list, not an object"),
        (3, "t.json: a task is a number, not an object"),
        ({"domain": "c"}, 't.json: the task has no "examples"'),
        ({"domain": "c", "example": [ONE]}, 't.json: unknown key "example". Did you mean "examples"?'),
        (task_json(heldout=[]), 't.json: unknown key "heldout". Did you mean "held_out"?'),
        (task_json(domain="pascal"), 't.json: unknown domain "pascal". Known: "c"'),
        (task_json(domain=["c"]), 't.json: the domain is ["c"], not a text'),
        (task_json(examples=[]), 't.json, "examples": there are no examples. Give one or more'),
        (task_json(examples=ONE), 't.json, "examples": an object is given, not a list'),
        (task_json(examples=["x"]), "t.json, example 1: an example is a text"),
        (task_json(examples=[ONE, {"input": [1]}]), "t.json, example 2: the output is missing"),
        (task_json(examples=[ONE | {"Input": [1]}]), 't.json, example 1: unknown key "Input"'),
        (task_json(id=1.5), 't.json: "id" is a number, not a text'),
        (task_json(program=["int"]), 't.json: "program" is a list, not a text'),
        (example(3, [3]), "t.json, example 2, input: 3 is a number, not a list"),
        (example("12", [1, 2]), 't.json, example 2, input: "12" is a text, not a list'),
        (example([], [1]), "t.json, example 2, input: the list is empty. Lists have 1 to 16 cells"),
        (
            example([0] * 17, [0] * 17),
            "t.json, example 2, input: the list has 17 cells (1 more like it). Lists have 1 to 16 cells",
        ),
        (example({"xs": [1], "k": 2}, [1]), 't.json, example 2, input: {"xs": [1], "k": 2} is an object of'),
        (example([1, 2.0], [1, 2]), "t.json, example 2, input: cell 2 is 2.0, not an integer"),
        (example([1, 2], [1, True]), "t.json, example 2, output: cell 2 is true, not an integer"),
        (example([1, "2"], [1, 2]), 't.json, example 2, input: cell 2 is "2", not an integer'),
        (example([None, 2], [1, 2]), "t.json, example 2, input: cell 1 is null, not an integer"),
        (example([[1], 2], [1, 2]), "t.json, example 2, input: cell 1 is a list. A program takes one list"),
        (example([1, 2**31], [1, 2]), "t.json, example 2, input: cell 2 does not fit in 32 bits"),
        (example([1, 2], [1, -(2**31) - 1]), "t.json, example 2, output: cell 2 does not fit in 32 bits"),
        (
            example([3, 4], [1]),
            "t.json, example 2: the output has 1 cell, the input of example 1 has 2 cells",
        ),
        (example([1, 2, 3], [1, 2, 3]), "t.json, example 2: the input has 3 cells"),
        (example([1, 2], [1, 2]), "t.json, example 2: the input is that of example 1, the output is another"),
        (
            task_json(held_out=[{"input": [1, 2], "output": [1, 2]}]),
            "t.json, held-out example 1: the input is that of example 1, the output is another",
        ),
        (task_json(held_out=[{"input": [1], "output": [2]}]), "t.json, held-out example 1: the input has 1"),
    ],
)
@pytest.mark.usefixtures("narrow_c")
def test_what_is_wrong_is_said_once_with_its_place(obj: object, message: str) -> None:
    with pytest.raises(InputError) as caught:
        Task.from_json(obj, where="t.json")
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("narrow_c")
def test_all_obstacles_of_a_task_are_named_at_once() -> None:
    obj = task_json(
        examples=[
            ONE,
            {"input": [1, 2.5], "output": [1, True]},
            {"Input": [1], "output": [1]},
            {"input": [3], "output": [2**40]},
            {"input": [5], "output": [6, 7]},
        ],
        held_out=[{"input": [1, 2], "output": [0, 0]}, 7],
    )
    with pytest.raises(InputError) as caught:
        Task.from_json(obj, where="t.json")
    head, *lines = str(caught.value).split("\n  ")
    assert head == "t.json: 6 things are wrong with the task:"
    assert [line.partition(". ")[0] for line in lines] == [
        "example 2, input: cell 2 is 2.5, not an integer (1 more like it)",
        'example 3: unknown key "Input"',
        'example 3: the input is missing (no "input") (1 more like it)',
        "example 4, output: cell 1 does not fit in 32 bits",
        "example 5: the input has 1 cell, the input of example 1 has 2 cells",
        "held-out example 1: the input is that of example 1, the output is another",
    ]
    assert lines[0].endswith("(1 more like it). Write whole numbers without quotes or points.")


@pytest.mark.usefixtures("narrow_c")
def test_a_task_made_in_python_is_checked_and_made_uniform() -> None:
    task = Task("c", ([np.array([1, 2]), [2, 1]], ONE))  # type: ignore[arg-type]
    assert task.examples == (Example((1, 2), (2, 1)),) * 2
    assert task.language.name == "c"
    for arguments, message in (
        (("c", ()), "there are no examples"),
        (("c", (((1,), (2, 3)),)), "example 1: the output has 2 cells, the input of example 1 has 1 cell"),
        (("pascal", (((1,), (2,)),)), 'unknown domain "pascal"'),
    ):
        with pytest.raises(InputError, match=message):
            Task(*arguments)  # type: ignore[arg-type]


def test_limits_are_inclusive() -> None:
    cells = [2**31 - 1, -(2**31), *range(14)]
    assert Task.of([(cells, cells)]).examples[0].input == tuple(cells)


def test_the_same_example_twice_is_no_contradiction() -> None:
    assert len(Task.of([([1], [2]), ([1], [2])]).examples) == 2


@pytest.mark.parametrize("examples", ["abc", 3, None, ONE])
def test_examples_that_are_no_list(examples: Any) -> None:
    with pytest.raises(InputError, match=r"examples are .*, not a list"):
        Task.of(examples)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        (" \n", "the file is empty"),
        ("{", "line 1, column 2: not JSON"),
        ('{"domain": "c",\n "examples": [}', "line 2, column 15: not JSON"),
        ("[" * 100_000, "brackets are nested too deeply"),
        ('{"examples": [[[' + "1" * 10_000 + "], [1]]]}", "a number has thousands of digits"),
        ('{"examples": [[[NaN], [1]]]}', "example 1, input: cell 1 is NaN, not an integer"),
        ('{"id": "a", "id": "b"}', '"id" is given twice'),
    ],
)
def test_text_that_is_no_task(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "t.json"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        Task.read(file)
    assert str(caught.value).startswith(str(file))
    assert message in str(caught.value)


def test_json_lines(tmp_path: Path) -> None:
    file = tmp_path / "t.jsonl"
    lines = [json.dumps(task_json(id="a")), "", json.dumps(task_json(id=7)), ""]
    file.write_text("\n".join(lines))
    assert [task.id for task in Task.read(file)] == ["a", "7"]
    lines[3] = '{"examples": [}'
    file.write_text("\n".join(lines))
    with pytest.raises(InputError, match="line 4, column 15: not JSON"):
        Task.read(file)
    lines[3] = json.dumps(task_json(examples=[]))
    file.write_text("\n".join(lines))
    with pytest.raises(InputError, match='line 4, "examples": there are no examples'):
        Task.read(file)


@pytest.mark.parametrize("name", ["t.jsonl", "t.json", "tasks"])
def test_lines_are_known_by_what_they_hold(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    lines = [json.dumps(task_json(id=name)) for name in "ab"]
    file.write_text("\n".join(lines))
    assert [task.id for task in Task.read(file)] == [task.id for task in Task.stream(file)] == ["a", "b"]
    file.write_text("\n".join([*lines, "{"]))
    for read in (Task.read, lambda path: list(Task.stream(path))):
        with pytest.raises(InputError, match="line 3, column 2: not JSON"):
            read(file)
    file.write_text("\n" + json.dumps(task_json(), indent=2))
    if name != "t.jsonl":
        assert Task.read(file) == list(Task.stream(file)) == [Task("c", (Example((1, 2), (2, 1)),))]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        Task.read(tmp_path / "none.json")
    with pytest.raises(InputError, match="is a folder"):
        Task.read(tmp_path)
    file = tmp_path / "t.json"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not a text file"):
        Task.read(file)
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(task_json()).encode())
    assert Task.read(file) == [Task("c", (Example((1, 2), (2, 1)),))]


def test_a_file_of_lines_is_streamed(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(json.dumps(task_json(id=1)) + "\n\n" + json.dumps(task_json(id=2)) + "\n{broken\n")
    tasks = Task.stream(path)
    assert [next(tasks).id, next(tasks).id] == ["1", "2"]
    with pytest.raises(InputError, match="line 4, column 2: not JSON"):
        next(tasks)
    one = tmp_path / "t.json"
    one.write_text(json.dumps(task_json(), indent=1))
    assert list(Task.stream(one)) == Task.read(one)
    for name, message in (("none.jsonl", "no such file"), (".", "is a folder")):
        with pytest.raises(InputError, match=message):
            next(Task.stream(tmp_path / name))
    path.write_text("\n")
    with pytest.raises(InputError, match="the file is empty"):
        next(Task.stream(path))


def test_a_record_of_the_benchmark_is_a_task() -> None:
    worlds = [{"rows": 1, "cols": 9, "hero": f"0:{col}:east"} for col in range(8)]
    examples = [
        {"inpgrid_json": before, "outgrid_json": after, "actions": ["move"]}
        for before, after in itertools.pairwise(worlds[:7])
    ]
    record = {"guid": "g", "examples": examples, "program_tokens": ["DEF", "run", "m(", "move", "m)"]}
    task = Task.from_json(record)
    assert (task.domain, task.id, len(task.examples), len(task.held_out)) == ("karel", "g", 5, 1)
    assert task.program == "def run():\n    move\n"
    assert Task.from_json(task.to_json()) == task
    record["examples"] = [*examples[:2], {**examples[0], "outgrid_json": worlds[7]}]
    with pytest.raises(InputError, match="the input is that of example 1, the output is another"):
        Task.from_json(record)
