"""Tasks of Karel: sampled programs with six worlds each, and the words for their statistics.

Programs and worlds are drawn by `lasynth.domains.karel.tasks`. Five worlds of six are shown and one is held
out, as in the public benchmark.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt
from msgspec import Meta

from lasynth.config import Share
from lasynth.domains.generator import Bools, Drawn, TaskGenerator
from lasynth.domains.karel import constructs, kinds
from lasynth.domains.karel.behaviour import behaviours
from lasynth.domains.karel.machine import run_batch
from lasynth.domains.karel.sampler_config import KarelSamplerSettings
from lasynth.domains.karel.simplify import simplify_all
from lasynth.domains.karel.statistics import world_statistics
from lasynth.domains.karel.tasks import NUM_EXAMPLES, Verdict, draw_tasks
from lasynth.domains.karel.world import WORLD_SIZE
from lasynth.grammar import IntArray

__all__ = ["KarelTaskGenerator"]


@dataclass(frozen=True, slots=True)
class KarelTaskGenerator(TaskGenerator):
    """The settings of tasks of Karel.

    Attributes:
        sampler: the distribution of programs and worlds.
        simplify: whether parts without an effect in any world are cut from the reference program. The real
            programs have such parts.
        num_examples: distinct worlds per task, the last one held out.
        max_tries: worlds drawn for one example before a program is rejected.
        repeats: whether training tasks may share a behaviour, each with its own worlds. The real ones do;
            without this, short programs would be rare. Tasks for validation and tests share behaviours only
            if `disjoint` is False.
        disjoint: whether no behaviour is in two splits. The real splits share many. If False, tasks are
            distributed like the real test set, and each has its own worlds.
        keep_straight: share of the straight tasks that are kept; the hash of the behaviour decides.
    """

    DOMAIN: ClassVar = "karel"
    VERDICTS: ClassVar = Verdict
    KINDS: ClassVar = kinds.Kind
    REASONS: ClassVar = {
        "invalid": "not a program (a bug)",
        "fails": "no world found in which it ends without failing",
        "few_worlds": "too few such worlds, or not every outcome in them",
        "no_effect": "leaves too many worlds as they are",
        "other_split": "belongs to another split",
        "thinned": "straight, thinned out",
        "repeated_text": "same text as another",
        "repeated_behaviour": "same behaviour as another",
        "simplified_wrongly": "behaviour not kept by the simplifier",
    }
    PLAIN: ClassVar = "straight"
    VALUES: ClassVar = np.uint8

    sampler: KarelSamplerSettings = field(default_factory=KarelSamplerSettings)
    simplify: bool | Share = False
    num_examples: Annotated[int, Meta(ge=2, le=100)] = NUM_EXAMPLES
    max_tries: Annotated[int, Meta(ge=1, le=10**6)] = 60
    repeats: bool = True
    disjoint: bool = True
    keep_straight: Share = 1.0

    kinds_of = staticmethod(kinds.kinds_of)
    constructs_of = staticmethod(constructs.constructs_of)
    depths_of = staticmethod(constructs.depths_of)

    @property
    def num_cells(self) -> int:
        """W, the size of the array of one world."""
        return WORLD_SIZE

    @property
    def num_shown(self) -> int | None:
        """See `TaskGenerator`: all but one."""
        return self.num_examples - 1

    @property
    def keep_plain(self) -> float:
        """See `TaskGenerator`."""
        return self.keep_straight

    def draw(self, seed: int, first: int, count: int, counts: Counter[str]) -> Drawn:
        """See `TaskGenerator`."""
        return draw_tasks(
            self.sampler, seed, first, count, num_examples=self.num_examples, max_tries=self.max_tries
        )

    def references(self, drawn: Drawn) -> tuple[IntArray, Bools]:
        """See `TaskGenerator`."""
        tokens_PT = simplify_all(drawn.tokens_PT)
        outputs_PKW, _ = run_batch(tokens_PT, drawn.inputs_PKN)
        same = (behaviours(tokens_PT) == drawn.hashes_P) & (outputs_PKW == drawn.outputs_PKN).all(axis=(1, 2))
        return tokens_PT, same

    @staticmethod
    def figures_of(inputs_PKN: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any]]:
        """See `TaskGenerator`: sizes of the grids, and the shares of cells with markers and of walls."""
        found = world_statistics(inputs_PKN)
        return {
            "rows": found.rows,
            "columns": found.cols,
            "share of cells with markers": found.marker_shares,
            "share of walls": found.wall_shares,
        }
