"""The simplifier of C: its results agree on the examples, are no longer, and do not change again."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from programs import random_programs

from lasynth.domains.base import Status
from lasynth.domains.c.machine import run_batch
from lasynth.domains.c.simplify import simplify_one


@given(st.integers(0, 2**32 - 1), st.sampled_from((4, 1000)))
def test_simplified_programs_do_the_same_on_examples_and_are_no_longer(seed: int, largest: int) -> None:
    lists_KN = np.random.default_rng(seed).integers(-largest, largest + 1, (6, 5), dtype=np.int32)
    (tokens,) = random_programs(seed, 1)
    simple = simplify_one(tokens, 5, 4, lists_KN)
    assert np.count_nonzero(simple) <= np.count_nonzero(tokens)
    before_PKN, ran_PK = run_batch(tokens[None], lists_KN)
    after_PKN, runs_PK = run_batch(simple[None], lists_KN)
    ran_PK = ran_PK == Status.OK
    assert (runs_PK[ran_PK] == Status.OK).all()
    assert np.array_equal(after_PKN[ran_PK], before_PKN[ran_PK])
    assert np.array_equal(simplify_one(simple, 5, 4, lists_KN), simple)
