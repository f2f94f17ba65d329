"""`lasynth bench`: how often and how soon the answers of `solve` are right, and what bounds that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lasynth.cli.console import MAX_NUMBER, MAX_SEED, Progress, check_output, note, preparing
from lasynth.cli.workers import Workers, runner_of
from lasynth.quoting import quoted

if TYPE_CHECKING:
    from lasynth.evaluation.solving import Attempt, Solved
    from lasynth.outcome import Outcome
    from lasynth.search import Problem
    from lasynth.task import Task

__all__ = ["bench"]

bench = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Measure the product.")


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is done with each task: methods (names of engines, None for all), and time limits in seconds."""

    methods: tuple[tuple[str, ...] | None, ...]
    limits: tuple[float, ...]
    asked: int
    seed: int


@bench.callback()
def _bench() -> None:
    """Measure the product."""


@bench.command()
def solve(
    tasks: Annotated[
        Path, typer.Option(metavar="FILE", help="Tasks with held-out examples: JSON Lines or a shard.")
    ],
    num: Annotated[
        int | None, typer.Option(min=1, max=MAX_NUMBER, help="Use only the first N tasks.")
    ] = None,
    method: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAMES",
            help='"all" for what solve does, or engines with "+" between them. Repeatable. Default: all.',
        ),
    ] = None,
    time_limit: Annotated[
        list[float] | None,
        typer.Option(
            metavar="SECONDS", min=0.01, max=3600.0, help="Seconds per task. Repeatable. Default: 5."
        ),
    ] = None,
    asked: Annotated[
        int,
        typer.Option(
            min=0, max=100, help="Questions that a task's reference program answers, as in solve --ask."
        ),
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, max=MAX_SEED, help="The random seed.")] = 0,
    workers: Workers = None,
    details: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one line of JSON per task to this file.")
    ] = None,
) -> None:
    """Solve tasks as `lasynth solve` does, and compare the first answer with the held-out examples.

    The search never sees these. Each process has one thread.
    """
    from lasynth.cli.evaluate import read_tasks
    from lasynth.errors import InputError
    from lasynth.evaluation.solving import PORTFOLIO, render
    from lasynth.files import write_whole

    if details is not None:
        check_output(details)
    chosen, _, source = read_tasks(tasks, [], "test", num)
    if not chosen:
        raise InputError("there are no tasks to solve", source)
    for number, task in enumerate(chosen, 1):
        if not task.held_out or (asked and task.program is None):
            what = "reference program, which --asked needs" if task.held_out else "held-out examples"
            raise InputError(f"task {task.id or number} has no {what}", source)
    methods = tuple(None if one == PORTFOLIO else tuple(one.split("+")) for one in method or [PORTFOLIO])
    plan = _Plan(methods, tuple(time_limit or [5.0]), asked, seed)
    solved: list[Solved] = []
    try:
        _solve_all(plan, chosen, workers, solved)
    finally:  # an interrupt loses nothing
        if details is not None and solved:
            write_whole(details, "".join(f"{one.to_line()}\n" for one in solved).encode())
            note(f"Wrote {len(solved):,} of {len(chosen):,} tasks to {details}, one per line.")
    print(render(solved), end="")


