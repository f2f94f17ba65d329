"""Tasks of the dialect `lists` of C: random programs with ten inputs each, and words for their statistics.

Programs and inputs are drawn by `lasynth.domains.c.lists.tasks`. Half of the examples are shown and half held
out. Every input is as wide as one of two lists, whatever it has; an output is one list.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt
from msgspec import Meta

from lasynth.config import Share
from lasynth.domains.c.lists import constructs, kinds
from lasynth.domains.c.lists.behaviour import behaviours
from lasynth.domains.c.lists.machine import run_batch
from lasynth.domains.c.lists.sampling.inputs import INPUT_WIDTH
from lasynth.domains.c.lists.sampling.settings import ListsSamplerSettings
from lasynth.domains.c.lists.simplify import simplify
from lasynth.domains.c.lists.tasks import Verdict, draw_tasks
from lasynth.domains.generator import Bools, Drawn, TaskGenerator
from lasynth.grammar import IntArray

__all__ = ["ListsTaskGenerator"]


@dataclass(frozen=True, slots=True)
class ListsTaskGenerator(TaskGenerator):
    """The settings of tasks of `lists`.

    Attributes:
        sampler: the distribution of programs and inputs.
        simplify: whether the reference program is the simplified one, or the sampled one. In few of these
            anything can go.
        num_examples: distinct inputs per task, half of them shown and half held out.
        max_tries: inputs drawn for one program before it is rejected.
    """

    DOMAIN: ClassVar = "c-lists"
    VERDICTS: ClassVar = Verdict
    KINDS: ClassVar = kinds.Kind
    REASONS: ClassVar = {
        "invalid": "not a program (a bug)",
        "fails": "fails on nearly every input",
        "few_inputs": "too few inputs found on which it ends well",
        "constant": "constant",
        "identity": "gives back an input",
        "ignores": "one of its inputs does not matter",
        "empty": "all shown outputs are empty",
        "few_outputs": "too few different outputs among the shown ones",
        "other_split": "belongs to another split",
        "thinned": "thinned out",
        "repeated_text": "same text as another",
        "repeated_behaviour": "same behaviour as another",
        "simplified_wrongly": "behaviour not kept by the simplifier",
    }
    VALUES: ClassVar = np.int32

    sampler: ListsSamplerSettings = field(default_factory=ListsSamplerSettings)
    simplify: bool | Share = True
    num_examples: Annotated[int, Meta(ge=2, le=100)] = 10
    max_tries: Annotated[int, Meta(ge=1, le=10**6)] = 120
    repeats: bool = False
    disjoint: bool = True

    kinds_of = staticmethod(kinds.kinds_of)
    constructs_of = staticmethod(constructs.constructs_of)
    depths_of = staticmethod(constructs.depths_of)

    @property
    def num_cells(self) -> int:
        """L, the numbers of one input."""
        return INPUT_WIDTH

    @staticmethod
    def figures_of(inputs_PKN: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any]]:
        """See `TaskGenerator`: lengths and values of lists."""
        return constructs.figures_of(inputs_PKN)

    def draw(self, seed: int, first: int, count: int, counts: Counter[str]) -> Drawn:
        """See `TaskGenerator`."""
        return draw_tasks(
            self.sampler,
            seed,
            first,
            count,
            num_examples=self.num_examples,
            num_shown=self.num_examples // 2,
            max_tries=self.max_tries,
        )

    def references(self, drawn: Drawn) -> tuple[IntArray, Bools]:
        """See `TaskGenerator`."""
        tokens_PT = simplify(drawn.tokens_PT, drawn.inputs_PKN)
        outputs_PKM, _ = run_batch(tokens_PT, drawn.inputs_PKN)
        right_P = (outputs_PKM == drawn.outputs_PKN).all(axis=(1, 2))
        return tokens_PT, right_P & (behaviours(tokens_PT, drawn.inputs_PKN) == drawn.hashes_P)
