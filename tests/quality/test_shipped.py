"""The shipped models still have about the solve rates of their cards, on a small sample."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import lasynth
from lasynth import api, equipment
from lasynth.data.dataset import Dataset
from lasynth.models import Grounded, Synthesizer, load, zoo_folder
from lasynth.search import Beam, SearchResult, search
from lasynth.training.validation import validator


# The cards say consistent@64 65.8, 68.8, 87.6 and 23.2 %; the limits are 3 standard errors (48 tasks) lower.
@pytest.mark.parametrize(
    ("name", "folder", "least"),
    [
        ("c-small", "c-small", 0.4),
        ("karel-small", "karel-small", 0.5),
        ("karel-exec", "karel-small", 0.65),
        ("c-lists", "c-lists", 0.05),
    ],
)
def test_generated_tasks_are_solved(name: str, folder: str, least: float, root: Path) -> None:
    synthesizer = load(name)
    test_set = root / "experiments" / folder / "test.parquet"
    tasks = Dataset.open([test_set], max_tasks=48).tasks()
    found = validator(tasks, synthesizer.config, beam=16)(synthesizer.model)
    assert found["solved"] >= least
    assert found["top1"] <= found["oracle"]
    assert found["solved"] <= found["oracle"]


def test_c_small_is_small_and_says_what_it_is() -> None:
    weights = zoo_folder() / "c-small.safetensors"
    assert weights.stat().st_size <= 16 * 2**20
    card = json.loads(weights.with_suffix(".json").read_text())
    assert card["num_distinct_programs"] >= 250_000
    assert set(card["scores"]) == {"test", "idioms", "lists"}
    assert card["scores"]["test"]["num_tasks"] == 1000
    # The model solves more of people's tasks than the affine fit, alone and with completion.
    lists = card["scores"]["lists"]["totals"]
    assert lists["floor"]["num_right"] < lists["consistent"]["num_right"] <= lists["completed"]["num_right"]


def test_solve_prepares_a_model_once_and_grounds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[object] = []

    def counted(engines: list[Any], *arguments: Any, **options: Any) -> list[SearchResult]:
        searched.extend(engine.scorer for engine in engines if isinstance(engine, Beam))
        return search(engines, *arguments, **options)

    for module in (api, equipment):
        monkeypatch.setattr(module, "search", counted)
    model = api.load("c")
    api.warm_up.cache_clear()
    for _ in range(2):
        lasynth.solve([([1, 2, 3, 4, 0], [1, 2, 3, 4, 0])], model=model, beam=2, max_tokens=12)
    assert [type(scorer) for scorer in searched] == [Synthesizer, Grounded, Grounded]


def test_a_task_of_a_person_is_solved_and_checked(root: Path) -> None:
    (task,) = lasynth.Task.read(root / "examples" / "increment_tail.json")
    outcome = lasynth.solve(task)
    assert outcome.solved
    best = outcome.candidates[0]
    assert best.consistent
    assert list(lasynth.run(best, [0, 0, 0, 0, 0])) == [0, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("name", "sets"), [("karel-small", {"test", "new"}), ("karel-exec", {"test", "new", "regular"})]
)
def test_a_model_of_karel_is_small_and_says_what_it_is(name: str, sets: set[str]) -> None:
    weights = zoo_folder() / f"{name}.safetensors"
    assert weights.stat().st_size <= 16 * 2**20
    scores = json.loads(weights.with_suffix(".json").read_text())["scores"]
    assert set(scores) == sets
    assert scores["test"]["num_tasks"] == 1000
    totals = scores["test"]["totals"]
    assert totals["consistent"]["num_right"] > totals["floor"]["num_right"]


def test_the_model_of_lists_is_small_and_says_what_it_is() -> None:
    weights = zoo_folder() / "c-lists.safetensors"
    assert weights.stat().st_size <= 16 * 2**20
    card = json.loads(weights.with_suffix(".json").read_text())
    assert "default" not in card
    assert {name: one["num_tasks"] for name, one in card["scores"].items()} == {
        "test": 500,
        "list-functions": 116,
    }
    # How many of the public tasks the random programs happen to compute.
    assert 0 < len(card["list-functions_trained_on"]) < 116


def test_a_task_of_karel_is_solved(root: Path) -> None:
    (task,) = lasynth.Task.read(root / "examples" / "karel" / "walk_and_mark.json")
    outcome = lasynth.solve(task)
    assert outcome.solved
    assert outcome.candidates[0].verified_by == "machine"
    for example in task.held_out:
        assert lasynth.run(outcome.candidates[0], example.input, domain="karel") == example.output
