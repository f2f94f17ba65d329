"""A task: a program that is wanted, described by examples, and its JSON.

A task file holds one JSON object::

    {"domain": "c", "examples": [{"input": [1, -2, 3, 0, 4], "output": [1, -2, 3, 0, 3]}, ...]}

`held_out` (examples that a solver never looks at), `id` and `program` (a reference) are optional. A JSON
Lines file holds one such object a line. A record in the format of a language's benchmark is a task, too
(`lasynth.domains.base.Records`). Whatever is wrong in a task is found here and said once, as one `InputError`
with the file, the line and the number of each example.

A task is of the language that it names, or of the first one wider than that which takes its examples
(`lasynth.domains.widening`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

from lasynth import domains
from lasynth.errors import InputError
from lasynth.examples import (
    Example,
    Obstacles,
    check_keys,
    is_int,
    join,
    kind,
    read_example_texts,
    read_examples,
    short,
)
from lasynth.limits import MAX_ID_CHARS, MAX_TASK_BYTES
from lasynth.reading import check_size, lines_of, parse_json, read_text, reason_of

if TYPE_CHECKING:
    from lasynth.domains.base import Language, Values

__all__ = ["Example", "Task"]

_TASK_KEYS = ("domain", "examples", "held_out", "id", "program")
_GROUPS: Final = ("examples", "held_out")
# The shown examples of a task and the held-out ones, by their numbers.
_Groups = tuple[dict[int, Example], dict[int, Example]]


@dataclass(frozen=True, slots=True)
class Task:
    """A program that is wanted, described by examples; valid by construction.

    Attributes:
        domain: the language, such as `"c"`; where the one given does not take the examples, one wider than
            it that does.
        examples: what a solver is shown.
        held_out: further examples, looked at only by an evaluation.
        id: the user's name for the task.
        program: text of a reference program.

    Raises:
        InputError: examples that are not of the language, or that no program can satisfy together.
    """

    domain: str
    examples: tuple[Example, ...]
    held_out: tuple[Example, ...] = ()
    id: str | None = None
    program: str | None = None

    def __post_init__(self) -> None:
        if self.id is not None and len(self.id) > MAX_ID_CHARS:
            raise InputError(f"the id has more than {MAX_ID_CHARS} characters", None, "Give a shorter name.")
        self._set(*_read(self.domain, _objects(self.examples, self.held_out)))

    def _set(self, domain: str, groups: _Groups) -> None:
        object.__setattr__(self, "domain", domain)
        for key, group in zip(_GROUPS, groups, strict=True):
            object.__setattr__(self, key, tuple(group.values()))

    @property
    def language(self) -> Language:
        """The language itself."""
        return domains.get(self.domain)

    @classmethod
    def of(cls, examples: Iterable[object], *, domain: str = domains.DEFAULT) -> Task:
        """The task of some examples, each an `Example`, a pair (input, output) or a JSON object.

        Raises:
            InputError: anything wrong with them; examples are counted from 1.
        """
        if isinstance(examples, (str, bytes, Mapping)) or not isinstance(examples, Iterable):
            raise InputError(f"examples are {kind(examples)}, not a list", hint="Give pairs (input, output).")
        return cls(domain, tuple(examples))  # type: ignore[arg-type]  # the constructor reads them

    @classmethod
    def of_texts(cls, texts: Iterable[str], *, domain: str = domains.DEFAULT, noun: str = "example") -> Task:
        """The task of examples written as people do: `["1 2 3 -> 3 2 1", "0 4 1 -> 1 4 0"]`.

        Args:
            texts: one for each example: an input, one of the arrows `->`, `=>` and `→`, and an output. Each
                is read as by `lasynth run`: for C `1 2 3`, `1, 2, 3` or `[1, 2, 3]`, several inputs as
                `xs = 1 2 3, k = 2`, for Karel a picture or JSON.
            domain: the language.
            noun: what an example is called in messages, before its number from 1.

        Raises:
            InputError: anything wrong with them.
        """
        if isinstance(texts, (str, bytes)) or not isinstance(texts, Iterable):
            hint = 'Give a list of texts, each as "INPUT -> OUTPUT".'
            raise InputError(f"examples are {kind(texts)}, not a list of texts", hint=hint)
        given = list(texts)

        def read(values: Values, obstacles: Obstacles) -> _Groups:
            return read_example_texts(given, noun, values.text_reader, obstacles), {}

        found, (examples, _) = _read(domain, read, noun=noun)
        return cls(found, tuple(examples.values()))

    @classmethod
    def from_json(cls, obj: object, *, where: str | None = None) -> Task:
        """The task of a JSON object, already parsed.

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
        record = _record_language(obj)
        if record is not None and record.records is not None:
            obj = record.records.read(obj, where)
        check_keys(obj, _TASK_KEYS, where)
        domain = obj.get("domain", domains.DEFAULT)
        if not isinstance(domain, str):
            raise InputError(f"the domain is {short(domain)}, not a text", where)
        try:
            domains.get(domain)
        except InputError as error:
            raise InputError(error.what, where, error.hint) from None
        if "examples" not in obj:
            raise InputError('the task has no "examples"', where, 'Add "examples": [...].')
        for key in ("id", "program"):
            if not isinstance(obj.get(key), str | None) and not (key == "id" and is_int(obj[key])):
                raise InputError(f'"{key}" is {kind(obj[key])}, not a text', where)
        domain, (examples, held_out) = _read(
            domain, _objects(obj["examples"], obj.get("held_out")), where=where
        )
        name = obj.get("id")
        groups = tuple(examples.values()), tuple(held_out.values())
        try:
            return cls(domain, *groups, None if name is None else str(name), obj.get("program"))
        except InputError as error:
            raise InputError(error.what, where, error.hint) from None

    @classmethod
    def read(cls, path: str | Path) -> list[Task]:
        """The tasks of a file: one of a JSON file, one a line of a JSON Lines file.

        Raises:
            InputError: no such file, or anything wrong in it.
        """
        path = Path(path)
        text = read_text(path, "Give the path of a task file.")
        return cls.parse(text, where=str(path), lines=path.suffix == ".jsonl")

    @classmethod
    def stream(cls, path: str | Path) -> Iterator[Task]:
        """The tasks of a file as `read` gives them, but one line after the other where it has lines.

        Raises:
            InputError: as `read`, when the tasks are asked for.
        """
        path = Path(path)
        with _opened(path) as file:
            filled = (line for _, line in lines_of(file, str(path)) if line.strip())
            first, more = next(filled, ""), next(filled, "")
            if not first or not (path.suffix == ".jsonl" or (more and _is_json(first))):
                yield from cls.read(path)
                return
            file.seek(0)
            for number, line in lines_of(file, str(path)):
                if line.strip():
                    obj = parse_json(line, str(path), first_line=number)
                    yield cls.from_json(obj, where=f"{path}, line {number}")

    @classmethod
    def parse(cls, text: str, *, where: str | None = None, lines: bool = False) -> list[Task]:
        """The tasks of a text: one JSON object, or one on each line that is not blank.

        Args:
            text: of a file.
            where: the file, for messages.
            lines: it has a task on each line. That is also so where its first line is whole and not the only
                one.

        Raises:
            InputError: anything wrong in it.
        """
        if not text.strip():
            raise InputError("the file is empty", where, "Put a task in it, see `lasynth solve --help`.")
        first, _, rest = text.lstrip().partition("\n")
        if not lines and not (rest.strip() and _is_json(first)):
            check_size(len(text), MAX_TASK_BYTES, where)
            return [cls.from_json(parse_json(text, where), where=where)]
        tasks = []
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                check_size(len(line), MAX_TASK_BYTES, join(where, f"line {number}"))
                obj = parse_json(line, where, first_line=number)
                tasks.append(cls.from_json(obj, where=join(where, f"line {number}")))
        return tasks

    @staticmethod
    def of_one_language(tasks: Sequence[Task]) -> list[Task]:
        """Tasks that are to be treated alike: where the language of some is wider, the others are of it, too.

        Those that no language has in common stay as they are.
        """
        names = {task.domain for task in tasks}
        if len(names) < 2:
            return list(tasks)
        widest = {
            name: [language.name for language in domains.widening(name) if language.name in names][-1]
            for name in names
        }
        return [
            task if widest[task.domain] == task.domain else replace(task, domain=widest[task.domain])
            for task in tasks
        ]

    def plus(self, given: object, wanted: object, *, where: str = "answer") -> Task:
        """The task with one more shown example, of the same language.

        Args:
            given: its input.
            wanted: its output.
            where: what to call the example in messages.

        Raises:
            InputError: it is no example of this task.
        """
        read_input, read_output = self.language.values.readers
        more = Example(read_input(given, where), read_output(wanted, where))
        groups = _objects((*self.examples, more), self.held_out)
        # Without this, an answer outside the language would make it a task of a wider one.
        _read(self.domain, groups, wider=False)
        return replace(self, examples=(*self.examples, more))

    def to_json(self) -> dict[str, Any]:
        """The task as a JSON object; `Task.from_json` reads it back equal."""
        to_json = self.language.values.to_json
        obj: dict[str, Any] = {} if self.id is None else {"id": self.id}
        obj["domain"] = self.domain
        for key in _GROUPS:
            examples = [
                {"input": to_json(example.input), "output": to_json(example.output)}
                for example in getattr(self, key)
            ]
            if examples:
                obj[key] = examples
        if self.program is not None:
            obj["program"] = self.program
        return obj


