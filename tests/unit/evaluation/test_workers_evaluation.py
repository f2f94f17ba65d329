"""An evaluation is the same wherever its batches are worked on, to the byte."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np
import pytest
import torch
from small_retraining import SHIPPED

from lasynth.evaluation import Evaluation, evaluate, evaluate_engines
from lasynth.models import load
from lasynth.models.threads import threads
from lasynth.runner import InlineRunner, ProcessRunner, Runner
from lasynth.search import Beam, Budget, Completion, Problem, Proposals, Sampling, SearchConfig, Votes
from lasynth.task import Example, Task

LIMITS = SearchConfig(max_tokens=24, max_rows=8)


def tasks_of(num_tasks: int) -> list[Task]:
    """Tasks with two or three shown examples, one in three with a reference."""
    rng = np.random.default_rng(4)
    found = []
    for number in range(num_tasks):
        lists = [tuple(map(int, rng.integers(-4, 5, size=5))) for _ in range(5)]
        examples = tuple(Example(cells, (cells[1], cells[0], *cells[2:])) for cells in lists)
        program = "int * func_1(int a[])\n{\n    return a;\n}\n" if number % 3 == 0 else None
        found.append(Task("c", examples[: 2 + number % 2], examples[3:], f"t{number}", program))
    return found


TASKS = tasks_of(5)


def details(found: Evaluation) -> str:
    """The details without their times."""
    return "\n".join(
        json.dumps(dataclasses.asdict(dataclasses.replace(r, seconds=0.0))) for r in found.records
    )


def test_details_do_not_depend_on_the_runner() -> None:
    done: list[int] = []
    runners: list[Runner | None] = [None, InlineRunner(), ProcessRunner(2)]
    found = [
        details(evaluate(load(SHIPPED), TASKS, LIMITS, beam=4, runner=runner, progress=done.append))
        for runner in runners
    ]
    assert found[0] == found[1] == found[2]
    assert done == [2, 4, 5] * 3
    assert [json.loads(line)["id"] for line in found[0].splitlines()] == [f"t{n}" for n in range(5)]
    assert sum(json.loads(line)["num_candidates"] for line in found[0].splitlines())


def test_engines_of_every_kind_can_be_sent() -> None:
    model = load(SHIPPED)
    engines = [Sampling(scorer=model, width=3), Completion(), Beam(scorer=model, width=2)]
    found = [
        details(
            evaluate_engines(
                engines,
                [Beam(scorer=model, width=1)],
                TASKS[:3],
                SearchConfig(max_tokens=12, max_rows=6),
                choose=choose,
                plain=[True, False, True],
                runner=runner,
            )
        )
        for choose in (None, Votes("shortest"))
        for runner in (None, ProcessRunner(1))
    ]
    assert found[0] == found[1]
    assert found[2] == found[3]


class CountsThreads(Beam):
    """Records the number of threads of torch while it searches."""

    found: ClassVar[list[int]] = []

    def propose(self, problems: Sequence[Problem], budget: Budget) -> Iterator[Proposals]:
        self.found.append(torch.get_num_threads())
        return super().propose(problems, budget)


@pytest.mark.parametrize("runner", [None, InlineRunner()])
def test_threads_of_torch_are_one_or_as_asked_and_given_back(runner: Runner | None) -> None:
    CountsThreads.found.clear()
    engines = [CountsThreads(scorer=load(SHIPPED), width=1)]
    with threads(2):
        evaluate_engines(engines, engines, TASKS[:1], LIMITS, runner=runner)
        assert torch.get_num_threads() == 2
        evaluate_engines(engines, engines, TASKS[:1], LIMITS, threads=3, runner=runner)
        assert torch.get_num_threads() == 2
    assert CountsThreads.found == [1, 1, 3, 3]
