"""The figures that README and docs name are those of the measurements they are taken from."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from lasynth.evaluation.intervals import Rate
from lasynth.evaluation.public_lists import PUBLIC
from lasynth.evaluation.public_lists import render as render_public
from lasynth.evaluation.solving import Attempt, Solved, render

SETS = {
    "C: 1,000 generated tasks": "c-test",
    "C: 400 generated tasks of idioms": "c-idioms",
    "C: 53 list functions of people, five times other examples": "c-lists",
    "Karel: 1,000 tasks of functions not trained on": "karel-new",
}
# A row of README: the model, its set, and what stands in the first column. Exec has no greedy program.
MODELS = {
    "C: 1,000 generated tasks": ("c-small", "test", "greedy"),
    "C: 1,000 generated tasks with idioms": ("c-small", "idioms", "greedy"),
    "Karel: 1,000 tasks drawn as the public ones": ("karel-exec", "test", "top1"),
    "Karel: 1,000 tasks of functions not trained on": ("karel-exec", "new", "top1"),
}
SURE = 0.9


@pytest.fixture(scope="module")
def readme() -> str:
    return (Path(__file__).parents[2] / "README.md").read_text()


def details(root: Path, name: str) -> list[Solved]:
    """What is known of the tasks of a set."""
    lines = gzip.decompress((root / "experiments" / "solving" / f"{name}.jsonl.gz").read_bytes()).decode()
    return [Solved.from_line(line, name) for line in lines.splitlines()]


def solved(root: Path, name: str) -> list[tuple[Solved, Attempt]]:
    """The tasks of a set with the attempts of all engines in 5 s."""
    return [(one, one.attempt("all", 5.0)) for one in details(root, name)]


def sure(attempts: list[tuple[Solved, Attempt]]) -> Rate:
    """How many of the answers that are sure are right."""
    return Rate.of(each.right for _, each in attempts if each.solved and each.confidence >= SURE)


@pytest.mark.parametrize("title", SETS)
def test_what_solve_answers(title: str, readme: str, root: Path) -> None:
    attempts = solved(root, SETS[title])
    rates = (
        Rate.of(each.right for _, each in attempts),
        Rate.of(each.right for one, each in attempts if one.floor is False),
        Rate.of(one.floor for one, _ in attempts),
    )
    assert f"| {title} | {' | '.join(map(str, rates))} |" in readme


@pytest.mark.parametrize("title", MODELS)
def test_what_models_alone_answer(title: str, readme: str, root: Path) -> None:
    model, name, first = MODELS[title]
    scores: dict[str, Any] = json.loads((root / "zoo" / f"{model}.json").read_text())["scores"][name]
    totals = [scores["totals"][key]["num_right"] for key in (first, "consistent", "floor")]
    rates = [Rate(num_right, scores["num_tasks"]) for num_right in totals]
    assert f"| {title} | {' | '.join(map(str, rates))} |" in readme


@pytest.mark.parametrize("title", SETS)
def test_how_sure_answers_are(title: str, root: Path) -> None:
    attempts = solved(root, SETS[title])
    num_answers = sum(each.solved for _, each in attempts)
    rate = sure(attempts)
    unmarked = f"{rate.num_tasks - rate.num_right} of {num_answers:,}"
    row = f"| {title} | {rate.num_tasks} | {rate} | {unmarked} |"
    assert row in (root / "docs" / "verdicts.md").read_text()


def test_how_sure_answers_are_in_short(readme: str, root: Path) -> None:
    c, idioms, lists, karel = (
        round(100 * sure(solved(root, name)).share) for name in ("c-test", "c-idioms", "c-lists", "karel-new")
    )
    text = f"{c} % (C, list functions {lists} %, idioms {idioms} %) and {karel} % (Karel) are"
    assert text in " ".join(readme.split())


@pytest.mark.parametrize("name", [*SETS.values(), "c-asked", "c-times", "karel-times"])
def test_the_page_of_solve_has_its_tables(name: str, root: Path) -> None:
    table = render(details(root, name))
    assert table in (root / "docs" / "results" / "solve.md").read_text()


def test_public_lists(readme: str, root: Path) -> None:
    rows = details(root, "lists-public")
    parts = (rows[:116], rows[116:])
    page = (root / "docs" / "results" / "lists.md").read_text()
    for public, part in zip(PUBLIC.values(), parts, strict=True):
        assert render_public(public, part) in page
    functions, beams = ([one.attempt("all", 10.0) for one in part] for part in parts)
    right = Rate.of(each.right for each in functions)
    wrong = Rate.of(each.solved and not each.right for each in functions)
    reproduced = Rate.of(each.right for each in beams)
    assert len(beams) == 96
    text = " ".join(readme.split())
    assert f"of 116 list functions {in_words(right)} are right on held-out examples" in text
    assert f"and {100 * wrong.share:.1f} % wrong" in text
    assert f"of 96 tasks of LambdaBeam the examples of {in_words(reproduced)} are reproduced" in text


def in_words(rate: Rate) -> str:
    share, interval = str(rate).split(" ", 1)
    return f"{share} % {interval}"
