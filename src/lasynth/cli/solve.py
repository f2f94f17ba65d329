"""`lasynth solve`: find programs for the examples of a task file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from lasynth.cli.console import (
    MAX_BEAM,
    MAX_SEED,
    MAX_TOKENS,
    check_output,
    note,
    preparing,
    print_json,
    print_table,
    read_input,
)
from lasynth.cli.process import NOT_SOLVED
from lasynth.cli.run import draw_run
from lasynth.cli.workers import Threads
from lasynth.quoting import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lasynth.models import Synthesizer
    from lasynth.outcome import Candidate, Outcome, TraceStep
    from lasynth.task import Task

__all__ = ["solve"]

_MAX_MISSED: Final = 3  # examples that are named where a program misses more

_VERDICTS = {
    "enough_found": "enough programs were found",
    "exhausted": "the search ended: no further program was proposed",
    "max_length": "the search ended: the programs left were too long",
    "time_limit": "the time limit was reached",
    "cancelled": "the search was cancelled",
}


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
            "the language such as cvc5. Give several to run them in turn. Default: beam and completion.",
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
    The exit status is 1 if a task is not solved.
    """
    from lasynth import api
    from lasynth.errors import InputError

    tasks, place = _read(task, example, domain)
    many = place.endswith(".jsonl") or len(tasks) > 1
    if svg is not None and (len(tasks) > 1 or tasks[0].language.view.draw_run is None):
        raise InputError("it draws the run of one Karel task only", "--svg", "Give one such task.")
    if svg is not None:
        check_output(svg)
    places = [f"{place}, task {one.id or number}" if many else place for number, one in enumerate(tasks, 1)]
    synthesizers = _models(tasks, places, model, engine, trace)
    outcomes = []
    for number, (one, synthesizer) in enumerate(zip(tasks, synthesizers, strict=True), 1):
        outcome = api.solve(
            one,
            model=synthesizer,
            engines=engine or None,
            beam=beam,
            time_limit=time_limit,
            seed=seed,
            max_tokens=max_tokens,
            trace=trace,
            threads=threads,
        )
        outcomes.append(outcome)
        if svg is not None and outcome.solved:
            draw_run(one.language, outcome.candidates[0].text, one.examples[0].input, svg)
        if not json:
            if many:
                name = printable(one.id or f"task {number}")
                print(f"{'' if number == 1 else chr(10)}== {name}")
            _show(one, outcome, show_all=all)
            sys.stdout.flush()
    num_solved = sum(outcome.solved for outcome in outcomes)
    if json:
        print_json(_many_json(tasks, outcomes) if many else outcomes[0].to_json())
    elif many:
        print(f"\n{num_solved} of {len(tasks)} tasks solved")
    return 0 if num_solved == len(tasks) else NOT_SOLVED


def _models(
    tasks: list[Task], places: list[str], model: str | None, engines: list[str] | None, trace: bool
) -> list[Synthesizer | None]:
    """The model for each task; None if no engine needs one."""
    from lasynth import api
    from lasynth.search.named import needs_model

    names: dict[str, str | None] = {}  # of the model, by language
    for task, where in zip(tasks, places, strict=True):
        if task.domain not in names:
            wanted = trace or needs_model(engines or api.default_engines(task.language, model))
            names[task.domain] = (model or task.domain) if wanted else None
        if (name := names[task.domain]) is not None:
            api.check_range([task], name, places=[where])
    if not any(names.values()):
        return [None] * len(tasks)
    loaded = {domain: None if name is None else api.load(name) for domain, name in names.items()}
    with preparing():
        for synthesizer in loaded.values():
            if synthesizer is not None:
                api.warm_up(synthesizer)
    return [loaded[task.domain] for task in tasks]


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


def _show(task: Task, outcome: Outcome, *, show_all: bool) -> None:
    if outcome.solved:
        best = outcome.candidates[0]
        _show_program(best)
        _show_examples(task, best)
        print(_how_checked(task, best))
        if best.trace is not None:
            _show_trace(task, best.trace)
        shown = 1
    else:
        shown = _show_nearest(task, outcome)
    print(_counts(outcome))
    others = outcome.candidates[shown:]
    if show_all:
        for place, candidate in enumerate(others, shown + 1):
            right = f"{candidate.num_right} of {len(task.examples)} examples"
            print(f"\n#{place}: {right}, {_size_and_score(candidate)}")
            _show_program(candidate)
    elif others:
        which = "other" if shown else "nearest"
        note(f"--all shows {len(others)} {which} program{'s' if len(others) > 1 else ''}.")
    if not outcome.solved:
        note("A larger --beam or --time-limit may find one.")


