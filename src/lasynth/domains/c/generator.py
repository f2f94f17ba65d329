"""Tasks of restricted C (section 4.1 of the paper): drawn lists, simplified references, words for figures.

A program is drawn by the sampler, then ten distinct inputs for it by rejection: lists with values in
`[-max_value, max_value]` on which it runs well and stays in that range. A second source is Csmith, whose
programs are mapped to the subset (`lasynth.domains.c.csmith`). There an item is a run of Csmith, which gives
several programs, and a shard goes by the version of Csmith as well.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Self

import numpy as np
import numpy.typing as npt

from lasynth.domains.c.behaviour import behaviours
from lasynth.domains.c.constructs import constructs_of, depths_of
from lasynth.domains.c.csmith import csmith_programs, csmith_version
from lasynth.domains.c.csmith_import import load_pycparser
from lasynth.domains.c.kinds import Kind, kinds_of
from lasynth.domains.c.machine import run_batch
from lasynth.domains.c.sampler import CSamplerSettings
from lasynth.domains.c.simplify import simplify
from lasynth.domains.c.tasks import Verdict, draw_examples, draw_tasks
from lasynth.domains.generator import Bools, Drawn, TaskGenerator
from lasynth.errors import InputError
from lasynth.grammar import IntArray

__all__ = ["CTaskGenerator"]

_SOURCES: Final = ("sampler", "csmith")
_PER_RUN: Final = 4  # programs of one run of Csmith that make tasks, roughly


@dataclass(frozen=True, slots=True)
class CTaskGenerator(TaskGenerator):
    """What tasks of C are like.

    Attributes:
        sampler: what the programs are like, and the length of the lists.
        simplify: whether the reference program is the simplified one, or the one that was drawn.
        num_examples: distinct inputs a task, half of them shown and half held out.
        max_value: inputs and outputs are in `[-max_value, max_value]`, 1 to 127.
        max_tries: lists drawn for one program before it is given up.
        keep_affine: share of the affine tasks that is kept; the choice goes by behaviour.
        source: where programs come from, `"sampler"` or `"csmith"`. For Csmith only the `num_cells`,
            `max_constant` and `max_tokens` of the sampler count.
    """

    DOMAIN: ClassVar = "c"
    SAMPLER: ClassVar = CSamplerSettings
    DEFAULT: ClassVar = "small"
    VERDICTS: ClassVar = Verdict
    KINDS: ClassVar = Kind
    REASONS: ClassVar = {
        "invalid": "not a program (a bug)",
        "fails": "fails or leaves the range on nearly every list",
        "few_inputs": "too few lists found on which it stays in range",
        "constant": "constant",
        "identity": "identity",
        "other_split": "belongs to another split",
        "thinned": "affine, thinned out",
        "repeated_text": "same text as another",
        "repeated_behaviour": "same behaviour as another",
        "simplified_wrongly": "behaviour not kept by the simplifier",
    }
    PLAIN: ClassVar = "affine"
    VALUES: ClassVar = np.int8
    RANGES: ClassVar[Mapping[str, tuple[int, int]]] = {
        "num_examples": (2, 100),
        "max_value": (1, 127),
        "max_tries": (1, 10**6),
        "keep_affine": (0, 1),
    }

    sampler: CSamplerSettings = field(default_factory=CSamplerSettings)
    simplify: bool = True
    num_examples: int = 10
    max_value: int = 4
    max_tries: int = 400
    keep_affine: float = 1.0
    source: str = "sampler"

    def __post_init__(self) -> None:
        if self.source not in _SOURCES:
            raise InputError(
                f"no source of programs is called {self.source!r}",
                hint=f"Known are: {', '.join(_SOURCES)}.",
            )
        self._check()

    @classmethod
    def named(cls, name: str) -> Self:
        """A named setting of the sampler; `"paper"` has programs as they are drawn, others simplified ones.

        Raises:
            InputError: no such setting.
        """
        return cls(sampler=CSamplerSettings.named(name), simplify=name != "paper")

    def of_source(self, name: str) -> Self:
        """See `TaskGenerator`: `"sampler"` or `"csmith"`."""
        return dataclasses.replace(self, source=name)

    def to_dict(self) -> dict[str, Any]:
        """All fields as JSON values; `from_dict` reads them back equal."""
        values = TaskGenerator.to_dict(self)
        if self.source == "sampler":
            del values["source"]  # as it was before there was another: shards of then are still the same
        return values

    def made_by(self) -> dict[str, Any]:
        """See `TaskGenerator`; with the version of Csmith where programs are its own.

        Raises:
            InputError: Csmith is not installed, or the reader of its programs is not.
        """
        if self.source == "sampler":
            return self.to_dict()
        load_pycparser()  # what is missing is said before anything is begun
        return {**self.to_dict(), "csmith_version": csmith_version()}

    @property
    def num_cells(self) -> int:
        """N, the length of the lists."""
        return self.sampler.num_cells

    @property
    def keep_plain(self) -> float:
        """See `TaskGenerator`."""
        return self.keep_affine

    def items(self, num_programs: int) -> int:
        """See `TaskGenerator`."""
        return num_programs if self.source == "sampler" else -(-num_programs // _PER_RUN)

    def draw(self, seed: int, first: int, count: int, counts: Counter[str]) -> Drawn:
        """See `TaskGenerator`; adds what became of Csmith's runs to `counts`."""
        sampler = self.sampler
        limits = {
            "num_examples": self.num_examples,
            "max_value": self.max_value,
            "max_tries": self.max_tries,
        }
        if self.source == "sampler":
            return draw_tasks(sampler, seed, first, count, **limits)
        imported = csmith_programs(
            seed,
            first,
            count,
            num_cells=sampler.num_cells,
            max_constant=sampler.max_constant,
            max_tokens=sampler.max_tokens,
        )
        for name, number in imported.counts.items():
            counts[f"csmith_{name}"] += number
        tokens_PT, keys_P = imported.tokens_PT, imported.keys_P
        return draw_examples(tokens_PT, keys_P, num_cells=sampler.num_cells, **limits)

    def references(self, drawn: Drawn) -> tuple[IntArray, Bools]:
        """See `TaskGenerator`."""
        around = {"num_cells": self.num_cells, "max_value": self.max_value}
        tokens_PT = simplify(drawn.tokens_PT, **around)
        hashes_P, _ = behaviours(tokens_PT, **around)
        outputs_PKN, _ = run_batch(tokens_PT, drawn.inputs_PKN)
        same = (hashes_P == drawn.hashes_P) & (outputs_PKN == drawn.outputs_PKN).all(axis=(1, 2))
        return tokens_PT, same

    @staticmethod
    def kinds_of(tokens_PT: IntArray) -> npt.NDArray[np.uint8]:
        """See `TaskGenerator`."""
        return kinds_of(tokens_PT)

    @staticmethod
    def constructs_of(tokens_PT: IntArray) -> dict[str, Bools]:
        """See `TaskGenerator`."""
        return constructs_of(tokens_PT)

    @staticmethod
    def depths_of(tokens_PT: IntArray) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
        """See `TaskGenerator`."""
        return depths_of(tokens_PT)
