"""Measure the answers of `solve`, and write the page docs/results/solve.md.

    python experiments/solving.py [--runs runs/solving] [--only NAME ...]

Each set of `SETS` is solved by `lasynth bench solve`, 5 s a task, two hours for all on one core; those of
`TIMES` with several methods and limits, an hour each; the ceilings take half an hour. What is in
experiments/solving already is not measured again. The page is made from these files alone.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lasynth import api
from lasynth.errors import RunError
from lasynth.evaluation import figures
from lasynth.evaluation.ceiling import Ceiling, over_groups
from lasynth.evaluation.ceiling import render as render_ceiling
from lasynth.evaluation.intervals import Rate
from lasynth.evaluation.solving import PORTFOLIO, Solved, render
from lasynth.files import write_whole
from lasynth.task import Example, Task

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "experiments" / "solving"
PAGE = ROOT / "docs" / "results" / "solve.md"
FIGURE = PAGE.with_name("reliability.svg")
DRAWN = {"c-test": "C, test tasks", "c-idioms": "C, idioms", "karel-new": "Karel"}
NUM_DRAWN, NUM_HELD_OUT = 5, 60  # of each list function: tasks, held-out examples
SEED = 20261127


@dataclass(frozen=True)
class TaskSet:
    """Tasks that are measured.

    Attributes:
        title: a heading of the page.
        file: the tasks; None for those drawn from `examples/lists`.
        num: of them, the first ones.
        asked: questions that are answered.
        methods: of `lasynth bench solve`.
        limits: seconds a task.
        note: what a reader must know of the measurement.
    """

    title: str
    file: str | None
    num: int
    asked: int = 0
    methods: tuple[str, ...] = (PORTFOLIO,)
    limits: tuple[float, ...] = (5.0,)
    note: str = ""


SETS = {
    "c-test": TaskSet(
        "C: 1,000 generated test tasks",
        "experiments/c-small/test.parquet",
        1000,
        note="In the restricted dialect alone, with fewer kinds of ends, 71.9 [69.0, 74.6] % were right,\n"
        "25.5 [21.4, 30.2] where the floor is wrong, 99.4 where it is right.",
    ),
    "c-asked": TaskSet(
        "C: the first 200 of them, with questions",
        "experiments/c-small/test.parquet",
        200,
        3,
    ),
    "c-idioms": TaskSet("C: 400 generated tasks of idioms", "experiments/c-small/idioms.parquet", 400),
    "c-lists": TaskSet(
        "C: the functions of examples/lists, drawn five times afresh",
        None,
        265,
    ),
    "karel-new": TaskSet(
        "Karel: 1,000 tasks of functions not trained on",
        "experiments/karel-small/new.parquet",
        1000,
    ),
}
METHODS = (PORTFOLIO, "floor", "beam", "composition")
LIMITS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
# The pictures of the solve-rate over time: all tasks, where the floor is right, where it is wrong.
TIMES = {
    "c-times": replace(
        SETS["c-test"], title="C: 100 test tasks by time limit", num=100, methods=METHODS, limits=LIMITS
    ),
    "karel-times": replace(
        SETS["karel-new"],
        title="Karel: 100 tasks by time limit",
        num=100,
        methods=METHODS,
        limits=LIMITS,
    ),
}
# The test sets whose ceiling is measured, and how many programs are drawn, with the settings of their tasks.
CEILINGS = {
    "ceiling-c-test": ("c-test", 3_000_000),
    "ceiling-c-idioms": ("c-idioms", 1_000_000),
    "ceiling-karel-new": ("karel-new", 300_000),
}


def main() -> None:
    """Measure what is missing; write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=Path, default=Path("runs/solving"))
    names = [*SETS, *TIMES, *CEILINGS]
    parser.add_argument("--only", nargs="*", choices=names, default=names)
    options = parser.parse_args()
    options.runs.mkdir(parents=True, exist_ok=True)
    for name in options.only:
        if not (RESULTS / f"{name}.jsonl.gz").exists():
            measure(name, options.runs)
    parts = [
        "# What `solve` answers",
        "",
        "Made by `python experiments/solving.py` from `experiments/solving/`. 5 s a task, one thread; shares",
        "in per cent with 95 % intervals. The words are those of [metrics](../metrics.md#solves-and-askedq);",
        "*floor wrong*: tasks where the floor alone is wrong; *some right*: an answer further down counts.",
    ]
    drawn = []
    for name, one in SETS.items():
        if solved := read(name):
            parts += ["", f"## {one.title}", ""]
            parts += [one.note, ""] if one.note else []
            parts += ["```", render(solved).rstrip("\n"), "```"]
            if name in DRAWN:
                answers = [each for every in solved for each in every.attempts if each.solved]
                drawn.append((DRAWN[name], [(each.confidence, each.right) for each in answers]))
    for name, one in TIMES.items():
        if solved := read(name):
            picture = f"{name}.svg"
            write_whole(PAGE.with_name(picture), figures.over_time(over_time(solved, one))["svg"])
            parts += ["", f"## {one.title}", "", f"![Solve-rate by time limit]({picture})"]
            parts += ["", one.note] if one.note else []
            parts += ["", "```", render(solved).rstrip("\n"), "```"]
    if any(map(kept, CEILINGS)):
        parts += ["", "## The ceiling", "", "How far the shown examples determine the held-out ones"]
        parts[-1] += " ([metrics](../metrics.md#the-ceiling)); shares in per cent."
    for name, (tasks, _) in CEILINGS.items():
        if lines := kept(name):
            values = [json.loads(line) for line in lines]
            kinds = [each.pop("kind") for each in values]
            found = [Ceiling(**each) for each in values]
            text = render_ceiling(kinds, found).rstrip("\n")
            floors = [one.floor for one in read(tasks)] or [None] * len(kinds)
            groups = list(zip(kinds, floors, strict=True))
            wrong = [place for place, floor in enumerate(floors) if floor is False]
            means = [
                over_groups([groups[place] for place in places], [found[place] for place in places])
                for places in (range(len(kinds)), wrong)
            ]
            if None not in means:
                text += f"\nThe same by kind and by whether the floor is right: on {means[0]:.1f} %,"
                text += f" on {means[1]:.1f} % where it is wrong."
            parts += ["", f"### {SETS[tasks].title}", "", "```", text, "```"]
    parts += ["", "## Confidence", "", f"![How often answers are right, by confidence]({FIGURE.name})"]
    figures.require("experiments/solving.py")
    write_whole(FIGURE, figures.reliability(drawn)["svg"])
    write_whole(PAGE, ("\n".join(parts) + "\n").encode())
    print(f"wrote {PAGE.relative_to(ROOT)}")


