"""What `lists` gives to the check by a compiler: programs of several signatures, and what calls them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from lasynth.domains.c.harness import Harness, Trial, for_sanitizers, names_of
from lasynth.domains.c.lists import layout
from lasynth.domains.c.lists.instrumented import format_instrumented
from lasynth.domains.c.lists.machine import MAX_STEPS
from lasynth.domains.c.lists.printer import format_program
from lasynth.domains.c.lists.syntax import (
    Cell,
    Increment,
    Kind,
    Number,
    Parameter,
    Program,
    Result,
)

__all__ = ["LISTS"]

_RESULTS: Final = {
    Result.NUMBER: "NUMBER_RESULT",
    Result.LIST: "LIST_RESULT",
    Result.IN_PLACE: "IN_PLACE",
}
_LAYOUT: Final = (
    *("MAX_LISTS", "MAX_CELLS", "NUM_LISTS_AT", "NUMBERS_AT", "LISTS_AT", "LIST_WIDTH", "NUMBER"),
)
_TAKEN: Final = "int *const *lists, const int *lengths, const int *numbers, int *out"


def _text(programs: Sequence[Program], sanitize: bool) -> str:
    names = names_of(programs)
    renamed = [replace(program, function=name) for program, name in zip(programs, names, strict=True)]
    functions = (
        for_sanitizers(list(map(format_instrumented, renamed)))
        if sanitize
        else "\n".join(map(format_program, renamed))
    )
    rows = (f"{{{_RESULTS[one.result]}, {_call_of(one.function)}}}" for one in renamed)
    lines = [
        functions,
        *map(_call, renamed),
        f"enum {{ {', '.join(_RESULTS.values())} }};",
        f"static const struct {{ int result; int (*call)({_TAKEN}); }} programs[] = {{{', '.join(rows)}}};",
        *(f"#define {name} ({getattr(layout, name)})" for name in _LAYOUT),
    ]
    return "\n".join(lines)


def _call_of(function: str) -> str:
    return f"{function}_call"


def _call(program: Program) -> str:
    """A function that calls a program with those parts of an input that its parameters stand for."""
    given = []
    num_lists = num_numbers = 0
    for parameter in program.parameters:
        match parameter.kind:
            case Kind.LIST:
                given.append(f"lists[{num_lists}]")
                num_lists += 1
            case Kind.LENGTH:
                given.append(f"lengths[{num_lists - 1}]")
            case Kind.NUMBER:
                given.append(f"numbers[{num_numbers}]")
                num_numbers += 1
            case Kind.OUT:
                given.append("out")
    called = f"{program.function}({', '.join(given)})"
    does = f"{called}; return 0;" if program.result == Result.IN_PLACE else f"return {called};"
    return f"static int {_call_of(program.function)}({_TAKEN}) {{ {does} }}"


def _in_place(cell: int) -> Program:
    parameters = (Parameter("a", Kind.LIST), Parameter("n", Kind.LENGTH))
    return Program(Result.IN_PLACE, parameters, (Increment(Cell("a", Number(cell)), "++"),))


def _list_of_one(value: int) -> list[int]:
    return [1, value, *[0] * (layout.MAX_CELLS - 1)]


def _output_width(width: int) -> int:
    if width not in map(layout.input_width, range(layout.MAX_LISTS + 1)):
        raise ValueError(f"no input has {width} numbers")
    return layout.OUTPUT_WIDTH


_HEAD: Final = [1, *[0] * (layout.LISTS_AT - 1)]

LISTS: Final = Harness(
    text=_text,
    runs=Path(__file__).with_name("runs.c"),
    output_width=_output_width,
    max_steps=MAX_STEPS,
    trial=Trial(
        fine=_in_place(0),
        wrong=_in_place(1),
        inputs_KN=np.array([_HEAD + _list_of_one(value) for value in (1, 2**31 - 1)], dtype=np.int32),
        output_N=np.array(_list_of_one(2), dtype=np.int32),
    ),
)
