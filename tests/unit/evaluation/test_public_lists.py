"""Public tasks of other people: whole, with their licences, and never near training."""

from __future__ import annotations

from importlib import resources

import pytest

from lasynth.evaluation.public_lists import PUBLIC, render
from lasynth.evaluation.solving import Attempt, Solved


@pytest.mark.parametrize(
    ("name", "number", "shown", "held_out"), [("list-functions", 116, 5, 6), ("lambdabeam", 96, None, 0)]
)
def test_all_tasks_are_read_as_they_are(name: str, number: int, shown: int | None, held_out: int) -> None:
    tasks = PUBLIC[name].tasks()
    assert len(tasks) == number
    assert len({task.id for task in tasks}) == number
    assert {len(task.held_out) for task in tasks} == {held_out}
    assert shown is None or {len(task.examples) for task in tasks} == {shown}
    assert {task.domain for task in tasks} <= {"c", "c-lists"}


def test_the_licences_are_with_them() -> None:
    notice = (resources.files("lasynth.evaluation") / "public" / "NOTICE.md").read_text()
    assert "Copyright (c) 2020 Joshua S. Rule" in notice
    assert "Apache License 2.0" in notice
    assert all(one.file in notice for one in PUBLIC.values())


def attempt(right: bool, solved: bool) -> Attempt:
    return Attempt("all", 10.0, right, right, solved, 0.5, "terms", 1, 2.0)


def test_right_wrong_and_unsolved_are_told_apart() -> None:
    solved = [
        Solved("1", None, (attempt(True, True),)),
        Solved("2", None, (attempt(True, True),)),
        Solved("3", None, (attempt(False, True),)),
        Solved("4", None, (attempt(False, False),)),
    ]
    text = render(PUBLIC["list-functions"], solved)
    row = next(line for line in text.splitlines() if line.startswith("all"))
    assert row.split("]")[0].split()[2] == "50.0"
    assert row.count("25.0") == 2
    assert "plain Python" in text
