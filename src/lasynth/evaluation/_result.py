"""One saved run: what it was, what it cost, and its verdict on every task, as one JSON file."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from lasynth.errors import InputError
from lasynth.evaluation.records import Evaluation
from lasynth.task import Task

__all__ = ["Result", "TaskSet", "read_json", "read_result", "task_set_digest", "write_result"]

FORMAT = 1
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_AGAIN = "Write it again with `lasynth.evaluation.results.write_result`."


@dataclass(frozen=True, slots=True)
class TaskSet:
    """Which tasks a result is about.

    Attributes:
        name: of the set.
        digest: `task_set_digest` of its tasks.
        num_tasks: how many.
    """

    name: str
    digest: str
    num_tasks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One run of one system: its budget and its verdicts.

    Attributes:
        study: the study it belongs to.
        system: the system's name in file names, such as `"no-executor"`.
        title: its name in print.
        seed: of the run.
        test_set: the tasks of `evaluation`.
        evaluation: the verdicts.
        parameters: of the model; None for a system that has none.
        programs: programs shown in training, repeats counted.
        distinct_programs: the different ones among them.
        minutes: of training.
        machine: what it ran on.
        remarks: anything else a reader must know.
        training: the training configuration as JSON.
        curve: measurements during training, each with `"programs"`.
    """

    study: str
    system: str
    title: str
    seed: int
    test_set: TaskSet
    evaluation: Evaluation
    parameters: int | None = None
    programs: int | None = None
    distinct_programs: int | None = None
    minutes: float | None = None
    machine: str = ""
    remarks: tuple[str, ...] = ()
    training: Mapping[str, Any] | None = None
    curve: tuple[Mapping[str, Any], ...] = ()

    @property
    def file_name(self) -> str:
        """`SYSTEM-sSEED.json`."""
        return f"{self.system}-s{self.seed}.json"


def task_set_digest(tasks: Iterable[Task]) -> str:
    """SHA-256 over the examples of tasks, shown and held out, in order; names and references do not count."""
    digest = hashlib.sha256()
    for task in tasks:
        obj = task.to_json()
        examples = [obj["examples"], obj.get("held_out", [])]
        digest.update(json.dumps(examples, sort_keys=True, separators=(",", ":")).encode() + b"\n")
    return digest.hexdigest()


def write_result(result: Result, study: Path) -> Path:
    """Write a result into the `results` folder of a study, in place of an earlier one of the same run.

    Args:
        result: what to write; its numbers must be finite.
        study: the folder of the study.

    Returns:
        The file, `study/results/SYSTEM-sSEED.json`.

    Raises:
        InputError: a result that could not be read back.
    """
    path = study / "results" / result.file_name
    _check(result, str(path))
    document = {"format": FORMAT} | {
        field.name: getattr(result, field.name) for field in fields(Result) if field.name != "evaluation"
    }
    document |= {"test_set": asdict(result.test_set), "remarks": list(result.remarks)}
    document["curve"] = list(result.curve)
    document["evaluation"] = result.evaluation.to_json(records=True)
    try:
        text = _lines(document)
    except ValueError:
        raise InputError("a number is not finite", str(path), "Leave it out, or give null.") from None
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
    return path


def read_result(path: Path) -> Result:
    """Read a result.

    Raises:
        InputError: no such file, damaged, or of another format.
    """
    where = str(path)
    obj = read_json(path, _AGAIN)
    if not isinstance(obj, Mapping) or "format" not in obj:
        raise InputError("not a saved result", where, _AGAIN)
    if obj["format"] != FORMAT:
        raise InputError(f"format {obj['format']!r}, and this version reads {FORMAT}", where, _AGAIN)
    names = {"format", *(field.name for field in fields(Result))}
    wrong = sorted(names ^ set(obj))
    if wrong:
        state = "is missing" if wrong[0] in names else "is not known"
        raise InputError(f'"{wrong[0]}" {state}', where, _AGAIN)
    try:
        evaluation = Evaluation.from_json(obj["evaluation"])
    except InputError as error:
        at = where if error.where is None else f"{where}, evaluation, {error.where}"
        raise InputError(error.what, at, _AGAIN) from None
    known = obj["test_set"]
    if not isinstance(known, Mapping) or set(known) != {"name", "digest", "num_tasks"}:
        raise InputError('"test_set" must have name, digest and num_tasks', where, _AGAIN)
    rest: dict[str, Any] = {name: obj[name] for name in names - {"format", "evaluation", "test_set"}}
    for name in ("remarks", "curve"):
        if not isinstance(rest[name], list):
            raise InputError(f'"{name}" is no list', where, _AGAIN)
        rest[name] = tuple(rest[name])
    result = Result(**rest, evaluation=evaluation, test_set=TaskSet(**known))
    _check(result, where)
    return result


