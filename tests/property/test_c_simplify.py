"""Simplified programs: the same behaviour, never longer, and one form for equivalent programs."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import random_inputs, random_programs, text_of, tokens_of

from lasynth.domains.c.grammar import EOS
from lasynth.domains.c.machine import run_batch
from lasynth.domains.c.sampler import SamplerConfig, sample_programs
from lasynth.domains.c.simplify import probes, simplify, simplify_one
from lasynth.grammar import IntArray

NUM_PROGRAMS = 2000


def lengths(tokens_PT: IntArray) -> IntArray:
    return (tokens_PT != EOS).sum(axis=1)


def differs(before_PT: IntArray, after_PT: IntArray, inputs_KN: IntArray) -> np.ndarray:
    """[P, K] where the first runs through and the second does something else."""
    outputs_PKN, statuses_PK = run_batch(before_PT, inputs_KN)
    now_PKN, now_PK = run_batch(after_PT, inputs_KN)
    return (statuses_PK == 0) & ((now_PK != 0) | (outputs_PKN != now_PKN).any(axis=2))


@given(seed=st.integers(0, 2**32 - 1), huge=st.booleans())
@settings(max_examples=15)
def test_any_program_keeps_what_it_does_on_the_probes(seed: int, huge: bool) -> None:
    programs_PT = random_programs(seed, 20, huge=huge)
    short_PT = simplify(programs_PT)
    assert (lengths(short_PT) <= lengths(programs_PT)).all()
    assert not differs(programs_PT, short_PT, probes(5, 4)).any()
    assert np.array_equal(simplify(short_PT), short_PT)


@given(seed=st.integers(0, 2**32 - 1), num_cells=st.integers(1, 16))
@settings(max_examples=15)
def test_given_inputs_are_kept_whatever_their_values(seed: int, num_cells: int) -> None:
    inputs_KN = random_inputs(seed, (5, num_cells))
    for tokens in random_programs(seed, 5):
        short = simplify_one(tokens, num_cells, 4, examples=inputs_KN)
        assert not differs(tokens[None], short[None], inputs_KN).any()


@pytest.fixture(scope="module", params=["small", "paper"])
def sampled(request: pytest.FixtureRequest) -> tuple[IntArray, IntArray]:
    """Programs that run through on nearly all inputs, and what they are cut down to."""
    programs_PT = sample_programs(SamplerConfig.named(request.param), 11, 0, NUM_PROGRAMS)
    _, statuses_PK = run_batch(programs_PT, probes(5, 4))
    programs_PT = programs_PT[(statuses_PK == 0).mean(axis=1) > 0.9]
    return programs_PT, simplify(programs_PT)


def test_nearly_all_programs_do_the_same_on_inputs_never_seen(sampled: tuple[IntArray, IntArray]) -> None:
    fresh_KN = np.random.default_rng(5).integers(-4, 5, (500, 5), dtype=np.int32)
    assert differs(*sampled, fresh_KN).any(axis=1).mean() < 0.01


def test_a_second_time_changes_nothing(sampled: tuple[IntArray, IntArray]) -> None:
    _, short_PT = sampled
    assert np.array_equal(simplify(short_PT), short_PT)


def test_programs_get_much_shorter(sampled: tuple[IntArray, IntArray]) -> None:
    programs_PT, short_PT = sampled
    assert (lengths(short_PT) <= lengths(programs_PT)).all()
    assert lengths(short_PT).mean() < 0.75 * lengths(programs_PT).mean()


def test_equivalent_programs_nearly_always_get_one_form() -> None:
    programs_PT = sample_programs(SamplerConfig(), 12, 0, 3 * NUM_PROGRAMS)
    short_PT = simplify(programs_PT)
    outputs_PKN, statuses_PK = run_batch(short_PT, probes(5, 4))
    forms = defaultdict(list)
    for tokens, outputs, statuses in zip(short_PT, outputs_PKN, statuses_PK, strict=True):
        if not statuses.any():
            forms[outputs.tobytes()].append(tokens.tobytes())
    shared = [texts for texts in forms.values() if len(texts) > 1]
    assert len(shared) > 100
    assert np.mean([len(set(texts)) == 1 for texts in shared]) > 0.95


def test_what_adds_nothing_is_taken_out_again() -> None:
    programs_PT = simplify(sample_programs(SamplerConfig(max_tokens=100), 13, 0, 400))
    spoilt_PT = np.full((len(programs_PT), 160), EOS, dtype=np.int32)
    for spoilt, tokens in zip(spoilt_PT, programs_PT, strict=True):
        text = text_of(tokens)
        # Twice a change that is taken back, a variable nobody needs, a branch and a loop for nothing.
        text = f"int l_7 = 1; {text} for (int p_7 = 3; p_7 > 2; p_7--) {{ a[p_7] += l_7; }}"
        text += "if (a[0] <= a[0]) { a[3] = a[3] - l_7; } else { a[2]++; }"
        spoilt[: len(tokens_of(text))] = tokens_of(text)
    kept = (run_batch(spoilt_PT, probes(5, 4))[1] == 0).all(axis=1)
    assert kept.mean() > 0.9
    again_PT = simplify(spoilt_PT)[:, : programs_PT.shape[1]]
    assert (again_PT == programs_PT).all(axis=1)[kept].mean() > 0.98
