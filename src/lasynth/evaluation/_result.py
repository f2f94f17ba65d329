"""One saved run: its system, its budget and its verdict on every task, as one JSON file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta

from lasynth.config import Config, Count, Weight, read
from lasynth.errors import InputError
from lasynth.evaluation.records import Evaluation
from lasynth.files import write_whole
from lasynth.task import Task

__all__ = ["Result", "TaskSet", "load", "read_result", "task_set_digest", "write_result"]

_AGAIN = "Write it again with `lasynth.evaluation.results.write_result`."
_Name = Annotated[
    str,
    Meta(
        pattern="^[a-z0-9]+(-[a-z0-9]+)*$",
        max_length=100,  # it is a part of a file's name
        description="a name of small letters, digits and hyphens",
    ),
]
_Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="a SHA-256 digest in hexadecimal")]


@dataclass(frozen=True, slots=True)
class TaskSet(Config):
    """The tasks of a result.

    Attributes:
        name: the name of the set.
        digest: `task_set_digest` of its tasks.
        num_tasks: the number of tasks.
    """

    WHERE: ClassVar[str] = "task set"

    name: str
    digest: _Digest
    num_tasks: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Config):
    """One run of one system: its budget and its verdicts. The file has these fields, in this order.

    Attributes:
        format: version of the file format.
        study: the study it belongs to.
        system: the system's name in file names, such as `"no-executor"`.
        title: its name in print.
        seed: seed of the run.
        test_set: the tasks of `evaluation`.
        parameters: number of parameters of the model; None for a system without a model.
        programs: programs shown in training, repeats counted.
        distinct_programs: the number of different programs among them.
        minutes: duration of the training.
        machine: the machine of the run.
        remarks: anything else a reader must know.
        training: the training configuration as JSON.
        curve: measurements during training, each with `"programs"`.
        evaluation: the verdicts.
    """

    WHERE: ClassVar[str] = "result"

    format: Literal[1] = 1
    study: str
    system: _Name
    title: str
    seed: Count
    test_set: TaskSet
    parameters: Count | None = None
    programs: Count | None = None
    distinct_programs: Count | None = None
    minutes: Weight | None = None
    machine: str = ""
    remarks: tuple[str, ...] = ()
    training: dict[str, Any] | None = None
    curve: tuple[dict[str, Any], ...] = ()
    evaluation: Evaluation

    def misfit(self) -> tuple[str, str] | None:
        """Why the verdicts cannot go into a table."""
        records, num_tasks = self.evaluation.records, self.test_set.num_tasks
        if not records or num_tasks != len(records):
            return f"{num_tasks} tasks, but {len(records)} records", _AGAIN
        if len({record.id for record in records}) < len(records):
            return "two records have one id", _AGAIN
        for record in records:
            if record.consistent and not record.oracle:
                return f"task {record.id}: consistent is right and oracle is wrong, which cannot be", _AGAIN
        return None

    @property
    def file_name(self) -> str:
        """`SYSTEM-sSEED.json`."""
        return f"{self.system}-s{self.seed}.json"


def task_set_digest(tasks: Iterable[Task]) -> str:
    """SHA-256 over the examples of tasks, shown and held out, in order, without names and references."""
    digest = hashlib.sha256()
    for task in tasks:
        obj = task.to_json()
        examples = [obj["examples"], obj.get("held_out", [])]
        digest.update(json.dumps(examples, sort_keys=True, separators=(",", ":")).encode() + b"\n")
    return digest.hexdigest()


def write_result(result: Result, study: Path) -> Path:
    """Write a result into the `results` folder of a study; it replaces an earlier one of the same run.

    Args:
        result: what to write; its numbers must be finite.
        study: the folder of the study.

    Returns:
        The file, `study/results/SYSTEM-sSEED.json`.

    Raises:
        InputError: a result that could not be read back, or the file cannot be written.
    """
    path = study / "results" / result.file_name
    document = {field.name: getattr(result, field.name) for field in fields(Result)}
    document |= {"test_set": asdict(result.test_set), "evaluation": result.evaluation.to_json(records=True)}
    try:
        text = _lines(document)
    except ValueError:
        raise InputError("a number is not finite", str(path), "Leave it out, or give null.") from None
    _read(msgspec.json.decode(text), str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text.encode())
    return path


def read_result(path: Path) -> Result:
    """Read a result.

    Raises:
        InputError: the file does not exist, is damaged or has another format.
    """
    return _read(load(path, _AGAIN), str(path))


def _read(obj: object, where: str) -> Result:
    if isinstance(obj, Mapping) and "evaluation" in obj:
        obj = {**obj, "evaluation": Evaluation.from_json(obj["evaluation"], f"{where}, evaluation")}
    return read(Result, obj, where=where)


def load(path: Path, hint: str) -> Any:
    """The content of a JSON or TOML file.

    Raises:
        InputError: the file does not exist, or is not JSON or TOML; `hint` says what to do.
    """
    kind = path.suffix[1:]
    try:
        return (msgspec.toml if kind == "toml" else msgspec.json).decode(path.read_bytes())
    except OSError as error:
        raise InputError((error.strerror or str(error)).lower(), str(path), hint) from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"not {kind.upper()}: {error}", str(path), hint) from None


def _lines(document: Mapping[str, Any]) -> str:
    """JSON with one record, or one measurement of the curve, per line: small, and with readable diffs."""

    def compact(obj: object) -> str:
        return json.dumps(obj, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    def rows(objects: Iterable[object]) -> str:
        lines = ",\n".join(f"  {compact(obj)}" for obj in objects)
        return f"[\n{lines}\n ]" if lines else "[]"

    evaluation = dict(document["evaluation"])
    records = rows(evaluation.pop("records"))
    rest = {**document, "evaluation": evaluation}
    texts = {name: rows(value) if name == "curve" else compact(value) for name, value in rest.items()}
    texts["evaluation"] = f'{texts["evaluation"][:-1]},"records":{records}}}'
    return "{\n" + ",\n".join(f" {compact(name)}: {text}" for name, text in texts.items()) + "\n}\n"
