"""Saved results: one JSON file a run, and a study, which is a folder of them that may be compared.

    experiments/STUDY/study.toml                        rows, their titles, the paper's numbers
    experiments/STUDY/results/SYSTEM-sSEED.json         one run: what it was, and its verdict on every task

Tables and figures are made from these files alone. A study refuses results of different test sets or
searches: a difference between them would be one of tasks and beams, not of systems.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from lasynth.errors import InputError
from lasynth.evaluation._result import Result, TaskSet, read_result, task_set_digest, write_result
from lasynth.evaluation.records import Record

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

# What a task itself decides; every system must agree on it. Peers may leave it out.
_OF_THE_TASK = ("kind", "num_tokens", "floor", "plain", "num_held_out")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a study's table.

    Attributes:
        system: whose results it shows.
        title: its name in print.
        paper: the paper's accuracy in per cent.
        paper_exact: its share of programs equal to the reference, in per cent.
        peer: it learns nothing and gives one program a task, so it has no beam.
        optional: it is left out while it has no result.
        note: what a reader must know of it, printed below the table.
    """

    system: str
    title: str
    paper: float | None = None
    paper_exact: float | None = None
    peer: bool = False
    optional: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Results that may be compared, in the order of their rows.

    Attributes:
        name: of the study.
        title: in print.
        reference: the system that the others are tested against.
        rows: all that are to be shown, with results or without.
        results: of all rows, each row's by seed. What a task decides (kind, length, plain) is filled in
            where a result left it out and another has it.
        without_executor: systems that the reference is shown against in sample tasks.
        tasks: the file of the tasks, where the study names one.
        note: what a reader must know of the whole table.
        reports: what is made of it when no report is asked for by name; all that there are, if empty.
    """

    name: str
    title: str
    reference: str
    rows: tuple[Row, ...]
    results: tuple[Result, ...]
    without_executor: tuple[str, ...] = ()
    tasks: Path | None = None
    note: str = ""
    reports: tuple[str, ...] = ()

    def of(self, system: str) -> tuple[Result, ...]:
        """The results of a system, by seed; none where it was not run."""
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
        """W of consistent@W and oracle@W; None where only peers were run."""
        return next((r.evaluation.beam for r in self.results if not self.row(r.system).peer), None)


def read_study(folder: Path) -> Study:
    """Read a study: `study.toml` and every result in `results`.

    Raises:
        InputError: anything wrong in a file, no results at all, or two results that may not be compared:
            other tasks or another order of them, another method or beam. The message names both files.
    """
    study, where = _read_rows(folder / "study.toml"), str(folder / "results")
    rows = {row.system: number for number, row in enumerate(study.rows)}
    read: list[tuple[Path, Result]] = []
    for path in sorted((folder / "results").glob("*.json")):
        result = read_result(path)
        if result.file_name != path.name:
            hint = f"Its name must be {result.file_name}."
            raise InputError(f"it holds {result.system}, seed {result.seed}", str(path), hint)
        if result.study != study.name:
            hint = "Move it to its own study."
            raise InputError(f"a result of {result.study}, not of {study.name}", str(path), hint)
        if result.system not in rows:
            hint = f"Add a row to {folder / 'study.toml'}, or take the file away."
            raise InputError(f'no row is for "{result.system}"', str(path), hint)
        read.append((path, result))
    if not read:
        raise InputError("there are no results", where, "Put one JSON file a run there.")
    _refuse_to_mix(read, peers={row.system for row in study.rows if row.peer})
    facts = _facts(read)
    results = [_filled(result, facts) for _, result in read]
    return replace(
        study,
        rows=tuple(
            row for row in study.rows if not row.optional or any(r.system == row.system for r in results)
        ),
        results=tuple(sorted(results, key=lambda result: (rows[result.system], result.seed))),
    )


def _read_rows(path: Path) -> Study:
    """The study of a `study.toml`, without results."""
    where = str(path)
    hint = "docs/reports.md says what it holds."
    try:
        obj = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError((error.strerror or str(error)).lower(), where, hint) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"not TOML: {error}", where, hint) from None
    wanted: dict[str, Any] = {field.name: str for field in fields(Row)}
    numbers = ("paper", "paper_exact")
    wanted |= {**dict.fromkeys(numbers, (int, float)), "peer": bool, "optional": bool}
    rows = []
    listed = obj.get("rows", [])
    if not isinstance(listed, list):
        raise InputError('"rows" is no list', where, hint)
    for number, row in enumerate(listed, 1):
        at = f"{where}, row {number}"
        if not isinstance(row, dict) or not {"system", "title"} <= set(row):
            raise InputError("a row needs a system and a title", at, hint)
        for name, value in row.items():
            if name not in wanted:
                raise InputError(f'"{name}" is not known', at, hint)
            if not isinstance(value, wanted[name]) or (name in numbers and isinstance(value, bool)):
                raise InputError(f'"{name}" is of the wrong type', at, hint)
        rows.append(Row(**row))
    systems = [row.system for row in rows]
    for name in ("name", "title", "reference"):
        if not isinstance(obj.get(name), str):
            raise InputError(f'"{name}" is missing, or is no text', where, hint)
    without, reports = obj.get("without_executor", []), obj.get("reports", [])
    if len(set(systems)) < len(systems):
        raise InputError("two rows are for one system", where, hint)
    if not (
        isinstance(without, list) and isinstance(reports, list) and isinstance(obj.get("tasks", ""), str)
    ):
        what = '"without_executor" and "reports" must be lists, and "tasks" a text'
        raise InputError(what, where, hint)
    for system in (obj["reference"], *without):
        if system not in systems:
            raise InputError(f'no row is for "{system}"', where, hint)
    tasks = path.parent / obj["tasks"] if "tasks" in obj else None
    return Study(
        name=obj["name"],
        title=obj["title"],
        reference=obj["reference"],
        rows=tuple(rows),
        results=(),
        without_executor=tuple(without),
        tasks=tasks,
        note=str(obj.get("note", "")),
        reports=tuple(map(str, reports)),
    )


def _refuse_to_mix(read: list[tuple[Path, Result]], *, peers: set[str]) -> None:
    """Raise InputError where two results may not stand in one table."""
    first_path, first = read[0]
    searched: tuple[Path, Result] | None = None
    for path, result in read:

        def refuse(what: str, other: Path, *, path: Path = path) -> None:
            hint = "Evaluate both in the same way, or take one of them away."
            raise InputError(f"may not be compared with {other}: {what}", str(path), hint)

        mine, other = result.test_set, first.test_set
        if mine.num_tasks != other.num_tasks:
            refuse(f"{mine.num_tasks} tasks against {other.num_tasks}", first_path)
        if mine.digest != other.digest:
            refuse(f'the tasks of "{mine.name}" are others than those of "{other.name}"', first_path)
        if result.evaluation.domain != first.evaluation.domain:
            refuse(f"{result.evaluation.domain} against {first.evaluation.domain}", first_path)
        pairs = zip(result.evaluation.records, first.evaluation.records, strict=True)
        for number, (record, known) in enumerate(pairs, 1):
            if record.id != known.id:
                refuse(f"record {number} is of task {record.id} against {known.id}", first_path)
        if result.system in peers:
            continue
        if searched is None:
            searched = (path, result)
        a, b = result.evaluation, searched[1].evaluation
        if (a.method, a.beam) != (b.method, b.beam):
            refuse(f"{a.method} of {a.beam} against {b.method} of {b.beam}", searched[0])


def _facts(read: list[tuple[Path, Result]]) -> list[dict[str, Any]]:
    """What each task decides, from the first result that knows it."""
    facts: list[dict[str, tuple[Any, Path]]] = [{} for _ in read[0][1].evaluation.records]
    for path, result in read:
        for fact, record in zip(facts, result.evaluation.records, strict=True):
            for name in _OF_THE_TASK:
                value = getattr(record, name)
                if value is None:
                    continue
                known, source = fact.setdefault(name, (value, path))
                if known != value:
                    what = f'"{name}" of task {record.id} is {value} here and {known} in {source}'
                    raise InputError(what, str(path), "One of the two was made from other tasks.")
    return [{name: value for name, (value, _) in fact.items()} for fact in facts]


def _filled(result: Result, facts: list[dict[str, Any]]) -> Result:
    records: list[Record] = [
        replace(record, **fact) for record, fact in zip(result.evaluation.records, facts, strict=True)
    ]
    return replace(result, evaluation=replace(result.evaluation, records=tuple(records)))
