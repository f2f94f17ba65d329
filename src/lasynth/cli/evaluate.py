"""`lasynth evaluate`: measure a model, or engines without one, by the usual protocols."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lasynth.cli.console import (
    MAX_BEAM,
    MAX_NUMBER,
    MAX_SEED,
    MAX_TOKENS,
    Progress,
    check_output,
    note,
    preparing,
    print_json,
)
from lasynth.cli.workers import Address, Threads, Workers, runner_of

if TYPE_CHECKING:
    from lasynth.places import Place
    from lasynth.task import Task

__all__ = ["evaluate", "read_tasks"]


def evaluate(
    tasks: Annotated[
        Path | None,
        typer.Option(
            "--tasks",
            metavar="FILE",
            help="Tasks with held-out examples: JSON Lines, a shard, or a file of the Karel benchmark.",
        ),
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option(metavar="SHARDS", help="Generated tasks: shards, or folders of them; paths or URLs."),
    ] = None,
    split: Annotated[str, typer.Option(help="The split to read from folders of shards.")] = "test",
    model: Annotated[
        str | None,
        typer.Option(
            help="A shipped model, a weights file, or the folder of a training run. Default: the shipped "
            "model of the tasks' language."
        ),
    ] = None,
    engine: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="The engine: beam (default), sampling, completion, floor, enumeration, composition, or a "
            "solver of the language such as cvc5. Give several to run them in turn.",
        ),
    ] = None,
    num: Annotated[
        int | None, typer.Option(min=1, max=MAX_NUMBER, help="Use only the first N tasks.")
    ] = None,
    beam: Annotated[
        int, typer.Option(min=1, max=MAX_BEAM, help="The beam width: programs kept at each step.")
    ] = 64,
    max_tokens: Annotated[
        int, typer.Option(min=1, max=MAX_TOKENS, help="The longest program to search for.")
    ] = 256,
    complete: Annotated[
        bool,
        typer.Option("--complete", help="Also run completion, as `lasynth solve` does."),
    ] = False,
    grounded: Annotated[
        bool,
        typer.Option(
            "--grounded",
            help="Correct the model's beliefs by the machine after each statement, as `lasynth solve` does.",
        ),
    ] = False,
    seed: Annotated[int, typer.Option(min=0, max=MAX_SEED, help="The random seed.")] = 0,
    threads: Threads = 1,
    workers: Workers = None,
    address: Address = None,
    details: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one line of JSON per task to this file.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Evaluate a model on tasks: greedy, top-1, consistent, oracle and exact, with 95 % intervals.

    A program is right if it reproduces the shown and the held-out examples. The search never sees the
    held-out ones.
    """
    from lasynth import api, evaluation
    from lasynth.errors import InputError
    from lasynth.files import check_writable, write_whole
    from lasynth.search import SearchConfig
    from lasynth.search.named import engine as named_engine
    from lasynth.search.named import needs_model

    if (tasks is None) == (not data):
        what = "no tasks are given" if tasks is None else "--tasks and --data are both given"
        raise InputError(what, "lasynth evaluate", "Give either --tasks FILE or --data SHARDS.")
    if details is not None:
        check_output(details)
    runner = runner_of(workers, address)
    chosen, plain, source = read_tasks(tasks, data or [], split, num)
    if not chosen:
        raise InputError("there are no tasks to evaluate on", source)
    names = engine or ["beam", *(["completion"] if complete else [])]
    synthesizer, scorer = None, None
    if needs_model(names):
        from lasynth import models

        places = [f"{source}, task {task.id or number}" for number, task in enumerate(chosen, 1)]
        api.check_range(chosen, model or chosen[0].domain, places=places)
        synthesizer = api.load(model or chosen[0].domain)
        scorer = models.Grounded(synthesizer) if grounded else synthesizer
    engines, greedy = (
        [named_engine(name, chosen[0].language, scorer, beam=width) for name in some]
        for some, width in ((names, beam), (names[:1], 1))
    )
    who = "+".join(names) if synthesizer is None else synthesizer.name
    if details is not None:
        check_writable(details)

    if synthesizer is not None:
        with preparing():
            api.warm_up(synthesizer)
    with Progress("evaluating", len(chosen)) as progress:
        found = evaluation.evaluate_engines(
            engines,
            greedy,
            chosen,
            SearchConfig(max_tokens=max_tokens, seed=seed),
            method=names[0],
            plain=plain,
            title=f"{who}{', grounded,' if grounded else ''} on {source}",
            threads=threads,
            runner=runner,
            progress=progress,
        )
    if details is not None:
        write_whole(details, "".join(f"{line}\n" for line in found.details()).encode())
        note(f"Wrote one line per task to {details}.")
    if json:
        print_json(found.to_json())
    else:
        print(found.render(), end="")


def read_tasks(
    file: Path | None, given: list[str], split: str, num: int | None
) -> tuple[list[Task], list[bool] | None, str]:
    """The tasks, whether each is plain (None if unknown), and where they are from."""
    if file is not None and file.suffix != ".parquet":
        from itertools import islice

        from lasynth.task import Task

        return Task.of_one_language(list(islice(Task.stream(file), num))), None, str(file)
    from lasynth.data.dataset import Dataset
    from lasynth.places import place_of

    shards: list[Place] = [file] if file is not None else [place_of(one) for one in given]
    # A split selects shards of a folder; a shard given by name is always read.
    which = split if any(path.is_dir() for path in shards) else None
    dataset = Dataset.open(shards, split=which, max_tasks=num)
    plain = None if dataset.language.floor is None else dataset.plain_P.tolist()
    return dataset.tasks(), plain, ", ".join(map(str, shards))
