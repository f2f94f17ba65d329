"""The check by a real compiler: programs printed from their trees, compiled, and run on inputs.

Many programs share one translation unit and one process, `driver.c` around them; what differs from dialect
to dialect is a `Harness`. Only text that our own printer made from a syntax tree is ever compiled, and such
a program can do nothing but compute and reach its lists, by an `int` as index; all that such an index can
reach from a list of the input or the output is kept inaccessible (see `driver.c`).

What is caught, as it stands (`sanitize=False`): every access outside of these lists that the compiler makes,
a division by zero where the processor traps it, and every run that takes too long; an overflow gives what
the compiler makes of it, and a bad index into a list that a function declares may spoil the results of its
program. With `sanitize=True`, under `-fsanitize=undefined,address`, these too, and steps are counted as the
machine counts them: the test of every loop is printed as a call around it. A variable or a cell read before
it is set is caught by neither.

The driver's child can do nothing but compute, report and end: see `driver.c` for its filter of system calls
(Linux on x86_64 and aarch64), and for its limits by `setrlimit` everywhere. Compiler and driver each run in a
process group of their own, which ends with the call, when the time is over, and when this process ends,
however it ends.

A compiler is not trusted to work: whatever it does, `run_many` gives results of the right shape in time, or
raises a `CheckerError` that says why there are none.

Shapes: P programs, K examples, N numbers of an input, M of an output (of lists of N cells both are N).
"""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import Status
from lasynth.domains.c.harness import RESTRICTED, Harness
from lasynth.errors import CheckerError
from lasynth.grammar import IntArray

__all__ = ["Compiler"]

_NAMES: Final = ("gcc", "cc", "clang", "tcc")
_FLAGS: Final = ("-std=c99", "-O0", "-w")
_SANITIZE: Final = ("-fsanitize=undefined,address", "-fno-sanitize-recover=all")
_DRIVER: Final = Path(__file__).with_name("driver.c")
_MAX_UNIT: Final = 250  # programs in a translation unit: a compiler's memory stays small
_RUN_LIMIT_S: Final = 0.02  # CPU time of one run for every thousand steps, which take far less
_FIND_LIMIT_S: Final = 10.0  # to find a compiler that works, on a busy machine
_MAX_MESSAGE: Final = 200  # characters of what a compiler says that a user is shown
_MAX_MESSAGES: Final = 4096  # bytes of it that are read

# Runs a command, and ends all that it has started when the process that holds its standard input ends. The
# first argument is the folder of the call, which is then removed. Files may have 65,536 half kilobytes. The
# watcher is waited for, so that no process is left to whom nobody would listen.
_GUARD: Final = """\
exec 3<&0 </dev/null
ulimit -f 65536
(trap '' TERM; read -r _ <&3; kill 0; rm -rf -- "$0"; kill -9 0) >/dev/null 2>&1 &
"$@" 3<&-
code=$?
kill -9 $!
wait $! 2>/dev/null
exit $code"""