def _show_nearest(task: Task, outcome: Outcome) -> int:
    """Say that a task is not solved, and what the nearest program misses; the number of programs shown."""
    line = f"Not solved: no program found reproduces {_every_example(task)}."
    nearest = outcome.candidates[0] if outcome.candidates else None
    if nearest is not None and nearest.check is not None:
        print(f"{line}\nPrograms that do so on the built-in machine were found, but {nearest.check.reason}.")
        return 0
    if nearest is None or not nearest.num_right:
        print(line)
        return 0
    outputs = [_output(task, nearest, example.input) for example in task.examples]
    missed = [
        (number, example, got)
        for number, (example, got) in enumerate(zip(task.examples, outputs, strict=True), 1)
        if got != example.output
    ]
    line += f" The nearest reproduces {nearest.num_right} of them"
    named, more = missed[:_MAX_MISSED], len(missed) - _MAX_MISSED
    rest = [f"{more} more"] if more > 0 else []
    show_pairs = task.language.view.show_pairs
    if show_pairs is None:
        misses = [
            f"example {number} gives {_text(task, got)}, not {_text(task, example.output)}"
            for number, example, got in named
        ]
        more_lines = [f"and {one}" for one in rest]
        print(
            f"{line}; {misses[0]}." if len(missed) == 1 else "\n  ".join([f"{line}:", *misses, *more_lines])
        )
    else:
        *first, last = [*(str(number) for number, _, _ in named), *rest]
        which = f"examples {', '.join(first)} and {last}" if first else f"example {last}"
        print(f"{line}, all but {which}.")
    print()
    _show_program(nearest)
    print()
    if show_pairs is not None:
        pairs, titles = [], []
        for number, example, got in named:
            if got is not None:
                pairs.append((example.input, got))
                titles.append(f"example {number} gives")
            pairs.append((example.input, example.output))
            titles.append(f"example {number}{': no output,' if got is None else ''} wanted")
        show_pairs(pairs, titles)
        print()
    if task.held_out:
        print(_held_out(task, nearest))
    return 1


def _show_program(candidate: Candidate) -> None:
    print(candidate.text.rstrip("\n"))


def _show_examples(task: Task, candidate: Candidate) -> None:
    """Print the examples that a program was checked on: as the language draws them, else as a table."""
    values, view = task.language.values, task.language.view
    outputs = [_output(task, candidate, example.input) for example in task.examples]
    print()
    if view.show_pairs is not None:
        pairs, titles = [], []
        for number, (example, got) in enumerate(zip(task.examples, outputs, strict=True), 1):
            verdict = (
                "right" if got == example.output else "wrong" if got is not None else "no output, wanted"
            )
            pairs.append((example.input, example.output if got is None else got))
            titles.append(f"example {number}: {verdict}")
        view.show_pairs(pairs, titles)
    else:
        rows = []
        for example, got in zip(task.examples, outputs, strict=True):
            verdict = "right" if got == example.output else f"wrong: {_text(task, got)}"
            rows.append((values.to_text(example.input), values.to_text(example.output), verdict))
        print_table(("input", "output", ""), rows)
    print()


def _how_checked(task: Task, candidate: Candidate) -> str:
    view = task.language.view
    who = view.machine if candidate.verified_by == "machine" else candidate.verified_by
    if candidate.check is not None and candidate.check.reason is not None:
        line = f"{view.checked} by {who} only: {candidate.check.reason}.\n"
        line += f"It reproduces {_every_example(task)}; {_size_and_score(candidate)}."
    else:
        line = f"{view.checked} by {who} on {_every_example(task)}; {_size_and_score(candidate)}."
    if candidate.completed:
        line += "\nNone of the model's programs fits; this begins as one of them, the rest is searched for."
    return f"{line}\n{_held_out(task, candidate)}" if task.held_out else line


def _held_out(task: Task, candidate: Candidate) -> str:
    right = sum(_output(task, candidate, example.input) == example.output for example in task.held_out)
    return f"Held-out examples, not shown to the search: {right} of {len(task.held_out)} right."


def _show_trace(task: Task, steps: Sequence[TraceStep]) -> None:
    """Print the executor's beliefs, one row per step: the code read, then one list (or world) per example."""
    rows = []
    for number, step in enumerate(steps):
        cells = []
        for example, believed in enumerate(step.lists):
            really = believed if step.really is None else step.really[example]
            also = "" if really == believed else f"\nreally {_text(task, really)}"
            cells.append(_text(task, believed) + also)
        rows.append((step.code or ("(the end)" if number else "(the input)"), *cells))
    print(f"\nWhat the model believes each {task.language.values.noun} to be:")
    print_table(("after", *(f"example {number}" for number in range(1, len(steps[0].lists) + 1))), rows)
    print()


def _counts(outcome: Outcome) -> str:
    noun = "program" if outcome.num_proposed == 1 else "programs"
    return (
        f"{outcome.num_proposed:,} {noun} proposed, {outcome.num_distinct:,} distinct, "
        f"{outcome.num_consistent:,} consistent in {outcome.seconds:.1f} s; "
        f"{_VERDICTS[outcome.stop_reason]}."
    )


def _every_example(task: Task) -> str:
    return "the one example" if len(task.examples) == 1 else f"all {len(task.examples)} examples"


def _size_and_score(candidate: Candidate) -> str:
    from lasynth.search.named import needs_model

    # Only a model's own programs have a score that says how likely it holds them to be.
    scored = needs_model([candidate.engine])
    found = f"score {candidate.score:.1f}" if scored else f"found by {candidate.engine}"
    return f"{candidate.num_tokens} tokens, {'completed' if candidate.completed else found}"


def _output(task: Task, candidate: Candidate, given: Any) -> Any:
    """The output of a program; None if its run fails."""
    from lasynth import api
    from lasynth.errors import RunError

    try:
        return api.run(candidate, given, domain=task.domain)
    except RunError:
        return None


def _text(task: Task, value: Any) -> str:
    return "no output" if value is None else task.language.values.to_text(value)
