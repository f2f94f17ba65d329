"""Saved results: one JSON file per run, and studies, which are folders of comparable results.

    experiments/STUDY/study.toml                        rows, their titles, the paper's numbers
    experiments/STUDY/results/SYSTEM-sSEED.json         one run: its system, and its verdict on every task

Tables and figures are made from these files alone. A study refuses results of different test sets or
searches, because such results would differ by tasks and beams, not only by systems.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from lasynth.config import Config, read
from lasynth.errors import InputError
from lasynth.evaluation._result import Result, TaskSet, load, read_result, task_set_digest, write_result
from lasynth.quoting import cut

__all__ = [
    "Result",
    "Row",
    "Study",
    "TaskSet",
    "read_result",
    "read_study",
    "task_set_digest",
    "write_result",
]

# Properties of the task itself: every system must agree on them. Peers may leave them out.
_OF_THE_TASK = ("kind", "num_tokens", "floor", "plain", "num_held_out")


@dataclass(frozen=True, slots=True)
class Row(Config):
    """One row of a study's table.

    Attributes:
        system: the system whose results it shows.
        title: its name in print.
        paper: the paper's accuracy in per cent.
        paper_exact: the paper's share of programs equal to the reference, in per cent.
        peer: whether it learns nothing and gives one program per task, so that it has no beam.
        optional: whether it is left out while it has no result.
        note: remarks for readers, printed below the table.
    """

    WHERE: ClassVar[str] = "row"

    system: str
    title: str
    paper: float | None = None
    paper_exact: float | None = None
    peer: bool = False
    optional: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Study(Config):
    """Comparable results, in the order of their rows. `study.toml` has all fields except `results`.

    Attributes:
        name: the name of the study.
        title: its title in print.
        reference: the system that the others are compared with.
        rows: all rows of the table, with or without results.
        results: the results of all rows, those of a row by seed. Properties of a task (kind, length, plain)
            that a result lacks are taken from another result.
        without_executor: the systems that sample tasks compare the reference with.
        tasks: the file of the tasks, relative to `study.toml`; `""` if the study names none.
        note: remarks for readers on the whole table.
        reports: the reports to make by default; if empty, all that are possible.
        evaluate, runs: how the results are made; used only by `experiments/study.py`.
    """

    WHERE: ClassVar[str] = "study"

    name: str
    title: str
    reference: str
    rows: tuple[Row, ...]
    results: tuple[Result, ...] = ()
    without_executor: tuple[str, ...] = ()
    tasks: str = ""
    note: str = ""
    reports: tuple[Literal["table", "fig5", "fig6", "fig8b"], ...] = ()
    evaluate: dict[str, Any] = field(default_factory=dict)
    runs: tuple[dict[str, Any], ...] = ()

    def misfit(self) -> tuple[str, str] | None:
        """Rows that are missing or repeated."""
        systems = [row.system for row in self.rows]
        if len(set(systems)) < len(systems):
            return "two rows are for one system", "Take one of them away."
        for system in (self.reference, *self.without_executor):
            if system not in systems:
                return f'no row is for "{cut(system)}"', "Add one to rows that is not optional."
        return None

    def of(self, system: str) -> tuple[Result, ...]:
        """The results of a system, by seed; empty if there are none."""
        return tuple(result for result in self.results if result.system == system)

    def row(self, system: str) -> Row:
        """The row of a system."""
        return next(row for row in self.rows if row.system == system)

    @property
    def test_set(self) -> TaskSet:
        """The tasks that all results share."""
        return self.results[0].test_set

    @property
    def beam(self) -> int | None:
        """W of consistent@W and oracle@W; None where only peers have results."""
        return next((r.evaluation.beam for r in self.results if not self.row(r.system).peer), None)


def read_study(folder: Path) -> Study:
    """Read a study: `study.toml` and every result in `results`.

    Raises:
        InputError: a file is wrong, there are no results, or two results cannot be compared because their
            tasks, the order of their tasks, their methods or their beams differ. The message names both
            files.
    """
    path = folder / "study.toml"
    study = read(Study, load(path, "docs/reports.md says what it holds."), where=str(path))
    rows = {row.system: number for number, row in enumerate(study.rows)}
    found: list[tuple[Path, Result]] = []
    for path in sorted((folder / "results").glob("*.json")):
        result = read_result(path)
        if result.file_name != path.name:
            hint = f"Rename it to {result.file_name}."
            raise InputError(f"it holds {result.system}, seed {result.seed}", str(path), hint)
        if result.study != study.name:
            hint = "Move it to its own study."
            raise InputError(f"a result of {result.study}, not of {study.name}", str(path), hint)
        if result.system not in rows:
            hint = f"Add a row to {folder / 'study.toml'}, or remove the file."
            raise InputError(f'no row is for "{result.system}"', str(path), hint)
        found.append((path, result))
    if not found:
        raise InputError("there are no results", str(folder / "results"), "Put one JSON file a run there.")
    _refuse_to_mix(found, peers={row.system for row in study.rows if row.peer})
    results = sorted(_filled(found), key=lambda result: (rows[result.system], result.seed))
    run = {result.system for result in results}
    return replace(
        study,
        rows=tuple(row for row in study.rows if not row.optional or row.system in run),
        results=tuple(results),
        tasks=study.tasks and str(folder / study.tasks),
    )


def _refuse_to_mix(found: list[tuple[Path, Result]], *, peers: set[str]) -> None:
    """Raise InputError if two results cannot be in one table."""
    searched = [one for one in found if one[1].system not in peers]
    for group, difference in ((found, _other_tasks), (searched, _other_search)):
        for path, result in group[1:]:
            known_path, known = group[0]
            if what := difference(result, known):
                hint = "Evaluate both in the same way, or remove one of them."
                raise InputError(f"may not be compared with {known_path}: {what}", str(path), hint)


def _other_tasks(result: Result, known: Result) -> str | None:
    mine, other = result.test_set, known.test_set
    if mine.num_tasks != other.num_tasks:
        return f"{mine.num_tasks} tasks against {other.num_tasks}"
    if mine.digest != other.digest:
        return f'the tasks of "{mine.name}" differ from those of "{other.name}"'
    if result.evaluation.domain != known.evaluation.domain:
        return f"{result.evaluation.domain} against {known.evaluation.domain}"
    pairs = enumerate(zip(result.evaluation.records, known.evaluation.records, strict=True), 1)
    return next((f"record {n} is of task {a.id} against {b.id}" for n, (a, b) in pairs if a.id != b.id), None)


def _other_search(result: Result, known: Result) -> str | None:
    a, b = result.evaluation, known.evaluation
    if (a.method, a.beam) == (b.method, b.beam):
        return None
    return f"{a.method} of {a.beam} against {b.method} of {b.beam}"


def _filled(found: list[tuple[Path, Result]]) -> list[Result]:
    """The results; properties of a task are taken from the first result that has them."""
    facts: dict[str, dict[str, tuple[Any, Path]]] = {
        record.id: {} for record in found[0][1].evaluation.records
    }
    for path, result in found:
        for record in result.evaluation.records:
            for name in _OF_THE_TASK:
                if (value := getattr(record, name)) is None:
                    continue
                known, source = facts[record.id].setdefault(name, (value, path))
                if known != value:
                    what = f'"{name}" of task {record.id} is {value} here and {known} in {source}'
                    raise InputError(what, str(path), "One of the two was made from other tasks.")
    values = {task: {name: value for name, (value, _) in fact.items()} for task, fact in facts.items()}
    filled = []
    for _, result in found:
        records = tuple(replace(record, **values[record.id]) for record in result.evaluation.records)
        filled.append(replace(result, evaluation=replace(result.evaluation, records=records)))
    return filled
