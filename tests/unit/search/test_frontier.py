from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from toy_language import TOY, ReferenceScorer, TableScorer, toy_problem

from lasynth.outcome import StopReason
from lasynth.search import Beam, Budget
from lasynth.search.frontier import top_columns

V, EOS, BOS = TOY.grammar.num_tokens, TOY.grammar.eos, TOY.grammar.bos
INC, DEC, ROT, NEG = 2, 3, 4, 5
ONE, TWO = toy_problem("inc"), toy_problem("dec", seed=1)


def endless(eos_logit: float = -50.0) -> TableScorer:
    logits = np.zeros((1, V, V))
    logits[..., EOS] = eos_logit
    return TableScorer([(ONE, logits), (TWO, logits)])


def test_top_columns_takes_the_left_of_equals() -> None:
    values = np.array([[1.0, 3.0, 2.0, 3.0, 2.0, 2.0], [0.0, -np.inf, 5.0, -np.inf, -np.inf, -np.inf]])
    assert top_columns(values, 4)[0].tolist() == [1, 3, 2, 4]
    assert top_columns(values, 2).tolist() == [[1, 3], [2, 0]]
    assert top_columns(values, 9)[0].tolist() == [1, 3, 2, 4, 5, 0]


def test_a_forced_token_costs_nothing_even_where_the_model_forbids_it() -> None:
    logits = np.zeros((1, V, V))
    logits[0, BOS, NEG] = 9.0
    logits[0, NEG, INC] = -np.inf  # the only token that the grammar allows after neg
    logits[0, INC, EOS] = 9.0
    scorer = TableScorer([(ONE, logits)])
    start = scorer.start(ONE.inputs_KN[None], ONE.outputs_KN[None])
    first = float(scorer.step(start, np.array([BOS]))[0][0, NEG])
    last = float(scorer._log_probs[0, 0, INC, EOS])
    for renormalise in (False, True):
        beam = Beam(scorer=scorer, width=1, renormalise=renormalise)
        (found,) = [found for found in beam.propose([ONE], Budget.of(1, max_tokens=8)) if len(found)]
        assert found.tokens_PT.tolist() == [[NEG, INC, EOS]]
        if renormalise:
            assert found.score_P[0] > first + last  # without the probability on BOS the score is higher
        else:
            assert found.score_P[0] == pytest.approx(first + last)


def test_time_is_asked_before_every_step() -> None:
    asked = 0

    def expired() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    budget = dataclasses.replace(Budget.of(2, max_tokens=50), expired=expired)
    steps = list(Beam(scorer=endless(), width=4).propose([ONE, TWO], budget))
    assert len(steps) == 3
    assert budget.reasons == [StopReason.TIME_LIMIT] * 2


def test_a_consumer_may_end_a_problem() -> None:
    budget = Budget.of(2, max_tokens=20)
    scorer = endless()
    stream = Beam(scorer=scorer, width=4).propose([ONE, TWO], budget)
    next(stream)
    next(stream)
    scorer.num_rows_stepped = 0
    budget.end(0, StopReason.ENOUGH_FOUND)
    next(stream)
    assert scorer.num_rows_stepped == 4  # of the other problem only
    assert [len(found) for found in stream] == [0] * 17
    assert budget.reasons == [StopReason.ENOUGH_FOUND, StopReason.MAX_LENGTH]


def test_patience_collects_more_and_the_best_stay_the_best() -> None:
    logits = np.random.default_rng(3).normal(0, 1, (4, V, V))
    logits[:2, :, EOS] += 2.0  # early ends come first, later ones are better
    logits[2:, :, EOS] += 4.0
    scorer = TableScorer([(ONE, logits)])
    scores = {}
    for patience in (1.0, 3.0, float("inf")):
        stream = Beam(scorer=scorer, width=8, patience=patience).propose([ONE], Budget.of(1, max_tokens=30))
        found = sorted(-np.concatenate([each.score_P for each in stream]))
        scores[patience] = np.array(found[:8])
        assert patience == float("inf") or len(found) <= 8 * patience
    assert (scores[3.0] <= scores[1.0]).all()
    assert (scores[float("inf")] <= scores[3.0]).all()
    assert scores[float("inf")].sum() < scores[1.0].sum()


def test_a_diverged_model_is_no_silence() -> None:
    scorer = endless()
    scorer._log_probs[:] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        list(Beam(scorer=scorer, width=2).propose([ONE], Budget.of(1)))


def test_the_reference_is_found_first() -> None:
    program = [ROT, NEG, INC, DEC, EOS]
    scorer = ReferenceScorer([(ONE, np.array(program, dtype=np.int32))])
    stream = Beam(scorer=scorer, width=5, patience=9).propose([ONE], Budget.of(1, max_tokens=20))
    found = [
        (score, tokens[: tokens.index(EOS) + 1])
        for each in stream
        for score, tokens in zip(each.score_P.tolist(), each.tokens_PT.tolist(), strict=True)
    ]
    assert max(found)[1] == program
