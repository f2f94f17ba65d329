"""Train and evaluate the systems of a study; several of these may run at once, each does what is left.

    python experiments/study.py experiments/table4 --data data/table4 --runs runs/table4
    python experiments/study.py experiments/table3 --data data/table3 --runs runs/table3 --only exec-s0

A run that was stopped is resumed, one that another process works on is left to it. What is measured goes to
`results/` of the study, from which `lasynth report` makes tables and figures. `study.toml` says what is run,
in order; besides `system`, an entry of `runs` may have

    seed       seed of weights and order; default 0
    preset     the configuration, if its name differs from that of the system
    data       a folder next to `--data`: `FOLDER-NAME` for the name given here
    start      the run, `SYSTEM-sSEED`, whose weights this one begins with
    traces     the run of the first stage of Shin et al.
    stage      true: only needed by another run, and not evaluated
    members    the runs of an ensemble; `choice` is its rule: `shortest` or `majority`
    grounded   true: `members` are searched with the machine's outputs instead of beliefs
    floor      true: the floor of the language, which learns nothing

`evaluate` has the test set's name (`tasks` is its file), its `num_tasks`, `beam` and `max_tokens`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from lasynth import api
from lasynth.data.dataset import Dataset
from lasynth.errors import InUseError
from lasynth.evaluation.protocols import evaluate_engines
from lasynth.evaluation.records import Evaluation, Record
from lasynth.evaluation.results import Result, TaskSet, read_result, task_set_digest, write_result
from lasynth.evaluation.words import words_of
from lasynth.files import claimed, write_whole
from lasynth.models import Grounded, Synthesizer
from lasynth.outcome import StopReason
from lasynth.search import Beam, Budget, Engine, Problem, Proposals, SearchConfig, Votes
from lasynth.task import Task
from lasynth.training.checkpoint import load_checkpoint

CURVE_STEP = 5  # every fifth line of metrics is kept


@dataclass(frozen=True)
class Run:
    """One entry of `runs`; see the docstring of this module."""

    system: str
    seed: int = 0
    preset: str | None = None
    data: str | None = None
    start: str | None = None
    traces: str | None = None
    stage: bool = False
    members: tuple[str, ...] = ()
    choice: str = "majority"
    grounded: bool = False
    floor: bool = False

    @property
    def name(self) -> str:
        """The name of its folder and of its result."""
        return f"{self.system}-s{self.seed}"

    @property
    def learns(self) -> bool:
        """Whether it is trained."""
        return not self.members and not self.floor

    @property
    def earlier(self) -> tuple[str, ...]:
        """The runs that must be finished before this one can begin."""
        return tuple(name for name in (self.start, self.traces, *self.members) if name is not None)


@dataclass(frozen=True)
class Study:
    """A study as its `study.toml` describes it."""

    folder: Path
    runs_folder: Path
    data: Path
    machine: str

    @cached_property
    def document(self) -> dict[str, Any]:
        """The content of `study.toml`."""
        return tomllib.loads((self.folder / "study.toml").read_text())

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """All runs, in order."""
        entries = ({**entry, "members": tuple(entry.get("members", ()))} for entry in self.document["runs"])
        return tuple(Run(**entry) for entry in entries)

    @cached_property
    def test_set(self) -> Dataset:
        """The tasks of all results."""
        tasks = self.folder / self.document["tasks"]
        return Dataset.open(tasks, max_tasks=self.document["evaluate"]["num_tasks"])

    @cached_property
    def tasks(self) -> list[Task]:
        """The tasks of the test set as objects."""
        return self.test_set.tasks()

    def title(self, run: Run) -> str:
        """The title in print; a stage has no row in the table."""
        titles = {row["system"]: row["title"] for row in self.document["rows"]}
        return str(titles.get(run.system, run.system))

    def run(self, name: str) -> Run:
        """The run with a name."""
        return next(run for run in self.runs if run.name == name)

    def result(self, run: Run) -> Path:
        """The file of its result."""
        return self.folder / "results" / f"{run.name}.json"

    def trained(self, name: str) -> bool:
        """Whether a run is finished."""
        return (self.runs_folder / name / "trained").exists()

    # Training ---------------------------------------------------------------------------------

    def train(self, run: Run) -> None:
        """Train a system or resume its training, unless it is finished or an earlier run is not."""
        folder = self.runs_folder / run.name
        if self.trained(run.name) or not all(self.trained(name) for name in run.earlier):
            return
        data = self.data if run.data is None else self.data.with_name(f"{self.data.name}-{run.data}")
        command = [sys.executable, "-m", "lasynth", "train", "--data", str(data), "--out", str(folder)]
        if (folder / "last.pt").is_file():
            command += ["--resume"]
        else:
            # A file, not only a preset, because it names the runs of this study that this one needs.
            lines = [f'base = "{run.preset or run.system}"']
            for key in ("start", "traces"):
                if (name := getattr(run, key)) is not None:
                    lines.append(f'{key} = "{(self.runs_folder / name).as_posix()}"')
            write_whole(folder / "run.toml", ("\n".join(lines) + "\n").encode())
            command += ["--config", str(folder / "run.toml"), "--seed", str(run.seed)]
        subprocess.run(command, check=True)
        (folder / "trained").touch()

    # Evaluation -------------------------------------------------------------------------------

    def evaluate(self, run: Run) -> None:
        """Evaluate a system on the test set and save the result, if everything it needs exists."""
        needed = run.members or ((run.name,) if run.learns else ())
        if run.stage or self.result(run).exists() or not all(self.trained(name) for name in needed):
            return
        if run.floor:
            made = self._floor_result(run)
            if made is None:
                return
        else:
            budgets = [self._budget(name) for name in needed]
            found = self._evaluate({name: self._model(name) for name in needed}, run)
            made = replace(
                self._result(run, found),
                parameters=sum(budget["parameters"] for budget in budgets),
                programs=sum(budget["programs"] for budget in budgets),
                distinct_programs=max(budget["distinct_programs"] for budget in budgets),
                minutes=round(sum(budget["minutes"] for budget in budgets), 1),
                training=budgets[0]["training"],
                curve=tuple(curve(self.runs_folder / run.name / "metrics.jsonl")) if run.learns else (),
            )
        print(write_result(made, self.folder), flush=True)

    def _model(self, name: str) -> Synthesizer:
        return api.load(str(self.runs_folder / name / "model.safetensors"))

    @cached_property
    def kept(self) -> KeptSearches:
        """The kept searches of the models of ensembles."""
        return KeptSearches()

    @cached_property
    def shared(self) -> set[str]:
        """The runs that are members of an ensemble."""
        return {name for run in self.runs if len(run.members) > 1 for name in run.members}

    def _evaluate(self, members: dict[str, Synthesizer], run: Run) -> Evaluation:
        settings = self.document["evaluate"]
        for member in members.values():
            api.warm_up(member)
        beams, greedy = (
            [
                self.kept.engine(
                    Beam(
                        scorer=Grounded(member) if run.grounded else member,
                        width=width,
                        name=f"{name}{' grounded' if run.grounded else ''}",
                    ),
                    shared=name in self.shared,
                    timed=timed,
                )
                for name, member in members.items()
            ]
            for width, timed in ((settings["beam"], True), (1, False))
        )
        with torch.inference_mode():
            found = evaluate_engines(
                beams,
                greedy,
                self.tasks,
                SearchConfig(max_tokens=settings["max_tokens"]),
                choose=Votes(run.choice) if len(members) > 1 else None,
                plain=self.test_set.plain_P.tolist(),
                title=f"{self.title(run)}, seed {run.seed}",
            )
        return self.kept.with_time_spared(found)

    def _budget(self, name: str) -> dict[str, Any]:
        """The cost of a run, including the runs that it was built on."""
        folder, run = self.runs_folder / name, self.run(name)
        state = load_checkpoint(folder / "last.pt")
        before = [self._budget(earlier) for earlier in run.earlier]
        model = self._model(name).model
        return {
            "parameters": sum(parameter.numel() for parameter in model.parameters()),
            "programs": state["programs"] + sum(budget["programs"] for budget in before),
            "distinct_programs": int(state["seen"].sum()),
            "minutes": state["seconds"] / 60 + sum(budget["minutes"] for budget in before),
            "training": state["config"],
        }

    def _floor_result(self, run: Run) -> Result | None:
        """The result of the floor, from the first result of a model, which has the floor's verdicts."""
        known = sorted((self.folder / "results").glob("*.json"))
        records = [read_result(path).evaluation for path in known if path != self.result(run)]
        if not records:
            return None
        first = records[0]
        found = Evaluation(
            records=tuple(floor_record(record) for record in first.records),
            domain=first.domain,
            method="floor",
            beam=1,
            title=words_of(first.domain).name,
        )
        return self._result(run, found)

    def _result(self, run: Run, found: Evaluation) -> Result:
        name = self.document["evaluate"]["name"]
        return Result(
            study=self.document["name"],
            system=run.system,
            title=self.title(run),
            seed=run.seed,
            test_set=TaskSet(name, task_set_digest(self.tasks), len(self.tasks)),
            machine=self.machine,
            evaluation=found,
        )


