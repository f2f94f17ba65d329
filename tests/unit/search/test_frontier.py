from __future__ import annotations

import numpy as np
import pytest

from lasynth.outcome import StopReason
from lasynth.search.beam import beam_search
from lasynth.search.frontier import Endings, top_columns
from lasynth.search.testing import ReferenceScorer, TableScorer, ToyDomain, ToyMask
from lasynth.task import Task

V, EOS, BOS = ToyDomain.num_tokens, ToyDomain.eos, ToyDomain.bos
INC, DEC, ROT, NEG = 2, 3, 4, 5


def endless(eos_logit: float = -50.0) -> TableScorer:
    logits = np.zeros((1, V, V))
    logits[..., EOS] = eos_logit
    return TableScorer({None: logits})


def test_top_columns_takes_the_left_of_equals() -> None:
    values = np.array([[1.0, 3.0, 2.0, 3.0, 2.0, 2.0], [0.0, -np.inf, 5.0, -np.inf, -np.inf, -np.inf]])
    assert top_columns(values, 4)[0].tolist() == [1, 3, 2, 4]
    assert top_columns(values, 2).tolist() == [[1, 3], [2, 0]]
    assert top_columns(values, 9)[0].tolist() == [1, 3, 2, 4, 5, 0]


def test_a_forced_token_costs_nothing_even_where_the_model_forbids_it() -> None:
    logits = np.zeros((1, V, V))
    logits[0, BOS, NEG] = 9.0
    logits[0, NEG, INC] = -np.inf  # the only token that the grammar allows behind neg
    logits[0, INC, EOS] = 9.0
    scorer = TableScorer({None: logits})
    first = float(scorer.step(scorer.start([Task("toy", ())]), np.array([BOS]))[0][0, NEG])
    last = float(scorer._log_probs[0, 0, INC, EOS])
    for renormalise in (False, True):
        endings = Endings.of(1)
        (finished,) = [
            found
            for found in beam_search(
                scorer, ToyMask, [Task("toy", ())], endings, beam=1, max_tokens=8, renormalise=renormalise
            )
            if len(found)
        ]
        assert finished.tokens_PT.tolist() == [[NEG, INC, EOS]]
        if renormalise:
            assert finished.score_P[0] > first + last  # mass on BOS came back
        else:
            assert finished.score_P[0] == pytest.approx(first + last)


def test_time_is_asked_before_every_step() -> None:
    endings, asked = Endings.of(2), 0

    def expired() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    scorer = endless()
    tasks = [Task("toy", ())] * 2
    steps = list(beam_search(scorer, ToyMask, tasks, endings, beam=4, max_tokens=50, expired=expired))
    assert len(steps) == 3
    assert endings.reasons == [StopReason.TIME_LIMIT] * 2


def test_a_consumer_may_end_a_task() -> None:
    endings = Endings.of(2)
    scorer = endless()
    stream = beam_search(scorer, ToyMask, [Task("toy", ())] * 2, endings, beam=4, max_tokens=20)
    next(stream)
    next(stream)
    scorer.num_rows_stepped = 0
    endings.end(0, StopReason.ENOUGH_FOUND)
    next(stream)
    assert scorer.num_rows_stepped == 4  # of the other task only
    assert [len(finished) for finished in stream] == [0] * 17
    assert endings.reasons == [StopReason.ENOUGH_FOUND, StopReason.MAX_LENGTH]


def test_patience_collects_more_and_the_best_stay_the_best() -> None:
    logits = np.random.default_rng(3).normal(0, 1, (4, V, V))
    logits[:2, :, EOS] += 2.0  # early ends come first, later ones are better
    logits[2:, :, EOS] += 4.0
    scorer = TableScorer({None: logits})
    scores = {}
    for patience in (1.0, 3.0, float("inf")):
        stream = beam_search(
            scorer, ToyMask, [Task("toy", ())], Endings.of(1), beam=8, max_tokens=30, patience=patience
        )
        found = sorted(-np.concatenate([finished.score_P for finished in stream]))
        scores[patience] = np.array(found[:8])
        assert patience == float("inf") or len(found) <= 8 * patience
    assert (scores[3.0] <= scores[1.0]).all()
    assert (scores[float("inf")] <= scores[3.0]).all()
    assert scores[float("inf")].sum() < scores[1.0].sum()


def test_a_diverged_model_is_no_silence() -> None:
    scorer = endless()
    scorer._log_probs[:] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        list(beam_search(scorer, ToyMask, [Task("toy", ())], Endings.of(1), beam=2))


def test_the_reference_is_found_first() -> None:
    program = [ROT, NEG, INC, DEC, EOS]
    scorer = ReferenceScorer({None: program}, V)
    stream = beam_search(scorer, ToyMask, [Task("toy", ())], Endings.of(1), beam=5, max_tokens=20, patience=9)
    found = [
        (score, tokens[: tokens.index(EOS) + 1])
        for finished in stream
        for score, tokens in zip(finished.score_P.tolist(), finished.tokens_PT.tolist(), strict=True)
    ]
    assert max(found)[1] == program
