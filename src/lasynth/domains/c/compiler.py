"""The check by a real compiler: programs printed from their trees, compiled, and run on lists.

Many programs share one translation unit and one process, `driver.c` around them. Only text that our own
printer made from a syntax tree is ever compiled, and such a program can do nothing but compute and reach
its list, by an `int` as index; all that such an index can reach is kept inaccessible (see `driver.c`).

What is caught, as it stands (`sanitize=False`): every access outside the list that the compiler makes,
and every run that takes too long; an overflow gives what the compiler makes of it. With `sanitize=True`,
under `-fsanitize=undefined,address`, overflow too, and steps are counted as the machine counts them: the
test of every loop is printed as a call around it. A variable read before it is set is caught by neither.

Limits: CPU time, memory, file sizes, open files and processes by `setrlimit` in the driver's child; time
by the clock from outside, for the whole process group. There is no other sandbox, and none is needed for
programs of this language.

Shapes: P programs, K examples, N cells.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import IO, Final

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import Status
from lasynth.domains.c.printer import format_program
from lasynth.domains.c.syntax import Cell, Increment, Number, Program
from lasynth.grammar import IntArray

__all__ = ["Compiler"]

_NAMES: Final = ("gcc", "cc", "clang", "tcc")
_FLAGS: Final = ("-std=c99", "-O0", "-w")
_SANITIZE: Final = ("-fsanitize=undefined,address", "-fno-sanitize-recover=all")
_DRIVER: Final = Path(__file__).with_name("driver.c")
_MAX_UNIT: Final = 250  # programs in a translation unit: a compiler's memory stays small
_RUN_LIMIT_S: Final = 0.02  # CPU time of one run; a thousand steps take microseconds

# What is added to a program in a sanitized build. The test of every loop counts a step. Compilers simplify
# x - x to 0, x + y - y to x and x - y != 0 to x != y before a sanitizer sees a bad index or an overflow in
# it: so every int is volatile, and every sum passes through a function.
_LOOP_TEST: Final = "lasynth_test({})"
_OPAQUE: Final = "lasynth_value({})"
_BEFORE: Final = """\
void lasynth_step(void);
int lasynth_value(int value);
#define lasynth_test(test) (lasynth_step(), test)
#define int volatile int"""
_AFTER: Final = """\
#undef int
#define SANITIZED"""


