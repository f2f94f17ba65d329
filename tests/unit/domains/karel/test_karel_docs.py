"""The commands in docs/karel.md run and print the output shown."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path

import pytest

from lasynth.domains.karel.parser import parse
from lasynth.domains.karel.world import World
from lasynth.errors import ProgramError
from lasynth.task import Task


@pytest.fixture(scope="module")
def blocks(root: Path) -> list[tuple[str, str]]:
    """The fenced blocks of the page: language and text."""
    page = (root / "docs" / "karel.md").read_text()
    return re.findall(r"^```(\w*)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def test_the_first_example_prints_what_is_below_it(blocks: list[tuple[str, str]]) -> None:
    (kind, source), (_, printed) = blocks[:2]
    assert kind == "python"
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(source, "docs/karel.md", "exec"), {})
    assert out.getvalue() == printed


def test_the_picture_and_the_grid_object_are_one_world(blocks: list[tuple[str, str]]) -> None:
    (picture,) = [text for _, text in blocks if ">:3" in text]
    (grid,) = [text for kind, text in blocks if kind == "json" and "hero" in text]
    assert World.from_text(picture) == World.from_json(json.loads(grid))


def test_the_task_is_one(blocks: list[tuple[str, str]]) -> None:
    (text,) = [text for kind, text in blocks if kind == "json" and "examples" in text]
    assert Task.parse(text)[0].domain == "karel"


def test_the_error_is_the_one_that_is_raised(blocks: list[tuple[str, str]]) -> None:
    (shown,) = [text for _, text in blocks if "repaet" in text]
    with pytest.raises(ProgramError) as caught:
        parse("move\nrepaet 3:\n  move")
    assert str(caught.value) == shown.rstrip("\n")
