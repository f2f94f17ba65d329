"""Commands with Karel: generated data, evaluation, answers with their worlds, files of the benchmark."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lasynth.domains.karel.world import World

Write = Callable[..., Path]

WORLDS = (("..>...", "...>.."), (".>....", "..>..."), (">.....", ".>...."))


def grid(text: str) -> dict[str, Any]:
    return World.from_text([text]).to_json()


def record(name: str = "made-up") -> dict[str, Any]:
    """A record in the form of the benchmark: one move in corridors."""
    examples = [
        {
            "example_index": index,
            "inpgrid_json": grid("." * index + ">."),
            "outgrid_json": grid("." * index + ".>"),
            "actions": ["move"],
        }
        for index in range(6)
    ]
    return {"guid": name, "examples": examples, "program_tokens": ["DEF", "run", "m(", "move", "m)"]}


TASK = {"domain": "karel", "examples": [{"input": [one], "output": [other]} for one, other in WORLDS]}
# More actions than completion tries.
HARD = {"domain": "karel", "examples": [{"input": [">.1......."], "output": ["..9......>"]}]}


@pytest.fixture(scope="session")
def karel_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained model of the smallest size."""
    import torch

    from lasynth.domains.karel.grammar import NUM_TOKENS
    from lasynth.models import KarelConfig, build, save

    torch.manual_seed(0)
    config = KarelConfig(
        NUM_TOKENS, embedding=8, hidden=16, pair=16, reading=24, decoder=12, channels=4, blocks=1
    )
    path = tmp_path_factory.mktemp("model") / "tiny.safetensors"
    save(build(config), config, path, {"seed": 0})
    return path


@pytest.fixture
def solve(lasynth: Any, karel_model: Path) -> Any:
    # Wide enough for all programs of one action.
    options = ("--model", karel_model, "--beam", 64, "--max-tokens", 6, "--time-limit", 60)
    return lambda *arguments: lasynth("solve", *options, *arguments)


@pytest.fixture
def evaluate(lasynth: Any, karel_model: Path) -> Any:
    options = ("--model", karel_model, "--beam", 8, "--max-tokens", 8)
    return lambda *arguments: lasynth("evaluate", *options, *arguments)


def test_an_answer_is_shown_with_its_worlds(solve: Any, write: Write) -> None:
    result = solve(write("t.json", TASK))
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[:2] == ["def run():", "    move"]
    assert lines[3].split("  ")[0] == "example 1: right"
    assert "..>...  ->  ...>..      .>....  ->  ..>...      >.....  ->  .>...." in lines
    assert "Verified by the machine on all 3 examples;" in result.stdout


def test_an_answer_is_drawn(solve: Any, write: Write, tmp_path: Path) -> None:
    picture = tmp_path / "run.svg"
    result = solve(write("t.json", TASK), "--svg", picture)
    assert result.exit_code == 0, result.stderr
    assert ElementTree.fromstring(picture.read_text()).tag.endswith("svg")
    assert str(picture) in result.stderr


def test_json_is_one_document(solve: Any, write: Write) -> None:
    document = json.loads(solve(write("t.json", TASK), "--json").stdout)
    assert document["outcome"] == "solved"
    assert document["programs"][0]["text"] == "def run():\n    move\n"
    assert document["programs"][0]["verified_by"] == "machine"


def test_an_unsolved_task_says_so(solve: Any, write: Write) -> None:
    result = solve(write("t.json", HARD))
    assert result.exit_code == 1
    assert result.stdout.startswith("Not solved: no program found reproduces the one example.\n")


def test_what_the_nearest_program_misses_is_drawn(solve: Any, write: Write) -> None:
    task = {"domain": "karel", "examples": [*TASK["examples"], *HARD["examples"]]}
    result = solve(write("t.json", task))
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    message = "Not solved: no program found reproduces all 4 examples. The nearest reproduces 3 of them"
    assert lines[:4] == [f"{message}, all but example 4.", "", "def run():", "    move"]
    assert lines[5].split("  ")[0] == "example 4 gives"
    assert lines[6] == ">.1.......  ->  .>1.......      >.1.......  ->  ..9......>"


