"""Every option of every command is given values that do not belong there: one message and status 2."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest
import typer
from typer.models import ArgumentInfo

from lasynth.cli import app

NUMBERS = ("0", "-1", "1000000000", "99999999999999999999", "1e400", "nan", "x", "")
TEXTS = ("", "x", "\x1b[31m", "x" * 10_000, "-", "->", "1 -> \x1b[31m", "1 -> 1" * 10_000)


@dataclass(frozen=True)
class Parameter:
    """An option or an argument, by what its function says: the type, the flag (None), the range."""

    name: str
    kind: type
    flag: str | None
    least: float | None
    most: float | None


def parameters_of(function: Any) -> list[Parameter]:
    found = []
    for name, hint in get_type_hints(function, include_extras=True).items():
        if get_origin(hint) is not Annotated:
            continue  # what it returns
        kind, info = get_args(hint)
        inner = [one for one in get_args(kind) if one is not NoneType]
        inner = [*get_args(inner[0])] if inner and get_origin(inner[0]) is list else inner
        flag = None if isinstance(info, ArgumentInfo) else f"--{name.replace('_', '-')}"
        found.append(Parameter(name, inner[0] if inner else kind, flag, info.min, info.max))
    return found


def commands_of(commands: typer.Typer, before: str = "") -> Iterator[tuple[str, list[Parameter]]]:
    """Those of an app and of the groups in it, such as `bench solve`."""
    for registered in commands.registered_commands:
        assert registered.callback is not None
        yield before + registered.callback.__name__, parameters_of(registered.callback)
    for group in commands.registered_groups:
        assert group.typer_instance is not None
        yield from commands_of(group.typer_instance, f"{before}{group.name} ")


COMMANDS = dict(commands_of(app))


def options() -> Iterator[tuple[str, Parameter]]:
    for name, parameters in COMMANDS.items():
        for parameter in parameters:
            yield name, parameter


@pytest.fixture
def given(tmp_path: Path, tiny_model: Path) -> dict[str, dict[str, Any]]:
    """What each command needs, besides the option that is tried; it is refused before it does much."""
    (tmp_path / "p.c").write_text("int * func_1(int a[])\n{\n    a[0]++;\n    return a;\n}\n")
    (tmp_path / "t.json").write_text('{"examples": [{"input": [1], "output": [2]}]}')
    pairs = [{"input": 5 * [value], "output": [value + 1, *4 * [value]]} for value in range(3)]
    program = "int * func_1(int a[])\n{\n    a[0]++;\n    return a;\n}\n"
    whole = {"examples": pairs[:2], "held_out": pairs[2:], "program": program}
    (tmp_path / "whole.jsonl").write_text(json.dumps(whole))
    (tmp_path / "folder").mkdir()
    task, out = tmp_path / "t.json", tmp_path / "out"
    return {
        "solve": {"task": task, "engine": "floor", "time_limit": 1},
        "run": {"program": tmp_path / "p.c", "input": "1"},
        "generate": {"out": out, "num": 1},
        "train": {"data": tmp_path / "none", "out": out},
        "retrain": {"data": tmp_path / "none", "out": out},
        "evaluate": {"tasks": task, "engine": "floor"},
        "report": {"study": tmp_path / "none", "out": out},
        "bench solve": {"tasks": tmp_path / "whole.jsonl", "method": "floor", "time_limit": 1},
        "bench lists": {"tasks": "lambdabeam", "num": 1, "method": "floor", "time_limit": 1},
        "bench ceiling": {"tasks": tmp_path / "whole.jsonl", "programs": 100},
    }


def arguments(command: str, given: dict[str, Any]) -> list[str]:
    flags = {parameter.name: parameter.flag for parameter in COMMANDS[command]}
    found = []
    for name, value in given.items():
        found += [str(value)] if flags[name] is None else [str(flags[name]), str(value)]
    return [*command.split(), *found]


def given_for(option: Parameter, command: str, given: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What a command needs where an option is tried; two options of `solve` replace its file."""
    if command == "solve" and option.name in ("example", "domain"):
        return {"example": "1 2 -> 2 3", "engine": "floor", "time_limit": 1}
    return given[command]


def refused(lasynth: Any, *words: object) -> str:
    result = lasynth(*words)
    assert result.exit_code == 2, (words, result.output)
    assert result.stdout == ""
    assert len(result.stderr) < 1500, words
    assert "\x1b" not in result.stderr
    assert "Traceback" not in result.stderr
    return str(result.stderr)


def test_numbers_have_a_range(lasynth: Any, given: dict[str, dict[str, Any]]) -> None:
    tried = 0
    for command, option in options():
        if option.kind not in (int, float):
            continue
        assert option.most is not None, (command, option.name)
        for value in NUMBERS:
            if value == "0" and option.least == 0:
                continue  # a seed
            if value == "1000000000" and option.most >= 10**9:
                continue  # a seed, a number of tasks
            words = arguments(command, {**given[command], option.name: value})
            message = refused(lasynth, *words)
            assert str(option.flag) in message or option.name.replace("_", " ") in message, (words, message)
            tried += 1
    assert tried > 50


def test_texts_and_paths(
    lasynth: Any, given: dict[str, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a text or a path is: done, not solved, or one message."""
    monkeypatch.chdir(tmp_path)
    paths = [tmp_path / "folder", tmp_path / "p.c" / "below", tmp_path / "no" / "no", "/dev/null/x"]
    for command, option in options():
        if option.kind not in (str, Path):
            continue
        for value in (*TEXTS, *paths):
            words = arguments(command, {**given_for(option, command, given), option.name: value})
            result = lasynth(*words)
            assert result.exit_code in (0, 1, 2), (words, result.output)
            assert len(result.stderr) < 2500, words
            assert "\x1b" not in result.stderr, words
            assert "Traceback" not in result.output, words
            if result.exit_code == 2:
                assert result.stderr.count("lasynth: ") + result.stderr.count("Error: ") == 1, result.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("generate", "--num", "1", "--out", "p.c"), "p.c: is a file, not a folder"),
        (("generate", "--num", "1", "--out", "p.c/below"), "p.c: is a file, not a folder"),
        (("train", "--data", "none", "--out", "p.c"), "p.c: is a file, not a folder"),
        (
            ("train", "--data", "none", "--out", "out", "--device", "cuda:77"),
            "no such device on this computer",
        ),
        (("train", "--data", "none", "--out", "out", "--device", "gpu"), "unknown device 'gpu'"),
        (("retrain", "--data", "none", "--out", "p.c"), "p.c: is a file, not a folder"),
        (("report", "none", "--out", "p.c"), "p.c: is a file, not a folder"),
        (("solve", "t.json", "--beam", "1000000000"), "--beam"),
        (("solve",), "lasynth solve: no task is given. Give either a task file or examples"),
        (("solve", "t.json", "-e", "1 -> 1"), "lasynth solve: a task file and -e are both given"),
        (("solve", "t.json", "--domain", "c"), "--domain: a task file names its language itself"),
        (("evaluate", "--tasks", "t.json", "--details", "folder"), "folder: is a folder"),
        (("evaluate", "--tasks", "t.json", "--details", "no/d.jsonl"), "no: no such folder"),
        (("run", "p.c", "--input", "1", "--svg", "folder"), "--svg: it draws one run only"),
        (("generate", "--num", "1", "--out", "out", "--workers", "99999"), "--workers"),
    ],
)
def test_what_cannot_be_done_is_said_first(
    lasynth: Any,
    given: dict[str, dict[str, Any]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert message in refused(lasynth, *words)
    assert not (tmp_path / "out").exists()
