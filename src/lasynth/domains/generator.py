"""How the random tasks of a language are drawn: what the generation of data needs to know of it.

A task generator is the settings of a language's tasks, its sampler's among them, and what generating them
takes: drawing, reference programs, and words and figures for the statistics. `lasynth.data` asks for nothing
else, so shards, splits and data sets are the same for every language.

A *plain* task is one that the floor of the language can express. Files and statistics use the language's own
word for it.

Shapes: P programs, T tokens, K examples, N numbers of one input or output (cells of a list, of a world).
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from lasynth.config import Config, Share, read
from lasynth.errors import InputError
from lasynth.grammar import IntArray
from lasynth.quoting import quoted

__all__ = ["Drawn", "TaskGenerator"]

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Programs with their examples; where the verdict is not 0 the rest of a row is void.

    Attributes:
        tokens_PT: int32, ended and padded by EOS.
        inputs_PKN, outputs_PKN: examples.
        hashes_P: int64, of the behaviour.
        plain_P: bool, whether the task is plain.
        verdicts_P: uint8, numbers of the generator's `VERDICTS`, 0 accepted.
    """

    tokens_PT: IntArray
    inputs_PKN: npt.NDArray[Any]
    outputs_PKN: npt.NDArray[Any]
    hashes_P: npt.NDArray[np.int64]
    plain_P: Bools
    verdicts_P: npt.NDArray[np.uint8]

    def rows(self, which: Any) -> Self:
        """The programs that an index array, a mask or a slice selects."""
        return type(self)(*(getattr(self, field.name)[which] for field in dataclasses.fields(self)))


class TaskGenerator(Config):
    """The base of a language's task generator; subclasses are frozen dataclasses of their settings.

    Attributes:
        DOMAIN: the language.
        VERDICTS: what can become of a sampled program, 0 accepted.
        KINDS: the kinds of programs, each with a `label`.
        REASONS: why a sampled program is rejected, in the order of the checks; the keys are the names of the
            verdicts and of the checks of generation itself.
        PLAIN: the language's word for a task that its floor can express; None where it has no floor.
        VALUES: the type of the numbers of examples as they are stored.
        sampler: what programs are like.
        simplify: whether the reference program is the simplified one, or the sampled one; a number is the
            share of tasks where it is the simplified one, and the hash of the behaviour decides.
        num_examples: K, of a task, shown and held out together.
        repeats: whether tasks for training may share a behaviour, each with examples of its own.
        disjoint: whether no behaviour is in two splits.
    """

    __slots__ = ()
    WHERE: ClassVar[str] = "task settings"
    DOMAIN: ClassVar[str]
    VERDICTS: ClassVar[type[IntEnum]]
    KINDS: ClassVar[type[Any]]
    REASONS: ClassVar[Mapping[str, str]]
    PLAIN: ClassVar[str | None] = None
    VALUES: ClassVar[type[np.generic]]

    sampler: Any
    simplify: bool | Share = False
    num_examples: int
    repeats: bool = False
    disjoint: bool = True

    @property
    def num_cells(self) -> int:
        """N, the numbers of one input."""
        raise NotImplementedError

    @property
    def num_shown(self) -> int | None:
        """How many examples of a task are shown; None for half of them."""
        return None

    @property
    def keep_plain(self) -> float:
        """Share of the plain tasks that is kept."""
        return 1.0

    def draw(self, seed: int, first: int, count: int, counts: Counter[str]) -> Drawn:
        """Items `first` to `first + count - 1` of a seed; may add to `counts` what happened before."""
        raise NotImplementedError

    def references(self, drawn: Drawn) -> tuple[IntArray, Bools]:
        """The simplified programs of accepted rows, and which of them behave as the sampled one does."""
        raise NotImplementedError

    def made_by(self) -> dict[str, Any]:
        """What identifies a shard besides seed, split and number; checks that its tools are installed."""
        return self.to_dict()

    def items(self, num_programs: int) -> int:
        """How many items to draw for about so many programs."""
        return num_programs

    @staticmethod
    def kinds_of(tokens_PT: IntArray) -> npt.NDArray[np.uint8]:
        """`[P]` numbers of `KINDS`."""
        raise NotImplementedError

    @staticmethod
    def constructs_of(tokens_PT: IntArray) -> dict[str, Bools]:
        """Which programs use each construct of the language, `[P]` each."""
        raise NotImplementedError

    @staticmethod
    def depths_of(tokens_PT: IntArray) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
        """How deep blocks, and loops, are nested in each program, `[P]` each; 0 by default."""
        flat_P = np.zeros(len(tokens_PT), dtype=np.uint8)
        return flat_P, flat_P

    @staticmethod
    def figures_of(inputs_PKN: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any]]:
        """Figures of inputs by name, one number an input; none by default."""
        return {}

    @classmethod
    def named(cls, name: str) -> Self:
        """The tasks of a named setting of the sampler.

        Raises:
            InputError: an unknown name.
        """
        return read(cls, {"sampler": name})

    def with_source(self, name: str) -> Self:
        """The same with programs from another source than the sampler.

        Raises:
            InputError: an unknown source.
        """
        if name != "sampler":
            raise InputError(
                f"unknown program source {quoted(name)}", hint=f"Known for {self.DOMAIN}: sampler."
            )
        return self
