"""cvc5 (SyGuS) as a peer: each output cell is a term of linear integer arithmetic with if-then-else.

A cell is a SyGuS problem (Alur et al., 2013) whose constraints are the shown examples; cvc5 enumerates
terms by rising size (Reynolds et al., CAV 2019). Five examples say little, so how well a result generalises
depends on the order in which terms are tried: first sums of cells and small constants for a part of the time,
then terms with `ite`, `<=` and `==`. Among terms of equal size, the cell itself comes first.

Shapes: K examples, N cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lasynth.domains.c._sygus_process import OUT_OF_TIME, SygusPeer, SygusResult, SygusStop
from lasynth.domains.c._sygus_terms import Cell, Constant, Term, evaluate, read_term, to_c
from lasynth.domains.c.parser import parse, to_tokens

__all__ = ["SygusProgram", "SygusResult", "SygusSolver", "SygusStop"]

_CELLS = Path(__file__).with_name("_sygus_cells.py")
_SUMS_SHARE = 0.25  # the largest share of the time for sums without branches


@dataclass(frozen=True, slots=True)
class SygusProgram:
    """A map of a list, with one term for each cell.

    Attributes:
        terms: term j computes output cell j from the input cells.
    """

    terms: tuple[Term, ...]

    def predict(self, inputs_KN: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """The outputs `[K, N]` for some inputs."""
        inputs = np.asarray(inputs_KN, dtype=np.int64)
        return np.stack([evaluate(term, inputs) for term in self.terms], axis=1)

    def solves(self, inputs_KN: npt.NDArray[Any], outputs_KN: npt.NDArray[Any]) -> bool:
        """Whether every output is the expected one."""
        return bool(np.array_equal(self.predict(inputs_KN), outputs_KN))

    def to_c(self) -> str | None:
        """The map as a program of restricted C; None where it is too long or needs too many variables."""
        return to_c(self.terms)


class SygusSolver(SygusPeer):
    """Solves problems (lists of integers of one length) with cvc5.

    Args:
        time_limit: seconds per task.
        cell_limit: seconds per cell, by default half of the task's; a task is given up at the first cell
            that takes longer.
        max_memory, cpu_time: see `SygusPeer`, also for errors.
    """

    def __init__(
        self,
        *,
        time_limit: float = 10.0,
        cell_limit: float | None = None,
        max_memory: int = 2048,
        cpu_time: bool = False,
    ) -> None:
        cell_limit = time_limit / 2 if cell_limit is None else cell_limit
        limits = {"time_limit": time_limit, "cell_limit": cell_limit}
        super().__init__(_CELLS, limits, max_memory=max_memory, cpu_time=cpu_time)
        self.time_limit = time_limit
        self.cell_limit = cell_limit

    def fit(self, inputs_KN: npt.NDArray[Any], outputs_KN: npt.NDArray[Any]) -> npt.NDArray[np.int32] | None:
        """See `lasynth.domains.base.Solver`."""
        program = self.search(inputs_KN, outputs_KN).program
        text = None if program is None else program.to_c()
        return None if text is None else to_tokens(parse(text))

    def search(self, inputs_KN: npt.NDArray[Any], outputs_KN: npt.NDArray[Any]) -> SygusResult[SygusProgram]:
        """Find a program that is right on the shown examples, or the reason why there is none."""
        inputs, outputs = (list(map(tuple, np.asarray(a).tolist())) for a in (inputs_KN, outputs_KN))
        until_s = self._worker.clock() + self.time_limit
        return self._timed(lambda: self._search(inputs, outputs, until_s=until_s))

    def _search(
        self, inputs_KN: list[tuple[int, ...]], outputs_KN: list[tuple[int, ...]], *, until_s: float
    ) -> SygusProgram | SygusStop:
        shown = dict(zip(inputs_KN, outputs_KN, strict=True))
        if any(shown[given] != wanted for given, wanted in zip(inputs_KN, outputs_KN, strict=True)):
            return SygusStop.CONTRADICTION
        inputs, outputs = np.array(list(shown)), np.array(list(shown.values()))
        terms = [_atom(inputs, outputs[:, cell], cell) for cell in range(inputs.shape[1])]
        # Sums for all cells come first: they are quick, and a task fails if any one of its cells fails.
        num_open = max(1, sum(term is None for term in terms))
        sums_s = _SUMS_SHARE * min(self.cell_limit, self.time_limit / num_open)
        for branches, cell_s in ((False, sums_s), (True, self.cell_limit - sums_s)):
            for cell, known in enumerate(terms):
                if known is not None:
                    continue
                limit = min(cell_s, until_s - self._worker.clock())
                if limit <= 0:
                    return SygusStop.TIME_LIMIT
                problem = {
                    "inputs": inputs.tolist(),
                    "outputs": outputs[:, cell].tolist(),
                    "own": cell,
                    "branches": branches,
                    "limit": limit,
                }
                answer = self._worker.ask(problem, limit)
                if isinstance(answer, dict) and answer["term"] is not None:
                    term = read_term(answer["term"])
                    if not np.array_equal(evaluate(term, inputs), outputs[:, cell]):
                        return SygusStop.WRONG_TERM
                    terms[cell] = term
                elif branches:
                    if answer is OUT_OF_TIME:
                        return SygusStop.CELL_LIMIT if limit == cell_s else SygusStop.TIME_LIMIT
                    return SygusStop.WORKER_ENDED if answer is None else SygusStop.NO_TERM
        return SygusProgram(tuple(term for term in terms if term is not None))


def _atom(inputs_KN: npt.NDArray[np.int64], wanted_K: npt.NDArray[np.int64], own: int) -> Term | None:
    """The cell itself, another cell or a constant, if one is right: no term is smaller."""
    num_cells = inputs_KN.shape[1]
    for index in sorted(range(num_cells), key=lambda index: index != own):
        if np.array_equal(inputs_KN[:, index], wanted_K):
            return Cell(index)
    return Constant(int(wanted_K[0])) if (wanted_K == wanted_K[0]).all() else None
