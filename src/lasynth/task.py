"""A task (examples of a program that is wanted), its answer, and their JSON.

A task file holds one JSON object::

    {"domain": "c", "examples": [{"input": [1, -2, 3, 0, 4], "output": [1, -2, 3, 0, 3]}, ...]}

`held_out` (examples that a solver never looks at), `id` and `program` (a reference) are optional;
a JSON Lines file holds one such object a line. A record of the public Karel benchmark
(`lasynth.domains.karel.msr`) is taken for a task, too. Everything that can be wrong in one is found here
and said once, as an `InputError` with the file, the line and the number of the example.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO

from lasynth._examples import (
    MAX_CELLS,
    Example,
    check_keys,
    check_together,
    is_benchmark_record,
    is_int,
    join,
    kind,
    read_benchmark_record,
    read_examples,
    read_value,
    reader_of,
)
from lasynth.errors import InputError

__all__ = ["MAX_CELLS", "Candidate", "Example", "Outcome", "StopReason", "Task", "TraceStep", "read_value"]

_TASK_KEYS = ("domain", "examples", "held_out", "id", "program")


@dataclass(frozen=True, slots=True)
class Task:
    """A program that is wanted, described by examples.

    The constructor trusts its arguments; `Task.of`, `Task.from_json` and `Task.read` check them.

    Attributes:
        domain: the language, such as `"c"`.
        examples: what a solver is shown.
        held_out: further examples, looked at only by an evaluation.
        id: the user's name for the task.
        program: text of a reference program.
    """

    domain: str
    examples: tuple[Example, ...]
    held_out: tuple[Example, ...] = ()
    id: str | None = None
    program: str | None = None

    @classmethod
    def of(cls, examples: Iterable[object], *, domain: str = "c") -> Task:
        """The task of some examples, each an `Example`, a pair (input, output) or a JSON object.

        Raises:
            InputError: anything wrong with them; examples are counted from 1.
        """
        if isinstance(examples, (str, bytes, Mapping)) or not isinstance(examples, Iterable):
            raise InputError(f"examples are {kind(examples)}, not a list", hint="Give pairs (input, output).")
        read = reader_of(domain, None)
        checked = read_examples(list(examples), "examples", read, None)
        check_together(checked, (), None)
        return cls(domain, checked)

    @classmethod
    def from_json(cls, obj: object, *, where: str | None = None) -> Task:
        """The task of a JSON object, already parsed; a record of the Karel benchmark is one, too.

        Args:
            obj: what `json.loads` returned.
            where: the file (and line) it is from, for messages.

        Raises:
            InputError: anything wrong with it.
        """
        if not isinstance(obj, Mapping):
            raise InputError(
                f"a task is {kind(obj)}, not an object",
                where,
                'Write it as {"domain": "c", "examples": [...]}.',
            )
        if is_benchmark_record(obj):
            task: Task = read_benchmark_record(obj, where)
            check_together(task.examples, task.held_out, where)
            return task
        check_keys(obj, _TASK_KEYS, where)
        domain = obj.get("domain", "c")
        read = reader_of(domain, where)
        if "examples" not in obj:
            raise InputError('the task has no "examples"', where, 'Add "examples": [...].')
        examples = read_examples(obj["examples"], "examples", read, where)
        held_out: tuple[Example, ...] = ()
        if obj.get("held_out") not in (None, []):
            held_out = read_examples(obj["held_out"], "held_out", read, where)
        for key in ("id", "program"):
            if not isinstance(obj.get(key), str | None) and not (key == "id" and is_int(obj[key])):
                raise InputError(f'"{key}" is {kind(obj[key])}, not a text', where)
        name = obj.get("id")
        check_together(examples, held_out, where)
        return cls(domain, examples, held_out, None if name is None else str(name), obj.get("program"))

    @classmethod
    def read(cls, path: str | Path) -> list[Task]:
        """The tasks of a file: one of a JSON file, one a line of a JSON Lines file (`.jsonl`).

        Raises:
            InputError: no such file, or anything wrong in it.
        """
        path = Path(path)
        with _opened(path) as file:
            text = file.read()
        return cls.parse(text, where=str(path), lines=path.suffix == ".jsonl")

    @classmethod
    def stream(cls, path: str | Path) -> Iterator[Task]:
        """The tasks of a file as `read` gives them, but one line after the other where it has lines.

        A file of the Karel benchmark has lines, whatever it is called.

        Raises:
            InputError: as `read`, when the tasks are asked for.
        """
        path = Path(path)
        with _opened(path) as file:
            first = next((line for line in file if line.strip()), "")
            try:
                has_lines = path.suffix == ".jsonl" or is_benchmark_record(json.loads(first))
            except (ValueError, RecursionError):
                has_lines = False
            if not (has_lines and first):
                yield from cls.read(path)
                return
            file.seek(0)
            for number, line in enumerate(file, 1):
                if line.strip():
                    obj = _parse_json(line, str(path), first_line=number)
                    yield cls.from_json(obj, where=f"{path}, line {number}")

    @classmethod
    def parse(cls, text: str, *, where: str | None = None, lines: bool = False) -> list[Task]:
        """The tasks of a text: one JSON object, or with `lines` one on each line that is not blank.

        Raises:
            InputError: anything wrong in it.
        """
        if not text.strip():
            raise InputError("the file is empty", where, "Put a task in it, see `lasynth solve --help`.")
        if not lines:
            return [cls.from_json(_parse_json(text, where), where=where)]
        tasks = []
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                obj = _parse_json(line, where, first_line=number)
                tasks.append(cls.from_json(obj, where=join(where, f"line {number}")))
        return tasks

    def to_json(self) -> dict[str, Any]:
        """The task as a JSON object; `Task.from_json` reads it back equal."""
        obj: dict[str, Any] = {} if self.id is None else {"id": self.id}
        obj["domain"] = self.domain
        obj["examples"] = [_example_json(example) for example in self.examples]
        if self.held_out:
            obj["held_out"] = [_example_json(example) for example in self.held_out]
        if self.program is not None:
            obj["program"] = self.program
        return obj


class StopReason(StrEnum):
    """Why a search ended."""

    ENOUGH_FOUND = "enough_found"  # as many consistent programs as asked for
    EXHAUSTED = "exhausted"  # nothing left to propose: every row of the beam has ended
    MAX_LENGTH = "max_length"  # the rows left are as long as a program may be
    TIME_LIMIT = "time_limit"


@dataclass(frozen=True, slots=True)
class TraceStep:
    """What a model's executor believes after a part of a program.

    Attributes:
        code: the lines of the program that were read since the step before; empty for the first.
        lists: for each shown example the likeliest value of every cell; for Karel the likeliest world, None
            where that is none.
        chances: how likely the executor holds each of these values, 0 to 1.
        really: the lists (or worlds) as they are there; None where the part is no program to run.
    """

    code: str
    lists: tuple[Any, ...]
    chances: tuple[tuple[float, ...], ...]
    really: tuple[Any, ...] | None = None

    def to_json(self) -> dict[str, Any]:
        """The step as a JSON object."""
        lists, really = (
            None if values is None else [_plain(value) for value in values]
            for values in (self.lists, self.really)
        )
        return {"code": self.code, "lists": lists, "chances": self.chances, "really": really}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A program that a search proposes.

    Attributes:
        text: the program as a person reads it, compilable as it stands.
        program: its tokens, ended by the language's end token.
        consistent: whether it reproduces every shown example.
        verified_by: what ran it on the examples: a compiler's name such as `"gcc"`, or
            `"machine"` for the built-in one; None where neither did.
        score: log-probability under the model; bigger is better. Of a completed program it is less what its
            tokens cost.
        num_tokens: length of the program, without its frame.
        completed: whether only its beginning is the model's, and the rest was found by the language's search
            without learning.
        trace: what the model's executor believes before it and after each part of it, if asked for.
    """

    text: str
    program: tuple[int, ...]
    consistent: bool
    verified_by: str | None
    score: float
    num_tokens: int
    completed: bool = False
    trace: tuple[TraceStep, ...] | None = None

    def to_json(self) -> dict[str, Any]:
        """The candidate as one of the `programs` of `lasynth solve --json`."""
        obj = {
            "text": self.text,
            "consistent": self.consistent,
            "verified_by": self.verified_by,
            "score": self.score,
            "num_tokens": self.num_tokens,
            "completed": self.completed,
        }
        return obj if self.trace is None else obj | {"trace": [step.to_json() for step in self.trace]}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search found for one task.

    Attributes:
        candidates: best first, consistent ones before all others.
        stop_reason: why the search ended.
        num_proposed: programs proposed by the model.
        num_distinct: those that differ in text.
        num_consistent: those that reproduce every shown example.
        seconds: wall-clock time of the search, its checks included.
    """

    candidates: tuple[Candidate, ...]
    stop_reason: StopReason
    num_proposed: int
    num_distinct: int
    num_consistent: int
    seconds: float

    @property
    def solved(self) -> bool:
        """Whether some candidate reproduces every shown example."""
        return any(candidate.consistent for candidate in self.candidates)

    def to_json(self) -> dict[str, Any]:
        """The outcome as the document that `lasynth solve --json` prints."""
        return {
            "outcome": "solved" if self.solved else "not_solved",
            "programs": [candidate.to_json() for candidate in self.candidates],
            "stop_reason": str(self.stop_reason),
            "num_proposed": self.num_proposed,
            "num_distinct": self.num_distinct,
            "num_consistent": self.num_consistent,
            "seconds": round(self.seconds, 3),
        }


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    """A task file, open; what goes wrong with reading it is one `InputError`."""
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            yield file
    except OSError as error:
        reason = "is a folder" if path.is_dir() else (error.strerror or str(error)).lower()
        raise InputError(reason, str(path), "Give the path of a task file.") from None
    except UnicodeDecodeError:
        raise InputError("not a text file in UTF-8", str(path), "Give a JSON file.") from None


def _parse_json(text: str, where: str | None, first_line: int | None = None) -> object:
    """The JSON of a file, or of its line `first_line`."""
    try:
        return json.loads(text, object_pairs_hook=_no_repeated_keys)
    except json.JSONDecodeError as error:
        at = join(where, f"line {(first_line or 1) + error.lineno - 1}, column {error.colno}")
        raise InputError(f"not JSON: {error.msg[0].lower()}{error.msg[1:]}", at) from None
    except RecursionError:
        what = "brackets are nested too deeply"
    except _RepeatedKeyError as error:
        what = str(error)
    except ValueError:  # Python's own limit on the digits of a number
        what = "a number has thousands of digits"
    raise InputError(what, where if first_line is None else join(where, f"line {first_line}"))


class _RepeatedKeyError(Exception):
    pass


def _no_repeated_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    obj = dict(pairs)
    if len(obj) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise _RepeatedKeyError(f'"{repeated}" is given twice in one object')
    return obj


def _example_json(example: Example) -> dict[str, Any]:
    return {"input": _plain(example.input), "output": _plain(example.output)}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value.to_json() if hasattr(value, "to_json") else value
