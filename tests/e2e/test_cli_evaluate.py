from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Write = Callable[..., Path]

SAME = {
    "id": "same",
    "examples": [{"input": [1, 2, 3, 4, 0], "output": [1, 2, 3, 4, 0]}],
    "held_out": [{"input": [0, 3, 0, 0, 0], "output": [0, 3, 0, 0, 0]}],
    "program": "int * func_1(int a[])\n{\n    return a;\n}\n",
}
SWAP = {
    "id": "swap",
    "examples": [{"input": [1, 2, 3, 4, 0], "output": [2, 1, 3, 4, 0]}],
    "held_out": [{"input": [0, 3, 0, 0, 0], "output": [3, 0, 0, 0, 0]}],
}


@pytest.fixture
def evaluate(lasynth: Any, tiny_model: Path) -> Any:
    options = ("--model", tiny_model, "--beam", 2, "--max-tokens", 24)
    return lambda *arguments: lasynth("evaluate", *options, *arguments)


def test_a_table_with_every_protocol(evaluate: Any, write: Write) -> None:
    result = evaluate("--tasks", write("t.jsonl", [SAME, SWAP]))
    assert result.exit_code == 0, result.stderr
    for word in ("greedy", "consistent@2", "oracle@2", "exact", "affine fit", "tiny on"):
        assert word in result.stdout


def test_json_is_one_document_and_details_a_line_a_task(evaluate: Any, write: Write, tmp_path: Path) -> None:
    details = tmp_path / "details.jsonl"
    result = evaluate("--tasks", write("t.jsonl", [SAME, SWAP]), "--json", "--details", details)
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["num_tasks"] == 2
    assert document["totals"]["consistent"]["num_tasks"] == 2
    assert {"share", "low", "high"} <= set(document["totals"]["oracle"])
    lines = [json.loads(line) for line in details.read_text().splitlines()]
    assert [line["id"] for line in lines] == ["same", "swap"]
    for protocol in ("greedy", "consistent", "oracle"):
        right = sum(line[protocol] for line in lines)
        assert document["totals"][protocol]["share"] == right / 2
    assert [file.name for file in tmp_path.iterdir() if file.name.endswith(".partial")] == []


def test_details_do_not_depend_on_the_workers(evaluate: Any, write: Write, tmp_path: Path) -> None:
    tasks, details = write("t.jsonl", [SAME, SWAP]), tmp_path / "details.jsonl"
    found = []
    for workers in ((), ("--workers", 1), ("--workers", 2)):
        result = evaluate("--tasks", tasks, "--details", details, *workers)
        assert result.exit_code == 0, result.stderr
        lines = [json.loads(line) for line in details.read_text().splitlines()]
        found.append([{**line, "seconds": 0} for line in lines])
    assert found[0] == found[1] == found[2]


def test_grounded_is_said(evaluate: Any, write: Write) -> None:
    result = evaluate("--tasks", write("t.jsonl", [SAME, SWAP]), "--grounded")
    assert result.exit_code == 0, result.stderr
    assert "tiny, grounded, on" in result.stdout


def test_an_engine_without_a_model_is_evaluated(lasynth: Any, write: Write) -> None:
    turned = [
        {"input": cells, "output": cells[::-1]} for cells in ([1, 2, 3], [0, 4, 5], [7, 2, 2], [9, 1, 0])
    ]
    task = {"id": "turned", "examples": turned[:3], "held_out": turned[3:]}
    result = lasynth("evaluate", "--engine", "floor", "--tasks", write("t.jsonl", [task, SWAP]), "--json")
    assert result.exit_code == 0, result.stderr
    totals = json.loads(result.stdout)["totals"]
    assert totals["consistent"]["num_right"] == totals["floor"]["num_right"] == 1


def test_generated_tasks(evaluate: Any, lasynth: Any, tmp_path: Path) -> None:
    lasynth("generate", "--out", tmp_path, "--num", 30, "--split", "test")
    shard = next(tmp_path.glob("test-*.parquet"))
    for source in (tmp_path, shard):
        result = evaluate("--data", source, "--num", 3, "--json")
        assert result.exit_code == 0, result.stderr
        assert json.loads(result.stdout)["num_tasks"] == 3


def test_a_shard_of_another_schema_version(evaluate: Any, lasynth: Any, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    lasynth("generate", "--out", tmp_path, "--num", 5, "--split", "test")
    shard = next(tmp_path.glob("test-*.parquet"))
    table = pq.read_table(shard)
    old = table.schema.metadata
    changed = table.replace_schema_metadata(
        {key: value.replace(b'"schema": 1', b'"schema": 99') for key, value in old.items()}
    )
    assert changed.schema.metadata != table.schema.metadata
    pq.write_table(changed, shard)
    result = evaluate("--data", tmp_path)
    assert result.exit_code == 2
    assert "version" in result.stderr
    assert str(shard) in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Give either --tasks FILE or --data SHARDS."),
        (("--tasks", "a.jsonl", "--data", "b"), "Give either --tasks FILE or --data SHARDS."),
        (("--tasks", "none.jsonl"), "none.jsonl: no such file"),
        (("--data", "none"), "none"),
        (("--data", "none://x"), "none://x: cannot be opened: Protocol not known: none"),
        (("--data", "b", "--workers", "many"), "--workers: 'many' is not a number of processes"),
        (("--data", "b", "--workers", 2, "--address", "h:1"), "h:1: an address is of a Ray cluster"),
    ],
)
def test_bad_options_are_status_2(evaluate: Any, arguments: tuple[str, ...], message: str) -> None:
    result = evaluate(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert message in result.stderr


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (SAME | {"program": "int x"}, "program"),
        (
            SAME | {"examples": [{"input": [7, 0, 0, 0, 0], "output": [0] * 5}]},
            "task same, example 1, input: cell 1 is 7",
        ),
    ],
)
def test_bad_tasks_are_status_2(
    evaluate: Any, write: Write, tmp_path: Path, task: dict[str, Any], message: str
) -> None:
    details = tmp_path / "details.jsonl"
    result = evaluate("--tasks", write("t.jsonl", [SWAP, task]), "--details", details)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not details.exists()