class KeptSearches:
    """Proposals of engines, kept so that several ensembles of the same models need only one search each."""

    def __init__(self) -> None:
        self.found: dict[tuple[object, ...], tuple[list[Proposals], list[StopReason | None], float]] = {}
        self.spared_s: defaultdict[str | None, float] = defaultdict(float)

    def engine(self, engine: Engine, *, shared: bool, timed: bool) -> Engine:
        """An engine that searches each batch of problems once, if it is shared by several evaluations.

        Args:
            engine: the engine; its name identifies the run and the method of search.
            shared: whether other evaluations use it too.
            timed: whether records count its time; greedy engines are not counted.
        """
        return _Kept(engine, self, timed) if shared else engine

    def with_time_spared(self, found: Evaluation) -> Evaluation:
        """Records with the times that would have been needed without kept searches."""
        records = [
            replace(record, seconds=record.seconds + self.spared_s.get(record.id, 0.0))
            for record in found.records
        ]
        self.spared_s.clear()
        return replace(found, records=tuple(records))


@dataclass(frozen=True)
class _Kept:
    """Keeps an engine's proposals for some problems, and repeats them when it is called again."""

    engine: Engine
    kept: KeptSearches
    timed: bool

    @property
    def name(self) -> str:
        return self.engine.name

    @property
    def width(self) -> int:
        return self.engine.width

    def propose(self, problems: Sequence[Problem], budget: Budget) -> Iterator[Proposals]:
        """See `Engine`; only for searches without a time limit that do not stop early."""
        key = (self.name, self.width, budget.max_tokens, *(problem.id for problem in problems))
        if key in self.kept.found:
            found, reasons, seconds = self.kept.found[key]
            yield from found
            for number, reason in enumerate(reasons):
                if reason is not None:
                    budget.end(number, reason)
            for problem in problems if self.timed else ():
                self.kept.spared_s[problem.id] += seconds / len(problems)
            return
        found, seconds, start_s = [], 0.0, time.perf_counter()
        for proposals in self.engine.propose(problems, budget):
            seconds += time.perf_counter() - start_s
            found.append(proposals)
            yield proposals
            start_s = time.perf_counter()
        seconds += time.perf_counter() - start_s
        self.kept.found[key] = found, list(budget.reasons), seconds