@bench.command()
def ceiling(
    tasks: Annotated[
        Path,
        typer.Option(
            metavar="FILE", help="Tasks with held-out examples and programs: JSON Lines or a shard."
        ),
    ],
    config: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            help="The settings of the random programs, as of generate. Default: those of the shard.",
        ),
    ] = None,
    programs: Annotated[
        int, typer.Option(min=1, max=MAX_NUMBER, help="How many random programs are drawn.")
    ] = 1_000_000,
    num: Annotated[
        int | None, typer.Option(min=1, max=MAX_NUMBER, help="Use only the first N tasks.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=MAX_SEED, help="The random seed of the programs.")] = 0,
    details: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one line of JSON per task to this file.")
    ] = None,
) -> None:
    """How far the shown examples determine the held-out ones, by kind of program.

    Random programs are drawn as tasks are. Of those that reproduce a task's shown examples, the heaviest
    group that agrees on the held-out ones is what an ideal search would answer.
    """
    import json
    from dataclasses import asdict

    from lasynth.cli.evaluate import read_tasks
    from lasynth.cli.generate import settings_of
    from lasynth.config import read
    from lasynth.data.shards import read_info
    from lasynth.errors import InputError
    from lasynth.evaluation.ceiling import Pool, ceilings, render
    from lasynth.files import write_whole
    from lasynth.search import Problem

    if details is not None:
        check_output(details)
    chosen, _, source = read_tasks(tasks, [], "test", num)
    for number, task in enumerate(chosen, 1):
        if not task.held_out or task.program is None:
            what = "reference program" if task.held_out else "held-out examples"
            raise InputError(f"task {task.id or number} has no {what}", source)
    if not chosen:
        raise InputError("there are no tasks", source)
    language = chosen[0].language
    problems = [Problem.of(task) for task in chosen]
    if len({one.shape for one in problems}) > 1:
        raise InputError("the tasks have examples of different shapes", source, "Use one shape at a time.")
    if config is None and tasks.suffix == ".parquet":
        generator = read(language.generator(), read_info(tasks).config, where=source)
    else:
        generator = settings_of(language.name, config)
    if problems[0].inputs_KN[0].size != generator.num_cells:
        raise InputError("random programs of these settings are for other inputs", source)
    with Progress("drawing", programs) as progress:
        pool = Pool.draw(language, generator, programs, seed, progress)
    shown = [(one.inputs_KN, one.outputs_KN) for one in problems]
    held_out = [one.held_out for one in problems if one.held_out is not None]
    with Progress("running", len(pool.tokens_PT)) as progress:
        found = ceilings(pool, shown, held_out, progress)
    references = [language.text.tokens_of(task.program) for task in chosen if task.program is not None]
    names = generator.KINDS
    kinds = [names(int(generator.kinds_of(tokens[None])[0])).label for tokens in references]
    if details is not None:
        lines = [json.dumps({"kind": kind} | asdict(one)) for kind, one in zip(kinds, found, strict=True)]
        write_whole(details, "".join(f"{line}\n" for line in lines).encode())
        note(f"Wrote {len(found):,} tasks to {details}, one per line.")
    print(render(kinds, found), end="")


@bench.command()
def lists(
    tasks: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="list-functions or lambdabeam. Repeatable. Default: both."),
    ] = None,
    num: Annotated[
        int | None, typer.Option(min=1, max=MAX_NUMBER, help="Use only the first N tasks of each.")
    ] = None,
    method: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAMES",
            help='"all" for what solve does, or engines with "+" between them. Repeatable. Default: all.',
        ),
    ] = None,
    time_limit: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.01, max=3600.0, help="Seconds per task.")
    ] = 10.0,
    seed: Annotated[int, typer.Option(min=0, max=MAX_SEED, help="The random seed.")] = 0,
    workers: Workers = None,
    details: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one line of JSON per task to this file.")
    ] = None,
) -> None:
    """Solve public tasks on lists, which other people wrote: right, wrong and unsolved.

    The tasks come with the package. The search never sees their held-out examples.
    """
    from lasynth.errors import InputError
    from lasynth.evaluation.public_lists import PUBLIC, render
    from lasynth.evaluation.solving import PORTFOLIO
    from lasynth.files import write_whole

    if details is not None:
        check_output(details)
    names = list(dict.fromkeys(tasks or PUBLIC))
    for name in names:
        if name not in PUBLIC:
            raise InputError(
                f"no public tasks are called {quoted(name)}", "--tasks", f"Known: {', '.join(PUBLIC)}."
            )
    methods = tuple(None if one == PORTFOLIO else tuple(one.split("+")) for one in method or [PORTFOLIO])
    plan = _Plan(methods, (time_limit,), 0, seed)
    lines: list[str] = []
    for number, name in enumerate(names):
        solved: list[Solved] = []
        try:
            _solve_all(plan, PUBLIC[name].tasks()[:num], workers, solved)
        finally:
            lines += [one.to_line() for one in solved]
            if details is not None and lines:
                write_whole(details, "".join(f"{line}\n" for line in lines).encode())
        print(("\n" if number else "") + render(PUBLIC[name], solved), end="")
    if details is not None:
        note(f"Wrote {len(lines):,} tasks to {details}, one per line.")


