"""Beam search against brute force, on a vocabulary small enough to list every program."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from toy_language import TOY, TableScorer, ToyMask, toy_problem

from lasynth.domains.base import TokenMask
from lasynth.outcome import StopReason
from lasynth.search import Beam, Budget, Problem

V, EOS, BOS = TOY.grammar.num_tokens, TOY.grammar.eos, TOY.grammar.bos
PROBLEMS = [toy_problem("inc", seed=number) for number in range(4)]
Programs = list[tuple[tuple[int, ...], float]]

seeds = st.integers(0, 10_000)


def scorer_of(seed: int, num: int, *, eos_logit: float = 0.0, coarse: bool = False) -> TableScorer:
    """Random tables; coarse ones have many equal values, so that there are ties."""
    rng = np.random.default_rng(seed)
    shape = (3, V, V)
    tables = []
    for problem in PROBLEMS[:num]:
        logits = rng.integers(0, 2, shape).astype(float) if coarse else rng.normal(0, 2, shape)
        logits[..., EOS] += eos_logit
        tables.append((problem, logits))
    return TableScorer(tables)


def run(
    scorer: TableScorer,
    problems: list[Problem],
    *,
    beam: int,
    max_tokens: int,
    patience: float = float("inf"),
    mask: Callable[[int, int], TokenMask] = ToyMask,
    renormalise: bool = True,
) -> tuple[list[Programs], Budget]:
    language = dataclasses.replace(TOY, grammar=dataclasses.replace(TOY.grammar, mask=mask))
    budget = Budget.of(len(problems), max_tokens=max_tokens)
    found: list[Programs] = [[] for _ in problems]
    engine = Beam(scorer=scorer, width=beam, patience=patience, renormalise=renormalise)
    asked = [dataclasses.replace(problem, language=language) for problem in problems]
    for each in engine.propose(asked, budget):
        for problem, tokens, score in zip(each.problem_P, each.tokens_PT, each.score_P, strict=True):
            found[problem].append((tuple(tokens.tolist()), float(score)))
    return found, budget


def start(scorer: TableScorer, problem: Problem) -> object:
    return scorer.start(problem.inputs_KN[None], problem.outputs_KN[None])


def costs(log_probs_V: np.ndarray, allowed_V: np.ndarray, *, renormalise: bool = True) -> np.ndarray:
    """The log-probability of each next token, rounded as in the search.

    Programs with the same tokens in another order tie, and the textbook version must break ties the same way.
    """
    if allowed_V.sum() == 1:
        return np.where(allowed_V, 0.0, -np.inf)
    values_V = np.where(allowed_V, log_probs_V.astype(float), -np.inf)
    if renormalise:
        values_V = values_V - values_V.max()
        values_V = values_V - np.log(np.exp(values_V).sum())
    return values_V


def every_program(
    scorer: TableScorer, problem: Problem, max_tokens: int, *, renormalise: bool = True
) -> Iterator[tuple[tuple[int, ...], float]]:
    """All programs of up to `max_tokens` with their scores, one token at a time, in plain Python."""
    stack: list[tuple[tuple[int, ...], float]] = [((), 0.0)]
    while stack:
        prefix, score = stack.pop()
        state = start(scorer, problem)
        mask = ToyMask(1, V)
        for position, token in enumerate((BOS, *prefix)):
            log_probs, state = scorer.step(state, np.array([token]))
            if position:
                mask.advance(np.array([token]))
        allowed = mask.allowed()[0]
        values = costs(log_probs[0], allowed, renormalise=renormalise)
        for token in np.flatnonzero(allowed).tolist():
            longer = (*prefix, token), score + values[token]
            if token == EOS:
                yield longer
            elif len(prefix) + 1 < max_tokens:
                stack.append(longer)


@given(seed=seeds, renormalise=st.booleans())
def test_a_beam_that_holds_every_prefix_finds_the_best_programs(seed: int, renormalise: bool) -> None:
    scorer = scorer_of(seed, 2)
    beam = 400  # more than all expansions of prefixes of 3 tokens
    found, _ = run(scorer, PROBLEMS[:2], beam=beam, max_tokens=4, renormalise=renormalise)
    for problem, programs in zip(PROBLEMS[:2], found, strict=True):
        wanted = sorted(every_program(scorer, problem, 4, renormalise=renormalise), key=lambda item: -item[1])
        got = sorted(programs, key=lambda item: -item[1])
        assert len(set(got)) == len(got)
        assert len(wanted) < beam
        assert [tokens for tokens, _ in got] == [tokens for tokens, _ in wanted]
        np.testing.assert_allclose([s for _, s in got], [s for _, s in wanted], atol=1e-5)


def plain_beam(
    scorer: TableScorer, problem: Problem, beam: int, max_tokens: int, patience: float
) -> Programs:
    """The textbook version: a list of hypotheses, sorted in every step."""
    live: Programs = [((), 0.0)]
    finished: Programs = []
    for step in range(max_tokens):
        expanded: Programs = []
        for prefix, score in live:
            state, mask = start(scorer, problem), ToyMask(1, V)
            for position, token in enumerate((BOS, *prefix)):
                log_probs, state = scorer.step(state, np.array([token]))
                if position:
                    mask.advance(np.array([token]))
            allowed = mask.allowed()[0]
            values = costs(log_probs[0], allowed)
            expanded += [((*prefix, t), score + values[t]) for t in np.flatnonzero(allowed).tolist()]
        expanded.sort(key=lambda item: -item[1])
        for item in expanded[:beam]:
            if item[0][-1] == EOS and len(finished) < patience * beam:
                finished.append(item)
        live = [item for item in expanded if item[0][-1] != EOS][:beam]
        best = sorted((score for _, score in finished), reverse=True)[:beam]
        full = len(finished) >= patience * beam
        if not live or full or (len(best) == beam and live[0][1] <= best[-1]) or step + 1 == max_tokens:
            break
    return finished


@given(seed=seeds, beam=st.integers(1, 6), patience=st.sampled_from([1.0, 2.0, float("inf")]))
def test_the_batched_beam_is_the_textbook_beam(seed: int, beam: int, patience: float) -> None:
    scorer = scorer_of(seed, 3)
    found, _ = run(scorer, PROBLEMS[:3], beam=beam, max_tokens=7, patience=patience)
    for problem, programs in zip(PROBLEMS[:3], found, strict=True):
        wanted = plain_beam(scorer, problem, beam, 7, patience)
        assert [tokens for tokens, _ in programs] == [tokens for tokens, _ in wanted]
        np.testing.assert_allclose([s for _, s in programs], [s for _, s in wanted], atol=1e-5)


@given(seed=seeds, coarse=st.booleans())
def test_a_beam_of_one_is_greedy(seed: int, coarse: bool) -> None:
    scorer = scorer_of(seed, 4, coarse=coarse)
    found, budget = run(scorer, PROBLEMS, beam=1, max_tokens=9, patience=1.0)
    for number, problem in enumerate(PROBLEMS):
        state, mask, token = start(scorer, problem), ToyMask(1, V), BOS
        program: list[int] = []
        while token != EOS and len(program) < 9:
            log_probs, state = scorer.step(state, np.array([token]))
            token = int(np.where(mask.allowed()[0], log_probs[0], -np.inf).argmax())
            mask.advance(np.array([token]))
            program.append(token)
        if token == EOS:
            assert [tokens for tokens, _ in found[number]] == [tuple(program)]
            assert budget.reasons[number] == StopReason.EXHAUSTED
        else:
            assert found[number] == []
            assert budget.reasons[number] == StopReason.MAX_LENGTH


@given(seed=seeds, beam=st.integers(1, 5), coarse=st.booleans(), order=st.permutations(range(4)))
def test_permuting_the_problems_permutes_the_result(
    seed: int, beam: int, coarse: bool, order: list[int]
) -> None:
    scorer = scorer_of(seed, 4, coarse=coarse)
    found, budget = run(scorer, PROBLEMS, beam=beam, max_tokens=8, patience=1.0)
    permuted, its_budget = run(scorer, [PROBLEMS[i] for i in order], beam=beam, max_tokens=8, patience=1.0)
    assert permuted == [found[i] for i in order]
    assert its_budget.reasons == [budget.reasons[i] for i in order]
    for number, problem in enumerate(PROBLEMS):
        alone, _ = run(scorer, [problem], beam=beam, max_tokens=8, patience=1.0)
        assert alone == [found[number]]


@given(seed=seeds, beam=st.integers(1, 5))
def test_finished_rows_leave_the_batch(seed: int, beam: int) -> None:
    scorer = scorer_of(seed, 3, eos_logit=2.0)
    found, budget = run(scorer, PROBLEMS[:3], beam=beam, max_tokens=10, patience=1.0)
    together = scorer.num_rows_stepped
    scorer.num_rows_stepped = 0
    for problem in PROBLEMS[:3]:
        run(scorer, [problem], beam=beam, max_tokens=10, patience=1.0)
    # The cost of each problem is the same as alone: none waits for another.
    assert together == scorer.num_rows_stepped
    assert all(len(programs) <= beam for programs in found)
    assert all(reason is not None for reason in budget.reasons)
