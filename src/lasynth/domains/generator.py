"""How the random tasks of a language are drawn: what the generation of data needs to know of it.

A task generator is the frozen settings of a language's tasks (a sampler's among them) together with the
language's side of generating them: drawing, the reference programs, and the words and figures of the
statistics. Data asks for nothing else, so shards, splits and data sets are the same for every language.

Tasks that the floor of a language can express are called *plain* here, and by the language's own word in
files and on pages.

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

from lasynth.domains.settings import SamplerSettings
from lasynth.errors import InputError
from lasynth.grammar import IntArray

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


class TaskGenerator:
    """The base of a language's task generator; subclasses are frozen dataclasses of their settings.

    Attributes:
        DOMAIN: the language.
        SAMPLER: the class of its sampler's settings.
        DEFAULT: the name of the setting that is meant where none is given.
        VERDICTS: what can become of a drawn program, 0 accepted.
        KINDS: the kinds of programs, each with a `label`.
        REASONS: why a drawn program is not a task, by the names of its verdicts and of what generation itself
            turns down, in the order in which that is found out.
        PLAIN: the language's word for a plain task; None where it has no floor, and so no such tasks.
        VALUES: the type of the numbers of examples as they are stored.
        RANGES: lowest and highest of each number among the settings.
        sampler: what programs are like.
        simplify: whether the reference program is the simplified one, or the one that was drawn.
        num_examples: K, of a task, shown and held out together.
    """

    __slots__ = ()
    DOMAIN: ClassVar[str]
    SAMPLER: ClassVar[type[SamplerSettings]]
    DEFAULT: ClassVar[str]
    VERDICTS: ClassVar[type[IntEnum]]
    KINDS: ClassVar[type[Any]]
    REASONS: ClassVar[Mapping[str, str]]
    PLAIN: ClassVar[str | None] = None
    VALUES: ClassVar[type[np.generic]]
    RANGES: ClassVar[Mapping[str, tuple[int, int]]]

    sampler: Any
    simplify: bool = False
    num_examples: int

    @property
    def num_cells(self) -> int:
        """N, the numbers of one input or output."""
        raise NotImplementedError

    @property
    def num_shown(self) -> int | None:
        """How many examples of a task are shown; None for half of them."""
        return None

    @property
    def keep_plain(self) -> float:
        """Share of the plain tasks that is kept."""
        return 1.0

    @property
    def repeats(self) -> bool:
        """Whether tasks for training may share a behaviour, each with examples of its own."""
        return False

    @property
    def disjoint(self) -> bool:
        """Whether no behaviour is in two splits."""
        return True

    def draw(self, seed: int, first: int, count: int, counts: Counter[str]) -> Drawn:
        """Items `first` to `first + count - 1` of a seed; may add to `counts` what happened before."""
        raise NotImplementedError

    def references(self, drawn: Drawn) -> tuple[IntArray, Bools]:
        """The simplified programs of accepted rows, and which of them behave as the drawn one does."""
        raise NotImplementedError

    def made_by(self) -> dict[str, Any]:
        """What a shard goes by besides seed, split and number; checks that what it takes is there."""
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
        """How deep blocks, and loops, are nested in each program, `[P]` each; not at all unless told."""
        flat_P = np.zeros(len(tokens_PT), dtype=np.uint8)
        return flat_P, flat_P

    @staticmethod
    def figures_of(inputs_PKN: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any]]:
        """Figures of inputs by name, one number an input; none where there is nothing to tell."""
        return {}

    @classmethod
    def named(cls, name: str) -> Self:
        """A named setting.

        Raises:
            InputError: no such setting.
        """
        return cls.from_dict({"sampler": name})

    def of_source(self, name: str) -> Self:
        """The same with programs of another source than the sampler.

        Raises:
            InputError: the language has no source of that name.
        """
        if name != "sampler":
            what = f"no source of programs is called {name!r}"
            raise InputError(what, hint=f"Known for {self.DOMAIN}: sampler.")
        return self

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The setting of a mapping, as TOML or JSON give it; `sampler` is a name or a mapping.

        Raises:
            InputError: an unknown key, or a value that does not fit.
        """
        fields = dict(values)
        sampler = fields.pop("sampler", cls.DEFAULT)
        if isinstance(sampler, str):
            sampler = cls.SAMPLER.named(sampler)
        elif isinstance(sampler, Mapping):
            sampler = dict(sampler)
            sampler = cls.SAMPLER.named(sampler.pop("name", cls.DEFAULT), **sampler)
        known = {field.name for field in _fields(cls)}
        for key in fields:
            if key not in known:
                raise InputError(
                    f"generation has no setting {key!r}", hint=f"Known: {', '.join(sorted(known))}."
                )
        return cls(sampler=sampler, **fields)  # type: ignore[call-arg]  # subclasses are dataclasses

    def to_dict(self) -> dict[str, Any]:
        """All fields as JSON values; `from_dict` reads them back equal."""
        values = {field.name: getattr(self, field.name) for field in _fields(type(self))}
        return {**values, "sampler": self.sampler.to_dict()}

    def _check(self) -> None:
        """Check what all sources share.

        Raises:
            InputError: a setting that does not fit.
        """
        if not isinstance(self.sampler, self.SAMPLER) or not isinstance(self.simplify, bool):
            raise InputError(
                f"sampler is {self.sampler!r}, simplify is {self.simplify!r}",
                hint="Give the sampler a name or settings, and simplify true or false.",
            )
        for key, (low, high) in self.RANGES.items():
            value = getattr(self, key)
            numeric = isinstance(value, float | int if key.startswith("keep_") else int)
            if not numeric or isinstance(value, bool) or not low <= value <= high:
                raise InputError(f"{key} is {value!r}", hint=f"Give a number from {low} to {high}.")


def _fields(cls: type[Any]) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(cls)
