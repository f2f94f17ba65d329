"""`lasynth generate`: random tasks, as Parquet shards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lasynth.cli.console import MAX_NUMBER, MAX_SEED, Progress, check_folder, note, print_json
from lasynth.cli.workers import Address, Workers, runner_of
from lasynth.quoting import quoted

if TYPE_CHECKING:
    from lasynth.data.statistics import Statistics
    from lasynth.domains.generator import TaskGenerator

__all__ = ["generate", "settings_of"]

_TASKS_PER_SHARD = 10_000
_MAX_SHARDS = 99_999  # their names have five digits


def generate(
    out: Annotated[
        str | None, typer.Option(metavar="FOLDER|URL", help="The folder for the shards, or its URL (fsspec).")
    ] = None,
    num: Annotated[
        int | None,
        typer.Option(min=1, max=MAX_NUMBER, help="The number of tasks, in all shards together."),
    ] = None,
    domain: Annotated[
        str | None, typer.Option(help="The language: c (default), c-lists, karel, or another.")
    ] = None,
    split: Annotated[str, typer.Option(help="train, valid or test. Splits never overlap.")] = "train",
    seed: Annotated[int, typer.Option(min=0, max=MAX_SEED, help="The random seed of the data set.")] = 0,
    shards: Annotated[
        int | None,
        typer.Option(
            min=1, max=_MAX_SHARDS, help=f"The number of files. Default: one per {_TASKS_PER_SHARD:,} tasks."
        ),
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            help='A named setting, for C "small" (default), "mixed", "idioms" or "paper", for lists of C '
            '"lists" or "lists-short", for Karel "real", "taught" or "regular"; or a TOML file.',
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(metavar="sampler|csmith", help="The source of programs. Default: as in the config."),
    ] = None,
    workers: Workers = None,
    address: Address = None,
    stats: Annotated[
        bool,
        typer.Option("--stats", help="Print statistics; without --num, those of existing shards."),
    ] = False,
    verify: Annotated[
        str | None,
        typer.Option(
            "--verify",
            metavar="FOLDER|FILE",
            help="Generate nothing; run every program of existing shards on all its examples.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the statistics as one JSON document.")] = False,
) -> None:
    """Generate random tasks with reference programs, and the examples of each.

    Every shard is a function of its settings and seed. An interrupted run leaves complete files only; the
    same command continues it.
    """
    from lasynth.data.generate import generate as generate_shards
    from lasynth.data.shards import shards_of
    from lasynth.data.statistics import Statistics
    from lasynth.errors import InputError, ShardError
    from lasynth.places import place_of

    if verify is not None:
        _verify(verify)
        return
    if out is None:
        raise InputError("the folder is missing", "lasynth generate", "Give --out FOLDER.")
    if split not in ("train", "valid", "test"):
        raise InputError(f"unknown split {quoted(split)}", "--split", "Give train, valid or test.")
    place = place_of(out)
    check_folder(place)
    if num is None:
        if not (stats or json):
            raise InputError("the number of tasks is missing", "lasynth generate", "Give --num, or --stats.")
        files = shards_of(place, f"{split}-") if place.is_dir() else []
        if not files:
            raise ShardError(f"no shards of split {split}", out, "Give --num to generate some.")
        _print_statistics(Statistics.of_shards(files), json)
        return
    num_shards = shards or -(-num // _TASKS_PER_SHARD)
    settings, runner = settings_of(domain, config), runner_of(workers, address)
    if source is not None:
        settings = settings.with_source(source)
    done = 0
    with Progress("generating", num) as progress:

        def more(num_tasks: int) -> None:
            nonlocal done
            done += num_tasks
            progress(done)

        found = generate_shards(
            place,
            settings,
            split=split,
            num_tasks=num,
            seed=seed,
            num_shards=num_shards,
            runner=runner,
            progress=more,
        )
    note(f"Wrote {num:,} tasks of split {split} to {out}.")
    if stats or json:
        _print_statistics(found, json)


def _verify(place: str) -> None:
    """Replay the shards of a folder, or one shard."""
    from lasynth.data.shards import read_info, shards_of
    from lasynth.data.verify import verify_shards
    from lasynth.errors import ShardError
    from lasynth.places import place_of

    files = shards_of(place_of(place))
    if not files:
        raise ShardError("no shards", place, "Give the folder that `lasynth generate` wrote to.")
    with Progress("verifying", sum(read_info(file).num_tasks for file in files)) as progress:
        num_tasks = verify_shards(files, progress)
    print(f"{num_tasks:,} tasks in {len(files):,} shards: every program reproduces all examples of its task.")


def _print_statistics(statistics: Statistics, json: bool) -> None:
    if json:
        print_json(statistics.to_json())
    else:
        print(statistics.to_text())


def settings_of(domain: str | None, name: str | None) -> TaskGenerator:
    """The tasks of a named setting, or of a TOML file; the language's default tasks without a name."""
    from lasynth import domains
    from lasynth.config import read
    from lasynth.reading import parse_toml, read_text

    generator = domains.get(domain or domains.DEFAULT).generator()
    if name is None:
        return generator()
    if not name.endswith(".toml"):
        return generator.named(name)
    values = parse_toml(read_text(name, "Give the path of a TOML file."), name)
    return read(generator, values, where=name)
