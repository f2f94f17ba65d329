"""What a language must offer: the `Domain` protocol, and the statuses of a run.

A language is one folder below `lasynth.domains` with one object that fulfils `Domain`. Models, data,
search and the command line reach a language through it alone. Nothing here imports torch.

Programs travel as padded token arrays `tokens_PT` (`int32`, every row ended and padded by
`eos`), so that generation, training and search never build Python objects for each program; text
and trees are for people.

Shapes: P programs, T tokens, K examples, V vocabulary; an input's own axes stand behind K (for lists,
N cells).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from lasynth.task import Task

__all__ = ["Checker", "Domain", "Status", "TokenMask"]

Tokens = npt.NDArray[np.int32]


class Status(IntEnum):
    """How one run of one program on one input ended. Anything but OK makes its output void."""

    OK = 0
    OUT_OF_RANGE = 1  # an index outside the list
    OVERFLOW = 2  # a value that does not fit in 32 bits
    UNSET = 3  # a variable read before it was set
    OUT_OF_FUEL = 4  # too many steps
    CRASH = 5  # an invalid action (Karel)
    INVALID = 6  # the tokens are not a program


class TokenMask(Protocol):
    """Which tokens may come next in each of R programs, so that what a search ends is a program."""

    def allowed(self) -> npt.NDArray[np.bool_]:
        """`[R, V]`."""

    def advance(self, tokens: npt.NDArray[np.int64]) -> None:
        """Append one token a row, in place."""

    def reorder(self, parents: npt.NDArray[np.int64]) -> TokenMask:
        """A new mask of the rows `parents`, which may repeat."""


class Checker(Protocol):
    """Runs programs by other means than the built-in machine: for C a real compiler."""

    @property
    def name(self) -> str:
        """What users call it."""

    def run_many(
        self, programs: Sequence[Any], inputs_PKN: npt.NDArray[Any], *, timeout_s: float = ...
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.uint8]]:
        """Run syntax trees on inputs, `[P, K, ...]` or `[K, ...]` for all: outputs and `Status` `[P, K]`.

        Raises:
            OSError: it cannot be run now.
        """


class Domain(Protocol):
    """A language: all that the rest of the package knows of it.

    Attributes:
        name: what users call it.
        bos, eos: the tokens before and behind a program.
        num_tokens: size of the vocabulary of a model with the usual literals.
    """

    name: str
    bos: int
    eos: int
    num_tokens: int

    def parse(self, text: str) -> Any:
        """Read program text into a syntax tree.

        Raises:
            ProgramError: what is wrong, with line and caret.
        """

    def format(self, program: Any) -> str:
        """The text of a syntax tree, as a person would write it."""

    def to_tokens(self, program: Any) -> Tokens:
        """`[T]` tokens of a syntax tree, `eos` included.

        Raises:
            ProgramError: more names than the vocabulary has.
        """

    def from_tokens(self, tokens: Tokens) -> Any:
        """The syntax tree of tokens; what stands behind `eos` is not read."""

    def run_batch(
        self, tokens_PT: Tokens, inputs_PKN: npt.NDArray[Any], *, fuel: int = ...
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.uint8]]:
        """Run programs on inputs, `[P, K, ...]` or `[K, ...]` for all: outputs and `Status` `[P, K]`."""

    def mask(self, num_rows: int, num_tokens: int) -> TokenMask:
        """The mask of programs that have not begun, for a vocabulary of `num_tokens`."""

    def allowed_along(self, tokens_BT: Tokens, num_tokens: int) -> npt.NDArray[np.bool_]:
        """`[B, T, V]`: the tokens that may stand at each position of given programs, behind those before it.

        Raises:
            ValueError: a row that is not the beginning of a program.
        """

    def run_partial(
        self,
        tokens_BT: Tokens,
        inputs_BKN: npt.NDArray[Any],
        row_X: npt.NDArray[np.int64],
        length_X: npt.NDArray[np.int64],
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
        """Run the first `length_X` tokens of programs `row_X` on their inputs, where these are programs.

        Returns:
            `[X, K, ...]` outputs, what no run can leave where there is none; and `[X, K]` where there is one.
        """

    def encode(self, task: Task) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """The shown examples of a task as `(inputs, outputs)`, `[K, ...]` each."""

    def decode(self, value: npt.NDArray[Any]) -> Any:
        """One input or output as users see it, from its array."""

    def check_range(self, task: Task, model: Any, *, where: str | None = None) -> None:
        """Check that a model of the language knows what the shown examples of a task hold.

        Args:
            task: of the language.
            model: a loaded model; a language asks it for the limits of its own models.
            where: what to call the task in messages.

        Raises:
            InputError: it does not; says what it knows.
        """

    def smallest_task(self, model: Any) -> Task:
        """A task that a model of the language knows, to try on it whatever must be compiled first."""

    def checker(self) -> Checker | None:
        """What checks answers besides the machine; None where there is nothing."""

    def probe_inputs(self, inputs_KN: npt.NDArray[Any], *, num: int, seed: int) -> npt.NDArray[Any]:
        """`[num, ...]` further inputs of the kind of these, to tell programs apart."""

    def simplify(self, tokens_PT: Tokens, inputs_KN: npt.NDArray[Any]) -> Tokens:
        """Shorter programs of the same behaviour, on these inputs and on many others like them."""

    def kind(self, tokens: Tokens) -> str:
        """Which control flow a program has, in the words of the paper (`"For-only"`)."""
