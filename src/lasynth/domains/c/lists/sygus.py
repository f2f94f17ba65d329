"""cvc5 (SyGuS) as a peer on `lists`: the answer is a term over integers and sequences of integers.

The theory has slices, joins and single cells, and no loop: no term maps, filters or sums a list of any length
(docs/sygus.md). The grammar is in `_sygus_sequences`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lasynth.domains.c._sygus_process import OUT_OF_TIME, SygusPeer, SygusResult, SygusStop
from lasynth.domains.c.lists._sequence_terms import Term, evaluate, read_term
from lasynth.domains.c.lists.inputs import parts_of
from lasynth.examples import Example

__all__ = ["SequenceProgram", "SequenceSolver"]

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


class SequenceSolver(SygusPeer):
    """Solves tasks of `lists` with cvc5.

    Args:
        time_limit: seconds per task.
        max_memory, cpu_time: see `SygusPeer`, also for errors.
    """

    def __init__(self, *, time_limit: float = 10.0, max_memory: int = 2048, cpu_time: bool = False) -> None:
        limits = {"time_limit": time_limit}
        super().__init__(_SEQUENCES, limits, max_memory=max_memory, cpu_time=cpu_time)
        self.time_limit = time_limit

    def search(self, examples: Iterable[Example]) -> SygusResult[SequenceProgram]:
        """Find a program that is right on the examples of a task, or the reason why there is none."""
        shown = [(parts_of(one.input), one.output) for one in examples]
        return self._timed(lambda: self._search(shown))

    def _search(self, shown: list[tuple[Any, Any]]) -> SequenceProgram | SygusStop:
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
        return SequenceProgram(term)