def read_json(path: Path, hint: str) -> object:
    """The JSON of a file that this package, or the author of a study, wrote.

    Raises:
        InputError: no such file, or not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_constant)
    except OSError as error:
        raise InputError((error.strerror or str(error)).lower(), str(path), hint) from None
    except (ValueError, RecursionError):
        raise InputError("damaged: not JSON", str(path), hint) from None


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def _lines(document: Mapping[str, Any]) -> str:
    """JSON with one record, and one measurement of the curve, a line: small, and a diff is readable."""

    def compact(obj: object) -> str:
        return json.dumps(obj, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    def rows(objects: Iterable[object], indent: str) -> str:
        lines = ",\n".join(f"{indent} {compact(obj)}" for obj in objects)
        return f"[\n{lines}\n{indent}]" if lines else "[]"

    evaluation = dict(document["evaluation"])
    records = evaluation.pop("records")
    parts = []
    for name, value in document.items():
        if name == "evaluation":
            value_text = compact(evaluation)[:-1] + ',"records":' + rows(records, " ") + "}"
        else:
            value_text = rows(value, " ") if name == "curve" else compact(value)
        parts.append(f" {json.dumps(name)}: {value_text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _check(result: Result, where: str) -> None:
    """That a result can be put into a table."""

    def number(value: Any, *types: type) -> bool:
        return type(value) in (types or (int,)) and math.isfinite(value) and value >= 0

    def refuse(name: str, wanted: str) -> None:
        raise InputError(f'"{name}" is not {wanted}', where, _AGAIN)

    if not isinstance(result.system, str) or not _NAME.fullmatch(result.system):
        refuse("system", "a name of small letters, digits and hyphens")
    if not number(result.seed):
        refuse("seed", "a whole number")
    for name in ("study", "title", "machine"):
        if not isinstance(getattr(result, name), str):
            refuse(name, "a text")
    for name in ("parameters", "programs", "distinct_programs"):
        if getattr(result, name) is not None and not number(getattr(result, name)):
            refuse(name, "a whole number or null")
    if result.minutes is not None and not number(result.minutes, int, float):
        refuse("minutes", "a number or null")
    if not all(isinstance(remark, str) for remark in result.remarks):
        refuse("remarks", "a list of texts")
    if result.training is not None and not isinstance(result.training, Mapping):
        refuse("training", "an object or null")
    if not all(isinstance(line, Mapping) for line in result.curve):
        refuse("curve", "a list of objects")
    tasks = result.test_set
    if not isinstance(tasks.name, str) or not re.fullmatch(r"[0-9a-f]{64}", str(tasks.digest)):
        refuse("test_set", "a name with a SHA-256 digest in hexadecimal")
    records = result.evaluation.records
    if not records or tasks.num_tasks != len(records):
        raise InputError(f"{tasks.num_tasks} tasks, but {len(records)} records", where, _AGAIN)
    for row, record in enumerate(records, 1):
        if any(type(getattr(record, name)) is not bool for name in ("greedy", "consistent", "oracle")):
            raise InputError("a verdict is neither true nor false", f"{where}, record {row}", _AGAIN)
        if record.consistent and not record.oracle:
            what = "consistent is right and oracle is wrong, which cannot be"
            raise InputError(what, f"{where}, record {row}", _AGAIN)
        lengths = (record.num_tokens, record.num_held_out)
        if not isinstance(record.id, str) or not all(value is None or number(value) for value in lengths):
            raise InputError("an id or a number is of the wrong type", f"{where}, record {row}", _AGAIN)
    if len({record.id for record in records}) < len(records):
        raise InputError("two records have one id", where, _AGAIN)
