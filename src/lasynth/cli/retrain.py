"""`lasynth retrain`: better data from a model and a better model from the data, round after round."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from lasynth.cli.console import MAX_BEAM, MAX_NUMBER, MAX_TOKENS, Progress, check_folder, note
from lasynth.cli.train import (
    ConfigFile,
    Device,
    Preset,
    Seed,
    asked_config,
    check_device,
    default_config,
)
from lasynth.cli.workers import Address, Workers, runner_of

__all__ = ["retrain"]


def retrain(
    data: Annotated[
        str,
        typer.Option(
            metavar="FOLDER|URL", help="Shards of `lasynth generate`, of splits train, valid and test."
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the run is kept.")],
    rounds: Annotated[int, typer.Option(min=1, max=100, help="The rounds after the first training.")] = 1,
    model: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The weights of a trained model, in place of the first training."),
    ] = None,
    tasks: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Tasks to evaluate each round on. Default: the shards of split test."
        ),
    ] = None,
    num: Annotated[int, typer.Option(min=1, max=MAX_NUMBER, help="Evaluate on at most N of them.")] = 1000,
    preset: Preset = None,
    config: ConfigFile = None,
    seed: Seed = None,
    going_on: Annotated[
        bool,
        typer.Option("--going-on", help="Begin each round with the weights of the round before."),
    ] = False,
    beam: Annotated[
        int, typer.Option(min=1, max=MAX_BEAM, help="The beam width, for decoding and evaluation.")
    ] = 64,
    max_tokens: Annotated[
        int, typer.Option(min=1, max=MAX_TOKENS, help="The longest program to search for.")
    ] = 256,
    grounded: Annotated[
        bool, typer.Option("--grounded", help="Decode with beliefs corrected by the machine.")
    ] = False,
    shards: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER|URL", help="Where the shards of rounds are kept. Default: the folder of the run."
        ),
    ] = None,
    workers: Workers = None,
    address: Address = None,
    device: Device = "cpu",
) -> int:
    """Retrain a model on programs of its own that are shorter (section 3.4 of the paper).

    Each round decodes all training tasks with the model of the round before. It replaces a program by the
    shortest one that is right on all examples, where that is shorter, and trains the next model. The same
    command continues an interrupted run.
    """
    from lasynth.data.dataset import Dataset
    from lasynth.places import place_of
    from lasynth.task import Task
    from lasynth.training.regeneration import Decoding
    from lasynth.training.retraining import RetrainConfig, Retraining

    check_device(device)
    check_folder(out)
    source, target = place_of(data), None if shards is None else place_of(shards)
    if target is not None:
        check_folder(target)
    runner = runner_of(workers, address)
    if runner is not None:
        for place in (source, target or out):
            runner.sent(place)
    train = asked_config(preset, config, seed, source) or default_config(source)
    if tasks is not None and tasks.suffix != ".parquet":
        chosen = list(islice(Task.stream(tasks), num))
    else:
        chosen = Dataset.open(tasks or source, split="test", max_tasks=num).tasks()
    decoding = Decoding(beam=beam, max_tokens=max_tokens, grounded=grounded)
    shown: dict[str, Progress] = {}
    with ExitStack() as bars:

        def step(number: int, what: str, done: int, total: int, text: str) -> None:
            title = f"round {number}, {what}"
            if title not in shown:
                bars.close()
                shown[title] = bars.enter_context(Progress(title, total))
            shown[title](done, total, text)

        run = Retraining(
            RetrainConfig(train, decoding, going_on),
            source,
            chosen,
            out,
            shards=target,
            model=model,
            runner=runner,
            device=device,
            step=step,
        )
        found = run.run(rounds)
    if found:
        print((out / "rounds.md").read_text(encoding="utf-8"), end="")
    if run.stopped_by is None:
        return 0
    note("Stopped; the same command continues.")
    return 128 + run.stopped_by