def floor_record(record: Record) -> Record:
    """A record with the verdict of the floor on a task."""
    right = bool(record.floor)
    return replace(
        record,
        greedy=right,
        top1=right,
        consistent=right,
        oracle=right,
        exact=None,
        completed=None,
        num_candidates=int(right),
        num_consistent=int(right),
        program=None,
        seconds=0.0,
    )


def curve(metrics: Path) -> list[dict[str, Any]]:
    """Every fifth line of a run's metrics, and all of its validations; empty for a very short run."""
    if not metrics.is_file():
        return []
    lines = [json.loads(line) for line in metrics.read_text().splitlines()]
    losses = [line for line in lines if "prog" in line]
    names = ("programs", "seconds", "prog", "exec", "accuracy", "exec_accuracy")
    kept = [{name: line[name] for name in names} for line in losses[CURVE_STEP - 1 :: CURVE_STEP]]
    measured = ("programs", "seconds", "valid_top1", "valid_solved", "valid_oracle")
    kept += [{name: line[name] for name in measured} for line in lines if "valid_solved" in line]
    return sorted(kept, key=lambda line: line["programs"])


def main() -> None:
    """Train the runs that are not trained, then evaluate those without a result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", type=Path, help="the folder with study.toml")
    parser.add_argument("--data", type=Path, required=True, help="shards of `lasynth generate`")
    parser.add_argument("--runs", type=Path, required=True, help="where runs are kept")
    parser.add_argument("--only", nargs="*", default=[], metavar="SYSTEM-sSEED")
    parser.add_argument("--step", choices=["train", "evaluate"], help="only this")
    parser.add_argument("--machine", default="one core of two shared CPU cores, no accelerator")
    options = parser.parse_args()
    study = Study(options.study, options.runs, options.data, options.machine)
    for step in ("train", "evaluate"):
        if options.step not in (None, step):
            continue
        for run in study.runs:
            if options.only and run.name not in options.only:
                continue
            # Training claims the folder once more, under its own name.
            try:
                with claimed(study.runs_folder / run.name, "study", leftovers=None):
                    if step == "evaluate":
                        study.evaluate(run)
                    elif run.learns:
                        study.train(run)
            except InUseError as error:
                sys.stderr.write(f"{error.where} {error.what}: left out\n")


if __name__ == "__main__":
    main()
