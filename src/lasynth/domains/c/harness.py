"""What a dialect gives to the check by a compiler: its programs as one text of C, and how one of them runs.

A unit is the text of `Harness.text`, `driver.c`, and the file of the dialect, in this order: programs come
first, where no header's names can meet theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from lasynth.domains.c.printer import format_program
from lasynth.domains.c.syntax import Cell, Increment, Number, Program
from lasynth.grammar import IntArray

__all__ = ["RESTRICTED", "Harness", "Trial", "for_sanitizers", "names_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Two programs that tell whether a compiler works.

    Attributes:
        fine: adds 1 somewhere.
        wrong: does so outside of its list.
        inputs_KN: two of them; the result of `fine` for the second one does not fit into 32 bits.
        output_N: of `fine` for the first one.
    """

    fine: Any
    wrong: Any
    inputs_KN: IntArray
    output_N: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Harness:
    """A dialect, as `lasynth.domains.c.compiler` sees it.

    Attributes:
        text: of `(programs, sanitize)`: the functions and the table `programs` of them; with `sanitize` as
            `for_sanitizers` makes it.
        runs: the file with what `driver.c` leaves to a dialect.
        output_width: the numbers of an output, of those of an input.
        max_steps: the steps of a run that are allowed unless a caller says otherwise.
        trial: for a compiler.
    """

    text: Callable[[Sequence[Any], bool], str]
    runs: Path
    output_width: Callable[[int], int]
    max_steps: int
    trial: Trial


def names_of(programs: Sequence[Any]) -> list[str]:
    """Names that the functions of a unit have there, so that they are different."""
    return [f"lasynth_{number}" for number in range(len(programs))]


# Compilers simplify x - x to 0, x + y - y to x and x - y != 0 to x != y before a sanitizer sees a bad index
# or an overflow in it: so every int is volatile, and every sum passes through a function.
_BEFORE: Final = """\
void lasynth_loop(void);
void lasynth_step(void);
int lasynth_value(int value);
static volatile int lasynth_at, lasynth_old, lasynth_put, lasynth_got;
#define lasynth_test(test) (lasynth_step(), test)
#define lasynth_store(list, index, value) \\
    (lasynth_at = index, lasynth_put = value, list[lasynth_at] = lasynth_put)
#define lasynth_update(list, index, value) \\
    (lasynth_at = index, lasynth_old = list[lasynth_at], lasynth_put = value, list[lasynth_at] = lasynth_put)
#define int volatile int"""
_AFTER: Final = """\
#undef int
#define SANITIZED"""


def for_sanitizers(functions: Sequence[str]) -> str:
    """Functions for a build with sanitizers.

    They may have `lasynth_loop();` before a loop, `lasynth_test(...)` around its test, `lasynth_value(...)`
    around what is to be computed as it stands. `lasynth_store(list, index, value)` is an assignment that
    computes index, value and place in this order; `lasynth_update` is one whose value has the old one in it,
    `lasynth_old`. `lasynth_got` is for a value that is wanted when something else is done.
    """
    return "\n".join((_BEFORE, *functions, _AFTER))


_LOOP_TEST: Final = "lasynth_test({})"
_OPAQUE: Final = "lasynth_value({})"


def _restricted(programs: Sequence[Program], sanitize: bool) -> str:
    names = names_of(programs)
    renamed = [replace(program, function=name) for program, name in zip(programs, names, strict=True)]
    table = f"static int * (*programs[])(int a[]) = {{{', '.join(names)}}};"
    if not sanitize:
        return "\n".join((*map(format_program, renamed), table))
    functions = [format_program(one, loop_test=_LOOP_TEST, opaque=_OPAQUE) for one in renamed]
    return f"{for_sanitizers(functions)}\n{table}"


RESTRICTED: Final = Harness(
    text=_restricted,
    runs=Path(__file__).with_name("restricted_runs.c"),
    output_width=lambda num_cells: num_cells,
    max_steps=1000,
    trial=Trial(
        fine=Program((), (Increment(Cell(Number(0)), "++"),)),
        wrong=Program((), (Increment(Cell(Number(1)), "++"),)),
        inputs_KN=np.array([[1], [2**31 - 1]], dtype=np.int32),
        output_N=np.array([2], dtype=np.int32),
    ),
)