def kept(name: str) -> list[str]:
    """The lines of a set; none where it was not measured."""
    path = RESULTS / f"{name}.jsonl.gz"
    return gzip.decompress(path.read_bytes()).decode().splitlines() if path.exists() else []


def read(name: str) -> list[Solved]:
    """What is known of a set."""
    return [Solved.from_line(line, f"{name}, line {number}") for number, line in enumerate(kept(name), 1)]


def over_time(solved: list[Solved], one: TaskSet) -> list[tuple[str, dict[str, list[tuple[float, Rate]]]]]:
    """The panels of the picture over time: by what the floor can do."""
    some = {
        "all tasks": solved,
        "the floor is right": [each for each in solved if each.floor],
        "the floor is wrong": [each for each in solved if not each.floor],
    }
    return [
        (
            f"{title} ({len(tasks)})",
            {
                "all engines" if method == PORTFOLIO else method: [
                    (limit, Rate.of(each.attempt(method, limit).right for each in tasks))
                    for limit in one.limits
                ]
                for method in one.methods
            },
        )
        for title, tasks in some.items()
    ]


def measure(name: str, runs: Path) -> None:
    """Solve a set, or find its ceiling, and keep one line a task."""
    details = runs / f"{name}.jsonl"
    if name in CEILINGS:
        tasks, num_programs = CEILINGS[name]
        one = SETS[tasks]
        command = ["bench", "ceiling", "--tasks", str(one.file)]
        command += ["--programs", str(num_programs), "--seed", str(SEED)]
    else:
        one = (SETS | TIMES)[name]
        if one.file is None:
            drawn = runs / "lists.jsonl"
            drawn.write_text("".join(f"{json.dumps(task.to_json())}\n" for task in drawn_lists()))
        command = ["bench", "solve", "--tasks", one.file or str(drawn), "--asked", str(one.asked)]
        for method in one.methods:
            command += ["--method", method]
        for limit in one.limits:
            command += ["--time-limit", str(limit)]
    more = ("--num", str(one.num), "--details", str(details))
    subprocess.run([sys.executable, "-m", "lasynth", *command, *more], check=True)
    RESULTS.mkdir(exist_ok=True)
    # No time stamp: the same lines are the same file.
    write_whole(RESULTS / f"{name}.jsonl.gz", gzip.compress(details.read_bytes(), mtime=0))


def drawn_lists() -> list[Task]:
    """Each function of `examples/lists`, several times with other examples; the shown ones in [-4, 4]."""
    rng = np.random.default_rng(SEED)
    tasks = []
    for task in Task.read(ROOT / "examples" / "lists" / "tasks.jsonl"):
        assert task.program is not None
        for number in range(NUM_DRAWN):
            examples: dict[tuple[int, ...], Example] = {}
            num_shown = len(task.examples)
            while len(examples) < num_shown + NUM_HELD_OUT:
                given = tuple(rng.integers(-4, 5, 5).tolist())
                try:
                    output = api.run(task.program, given)
                except RunError:
                    continue
                if len(examples) >= num_shown or max(map(abs, output)) <= 4:
                    examples.setdefault(given, Example(given, output))
            every = tuple(examples.values())
            shown, held_out = every[:num_shown], every[num_shown:]
            tasks.append(replace(task, examples=shown, held_out=held_out, id=f"{task.id}-{number}"))
    return tasks


if __name__ == "__main__":
    main()
