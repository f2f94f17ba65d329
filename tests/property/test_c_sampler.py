from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lasynth.domains.base import Status
from lasynth.domains.c.grammar import EOS, FIRST_INT
from lasynth.domains.c.machine import run_batch
from lasynth.domains.c.sampler import CSamplerSettings, sample_programs
from lasynth.domains.c.tasks import Verdict, draw_tasks

probability = st.floats(0, 1)


def weights(count: int) -> st.SearchStrategy[tuple[float, ...]]:
    return st.tuples(*[st.floats(0, 1)] * count).filter(lambda values: sum(values) > 0.01)


def configs() -> st.SearchStrategy[CSamplerSettings]:
    """Arbitrary settings, except those whose programs would grow without end."""
    fields: dict[str, st.SearchStrategy[object]] = {
        "num_cells": st.integers(2, 16),
        "max_constant": st.integers(1, 9),
        "max_tokens": st.integers(60, 300),
        "max_depth": st.integers(1, 2),
        "num_locals": weights(4),
        "num_statements": weights(3),
        "num_in_loop": weights(2),
        "assignments": weights(5),
        "operations": weights(3),
        "relations": weights(7),
        "pairings": weights(3),
        "indices": weights(3),
        "operands": weights(3),
        "tested": weights(3),
        "compared": weights(3),
    }
    names = [name for name in CSamplerSettings.__dataclass_fields__ if name.startswith("p_")]
    fields |= dict.fromkeys(names, probability)
    statements = st.tuples(*[st.floats(0.2, 1), *[st.floats(0, 0.2)] * 4])
    fields |= dict.fromkeys(("top", "in_loop", "in_branch"), statements)
    return st.builds(CSamplerSettings, **fields)  # type: ignore[arg-type]


@settings(max_examples=60)
@given(configs(), st.integers(0, 2**64 - 1))
def test_whatever_the_weights_programs_are_of_the_grammar(config: CSamplerSettings, seed: int) -> None:
    programs_PT = sample_programs(config, seed, 0, 50)
    _, statuses_PK = run_batch(programs_PT, np.zeros((1, config.num_cells), dtype=np.int32))
    assert (statuses_PK != Status.INVALID).all()
    assert (programs_PT[:, -1] == EOS).all()
    assert programs_PT.max() - FIRST_INT <= max(config.num_cells, config.max_constant)


@settings(max_examples=30)
@given(configs(), st.integers(0, 2**64 - 1), st.integers(1, 20))
def test_whatever_the_weights_tasks_are_as_promised(
    config: CSamplerSettings, seed: int, max_value: int
) -> None:
    drawn = draw_tasks(config, seed, 0, 50, max_value=max_value, max_tries=100)
    assert (drawn.verdicts_P != Verdict.INVALID).all()
    rows = drawn.verdicts_P == Verdict.ACCEPTED
    outputs_PKN, statuses_PK = run_batch(drawn.tokens_PT[rows], drawn.inputs_PKN[rows])
    assert (statuses_PK == Status.OK).all()
    assert (outputs_PKN == drawn.outputs_PKN[rows]).all()
    assert (abs(outputs_PKN) <= max_value).all()
    assert (abs(drawn.inputs_PKN[rows]) <= max_value).all()
