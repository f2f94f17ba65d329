"""A task for a search: its examples, encoded once, and the only code that decides if a program is right.

Shapes: P programs, K examples, H held-out examples, T tokens; an input's own axes come after K and H.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Self

import numpy as np

from lasynth.domains.base import Array, Bools, Language, Tokens, right_programs
from lasynth.domains.kit.rows import padded
from lasynth.task import Example, Task

__all__ = ["MAX_SCORED", "Problem"]

# Shown examples that a scorer reads, the first ones: its memory and time grow with them in every row of a
# beam, and models are trained on five. Each program that comes out runs on all.
MAX_SCORED: Final = 32


@dataclass(frozen=True, eq=False)
class Problem:
    """The encoded examples of a task.

    Attributes:
        language: the language of the programs.
        inputs_KN, outputs_KN: the shown examples.
        held_out: inputs and outputs `[H, ...]` that no engine sees; None where there are none.
        id: the name of the task.
        num_scored: the number of shown examples, the first ones, that a model can read; None: all.
        example: the first shown one, which has the names that answers are shown with; None: there are none.
        max_tokens: the longest program of use, its EOS included; None: only the search has a limit.
    """

    language: Language
    inputs_KN: Array
    outputs_KN: Array
    held_out: tuple[Array, Array] | None = None
    id: str | None = None
    max_tokens: int | None = None
    num_scored: int | None = None
    example: Example | None = None

    @classmethod
    def of(cls, task: Task) -> Self:
        """The problem of a task."""
        language = task.language
        held_out = language.encode(task.held_out) if task.held_out else None
        return cls(language, *language.encode(task.examples), held_out, task.id, example=task.examples[0])

    @cached_property
    def shape(self) -> tuple[object, ...]:
        """What problems must share to be searched together."""
        return self.inputs_KN.shape, self.outputs_KN.shape, self.num_scored

    @property
    def scored(self) -> tuple[Array, Array]:
        """Inputs and outputs of the shown examples that a model reads."""
        most = MAX_SCORED if self.num_scored is None else min(self.num_scored, MAX_SCORED)
        return self.inputs_KN[:most], self.outputs_KN[:most]

    def longest(self, max_tokens: int) -> int:
        """The longest program to propose in a search with this limit, its EOS included."""
        return max_tokens if self.max_tokens is None else min(max_tokens, self.max_tokens)

    def without_held_out(self) -> Self:
        """The problem as a search may see it."""
        return replace(self, held_out=None)

    def consistent(self, programs: Sequence[Tokens]) -> Bools:
        """`[P]`: whether each program reproduces every shown example."""
        return self._right(programs, self.inputs_KN, self.outputs_KN)

    def right_on_held_out(self, programs: Sequence[Tokens]) -> Bools:
        """`[P]`: whether each program reproduces every held-out example; True where there are none."""
        if self.held_out is None:
            return np.ones(len(programs), dtype=np.bool_)
        return self._right(programs, *self.held_out)

    def right(self, programs: Sequence[Tokens]) -> Bools:
        """`[P]`: whether each program reproduces every example, shown and held out."""
        return self.consistent(programs) & self.right_on_held_out(programs)

    def _right(self, programs: Sequence[Tokens], inputs: Array, wanted: Array) -> Bools:
        if not len(programs):
            return np.ones(0, dtype=np.bool_)
        tokens_PT = padded(programs, self.language.grammar.eos)
        return right_programs(*self.language.machine.run_batch(tokens_PT, inputs), wanted)
