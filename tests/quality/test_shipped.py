"""The shipped model still solves what its card says, as far as a small sample can tell."""

from __future__ import annotations

import json
from pathlib import Path

import lasynth
from lasynth.data.dataset import Dataset
from lasynth.models import load, zoo_folder
from lasynth.training.validation import validator


def test_c_small_solves_generated_tasks(root: Path) -> None:
    synthesizer = load("c-small")
    tasks = Dataset.open([root / "experiments" / "c-small" / "test.parquet"], max_tasks=48).tasks()
    found = validator(tasks, synthesizer.config, beam=16)(synthesizer.model)
    # The card's consistent@64 is 59.3 %; of 48 tasks 40 % is some 2.7 standard errors below.
    assert found["solved"] >= 0.4
    assert found["top1"] <= found["oracle"]
    assert found["solved"] <= found["oracle"]


def test_c_small_is_small_and_says_what_it_is() -> None:
    weights = zoo_folder() / "c-small.safetensors"
    assert weights.stat().st_size <= 16 * 2**20
    card = json.loads(weights.with_suffix(".json").read_text())
    assert card["num_distinct_programs"] >= 250_000
    assert set(card["scores"]) == {"test", "idioms", "lists"}
    assert card["scores"]["test"]["num_tasks"] == 1000
    # More of what people think of than the affine fit, by the model alone and completed.
    lists = card["scores"]["lists"]["totals"]
    assert lists["floor"]["num_right"] < lists["consistent"]["num_right"] <= lists["completed"]["num_right"]


def test_a_task_of_a_person_is_solved_and_checked(root: Path) -> None:
    (task,) = lasynth.Task.read(root / "examples" / "increment_tail.json")
    outcome = lasynth.solve(task)
    assert outcome.solved
    best = outcome.candidates[0]
    assert best.consistent
    assert list(lasynth.run(best, [0, 0, 0, 0, 0])) == [0, 1, 1, 1, 1]


def test_karel_small_solves_generated_tasks(root: Path) -> None:
    synthesizer = load("karel-small")
    tasks = Dataset.open([root / "experiments" / "karel-small" / "test.parquet"], max_tasks=48).tasks()
    found = validator(tasks, synthesizer.config, beam=16)(synthesizer.model)
    # The card's consistent@64 is 68.8 %; of 48 tasks 50 % is some 2.8 standard errors below.
    assert found["solved"] >= 0.5
    assert found["top1"] <= found["oracle"]


def test_karel_small_is_small_and_says_what_it_is() -> None:
    weights = zoo_folder() / "karel-small.safetensors"
    assert weights.stat().st_size <= 16 * 2**20
    scores = json.loads(weights.with_suffix(".json").read_text())["scores"]
    assert set(scores) == {"test", "new"}
    assert scores["test"]["num_tasks"] == 1000
    totals = scores["test"]["totals"]
    assert totals["consistent"]["num_right"] > totals["floor"]["num_right"]


def test_a_task_of_karel_is_solved(root: Path) -> None:
    (task,) = lasynth.Task.read(root / "examples" / "karel" / "walk_and_mark.json")
    outcome = lasynth.solve(task)
    assert outcome.solved
    assert outcome.candidates[0].verified_by == "machine"
    for example in task.held_out:
        assert lasynth.run(outcome.candidates[0], example.input, domain="karel") == example.output