def _objects(examples: object, held_out: object) -> Callable[[Values, Obstacles], _Groups]:
    """Reads the examples of a task that are JSON or objects of Python; there need be no held-out ones."""

    def read(values: Values, obstacles: Obstacles) -> _Groups:
        shown = read_examples(examples, "examples", values.readers, obstacles)
        if held_out in (None, [], ()):
            return shown, {}
        return shown, read_examples(held_out, "held_out", values.readers, obstacles)

    return read


def _read(
    domain: str,
    read: Callable[[Values, Obstacles], _Groups],
    *,
    where: str | None = None,
    noun: str = "example",
    wider: bool = True,
) -> tuple[str, _Groups]:
    """The examples of a task, and the first language that takes them: the one given, or a wider one.

    Args:
        domain: the language given.
        read: reads the examples as those of a language.
        where: the file (and line), for messages.
        noun: what an example is called in messages.
        wider: whether a wider language may take them.

    Raises:
        InputError: none does; says what is wrong with the examples in the widest.
    """
    for language in domains.widening(domain):
        obstacles = Obstacles(where)
        groups = _together(language.values, read(language.values, obstacles), obstacles, noun)
        if not obstacles or not wider:
            break
    obstacles.check()
    return language.name, groups


def _together(values: Values, groups: _Groups, obstacles: Obstacles, noun: str) -> _Groups:
    """The examples in one form; checks their shapes, and that there is one output for one input.

    Those that could not be read are missing; the others keep their numbers.
    """
    compared_to = (groups[0] or groups[1]).get(1)
    if values.uniform is not None and compared_to is not None:
        examples, held_out = (
            {number: values.uniform(example, compared_to) for number, example in group.items()}
            for group in groups
        )
        groups = examples, held_out
    first_of: dict[object, tuple[str, object]] = {}
    for called, group in zip((noun, f"held-out {noun}"), groups, strict=True):
        for number, example in group.items():
            name = f"{called} {number}"
            if compared_to and (obstacle := values.obstacle(example, compared_to)):
                obstacles.add(obstacle[0], name, obstacle[1])
            earlier, output = first_of.setdefault(example.input, (name, example.output))
            if output != example.output:
                what = f"the input is that of {earlier}, the output is another"
                obstacles.add(what, name, "No program can do both: remove one of the two.")
    return groups


def _record_language(obj: Mapping[Any, Any]) -> Language | None:
    """The language whose benchmark's format a JSON object has, if any."""
    examples = obj.get("examples")
    first = examples[0] if isinstance(examples, list) and examples else None
    if not isinstance(first, Mapping) or "input" in first:
        return None  # what a task of ours looks like; no language need be loaded to see it
    for name in domains.names():
        language = domains.get(name)
        if language.records is not None and language.records.matches(obj):
            return language
    return None


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    """A task file, open; what goes wrong with reading it is one `InputError`."""
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            yield file
    except OSError as error:
        raise InputError(reason_of(error, path), str(path), "Give the path of a task file.") from None
    except UnicodeDecodeError:
        raise InputError("not a text file in UTF-8", str(path), "Give a JSON file.") from None


def _is_json(text: str) -> bool:
    """Whether a text is a whole JSON object."""
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
