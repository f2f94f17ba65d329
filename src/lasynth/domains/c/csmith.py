"""Programs from Csmith (Yang et al., PLDI 2011), the generator behind the data of the paper (section 4.1).

Csmith runs in a separate process. One run gives several programs: each function of its output becomes one,
or several where it is long. Item i is a run, a function of (seed, i, version of Csmith) alone unless the run
reaches the time limit.

Shapes: P programs, T tokens.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.domains.c.csmith_import import Reason, import_programs
from lasynth.domains.c.grammar import EOS
from lasynth.domains.kit.rows import padded
from lasynth.domains.random import Stream, program_keys
from lasynth.errors import InputError
from lasynth.grammar import IntArray

__all__ = ["OPTIONS", "ImportedPrograms", "csmith_programs", "csmith_source", "csmith_version", "find_csmith"]

_TIMEOUT_S: Final = 10.0  # a run normally takes milliseconds
_NUM_SEEDS: Final = 2**31  # Csmith accepts larger seeds, but uses only 32 bits
# Constructs that the subset lacks are switched off as far as Csmith can, so that little is left out later.
_LACKING: Final = (
    *("pointers", "structs", "unions", "bitfields", "packed-struct", "volatiles", "consts", "safe-math"),
    *("jumps", "comma-operators", "embedded-assigns", "longlong", "int8", "uint8", "math64"),
    *("checksum", "argc", "inline-function"),
)
_LIMITS: Final = {
    "max-funcs": 5,
    "max-array-dim": 1,
    "max-array-len-per-dim": 5,
    "max-block-depth": 3,
    "max-block-size": 4,
    "max-expr-complexity": 3,
}
OPTIONS: Final = (
    *(f"--no-{name}" for name in _LACKING),
    *("--nomain", "--concise"),
    *(text for name, limit in _LIMITS.items() for text in (f"--{name}", str(limit))),
)


@dataclass(frozen=True, slots=True, eq=False)
class ImportedPrograms:
    """The programs of some runs of Csmith.

    Attributes:
        tokens_PT: int32, ended and padded by EOS.
        keys_P: uint64, the start of each program's random stream.
        runs_P: int64, the item that each program comes from.
        counts: `runs`, `pieces` of their functions, and the number of pieces rejected for each `Reason`.
    """

    tokens_PT: IntArray
    keys_P: Stream
    runs_P: npt.NDArray[np.int64]
    counts: Mapping[str, int]


def find_csmith() -> Path:
    """The path of Csmith.

    Raises:
        InputError: it is not on the PATH.
    """
    path = shutil.which("csmith")
    if path is None:
        raise InputError(
            "csmith is not installed",
            hint='Install it (Debian and Ubuntu: `apt install csmith`), or use the source "sampler".',
        )
    return Path(path)


@lru_cache
def csmith_version() -> str:
    """The version of the installed Csmith, such as `"2.3.0"`; its programs depend on it.

    Raises:
        InputError: it is not installed, or does not work.
    """
    text = _run((str(find_csmith()), "--version"), _TIMEOUT_S)
    words = (text or "").split()
    return words[1] if len(words) > 1 else "unknown"


def csmith_source(seed: int, *, timeout_s: float = _TIMEOUT_S) -> str | None:
    """The C text that Csmith makes from a seed; None where it takes too long and is killed.

    Args:
        seed: Csmith's own, from 0 to 2^31 - 1.
        timeout_s: by the clock.

    Raises:
        InputError: it is not installed, or does not work.
    """
    return _run((str(find_csmith()), "--seed", str(seed), *OPTIONS), timeout_s)


def csmith_programs(
    seed: int,
    first: int,
    count: int,
    *,
    num_cells: int = 5,
    max_constant: int = 4,
    max_tokens: int = 256,
    timeout_s: float = _TIMEOUT_S,
) -> ImportedPrograms:
    """The programs of the runs `first` to `first + count - 1` of a seed.

    Args:
        seed: any integer from 0.
        first: the first of the seed's runs.
        count: how many runs; each gives no program, one or several.
        num_cells: length of the lists that the programs are for.
        max_constant: the largest absolute value of a constant.
        max_tokens: of a program, EOS included; the width of the result.
        timeout_s: for each run, by the clock.

    Raises:
        InputError: Csmith or pycparser is not installed.
    """
    rows: list[IntArray] = []
    keys: list[Stream] = []
    runs: list[int] = []
    counts: Counter[str] = Counter(runs=count)
    for number, key in enumerate(program_keys(seed, first, count).tolist()):
        csmith_seed = key % _NUM_SEEDS
        text = csmith_source(csmith_seed, timeout_s=timeout_s)
        if text is None:
            counts[Reason.TIMEOUT] += 1
            continue
        found = import_programs(
            text,
            program_keys(seed, csmith_seed, 1),
            num_cells=num_cells,
            max_constant=max_constant,
            max_tokens=max_tokens,
        )
        counts["pieces"] += len(found)
        counts.update(str(piece) for piece in found if isinstance(piece, Reason))
        programs = [piece for piece in found if not isinstance(piece, Reason)]
        rows += programs
        keys.append(program_keys(key, 0, len(programs)))
        runs += [first + number] * len(programs)
    keys_P = np.concatenate([np.zeros(0, dtype=np.uint64), *keys])
    return ImportedPrograms(
        padded(rows, EOS, max_tokens), keys_P, np.array(runs, dtype=np.int64), dict(counts)
    )


def _run(command: tuple[str, ...], timeout_s: float) -> str | None:
    """The output of a command; None if it took too long and was killed."""
    # Csmith leaves a file `platform.info` where it runs.
    with tempfile.TemporaryDirectory(prefix="lasynth-") as folder:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            start_new_session=True,
        )
        try:
            text = process.communicate(timeout=timeout_s)[0].decode(errors="replace")
        except subprocess.TimeoutExpired:
            return None
        finally:
            # Also when this process is interrupted: no run of Csmith may outlive it.
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
    if process.returncode:
        raise InputError(f"csmith ended with status {process.returncode}", " ".join(command))
    return text
