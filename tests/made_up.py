"""Made-up results, written with the package: small studies for the tests of reports."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

from lasynth.evaluation import Evaluation, Record
from lasynth.evaluation.results import Result, TaskSet, write_result

DIGEST = hashlib.sha256(b"made up").hexdigest()
KINDS = ("Seq-only", "For-only", "If-only", "Mixture")
ROWS = (
    ("lasynth", "LaSynth", "paper = 55.2"),
    ("no-executor", "NoExecutor", "paper = 38.6"),
    ("robustfill", "RobustFill", ""),
    ("affine-fit", "affine fit", "peer = true"),
    ("extra", "Something else", "optional = true"),
)
HEAD = 'name = "small"\ntitle = "A small study"\nreference = "lasynth"\nwithout_executor = ["no-executor"]\n'


def record(number: int, right: bool, **changes: Any) -> Record:
    """A record of the task with a number, which determines its kind and length."""
    program = f"int * func_1(int a[])\n{{\n    a[{number % 5}] = {int(right)};\n    return a;\n}}\n"
    made = Record(
        id=f"t{number}",
        greedy=False,
        consistent=right,
        oracle=right,
        exact=False,
        floor=number % 3 == 0,
        plain=number % 3 == 0,
        plain_computed=False,
        kind=KINDS[number % 4],
        num_tokens=8 + 13 * (number % 9),
        num_held_out=5,
        num_candidates=64,
        num_consistent=int(right),
        program=program,
        seconds=0.1,
    )
    return replace(made, **changes)


def result(system: str, rights: list[bool], *, seed: int = 0, **changes: Any) -> Result:
    """A run with the given verdicts by consistent@64."""
    peer = system in ("affine-fit", "cvc5")
    one = {"greedy": True} if peer else {}
    made = Result(
        study="small",
        system=system,
        title={name: title for name, title, _ in ROWS}.get(system, system),
        seed=seed,
        test_set=TaskSet("made-up", DIGEST, len(rights)),
        evaluation=Evaluation(
            records=tuple(record(n, right, **(one if right else {})) for n, right in enumerate(rights)),
            domain="c",
            method="fit" if peer else "beam",
            beam=1 if peer else 64,
        ),
        parameters=None if peer else 2_000_000,
        programs=None if peer else 150_000,
        minutes=None if peer else 31.2,
        machine="two cores",
        curve=() if peer else ({"programs": 4000, "exec": 1.5}, {"programs": 8000, "exec": 0.5}),
    )
    return replace(made, **changes)


def rights(share: float, seed: int, num: int = 60) -> list[bool]:
    """Verdicts, about a share of them right."""
    draw = random.Random(seed)
    return [draw.random() < share for _ in range(num)]


def study_toml(folder: Path, rows: Any = ROWS, head: str = HEAD) -> None:
    """Write a `study.toml`."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = [f'[[rows]]\nsystem = "{name}"\ntitle = "{title}"\n{rest}\n' for name, title, rest in rows]
    (folder / "study.toml").write_text(head + "\n" + "\n".join(parts))


def small_study(folder: Path, num: int = 60) -> Path:
    """A study of three systems with results and one without."""
    study_toml(folder)
    write_result(result("lasynth", rights(0.7, 1, num)), folder)
    write_result(result("no-executor", rights(0.3, 2, num)), folder)
    fit = [n % 3 == 0 for n in range(num)]
    write_result(result("affine-fit", fit), folder)
    return folder