@dataclass(frozen=True, slots=True)
class Compiler:
    """A C compiler of this machine.

    Attributes:
        path: the program.
        name: what to call it, such as `"gcc"`.
        sanitize: whether it compiles with sanitizers.
        harness: of the dialect of the programs.
    """

    path: str
    name: str
    sanitize: bool = False
    harness: Harness = RESTRICTED

    @classmethod
    def find(
        cls, *, sanitize: bool = False, harness: Harness = RESTRICTED, timeout_s: float | None = None
    ) -> Compiler:
        """The first of gcc, cc, clang and tcc that is on the PATH and works.

        Args:
            sanitize: find one that can compile with sanitizers.
            harness: of the dialect of the programs.
            timeout_s: for all of them, by the clock, 10 s if not given; one of them has half of it.

        Raises:
            CheckerError: none of them is there, or none works; says what is wrong with the first.
        """
        limit_s = _FIND_LIMIT_S if timeout_s is None else timeout_s
        deadline = time.monotonic() + limit_s
        errors: list[CheckerError] = []
        for name in _NAMES:
            left_s = deadline - time.monotonic()
            if left_s > 0 and (path := shutil.which(name)) is not None:
                compiler = cls(str(Path(path).absolute()), name, sanitize, harness)
                try:
                    _try_out(compiler, timeout_s=min(limit_s / 2, left_s))
                except CheckerError as error:
                    errors.append(error)
                else:
                    return compiler
        if not errors:
            raise CheckerError("no C compiler was found")
        raise CheckerError(str(errors[0]), lasting=any(error.lasting for error in errors))

    def run_many(
        self,
        programs: Sequence[Any],
        inputs_PKN: IntArray,
        *,
        timeout_s: float = 60.0,
        max_steps: int | None = None,
    ) -> tuple[IntArray, npt.NDArray[np.uint8]]:
        """Compile programs and run each on its inputs.

        Args:
            programs: P syntax trees.
            inputs_PKN: `[P, K, N]` K inputs for each program, or `[K, N]` the same ones for all.
            timeout_s: for everything, by the clock.
            max_steps: how many steps a run may make, where `sanitize` is set; those of the harness if None.

        Returns:
            `(outputs_PKM, statuses_PK)`, int32 and uint8 (`Status`), as the machine's `run_batch`
            returns them. The output of a run that did not end with OK is all zeros.

        Raises:
            ValueError: shapes that do not fit.
            CheckerError: there are no results: the compiler refuses a program, cannot be run, or does not do
                what a compiler does; there is no time or no room. Says which.
        """
        inputs = np.asarray(inputs_PKN)
        if inputs.ndim not in (2, 3) or (inputs.ndim == 3 and len(inputs) != len(programs)):
            raise ValueError(f"{len(programs)} programs do not fit inputs of shape {inputs.shape}")
        num_examples, width = inputs.shape[-2:]
        max_steps = self.harness.max_steps if max_steps is None else max_steps
        inputs_PKN = np.broadcast_to(inputs, (len(programs), num_examples, width)).astype(np.int32)
        shape = (len(programs), num_examples, self.harness.output_width(width))
        outputs_PKM = np.zeros(shape, dtype=np.int32)
        statuses_PK = np.zeros(shape[:2], dtype=np.uint8)
        deadline = time.monotonic() + timeout_s
        if outputs_PKM.size:
            for start in range(0, len(programs), _MAX_UNIT):
                unit = slice(start, start + _MAX_UNIT)
                text = self._unit(programs[unit], num_examples, width, max_steps, timeout_s)
                try:
                    results = self._run_unit(text, inputs_PKN[unit], shape[2], deadline)
                except TimeoutError:
                    # Who did not answer once is not asked again by those who only look for a second opinion.
                    raise CheckerError(
                        f"{self.name} took longer than {timeout_s:g} s", lasting=True
                    ) from None
                except OSError as error:
                    raise CheckerError(f"{self.name} cannot be used: {_in_words(error)}") from None
                outputs_PKM[unit], statuses_PK[unit] = results
        outputs_PKM[statuses_PK != Status.OK] = 0
        return outputs_PKM, statuses_PK

    def _unit(
        self, programs: Sequence[Any], num_examples: int, width: int, max_steps: int, timeout_s: float
    ) -> str:
        """The translation unit."""
        # A build with sanitizers takes several times as long for a step.
        run_limit_s = _RUN_LIMIT_S * max(1.0, max_steps / (1000 if self.sanitize else 4000))
        lines = [
            self.harness.text(programs, self.sanitize),
            f"#define NUM_PROGRAMS {len(programs)}",
            f"#define NUM_EXAMPLES {num_examples}",
            f"#define INPUT_WIDTH {width}",
            f"#define OUTPUT_WIDTH {self.harness.output_width(width)}",
            f"#define MAX_STEPS {max_steps}",
            f"#define RUN_LIMIT_US {int(run_limit_s * 1_000_000)}",
            f"#define CPU_LIMIT_S {int(timeout_s) + 1}",
            _DRIVER.read_text(),
            self.harness.runs.read_text(),
        ]
        return "\n".join(lines)

    def _run_unit(
        self, text: str, inputs_PKN: IntArray, width: int, deadline: float
    ) -> tuple[IntArray, npt.NDArray[np.uint8]]:
        """Compile one translation unit and run it: its outputs and statuses.

        Raises:
            TimeoutError: the deadline has come.
            OSError: the system does not let it: no room, no more processes.
        """
        with tempfile.TemporaryDirectory(prefix="lasynth-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            (folder / "programs.c").write_text(text, encoding="ascii")
            inputs_PKN.tofile(folder / "inputs")
            flags = (*_FLAGS, *(_SANITIZE if self.sanitize else ()))
            code, said = _call((self.path, *flags, "-o", "programs", "programs.c"), folder, deadline)
            if code:
                raise _refusal(f"{self.name} {_how_it_ended(code)}", said)
            if not _is_program(folder / "programs"):
                raise CheckerError(f"{self.name} wrote no program")
            if not os.access(folder / "programs", os.X_OK):
                raise CheckerError(f"programs made by {self.name} may not run in {folder.parent} (noexec?)")
            # Held open, so that the file that is read is the one that was made here.
            with (folder / "results").open("w+b") as file:
                code, said = _call(("./programs", "inputs", "results"), folder, deadline)
                if code:
                    raise _refusal(f"the program that {self.name} made {_how_it_ended(code)}", said)
                shape = (*inputs_PKN.shape[:2], width)
                at_statuses = 4 * math.prod(shape)
                size = at_statuses + math.prod(shape[:2])
                results = file.read(size + 1)
        if len(results) != size:
            raise CheckerError(f"the program that {self.name} made left no results")
        outputs = np.frombuffer(results[:at_statuses], dtype=np.int32).reshape(shape)
        return outputs, np.frombuffer(results[at_statuses:], dtype=np.uint8).reshape(shape[:2])


def _call(command: Sequence[str], folder: Path, deadline: float) -> tuple[int, str]:
    """Run a command in a folder: its exit status, and the beginning of what it says.

    Raises:
        TimeoutError: the deadline has come.
        OSError: no process can be made.
    """
    path = os.environ.get("PATH", os.defpath)
    with (folder / "messages").open("w+b", buffering=0) as messages:
        messages.write(bytes(_MAX_MESSAGES))  # there is then room to say that the disk is full
        messages.seek(0)
        process = subprocess.Popen(
            ("/bin/sh", "-c", _GUARD, str(folder), *command),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=messages,
            cwd=folder,
            env={"PATH": path, "TMPDIR": str(folder), "LC_ALL": "C"},
            start_new_session=True,
        )
        try:
            code = process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise TimeoutError from None
        finally:
            # However this ends: what the command has started must not outlive it.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            assert process.stdin is not None
            process.stdin.close()
        messages.seek(0)
        return code, messages.read(_MAX_MESSAGES).rstrip(b"\0").decode(errors="replace")


def _is_program(path: Path) -> bool:
    return path.is_file() and bool(path.stat().st_mode & stat.S_IXUSR)


def _refusal(what: str, said: str) -> CheckerError:
    """An error with the line that says most of what a command said; all of it is in its notes."""
    lines = ["".join(filter(str.isprintable, line)).strip() for line in said.splitlines()]
    lines = [line for line in lines if line]
    telling = next((line for line in lines if "error" in line), lines[0] if lines else "it says nothing")
    shown = telling if len(telling) <= _MAX_MESSAGE else f"{telling[:_MAX_MESSAGE]}..."
    error = CheckerError(f"{what} ({shown})")
    error.add_note(said)
    return error


def _how_it_ended(code: int) -> str:
    # A shell says 128 and the number of the signal that ended a command.
    return f"was ended by signal {code - 128}" if code > 128 else f"failed with exit status {code}"


def _in_words(error: OSError) -> str:
    where = "" if error.filename is None else f" ({error.filename})"
    return f"{error.strerror or error}{where}"


_WORKING: Final[set[Compiler]] = set()


def _try_out(compiler: Compiler, *, timeout_s: float) -> None:
    """See that a compiler compiles a program, and its run ends as it should; once, if it does.

    Raises:
        CheckerError: it does not.
    """
    if compiler in _WORKING:
        return
    trial = compiler.harness.trial
    outputs, statuses = compiler.run_many([trial.fine, trial.wrong], trial.inputs_KN, timeout_s=timeout_s)
    overflow = Status.OVERFLOW if compiler.sanitize else Status.OK
    expected = [[Status.OK, overflow], [Status.OUT_OF_RANGE] * 2]
    if not (np.array_equal(statuses, expected) and np.array_equal(outputs[0, 0], trial.output_N)):
        raise CheckerError(f"the program that {compiler.name} made gives wrong results")
    _WORKING.add(compiler)
