"""Every option of every command is given values that do not belong there: one message and status 2."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from lasynth.cli import app

NUMBERS = ("0", "-1", "1000000000", "99999999999999999999", "1e400", "nan", "x", "")
TEXTS = ("", "x", "\x1b[31m", "x" * 10_000, "-")
COMMANDS: Any = get_command(app).commands  # type: ignore[attr-defined]


def options() -> Iterator[tuple[str, Any]]:
    for name, command in COMMANDS.items():
        for option in command.params:
            yield name, option


@pytest.fixture
def given(tmp_path: Path, tiny_model: Path) -> dict[str, dict[str, Any]]:
    """What each command needs, besides the option that is tried; it is refused before it does much."""
    (tmp_path / "p.c").write_text("int * func_1(int a[])\n{\n    a[0]++;\n    return a;\n}\n")
    (tmp_path / "t.json").write_text('{"examples": [{"input": [1], "output": [2]}]}')
    (tmp_path / "folder").mkdir()
    task, out = tmp_path / "t.json", tmp_path / "out"
    return {
        "solve": {"task": task, "engine": "floor", "time_limit": 1},
        "run": {"program": tmp_path / "p.c", "input": "1"},
        "generate": {"out": out, "num": 1},
        "train": {"data": tmp_path / "none", "out": out},
        "evaluate": {"tasks": task, "engine": "floor"},
        "report": {"study": tmp_path / "none", "out": out},
    }


def arguments(command: str, given: dict[str, Any]) -> list[str]:
    flags = {option.name: option.opts[-1] for option in COMMANDS[command].params}
    found = []
    for name, value in given.items():
        found += [flags[name], str(value)] if flags[name].startswith("-") else [str(value)]
    return [command, *found]


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
        if option.type.name.split()[0] not in ("integer", "float") or not option.opts[-1].startswith("-"):
            continue
        bounds = option.type
        assert getattr(bounds, "max", None) is not None or option.name == "minutes", (command, option.name)
        for value in NUMBERS:
            if value == "0" and getattr(bounds, "min", None) == 0:
                continue  # a seed
            if value == "1000000000" and (getattr(bounds, "max", None) or 0) >= 10**9:
                continue  # a seed, a number of tasks
            words = arguments(command, {**given[command], option.name: value})
            assert option.opts[-1] in refused(lasynth, *words).replace(" limit", "-limit") or (
                option.name == "time_limit"
            ), (command, option.name, value)
            tried += 1
    assert tried > 50


def test_texts_and_paths(lasynth: Any, given: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    """Whatever a text or a path is: done, not solved, or one message."""
    paths = (
        tmp_path / "folder",
        tmp_path / "p.c" / "below",
        tmp_path / "no" / "no",
        "/dev/null/x",
        "/proc/none",
    )
    for command, option in options():
        if option.type.name.split()[0] in ("integer", "float", "boolean") or option.name == "stats":
            continue
        for value in (*TEXTS, *paths):
            result = lasynth(*arguments(command, {**given[command], option.name: value}))
            assert result.exit_code in (0, 1, 2), (command, option.name, value, result.output)
            assert len(result.stderr) < 2500, (command, option.name, value)
            assert "\x1b" not in result.stderr, (command, option.name, value)
            assert "Traceback" not in result.output
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
        (("report", "none", "--out", "p.c"), "p.c: is a file, not a folder"),
        (("solve", "t.json", "--beam", "1000000000"), "--beam"),
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
