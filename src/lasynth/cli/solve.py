"""`lasynth solve`: find programs for the examples of a task file."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lasynth.cli.answer import show
from lasynth.cli.ask import ask as ask_for_outputs
from lasynth.cli.console import (
    MAX_BEAM,
    MAX_SEED,
    MAX_TOKENS,
    check_output,
    note,
    preparing,
    print_json,
    read_input,
)
from lasynth.cli.process import NOT_SOLVED
from lasynth.cli.run import draw_run
from lasynth.cli.workers import Threads, Workers, runner_of
from lasynth.quoting import printable

if TYPE_CHECKING:
    from lasynth.outcome import Outcome
    from lasynth.task import Task

__all__ = ["solve"]


def solve(
    task: Annotated[
        str | None,
        typer.Argument(
            metavar="TASK",
            show_default=False,
            help="A task file (JSON, or JSON Lines for many), or - for standard input.",
        ),
    ] = None,
    example: Annotated[
        list[str] | None,
        typer.Option(
            "--example",
            "-e",
            metavar="TEXT",
            help='An example in place of TASK: "1 2 3 -> 3 2 1". Repeatable.',
        ),
    ] = None,
    domain: Annotated[
        str | None, typer.Option(help="The language of the examples given with -e. Default: c.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="A shipped model or a checkpoint. Default: the shipped model of the language."),
    ] = None,
    engine: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="The engine: beam, sampling, completion, floor, enumeration, composition, or a solver of "
            "the language such as cvc5. Give several to run them in turn. Default: all that there is for the "
            "task but sampling and solvers.",
        ),
    ] = None,
    beam: Annotated[
        int, typer.Option(min=1, max=MAX_BEAM, help="The beam width: programs kept at each step.")
    ] = 64,
    time_limit: Annotated[
        float,
        typer.Option(metavar="SECONDS", max=366 * 24 * 3600, help="Seconds per task, without start-up."),
    ] = 10.0,
    max_tokens: Annotated[
        int, typer.Option(min=1, max=MAX_TOKENS, help="The longest program to search for.")
    ] = 256,
    seed: Annotated[int, typer.Option(min=0, max=MAX_SEED, help="The random seed.")] = 0,
    threads: Threads = 1,
    workers: Workers = None,
    ask: Annotated[
        bool,
        typer.Option(
            "--ask", help="Ask for the output of an input where the examples leave several functions."
        ),
    ] = False,
    min_confidence: Annotated[
        float,
        typer.Option(min=0.0, max=1.0, help="Exit with status 1 if the confidence is lower."),
    ] = 0.0,
    all: Annotated[bool, typer.Option("--all", help="Show the runners-up too.")] = False,  # noqa: A002 - its name
    trace: Annotated[
        bool, typer.Option("--trace", help="Show what the model believes each list to be after each step.")
    ] = False,
    svg: Annotated[
        Path | None,
        typer.Option(metavar="OUT", help="Draw the run of the answer in the first world, as SVG (Karel)."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> int:
    """Find programs that reproduce the examples of a task.

    A task file: {"examples": [{"input": [1, 2, 3], "output": [3, 2, 1]}, ...]}, or with "domain": "karel" and
    worlds, or a record of the Karel benchmark. Without a file: -e "1 2 3 -> 3 2 1" -e "0 4 1 -> 1 4 0".
    The exit status is 1 if a task is not solved, or not with --min-confidence.
    """
    from lasynth.errors import InputError

    tasks, place = _read(task, example, domain)
    many = place.endswith(".jsonl") or len(tasks) > 1
    if svg is not None and (len(tasks) > 1 or tasks[0].language.view.draw_run is None):
        raise InputError("it draws the run of one Karel task only", "--svg", "Give one such task.")
    if svg is not None:
        check_output(svg)
    if ask and (json or many or place == "standard input"):
        what = "it needs one task, a person at standard input, and no --json"
        raise InputError(what, "--ask", "Give one task as a file or with -e.")
    places = [f"{place}, task {one.id or number}" if many else place for number, one in enumerate(tasks, 1)]
    _prepare(tasks, places, model, engine, trace)
    plan = _Plan(model, engine or None, beam, time_limit, seed, max_tokens, trace, threads)
    runner = runner_of(workers, None)
    # An answer to a question needs the search that asked it, which no other process can hand over.
    found = map(plan.solve, tasks) if runner is None or ask else runner.map(partial(_sent, plan), tasks)
    outcomes = []
    for number, (given, outcome) in enumerate(zip(tasks, found, strict=True), 1):
        one = outcome.task or given
        if ask:
            one, outcome = ask_for_outputs(one, outcome)
        outcomes.append(outcome)
        if svg is not None and outcome.solved:
            draw_run(one.language, outcome.candidates[0].text, one.examples[0].input, svg)
        if not json:
            if many:
                name = printable(one.id or f"task {number}")
                print(f"{'' if number == 1 else chr(10)}== {name}")
            show(one, outcome, show_all=all)
            sys.stdout.flush()
    num_solved = sum(outcome.solved for outcome in outcomes)
    unsure = sum(outcome.solved and outcome.confidence < min_confidence for outcome in outcomes)
    if json:
        print_json(_many_json(tasks, outcomes) if many else outcomes[0].to_json())
    elif many:
        print(f"\n{num_solved} of {len(tasks)} tasks solved")
    if unsure:
        which = f"{unsure} of them" if many else "The answer"
        note(f"{which} {'have' if unsure > 1 else 'has'} a confidence below {min_confidence:g}.")
    return 0 if num_solved - unsure == len(tasks) else NOT_SOLVED


@dataclass(frozen=True, slots=True)
class _Plan:
    """How each task is solved; the fields are those of `lasynth.solve`."""

    model: str | None
    engines: list[str] | None
    beam: int
    time_limit: float
    seed: int
    max_tokens: int
    trace: bool
    threads: int

    def solve(self, task: Task) -> Outcome:
        """Solve a task."""
        from lasynth import api

        return api.solve(
            task,
            model=self.model,
            engines=self.engines,
            beam=self.beam,
            time_limit=self.time_limit,
            seed=self.seed,
            max_tokens=self.max_tokens,
            trace=self.trace,
            threads=self.threads,
            preparing=preparing,
        )


def _sent(plan: _Plan, task: Task) -> Outcome:
    """What a worker sends back."""
    return replace(plan.solve(task), goes_on=None)


def _prepare(
    tasks: list[Task], places: list[str], model: str | None, engines: list[str] | None, trace: bool
) -> None:
    """Say what cannot be done, load the models, and compile all that the engines need."""
    from lasynth import api
    from lasynth.search.named import needs_model

    names: set[str] = set()  # of the models
    every: list[tuple[Task, list[str]]] = []  # each task, as it is solved first, with the engines
    without: list[tuple[str, str]] = []  # tasks that the shipped model does not know, and why
    for task, where in zip(tasks, places, strict=True):
        # Most tasks need no other language than the first; another is prepared when its turn comes.
        first, *others = [task.domain] if model or engines or trace else api.languages_of(task)
        one = api.in_language(task, first)
        wanted = engines or api.default_engines(one, model)
        every.append((one, wanted))
        if trace or needs_model(wanted):
            names.add(model or one.domain)
            api.check_range([one], model or one.domain, places=[where])
        if not engines and not others and (left_out := api.out_of_range(task)) is not None:
            without.append((where, left_out.what))
    if without:
        where, why = without[0]
        more = f", and {len(without) - 1:,} more tasks" if without[1:] else ""
        note(f"{where}{more}: searched without the model, as {why}.")
    loaded = [api.load(name) for name in sorted(names)]
    with preparing():
        for synthesizer in loaded:
            api.warm_up(synthesizer)
        for one, wanted in every:
            api.prepare(one, wanted)


def _read(path: str | None, examples: list[str] | None, domain: str | None) -> tuple[list[Task], str]:
    """The tasks of a file, or the one of examples; and what to call the place where they are from."""
    from lasynth import domains
    from lasynth.errors import InputError
    from lasynth.task import Task

    if (path is None) == (not examples):
        what = "no task is given" if path is None else "a task file and -e are both given"
        hint = 'Give either a task file or examples, such as -e "1 2 3 -> 3 2 1".'
        raise InputError(what, "lasynth solve", hint)
    if path is None:
        return [Task.of_texts(examples or (), domain=domain or domains.DEFAULT, noun="-e")], "-e"
    if domain is not None:
        raise InputError("a task file names its language itself", "--domain", "Leave it out, or give -e.")
    if path == "-":
        return Task.parse(read_input(), where="standard input"), "standard input"
    return Task.read(Path(path)), path


def _many_json(tasks: list[Task], outcomes: list[Outcome]) -> dict[str, Any]:
    num_solved = sum(outcome.solved for outcome in outcomes)
    return {
        "outcome": "solved" if num_solved == len(tasks) else "not_solved",
        "num_tasks": len(tasks),
        "num_solved": num_solved,
        "tasks": [{"id": task.id} | outcome.to_json() for task, outcome in zip(tasks, outcomes, strict=True)],
    }