def _solve_all(plan: _Plan, tasks: list[Task], workers: str | None, solved: list[Solved]) -> None:
    """Solve tasks, each appended to `solved` when it is done."""
    from lasynth import api
    from lasynth.runner import Runner

    with preparing():
        for task in {task.domain: task for task in tasks}.values():
            for names in plan.methods:  # whatever compiles does so before any clock runs
                api.solve(task, engines=names, time_limit=1.0)
    runner = runner_of(workers, None) or Runner.of("inline")
    with Progress("solving", len(tasks)) as progress:
        for one in runner.map(partial(_solved, plan), tasks):
            solved.append(one)
            progress(len(solved))


def _solved(plan: _Plan, task: Task) -> Solved:
    """The attempts at a task; in a worker."""
    from lasynth.evaluation.solving import Solved
    from lasynth.search import FloorSearch, Problem, SearchConfig, search

    whole, shown = Problem.of(task), replace(task, held_out=(), program=None)
    floor = None
    if task.language.floor is not None:
        (found,) = search([FloorSearch()], [whole], SearchConfig())
        floor = any(whole.right([one.tokens])[0] for one in found.proposals)
    attempts = [
        _attempt(plan, task, shown, whole, names, limit) for names in plan.methods for limit in plan.limits
    ]
    return Solved(task.id, floor, tuple(attempts))


def _attempt(
    plan: _Plan, task: Task, shown: Task, whole: Problem, names: tuple[str, ...] | None, limit: float
) -> Attempt:
    """One solve, and what its answers to questions lead to."""
    from lasynth import api
    from lasynth.errors import InputError, RunError
    from lasynth.evaluation.solving import PORTFOLIO, Attempt
    from lasynth.search import Problem

    def right_of(outcome: Outcome) -> list[bool]:
        if outcome.task is None or outcome.task.domain == task.domain:
            return _right(whole, outcome)
        return _right(Problem.of(replace(task, domain=outcome.task.domain, program=None)), outcome)

    outcome = api.solve(shown, engines=names, time_limit=limit, seed=plan.seed)
    right = right_of(outcome)
    asked, last = [], outcome
    for _ in range(plan.asked):
        if last.question is not None and not last.sure:
            assert task.program is not None
            try:
                last = last.answer(api.run(task.program, last.question.input, domain=task.domain))
            except (InputError, RunError):  # the reference has no output there, so a person would not answer
                last = replace(last, question=None)
        asked.append(right_of(last)[:1] == [True])
    best = outcome.candidates[0] if outcome.solved else None
    return Attempt(
        method=PORTFOLIO if names is None else "+".join(names),
        limit_s=limit,
        right=right[:1] == [True],
        some_right=any(right),
        solved=outcome.solved,
        confidence=round(outcome.confidence, 6),
        engine="" if best is None else best.engine,
        num_functions=outcome.num_functions,
        seconds=round(outcome.seconds, 4),
        asked=tuple(asked),
    )


def _right(whole: Problem, outcome: Outcome) -> list[bool]:
    """Whether each answer is right on all examples, the first one first."""
    import numpy as np

    programs = [np.array(one.program, dtype=np.int32) for one in outcome.candidates if one.consistent]
    return [bool(right) for right in whole.right(programs)] if programs else []
