from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lasynth.domains.karel.msr import is_record, read_msr, read_record, task_json
from lasynth.domains.karel.world import World
from lasynth.errors import InputError
from lasynth.task import Task


def grid(rows: list[str]) -> dict[str, Any]:
    return World.from_text(rows).to_json()


def record(**changes: Any) -> dict[str, Any]:
    """A made-up record in the benchmark's format."""
    examples = [
        {
            "example_index": index,
            "inpgrid_json": grid(["." * index + ">."]),
            "outgrid_json": grid(["." * index + ".>"]),
            "actions": ["move"],
        }
        for index in range(6)
    ]
    return {
        "guid": "made-up",
        "examples": examples,
        "program_tokens": ["DEF", "run", "m(", "move", "m)"],
        "program_json": {"run": [{"type": "move"}]},
    } | changes


def test_a_record_is_read() -> None:
    found = read_record(json.dumps(record()))
    assert found.guid == "made-up"
    assert found.tokens is not None
    assert found.tokens.tolist() == [2, 3, 4, 6, 5, 0]
    assert found.inputs_KW.shape == (6, 328)
    assert [actions.tolist() for actions in found.actions] == [[0]] * 6
    task = Task.from_json(task_json(record()))
    assert task == Task.from_json(record())
    assert (task.id, task.program) == ("made-up", "def run():\n    move\n")
    assert (len(task.examples), len(task.held_out)) == (5, 1)
    assert task.held_out[0].input == World.from_text([".....>."])


def test_what_is_a_record() -> None:
    assert is_record(record())
    for obj in ([], {}, {"examples": []}, {"examples": [{"input": [">."], "output": [".>"]}]}):
        assert not is_record(obj)


def test_a_record_may_be_of_examples_alone() -> None:
    worlds = ("inpgrid_json", "outgrid_json")
    examples = {"examples": [{key: one[key] for key in worlds} for one in record()["examples"]]}
    assert read_record(json.dumps(examples)).tokens is None
    task = Task.from_json(examples)
    assert (task.id, task.program, len(task.examples)) == (None, None, 5)


def test_examples_come_in_the_order_of_their_index() -> None:
    turned = record(examples=record()["examples"][::-1])
    assert np.array_equal(
        read_record(json.dumps(turned)).inputs_KW, read_record(json.dumps(record())).inputs_KW
    )


def test_what_the_grammar_leaves_out_and_the_reader_takes() -> None:
    text = "DEF run m( IF c( {} c) i( move i) m)"
    twice = text.format("not c( not c( frontIsClear c) c)").split(" ")
    once = text.format("frontIsClear").split(" ")
    found, wanted = (read_record(json.dumps(record(program_tokens=words))).tokens for words in (twice, once))
    assert np.array_equal(found, wanted)  # type: ignore[arg-type]


def test_a_file_is_streamed(tmp_path: Path) -> None:
    file = tmp_path / "train.json"
    line = json.dumps(record())
    file.write_text(f"{line}\n\n{line}\n{line[:100]}\n")
    records = read_msr(file)
    assert next(records).guid == next(records).guid == "made-up"
    with pytest.raises(InputError) as caught:
        next(records)
    hint = "Was the file cut short? Download it again."
    assert str(caught.value) == f"{file}, line 4: not JSON: invalid control character at. {hint}"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing: no such file"):
        read_msr(tmp_path / "nothing")
    with pytest.raises(InputError, match="is a folder"):
        read_msr(tmp_path)


def broken_example(**changes: Any) -> dict[str, Any]:
    examples = record()["examples"]
    return record(examples=[examples[0], examples[1] | changes])


@pytest.mark.parametrize(
    ("obj", "words"),
    [
        ([], "line 7: a record is not an object"),
        (record(examples=[]), 'line 7: "examples" is not a list of objects'),
        (record(examples=None), 'line 7: "examples" is not a list of objects'),
        (record(program_tokens=5), 'line 7: "program_tokens" is not a list of texts'),
        (record(program_tokens=["DEF", "run", "m(", "m)"]), 'line 7: "program_tokens": this block is empty'),
        (
            record(program_tokens=["DEF", "run", "m(", "fly", "m)"]),
            "line 7: \"program_tokens\": unknown token 'fly'",
        ),
        (
            record(program_tokens=["DEF", "run", "m(", "move"]),
            'line 7: "program_tokens": the program is cut short',
        ),
        (record(program_tokens=["move"]), "line 7: \"program_tokens\": unexpected 'move', expected 'run'"),
        (record(program_tokens=[]), 'line 7: "program_tokens": the program is cut short'),
        (broken_example(inpgrid_json=None), "line 7, example 2, input: a world in JSON is not an object"),
        (broken_example(inpgrid_json={"rows": 1}), 'line 7, example 2, input: "hero" is missing'),
        (
            broken_example(outgrid_json=grid([">"]) | {"rows": 20}),
            "line 7, example 2, output: a grid of 20 rows",
        ),
        (broken_example(actions=["fly"]), 'line 7, example 2: "actions" is not a list of actions'),
        (broken_example(example_index="1"), 'line 7: "example_index" is not a number'),
    ],
)
def test_a_broken_record_is_named_with_its_line(obj: object, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_record(json.dumps(obj), where="line 7")
    assert str(caught.value).startswith(words)
    assert "\n" not in str(caught.value)
