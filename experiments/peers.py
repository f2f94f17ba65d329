r"""Solve a test set with the two solvers that learn nothing: the affine fit, and cvc5 (SyGuS).

It writes one line of JSON per task, as soon as the task is done: `shown` (cvc5 found a program that is right
on the shown examples), `right` (it is right on the held-out ones too), `seconds`, `stopped` (why there is no
program), `floor_shown` and `floor` (the same two for the affine fit). Limits and `seconds` are CPU time of
cvc5, so that other load does not matter. Tasks that are already in the file are skipped, so an interrupted
run can be continued. At the end, or with `--table` alone, it prints the rates.

    python experiments/peers.py --tasks experiments/c-small/test.parquet --num 1000 \
        --out experiments/peers/cvc5-test.jsonl
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from lasynth.data.dataset import Dataset
from lasynth.domains.c.affine import AffineFit, AffineProgram
from lasynth.domains.c.sygus import SygusProgram, SygusSolver
from lasynth.errors import LasynthError
from lasynth.evaluation.intervals import Rate
from lasynth.search import Problem
from lasynth.task import Task


def read_tasks(path: Path, num: int | None) -> list[Task]:
    """The first tasks of a shard, or of a task file."""
    return Dataset.open(path, max_tasks=num).tasks() if path.suffix == ".parquet" else Task.read(path)[:num]


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The verdicts of a file; an incomplete last line after an interruption is removed from the file."""
    if not path.exists():
        return []
    text = path.read_text()
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole)
    return [json.loads(line) for line in whole.splitlines()]


def show(out: Path, table: Callable[[list[dict[str, Any]]], str]) -> None:
    """Print the table of a file of verdicts.

    Raises:
        SystemExit: it has none yet.
    """
    lines = read_lines(out)
    if not lines:
        raise SystemExit(f"{out} has no verdicts yet")
    print(table(lines))


def right(program: SygusProgram | AffineProgram | None, task: Task) -> bool:
    """Whether a program that is right on the shown examples is right on the held-out ones too."""
    if program is None or not task.held_out:
        return program is not None
    return program.solves(*task.language.encode(task.held_out))


def affine_fits(tasks: list[Task]) -> list[AffineProgram | None]:
    """The affine fit of each task; tasks of one shape are fitted together."""
    by_shape: dict[tuple[int, ...], list[int]] = {}
    problems = [Problem.of(task) for task in tasks]
    for number, problem in enumerate(problems):
        by_shape.setdefault(problem.inputs_KN.shape, []).append(number)
    found: dict[int, AffineProgram | None] = {}
    for numbers in by_shape.values():
        inputs = np.stack([problems[number].inputs_KN for number in numbers])
        outputs = np.stack([problems[number].outputs_KN for number in numbers])
        found.update(zip(numbers, AffineFit().fit(inputs, outputs), strict=True))
    return [found[number] for number in range(len(tasks))]


def run(tasks: list[Task], out: Path, *, time_limit: float, cell_limit: float) -> None:
    """Solve the tasks that are not in `out`, and append their lines.

    Raises:
        SystemExit: `out` was made with other limits.
    """
    limits = {"time_limit": time_limit, "cell_limit": cell_limit}
    lines = read_lines(out)
    if any(line[name] != limit for line in lines for name, limit in limits.items()):
        raise SystemExit(f"{out} was made with other limits than {limits}. Give another --out.")
    known = {line["id"] for line in lines}
    out.parent.mkdir(parents=True, exist_ok=True)
    floors = affine_fits(tasks)
    with SygusSolver(**limits, cpu_time=True) as solver, out.open("a") as stream:
        for number, (task, floor) in enumerate(zip(tasks, floors, strict=True), 1):
            name = task.id or str(number)
            if name in known:
                continue
            result = solver.search(*task.language.encode(task.examples))
            line = {
                "id": name,
                "shown": result.program is not None,
                "right": right(result.program, task),
                "seconds": round(result.seconds, 3),
                "stopped": result.stopped,
                "floor_shown": floor is not None,
                "floor": right(floor, task),
                **limits,
            }
            stream.write(json.dumps(line) + "\n")
            stream.flush()
            if number % 50 == 0:
                print(f"{number} of {len(tasks)}", file=sys.stderr, flush=True)


def table(lines: list[dict[str, Any]]) -> str:
    """The rates, in per cent, with their 95 % intervals."""
    failed = [line for line in lines if not line["floor"]]
    rows = [("affine fit", "floor_shown", "floor"), ("cvc5", "shown", "right")]
    text = ["| solver | shown | right | right where the affine fit fails |", "|---|---|---|---|"]
    for name, shown, good in rows:
        rates = [Rate.of(line[key] for line in lines) for key in (shown, good)]
        rates.append(Rate.of(line[good] for line in failed))
        text.append(f"| {name} | {' | '.join(map(str, rates))} |")
    stopped = Counter(line["stopped"] or "solved" for line in lines)
    seconds = np.array([line["seconds"] for line in lines])
    text += [
        "",
        f"{len(lines)} tasks, {len(failed)} of which the affine fit fails. "
        f"cvc5 had {lines[0]['time_limit']:g} s a task and {lines[0]['cell_limit']:g} s a cell of CPU time. "
        f"It took {seconds.mean():.2f} s on average, {np.median(seconds):.2f} s in the median, "
        f"{seconds.sum() / 60:.1f} min in all. How it ended: "
        + ", ".join(f"{reason} {count}" for reason, count in stopped.most_common())
        + ".",
    ]
    return "\n".join(text)


def main() -> None:
    """Solve and print the rates, or only print the rates."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", type=Path, help="a shard (Parquet) or a task file (JSON, JSON Lines)")
    parser.add_argument("--num", type=int, help="only the first so many tasks")
    parser.add_argument("--out", type=Path, required=True, help="one line of JSON a task")
    parser.add_argument("--time-limit", type=float, default=5.0, help="seconds of CPU time a task")
    parser.add_argument("--cell-limit", type=float, default=2.5, help="seconds of CPU time a cell")
    parser.add_argument("--table", action="store_true", help="print the rates of --out, solve nothing")
    options = parser.parse_args()
    if not options.table:
        if options.tasks is None:
            parser.error("give --tasks")
        try:
            tasks = read_tasks(options.tasks, options.num)
            run(tasks, options.out, time_limit=options.time_limit, cell_limit=options.cell_limit)
        except LasynthError as error:
            raise SystemExit(str(error)) from None
    show(options.out, table)


if __name__ == "__main__":
    main()
