"""Tasks of restricted C (section 4.1 of the paper): random lists and simplified references.

The sampler draws a program, then ten distinct inputs for it by rejection: lists with values in
`[-max_value, max_value]` on which the program runs without failing and stays in that range. The second source
is Csmith, whose programs are mapped to the subset (`lasynth.domains.c.csmith`). There an item is a run of
Csmith, which gives several programs, and the version of Csmith is part of a shard's identity.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Final, Literal, Self

import numpy as np
from msgspec import Meta

from lasynth.config import Share, read
from lasynth.domains.c import constructs, kinds
from lasynth.domains.c.behaviour import behaviours
from lasynth.domains.c.csmith import csmith_programs, csmith_version
from lasynth.domains.c.csmith_import import load_pycparser
from lasynth.domains.c.machine import run_batch
from lasynth.domains.c.sampler import CSamplerSettings
from lasynth.domains.c.simplify import simplify
from lasynth.domains.c.tasks import Verdict, draw_examples, draw_tasks
from lasynth.domains.generator import Bools, Drawn, TaskGenerator
from lasynth.grammar import IntArray

__all__ = ["CTaskGenerator"]

_PER_RUN: Final = 4  # programs of one run of Csmith that become tasks, roughly


@dataclass(frozen=True, slots=True)
class CTaskGenerator(TaskGenerator):
    """The settings of tasks of C.

    Attributes:
        sampler: the distribution of programs, and the length of the lists.
        simplify: whether the reference program is the simplified one, or the sampled one.
        num_examples: distinct inputs per task, half of them shown and half held out.
        max_value: inputs and outputs are in `[-max_value, max_value]`, 1 to 127.
        max_tries: lists drawn for one program before it is rejected.
        keep_affine: share of the affine tasks that are kept; the hash of the behaviour decides.
        source: where programs come from. For Csmith, only `num_cells`, `max_constant` and `max_tokens` of the
            sampler matter.
    """

    DOMAIN: ClassVar = "c"
    VERDICTS: ClassVar = Verdict
    KINDS: ClassVar = kinds.Kind
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

    sampler: CSamplerSettings = field(default_factory=CSamplerSettings)
    simplify: bool | Share = True
    num_examples: Annotated[int, Meta(ge=2, le=100)] = 10
    max_value: Annotated[int, Meta(ge=1, le=127)] = 4
    max_tries: Annotated[int, Meta(ge=1, le=10**6)] = 400
    keep_affine: Share = 1.0
    source: Literal["sampler", "csmith"] = "sampler"

    kinds_of = staticmethod(kinds.kinds_of)
    constructs_of = staticmethod(constructs.constructs_of)
    depths_of = staticmethod(constructs.depths_of)

    @classmethod
    def named(cls, name: str) -> Self:
        """See `TaskGenerator`; the programs of `"paper"` are not simplified."""
        return read(cls, {"sampler": name, "simplify": name != "paper"})

    def with_source(self, name: str) -> Self:
        """See `TaskGenerator`: `"sampler"` or `"csmith"`."""
        return read(type(self), {**self.to_dict(), "source": name})

    def to_dict(self) -> dict[str, Any]:
        """See `Config`."""
        values = TaskGenerator.to_dict(self)
        if self.source == "sampler":
            del values["source"]  # shards written before there was a second source lack this key
        return values

    def made_by(self) -> dict[str, Any]:
        """See `TaskGenerator`; includes the version of Csmith if it makes the programs.

        Raises:
            InputError: Csmith or pycparser is not installed.
        """
        if self.source == "sampler":
            return self.to_dict()
        load_pycparser()
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
        """See `TaskGenerator`; also counts the results of Csmith's runs."""
        examples = {
            "num_examples": self.num_examples,
            "max_value": self.max_value,
            "max_tries": self.max_tries,
        }
        if self.source == "sampler":
            return draw_tasks(self.sampler, seed, first, count, **examples)
        limits = {key: getattr(self.sampler, key) for key in ("num_cells", "max_constant", "max_tokens")}
        imported = csmith_programs(seed, first, count, **limits)
        counts.update({f"csmith_{name}": number for name, number in imported.counts.items()})
        return draw_examples(imported.tokens_PT, imported.keys_P, num_cells=self.num_cells, **examples)

    def references(self, drawn: Drawn) -> tuple[IntArray, Bools]:
        """See `TaskGenerator`."""
        around = {"num_cells": self.num_cells, "max_value": self.max_value}
        tokens_PT = simplify(drawn.tokens_PT, **around)
        hashes_P, _ = behaviours(tokens_PT, **around)
        outputs_PKN, _ = run_batch(tokens_PT, drawn.inputs_PKN)
        same = (hashes_P == drawn.hashes_P) & (outputs_PKN == drawn.outputs_PKN).all(axis=(1, 2))
        return tokens_PT, same
