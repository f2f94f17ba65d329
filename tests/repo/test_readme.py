"""Everything that the README and the docs show exists and runs as shown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
README = (ROOT / "README.md").read_text()

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(text: str, language: str) -> list[str]:
    return [body for kind, body in _FENCE.findall(text) if kind == language]


def shell_lines(text: str) -> list[str]:
    lines = "\n".join(blocks(text, "sh") + blocks(text, "console")).splitlines()
    return [line.removeprefix("$ ").split("#")[0].strip() for line in lines]


def test_the_two_commands_are_shown() -> None:
    assert {"make solve", "make test"} <= set(shell_lines(README))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    lines = [line.split() for line in shell_lines(page.read_text())]
    named = {word for line in lines if line[:1] == ["make"] for word in line[1:] if "=" not in word}
    named |= set(re.findall(r"`make ([a-z0-9-]+)", page.read_text()))
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_options_exist(page: Path) -> None:
    from typer.main import get_command

    from lasynth.cli import app

    commands: dict[str, Any] = get_command(app).commands  # type: ignore[attr-defined]
    for line in shell_lines(page.read_text()):
        words = line.split()
        if words[:1] != ["lasynth"] or words[1:2] in ([], ["--help"], ["--version"]):
            continue
        assert words[1] in commands, line
        known = {option for parameter in commands[words[1]].params for option in parameter.opts}
        used = {word.split("=")[0] for word in words[2:] if re.match(r"--?[a-z]", word)}
        assert used <= known | {"--help"}, line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_files_lead_somewhere(page: Path) -> None:
    text = _FENCE.sub("", page.read_text())
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:|#", target):
            assert (page.parent / target.split("#")[0]).exists(), target


def test_python_examples_run() -> None:
    examples = blocks(README, "python")
    assert examples
    names: dict[str, Any] = {}
    for source in examples:
        exec(compile(source, "README.md", "exec"), names)
    assert names["outcome"].candidates
