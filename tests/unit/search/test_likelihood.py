from __future__ import annotations

import numpy as np
from toy_language import TOY, ReferenceScorer, toy_problem

from lasynth.search import Beam, SearchConfig, search
from lasynth.search.likelihood import log_probabilities


def test_programs_are_as_likely_as_a_beam_says() -> None:
    problem = toy_problem("rot inc")
    scorer = ReferenceScorer([(problem, TOY.text.tokens_of("rot inc"))])
    (result,) = search([Beam(scorer=scorer, width=16)], [problem], SearchConfig(max_tokens=5, enough=None))
    programs = [proposal.tokens for proposal in result.proposals]
    assert len({len(tokens) for tokens in programs}) > 1
    found = log_probabilities(scorer, problem, programs)
    assert found is not None
    np.testing.assert_allclose(found, [proposal.score for proposal in result.proposals], rtol=1e-9)


def test_what_the_mask_forbids_is_impossible() -> None:
    problem = toy_problem("inc")
    scorer = ReferenceScorer([(problem, TOY.text.tokens_of("inc"))])
    negated = TOY.text.tokens_of("neg inc")
    forbidden = negated[[0, 0, 1, 2]]  # after `neg` comes `inc`
    found = log_probabilities(scorer, problem, [forbidden, negated])
    assert found is not None
    assert found[0] == -np.inf
    assert np.isfinite(found[1])


def test_it_ends_when_the_time_is_over() -> None:
    problem = toy_problem("inc")
    scorer = ReferenceScorer([(problem, TOY.text.tokens_of("inc"))])
    assert log_probabilities(scorer, problem, [TOY.text.tokens_of("inc")], expired=lambda: True) is None
    assert log_probabilities(scorer, problem, []) is not None


def test_a_token_that_the_model_does_not_have_is_impossible() -> None:
    problem = toy_problem("inc")
    scorer = ReferenceScorer([(problem, TOY.text.tokens_of("inc"))])
    beyond = TOY.text.tokens_of("inc inc").copy()
    beyond[1] = scorer.num_tokens + 3
    found = log_probabilities(scorer, problem, [beyond, TOY.text.tokens_of("inc")])
    assert found is not None
    assert found[0] == -np.inf
    assert np.isfinite(found[1])