def test_records_of_the_benchmark_are_tasks(solve: Any, write: Write) -> None:
    result = solve(write("one.json", record()))
    assert result.exit_code == 0, result.stderr
    assert "all 5 examples" in result.stdout
    assert "Held-out examples, not shown to the search: 1 of 1 right." in result.stdout
    many = solve(write("many.jsonl", [record("a"), record("b")]), "--json")
    assert [task["id"] for task in json.loads(many.stdout)["tasks"]] == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "content", "options", "message"),
    [
        ("t.json", {**TASK, "examples": [{"input": [">."], "output": [">.."]}]}, (), "a grid of 1 x 2"),
        ("t.json", record() | {"program_tokens": ["DEF"]}, (), "program_tokens"),
        ("t.jsonl", [TASK, TASK], ("--svg", "a.svg"), "it draws the run of one Karel task only"),
        ("t.json", {"examples": [{"input": [1], "output": [1]}]}, ("--svg", "a.svg"), "one Karel task"),
        ("t.json", {"examples": [{"input": [1], "output": [1]}]}, (), "of domain c, the model tiny of karel"),
    ],
)
def test_bad_input_is_one_message(
    solve: Any, write: Write, name: str, content: Any, options: tuple[str, ...], message: str
) -> None:
    result = solve(write(name, content), *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_without_a_model_the_floor_answers_or_it_says_what_to_give(
    lasynth: Any, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lasynth import api
    from lasynth.models import shipped

    monkeypatch.setattr(shipped, "default_name", {"c": "c-small"}.get)
    api.load.cache_clear()  # drop what other tests have loaded
    path = write("t.json", TASK)
    result = lasynth("solve", path, "--json")
    assert result.exit_code == 0, result.stderr
    assert {program["engine"] for program in json.loads(result.stdout)["programs"]} == {"floor"}
    result = lasynth("solve", path, "--engine", "beam")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no model is shipped for karel. Give --model" in result.stderr


def test_a_file_of_the_benchmark_is_evaluated(evaluate: Any, write: Write) -> None:
    # Files of the benchmark are lines of JSON, whatever their names.
    text = "".join(json.dumps(record(name)) + "\n" for name in "abc")
    for name in ("val.json", "val.jsonl"):
        result = evaluate("--tasks", write(name, text), "--num", 2, "--json")
        assert result.exit_code == 0, result.stderr
        document = json.loads(result.stdout)
        assert (document["domain"], document["num_tasks"]) == ("karel", 2)
        assert document["totals"]["floor"]["num_right"] == 2
        assert document["by_straight"]["straight"]["top1"]["num_tasks"] == 2
    broken = write("broken.json", text + '{"guid": 1, "examples": [{"inpgrid_json": 3}]}\n')
    result = evaluate("--tasks", broken)
    assert result.exit_code == 2
    assert f"{broken}, line 4" in result.stderr


def test_generated_tasks_are_evaluated(lasynth: Any, evaluate: Any, tmp_path: Path) -> None:
    options = ("--domain", "karel", "--num", 20, "--split", "test", "--stats")
    made = lasynth("generate", "--out", tmp_path, *options)
    assert made.exit_code == 0, made.stderr
    assert "straight" in made.stdout
    shard = next(tmp_path.glob("test-*.parquet"))
    for source in (("--data", tmp_path), ("--data", shard), ("--tasks", shard)):
        result = evaluate(*source, "--num", 3)
        assert result.exit_code == 0, result.stderr
        for words in ("top-1", "straight-line", "consistent@8"):
            assert words in result.stdout
    again = lasynth("generate", "--out", tmp_path, *options[:-1], "--config", "small")
    assert (again.exit_code, again.stdout) == (2, "")
    assert "unknown name 'small'. Known: real, regular, taught." in again.stderr
    wrong = lasynth("generate", "--out", tmp_path, *options[:-1], "--source", "csmith")
    assert "Known for karel: sampler." in wrong.stderr
