"""Idioms of the sampler: programs of the grammar, almost all of which become tasks; none if not wanted."""

from __future__ import annotations

import numpy as np
import pytest

from lasynth.domains.c.kinds import Kind, kinds_of
from lasynth.domains.c.sampler import CSamplerSettings, sample_programs
from lasynth.domains.c.sampler_idioms import IDIOMS
from lasynth.domains.c.tasks import Verdict, draw_tasks


def only(idiom: str, **changes: object) -> CSamplerSettings:
    weights = [float(name == idiom) for name in IDIOMS]
    return CSamplerSettings.named("idioms", idioms=weights, num_idioms=(1.0,), **changes)


@pytest.mark.parametrize("idiom", IDIOMS)
@pytest.mark.parametrize("num_cells", [5, 3])
def test_an_idiom_makes_tasks(idiom: str, num_cells: int) -> None:
    drawn = draw_tasks(only(idiom, num_cells=num_cells), seed=3, first=0, count=200)
    assert not (drawn.verdicts_P == Verdict.INVALID).any()
    assert (drawn.verdicts_P == Verdict.ACCEPTED).mean() > 0.75


def test_idioms_have_loops_or_swap() -> None:
    for idiom in IDIOMS:
        kinds = kinds_of(sample_programs(only(idiom), 4, 0, 200))
        share = np.isin(kinds, [Kind.FOR_ONLY, Kind.MIXTURE]).mean()
        assert share > (0.5 if idiom in ("swap", "clamp") else 0.99), idiom


def test_a_share_of_mixed_programs_holds_idioms() -> None:
    """Programs without idioms are distributed as in `small`, although one more number is drawn."""
    mixed = CSamplerSettings.named("mixed", p_idioms=1e-12)
    plain = CSamplerSettings.named("small")
    few, none = (kinds_of(sample_programs(config, 5, 0, 3000)) for config in (mixed, plain))
    assert abs((few == Kind.MIXTURE).mean() - (none == Kind.MIXTURE).mean()) < 0.03
    many = kinds_of(sample_programs(CSamplerSettings.named("mixed"), 5, 0, 3000))
    assert (many == Kind.MIXTURE).mean() > (none == Kind.MIXTURE).mean() + 0.05


def test_idioms_stand_among_ordinary_statements() -> None:
    plain = CSamplerSettings.named("idioms", p_plain=1.0, num_idioms=(0.0, 0.0, 1.0))
    full = CSamplerSettings.named("idioms", p_plain=0.0, num_idioms=(0.0, 0.0, 1.0))
    lengths = [(sample_programs(config, 6, 0, 500) != 0).sum(axis=1).mean() for config in (plain, full)]
    assert lengths[0] < 0.75 * lengths[1]
