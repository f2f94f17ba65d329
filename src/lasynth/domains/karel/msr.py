"""The public benchmark's files (Bunel et al. 2018): JSON Lines, one program and its six examples a line.

A record is `{"guid", "program_tokens", "program_json", "examples": [{"example_index", "inpgrid_json",
"outgrid_json", "inpgrid_tensor", "outgrid_tensor", "actions"}, ...]}`. The training file has 1.1 million of
them, so they are streamed. What is read is the tokens, the grids in JSON and the actions; the rest says the
same again.

Shapes: T tokens, K examples, W `WORLD_SIZE`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lasynth.domains.karel.compile import compile_tokens, new_code, new_work
from lasynth.domains.karel.grammar import ACTION_NAMES, EOS, token_of
from lasynth.domains.karel.parser import from_tokens, parse, to_tokens
from lasynth.domains.karel.printer import format_program
from lasynth.domains.karel.world import World, WorldArray
from lasynth.errors import InputError, ProgramError
from lasynth.grammar import IntArray
from lasynth.reading import lines_of, parse_json, reason_of, utf8

__all__ = ["NUM_SHOWN", "MsrRecord", "is_record", "read_msr", "read_record", "record_of", "task_json"]

NUM_SHOWN: Final = 5  # of six examples; the last one is held out

_ACTION_OF: Final = {name: number for number, name in enumerate(ACTION_NAMES)}


@dataclass(frozen=True, slots=True, eq=False)
class MsrRecord:
    """One record of the benchmark.

    Attributes:
        guid: its name.
        tokens: `[T]` the program, ended by EOS; None for a record of examples alone.
        inputs_KW, outputs_KW: its examples in the order of their index.
        actions: for each example `[A]` int8, the numbers of the actions of the program's run.
    """

    guid: str
    tokens: IntArray | None
    inputs_KW: WorldArray
    outputs_KW: WorldArray
    actions: tuple[npt.NDArray[np.int8], ...]


def read_msr(path: str | Path) -> Iterator[MsrRecord]:
    """The records of a file, one after the other; blank lines are passed over.

    Raises:
        InputError: no such file, or a broken record, with the number of its line.
    """
    path = Path(path)
    try:
        # Opened here and not in the generator, so that a wrong path is reported at once.
        file = path.open("rb")
    except OSError as error:
        raise InputError(
            reason_of(error, path), str(path), "Give the path of a file of the benchmark."
        ) from None

    def records() -> Iterator[MsrRecord]:
        with file:
            for number, line in lines_of(file, str(path)):
                if line.strip():
                    yield read_record(line, where=f"{path}, line {number}")

    return records()


def read_record(line: str | bytes, *, where: str | None = None) -> MsrRecord:
    """The record of one line.

    Args:
        line: its JSON.
        where: the file and the line, for messages.

    Raises:
        InputError: anything wrong with it.
    """
    try:
        obj = parse_json(line if isinstance(line, str) else utf8(line, "record"))
    except InputError as error:
        raise InputError(error.what, where, "Was the file cut short? Download it again.") from None
    return record_of(obj, where=where)


def record_of(obj: object, *, where: str | None = None) -> MsrRecord:
    """The record of a JSON object, already parsed.

    Raises:
        InputError: anything wrong with it.
    """
    if not isinstance(obj, Mapping):
        raise InputError("a record is not an object", where)
    found = obj.get("examples")
    if not isinstance(found, list) or not found or not all(isinstance(item, Mapping) for item in found):
        raise InputError('"examples" is not a list of objects', where, "Is this a file of the benchmark?")
    tokens = _read_tokens(obj.get("program_tokens"), where)
    examples = sorted(enumerate(found), key=lambda pair: _index(pair[1], pair[0], where))
    inputs, outputs, actions = [], [], []
    for number, example in examples:
        place = f"example {number + 1}" if where is None else f"{where}, example {number + 1}"
        inputs.append(World.from_json(example.get("inpgrid_json"), where=f"{place}, input").to_array())
        outputs.append(World.from_json(example.get("outgrid_json"), where=f"{place}, output").to_array())
        names = example.get("actions", [])  # a task needs worlds only
        if not isinstance(names, list) or not all(
            isinstance(name, str) and name in _ACTION_OF for name in names
        ):
            raise InputError('"actions" is not a list of actions', place)
        actions.append(np.array([_ACTION_OF[name] for name in names], dtype=np.int8))
    return MsrRecord(str(obj.get("guid", "")), tokens, np.array(inputs), np.array(outputs), tuple(actions))


def is_record(obj: object) -> bool:
    """Whether a JSON object is a record of the benchmark."""
    examples = obj.get("examples") if isinstance(obj, Mapping) else None
    first = examples[0] if isinstance(examples, list) and examples else None
    return isinstance(first, Mapping) and "inpgrid_json" in first


def task_json(obj: object, where: str | None = None) -> dict[str, Any]:
    """The record of a JSON object as a task: five examples shown, the others (in the benchmark one) held out.

    Raises:
        InputError: anything wrong with it.
    """
    record = record_of(obj, where=where)
    examples = [
        (World.from_array(before), World.from_array(after))
        for before, after in zip(record.inputs_KW, record.outputs_KW, strict=True)
    ]
    return {
        "domain": "karel",
        "examples": examples[:NUM_SHOWN],
        "held_out": examples[NUM_SHOWN:],
        "id": record.guid or None,
        "program": None if record.tokens is None else format_program(from_tokens(record.tokens)),
    }


def _read_tokens(words: Any, where: str | None) -> IntArray | None:
    if words is None:
        return None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise InputError('"program_tokens" is not a list of texts', where, "Is this a file of the benchmark?")
    try:
        tokens = np.array([*map(token_of, words), EOS], dtype=np.int32)
        if compile_tokens(tokens, new_code(len(tokens)), new_work()) > 0:
            return tokens
    except KeyError:
        pass
    # Not of the grammar: either what the reader of texts allows besides, or wrong; it says where.
    try:
        return to_tokens(parse(" ".join(words) if words[:1] == ["DEF"] else "DEF " + " ".join(words)))
    except ProgramError as error:
        expected = f", expected {' or '.join(error.expected)}" if error.expected else ""
        raise InputError(f'"program_tokens": {error.what}{expected}', where) from None


def _index(example: Mapping[str, Any], number: int, where: str | None) -> int:
    index = example.get("example_index", number)
    if not isinstance(index, int):
        raise InputError('"example_index" is not a number', where)
    return index
