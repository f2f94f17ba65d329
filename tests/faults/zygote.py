"""A process that has everything loaded and forks one child a command, in which a fault happens.

Reads a JSON object a line from standard input and answers with one. `arguments` are those of `lasynth`, or
`["export", PATH, SEED]`, which writes a tiny model. `fault` is null or says what happens at point `at`:

- `kill`, `term`, `int`: the signal; `int2`: SIGINT, and again `again` points later;
- `full`: no write succeeds from there on.

Points are the system calls of `lasynth.files`, and the steps of an update, of a validation and of a block of
generated programs. With `after_s` in place of `at`, the signal comes from outside, that many seconds after
the start.

The answer holds `status` (negative: the signal that ended the child), `messages` and the names of `points`.
"""

from __future__ import annotations

import errno
import itertools
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch

import lasynth.cli
from lasynth import domains, files
from lasynth.cli.process import ending, handle_signals
from lasynth.data import generate as generation
from lasynth.domains.c.generator import CTaskGenerator
from lasynth.models import LaSynthConfig, build, save
from lasynth.training import loop, validation

SIGNALS = {"kill": signal.SIGKILL, "term": signal.SIGTERM, "int": signal.SIGINT, "int2": signal.SIGINT}
CALLS = ("open", "write", "fsync", "replace")
LOG_EVERY = 4
WAITING = (signal.SIGINT, signal.SIGTERM)


class Fault:
    """Counts the points that a process passes, and does at one of them what was asked for."""

    def __init__(self, kind: str | None, at: int, again: int) -> None:
        self.kind, self.at, self.again = kind, at, again
        self.points: list[str] = []
        self.full = False

    def point(self, name: str) -> None:
        self.points.append(name)
        here = len(self.points)
        if self.kind == "full":
            self.full |= here == self.at
        elif self.kind is not None and here == self.at:
            os.kill(os.getpid(), SIGNALS[self.kind])
        if self.kind == "int2" and here == self.at + self.again:
            os.kill(os.getpid(), SIGNALS[self.kind])

    def around(self, owner: Any, name: str) -> None:
        """Make the beginning and the end of a function points."""
        real: Callable[..., Any] = getattr(owner, name)

        def function(*arguments: Any, **options: Any) -> Any:
            self.point(name)
            found = real(*arguments, **options)
            self.point(name)
            return found

        setattr(owner, name, function)

    def system(self) -> Any:
        """The module `os`, whose calls are points and fail on a full disk."""

        def call(name: str) -> Callable[..., Any]:
            def function(*arguments: Any, **options: Any) -> Any:
                self.point(name)
                if self.full and name in ("write", "fsync"):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                return getattr(os, name)(*arguments, **options)

            return function

        return SimpleNamespace(**{**vars(os), **{name: call(name) for name in CALLS}})


def tiny(seed: int) -> tuple[Any, LaSynthConfig]:
    torch.manual_seed(seed)
    num_tokens = domains.get("c").grammar.num_tokens
    config = LaSynthConfig(num_tokens, embedding=8, hidden=16, decoder=12, heads=1, refinements=1)
    return build(config), config


def run(arguments: list[str], fault: Fault) -> None:
    """What a child does."""
    files.os = fault.system()  # type: ignore[attr-defined]
    for name in ("losses_of", "_update_average"):
        fault.around(loop.Trainer, name)
    fault.around(torch.Tensor, "backward")
    fault.around(torch.nn.utils, "clip_grad_norm_")
    fault.around(torch.optim.AdamW, "step")
    fault.around(validation._Validator, "__call__")
    fault.around(generation, "_draw_block")
    # A clock of its own: checkpoints come every few updates, however busy the machine is.
    loop.time = SimpleNamespace(monotonic=itertools.count().__next__)  # type: ignore[attr-defined]
    loop._LOG_EVERY = LOG_EVERY  # type: ignore[misc]
    if arguments[0] == "export":
        raise SystemExit(ending(lambda: export(*arguments[1:]), debug=False))
    lasynth.cli.app(arguments)


def export(path: str, seed: str) -> None:
    model, config = tiny(int(seed))
    save(model, config, Path(path), {"seed": int(seed)})


def child(arguments: list[str], fault: Fault, folder: Path) -> int:
    """The status of a child; its messages and points are in the folder."""
    descriptor = os.open(folder / "messages", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(descriptor, 2)
    os.dup2(descriptor, 1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    handle_signals()
    status = 70
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, WAITING)
        run(arguments, fault)
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    except KeyboardInterrupt:
        status = 130  # of one before the command begins
    except BaseException:  # noqa: BLE001 - a child must not go on as a second zygote
        traceback.print_exc()
    signal.pthread_sigmask(signal.SIG_BLOCK, WAITING)
    sys.stdout.flush()
    sys.stderr.flush()
    # Whole or not at all: a kill from outside may come while it is written.
    whole = folder / "points.whole"
    whole.write_text(json.dumps(fault.points))
    whole.replace(folder / "points")
    return status


def answer(request: dict[str, Any], folder: Path) -> dict[str, Any]:
    asked = request.get("fault") or {}
    inside = "after_s" not in asked
    fault = Fault(asked.get("kind") if inside else None, asked.get("at", 0), asked.get("again", 0))
    (folder / "points").unlink(missing_ok=True)
    begun = time.monotonic()
    # Until the child is ready, signals from outside wait.
    signal.pthread_sigmask(signal.SIG_BLOCK, WAITING)
    number = os.fork()
    if not number:
        status = 130  # of an interrupt that comes when the command has ended
        try:
            status = child(request["arguments"], fault, folder)
        finally:
            os._exit(status)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, WAITING)
    if not inside:
        for delay in (asked["after_s"], *([asked["again_s"]] if asked["kind"] == "int2" else [])):
            time.sleep(delay)
            os.kill(number, SIGNALS[asked["kind"]])  # a zombie, if it has ended before
    status = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
    points = folder / "points"
    return {
        "status": status,
        "messages": (folder / "messages").read_text(),
        "points": json.loads(points.read_text()) if points.exists() else None,
        "seconds": time.monotonic() - begun,
    }


def warm(folder: Path) -> None:
    """Make the data, and run what children run; not backwards, which torch allows in no child then."""
    torch.set_num_threads(1)
    generation.generate(folder / "data", CTaskGenerator(), num_tasks=60, num_shards=2)
    generation.generate(folder / "data", CTaskGenerator(), split="valid", num_tasks=4)
    from lasynth.data.dataset import Dataset

    model, config = tiny(0)
    tasks = Dataset.open(folder / "data", split="valid").tasks()
    with torch.no_grad():
        validation.validator(tasks, config)(model.eval())


def main() -> None:
    folder = Path(sys.argv[1])
    warm(folder)
    answers = os.fdopen(os.dup(1), "w")
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), folder)), file=answers, flush=True)


if __name__ == "__main__":
    main()
