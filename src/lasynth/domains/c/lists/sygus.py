"""cvc5 (SyGuS) as a peer on `lists`: the answer is a term over integers and sequences of integers.

The theory has slices, joins and single cells, and no loop: no term maps, filters or sums a list of any length
(docs/sygus.md). The grammar is in `_sygus_sequences`.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lasynth.domains.c._sygus_process import OUT_OF_TIME, SygusProcess, check
from lasynth.domains.c.lists._sequence_terms import Term, evaluate, read_term
from lasynth.domains.c.lists.inputs import parts_of
from lasynth.domains.c.sygus import SygusStop
from lasynth.examples import Example

__all__ = ["SequenceProgram", "SequenceResult", "SequenceSolver"]

_SEQUENCES = Path(__file__).with_name("_sygus_sequences.py")


@dataclass(frozen=True, slots=True)
class SequenceProgram:
    """A term for the output. Its text is that of SMT-LIB, but `[]` is the empty list."""

    term: Term

    def solves(self, examples: Iterable[Example]) -> bool:
        """Whether every output is the expected one; where the term has no value, it is not."""
        return all(evaluate(self.term, parts_of(one.input)) == one.output for one in examples)

    def __str__(self) -> str:
        return str(self.term)


@dataclass(frozen=True, slots=True)
class SequenceResult:
    """The result for a task.

    Attributes:
        program: a program that is right on all shown examples, or None.
        stopped: why there is none.
        seconds: the time taken, measured by the clock of the limit.
    """

    program: SequenceProgram | None
    stopped: SygusStop | None
    seconds: float


class SequenceSolver:
    """Solves tasks of `lists` with cvc5, in a process of its own like `SygusSolver`.

    Args:
        time_limit: seconds per task.
        max_memory: MiB that cvc5 may take.
        cpu_time: the limit counts the CPU time of cvc5, not the wall clock (Linux only).

    Raises:
        InputError: cvc5 is not installed, a limit is not positive, or this system has no such clock.
    """

    def __init__(self, *, time_limit: float = 10.0, max_memory: int = 2048, cpu_time: bool = False) -> None:
        check({"time_limit": time_limit, "max_memory": max_memory}, "SequenceSolver", cpu_time=cpu_time)
        self.time_limit = time_limit
        self._worker = SygusProcess(_SEQUENCES, max_memory, cpu_time=cpu_time)
        self._end = weakref.finalize(self, self._worker.kill)

    def __enter__(self) -> SequenceSolver:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process that runs cvc5; a later `search` starts another."""
        self._worker.kill()

    def search(self, examples: Iterable[Example]) -> SequenceResult:
        """Find a program that is right on the examples of a task, or the reason why there is none."""
        start_s = self._worker.clock()
        found = self._search([(parts_of(one.input), one.output) for one in examples])
        seconds = self._worker.clock() - start_s
        if isinstance(found, SygusStop):
            return SequenceResult(None, found, seconds)
        return SequenceResult(SequenceProgram(found), None, seconds)

    def _search(self, shown: list[tuple[Any, Any]]) -> Term | SygusStop:
        outputs = dict(shown)
        if any(outputs[given] != wanted for given, wanted in shown):
            return SygusStop.CONTRADICTION
        problem = {"inputs": list(outputs), "outputs": list(outputs.values()), "limit": self.time_limit}
        answer = self._worker.ask(problem, self.time_limit)
        if not isinstance(answer, dict):
            return SygusStop.TIME_LIMIT if answer is OUT_OF_TIME else SygusStop.WORKER_ENDED
        if answer["term"] is None:
            return SygusStop.NO_TERM
        term = read_term(answer["term"])
        if any(evaluate(term, given) != wanted for given, wanted in shown):
            return SygusStop.WRONG_TERM
        return term
