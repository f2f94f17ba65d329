"""The shipped settings give the distributions that the docs promise."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from lasynth.data.generate import make_shard
from lasynth.domains.c.generator import CTaskGenerator
from lasynth.domains.c.kinds import Kind


@pytest.mark.parametrize("simplify", [False, True])
def test_the_mix_of_small(simplify: bool) -> None:
    config = dataclasses.replace(CTaskGenerator.named("small"), simplify=simplify)
    table, counts = make_shard(config, split="train", num_tasks=3000, seed=123, shard=0)
    lengths = (table.tokens_PT != 0).sum(axis=1)
    with_loop = np.isin(table.kinds_P, (Kind.FOR_ONLY, Kind.MIXTURE)).mean()
    assert with_loop >= (0.5 if simplify else 0.65)  # the simplifier unrolls some loops
    assert 1 - table.plain_P.mean() >= 0.3
    assert all((table.kinds_P == kind).mean() > 0.08 for kind in Kind)
    assert lengths.max() < 256
    assert 25 <= lengths.mean() <= (45 if simplify else 60)
    assert counts["simplified_wrongly"] < 0.01 * counts["kept"] if simplify else True


def test_the_mix_of_paper() -> None:
    config = CTaskGenerator.named("paper")
    table, _ = make_shard(config, split="train", num_tasks=2000, seed=123, shard=0)
    lengths = (table.tokens_PT != 0).sum(axis=1)
    assert np.isin(table.kinds_P, (Kind.FOR_ONLY, Kind.MIXTURE)).mean() >= 0.5
    assert 1 - table.plain_P.mean() >= 0.3
    assert 90 <= lengths.mean() <= 160
    assert lengths.max() < 256