@dataclass(frozen=True, slots=True)
class Compiler:
    """A C compiler of this machine.

    Attributes:
        path: the program.
        name: what to call it, such as `"gcc"`.
        sanitize: whether it compiles with sanitizers.
    """

    path: str
    name: str
    sanitize: bool = False

    @classmethod
    def find(cls, *, sanitize: bool = False) -> Compiler | None:
        """The first of gcc, cc, clang and tcc that is on the PATH and works; None if there is none.

        Args:
            sanitize: find one that can compile with sanitizers.
        """
        for name in _NAMES:
            path = shutil.which(name)
            if path and _works(path, sanitize):
                return cls(path, name, sanitize)
        return None

    def run_many(
        self,
        programs: Sequence[Program],
        inputs_PKN: IntArray,
        *,
        timeout_s: float = 60.0,
        max_steps: int = 1000,
    ) -> tuple[IntArray, npt.NDArray[np.uint8]]:
        """Compile programs and run each on its lists.

        Args:
            programs: P of them.
            inputs_PKN: `[P, K, N]` K lists for each program, or `[K, N]` the same ones for all.
            timeout_s: for everything, by the clock; runs not made by then are OUT_OF_FUEL.
            max_steps: how many loop tests a run may make, where `sanitize` is set.

        Returns:
            `(outputs_PKN, statuses_PK)`, int32 and uint8 (`Status`), as the machine's `run_batch`
            returns them. The output of a run that did not end with OK is all zeros.

        Raises:
            ValueError: shapes that do not fit.
            RuntimeError: the compiler refuses a program or cannot be run, with its message; a bug of
                ours, or a broken installation.
        """
        inputs = np.asarray(inputs_PKN)
        if inputs.ndim not in (2, 3) or (inputs.ndim == 3 and len(inputs) != len(programs)):
            raise ValueError(f"{len(programs)} programs do not fit inputs of shape {inputs.shape}")
        num_examples, num_cells = inputs.shape[-2:]
        outputs_PKN = np.empty((len(programs), num_examples, num_cells), dtype=np.int32)
        outputs_PKN[:] = inputs
        statuses_PK = np.full(outputs_PKN.shape[:2], Status.OUT_OF_FUEL, dtype=np.uint8)
        deadline = time.monotonic() + timeout_s
        if outputs_PKN.size:
            for start in range(0, len(programs), _MAX_UNIT):
                unit = slice(start, start + _MAX_UNIT)
                text = self._unit(programs[unit], num_examples, num_cells, max_steps, timeout_s)
                self._run_unit(text, outputs_PKN[unit], statuses_PK[unit], deadline)
        outputs_PKN[statuses_PK != Status.OK] = 0
        return outputs_PKN, statuses_PK

    def _unit(
        self, programs: Sequence[Program], num_examples: int, num_cells: int, max_steps: int, timeout_s: float
    ) -> str:
        """The translation unit: the programs first, where no header's names can meet theirs."""
        names = [f"lasynth_{number}" for number in range(len(programs))]
        renamed = [replace(program, function=name) for program, name in zip(programs, names, strict=True)]
        if self.sanitize:
            functions = [format_program(one, loop_test=_LOOP_TEST, opaque=_OPAQUE) for one in renamed]
        else:
            functions = [format_program(one) for one in renamed]
        table = f"static int * (*programs[])(int a[]) = {{{', '.join(names)}}};"
        lines = [
            *((_BEFORE, *functions, table, _AFTER) if self.sanitize else (*functions, table)),
            f"#define NUM_PROGRAMS {len(programs)}",
            f"#define NUM_EXAMPLES {num_examples}",
            f"#define NUM_CELLS {num_cells}",
            f"#define MAX_STEPS {max_steps}",
            f"#define RUN_LIMIT_US {int(_RUN_LIMIT_S * 1_000_000)}",
            f"#define CPU_LIMIT_S {int(timeout_s) + 1}",
            _DRIVER.read_text(),
        ]
        return "\n".join(lines)

    def _run_unit(
        self, text: str, lists_PKN: IntArray, statuses_PK: npt.NDArray[np.uint8], deadline: float
    ) -> None:
        """Compile one translation unit and run it; outputs and statuses are filled in."""
        with tempfile.TemporaryDirectory(prefix="lasynth-") as name:
            folder = Path(name)
            source, binary = folder / "programs.c", folder / "programs"
            source.write_text(text)
            flags = (*_FLAGS, *(_SANITIZE if self.sanitize else ()))
            compiling = (self.path, *flags, "-o", str(binary), str(source))
            environment = {"PATH": os.environ.get("PATH", ""), "TMPDIR": name, "LC_ALL": "C"}
            with (folder / "messages").open("w+b") as messages:
                code = _call(compiling, deadline, environment, messages)
                messages.seek(0)
                if code:
                    said = messages.read().decode(errors="replace")
                    raise RuntimeError(f"{self.name} refused a program:\n{said}")
            if code is None:
                return
            lists, statuses = folder / "lists", folder / "statuses"
            lists_PKN.tofile(lists)
            statuses_PK.tofile(statuses)
            code = _call((str(binary), str(lists), str(statuses)), deadline, {}, subprocess.DEVNULL)
            if code not in (None, 0):
                raise RuntimeError(f"the programs could not be run: their driver ended with {code}")
            lists_PKN[:] = np.fromfile(lists, dtype=np.int32).reshape(lists_PKN.shape)
            statuses_PK[:] = np.fromfile(statuses, dtype=np.uint8).reshape(statuses_PK.shape)


def _call(
    command: Sequence[str], deadline: float, environment: dict[str, str], messages: int | IO[bytes]
) -> int | None:
    """Run a command in a process group of its own; its exit status, or None if it took too long."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=messages,
        env=environment,
        start_new_session=True,
    )
    try:
        return process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return None
    finally:
        # Also when this process is interrupted: the children of the command must not outlive it.
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@lru_cache
def _works(path: str, sanitize: bool) -> bool:
    """Whether a compiler compiles a program, and its run ends as it should."""
    compiler = Compiler(path, Path(path).name, sanitize)
    fine = Program((), (Increment(Cell(Number(0)), "++"),))
    wrong = Program((), (Increment(Cell(Number(1)), "++"),))
    inputs = np.array([[1], [2**31 - 1]], dtype=np.int32)
    try:
        # On a busy machine this may take long; a compiler that hangs is not to hang us.
        _, statuses = compiler.run_many([fine, wrong], inputs, timeout_s=120.0)
    except (RuntimeError, OSError):
        return False
    overflow = Status.OVERFLOW if sanitize else Status.OK
    return np.array_equal(statuses, [[Status.OK, overflow], [Status.OUT_OF_RANGE] * 2])
