from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from toy_language import TOY, TableScorer, ToyMask, toy_problem

from lasynth.outcome import StopReason
from lasynth.search import Budget, Problem, Sampling
from lasynth.search.sampling import _sample

V, EOS, BOS = TOY.grammar.num_tokens, TOY.grammar.eos, TOY.grammar.bos
Drawn = list[list[tuple[tuple[int, ...], float]]]
PROBLEMS = [toy_problem("inc", seed=number) for number in range(3)]


def scorer_of(num: int, *, eos_logit: float = 1.0, seed: int = 5) -> TableScorer:
    tables = []
    for number, problem in enumerate(PROBLEMS[:num]):
        logits = np.random.default_rng([seed, number]).normal(0, 1, (3, V, V))
        logits[..., EOS] += eos_logit
        tables.append((problem, logits))
    return TableScorer(tables)


def draw(
    scorer: TableScorer,
    problems: list[Problem],
    *,
    beam: int,
    max_tokens: int = 12,
    seed: int = 0,
    seeds: list[int] | None = None,
) -> tuple[Drawn, Budget]:
    """Draw programs; `seeds`, if given, has a seed for each problem, independent of its examples."""
    budget = Budget.of(len(problems), max_tokens=max_tokens, seed=seed)
    drawn: Drawn = [[] for _ in problems]
    engine = Sampling(scorer=scorer, width=beam)
    found = engine.propose(problems, budget) if seeds is None else _sample(engine, problems, seeds, budget)
    for each in found:
        for problem, tokens, score in zip(each.problem_P, each.tokens_PT, each.score_P, strict=True):
            program = tuple(tokens[: tokens.tolist().index(EOS) + 1].tolist())
            drawn[problem].append((program, float(score)))
    return drawn, budget


def log_prob(scorer: TableScorer, problem: Problem, program: tuple[int, ...]) -> float:
    state = scorer.start(problem.inputs_KN[None], problem.outputs_KN[None])
    mask, total, last = ToyMask(1, V), 0.0, BOS
    for token in program:
        log_probs, state = scorer.step(state, np.array([last]))
        allowed = mask.allowed()[0]
        values = log_probs[0].astype(float)
        total += values[token] - np.log(np.exp(values[allowed]).sum())
        mask.advance(np.array([token]))
        last = token
    return total


def test_no_program_is_drawn_twice_and_scores_are_log_probabilities() -> None:
    scorer = scorer_of(3)
    drawn, budget = draw(scorer, PROBLEMS, beam=20)
    for problem, programs in zip(PROBLEMS, drawn, strict=True):
        texts = [program for program, _ in programs]
        assert len(texts) == len(set(texts))
        assert 0 < len(texts) <= 20
        for program, score in programs:
            assert score == pytest.approx(log_prob(scorer, problem, program), abs=1e-5)
    assert all(reason in (StopReason.EXHAUSTED, StopReason.MAX_LENGTH) for reason in budget.reasons)


def test_a_sample_of_everything_is_everything() -> None:
    # Programs of one or two tokens: EOS, or one of three commands and EOS (neg cannot be the last).
    drawn, _ = draw(scorer_of(1), PROBLEMS[:1], beam=60, max_tokens=2)
    assert sorted(program for program, _ in drawn[0]) == [(EOS,), (2, EOS), (3, EOS), (4, EOS)]


def test_the_first_drawn_follows_the_model_and_the_second_what_is_left() -> None:
    # 4000 equal problems with a seed each are 4000 samples of 2.
    num = 4000
    scorer = scorer_of(1, eos_logit=1.5)
    problem = PROBLEMS[0]
    drawn, _ = draw(scorer, [problem] * num, beam=2, max_tokens=40, seeds=list(range(num)))
    firsts = [programs[0][0] for programs in drawn]
    seconds = [programs[1][0] for programs in drawn]
    likely = max(set(firsts), key=firsts.count)
    for program in [(EOS,), (2, EOS), (3, EOS), (5, 2, EOS)]:
        p = np.exp(log_prob(scorer, problem, program))
        assert firsts.count(program) / num == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / num))
    # P(second = b | first = a) = p_b / (1 - p_a)
    q = np.exp(log_prob(scorer, problem, likely))
    after = [second for first, second in zip(firsts, seconds, strict=True) if first == likely]
    for program in [(2, EOS), (3, EOS), (4, EOS)]:
        p = np.exp(log_prob(scorer, problem, program)) / (1 - q)
        if program != likely:
            assert after.count(program) / len(after) == pytest.approx(p, abs=4 * np.sqrt(p / len(after)))


def test_a_sample_depends_on_the_seed_and_what_the_problem_shows_alone() -> None:
    scorer = scorer_of(3)
    together, _ = draw(scorer, PROBLEMS, beam=6)
    turned, _ = draw(scorer, PROBLEMS[::-1], beam=6)
    alone, _ = draw(scorer, PROBLEMS[1:2], beam=6)
    other, _ = draw(scorer, PROBLEMS[1:2], beam=6, seed=9)
    assert turned == together[::-1]
    assert alone[0] == together[1]
    assert other[0] != together[1]


def test_a_beam_of_one_draws_one_program() -> None:
    drawn, _ = draw(scorer_of(1), PROBLEMS[:1], beam=1, max_tokens=60)
    assert len(drawn[0]) == 1


def test_when_time_is_over_the_programs_that_ended_are_handed_out() -> None:
    scorer, problems = scorer_of(2, eos_logit=2.0), PROBLEMS[:2]
    whole, _ = draw(scorer, problems, beam=16)
    asked, drawn = 0, []

    def expired() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    budget = dataclasses.replace(Budget.of(2), expired=expired)
    for found in Sampling(scorer=scorer, width=16).propose(problems, budget):
        drawn += [
            (int(problem), tuple(t))
            for problem, t in zip(found.problem_P, found.tokens_PT.tolist(), strict=True)
        ]
    assert asked == 4
    assert budget.reasons == [StopReason.TIME_LIMIT] * 2
    assert len(drawn) > 2
    assert len(set(drawn)) == len(drawn)
    assert all(len(tokens) <= 3 for _, tokens in drawn)
    assert sum(len(programs) for programs in whole) > len(drawn)
