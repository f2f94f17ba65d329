"""`lasynth train`: a model from generated tasks."""

from __future__ import annotations

import dataclasses
import re
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lasynth.cli.console import MAX_SEED, Progress, check_folder, note
from lasynth.cli.process import BAD_INPUT, INTERRUPTED
from lasynth.quoting import quoted
from lasynth.reading import parse_json, read_text

if TYPE_CHECKING:
    from lasynth.places import Place
    from lasynth.training.config import TrainConfig
    from lasynth.training.processes import Processes

__all__ = [
    "ConfigFile",
    "Device",
    "Preset",
    "Seed",
    "asked_config",
    "check_device",
    "default_config",
    "train",
]

# Options that `lasynth retrain` has too.
Preset = Annotated[
    str | None,
    typer.Option(help="A named configuration; the default one for the data's language if none is given."),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="A configuration of your own (TOML), instead of a preset."),
]
Seed = Annotated[
    int | None,
    typer.Option(min=0, max=MAX_SEED, help="Seed of weights and order, instead of the configuration's."),
]
Device = Annotated[str, typer.Option(help='Where to train: "cpu" or "cuda".')]

_MAX_MINUTES = 366 * 24 * 60


def train(
    data: Annotated[
        str,
        typer.Option(metavar="FOLDER|URL", help="Shards of `lasynth generate`, of splits train and valid."),
    ],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the run is kept.")],
    preset: Preset = None,
    config: ConfigFile = None,
    seed: Seed = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the run in the folder.")] = False,
    minutes: Annotated[
        float | None, typer.Option(max=_MAX_MINUTES, help="Stop after this long; --resume continues.")
    ] = None,
    device: Device = "cpu",
) -> int:
    """Train a model on generated tasks.

    The run can be stopped at any time (Ctrl-C) and resumed exactly. Its folder holds the configuration,
    metrics as JSON Lines, checkpoints, and at last the model: model.safetensors and its card.

    Several processes or GPUs share a run: `torchrun --nproc-per-node N -m lasynth train ...`.
    """
    from lasynth.training.processes import joined

    with joined(device) as processes, _one_message(processes):
        return _train(data, out, (preset, config, seed), resume, minutes, device, processes)


@contextmanager
def _one_message(processes: Processes) -> Iterator[None]:
    """Of several processes that fail, or lose one that did, the first alone says so."""
    try:
        yield
    except (Exception, KeyboardInterrupt) as error:
        if not processes.speaks():
            raise SystemExit(INTERRUPTED if isinstance(error, KeyboardInterrupt) else BAD_INPUT) from None
        # When one process has ended, torchrun terminates the others: not before this one has spoken.
        if processes.count > 1:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise


def _train(
    data: str,
    out: Path,
    asked: tuple[str | None, Path | None, int | None],
    resume: bool,
    minutes: float | None,
    device: str,
    processes: Processes,
) -> int:
    """Train in this process, alone or with others."""
    from lasynth.data.dataset import Dataset
    from lasynth.data.shards import shards_of
    from lasynth.errors import InputError
    from lasynth.files import claimed
    from lasynth.models import EXPORTED
    from lasynth.places import place_of
    from lasynth.training.export import export
    from lasynth.training.loop import Trainer
    from lasynth.training.validation import validator

    say = note if processes.first else _nothing
    check_folder(out)
    device = processes.device(device)
    check_device(device)
    if minutes is not None and not minutes > 0:
        raise InputError("--minutes must be above 0", f"--minutes {minutes}")
    _check_new(out, resume)
    place = place_of(data)
    chosen = _config(*asked, out if resume else None, place)
    valid = shards_of(place, "valid-") if place.is_dir() else []
    tasks = Dataset.open(place, split="valid", max_tasks=chosen.num_validate).tasks() if valid else []
    if not tasks:
        say("There are no shards of split valid: solve rates are not measured during training.")
    programs = Dataset.open(place, split="train", max_tokens=chosen.max_tokens)
    if not len(programs):
        raise InputError(f"no program has at most {chosen.max_tokens} tokens", data, "Raise max_tokens.")
    validate = validator(tasks, chosen.model) if tasks else None
    with ExitStack() as stack:
        if processes.first:
            stack.enter_context(claimed(out))
            _check_new(out, resume)  # again: another run may have begun and ended since
        trainer = Trainer(chosen, programs, out, validate=validate, device=device, processes=processes)
        if resume:
            trainer.resume()
        if processes.first:
            progress = stack.enter_context(Progress("training", chosen.num_programs, every_s=30.0))
        for state in trainer.run(minutes=minutes):
            shown = {name: state.metrics[name] for name in ("loss", "accuracy") if name in state.metrics}
            words = (f"{name} {value:.3f}" for name, value in shown.items())
            progress(state.programs, state.num_programs, ", ".join(words))
        if processes.first:
            export(trainer, out / EXPORTED)

    finished = trainer.programs >= chosen.num_programs
    if finished:
        say(f"Done. Try it: lasynth evaluate --model {out} --tasks {valid[0] if valid else 'TASKS.jsonl'}")
    else:
        say(f"Stopped after {trainer.programs:,} of {chosen.num_programs:,} programs; --resume continues.")
    if finished or trainer.stopped_by is None:
        return 0
    return 128 + trainer.stopped_by


def _nothing(message: str) -> None:
    """What the other processes say while all goes well."""


def _check_new(out: Path, resume: bool) -> None:
    from lasynth.errors import InputError

    if (out / "last.pt").is_file() and not resume:
        raise InputError("there is a run in the folder", str(out), "Give another folder, or --resume.")


def check_device(device: str) -> None:
    """Check that torch can train there."""
    import torch

    from lasynth.errors import InputError

    if not re.fullmatch(r"cpu|cuda(:[0-9]{1,3})?", device):
        raise InputError(f"unknown device {quoted(device)}", "--device", 'Give "cpu", "cuda" or "cuda:1".')
    if device != "cpu" and int(device.partition(":")[2] or 0) >= torch.cuda.device_count():
        what = f"no such device on this computer: {device}"
        raise InputError(what, "--device", 'Give "cpu", or run it where torch finds CUDA.')


def _config(
    preset: str | None, file: Path | None, seed: int | None, resumed: Path | None, data: Place
) -> TrainConfig:
    """The configuration that was asked for, else that of the run to resume, else the default."""
    from lasynth.errors import InputError
    from lasynth.training.config import TrainConfig

    asked = asked_config(preset, file, seed, data)
    path = None if resumed is None else resumed / "config.json"
    if path is None or not path.is_file():
        return asked or default_config(data)
    kept = TrainConfig.from_json(parse_json(read_text(path), str(path)), where=str(path))
    if asked is not None and asked != kept:
        hint = "Resume without --preset, --config and --seed, or give another folder."
        raise InputError("the run was started with another configuration", str(path), hint)
    return kept


def asked_config(preset: str | None, file: Path | None, seed: int | None, data: Place) -> TrainConfig | None:
    """The configuration that options name; None without any of them."""
    from lasynth.errors import InputError
    from lasynth.training.config import read_config

    if preset is not None and file is not None:
        raise InputError("both --preset and --config are given", "lasynth", "Give one of them.")
    asked = None if preset is None and file is None else read_config(file or preset or "")
    return asked if seed is None else dataclasses.replace(asked or default_config(data), seed=seed)


def default_config(data: Place) -> TrainConfig:
    """The default preset for the data's language."""
    from lasynth.data.dataset import Dataset
    from lasynth.training.config import default_preset, read_config

    return read_config(default_preset(Dataset.open(data, split="train", max_tasks=1).domain))
